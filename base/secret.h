/* Random bytes of the kernel: for ids, and for what nobody may guess. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_SECRET_H
#define PROPD_BASE_SECRET_H

#include <stddef.h>

#include "base/error.h"

/* ERROR_IO where there are none. */
int secret_fill(void *bytes, size_t size, struct error *error);

/* 256 bits, as lower-case hexadecimal digits. */
enum { SECRET_TEXT_SIZE = 65 };
int secret_text(char text[SECRET_TEXT_SIZE], struct error *error);

#endif

/* The end of the process where going on could lose what was acknowledged: a failed fsync, a corrupt
 * database. The next start recovers. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_FATAL_H
#define PROPD_STORAGE_FATAL_H

#include "base/compiler.h"

enum { FATAL_EXIT_CODE = 70 };

/* Writes one line to standard error and ends the process at once, without its exit handlers: they
 * would run in whichever thread met the failure. */
_Noreturn void fatal_stop(const char *format, ...) PRINTF_LIKE(1, 2);

#endif

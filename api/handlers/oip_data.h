/* The "data" of an input, JSON, as the bytes that the binary extension would have. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_HANDLERS_OIP_DATA_H
#define PROPD_API_HANDLERS_OIP_DATA_H

#include <jansson.h>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/tensor.h"

/* Appends the elements of a list, nested or flat; null stands for a missing number, NaN.
 * ERROR_INVALID at `path` for values that the type cannot hold. */
int oip_data_append(const struct tensor_type *type, const json_t *data, const char *path,
                    struct bytes *bytes, struct error *error);

#endif

/* Floats in ascending order, in place and without allocation: as keys whose order as unsigned
 * numbers is that of the floats. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FLOAT_SORT_H
#define PROPD_ENGINE_FLOAT_SORT_H

#include <stdint.h>

/* The key of a float and back; both zeros have one key, NaNs lie beyond the infinities. */
uint32_t float_key(float value);
float float_of_key(uint32_t key);

/* `scratch` has room for `count` keys as well. */
void float_keys_sort(uint32_t *keys, int64_t count, uint32_t *scratch);

#endif

/* What answers say of a tensor: a few figures, and its first values. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_SUMMARY_H
#define PROPD_ENGINE_SUMMARY_H

#include <jansson.h>
#include <stdint.h>

#include "engine/shape.h"

/* The shortest decimal that reads back as the same float; null where JSON has no number for it. */
json_t *summary_float(float value);
/* null where it is not finite. */
json_t *summary_double(double value);
/* [28, 28, 1] */
json_t *summary_shape(const struct shape *shape);

/* {"shape", "min", "max", "mean", "std", "norm", "zeros", "values"}: figures over the finite
 * elements (null where there is none), the deviation that of the whole and not of a sample; the
 * first `limit` values; and "nonfinite", their number, where there are any. NULL only when out of
 * memory. */
json_t *summary_tensor(const struct shape *shape, const float *values, int64_t limit);

#endif

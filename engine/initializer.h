/* First weights: the initializers as kinds, "glorot_uniform" or {"type": "normal", "stddev": 0.02}.
 *
 * glorot: Glorot and Bengio, AISTATS 2010; he: He et al., ICCV 2015; lecun: LeCun et al.,
 * "Efficient BackProp", 1998; orthogonal: Saxe et al., ICLR 2014. Normal draws are not truncated,
 * as in PyTorch (Keras cuts them at two standard deviations). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_INITIALIZER_H
#define PROPD_ENGINE_INITIALIZER_H

#include <stdint.h>

#include "base/fields.h"
#include "base/rng.h"
#include "engine/shape.h"

/* All initializers, NULL-terminated: for a FIELD_VARIANT. */
extern const struct kind *const initializer_kinds[];

/* Whether a tensor of this shape can be drawn: orthogonal takes time by the square of the matrix's
 * shorter side, which is limited. ERROR_TOO_LARGE at `path`. Whether the tensor fits at all is the
 * network's to check. */
int initializer_check(const struct variant *initializer, const struct shape *shape,
                      const char *path, struct error *error);

/* Fills a tensor; element i is drawn with counter i (orthogonal: from such normal draws).
 * Orthogonal sees the tensor as a matrix [all but the last dimension, last], whose columns, or rows
 * where there are fewer, become orthonormal times gain. */
void initializer_fill(const struct variant *initializer, const struct shape *shape, int64_t fan_in,
                      int64_t fan_out, const struct rng *rng, float *values);

#endif

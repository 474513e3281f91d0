/* How a run's weights, gradients and updates are spread at the end of an epoch, as bytes that cost
 * little to make and as JSON.
 *
 * Little-endian: version u32, epoch u64, step u64, bins u32, tensors u32; for each tensor: layer
 * and name (u32 length, bytes), |change| / |weights| of the last update f64 (NaN: not known), u8
 * whether gradients follow; a histogram of the weights and, then, of the gradients: smallest and
 * largest value and norm f64, a u32 a bin of equal width. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_HISTOGRAMS_H
#define PROPD_ENGINE_HISTOGRAMS_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

enum { HISTOGRAMS_VERSION = 1, HISTOGRAM_BINS_MAX = 40 };

/* {"epoch", "step", "layers": {layer: {"layer/tensor": {"weights", "gradients", "update_ratio"}}}};
 * a histogram is {"min", "max", "norm", "counts"}, what is not known null. `layer` not NULL: of
 * this one alone. ERROR_CORRUPT for bytes that are none. The caller owns it. */
json_t *histograms_read(const void *data, size_t size, const char *layer, struct error *error);

#endif

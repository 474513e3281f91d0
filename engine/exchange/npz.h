/* A model as an archive of NumPy arrays: a ZIP file, nothing in it compressed, of
 * "<layer>/<tensor>.npy" (float32) and propd.json.npy, whose bytes are a JSON object of the texts
 * that a safetensors file has as metadata.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_NPZ_H
#define PROPD_ENGINE_EXCHANGE_NPZ_H

#include "engine/exchange/exchange.h"

extern const struct model_format npz_model_format;

#define NPZ_METADATA_NAME "propd.json.npy"

/* npz_read.c: deflated members are read too, and numbers of any width; what does not fit a model is
 * refused by its name. Members may unpack to 16 MiB and eight times the file. */
struct model *npz_read_model(const void *file, size_t size, struct error *error);

#endif

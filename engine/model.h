/* A model: a planned network, its weights, its preprocessing; and its file, safetensors.
 *
 * File: tensors "<layer name>/<tensor>", float32, in the layouts of the layer types; metadata
 * (string to string, each JSON text): propd.network, propd.input, propd.preprocessing,
 * propd.classes, propd.lineage. Format: https://huggingface.co/docs/safetensors (u64 little-endian
 * header size, JSON header, data). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_MODEL_H
#define PROPD_ENGINE_MODEL_H

#include <jansson.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "engine/network.h"
#include "engine/preprocessing.h"

struct model {
    struct network *network;             /* owned */
    struct preprocessing *preprocessing; /* owned */
    float *parameters; /* owned; network->parameter_count floats, 64-byte aligned */
    float *packed;     /* owned; what model_pack() made of them, or NULL */
    json_t *lineage;   /* owned; NULL */
};

/* Takes its parts over (also on failure); copies the parameters. */
struct model *model_create(struct network *network_taken, struct preprocessing *preprocessing_taken,
                           const float *parameters, json_t *lineage_taken, struct error *error);
void model_free(struct model *model);
/* For whoever predicts often: packs the weights in the order in which predictions read them. The
 * parameters must stay as they are from then on. */
int model_pack(struct model *model, struct error *error);

/* The file. Writing what was read gives the same bytes. Reading checks the header against the size
 * before anything is allocated, refuses overlaps and gaps, missing, unknown or wrongly shaped
 * tensors by name. Without propd.preprocessing the inputs are taken as they come. */
int model_write(const struct model *model, struct bytes *file, struct error *error);
struct model *model_read(const void *file, size_t size, struct error *error);

/* SHA-256 of the file written without metadata, tensors in byte order of their names. */
int model_digest(const struct model *model, char text[DIGEST_TEXT_SIZE], struct error *error);

/* Copies the weights of tensors that have the same name and shape from `from` into `parameters` of
 * `network`: fine-tuning. A tensor of `network` that `from` lacks keeps its value; ERROR_INVALID
 * where none fits or a shape differs. */
int model_copy_weights(const struct model *from, const struct network *network, float *parameters,
                       struct error *error);

/* Predicts rows: x [rows][input elements] to y [rows][output elements]; memory for `rows` rows is
 * made for the call. ERROR_INVALID where a row is none that the network takes. Thread-safe. */
int model_predict(const struct model *model, const float *x, int64_t rows, float *y,
                  struct error *error);

/* {"shape": [4], "columns": [...], "classes": …, "task": …, "layers": [{name, type, input,
 * output_shape, parameters, flops}], "weights": n, "window"?}: for answers. */
json_t *model_describe(const struct model *model);

/* Bytes of memory it takes. */
size_t model_size(const struct model *model);

#endif

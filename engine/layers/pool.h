/* What pooling layers share: options, the plan, and windows over samples. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LAYERS_POOL_H
#define PROPD_ENGINE_LAYERS_POOL_H

#include "engine/layers/window.h"

struct pool_options {
    struct layer_options common;
    struct sizes pool_size;
    struct sizes strides; /* empty: pool_size */
    int padding;
};

/* The fields of all of them. */
extern const struct field pool_fields[];

/* Plan a layer over sequences or images; its plan_data is a struct window. */
int pool1d_plan(struct layer *layer, const char *path, struct error *error);
int pool2d_plan(struct layer *layer, const char *path, struct error *error);

/* Begins the gradient by the input of rows [begin, end): true where windows, which share no cell,
 * are to store it; else they add to what is there, zeros where this is the first to write it. */
bool pool_begin_gradient(const struct layer *layer, const struct layer_pass *pass, int64_t begin,
                         int64_t end);

/* Windows of one sample that see cells alike, and where they are in the batch. */
struct pool_span {
    struct windows windows;
    int64_t input, output; /* floats from the start of the batch's inputs and outputs */
};

/* The next span of rows [begin, end); *at, 0 at first, goes on to the end. False past the last. */
bool pool_next_span(const struct layer *layer, int64_t begin, int64_t end, int64_t *at,
                    struct pool_span *span);

#endif

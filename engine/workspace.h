/* The inside of a workspace, for those who run networks in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_WORKSPACE_H
#define PROPD_ENGINE_WORKSPACE_H

#include "engine/layout.h"
#include "engine/network.h"

/* Some items of one layer's backward_parameters: about equal pieces of work. */
struct parameter_chunk {
    int layer;
    int64_t begin, end;
};

struct workspace {
    const struct network *network;
    const struct kernels *kernels;
    enum workspace_use use;
    int64_t rows;
    int members;
    struct layout layout;
    float *memory;             /* owned: common rows, then blocks' rows, then what is there once,
                                  then each member's work */
    struct layer_pass *passes; /* owned; training: one a layer, with all pointers but those into the
                                  parameters' block */
    struct parameter_chunk *chunks; /* owned; training */
    int64_t chunk_count;
    float *parameters, *gradients; /* the blocks that the passes point into; NULL: none yet */
};

/* Places in the memory that all rows share, by the layout's offset. */
float *workspace_at(const struct workspace *workspace, int64_t offset);

/* The output of a layer (-1: the network's input) in a workspace for training. */
float *workspace_layer_output(const struct workspace *workspace, int layer);

/* The gradient by the output of a layer; NULL where none is wanted. */
float *workspace_layer_d_output(const struct workspace *workspace, int layer);

/* The memory of a block that begins at `row` of a workspace for prediction. */
float *workspace_block(const struct workspace *workspace, int64_t row);

/* Work memory of a member of the team. */
float *workspace_work(const struct workspace *workspace, int member);

/* Floats of a layer in what network_pack() makes; 0: it is not in it. */
int64_t layer_packed_size(const struct layer *layer, const struct kernels *kernels);

/* Points the passes into the caller's blocks; `gradients` may be NULL in a forward run. */
void workspace_bind(struct workspace *workspace, float *parameters, float *gradients);

#endif

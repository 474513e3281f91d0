/* Where everything of a run lies in a workspace, for any number of rows: offsets in floats a row,
 * by lifetimes.
 *
 * Training keeps every layer's output. Gradients by outputs share memory where a barrier of the
 * backward run lies between their lives: without one, members of a team that are ahead would write
 * into rows of members that are behind.
 *
 * Prediction works block by block of rows, each with memory of its own, through the whole list; in
 * a block, outputs share memory as soon as their last reader has run. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LAYOUT_H
#define PROPD_ENGINE_LAYOUT_H

#include "engine/network.h"

struct layout_layer {
    int root;            /* the layer whose memory holds the output: itself, or for layers that work
                            in place an earlier one; -1: the network's input */
    bool wants_gradient; /* it or a layer before it has trained tensors */
    int backward_phase;  /* phases of the backward run are cut by barriers */
    int64_t output;      /* floats a row from the start of the common rows (training, and the last
                            layer) or of a block's rows (prediction); of roots */
    int64_t d_output;    /* training; of roots that want a gradient */
    int64_t scratch[LAYER_SCRATCH_MAX]; /* floats a row: training, and of blocks where a layer's
                                           scratch is there in prediction */
    int64_t fixed[LAYER_SCRATCH_MAX];   /* training; floats from the start of the fixed part */
    bool gives[LAYER_INPUTS_MAX];       /* whether backward gives a gradient to this input */
    bool overwrites[LAYER_INPUTS_MAX];  /* … as its first writer */
};

struct layout {
    struct layout_layer *layers;         /* owned; one a layer */
    int64_t input;                       /* floats a row, as all offsets */
    int64_t logits, activated, d_output; /* of the last layer */
    int64_t per_row;                     /* floats a row in common */
    int64_t per_block_row;               /* floats a row of blocks; 0 for training */
    int64_t fixed;                       /* floats once */
    int64_t work;                        /* floats a member: the most that a layer wants */
};

/* Plans; the caller calls layout_clear() on success. */
int layout_plan(const struct network *network, enum workspace_use use, struct layout *layout,
                struct error *error);
void layout_clear(struct layout *layout);

#endif

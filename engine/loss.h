/* What a loss is: one `const struct loss_type` a file under losses/, one line in losses/losses.c.
 *
 * A loss gives each row's value and the gradient of the batch's loss by the network's output or,
 * where `fuses` says so, by its logits: softmax + cross-entropy and sigmoid + cross-entropy are one
 * stable step. Formulas: design of the training documents, the numerics of PyTorch 2.
 *
 * After log_softmax the cross-entropies and kl_divergence work from the logits too, whose softmax
 * is the same. After sigmoid and softplus categorical_crossentropy takes each output's share of
 * their sum, and kl_divergence the outputs as they are; binary_crossentropy takes what softmax and
 * hard_sigmoid give as probabilities. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LOSS_H
#define PROPD_ENGINE_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fields.h"
#include "engine/kernels/kernels.h"

/* What targets look like in memory: classes as indices, everything else as numbers of the output's
 * width. */
enum target_kind { TARGET_CLASS, TARGET_VALUES };

struct loss_batch {
    const struct kernels *kernels;
    int64_t rows, width; /* elements of one row's output */
    int64_t group;       /* elements of the output's last axis: kl_divergence sums over each such
                            group and takes their mean; 0: width */
    bool activated; /* what could be logits is the output after its activation: positive numbers */
    const float *output; /* [rows][width]: logits where the loss fuses with the output's activation,
                            else the output */
    const int32_t *classes;   /* TARGET_CLASS: [rows], 0 … width-1 (0 … 1 where width is 1) */
    const float *values;      /* TARGET_VALUES: [rows][width]; NULL with `classes` set: one-hot, or
                                 0 and 1 where width is 1 */
    const float *row_weights; /* [rows], NULL: all 1 (class and sample weights) */
    double label_smoothing;
    double *row_losses; /* [rows], set: the row's loss, its weight included */
    float *d_output;    /* [rows][width], set: gradient of (sum of row_losses / rows of the whole
                           batch); NULL: not wanted */
    int64_t batch_rows; /* the divisor: rows of the whole batch, of which this call may be a part */
};

struct loss_type {
    struct kind kind;
    enum target_kind target;
    bool smooths_labels; /* label_smoothing has a meaning; the other losses ignore it, so whoever
                            reads documents refuses it for them */
    /* Whether, after an output of this activation, the loss takes the logits. */
    bool (*fuses)(enum activation_code output_activation);
    /* NULL or a check of the output's activation and width: ERROR_INVALID says what would fit. */
    int (*check)(const void *options, enum activation_code output_activation, int64_t width,
                 struct error *error);
    /* Rows [begin, end) of the batch; row-wise, so any cut gives the same bytes. */
    void (*run)(const void *options, const struct loss_batch *batch, int64_t begin, int64_t end);
};

/* All that are built, NULL-terminated; the same as kinds for a FIELD_VARIANT. */
extern const struct loss_type *const loss_types[];
extern const struct kind *const loss_kinds[];

#endif

/* What an optimizer is: one `const struct optimizer_type` a file under optimizers/, one line in
 * optimizers/optimizers.c. A pass over the flat block of trained parameters; formulas and defaults
 * of PyTorch 2.0's torch.optim. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_OPTIMIZER_H
#define PROPD_ENGINE_OPTIMIZER_H

#include <stdint.h>

#include "base/fields.h"
#include "engine/kernels/kernels.h"

/* Begins every optimizer's option struct. */
struct optimizer_options {
    double learning_rate;
    double weight_decay;
};

struct optimizer_step {
    const struct kernels *kernels;
    int64_t step;      /* 1 for the first update */
    double rate;       /* after the schedule */
    float *parameters; /* the trained part of the block */
    const float *gradients;
    double carried;  /* what carry() gives for this update */
    float *slots[4]; /* state arrays, each as long as the parameters, zero at first; NULL from
                        slot_count() on */
};

struct optimizer_type {
    struct kind kind;
    /* State arrays that these options need (0 … 4), each as long as the trained parameters. */
    int (*slot_count)(const void *options);
    /* A number that goes from update to update, a function of their count alone and so in no
     * checkpoint (nadam's product of momenta): that of update `step` from the one before, which is
     * 1 before the first; 0 stays 0. NULL: none. */
    double (*carry)(const void *options, int64_t step, double before);
    /* Elements [begin, end); element-wise, so any cut gives the same bytes. */
    void (*run)(const void *options, const struct optimizer_step *step, int64_t begin, int64_t end);
};

extern const struct optimizer_type *const optimizer_types[];
extern const struct kind *const optimizer_kinds[];

#endif

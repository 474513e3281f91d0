/* RMSprop (Hinton's lecture 6e; centered: Graves, 2013) as torch.optim.RMSprop has it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/optimizers/optimizers.h"

struct rmsprop_options {
    struct optimizer_options common;
    double alpha, epsilon, momentum;
    bool centered;
};

static const struct field rmsprop_fields[] = {
    OPTIMIZER_FIELDS(0.001, 0),
    FIELD_NUMBER(struct rmsprop_options, alpha, .min = 0, .max = 1, .flags = FIELD_BELOW_MAX,
                 .number = 0.99, .help = "memory of the gradient's square"),
    FIELD_NUMBER(struct rmsprop_options, epsilon, .min = 0, .max = 1, .number = 1e-8,
                 .help = "added to the root"),
    FIELD_NUMBER(struct rmsprop_options, momentum, .min = 0, .max = 1, .flags = FIELD_BELOW_MAX,
                 .help = "share of the last update that goes on"),
    FIELD_BOOLEAN(struct rmsprop_options, centered, .help = "divide by the deviation instead"),
    FIELD_END};

static int rmsprop_slot_count(const void *options)
{
    const struct rmsprop_options *rmsprop = options;
    return 1 + (rmsprop->momentum > 0) + rmsprop->centered;
}

/* Slots: the square, then the velocity and the mean where they are needed. */
static void rmsprop_run(const void *options, const struct optimizer_step *step, int64_t begin,
                        int64_t end)
{
    const struct rmsprop_options *rmsprop = options;
    int has_velocity = rmsprop->momentum > 0;
    float *velocity = has_velocity ? step->slots[1] + begin : NULL;
    float *mean = rmsprop->centered ? step->slots[1 + has_velocity] + begin : NULL;
    step->kernels->step_rmsprop(end - begin, step->parameters + begin, step->gradients + begin,
                                step->slots[0] + begin, velocity, mean, (float)step->rate,
                                (float)rmsprop->alpha, (float)rmsprop->epsilon,
                                (float)rmsprop->momentum, (float)rmsprop->common.weight_decay);
}

const struct optimizer_type optimizer_rmsprop = {
    .kind = {.name = "rmsprop",
             .help = "steps divided by the gradient's running size",
             .size = sizeof(struct rmsprop_options),
             .fields = rmsprop_fields},
    .slot_count = rmsprop_slot_count,
    .run = rmsprop_run};

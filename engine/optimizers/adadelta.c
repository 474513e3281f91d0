/* AdaDelta (Zeiler, 2012) as torch.optim.Adadelta has it, its epsilon inside of both roots. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/optimizers/optimizers.h"

struct adadelta_options {
    struct optimizer_options common;
    double rho, epsilon;
};

static const struct field adadelta_fields[] = {
    OPTIMIZER_FIELDS(0.001, 0),
    FIELD_NUMBER(struct adadelta_options, rho, .min = 0, .max = 1, .flags = FIELD_BELOW_MAX,
                 .number = 0.9, .help = "memory of the squares of gradient and update"),
    FIELD_NUMBER(struct adadelta_options, epsilon, .min = 0, .max = 1, .number = 1e-6,
                 .flags = FIELD_ABOVE_MIN, .help = "added inside of the roots"),
    FIELD_END};

static int adadelta_slot_count(const void *options)
{
    (void)options;
    return 2;
}

static void adadelta_run(const void *options, const struct optimizer_step *step, int64_t begin,
                         int64_t end)
{
    const struct adadelta_options *adadelta = options;
    step->kernels->step_adadelta(end - begin, step->parameters + begin, step->gradients + begin,
                                 step->slots[0] + begin, step->slots[1] + begin, (float)step->rate,
                                 (float)adadelta->rho, (float)adadelta->epsilon,
                                 (float)adadelta->common.weight_decay);
}

const struct optimizer_type optimizer_adadelta = {
    .kind = {.name = "adadelta",
             .help = "steps of the size of earlier updates, meant for a learning_rate of 1",
             .size = sizeof(struct adadelta_options),
             .fields = adadelta_fields},
    .slot_count = adadelta_slot_count,
    .run = adadelta_run};

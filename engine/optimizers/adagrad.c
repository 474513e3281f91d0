/* AdaGrad (Duchi, Hazan and Singer, 2011) as torch.optim.Adagrad has it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/optimizers/optimizers.h"

struct adagrad_options {
    struct optimizer_options common;
    double lr_decay, initial_accumulator_value, epsilon;
};

static const struct field adagrad_fields[] = {
    OPTIMIZER_FIELDS(0.001, 0),
    FIELD_NUMBER(struct adagrad_options, lr_decay, .min = 0, .max = 1e6,
                 .help = "update n has the rate divided by 1 + (n - 1) lr_decay"),
    FIELD_NUMBER(struct adagrad_options, initial_accumulator_value, .min = 0, .max = 1e6,
                 .help = "what the sum of the squares begins with"),
    FIELD_NUMBER(struct adagrad_options, epsilon, .min = 0, .max = 1, .number = 1e-10,
                 .help = "added to the root"),
    FIELD_END};

static int adagrad_slot_count(const void *options)
{
    (void)options;
    return 1;
}

static void adagrad_run(const void *options, const struct optimizer_step *step, int64_t begin,
                        int64_t end)
{
    const struct adagrad_options *adagrad = options;
    double rate = step->rate / (1 + (double)(step->step - 1) * adagrad->lr_decay);
    step->kernels->step_adagrad(end - begin, step->parameters + begin, step->gradients + begin,
                                step->slots[0] + begin, (float)rate,
                                (float)adagrad->initial_accumulator_value, (float)adagrad->epsilon,
                                (float)adagrad->common.weight_decay, step->step == 1);
}

const struct optimizer_type optimizer_adagrad = {
    .kind = {.name = "adagrad",
             .help = "steps divided by the root of all squares so far",
             .size = sizeof(struct adagrad_options),
             .fields = adagrad_fields},
    .slot_count = adagrad_slot_count,
    .run = adagrad_run};

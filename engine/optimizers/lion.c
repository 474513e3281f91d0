/* Lion (Chen et al., "Symbolic discovery of optimization algorithms", 2023): every weight moves by
 * the rate, in the direction of the sign alone; weights decay by themselves, as in adamw. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/optimizers/optimizers.h"

struct lion_options {
    struct optimizer_options common;
    double beta_1, beta_2;
};

static const struct field lion_fields[] = {
    OPTIMIZER_FIELDS(1e-4, 0),
    FIELD_NUMBER(struct lion_options, beta_1, .min = 0, .max = 1, .flags = FIELD_BELOW_MAX,
                 .number = 0.9, .help = "weight of the mean beside the gradient in the direction"),
    FIELD_NUMBER(struct lion_options, beta_2, .min = 0, .max = 1, .flags = FIELD_BELOW_MAX,
                 .number = 0.99, .help = "memory of the gradient's mean"),
    FIELD_END};

static int lion_slot_count(const void *options)
{
    (void)options;
    return 1;
}

static void lion_run(const void *options, const struct optimizer_step *step, int64_t begin,
                     int64_t end)
{
    const struct lion_options *lion = options;
    step->kernels->step_lion(end - begin, step->parameters + begin, step->gradients + begin,
                             step->slots[0] + begin, (float)step->rate, (float)lion->beta_1,
                             (float)lion->beta_2, (float)lion->common.weight_decay);
}

const struct optimizer_type optimizer_lion = {
    .kind = {.name = "lion",
             .help = "steps of one size, by the sign of gradient and mean",
             .size = sizeof(struct lion_options),
             .fields = lion_fields},
    .slot_count = lion_slot_count,
    .run = lion_run};

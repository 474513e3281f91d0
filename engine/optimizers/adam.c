/* Adam (Kingma and Ba, 2015) as torch.optim.Adam has it: weight decay is added to the gradient. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/optimizers/optimizers.h"

#include <math.h>

static const struct field adam_fields[] = {OPTIMIZER_FIELDS(0.001, 0), ADAM_FIELDS, FIELD_END};

int adam_slot_count(const void *options)
{
    (void)options;
    return 2;
}

void adam_run(const struct adam_options *adam, const struct optimizer_step *step, int64_t begin,
              int64_t end, int is_decoupled)
{
    /* In double, since 1 - beta^t loses half of a float's digits at first; but of the betas as the
     * kernel has them. */
    float beta_1 = (float)adam->beta_1, beta_2 = (float)adam->beta_2;
    double correction_1 = 1 - pow((double)beta_1, (double)step->step);
    double correction_2 = 1 - pow((double)beta_2, (double)step->step);
    float *largest = step->slots[2] == NULL ? NULL : step->slots[2] + begin;
    step->kernels->step_adam(
        end - begin, step->parameters + begin, step->gradients + begin, step->slots[0] + begin,
        step->slots[1] + begin, largest, (float)step->rate, (float)adam->beta_1,
        (float)adam->beta_2, (float)adam->epsilon, (float)adam->common.weight_decay,
        (float)(step->rate / correction_1), (float)(1 / sqrt(correction_2)), is_decoupled);
}

void adam_coupled_run(const void *options, const struct optimizer_step *step, int64_t begin,
                      int64_t end)
{
    adam_run(options, step, begin, end, 0);
}

const struct optimizer_type optimizer_adam = {
    .kind = {.name = "adam",
             .help = "adaptive steps from the gradient's mean and square",
             .size = sizeof(struct adam_options),
             .fields = adam_fields},
    .slot_count = adam_slot_count,
    .run = adam_coupled_run};

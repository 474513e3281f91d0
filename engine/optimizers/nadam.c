/* NAdam (Dozat, 2016) as torch.optim.NAdam of PyTorch 1.13 has it, which the golden case is made
 * with: Adam that looks ahead along a momentum which grows from half of beta_1 up to it. That
 * version counts the update's own momentum twice in the correction of the mean; later ones count it
 * once, which differs for as long as the product of the momenta is not small: some ten updates. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/optimizers/optimizers.h"

#include <float.h>
#include <math.h>

struct nadam_options {
    struct adam_options adam;
    double momentum_decay;
};

static const struct field nadam_fields[] = {
    OPTIMIZER_FIELDS(0.001, 0), ADAM_FIELDS,
    FIELD_NUMBER(struct nadam_options, momentum_decay, .min = 0, .max = 1e6, .number = 4e-3,
                 .help = "how fast the momentum grows up to beta_1"),
    FIELD_END};

static double momentum(const struct nadam_options *nadam, int64_t step)
{
    return nadam->adam.beta_1 * (1 - 0.5 * pow(0.96, (double)step * nadam->momentum_decay));
}

/* The product of all momenta up to that of `step`. Once it is lost beside 1 it stays 0, so that the
 * product of a long run is found as fast as that of a short one. */
static double nadam_carry(const void *options, int64_t step, double before)
{
    double product = before * momentum(options, step);
    return product < DBL_EPSILON / 4 ? 0 : product;
}

static void nadam_run(const void *options, const struct optimizer_step *step, int64_t begin,
                      int64_t end)
{
    const struct nadam_options *nadam = options;
    const struct adam_options *adam = &nadam->adam;
    double now = momentum(nadam, step->step), next = momentum(nadam, step->step + 1);
    double gradient_rate = step->rate * (1 - now) / (1 - step->carried);
    double mean_rate = step->rate * next / (1 - step->carried * now * next);
    /* Of beta_2 as the kernel has it, as in adam_run(). */
    double correction_2 = 1 - pow((double)(float)adam->beta_2, (double)step->step);
    step->kernels->step_nadam(end - begin, step->parameters + begin, step->gradients + begin,
                              step->slots[0] + begin, step->slots[1] + begin, (float)gradient_rate,
                              (float)mean_rate, (float)adam->beta_1, (float)adam->beta_2,
                              (float)adam->epsilon, (float)adam->common.weight_decay,
                              (float)(1 / sqrt(correction_2)));
}

const struct optimizer_type optimizer_nadam = {
    .kind = {.name = "nadam",
             .help = "adam that looks ahead along its momentum",
             .size = sizeof(struct nadam_options),
             .fields = nadam_fields},
    .slot_count = adam_slot_count,
    .carry = nadam_carry,
    .run = nadam_run};

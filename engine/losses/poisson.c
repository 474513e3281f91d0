/* poisson: the mean of output - target · log(output + 1e-8), the negative log-likelihood of a count
 * whose rate is the output (torch.nn.functional.poisson_nll_loss without log_input). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/losses/losses.h"

#include <math.h>

static const double POISSON_EPSILON = 1e-8;

static double poisson_value(const void *options UNUSED, const struct loss_batch *batch UNUSED,
                            double output, double target, double *d)
{
    *d = 1.0 - target / (output + POISSON_EPSILON);
    return output - target * log(output + POISSON_EPSILON);
}

static void poisson_run(const void *options, const struct loss_batch *batch, int64_t begin,
                        int64_t end)
{
    loss_run_values(options, batch, begin, end, poisson_value);
}

/* A rate is never negative. */
static int poisson_check(const void *options UNUSED, enum activation_code output_activation,
                         int64_t width UNUSED, struct error *error)
{
    switch (output_activation) {
    case ACTIVATION_SOFTPLUS:
    case ACTIVATION_RELU:
    case ACTIVATION_SIGMOID:
    case ACTIVATION_HARD_SIGMOID:
    case ACTIVATION_SOFTMAX:
        return 0;
    default:
        return loss_check_activation("poisson", output_activation, ACTIVATION_SOFTPLUS, error);
    }
}

const struct loss_type loss_poisson = {
    .kind = {.name = "poisson", .help = "likelihood of counts; the output is their rate"},
    .target = TARGET_VALUES,
    .fuses = loss_fuses_never,
    .check = poisson_check,
    .run = poisson_run,
};

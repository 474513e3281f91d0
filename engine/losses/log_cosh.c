/* log_cosh: the mean of log(cosh(difference)), square near zero and absolute far from it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/losses/losses.h"

#include <math.h>

static double log_cosh_value(const void *options UNUSED, const struct loss_batch *batch UNUSED,
                             double output, double target, double *d)
{
    double difference = output - target;
    double size = fabs(difference);

    /* log((e^s + e^-s) / 2), which does not overflow this way. */
    *d = tanh(difference);
    return size + log1p(exp(-2.0 * size)) - M_LN2;
}

static void log_cosh_run(const void *options, const struct loss_batch *batch, int64_t begin,
                         int64_t end)
{
    loss_run_values(options, batch, begin, end, log_cosh_value);
}

const struct loss_type loss_log_cosh = {
    .kind = {.name = "log_cosh", .help = "mean of log cosh of the difference"},
    .target = TARGET_VALUES,
    .fuses = loss_fuses_never,
    .run = log_cosh_run,
};

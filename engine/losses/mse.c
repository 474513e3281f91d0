/* mse: the mean of the squared differences (torch.nn.functional.mse_loss). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/losses/losses.h"

static double mse_value(const void *options UNUSED, const struct loss_batch *batch UNUSED,
                        double output, double target, double *d)
{
    double difference = output - target;

    *d = 2.0 * difference;
    return difference * difference;
}

static void mse_run(const void *options, const struct loss_batch *batch, int64_t begin, int64_t end)
{
    loss_run_values(options, batch, begin, end, mse_value);
}

const struct loss_type loss_mse = {
    .kind = {.name = "mse", .help = "mean squared difference"},
    .target = TARGET_VALUES,
    .fuses = loss_fuses_never,
    .run = mse_run,
};

/* mae: the mean of the absolute differences (torch.nn.functional.l1_loss). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/losses/losses.h"

#include <math.h>

static double mae_value(const void *options UNUSED, const struct loss_batch *batch UNUSED,
                        double output, double target, double *d)
{
    double difference = output - target;

    *d = (double)(difference > 0.0) - (double)(difference < 0.0);
    return fabs(difference);
}

static void mae_run(const void *options, const struct loss_batch *batch, int64_t begin, int64_t end)
{
    loss_run_values(options, batch, begin, end, mae_value);
}

const struct loss_type loss_mae = {
    .kind = {.name = "mae", .help = "mean absolute difference"},
    .target = TARGET_VALUES,
    .fuses = loss_fuses_never,
    .run = mae_run,
};

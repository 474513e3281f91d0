/* hinge: the mean of max(0, 1 - sign · output), where a target of 1 has the sign +1 and one of 0
 * the sign -1. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/losses/losses.h"

static double hinge_value(const void *options UNUSED, const struct loss_batch *batch UNUSED,
                          double output, double target, double *d)
{
    double sign = 2.0 * target - 1.0;
    double distance = 1.0 - sign * output;

    /* A NaN stays one, so that a diverged job is noticed. */
    if (distance <= 0.0) {
        *d = 0.0;
        return 0.0;
    }
    *d = -sign;
    return distance;
}

static void hinge_run(const void *options, const struct loss_batch *batch, int64_t begin,
                      int64_t end)
{
    loss_run_values(options, batch, begin, end, hinge_value);
}

const struct loss_type loss_hinge = {
    .kind = {.name = "hinge", .help = "distance from the right side of a margin; targets 0 and 1"},
    .target = TARGET_VALUES,
    .fuses = loss_fuses_never,
    .run = hinge_run,
};

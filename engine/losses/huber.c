/* huber: square within delta of the target, linear beyond (torch.nn.functional.huber_loss). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/losses/losses.h"

#include <math.h>

struct huber {
    double delta;
};

static const struct field huber_fields[] = {
    FIELD_NUMBER(struct huber, delta, .min = 0, .max = 1e6, .number = 1, .flags = FIELD_ABOVE_MIN,
                 .help = "difference at which the square turns into a line"),
    FIELD_END};

static double huber_value(const void *options, const struct loss_batch *batch UNUSED, double output,
                          double target, double *d)
{
    double delta = ((const struct huber *)options)->delta;
    double difference = output - target;

    if (fabs(difference) <= delta) {
        *d = difference;
        return 0.5 * difference * difference;
    }
    *d = copysign(delta, difference);
    return delta * (fabs(difference) - 0.5 * delta);
}

static void huber_run(const void *options, const struct loss_batch *batch, int64_t begin,
                      int64_t end)
{
    loss_run_values(options, batch, begin, end, huber_value);
}

const struct loss_type loss_huber = {
    .kind = {.name = "huber",
             .help = "square near the target, linear beyond delta",
             .size = sizeof(struct huber),
             .fields = huber_fields},
    .target = TARGET_VALUES,
    .fuses = loss_fuses_never,
    .run = huber_run,
};

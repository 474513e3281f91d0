/* focal: -(1 - p)^gamma · log p of the row's class, from the logits of a softmax; rows that are
 * right already count less (Lin et al., "Focal loss for dense object detection", ICCV 2017). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/losses/losses.h"

#include <assert.h>
#include <math.h>

struct focal {
    double gamma;
};

static const struct field focal_fields[] = {
    FIELD_NUMBER(struct focal, gamma, .min = 0, .max = 100, .number = 2,
                 .help = "how much less the easy rows count; 0: cross-entropy"),
    FIELD_END};

/* The loss of a class of log-probability `log_p`; *d becomes its derivative by log_p. */
static double focal_value(double gamma, double log_p, double *d)
{
    double rest = -expm1(log_p); /* 1 - p, exact where p is near 1 */
    double focus = pow(rest, gamma);
    double slope = 0.0;

    /* At p = 1 the power below may be infinite; its product with log p = 0 tends to 0. */
    if (gamma > 0.0 && rest > 0.0)
        slope = gamma * pow(rest, gamma - 1.0) * exp(log_p) * log_p;
    *d = slope - focus;
    return -focus * log_p;
}

static void focal_run(const void *options, const struct loss_batch *batch, int64_t begin,
                      int64_t end)
{
    const struct focal *focal = options;

    assert(batch->classes != NULL);
    for (int64_t row = begin; row < end; row++) {
        const float *logits = batch->output + row * batch->width;
        int64_t target = batch->classes[row];
        double weight = loss_row_weight(batch, row);
        float *d = loss_d_row(batch, row); /* the probabilities at first */
        double log_p =
            (double)logits[target] - loss_softmax(batch->kernels, logits, batch->width, d);
        double slope = 0.0;
        batch->row_losses[row] = weight * focal_value(focal->gamma, log_p, &slope);
        slope *= weight / (double)batch->batch_rows;
        for (int64_t j = 0; d != NULL && j < batch->width; j++)
            d[j] = (float)(slope * ((j == target ? 1.0 : 0.0) - (double)d[j]));
    }
}

static int focal_check(const void *options UNUSED, enum activation_code output_activation,
                       int64_t width, struct error *error)
{
    if (loss_check_width("focal", width, error) != 0)
        return -1;
    return loss_check_softmax("focal", output_activation, error);
}

const struct loss_type loss_focal = {
    .kind = {.name = "focal",
             .help = "cross-entropy that weighs hard rows more",
             .size = sizeof(struct focal),
             .fields = focal_fields},
    .target = TARGET_CLASS,
    .fuses = loss_fuses_softmax,
    .check = focal_check,
    .run = focal_run,
};

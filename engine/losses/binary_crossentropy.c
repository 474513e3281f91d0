/* binary_crossentropy: the mean over the outputs of -t log p - (1 - t) log(1 - p), computed from
 * the logits z of the sigmoid as max(z, 0) - z t + log(1 + e^-|z|)
 * (torch.nn.functional.binary_cross_entropy_with_logits); of other outputs in [0, 1] as it stands,
 * with logarithms of at least -100 (torch.nn.functional.binary_cross_entropy). Label smoothing s
 * makes the target t (1 - s) + s / 2. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/losses/losses.h"

#include <math.h>

static double smoothed(const struct loss_batch *batch, double target)
{
    return target * (1.0 - batch->label_smoothing) + 0.5 * batch->label_smoothing;
}

static double logit_value(const void *options UNUSED, const struct loss_batch *batch, double logit,
                          double target, double *d)
{
    double smooth = smoothed(batch, target);
    double decay = exp(-fabs(logit)); /* never overflows */
    double probability = logit >= 0.0 ? 1.0 / (1.0 + decay) : decay / (1.0 + decay);

    *d = probability - smooth;
    return fmax(logit, 0.0) - logit * smooth + log1p(decay);
}

/* A NaN stays one, so that a diverged job is noticed. */
static double bounded_log(double logarithm)
{
    return logarithm < -100.0 ? -100.0 : logarithm;
}

static double probability_value(const void *options UNUSED, const struct loss_batch *batch,
                                double probability, double target, double *d)
{
    double smooth = smoothed(batch, target);
    double variance = probability * (1.0 - probability);

    *d = (probability - smooth) / (variance < 1e-12 ? 1e-12 : variance);
    return -smooth * bounded_log(log(probability)) -
           (1.0 - smooth) * bounded_log(log1p(-probability));
}

static void binary_run(const void *options, const struct loss_batch *batch, int64_t begin,
                       int64_t end)
{
    loss_run_values(options, batch, begin, end, batch->activated ? probability_value : logit_value);
}

static bool binary_fuses(enum activation_code output_activation)
{
    return output_activation == ACTIVATION_SIGMOID;
}

static int binary_check(const void *options UNUSED, enum activation_code output_activation,
                        int64_t width UNUSED, struct error *error)
{
    if (output_activation == ACTIVATION_SOFTMAX || output_activation == ACTIVATION_HARD_SIGMOID)
        return 0;
    return loss_check_activation("binary_crossentropy", output_activation, ACTIVATION_SIGMOID,
                                 error);
}

const struct loss_type loss_binary_crossentropy = {
    .kind = {.name = "binary_crossentropy", .help = "cross-entropy of independent yes or no"},
    .target = TARGET_VALUES,
    .smooths_labels = true,
    .fuses = binary_fuses,
    .check = binary_check,
    .run = binary_run,
};

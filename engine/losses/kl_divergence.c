/* kl_divergence: Σ t log(t / p) over the last axis of outputs p and a target distribution t, with
 * 0 log 0 = 0; the mean over the other axes (torch.nn.functional.kl_div). From the logits of a
 * softmax it is Σ t (log t - log softmax), whose gradient Σt · softmax - t stays finite where a
 * probability rounds to zero; of other positive outputs the gradient is -t / p. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/losses/losses.h"

#include <math.h>

/* The divergence of one group of `width` outputs from its targets. `d` gets the softmax where
 * outputs are logits; NULL: no gradient is wanted. */
static double divergence(const struct loss_batch *batch, int64_t row, int64_t at, int64_t width,
                         float *d)
{
    const float *outputs = batch->output + row * batch->width + at;
    double log_sum = batch->activated ? 0.0 : loss_softmax(batch->kernels, outputs, width, d);
    double loss = 0.0;

    for (int64_t j = 0; j < width; j++) {
        double target = loss_target(batch, row, at + j);
        double output = (double)outputs[j];
        double log_p = batch->activated ? log(output) : output - log_sum;
        if (target != 0.0)
            loss += target * (log(target) - log_p);
        else if (isnan(output))
            loss = output; /* a job that diverges is noticed */
    }
    return loss;
}

static void set_gradient(const struct loss_batch *batch, int64_t row, int64_t at, int64_t width,
                         double weight, float *d)
{
    const float *outputs = batch->output + row * batch->width + at;
    double targets = 0.0;

    for (int64_t j = 0; j < width; j++)
        targets += loss_target(batch, row, at + j);
    for (int64_t j = 0; j < width; j++) {
        double target = loss_target(batch, row, at + j);
        double slope =
            batch->activated ? -target / (double)outputs[j] : targets * (double)d[j] - target;
        d[j] = (float)(slope * weight);
    }
}

static void kl_divergence_run(const void *options UNUSED, const struct loss_batch *batch,
                              int64_t begin, int64_t end)
{
    int64_t width = batch->group > 0 ? batch->group : batch->width;
    double share = (double)width / (double)batch->width;

    for (int64_t row = begin; row < end; row++) {
        double weight = loss_row_weight(batch, row) * share;
        double loss = 0.0;
        for (int64_t at = 0; at < batch->width; at += width) {
            float *d = loss_d_row(batch, row);
            d = d != NULL ? d + at : NULL;
            loss += divergence(batch, row, at, width, d);
            if (d != NULL)
                set_gradient(batch, row, at, width, weight / (double)batch->batch_rows, d);
        }
        batch->row_losses[row] = weight * loss;
    }
}

static int kl_divergence_check(const void *options UNUSED, enum activation_code output_activation,
                               int64_t width, struct error *error)
{
    if (loss_check_width("kl_divergence", width, error) != 0)
        return -1;
    return loss_is_positive(output_activation)
               ? 0
               : loss_check_softmax("kl_divergence", output_activation, error);
}

const struct loss_type loss_kl_divergence = {
    .kind = {.name = "kl_divergence", .help = "divergence from a target distribution"},
    .target = TARGET_VALUES,
    .fuses = loss_fuses_softmax,
    .check = kl_divergence_check,
    .run = kl_divergence_run,
};

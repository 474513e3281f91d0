/* kl_divergence: Σ t log(t / p) over the outputs p of a softmax and a target distribution t, with
 * 0 log 0 = 0 (torch.nn.functional.kl_div). From the logits it is Σ t (log t - log softmax), whose
 * gradient Σt · softmax - t stays finite where a probability rounds to zero. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/losses/losses.h"

#include <math.h>

static void kl_divergence_run(const void *options UNUSED, const struct loss_batch *batch,
                              int64_t begin, int64_t end)
{
    for (int64_t row = begin; row < end; row++) {
        const float *logits = batch->output + row * batch->width;
        double weight = loss_row_weight(batch, row);
        double d_weight = weight / (double)batch->batch_rows;
        float *d = loss_d_row(batch, row); /* the probabilities at first */
        double log_sum = loss_softmax(logits, batch->width, d);
        double loss = 0.0;
        double targets = 0.0;
        for (int64_t j = 0; j < batch->width; j++) {
            double target = loss_target(batch, row, j);
            targets += target;
            if (target != 0.0)
                loss += target * (log(target) + log_sum - (double)logits[j]);
        }
        batch->row_losses[row] = weight * loss;
        for (int64_t j = 0; d != NULL && j < batch->width; j++)
            d[j] = (float)((targets * (double)d[j] - loss_target(batch, row, j)) * d_weight);
    }
}

static int kl_divergence_check(const void *options UNUSED, enum activation_code output_activation,
                               int64_t width, struct error *error)
{
    return loss_check_classes("kl_divergence", output_activation, width, error);
}

const struct loss_type loss_kl_divergence = {
    .kind = {.name = "kl_divergence", .help = "divergence from a target distribution"},
    .target = TARGET_VALUES,
    .fuses = loss_fuses_softmax,
    .check = kl_divergence_check,
    .run = kl_divergence_run,
};

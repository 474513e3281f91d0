/* categorical_crossentropy: -Σ t log softmax(logits), where label smoothing s over C classes makes
 * the target 1 - s + s / C for the row's class and s / C for the others
 * (torch.nn.functional.cross_entropy). The gradient by the logits is softmax - t. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/losses/losses.h"

#include <assert.h>

static double row_loss(const struct loss_batch *batch, const float *logits, int64_t target,
                       double log_sum)
{
    double loss = log_sum - (double)logits[target];
    double others = 0.0;

    if (batch->label_smoothing == 0.0)
        return loss;
    for (int64_t j = 0; j < batch->width; j++)
        others += log_sum - (double)logits[j];
    return (1.0 - batch->label_smoothing) * loss +
           batch->label_smoothing * others / (double)batch->width;
}

static void categorical_run(const void *options UNUSED, const struct loss_batch *batch,
                            int64_t begin, int64_t end)
{
    double smoothing = batch->label_smoothing;
    double share = smoothing / (double)batch->width;

    assert(batch->classes != NULL);
    for (int64_t row = begin; row < end; row++) {
        const float *logits = batch->output + row * batch->width;
        int64_t target = batch->classes[row];
        double weight = loss_row_weight(batch, row);
        double d_weight = weight / (double)batch->batch_rows;
        float *d = loss_d_row(batch, row); /* the probabilities at first */
        double log_sum = loss_softmax(logits, batch->width, d);
        batch->row_losses[row] = weight * row_loss(batch, logits, target, log_sum);
        for (int64_t j = 0; d != NULL && j < batch->width; j++) {
            double wanted = share + (j == target ? 1.0 - smoothing : 0.0);
            d[j] = (float)(((double)d[j] - wanted) * d_weight);
        }
    }
}

static int categorical_check(const void *options UNUSED, enum activation_code output_activation,
                             int64_t width, struct error *error)
{
    return loss_check_classes("categorical_crossentropy", output_activation, width, error);
}

const struct loss_type loss_categorical_crossentropy = {
    .kind = {.name = "categorical_crossentropy",
             .help = "cross-entropy of one class among several"},
    .target = TARGET_CLASS,
    .smooths_labels = true,
    .fuses = loss_fuses_softmax,
    .check = categorical_check,
    .run = categorical_run,
};

/* categorical_crossentropy: -Σ t log softmax(logits), where label smoothing s over C classes makes
 * the target 1 - s + s / C for the row's class and s / C for the others
 * (torch.nn.functional.cross_entropy). The gradient by the logits is softmax - t. Of positive
 * outputs the logits are the logarithms, whose softmax is each output's share of the sum. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/losses/losses.h"

#include <assert.h>
#include <math.h>

static double logit(const struct loss_batch *batch, float output)
{
    return batch->activated ? log((double)output) : (double)output;
}

static double row_loss(const struct loss_batch *batch, const float *outputs, int64_t target,
                       double log_sum)
{
    double loss = log_sum - logit(batch, outputs[target]);
    double others = 0.0;

    if (batch->label_smoothing == 0.0)
        return loss;
    for (int64_t j = 0; j < batch->width; j++)
        others += log_sum - logit(batch, outputs[j]);
    return (1.0 - batch->label_smoothing) * loss +
           batch->label_smoothing * others / (double)batch->width;
}

/* log(Σ e^logit), and the probabilities where they are wanted. */
static double probabilities(const struct loss_batch *batch, const float *outputs, float *p)
{
    double sum = 0.0;

    if (!batch->activated)
        return loss_softmax(batch->kernels, outputs, batch->width, p);
    for (int64_t j = 0; j < batch->width; j++)
        sum += (double)outputs[j];
    for (int64_t j = 0; p != NULL && j < batch->width; j++)
        p[j] = (float)((double)outputs[j] / sum);
    return log(sum);
}

static void categorical_run(const void *options UNUSED, const struct loss_batch *batch,
                            int64_t begin, int64_t end)
{
    double smoothing = batch->label_smoothing;
    double share = smoothing / (double)batch->width;

    assert(batch->classes != NULL);
    for (int64_t row = begin; row < end; row++) {
        const float *outputs = batch->output + row * batch->width;
        int64_t target = batch->classes[row];
        double weight = loss_row_weight(batch, row);
        double d_weight = weight / (double)batch->batch_rows;
        float *d = loss_d_row(batch, row); /* the probabilities at first */
        double log_sum = probabilities(batch, outputs, d);
        batch->row_losses[row] = weight * row_loss(batch, outputs, target, log_sum);
        for (int64_t j = 0; d != NULL && j < batch->width; j++) {
            double wanted = share + (j == target ? 1.0 - smoothing : 0.0);
            double d_logit = ((double)d[j] - wanted) * d_weight;
            d[j] = (float)(batch->activated ? d_logit / (double)outputs[j] : d_logit);
        }
    }
}

static int categorical_check(const void *options UNUSED, enum activation_code output_activation,
                             int64_t width, struct error *error)
{
    if (loss_check_width("categorical_crossentropy", width, error) != 0)
        return -1;
    return loss_is_positive(output_activation)
               ? 0
               : loss_check_softmax("categorical_crossentropy", output_activation, error);
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

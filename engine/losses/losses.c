/* The table of losses, and what its entries share. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/losses/losses.h"
#include "engine/activation.h"

#include <assert.h>
#include <math.h>

const struct loss_type *const loss_types[] = {&loss_mse,
                                              &loss_mae,
                                              &loss_huber,
                                              &loss_log_cosh,
                                              &loss_binary_crossentropy,
                                              &loss_categorical_crossentropy,
                                              &loss_hinge,
                                              &loss_kl_divergence,
                                              &loss_poisson,
                                              &loss_focal,
                                              NULL};

const struct kind *const loss_kinds[] = {&loss_mse.kind,
                                         &loss_mae.kind,
                                         &loss_huber.kind,
                                         &loss_log_cosh.kind,
                                         &loss_binary_crossentropy.kind,
                                         &loss_categorical_crossentropy.kind,
                                         &loss_hinge.kind,
                                         &loss_kl_divergence.kind,
                                         &loss_poisson.kind,
                                         &loss_focal.kind,
                                         NULL};

double loss_target(const struct loss_batch *batch, int64_t row, int64_t column)
{
    if (batch->values != NULL)
        return (double)batch->values[row * batch->width + column];
    assert(batch->classes != NULL);
    if (batch->width == 1)
        return (double)batch->classes[row];
    return batch->classes[row] == column ? 1.0 : 0.0;
}

double loss_row_weight(const struct loss_batch *batch, int64_t row)
{
    return batch->row_weights != NULL ? (double)batch->row_weights[row] : 1.0;
}

void loss_run_values(const void *options, const struct loss_batch *batch, int64_t begin,
                     int64_t end, loss_value_fn *value)
{
    double per_output = 1.0 / (double)batch->width;

    for (int64_t row = begin; row < end; row++) {
        double weight = loss_row_weight(batch, row) * per_output;
        double d_weight = weight / (double)batch->batch_rows;
        double sum = 0.0;
        for (int64_t j = 0; j < batch->width; j++) {
            int64_t at = row * batch->width + j;
            double d = 0.0;
            sum += value(options, batch, (double)batch->output[at], loss_target(batch, row, j), &d);
            if (batch->d_output != NULL)
                batch->d_output[at] = (float)(d * d_weight);
        }
        batch->row_losses[row] = sum * weight;
    }
}

double loss_softmax(const struct kernels *kernels, const float *logits, int64_t width,
                    float *probabilities)
{
    float greatest = logits[0];

    for (int64_t j = 1; j < width; j++)
        greatest = logits[j] > greatest ? logits[j] : greatest;
    double sum = kernels->exponentials(width, greatest, logits, probabilities);
    double share = 1.0 / sum;
    for (int64_t j = 0; probabilities != NULL && j < width; j++)
        probabilities[j] = (float)((double)probabilities[j] * share);
    return (double)greatest + log(sum);
}

float *loss_d_row(const struct loss_batch *batch, int64_t row)
{
    return batch->d_output != NULL ? batch->d_output + row * batch->width : NULL;
}

int loss_check_activation(const char *loss, enum activation_code found, enum activation_code needed,
                          struct error *error)
{
    if (found == needed)
        return 0;
    return error_set(error, ERROR_INVALID,
                     "%s cannot follow a %s output: give the last layer \"activation\": \"%s\"",
                     loss, activation_name(found), activation_name(needed));
}

int loss_check_width(const char *loss, int64_t width, struct error *error)
{
    if (width >= 2)
        return 0;
    return error_set(error, ERROR_INVALID,
                     "%s needs an output for each class, at least 2, not %lld: a single output "
                     "takes \"activation\": \"sigmoid\" and binary_crossentropy",
                     loss, (long long)width);
}

int loss_check_softmax(const char *loss, enum activation_code found, struct error *error)
{
    if (loss_fuses_softmax(found))
        return 0;
    return loss_check_activation(loss, found, ACTIVATION_SOFTMAX, error);
}

bool loss_is_positive(enum activation_code output_activation)
{
    return output_activation == ACTIVATION_SIGMOID || output_activation == ACTIVATION_SOFTPLUS;
}

bool loss_fuses_never(enum activation_code output_activation UNUSED)
{
    return false;
}

bool loss_fuses_softmax(enum activation_code output_activation)
{
    return output_activation == ACTIVATION_SOFTMAX || output_activation == ACTIVATION_LOG_SOFTMAX;
}

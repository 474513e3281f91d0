/* Central differences of networks and losses. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/engine/gradient_check.h"
#include "tests/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Compares `count` gradients by the numbers at `places`. */
static void compare(const struct gradient_probe *probe, const char *name, int64_t count,
                    float *places, const float *gradients, double scale,
                    struct gradient_report *report)
{
    for (int64_t i = 0; i < count; i++)
        gradient_compare(probe, name, i, &places[i], gradients[i], scale, report);
}

bool gradient_report_is_right(const struct gradient_report *report)
{
    return report->worst <= GRADIENT_TOLERANCE && report->checked > 0 &&
           report->skipped * 3 <= report->checked;
}

struct projection {
    struct trial *trial;
    const float *factors;
};

static double projected_output(void *context)
{
    const struct projection *projection = context;
    double sum = 0.0;

    trial_forward(projection->trial);
    const float *output = workspace_output(projection->trial->training);
    for (int64_t i = 0; i < projection->trial->output_elements; i++)
        sum += (double)output[i] * (double)projection->factors[i];
    return sum;
}

struct comparison {
    struct trial *trial;
    struct gradient_probe probe;
    double largest_of_all;
    struct gradient_report report;
};

static int compare_tensor(void *context, const char *name, const struct layer_tensor *tensor)
{
    struct comparison *comparison = context;
    const float *gradients = comparison->trial->gradients + tensor->offset;

    if (tensor->role == TENSOR_STATE)
        return 0;
    double scale =
        fmax(gradient_largest(gradients, tensor->count), 0.05 * comparison->largest_of_all);
    compare(&comparison->probe, name, tensor->count, comparison->trial->parameters + tensor->offset,
            gradients, scale, &comparison->report);
    return 0;
}

struct gradient_report gradient_check_network(struct trial *trial, uint64_t seed)
{
    float *factors = calloc((size_t)trial->output_elements, sizeof(*factors));
    struct projection projection = {trial, factors};
    struct comparison comparison = {.trial = trial, .probe = {projected_output, &projection, 0.0}};

    ck_assert_ptr_nonnull(factors);
    draw_normal(seed, "projection", trial->output_elements, factors);
    trial_backward(trial, factors, false);
    comparison.largest_of_all = gradient_largest(trial->gradients, trial->network->trained_count);
    network_each_tensor(trial->network, compare_tensor, &comparison);
    free(factors);
    return comparison.report;
}

struct loss_value {
    const struct loss_type *type;
    const void *options;
    struct loss_batch batch;
};

static double mean_loss(void *context)
{
    struct loss_value *loss = context;
    double sum = 0.0;

    loss->type->run(loss->options, &loss->batch, 0, loss->batch.rows);
    for (int64_t row = 0; row < loss->batch.rows; row++)
        sum += loss->batch.row_losses[row];
    return sum / (double)loss->batch.batch_rows;
}

struct gradient_report gradient_check_loss(const struct loss_type *type, const void *options,
                                           struct loss_batch *batch, float *output)
{
    struct loss_value loss = {type, options, *batch};
    struct gradient_probe probe = {mean_loss, &loss, 0.0};
    struct gradient_report report = {0};
    int64_t count = batch->rows * batch->width;

    ck_assert_ptr_eq(batch->output, output);
    type->run(options, batch, 0, batch->rows);
    loss.batch.d_output = NULL;
    compare(&probe, type->kind.name, count, output, batch->d_output,
            gradient_largest(batch->d_output, count), &report);
    return report;
}

/* Layers over time give the same bytes however their work is cut: by members, rows, columns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Wide enough that several members get rows and columns. */
static const char wide[] =
    "{\"input\": [13, 21], \"layers\": ["
    "{\"type\": \"lstm\", \"units\": 37, \"return_sequences\": true, \"bidirectional\": true}, "
    "{\"type\": \"attention\", \"heads\": 2, \"causal\": true, \"name\": \"a\"}, "
    "{\"type\": \"attention\", \"heads\": 3, \"units\": 51, \"name\": \"b\", \"input\": "
    "\"lstm_1\"}, "
    "{\"type\": \"add\", \"input\": [\"a\", \"b\", \"lstm_1\"]}, "
    "{\"type\": \"gru\", \"units\": 33, \"bidirectional\": true, \"return_sequences\": true}, "
    "{\"type\": \"gru\", \"units\": 30}, "
    "{\"type\": \"dense\", \"units\": 11, \"activation\": \"softmax\"}]}";

/* What one training step leaves: outputs and gradients; and a prediction. */
static float *step_with(int members, int64_t rows, size_t *count)
{
    struct error error = {0};
    struct team *team = members > 0 ? team_create(members, NULL, &error) : NULL;
    const struct kernels *kernels = kernels_get(&error);
    struct trial trial = trial_create(wide, rows, 2, kernels);
    size_t outputs = (size_t)trial.output_elements;
    size_t trained = (size_t)trial.network->trained_count;
    float *factors = calloc(outputs, sizeof(float));
    float *values = calloc(2 * outputs + trained, sizeof(float));

    ck_assert_ok(error);
    ck_assert(factors != NULL && values != NULL);
    draw_normal(4, "projection", trial.output_elements, factors);
    trial.run.team = team;
    trial_backward(&trial, factors, false);
    memcpy(values, workspace_output(trial.training), outputs * sizeof(float));
    memcpy(values + outputs, trial_predict(&trial), outputs * sizeof(float));
    memcpy(values + 2 * outputs, trial.gradients, trained * sizeof(float));
    ck_assert_mem_eq(values, values + outputs, outputs * sizeof(float));
    *count = 2 * outputs + trained;
    free(factors);
    trial_clear(&trial);
    team_free(team);
    return values;
}

static const int64_t row_counts[] = {1, 2, 13, 64, 131};

START_TEST(any_number_of_members_gives_the_same_bytes)
{
    size_t count = 0;
    float *alone = step_with(0, row_counts[_i], &count);

    for (int members = 1; members <= 4; members++) {
        float *together = step_with(members, row_counts[_i], &count);
        ck_assert_msg(memcmp(together, alone, count * sizeof(float)) == 0,
                      "%d members differ at %d rows", members, (int)row_counts[_i]);
        free(together);
    }
    for (size_t i = 0; i < count; i++)
        ck_assert(isfinite(alone[i]));
    free(alone);
}
END_TEST

/* Each layer called for rows cut anywhere, and for columns of its kernels cut anywhere. */
static void run_cut(struct trial *trial, int64_t first, int64_t second, const float *d_output,
                    float *d_x)
{
    const struct layer *layer = &trial->network->layers[0];
    struct layer_pass pass = {.kernels = kernels_list()[0], .rows = trial->rows, .training = true};
    float *scratch[LAYER_SCRATCH_MAX] = {NULL};
    int64_t items[] = {0, first, second, layer->parameter_items};
    int64_t rows[] = {0, first * trial->rows / layer->parameter_items,
                      second * trial->rows / layer->parameter_items, trial->rows};

    for (int s = 0; s < LAYER_SCRATCH_MAX; s++)
        pass.scratch[s] = scratch[s] =
            calloc((size_t)(layer->scratch_per_row[s] * trial->rows) + 1, sizeof(float));
    pass.work = calloc((size_t)layer->work_size, sizeof(float));
    pass.inputs[0] = workspace_input(trial->training);
    pass.output = calloc((size_t)trial->output_elements, sizeof(float));
    pass.output_read = pass.output;
    pass.d_output = calloc((size_t)trial->output_elements, sizeof(float));
    memcpy(pass.d_output, d_output, (size_t)trial->output_elements * sizeof(float));
    pass.d_inputs[0] = d_x;
    pass.d_input_overwrite[0] = true;
    memset(trial->gradients, 0, (size_t)trial->network->trained_count * sizeof(float));
    for (int t = 0; t < layer->tensor_count; t++) {
        pass.tensors[t] = trial->parameters + layer->tensors[t].offset;
        pass.d_tensors[t] = trial->gradients + layer->tensors[t].offset;
    }
    for (int part = 2; part >= 0; part--)
        layer->type->forward(layer, &pass, rows[part], rows[part + 1]);
    for (int part = 0; part < 3; part++)
        layer->type->backward(layer, &pass, rows[part], rows[part + 1]);
    for (int part = 2; part >= 0; part--)
        layer->type->backward_parameters(layer, &pass, items[part], items[part + 1]);
    for (int s = 0; s < LAYER_SCRATCH_MAX; s++)
        free(scratch[s]);
    free(pass.work);
    free(pass.output);
    free(pass.d_output);
}

START_TEST(rows_and_columns_may_be_cut_anywhere)
{
    static const char *const layers[] = {
        "{\"type\": \"lstm\", \"units\": 9, \"bidirectional\": true}",
        "{\"type\": \"gru\", \"units\": 9, \"return_sequences\": true, \"bidirectional\": true}",
        "{\"type\": \"attention\", \"heads\": 3, \"units\": 12}"};
    char text[256];

    snprintf(text, sizeof(text), "{\"input\": [6, 5], \"layers\": [%s]}", layers[_i]);
    struct trial trial = trial_create(text, 43, 2, kernels_list()[0]);
    size_t outputs = (size_t)trial.output_elements;
    size_t size = (size_t)trial.network->trained_count * sizeof(float);
    float *d_output = calloc(outputs, sizeof(float));
    float *whole = malloc(size);
    float d_x[2][43 * 30];

    ck_assert(d_output != NULL && whole != NULL);
    draw_normal(4, "projection", trial.output_elements, d_output);
    run_cut(&trial, 0, 0, d_output, d_x[0]);
    memcpy(whole, trial.gradients, size);
    for (int64_t first = 1; first < trial.network->layers[0].parameter_items; first += 7) {
        run_cut(&trial, first, first + (trial.network->layers[0].parameter_items - first) / 2,
                d_output, d_x[1]);
        ck_assert_mem_eq(d_x[1], d_x[0], sizeof(d_x[0]));
        ck_assert_mem_eq(trial.gradients, whole, size);
    }
    free(d_output);
    free(whole);
    trial_clear(&trial);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, any_number_of_members_gives_the_same_bytes, 0,
                        ARRAY_COUNT(row_counts));
    tcase_add_loop_test(tests, rows_and_columns_may_be_cut_anywhere, 0, 3);
}

int main(void)
{
    return tests_run("sequence_cuts", add_tests);
}

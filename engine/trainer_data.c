/* Batches of encoded rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_data.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Training and validation rows that take no more than this are encoded once. */
static const size_t encoded_size_max = (size_t)256 << 20;

/* Less than this is not worth waking another thread for. */
enum { ENCODE_GRAIN = 16 };

/* ---- memory */

static bool has_classes(const struct trainer_plan *plan)
{
    return preprocessing_task(plan->preprocessing) == TASK_CLASSES;
}

static bool has_weights(const struct trainer_plan *plan)
{
    return plan->class_weights != NULL || plan->sample_weights != NULL;
}

/* Bytes of all rows encoded; 0 where that is too much to keep. */
static size_t encoded_size(const struct trainer_plan *plan)
{
    size_t rows = (size_t)(plan->sets.training_count + plan->sets.validation_count);
    size_t row_size = (size_t)plan->input_elements * sizeof(float), size;
    if (size_multiply(rows, row_size, &size, NULL) != 0 || size > encoded_size_max)
        return 0;
    return size;
}

int trainer_data_memory(const struct trainer_plan *plan, size_t *size, struct error *error)
{
    size_t per_row =
        2 * sizeof(uint32_t) +
        (has_classes(plan) ? sizeof(int32_t) : (size_t)plan->output_elements * sizeof(float)) +
        (has_weights(plan) ? sizeof(float) : 0);
    size_t batch;
    if (size_multiply((size_t)plan->rows, per_row, &batch, error) != 0)
        return -1;
    return size_add(batch, encoded_size(plan), size, error);
}

/* ---- encoding */

struct encode_task {
    const struct trainer_data *data;
    const struct trainer_set *set;
    float *x;
};

/* Gathers or encodes rows [begin, end) of the batch. */
static void run_encode(void *context, int64_t begin, int64_t end, int member)
{
    const struct encode_task *task = context;
    const struct trainer_data *data = task->data;
    int64_t elements = data->plan->input_elements;
    (void)member;
    if (task->set->x == NULL) {
        preprocessing_encode(task->set->binding, data->rows + begin, end - begin,
                             task->x + begin * elements);
        return;
    }
    for (int64_t i = begin; i < end; i++)
        memcpy(task->x + i * elements, task->set->x + (int64_t)data->positions[i] * elements,
               (size_t)elements * sizeof(float));
}

static void fill_targets(struct trainer_data *data, const struct trainer_set *set, int64_t count)
{
    if (data->classes != NULL)
        preprocessing_encode_classes(set->binding, data->rows, count, data->classes);
    else
        preprocessing_encode_values(set->binding, data->rows, count, data->values);
}

/* Of a target that class weights fit: numbers are 0 and 1. */
static int32_t class_of(const struct trainer_data *data, int64_t row)
{
    return data->classes != NULL ? data->classes[row] : data->values[row] > 0.5F;
}

static void fill_weights(struct trainer_data *data, int64_t count)
{
    const struct trainer_plan *plan = data->plan;
    for (int64_t i = 0; i < count; i++) {
        double weight =
            plan->class_weights == NULL ? 1 : (double)plan->class_weights[class_of(data, i)];
        if (plan->sample_weights != NULL)
            weight *= plan->sample_weights[data->rows[i]];
        data->row_weights[i] = (float)weight;
    }
}

struct step_batch trainer_data_fill(struct trainer_data *data, const struct trainer_set *set,
                                    const uint32_t *order, int64_t begin, int64_t count, float *x)
{
    assert(count > 0 && count <= data->plan->rows && begin + count <= set->count);
    for (int64_t i = 0; i < count; i++) {
        data->positions[i] = order == NULL ? (uint32_t)(begin + i) : order[begin + i];
        data->rows[i] = set->rows[data->positions[i]];
    }
    struct encode_task task = {data, set, x};
    team_run(data->plan->setup.team, count, ENCODE_GRAIN, run_encode, &task);
    fill_targets(data, set, count);
    bool is_weighted = set->is_training && data->row_weights != NULL;
    if (is_weighted)
        fill_weights(data, count);
    return (struct step_batch){.rows = count,
                               .classes = data->classes,
                               .values = data->values,
                               .row_weights = is_weighted ? data->row_weights : NULL};
}

/* ---- life */

/* Encodes a whole set, in pieces of a batch. */
static int encode_once(struct trainer_data *data, struct trainer_set *set, struct error *error)
{
    int64_t elements = data->plan->input_elements;
    if (set->count == 0)
        return 0;
    float *x = malloc((size_t)(set->count * elements) * sizeof(float) + 1);
    if (x == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the encoded rows");
    for (int64_t at = 0; at < set->count; at += data->plan->rows) {
        int64_t left = set->count - at;
        trainer_data_fill(data, set, NULL, at, left < data->plan->rows ? left : data->plan->rows,
                          x + at * elements);
    }
    set->x = x;
    return 0;
}

static int allocate(struct trainer_data *data, struct error *error)
{
    const struct trainer_plan *plan = data->plan;
    size_t rows = (size_t)plan->rows;
    data->rows = calloc(rows, sizeof(uint32_t));
    data->positions = calloc(rows, sizeof(uint32_t));
    bool failed = data->rows == NULL || data->positions == NULL;
    if (has_classes(plan))
        failed |= (data->classes = calloc(rows, sizeof(int32_t))) == NULL;
    else
        failed |=
            (data->values = calloc(rows * (size_t)plan->output_elements, sizeof(float))) == NULL;
    if (has_weights(plan))
        failed |= (data->row_weights = calloc(rows, sizeof(float))) == NULL;
    return failed ? error_set(error, ERROR_MEMORY, "out of memory for a batch") : 0;
}

int trainer_data_create(struct trainer_data *data, const struct trainer_plan *plan,
                        struct error *error)
{
    *data = (struct trainer_data){.plan = plan,
                                  .training = {.rows = plan->sets.training,
                                               .binding = plan->binding,
                                               .count = plan->sets.training_count,
                                               .is_training = true},
                                  .validation = {.rows = plan->sets.validation,
                                                 .binding = plan->validation_binding != NULL
                                                                ? plan->validation_binding
                                                                : plan->binding,
                                                 .count = plan->sets.validation_count}};
    if (allocate(data, error) != 0 ||
        (encoded_size(plan) > 0 && (encode_once(data, &data->training, error) != 0 ||
                                    encode_once(data, &data->validation, error) != 0))) {
        trainer_data_clear(data);
        return -1;
    }
    return 0;
}

void trainer_data_clear(struct trainer_data *data)
{
    free(data->training.x);
    free(data->validation.x);
    free(data->rows);
    free(data->positions);
    free(data->classes);
    free(data->values);
    free(data->row_weights);
    memset(data, 0, sizeof *data);
}

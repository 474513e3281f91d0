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

/* Floats of a row that is worth a call. */
enum { LONG_ROW = 16 };

/* Rows that are asked for ahead of their turn, and how much of each. */
enum { AHEAD = 4, LINE_FLOATS = 16, AHEAD_FLOATS_MAX = 256 };

/* ---- memory */

static bool has_classes(const struct trainer_plan *plan)
{
    return preprocessing_task(plan->preprocessing) == TASK_CLASSES;
}

static bool has_weights(const struct trainer_plan *plan)
{
    return plan->class_weights != NULL || plan->sample_weights != NULL;
}

/* Bytes of a row's target. */
static size_t target_size(const struct trainer_plan *plan)
{
    return has_classes(plan) ? sizeof(int32_t) : (size_t)plan->output_elements * sizeof(float);
}

/* Bytes of all rows encoded; 0 where that is too much to keep. */
static size_t encoded_size(const struct trainer_plan *plan)
{
    size_t rows = (size_t)(plan->sets.training_count + plan->sets.validation_count);
    size_t row_size = (size_t)plan->input_elements * sizeof(float) + target_size(plan), size;
    if (size_multiply(rows, row_size, &size, NULL) != 0 || size > encoded_size_max)
        return 0;
    return size;
}

int trainer_data_memory(const struct trainer_plan *plan, size_t *size, struct error *error)
{
    size_t per_row =
        2 * sizeof(uint32_t) + target_size(plan) + (has_weights(plan) ? sizeof(float) : 0);
    size_t batch;
    if (size_multiply((size_t)plan->rows, per_row, &batch, error) != 0)
        return -1;
    return size_add(batch, encoded_size(plan), size, error);
}

/* ---- encoding */

struct encode_task {
    const struct trainer_data *data;
    const struct trainer_set *set;
    bool in_order; /* the rows follow each other in the set */
    float *x;
};

/* Four at a time: a call of memcpy() takes longer than a short row. */
static inline void copy_floats(float *to, const float *from, int64_t count)
{
    if (count > LONG_ROW) {
        memcpy(to, from, (size_t)count * sizeof(float));
        return;
    }
    for (; count >= 4; count -= 4, to += 4, from += 4)
        memcpy(to, from, 4 * sizeof(float));
    for (; count > 0; count--)
        *to++ = *from++;
}

static const float *encoded_row(const struct encode_task *task, int64_t i)
{
    return task->set->x + (int64_t)task->data->positions[i] * task->data->plan->input_elements;
}

/* Rows in a random order are waited for, unless they are asked for before. */
static void copy_rows(const struct encode_task *task, int64_t begin, int64_t end)
{
    int64_t elements = task->data->plan->input_elements;
    int64_t ahead = elements < AHEAD_FLOATS_MAX ? elements : AHEAD_FLOATS_MAX;
    if (elements <= LONG_ROW)
        ahead = 0; /* many of them share a line */
    for (int64_t i = begin; i < end; i++) {
        for (int64_t j = 0; i + AHEAD < end && j < ahead; j += LINE_FLOATS)
            __builtin_prefetch(encoded_row(task, i + AHEAD) + j);
        copy_floats(task->x + i * elements, encoded_row(task, i), elements);
    }
}

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
    if (task->in_order) {
        memcpy(task->x + begin * elements,
               task->set->x + (int64_t)data->positions[begin] * elements,
               (size_t)((end - begin) * elements) * sizeof(float));
        return;
    }
    copy_rows(task, begin, end);
}

static void encode_targets(struct trainer_data *data, const struct trainer_set *set, int64_t count)
{
    if (data->classes != NULL)
        preprocessing_encode_classes(set->binding, data->rows, count, data->classes);
    else
        preprocessing_encode_values(set->binding, data->rows, count, data->values);
}

static void fill_targets(struct trainer_data *data, const struct trainer_set *set, int64_t count)
{
    int64_t width = data->plan->output_elements;
    if (set->x == NULL)
        encode_targets(data, set, count);
    else if (set->classes != NULL)
        for (int64_t i = 0; i < count; i++)
            data->classes[i] = set->classes[data->positions[i]];
    else
        for (int64_t i = 0; i < count; i++)
            copy_floats(data->values + i * width, set->values + (int64_t)data->positions[i] * width,
                        width);
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
    struct encode_task task = {data, set, order == NULL, x};
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

static void *batch_targets(const struct trainer_data *data)
{
    return data->classes != NULL ? (void *)data->classes : (void *)data->values;
}

/* Encodes a whole set, in pieces of a batch. */
static int encode_once(struct trainer_data *data, struct trainer_set *set, struct error *error)
{
    int64_t elements = data->plan->input_elements;
    size_t size = target_size(data->plan);
    if (set->count == 0)
        return 0;
    float *x = malloc((size_t)(set->count * elements) * sizeof(float) + 1);
    char *targets = malloc((size_t)set->count * size + 1);
    if (x == NULL || targets == NULL) {
        free(x);
        free(targets);
        return error_set(error, ERROR_MEMORY, "out of memory for the encoded rows");
    }
    for (int64_t at = 0; at < set->count; at += data->plan->rows) {
        int64_t left = set->count - at, rows = left < data->plan->rows ? left : data->plan->rows;
        trainer_data_fill(data, set, NULL, at, rows, x + at * elements);
        memcpy(targets + (size_t)at * size, batch_targets(data), (size_t)rows * size);
    }
    set->x = x;
    if (has_classes(data->plan))
        set->classes = (void *)targets;
    else
        set->values = (void *)targets;
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

static void set_clear(struct trainer_set *set)
{
    free(set->x);
    free(set->classes);
    free(set->values);
}

void trainer_data_clear(struct trainer_data *data)
{
    set_clear(&data->training);
    set_clear(&data->validation);
    free(data->rows);
    free(data->positions);
    free(data->classes);
    free(data->values);
    free(data->row_weights);
    memset(data, 0, sizeof *data);
}

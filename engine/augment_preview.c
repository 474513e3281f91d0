/* A look at augmented rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augment_preview.h"
#include "engine/trainer_plan.h"
#include "engine/trainer_task.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows */

/* The rows that are asked for, or the first that can be trained on, into rows[]; how many, -1 with
 * an error. */
static int64_t choose_rows(const struct augment_preview_request *request,
                           const struct trainer_plan *plan, uint32_t *rows, struct error *error)
{
    int64_t count = 0, row_count = plan->setup.dataset->rows;
    for (int64_t row = 0; request->rows == NULL && row < row_count && count < request->count; row++)
        if (preprocessing_row_usable(plan->binding, row))
            rows[count++] = (uint32_t)row;
    for (; request->rows != NULL && count < request->count; count++) {
        char path[32];
        rows[count] = request->rows[count];
        snprintf(path, sizeof path, "rows[%d]", (int)count);
        if (rows[count] >= row_count)
            return error_set_at(error, ERROR_INVALID, path,
                                "must be the number of a row, between 0 and %lld, not %u",
                                (long long)row_count - 1, rows[count]);
        if (!preprocessing_row_usable(plan->binding, rows[count]))
            return error_set_at(error, ERROR_INVALID, path,
                                "is %u, which is no row to train on: its target or a part of its "
                                "input is missing",
                                rows[count]);
    }
    return count;
}

static int allocate(struct augment_preview *preview, struct error *error)
{
    size_t size;
    if (preview->elements > AUGMENT_PREVIEW_VALUES_MAX / preview->count)
        return error_set(error, ERROR_TOO_LARGE,
                         "a preview of %lld rows of %lld values each is more than %d values: ask "
                         "for fewer rows",
                         (long long)preview->count, (long long)preview->elements,
                         AUGMENT_PREVIEW_VALUES_MAX);
    size = (size_t)(preview->count * preview->elements) * sizeof(float);
    preview->before = malloc(size + 1);
    preview->after = malloc(size + 1);
    if (preview->before != NULL && preview->after != NULL)
        return 0;
    return error_set(error, ERROR_MEMORY, "out of memory for a preview");
}

/* ---- targets, as they were in the dataset */

/* The targets of all rows as JSON; NULL where memory ran out. */
static json_t *class_targets(const struct trainer_plan *plan, const uint32_t *rows, int64_t count)
{
    json_t *list = json_array();
    const json_t *classes = preprocessing_classes(plan->preprocessing);
    for (int64_t i = 0; list != NULL && i < count; i++) {
        int32_t index;
        preprocessing_encode_classes(plan->binding, &rows[i], 1, &index);
        json_t *label = index < 0 ? NULL : json_array_get(classes, (size_t)index);
        json_array_append_new(list, label == NULL ? json_null() : json_incref(label));
    }
    return list;
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* Target column `index` of a row: its own number, or what it was encoded to. */
static json_t *value_target(const struct trainer_plan *plan, int64_t index, uint32_t row,
                            const float *encoded)
{
    const struct dataset *dataset = plan->setup.dataset;
    const json_t *names = preprocessing_targets(plan->preprocessing);
    int column = dataset_find(dataset, json_string_value(json_array_get(names, (size_t)index)));
    if (column >= 0 && dataset->columns[column].type == COLUMN_NUMBER)
        return number_or_null(dataset->columns[column].numbers[row]);
    return number_or_null(
        preprocessing_decode_value(plan->preprocessing, index, (double)encoded[index]));
}

static json_t *value_targets(const struct trainer_plan *plan, const uint32_t *rows, int64_t count)
{
    int64_t width = preprocessing_target_width(plan->preprocessing);
    AUTO_FREE float *encoded = calloc((size_t)width + 1, sizeof *encoded);
    json_t *list = encoded == NULL ? NULL : json_array();
    for (int64_t i = 0; list != NULL && i < count; i++) {
        preprocessing_encode_values(plan->binding, &rows[i], 1, encoded);
        json_t *target = width == 1 ? value_target(plan, 0, rows[i], encoded) : json_array();
        for (int64_t j = 0; width > 1 && j < width; j++)
            json_array_append_new(target, value_target(plan, j, rows[i], encoded));
        json_array_append_new(list, target);
    }
    return list;
}

/* ---- what each row is */

struct describing {
    int64_t count;
    const uint32_t *rows;
    const char *key; /* "label" or "target" */
    json_t *targets;
    const struct augmentation_mix *mix;
};

static json_t *describe_target(const struct describing *describing, int64_t index)
{
    return json_pack("{s:I, s:O}", "row", (json_int_t)describing->rows[index], describing->key,
                     json_array_get(describing->targets, (size_t)index));
}

/* The shares of a row that is mixed, all that are not 0; NULL for one that is not. */
static json_t *describe_mix(const struct describing *describing, int64_t index)
{
    const struct augmentation_mix *mix = describing->mix;
    json_t *list = json_array();
    for (int64_t at = index; at < mix->parts * mix->stride; at += mix->stride) {
        if (mix->shares[at] <= 0)
            continue;
        json_t *part = describe_target(describing, mix->sources[at]);
        json_object_set_new(part, "share", json_real(mix->shares[at]));
        json_array_append_new(list, part);
    }
    if (json_array_size(list) > 1)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *describe_rows(const struct describing *describing)
{
    json_t *list = json_array();
    for (int64_t i = 0; i < describing->count; i++) {
        json_t *row = describe_target(describing, i), *mix = describe_mix(describing, i);
        if (mix != NULL)
            json_object_set_new(row, "mix", mix);
        if (json_array_append_new(list, row) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* "age" for a column of one value, "color[0]", "color[1]" … for one of several. */
static json_t *name_elements(const struct trainer_plan *plan)
{
    const json_t *columns = preprocessing_columns(plan->preprocessing);
    json_t *names = json_array();
    for (size_t i = 0; i < json_array_size(columns); i++) {
        int64_t width = plan->augment_input.columns[i].width;
        const char *name = json_string_value(json_array_get(columns, i));
        for (int64_t j = 0; j < width; j++)
            json_array_append_new(names, width == 1 ? json_string(name)
                                                    : json_sprintf("%s[%d]", name, (int)j));
    }
    return names;
}

/* ---- all together */

static int run(struct augment_preview *preview, const struct augment_preview_request *request,
               const struct trainer_plan *plan, const uint32_t *rows, struct error *error)
{
    const struct augmentation_setup setup = {.list = request->list,
                                             .input = &plan->augment_input,
                                             .seed = (uint64_t)request->setup.training->seed,
                                             .rows = preview->count};
    struct augmentation *augmentation = augmentation_create(&setup, error);
    if (augmentation == NULL)
        return -1;
    preprocessing_encode(plan->binding, rows, preview->count, preview->before);
    memcpy(preview->after, preview->before,
           (size_t)(preview->count * preview->elements) * sizeof(float));
    struct augmentation_mix mix =
        augmentation_run(augmentation, request->epoch, rows, preview->count, preview->after);
    bool has_classes = preprocessing_task(plan->preprocessing) == TASK_CLASSES;
    json_auto_t *targets = has_classes ? class_targets(plan, rows, preview->count)
                                       : value_targets(plan, rows, preview->count);
    const struct describing describing = {preview->count, rows, has_classes ? "label" : "target",
                                          targets, &mix};
    preview->rows = targets == NULL ? NULL : describe_rows(&describing);
    augmentation_free(augmentation);
    if (plan->augment_input.column_count > 0)
        preview->names = name_elements(plan);
    return preview->rows != NULL ? 0
                                 : error_set(error, ERROR_MEMORY, "out of memory for a preview");
}

/* [time, channels, 1] may be a picture; not for a list with something that is for series alone. */
static struct shape shown_shape(const struct augment_preview_request *request, struct shape shape)
{
    for (size_t i = 0; i < request->list->count; i++) {
        const struct kind *kind = request->list->items[i].kind;
        if (((const struct augment_type *)kind)->fits == (unsigned)AUGMENT_SERIES &&
            shape.rank == 3)
            shape.rank = 2;
    }
    return shape;
}

static struct augment_preview *make(const struct augment_preview_request *request,
                                    const struct trainer_plan *plan, struct error *error)
{
    const struct augment_input *input = &plan->augment_input;
    uint32_t rows[AUGMENT_PREVIEW_ROWS_MAX] = {0};
    struct augment_preview *preview = calloc(1, sizeof *preview);
    if (preview == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for a preview");
        return NULL;
    }
    preview->shape = shown_shape(request, input->shape);
    preview->is_bytes = input->is_bytes;
    preview->elements = input->elements;
    assert(request->count >= 1 && request->count <= AUGMENT_PREVIEW_ROWS_MAX);
    if (augmentation_check(request->list, input, request->path, error) == 0)
        preview->count = choose_rows(request, plan, rows, error);
    if (preview->count > 0 && allocate(preview, error) == 0 &&
        run(preview, request, plan, rows, error) == 0)
        return preview;
    augment_preview_free(preview);
    return NULL;
}

struct augment_preview *augment_preview_create(const struct augment_preview_request *request,
                                               struct error *error)
{
    struct trainer_setup setup = request->setup;
    struct trainer_plan plan;
    json_auto_t *network = NULL;
    if (setup.network == NULL) {
        network = trainer_task_network(&setup, error);
        if (network == NULL)
            return NULL;
        setup.network = network;
    }
    const struct trainer_round round = trainer_round_first(&setup);
    if (trainer_plan_make(&plan, &setup, &round, error) != 0)
        return NULL;
    struct augment_preview *preview = make(request, &plan, error);
    trainer_plan_clear(&plan);
    return preview;
}

void augment_preview_free(struct augment_preview *preview)
{
    if (preview == NULL)
        return;
    free(preview->before);
    free(preview->after);
    json_decref(preview->names);
    json_decref(preview->rows);
    free(preview);
}

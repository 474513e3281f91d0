/* Targets: which columns, which classes, which scales. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/columns.h"
#include "engine/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which columns */

static int targets_add(struct targets *targets, const struct dataset *dataset, int index,
                       struct error *error)
{
    const struct column *column = &dataset->columns[index];
    for (int i = 0; i < targets->count; i++)
        if (targets->items[i].column_index == index)
            return error_set_at(error, ERROR_INVALID, "target", "names \"%s\" twice", column->name);
    struct target *items = realloc(targets->items, ((size_t)targets->count + 1) * sizeof(*items));
    char *name = strdup(column->name);
    if (items)
        targets->items = items;
    if (!items || !name) {
        free(name);
        return error_set(error, ERROR_MEMORY, "out of memory for a target column");
    }
    items[targets->count++] = (struct target){
        .column = name, .column_index = index, .type = column->type, .scale = {.scale = 1}};
    return 0;
}

static int targets_add_named(struct targets *targets, const struct dataset *dataset,
                             const char *name, struct error *error)
{
    int index = columns_find(dataset, name, "target", error);
    return index < 0 ? -1 : targets_add(targets, dataset, index, error);
}

static bool dataset_has_tensors(const struct dataset *dataset)
{
    for (int i = 0; i < dataset->column_count; i++)
        if (dataset->columns[i].type == COLUMN_TENSOR)
            return true;
    return false;
}

/* "label", or "label_1", "label_2" …: what the file beside the tensors gave. */
static int targets_add_labels(struct targets *targets, const struct dataset *dataset,
                              struct error *error)
{
    int label = dataset_find(dataset, "label");
    if (label >= 0)
        return targets_add(targets, dataset, label, error);
    for (int i = 0; i < dataset->column_count; i++)
        if (strncmp(dataset->columns[i].name, "label_", 6) == 0 &&
            targets_add(targets, dataset, i, error))
            return -1;
    if (targets->count == 0)
        return error_set_at(error, ERROR_INVALID, "target",
                            "is missing: the dataset has tensors without labels; upload both, as "
                            "features= and labels=");
    return 0;
}

static bool type_is_target(enum column_type type)
{
    return type == COLUMN_NUMBER || type == COLUMN_BOOLEAN || type == COLUMN_CATEGORY;
}

int target_default_column(const struct dataset *dataset)
{
    int last = dataset->column_count - 1;
    while (last > 0 && !type_is_target(dataset->columns[last].type))
        last--;
    return type_is_target(dataset->columns[last].type) ? last : dataset->column_count - 1;
}

static int targets_choose_columns(struct targets *targets, const struct dataset *dataset,
                                  const struct task_request *request, struct error *error)
{
    for (size_t i = 0; request->targets && i < request->targets->count; i++)
        if (targets_add_named(targets, dataset, request->targets->items[i], error))
            return -1;
    if (targets->count > 0)
        return 0;
    for (size_t i = 0; i < json_array_size(request->default_targets); i++)
        if (targets_add_named(targets, dataset,
                              json_string_value(json_array_get(request->default_targets, i)),
                              error))
            return -1;
    if (targets->count > 0)
        return 0;
    if (dataset_has_tensors(dataset))
        return targets_add_labels(targets, dataset, error);
    if (dataset->column_count == 0)
        return error_set(error, ERROR_INVALID, "the dataset has no columns");
    return targets_add(targets, dataset, target_default_column(dataset), error);
}

/* ---- which task */

static int target_check_type(const struct target *target, struct error *error)
{
    if (type_is_target(target->type))
        return 0;
    return error_set_at(error, ERROR_INVALID, "target",
                        "\"%s\" is a column of type %s; a target must hold numbers, booleans or "
                        "categories",
                        target->column, column_type_names[target->type]);
}

/* Without a word from the loss or the output: whole numbers beside images are classes, as in every
 * IDX set; other numbers are values. */
static bool targets_look_like_classes(const struct targets *targets, const struct dataset *dataset)
{
    const struct target *first = &targets->items[0];
    if (targets->count > 1)
        return false;
    return first->type != COLUMN_NUMBER ||
           (dataset_has_tensors(dataset) && dataset->columns[first->column_index].integers);
}

int targets_choose(struct targets *targets, const struct dataset *dataset,
                   const struct task_request *request, struct error *error)
{
    if (targets_choose_columns(targets, dataset, request, error))
        return -1;
    for (int i = 0; i < targets->count; i++)
        if (target_check_type(&targets->items[i], error))
            return -1;
    bool classes = request->decided ? request->wanted == TARGET_CLASS
                                    : targets_look_like_classes(targets, dataset);
    targets->task = classes ? TASK_CLASSES : TASK_VALUES;
    if (classes && targets->count > 1)
        return error_set_at(error, ERROR_INVALID, "target",
                            "names %d columns, but classes are learned from one; several 0/1 "
                            "columns take sigmoid outputs and binary_crossentropy",
                            targets->count);
    for (int i = 0; targets->count > 1 && i < targets->count; i++)
        if (targets->items[i].type == COLUMN_CATEGORY)
            return error_set_at(error, ERROR_INVALID, "target",
                                "\"%s\" holds categories; several targets must be numbers or "
                                "booleans",
                                targets->items[i].column);
    return 0;
}

/* ---- which classes */

static json_t *category_classes(const struct column *column, const uint32_t *rows,
                                int64_t row_count)
{
    const uint64_t *offsets = column->category_offsets;
    AUTO_FREE bool *present = calloc((size_t)column->category_count + 1, sizeof(*present));
    json_auto_t *classes = json_array();
    if (!present)
        return NULL;
    for (int64_t i = 0; i < row_count; i++)
        present[column->categories[rows[i]]] = true;
    for (uint32_t i = 0; i < column->category_count; i++)
        if (present[i] &&
            json_array_append_new(classes, json_stringn(column->category_text + offsets[i],
                                                        offsets[i + 1] - offsets[i])))
            return NULL;
    return json_incref(classes);
}

static int numbers_compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Whole numbers stay whole: 3, not 3.0. */
static json_t *number_label(double number)
{
    static const double whole_max = 9007199254740992; /* 2^53 */
    if (number == floor(number) && fabs(number) <= whole_max)
        return json_integer((json_int_t)number);
    return json_real(number);
}

static json_t *number_classes(const struct column *column, const uint32_t *rows, int64_t row_count)
{
    AUTO_FREE double *numbers = malloc((size_t)row_count * sizeof(*numbers));
    json_auto_t *classes = json_array();
    if (!numbers)
        return NULL;
    for (int64_t i = 0; i < row_count; i++)
        numbers[i] = column->numbers[rows[i]];
    qsort(numbers, (size_t)row_count, sizeof(*numbers), numbers_compare);
    for (int64_t i = 0; i < row_count; i++)
        if ((i == 0 || numbers[i] != numbers[i - 1]) &&
            json_array_append_new(classes, number_label(numbers[i])))
            return NULL;
    return json_incref(classes);
}

/* Whether ascending labels are indices of `outputs` classes, some of which no row has. */
static bool are_indices(const json_t *classes, int64_t outputs)
{
    size_t count = json_array_size(classes);
    const json_t *first = json_array_get(classes, 0), *last = json_array_get(classes, count - 1);
    for (size_t i = 0; i < count; i++)
        if (!json_is_integer(json_array_get(classes, i)))
            return false;
    return count >= 2 && (int64_t)count < outputs && outputs <= LABELS_MAX &&
           json_integer_value(first) >= 0 && json_integer_value(last) < outputs;
}

static json_t *index_classes(int64_t outputs)
{
    json_auto_t *classes = json_array();
    for (int64_t i = 0; i < outputs; i++)
        if (json_array_append_new(classes, json_integer(i)))
            return NULL;
    return json_incref(classes);
}

static json_t *column_classes(const struct column *column, const uint32_t *rows, int64_t row_count,
                              int64_t outputs)
{
    if (column->type == COLUMN_CATEGORY)
        return category_classes(column, rows, row_count);
    if (column->type != COLUMN_NUMBER)
        return json_pack("[b, b]", 0, 1);
    json_auto_t *classes = number_classes(column, rows, row_count);
    if (classes && are_indices(classes, outputs))
        return index_classes(outputs);
    return json_incref(classes);
}

static int targets_check_classes(const struct targets *targets, size_t count, struct error *error)
{
    const char *column = targets->items[0].column;
    if (count < 2)
        return error_set_at(error, ERROR_INVALID, "target",
                            "\"%s\" has the same label in every row: there is nothing to learn",
                            column);
    if (count > LABELS_MAX)
        return error_set_at(error, ERROR_INVALID, "target",
                            "\"%s\" has %zu different values: classes may be at most %d; a loss of "
                            "numbers such as mse fits",
                            column, count, LABELS_MAX);
    if (targets->task == TASK_VALUES && count > 2)
        return error_set_at(error, ERROR_INVALID, "target",
                            "\"%s\" has %zu labels, which a loss of numbers cannot learn: "
                            "categorical_crossentropy after a softmax output fits",
                            column, count);
    return 0;
}

int targets_learn_classes(struct targets *targets, const struct dataset *dataset,
                          const uint32_t *usable, int64_t row_count, int64_t outputs,
                          struct error *error)
{
    const struct column *column = &dataset->columns[targets->items[0].column_index];
    bool labelled =
        targets->task == TASK_CLASSES || (targets->count == 1 && column->type != COLUMN_NUMBER);
    if (!labelled)
        return 0;
    json_auto_t *classes = column_classes(column, usable, row_count, outputs);
    if (!classes)
        return error_set(error, ERROR_MEMORY, "out of memory for the classes");
    if (targets_check_classes(targets, json_array_size(classes), error))
        return -1;
    return targets_set_classes(targets, classes, "target", error);
}

/* ---- which scales */

int targets_learn_scales(struct targets *targets, const struct dataset *dataset,
                         const uint32_t *rows, int64_t row_count, struct error *error)
{
    for (int t = 0; t < targets->count; t++) {
        struct target *target = &targets->items[t];
        const double *numbers = dataset->columns[target->column_index].numbers;
        struct scale_statistics statistics = {0};
        if (target->type != COLUMN_NUMBER)
            continue;
        for (int64_t i = 0; i < row_count; i++)
            scale_gather(&statistics, numbers[rows[i]]);
        double mean = scale_relative_mean(&statistics);
        for (int64_t i = 0; i < row_count; i++)
            scale_gather_square(&statistics, mean, numbers[rows[i]]);
        if (scale_learn(&statistics, SCALE_STANDARDIZE, false, target->column, &target->scale,
                        error))
            return -1;
        /* A constant target is only shifted, so that outputs still have a unit. */
        if (scale_factor(&target->scale) == 0)
            target->scale.scale = 1;
    }
    return 0;
}

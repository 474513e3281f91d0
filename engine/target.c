/* Targets: life, labels, encoding and their JSON form. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/target.h"
#include "base/compiler.h"
#include "engine/columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void targets_clear(struct targets *targets)
{
    for (int i = 0; i < targets->count; i++)
        free(targets->items[i].column);
    free(targets->items);
    json_decref(targets->classes);
    labels_clear(&targets->labels);
    free(targets->numbers);
    *targets = (struct targets){0};
}

/* ---- labels */

static int labels_add_json(struct labels *labels, const json_t *label, struct error *error)
{
    if (json_is_string(label))
        return labels_add(labels, json_string_value(label), json_string_length(label), error);
    AUTO_FREE char *text = fields_print(label);
    if (!text)
        return error_set(error, ERROR_MEMORY, "out of memory for a label");
    return labels_add(labels, text, strlen(text), error);
}

static int class_numbers_compare(const void *a, const void *b)
{
    double x = ((const struct class_number *)a)->number;
    double y = ((const struct class_number *)b)->number;
    return (x > y) - (x < y);
}

static int targets_sort_numbers(struct targets *targets, struct error *error)
{
    size_t count = json_array_size(targets->classes);
    targets->numbers = calloc(count, sizeof(*targets->numbers));
    if (!targets->numbers)
        return error_set(error, ERROR_MEMORY, "out of memory for the classes");
    for (size_t i = 0; i < count; i++)
        targets->numbers[i] = (struct class_number){
            .number = json_number_value(json_array_get(targets->classes, i)), .index = (int32_t)i};
    qsort(targets->numbers, count, sizeof(*targets->numbers), class_numbers_compare);
    return 0;
}

static bool labels_are_alike(const json_t *a, const json_t *b)
{
    return (json_is_string(a) && json_is_string(b)) || (json_is_number(a) && json_is_number(b)) ||
           (json_is_boolean(a) && json_is_boolean(b));
}

int targets_set_classes(struct targets *targets, const json_t *classes, const char *path,
                        struct error *error)
{
    size_t i;
    const json_t *label;
    const json_t *first = json_array_get(classes, 0);
    if (!first)
        return error_set_at(error, ERROR_INVALID, path, "must be an array of class labels");
    json_array_foreach(classes, i, label)
    {
        if (!labels_are_alike(first, label))
            return error_set_at(error, ERROR_INVALID, path,
                                "class labels must be all strings, all numbers or all booleans");
        if (labels_add_json(&targets->labels, label, error))
            return -1;
    }
    if (labels_index(&targets->labels, error))
        return -1;
    targets->classes = json_deep_copy(classes);
    if (!targets->classes)
        return error_set(error, ERROR_MEMORY, "out of memory for the classes");
    return json_is_number(first) ? targets_sort_numbers(targets, error) : 0;
}

enum column_type targets_class_type(const struct targets *targets)
{
    const json_t *first = json_array_get(targets->classes, 0);
    if (json_is_number(first))
        return COLUMN_NUMBER;
    return json_is_boolean(first) ? COLUMN_BOOLEAN : COLUMN_CATEGORY;
}

/* ---- encoding */

int target_bind(const struct targets *targets, int index, const struct column *column,
                struct target_source *source, struct error *error)
{
    const uint64_t *offsets = column->category_offsets;
    if (column_expect(column, targets->items[index].type, error))
        return -1;
    struct target_source bound = {.column = column};
    if (column->type == COLUMN_CATEGORY) {
        bound.classes = malloc(((size_t)column->category_count + 1) * sizeof(*bound.classes));
        if (!bound.classes)
            return error_set(error, ERROR_MEMORY, "out of memory for the classes");
        for (uint32_t i = 0; i < column->category_count; i++)
            bound.classes[i] = (int32_t)labels_find(
                &targets->labels, column->category_text + offsets[i], offsets[i + 1] - offsets[i]);
    }
    *source = bound;
    return 0;
}

void target_source_clear(struct target_source *source)
{
    free(source->classes);
    *source = (struct target_source){0};
}

static int32_t class_of_number(const struct targets *targets, double number)
{
    uint32_t begin = 0;
    uint32_t end = targets->labels.count;
    while (begin < end) {
        uint32_t middle = begin + (end - begin) / 2;
        if (targets->numbers[middle].number < number)
            begin = middle + 1;
        else
            end = middle;
    }
    bool found = begin < targets->labels.count && targets->numbers[begin].number == number;
    return found ? targets->numbers[begin].index : -1;
}

/* Labels that are booleans may stand in either order. */
static int32_t class_of_boolean(const struct targets *targets, uint8_t boolean)
{
    if (boolean == BOOLEAN_MISSING)
        return -1;
    return (int32_t)(boolean ? labels_find(&targets->labels, "true", 4)
                             : labels_find(&targets->labels, "false", 5));
}

static int32_t class_of_row(const struct targets *targets, const struct target_source *source,
                            uint32_t row)
{
    const struct column *column = source->column;
    if (column->type == COLUMN_NUMBER)
        return class_of_number(targets, column->numbers[row]);
    if (column->type == COLUMN_BOOLEAN)
        return class_of_boolean(targets, column->booleans[row]);
    uint32_t category = column->categories[row];
    return category == CATEGORY_MISSING ? -1 : source->classes[category];
}

void target_encode_classes(const struct targets *targets, const struct target_source *source,
                           const uint32_t *rows, int64_t row_count, int32_t *classes)
{
    for (int64_t i = 0; i < row_count; i++)
        classes[i] = class_of_row(targets, source, rows[i]);
}

void target_encode_values(const struct targets *targets, int index,
                          const struct target_source *source, const uint32_t *rows,
                          int64_t row_count, float *values, int64_t stride)
{
    const struct column *column = source->column;
    const struct scale *scale = &targets->items[index].scale;
    double factor = scale_factor(scale);
    for (int64_t i = 0; i < row_count; i++) {
        double value;
        if (targets->classes) {
            int32_t class = class_of_row(targets, source, rows[i]);
            value = class < 0 ? (double)NAN : class;
        } else if (column->type == COLUMN_NUMBER) {
            value = column->numbers[rows[i]];
        } else {
            uint8_t boolean = column->booleans[rows[i]];
            value = boolean == BOOLEAN_MISSING ? (double)NAN : boolean;
        }
        values[i * stride] = isnan(value) ? NAN : scale_encode(scale, factor, value);
    }
}

/* ---- JSON */

static json_t *target_write(const struct target *target)
{
    return json_pack("{s:s, s:s, s:o}", "column", target->column, "type",
                     column_type_names[target->type], "scale", scale_write(&target->scale));
}

int targets_write(const struct targets *targets, json_t *object)
{
    json_auto_t *items = json_array();
    for (int i = 0; i < targets->count; i++)
        if (json_array_append_new(items, target_write(&targets->items[i])))
            return -1;
    if (json_object_set(object, "targets", items))
        return -1;
    if (targets->classes && json_object_set(object, "classes", targets->classes))
        return -1;
    return json_object_set_new(object, "task",
                               json_string(targets->task == TASK_CLASSES ? "classes" : "values"));
}

static int target_type_read(enum column_type *type, const char *name)
{
    static const enum column_type types[] = {COLUMN_NUMBER, COLUMN_BOOLEAN, COLUMN_CATEGORY};
    for (size_t i = 0; name && i < ARRAY_COUNT(types); i++)
        if (strcmp(name, column_type_names[types[i]]) == 0) {
            *type = types[i];
            return 0;
        }
    return -1;
}

static int target_read(struct target *target, const json_t *json, struct error *error)
{
    const char *column = json_string_value(json_object_get(json, "column"));
    const char *type = json_string_value(json_object_get(json, "type"));
    if (!column || target_type_read(&target->type, type))
        return error_set_at(error, ERROR_INVALID, "preprocessing.targets",
                            "must be objects with a \"column\" and a \"type\"");
    if (scale_read(&target->scale, json_object_get(json, "scale"), "preprocessing.targets", error))
        return -1;
    target->column = strdup(column);
    return target->column ? 0 : error_set(error, ERROR_MEMORY, "out of memory for a target column");
}

static int targets_read_items(struct targets *targets, const json_t *items, struct error *error)
{
    size_t i;
    const json_t *item;
    if (!json_is_array(items) || json_array_size(items) == 0)
        return error_set_at(error, ERROR_INVALID, "preprocessing.targets",
                            "must be an array of target columns");
    targets->items = calloc(json_array_size(items), sizeof(*targets->items));
    if (!targets->items)
        return error_set(error, ERROR_MEMORY, "out of memory for the target columns");
    json_array_foreach(items, i, item)
    {
        if (target_read(&targets->items[i], item, error))
            return -1;
        targets->count++;
    }
    return 0;
}

/* What learning would never give. */
static int targets_check(const struct targets *targets, struct error *error)
{
    const struct target *first = &targets->items[0];
    if (targets->task == TASK_CLASSES && !targets->classes)
        return error_set_at(error, ERROR_INVALID, "preprocessing.classes", "is missing");
    if (targets->classes && (targets->count != 1 || first->type != targets_class_type(targets) ||
                             (targets->task == TASK_VALUES && targets->labels.count != 2)))
        return error_set_at(error, ERROR_INVALID, "preprocessing.classes",
                            "do not fit the target columns");
    for (int i = 0; !targets->classes && i < targets->count; i++)
        if (targets->items[i].type == COLUMN_CATEGORY)
            return error_set_at(error, ERROR_INVALID, "preprocessing.classes", "is missing");
    return 0;
}

int targets_read(struct targets *targets, const json_t *object, struct error *error)
{
    const char *task = json_string_value(json_object_get(object, "task"));
    const json_t *classes = json_object_get(object, "classes");
    if (!task || (strcmp(task, "classes") != 0 && strcmp(task, "values") != 0))
        return error_set_at(error, ERROR_INVALID, "preprocessing.task",
                            "must be \"classes\" or \"values\"");
    targets->task = strcmp(task, "classes") == 0 ? TASK_CLASSES : TASK_VALUES;
    if (targets_read_items(targets, json_object_get(object, "targets"), error))
        return -1;
    if (classes && targets_set_classes(targets, classes, "preprocessing.classes", error))
        return -1;
    return targets_check(targets, error);
}

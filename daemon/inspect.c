/* The importing code itself on a small file, and guesses from its columns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/inspect.h"
#include "daemon/internal.h"
#include "engine/part.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    COLUMNS_MAX = 16384,
    EXAMPLE_ROWS = 100,
    EXAMPLES = 5,
    CLASSES_MANY = 100,      /* a target of more is hardly one of classes */
    CLASSES_OF_NUMBERS = 20, /* whole numbers that could as well be classes */
    WARNING_SIZE = 512
};

/* ---- reading */

/* A file that nobody finds: it goes when it is closed. */
static int make_hidden_file(struct daemon *daemon, struct error *error)
{
    AUTO_FREE char *path = NULL;
    int file = store_upload_create(daemon->store, &path, error);
    if (file >= 0)
        (void)unlink(path);
    return file;
}

static struct dataset *read_part(struct daemon *daemon, const struct daemon_upload *upload,
                                 int source, struct dataset_part *part, struct error *error)
{
    const struct dataset_limits limits = {.bytes = (uint64_t)daemon->config->max_dataset,
                                          .columns = COLUMNS_MAX,
                                          .called_off = &daemon->stopping};
    struct dataset_source whole = {.file = source, .name = upload->source_names[0]};
    AUTO_CLOSE int rows = make_hidden_file(daemon, error);
    AUTO_CLOSE int columns = rows < 0 ? -1 : make_hidden_file(daemon, error);
    if (columns < 0 || dataset_part_make(&whole, upload->options, rows, part, error) != 0)
        return NULL;
    const struct dataset_source cut = {.file = rows, .name = whole.name};
    if (dataset_import(&cut, 1, upload->options, &limits, columns, error) != 0)
        return NULL;
    return dataset_open(columns, error);
}

/* ---- examples: the first different values of each column */

static bool list_has(const json_t *list, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_equal(json_array_get(list, i), value))
            return true;
    return false;
}

static void add_examples_of_row(json_t *columns, const json_t *row)
{
    for (size_t i = 0; i < json_array_size(columns); i++) {
        json_t *column = json_array_get(columns, i);
        json_t *examples = json_object_get(column, "examples");
        json_t *value = json_object_get(row, json_string_value(json_object_get(column, "name")));
        if (examples != NULL && value != NULL && !json_is_null(value) &&
            json_array_size(examples) < EXAMPLES && !list_has(examples, value))
            (void)json_array_append(examples, value);
    }
}

static void add_examples(const struct dataset *dataset, json_t *columns)
{
    for (int i = 0; i < dataset->column_count; i++)
        if (dataset->columns[i].type != COLUMN_TENSOR)
            (void)json_object_set_new(json_array_get(columns, (size_t)i), "examples", json_array());
    for (int64_t row = 0; row < dataset->rows && row < EXAMPLE_ROWS; row++) {
        json_auto_t *values = dataset_row(dataset, row);
        add_examples_of_row(columns, values);
    }
}

/* ---- the target */

static bool is_classes(const struct column *column)
{
    return column->type == COLUMN_CATEGORY || column->type == COLUMN_BOOLEAN;
}

/* The beginning of a sorted file may have but one of its classes. */
static bool may_be_target(const struct column *column, bool is_cut)
{
    if (is_classes(column))
        return column->distinct_count > !is_cut;
    return column->type == COLUMN_NUMBER && column->distinct_count > 1;
}

static bool has_name_of_target(const struct column *column)
{
    static const char *const names[] = {"target", "label", "labels", "class", "y", "outcome"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (strcasecmp(column->name, names[i]) == 0)
            return true;
    return false;
}

/* By its name, else the last column of few classes, else the last of numbers. NULL: none. */
static const struct column *guess_target(const struct dataset *dataset, bool is_cut)
{
    const struct column *classes = NULL, *numbers = NULL;
    for (int i = 0; i < dataset->column_count; i++) {
        const struct column *column = &dataset->columns[i];
        if (!may_be_target(column, is_cut))
            continue;
        if (has_name_of_target(column))
            return column;
        if (is_classes(column) && column->distinct_count <= CLASSES_MANY)
            classes = column;
        else if (column->type == COLUMN_NUMBER)
            numbers = column;
    }
    return classes != NULL ? classes : numbers;
}

/* What the upload or its format says, else a guess. */
static const struct column *find_target(const struct dataset *dataset, bool is_cut)
{
    const json_t *named = json_object_get(dataset->description, "target");
    const char *name = json_string_value(json_array_get(named, 0));
    int index = name != NULL ? dataset_find(dataset, name) : -1;
    return index >= 0 ? &dataset->columns[index] : guess_target(dataset, is_cut);
}

static const char *task_of(const struct column *target)
{
    if (target == NULL)
        return NULL;
    return is_classes(target) ? "classification" : "regression";
}

/* ---- a job */

static json_t *layers_for(const struct dataset *dataset, const struct column *target)
{
    const char *output = target->type == COLUMN_CATEGORY  ? "softmax"
                         : target->type == COLUMN_BOOLEAN ? "sigmoid"
                                                          : "linear";
    json_t *layers = json_array();
    bool has_tensors = false;
    for (int i = 0; i < dataset->column_count; i++)
        has_tensors = has_tensors || dataset->columns[i].type == COLUMN_TENSOR;
    if (has_tensors)
        (void)json_array_append_new(layers, json_pack("{s:s}", "type", "flatten"));
    (void)json_array_append_new(
        layers, json_pack("{s:s, s:i, s:s}", "type", "dense", "units", 32, "activation", "relu"));
    (void)json_array_append_new(layers, json_pack("{s:s, s:s, s:s}", "type", "dense", "units",
                                                  "auto", "activation", output));
    return layers;
}

/* null where nothing can be the target. */
static json_t *job_for(const struct daemon_upload *upload, const struct dataset *dataset,
                       const struct column *target)
{
    if (target == NULL)
        return json_null();
    const json_t *named = json_object_get(dataset->description, "target");
    json_t *names = json_array_size(named) > 1 ? json_deep_copy(named) : json_string(target->name);
    return json_pack("{s:s, s:o, s:{s:o}}", "dataset", upload->name, "target", names, "network",
                     "layers", layers_for(dataset, target));
}

/* ---- warnings */

static void warn(json_t *warnings, const char *format, ...) PRINTF_LIKE(2, 3);
static void warn(json_t *warnings, const char *format, ...)
{
    char text[WARNING_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)json_array_append_new(warnings, json_string(text));
}

static void warn_of_column(json_t *warnings, const struct column *column, int64_t rows)
{
    if (column->type == COLUMN_TENSOR)
        return;
    if (column->missing_count == rows)
        warn(warnings, "column \"%.80s\" has no value in these rows", column->name);
    else if (column->distinct_count == 1)
        warn(warnings, "column \"%.80s\" has one value in all of these rows", column->name);
    else if (column->missing_count > rows / 2)
        warn(warnings, "column \"%.80s\" lacks a value in %" PRId64 " of %" PRId64 " rows",
             column->name, column->missing_count, rows);
}

static void warn_of_target(json_t *warnings, const struct column *target)
{
    if (target == NULL)
        warn(warnings,
             "no column can be a target: one of numbers, booleans or categories with more "
             "than one value is needed");
    else if (target->type == COLUMN_NUMBER && target->integers &&
             target->distinct_count <= CLASSES_OF_NUMBERS)
        warn(warnings,
             "\"%.80s\" has %" PRId64 " different whole numbers: if they are classes, upload with "
             "?types=%.80s=category",
             target->name, target->distinct_count, target->name);
}

static json_t *warnings_for(const struct dataset *dataset, const struct column *target,
                            const struct dataset_part *part)
{
    json_t *warnings = json_array();
    if (part->is_cut)
        warn(warnings,
             "only the first %" PRId64 " whole rows were read: what comes behind them, also a last "
             "line without an end, may still change types and ranges",
             dataset->rows);
    for (int i = 0; i < dataset->column_count; i++)
        warn_of_column(warnings, &dataset->columns[i], dataset->rows);
    warn_of_target(warnings, target);
    return warnings;
}

/* ---- all of it */

static json_t *describe(const struct daemon_upload *upload, const struct dataset *dataset,
                        const struct dataset_part *part)
{
    const struct column *target = find_target(dataset, part->is_cut);
    const char *task = task_of(target);
    json_auto_t *description = json_deep_copy(dataset->description);
    json_t *columns = json_object_get(description, "columns");
    if (columns == NULL)
        return NULL;
    add_examples(dataset, columns);
    json_t *answer = json_pack(
        "{s:s, s:I, s:I, s:I, s:b, s:o, s:o, s:s?, s:s?, s:o, s:o}", "format", part->format, "rows",
        (json_int_t)dataset->rows, "bytes", (json_int_t)upload->source_bytes, "bytes_read",
        (json_int_t)part->bytes_read, "is_cut", (int)part->is_cut, "compression",
        part->gzip ? json_string("gzip") : json_null(), "quote",
        part->has_quotes ? json_string("\"") : json_null(), "target",
        target != NULL ? target->name : NULL, "task", task, "warnings",
        warnings_for(dataset, target, part), "job", job_for(upload, dataset, target));
    if (answer != NULL)
        (void)json_object_update_missing(answer, description);
    return answer;
}

json_t *daemon_dataset_inspect(struct daemon *daemon, const struct daemon_upload *upload,
                               struct error *error)
{
    struct dataset_part part;
    AUTO_CLOSE int source = open(upload->paths[0], O_RDONLY | O_CLOEXEC);
    if (source < 0) {
        (void)error_set_errno(error, "cannot read the upload again");
        return NULL;
    }
    struct dataset *dataset = read_part(daemon, upload, source, &part, error);
    if (dataset == NULL)
        return NULL;
    json_t *answer = describe(upload, dataset, &part);
    dataset_close(dataset);
    if (answer == NULL)
        (void)error_set(error, ERROR_MEMORY, "no memory for a description");
    return answer;
}

/* LibSVM, also SVM-light: sparse rows "label index:value index:value …".
 *
 * Features become columns f1, f2 …, with 0 where a row says nothing, or one column of tensors
 * "features" where there are more than columns may be. They begin at f0 where an index is 0. Rows
 * with several labels (4,9,18) or none give a column of booleans a label, label_4, label_9 …;
 * qid:3 gives a column "qid". The label is the target. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/dictionary.h"
#include "engine/formats/format.h"
#include "engine/formats/libsvm_line.h"
#include "engine/number_text.h"
#include "engine/table_builder.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct libsvm_reader {
    struct import *import;
    struct lines lines;
    struct table_builder table;
    struct dictionary labels;
    int64_t rows, index_min, index_max;
    bool has_many, has_query; /* labels; queries */
    int64_t feature_count;    /* from index_min on */
    int64_t first_label;      /* column; features come first, a query last */
    bool *is_label;           /* of a row, by the label's code */
};

/* ---- the first time: what there is */

static int add_labels(struct libsvm_reader *reader, struct cell labels, struct error *error)
{
    struct cell label;
    int status;
    reader->has_many = reader->has_many || libsvm_labels_are_many(&labels);
    while ((status = libsvm_labels_next(&labels, &label, error)) == 1)
        if (dictionary_add(&reader->labels, label.text, label.length, error) != 0)
            return -1;
    return status;
}

/* What is done with a row. */
typedef int (*row_fn)(struct libsvm_reader *reader, struct libsvm_line *line, struct error *error);

static int scan_row(struct libsvm_reader *reader, struct libsvm_line *line, struct error *error)
{
    int64_t index;
    double value;
    int status;
    while ((status = libsvm_line_next(line, &index, &value, error)) == 1) {
        reader->index_min = index < reader->index_min ? index : reader->index_min;
        reader->index_max = index > reader->index_max ? index : reader->index_max;
    }
    reader->has_query = reader->has_query || line->has_query;
    return status == 0 ? add_labels(reader, line->labels, error) : -1;
}

static int read_rows(struct libsvm_reader *reader, row_fn each, struct error *error)
{
    struct error cause = {0};
    struct libsvm_line line;
    int status;
    reader->rows = 0;
    lines_close(&reader->lines);
    if (lines_open(&reader->lines, &reader->import->inputs[0], TEXT_UTF8, error) != 0)
        return -1;
    while ((status = lines_next(&reader->lines, error)) == 1) {
        int begun = libsvm_line_start(&line, &reader->lines, &cause);
        if (begun < 0 || (begun == 1 && each(reader, &line, &cause) != 0))
            return lines_refuse(&reader->lines, &cause, error);
        reader->rows += begun;
    }
    return status;
}

/* ---- columns */

static int add_column(struct libsvm_reader *reader, enum column_type type, const char *prefix,
                      const char *name, size_t length, struct error *error)
{
    char whole[128];
    snprintf(whole, sizeof(whole), "%s%.*s", prefix, (int)(length < 100 ? length : 100), name);
    int64_t column = table_builder_add_column(&reader->table, whole, strlen(whole), error);
    if (column < 0)
        return -1;
    table_builder_hold_values(&reader->table, column, type);
    return 0;
}

/* So many columns besides the features. */
static int64_t others_count(const struct libsvm_reader *reader)
{
    return (reader->has_many ? reader->labels.count : 1) + reader->has_query;
}

static int add_features(struct libsvm_reader *reader, struct error *error)
{
    struct shape shape = {1, {reader->feature_count}};
    if (reader->feature_count > reader->import->limits->columns - others_count(reader)) {
        int64_t column = table_builder_add_column(&reader->table, "features", 8, error);
        return column < 0
                   ? -1
                   : table_builder_hold_tensors(&reader->table, column, &shape, false, error);
    }
    for (int64_t i = 0; i < reader->feature_count; i++) {
        char number[24];
        snprintf(number, sizeof(number), "%" PRId64, reader->index_min + i);
        if (add_column(reader, COLUMN_NUMBER, "f", number, strlen(number), error) != 0)
            return -1;
    }
    return 0;
}

/* In the order of the labels. */
static int add_label_columns(struct libsvm_reader *reader, struct error *error)
{
    struct dictionary *labels = &reader->labels;
    if (labels->full || labels->count >= reader->import->limits->columns)
        return error_set(error, ERROR_TOO_LARGE,
                         "rows with several labels have more different ones than there may be "
                         "columns (%" PRId64 ")",
                         reader->import->limits->columns);
    AUTO_FREE uint32_t *order = calloc((size_t)labels->count + 1, sizeof(*order));
    reader->is_label = calloc((size_t)labels->count + 1, sizeof(*reader->is_label));
    if (order == NULL || reader->is_label == NULL || dictionary_sort(labels, error) != 0)
        return error_set(error, ERROR_MEMORY, "out of memory for the labels");
    for (uint32_t i = 0; i < labels->count; i++)
        order[labels->entries[i].code] = i;
    for (uint32_t i = 0; i < labels->count; i++) {
        const struct dictionary_entry *entry = &labels->entries[order[i]];
        if (add_column(reader, COLUMN_BOOLEAN, "label_",
                       (const char *)labels->text.data + entry->start, entry->length, error) != 0)
            return -1;
    }
    return 0;
}

static int add_columns(struct libsvm_reader *reader, struct error *error)
{
    struct table_builder *table = &reader->table;
    reader->index_min = reader->index_min == 0 ? 0 : 1;
    reader->feature_count = reader->index_max - reader->index_min + 1;
    if (reader->feature_count < 1)
        return error_set(error, ERROR_INVALID, "%s has no features: pairs like 3:0.5",
                         reader->import->inputs[0].name);
    if (add_features(reader, error) != 0)
        return -1;
    reader->first_label = table->column_count;
    if (reader->has_many ? add_label_columns(reader, error) != 0
                         : add_column(reader, COLUMN_NUMBER, "label", "", 0, error) != 0)
        return -1;
    for (int64_t i = reader->first_label; i < table->column_count; i++)
        if (table_builder_add_target(table, i, error) != 0)
            return -1;
    if (reader->has_query && add_column(reader, COLUMN_NUMBER, "qid", "", 0, error) != 0)
        return -1;
    table->rows = table->written = reader->rows;
    return table_builder_check_names(table, error);
}

/* ---- values */

/* Surveys or writes one. */
typedef int (*value_fn)(struct libsvm_reader *reader, int64_t column, double value,
                        struct error *error);

static int survey_value(struct libsvm_reader *reader, int64_t column, double value,
                        struct error *error)
{
    table_builder_grew(&reader->table, sizeof(value));
    return column_builder_survey_number(&reader->table.columns[column], value, reader->rows, error);
}

static int write_value(struct libsvm_reader *reader, int64_t column, double value,
                       struct error *error)
{
    return column_builder_write_number(&reader->table.columns[column], value, error);
}

static bool has_tensors(const struct libsvm_reader *reader)
{
    return reader->table.columns[0].type == COLUMN_TENSOR;
}

static int write_zeros(struct column_builder *column, int64_t count, struct error *error)
{
    static const float zeros[1024];
    while (count > 0) {
        size_t part = count < 1024 ? (size_t)count : 1024;
        if (column_builder_write_tensor(column, zeros, part, error) != 0)
            return -1;
        count -= (int64_t)part;
    }
    return 0;
}

static int write_tensor(struct libsvm_reader *reader, struct libsvm_line *line, struct error *error)
{
    struct column_builder *column = &reader->table.columns[0];
    int64_t at = 0, index;
    double value;
    int status;
    while ((status = libsvm_line_next(line, &index, &value, error)) == 1) {
        float element = (float)value;
        if (write_zeros(column, index - reader->index_min - at, error) != 0 ||
            column_builder_write_tensor(column, &element, 1, error) != 0)
            return -1;
        at = index - reader->index_min + 1;
    }
    return status < 0 ? -1 : write_zeros(column, reader->feature_count - at, error);
}

static int put_features(struct libsvm_reader *reader, struct libsvm_line *line, value_fn put,
                        struct error *error)
{
    int64_t at = 0, index;
    double value;
    int status;
    while ((status = libsvm_line_next(line, &index, &value, error)) == 1) {
        for (; at < index - reader->index_min; at++)
            if (put(reader, at, 0, error) != 0)
                return -1;
        if (put(reader, at++, value, error) != 0)
            return -1;
    }
    for (; status == 0 && at < reader->feature_count; at++)
        status = put(reader, at, 0, error);
    return status;
}

static int put_labels(struct libsvm_reader *reader, struct cell labels, value_fn put,
                      struct error *error)
{
    struct cell label;
    uint32_t count = reader->labels.count;
    double value;
    if (!reader->has_many)
        return number_text_read(labels.text, labels.length, &value) == NUMBER_NONE
                   ? error_set(error, ERROR_IO, "the uploaded file was changed while it was read")
                   : put(reader, reader->first_label, value, error);
    memset(reader->is_label, 0, count);
    while (libsvm_labels_next(&labels, &label, error) == 1) {
        uint32_t code = dictionary_find(&reader->labels, label.text, label.length);
        if (code < count)
            reader->is_label[code] = true;
    }
    for (uint32_t i = 0; i < count; i++)
        if (put(reader, reader->first_label + i, reader->is_label[i], error) != 0)
            return -1;
    return 0;
}

static int put_row(struct libsvm_reader *reader, struct libsvm_line *line, value_fn put,
                   struct error *error)
{
    struct cell labels = line->labels;
    double query = line->has_query ? line->query : (double)NAN;
    bool tensors = has_tensors(reader);
    if (tensors && put == write_value && write_tensor(reader, line, error) != 0)
        return -1;
    if ((!tensors && put_features(reader, line, put, error) != 0) ||
        put_labels(reader, labels, put, error) != 0)
        return -1;
    return reader->has_query ? put(reader, reader->table.column_count - 1, query, error) : 0;
}

static int survey_row(struct libsvm_reader *reader, struct libsvm_line *line, struct error *error)
{
    return put_row(reader, line, survey_value, error);
}

static int write_row(struct libsvm_reader *reader, struct libsvm_line *line, struct error *error)
{
    return put_row(reader, line, write_value, error);
}

/* ---- all together */

static int read_table(struct libsvm_reader *reader, struct error *error)
{
    reader->index_min = INT64_MAX;
    reader->index_max = -1;
    if (read_rows(reader, scan_row, error) != 0)
        return -1;
    if (reader->rows == 0)
        return error_set(error, ERROR_INVALID, "%s has no rows: a dataset has at least one",
                         reader->import->inputs[0].name);
    if (add_columns(reader, error) != 0)
        return -1;
    if (table_builder_needs_survey(&reader->table) && read_rows(reader, survey_row, error) != 0)
        return -1;
    if (table_builder_layout(&reader->table, error) != 0 ||
        read_rows(reader, write_row, error) != 0)
        return -1;
    json_t *about = json_pack("{s:s}", "format", "libsvm");
    if (about == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the description of a dataset");
    return table_builder_finish(&reader->table, about, error);
}

static int read_libsvm(struct import *import, struct error *error)
{
    static const char *const no_words[] = {NULL};
    struct libsvm_reader reader = {.import = import};
    int status = table_builder_start(&reader.table, import, no_words, error);
    if (status == 0)
        status = read_table(&reader, error);
    lines_close(&reader.lines);
    table_builder_clear(&reader.table);
    dictionary_clear(&reader.labels);
    free(reader.is_label);
    return status;
}

static const uint8_t *skip(const uint8_t *at, const uint8_t *end, const char *characters)
{
    while (at < end && *at != 0 && strchr(characters, *at) != NULL)
        at++;
    return at;
}

/* Behind lines that are comments. */
static const uint8_t *skip_comments(const uint8_t *at, const uint8_t *end)
{
    at = skip(at, end, " \r\n");
    while (at < end && *at == '#') {
        while (at < end && *at != '\n')
            at++;
        at = skip(at, end, " \r\n");
    }
    return at;
}

/* "label index:value …", with or without a query. */
static bool sniff_libsvm(const uint8_t *head, size_t size)
{
    const uint8_t *end = head + size, *label = skip_comments(head, end);
    const uint8_t *at = skip(label, end, "0123456789+-.,eE");
    const uint8_t *index = skip(at, end, " \t");
    if (at == label || index == at)
        return false;
    if (end - index > 4 && memcmp(index, "qid:", 4) == 0)
        return isdigit(index[4]);
    at = skip(index, end, "0123456789");
    if (at == index || at + 1 >= end || *at != ':')
        return false;
    const uint8_t *value = at + 1;
    at = skip(value, end, "0123456789+-.eE");
    return at > value && (at == end || strchr(" \t\r\n", *at) != NULL);
}

const struct format libsvm_format = {
    .kind = {.name = "libsvm", .help = "sparse rows: label index:value …; also of SVM-light"},
    .title = "LibSVM",
    .options = OPTION_TYPES,
    .sniff = sniff_libsvm,
    .read = read_libsvm,
    .cut = cut_lines};

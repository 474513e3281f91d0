/* Declarations of ARFF, line by line. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/arff_header.h"
#include "engine/formats/arff_date.h"
#include "engine/formats/arff_tokens.h"
#include "engine/number_text.h"

#include <stdlib.h>
#include <string.h>

/* Types by their names; those that are not of the format are common all the same. */
static const struct {
    const char *name;
    enum column_type type; /* TEXT: strings, categories or text */
} type_names[] = {{"numeric", COLUMN_NUMBER}, {"real", COLUMN_NUMBER},  {"integer", COLUMN_NUMBER},
                  {"int", COLUMN_NUMBER},     {"float", COLUMN_NUMBER}, {"double", COLUMN_NUMBER},
                  {"string", COLUMN_TEXT},    {"uuid", COLUMN_TEXT},    {"enum", COLUMN_TEXT},
                  {"nominal", COLUMN_TEXT},   {"date", COLUMN_DATE}};

void arff_header_clear(struct arff_header *header)
{
    for (int64_t i = 0; i < header->count; i++) {
        free(header->attributes[i].date_pattern);
        free(header->attributes[i].absent);
    }
    free(header->attributes);
    *header = (struct arff_header){0};
}

static char *copy_cell(const char *text, size_t length)
{
    char *copy = calloc(1, length + 1 + NUMBER_TEXT_ROOM);
    if (copy != NULL)
        memcpy(copy, text, length);
    return copy;
}

static struct arff_attribute *append(struct arff_header *header, struct error *error)
{
    if (header->count == header->capacity) {
        int64_t capacity = header->capacity == 0 ? 64 : header->capacity * 2;
        struct arff_attribute *attributes =
            realloc(header->attributes, (size_t)capacity * sizeof(*attributes));
        if (attributes == NULL) {
            error_set(error, ERROR_MEMORY, "out of memory for the attributes");
            return NULL;
        }
        header->attributes = attributes;
        header->capacity = capacity;
    }
    struct arff_attribute *attribute = &header->attributes[header->count++];
    *attribute = (struct arff_attribute){.absent = NULL};
    return attribute;
}

/* ---- types */

/* One of the values between braces. */
static int declare(struct arff_attribute *attribute, struct column_builder *column,
                   const struct cell *value, struct error *error)
{
    if (attribute->absent == NULL) {
        attribute->absent = copy_cell(value->text, value->length);
        if (attribute->absent == NULL)
            return error_set(error, ERROR_MEMORY, "out of memory for the attributes");
    }
    return column->declared ? dictionary_add(&column->dictionary, value->text, value->length, error)
                            : 0;
}

/* {red, 'dark blue', green} */
static int read_values(struct arff_attribute *attribute, struct table_builder *table, int64_t index,
                       struct arff_cursor *cursor, struct error *error)
{
    struct column_builder *column = &table->columns[index];
    table_builder_expect_type(table, index, COLUMN_CATEGORY);
    column->declared = column->type == COLUMN_CATEGORY;
    cursor->in_braces = true;
    while (!arff_take(cursor, '}')) {
        struct cell value;
        if (arff_at_end(cursor))
            return error_set(error, ERROR_INVALID, "the list of values is not closed by }");
        if (arff_take_word(cursor, &value, error) != 0)
            return -1;
        if (value.length == 0 && !value.quoted)
            return error_set(error, ERROR_INVALID, "a value is missing between two commas");
        if (declare(attribute, column, &value, error) != 0)
            return -1;
        arff_take(cursor, ',');
    }
    cursor->in_braces = false;
    table_builder_grew(table, (size_t)(cursor->end - cursor->at));
    return 0;
}

static int read_date_pattern(struct arff_attribute *attribute, struct arff_cursor *cursor,
                             struct error *error)
{
    struct cell pattern;
    if (arff_at_end(cursor))
        return 0;
    if (arff_take_word(cursor, &pattern, error) != 0)
        return -1;
    attribute->date_pattern = strndup(pattern.text, pattern.length);
    if (attribute->date_pattern == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the attributes");
    return arff_date_check(attribute->date_pattern, error);
}

static int refuse_type(const struct cell *word, struct error *error)
{
    int shown = word->length < 40 ? (int)word->length : 40;
    return error_set(error, ERROR_INVALID,
                     "type \"%.*s\" is not known: numeric, real, integer, string, date or {values} "
                     "are",
                     shown, word->text);
}

static int read_named_type(struct arff_attribute *attribute, struct table_builder *table,
                           int64_t index, struct arff_cursor *cursor, struct error *error)
{
    struct cell word;
    size_t i = 0;
    if (arff_take_word(cursor, &word, error) != 0)
        return -1;
    while (i < ARRAY_COUNT(type_names) && !arff_word_is(&word, type_names[i].name))
        i++;
    if (i == ARRAY_COUNT(type_names))
        return refuse_type(&word, error);
    if (type_names[i].type == COLUMN_TEXT)
        table_builder_expect_strings(table, index);
    else
        table_builder_expect_type(table, index, type_names[i].type);
    if (type_names[i].type == COLUMN_NUMBER) {
        attribute->absent = copy_cell("0", 1);
        if (arff_take(cursor, '[')) /* a range, as KEEL writes it, tells nothing that is needed */
            while (cursor->at < cursor->end && *cursor->at++ != ']')
                continue;
    }
    return type_names[i].type == COLUMN_DATE ? read_date_pattern(attribute, cursor, error) : 0;
}

/* ---- lines */

static int read_attribute(struct arff_header *header, struct table_builder *table,
                          struct arff_cursor *cursor, struct error *error)
{
    struct cell name;
    if (arff_take_name(cursor, &name, error) != 0)
        return -1;
    int64_t index = table_builder_add_column(table, name.text, name.length, error);
    struct arff_attribute *attribute = index < 0 ? NULL : append(header, error);
    if (attribute == NULL)
        return -1;
    table->columns[index].named = true;
    int status = arff_take(cursor, '{') ? read_values(attribute, table, index, cursor, error)
                                        : read_named_type(attribute, table, index, cursor, error);
    if (status == 0 && !arff_at_end(cursor))
        return error_set(error, ERROR_INVALID, "there is text behind the attribute's type");
    if (status == 0 && attribute->absent == NULL)
        attribute->absent = copy_cell("", 0);
    if (status == 0 && attribute->absent == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the attributes");
    return status;
}

/* 1: go on; 0: it was @data; -1. `header` is NULL where lines are only passed over. */
static int read_line(struct arff_header *header, struct table_builder *table,
                     const struct lines *lines, struct error *error)
{
    struct arff_cursor cursor = arff_cursor_of(lines);
    struct cell word;
    if (arff_at_end(&cursor))
        return 1;
    if (arff_take_word(&cursor, &word, error) != 0)
        return -1;
    if (arff_word_is(&word, "@data"))
        return 0;
    if (header == NULL || arff_word_is(&word, "@relation"))
        return 1;
    if (!arff_word_is(&word, "@attribute"))
        return error_set(error, ERROR_INVALID,
                         "%.*s is not @relation, @attribute or @data (relations within relations "
                         "are not read)",
                         word.length < 40 ? (int)word.length : 40, word.text);
    return read_attribute(header, table, &cursor, error) == 0 ? 1 : -1;
}

static int read_lines(struct arff_header *header, struct table_builder *table, struct lines *lines,
                      struct error *error)
{
    struct error cause = {0};
    int status;
    while ((status = lines_next(lines, error)) == 1) {
        int more = read_line(header, table, lines, &cause);
        if (more < 0)
            return lines_refuse(lines, &cause, error);
        if (more == 0)
            return 0;
    }
    return status < 0 ? -1
                      : error_set(error, ERROR_INVALID, "%s has no @data", lines->text.input->name);
}

int arff_header_read(struct arff_header *header, struct lines *lines, struct table_builder *table,
                     struct error *error)
{
    if (read_lines(header, table, lines, error) != 0)
        return -1;
    if (header->count == 0)
        return error_set(error, ERROR_INVALID, "%s has no @attribute", lines->text.input->name);
    return table_builder_check_names(table, error);
}

int arff_header_skip(struct lines *lines, struct error *error)
{
    return read_lines(NULL, NULL, lines, error);
}

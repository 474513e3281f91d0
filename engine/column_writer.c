/* The second half of column_builder.h: cells to values of the decided type. Values as they are is
 * column_values.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/column_builder.h"
#include "engine/number_text.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { SHOWN_MAX = 40 };

/* "column "age": "abc" is not …", the value cut between characters and without line ends. */
static int refuse(const struct column_builder *column, const struct cell *cell, const char *what,
                  struct error *error)
{
    char shown[SHOWN_MAX + 1];
    size_t length = cell->length;
    if (length > SHOWN_MAX) {
        length = SHOWN_MAX;
        while (length > 0 && (cell->text[length] & 0xc0) == 0x80)
            length--;
    }
    for (size_t i = 0; i < length; i++)
        shown[i] = (unsigned char)cell->text[i] < ' ' ? ' ' : cell->text[i];
    shown[length] = 0;
    return error_set(error, ERROR_INVALID, "column \"%.80s\": \"%s%s\" %s", column->name, shown,
                     length < cell->length ? "…" : "", what);
}

static bool is_missing(struct column_builder *column, const struct cell *cell)
{
    if (cell_classify(cell, column->missing) == CELL_VALUE)
        return false;
    column->missing_count++;
    return true;
}

static int append_number(struct column_builder *column, double value, struct error *error)
{
    return column_stream_append(&column->values_stream, &value, sizeof(value), error);
}

static int write_number(struct column_builder *column, const struct cell *cell, struct error *error)
{
    double value;
    /* The short cut for cells that are numbers: words for missing are looked up only for others. */
    if (!column->missing->has_number &&
        number_text_read_roomy(cell->text, cell->length, &value) == NUMBER_FINITE)
        return append_number(column, value, error);
    if (is_missing(column, cell))
        return append_number(column, (double)NAN, error);
    switch (number_text_read(cell->text, cell->length, &value)) {
    case NUMBER_FINITE:
        return append_number(column, value, error);
    case NUMBER_INFINITE:
        return refuse(column, cell,
                      "is not a finite number: missing=inf,-inf would take it as "
                      "missing, types=…=text as text",
                      error);
    case NUMBER_NONE:
        break;
    }
    return refuse(column, cell, "is not a number", error);
}

static int write_boolean(struct column_builder *column, const struct cell *cell,
                         struct error *error)
{
    uint8_t value = UINT8_MAX;
    bool truth;
    if (cell_read_boolean(cell, &truth))
        value = truth;
    else if (cell->length == 1 && (cell->text[0] == '0' || cell->text[0] == '1'))
        value = cell->text[0] == '1'; /* a column of 0 and 1 that was asked to be boolean */
    else if (!is_missing(column, cell))
        return refuse(column, cell, "is not a boolean: true, false, yes, no, t, f, 1 or 0", error);
    return column_stream_append(&column->values_stream, &value, sizeof(value), error);
}

static int write_date(struct column_builder *column, const struct cell *cell, struct error *error)
{
    int64_t seconds = INT64_MIN;
    if (!is_missing(column, cell) &&
        !date_text_read(cell->text, cell->length, column->date_order, &seconds))
        return refuse(column, cell, "is not a date like 2015-03-16 or 2015-03-16T12:30:00Z", error);
    return column_stream_append(&column->values_stream, &seconds, sizeof(seconds), error);
}

static int write_category(struct column_builder *column, const struct cell *cell,
                          struct error *error)
{
    uint32_t code = UINT32_MAX;
    if (cell_classify(cell, column->missing) == CELL_MISSING) {
        column->missing_count++;
    } else {
        code = dictionary_find(&column->dictionary, cell->text, cell->length);
        if (code == UINT32_MAX && column->declared)
            return refuse(column, cell, "is none of the declared values", error);
        if (code == UINT32_MAX)
            return error_set(error, ERROR_IO, "the uploaded file was changed while it was read");
        column->category_counts[code]++;
    }
    return column_stream_append(&column->values_stream, &code, sizeof(code), error);
}

static int write_text(struct column_builder *column, const struct cell *cell, struct error *error)
{
    if (column_stream_append(&column->values_stream, &column->text_written,
                             sizeof(column->text_written), error) != 0)
        return -1;
    bool missing = cell->length == 0 || cell_classify(cell, column->missing) == CELL_MISSING;
    column->missing_count += missing;
    if (missing)
        return 0;
    column->text_written += cell->length;
    return column_stream_append(&column->text_stream, cell->text, cell->length, error);
}

int column_builder_write(struct column_builder *column, const struct cell *cell,
                         struct error *error)
{
    switch (column->type) {
    case COLUMN_NUMBER:
        return write_number(column, cell, error);
    case COLUMN_BOOLEAN:
        return write_boolean(column, cell, error);
    case COLUMN_DATE:
        return write_date(column, cell, error);
    case COLUMN_CATEGORY:
        return write_category(column, cell, error);
    case COLUMN_TEXT:
        return write_text(column, cell, error);
    case COLUMN_TENSOR:
        break;
    }
    assert(false && "tensors are not made of cells");
    return -1;
}

/* The dictionary in its sorted order: offsets, then the strings one behind the other. */
static int write_dictionary(struct column_builder *column, struct error *error)
{
    const struct dictionary *dictionary = &column->dictionary;
    size_t count = dictionary->count;
    AUTO_FREE const struct dictionary_entry **sorted =
        calloc(count + 1, sizeof(struct dictionary_entry *));
    AUTO_FREE uint64_t *offsets = calloc(count + 1, sizeof(*offsets));
    AUTO_FREE char *text = malloc(dictionary->text.size + 1);
    if (sorted == NULL || offsets == NULL || text == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the categories of a column");
    for (size_t i = 0; i < count; i++)
        sorted[dictionary->entries[i].code] = &dictionary->entries[i];
    for (size_t i = 0; i < count; i++) {
        memcpy(text + offsets[i], dictionary->text.data + sorted[i]->start, sorted[i]->length);
        offsets[i + 1] = offsets[i] + sorted[i]->length;
    }
    const struct column_file *file = column->values_stream.file;
    if (column_file_write(file, column->offsets.offset, offsets, (count + 1) * sizeof(*offsets),
                          error) != 0)
        return -1;
    return column_file_write(file, column->text.offset, text, dictionary->text.size, error);
}

int column_builder_finish(struct column_builder *column, struct error *error)
{
    if (column->left_out || column->keeps_numbers)
        return 0;
    if (column->type == COLUMN_CATEGORY && write_dictionary(column, error) != 0)
        return -1;
    if (column->type == COLUMN_TEXT) {
        if (column_stream_append(&column->values_stream, &column->text_written,
                                 sizeof(column->text_written), error) != 0)
            return -1;
        if (column_stream_flush(&column->text_stream, error) != 0)
            return -1;
    }
    return column_stream_flush(&column->values_stream, error);
}

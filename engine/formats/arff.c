/* ARFF, Weka's attribute-relation file format: declared attributes, then rows with commas or blanks
 * between their values, or sparse ones, {index value, index value}.
 *
 * Only an unquoted ? is missing, and a value that is left out between two commas. What a sparse row
 * does not say is 0, or the first declared value, as Weka has it; of strings and dates it is
 * missing. Text that is not UTF-8 is read as Windows-1252. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/arff_date.h"
#include "engine/formats/arff_header.h"
#include "engine/formats/arff_tokens.h"
#include "engine/formats/format.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct arff_reader {
    struct import *import;
    enum text_encoding encoding;
    struct lines lines;
    struct table_builder table;
    struct arff_header header;
    struct cell *cells;            /* of a row, one a column */
    char (*dates)[ARFF_DATE_SIZE]; /* of a row, one a column */
};

static int start_lines(struct arff_reader *reader, struct error *error)
{
    lines_close(&reader->lines);
    return lines_open(&reader->lines, &reader->import->inputs[0], reader->encoding, error);
}

/* ---- rows */

static int wrong_count(const struct arff_reader *reader, int64_t count, struct error *error)
{
    return error_set(error, ERROR_INVALID, "%" PRId64 " value%s, expected %" PRId64, count,
                     count == 1 ? "" : "s", reader->header.count);
}

/* Values with commas or blanks between them; a comma behind the last one says nothing. */
static int read_dense(struct arff_reader *reader, struct arff_cursor *cursor, struct error *error)
{
    int64_t count = 0, expected = reader->header.count;
    struct cell surplus;
    bool comma = false;
    while (!arff_at_end(cursor) || (comma && count < expected)) {
        struct cell *cell = count < expected ? &reader->cells[count] : &surplus;
        if (cursor->at < cursor->end && *cursor->at == '{')
            return error_set(
                error, ERROR_INVALID,
                "weights of rows, {…} behind the values, are not read: make the weight "
                "an attribute, which training.sample_weight can name");
        if (arff_at_end(cursor))
            *cell = (struct cell){.text = cursor->end};
        else if (arff_take_word(cursor, cell, error) != 0)
            return -1;
        count++;
        comma = arff_take(cursor, ',');
    }
    return count == expected ? 0 : wrong_count(reader, count, error);
}

static int read_index(struct arff_reader *reader, struct arff_cursor *cursor, int64_t *index,
                      struct error *error)
{
    *index = 0;
    arff_skip_blanks(cursor);
    char *start = cursor->at;
    while (cursor->at < cursor->end && isdigit((unsigned char)*cursor->at) &&
           cursor->at - start < 9)
        *index = *index * 10 + (*cursor->at++ - '0');
    if (cursor->at == start || *index >= reader->header.count)
        return error_set(error, ERROR_INVALID,
                         "a sparse row is {index value, …} with indices of 0 to %" PRId64,
                         reader->header.count - 1);
    return 0;
}

/* Behind the opening brace. */
static int read_sparse(struct arff_reader *reader, struct arff_cursor *cursor, struct error *error)
{
    for (int64_t i = 0; i < reader->header.count; i++) {
        const char *absent = reader->header.attributes[i].absent;
        reader->cells[i] = (struct cell){.text = absent, .length = (uint32_t)strlen(absent)};
    }
    cursor->in_braces = true;
    while (!arff_take(cursor, '}')) {
        int64_t index;
        if (arff_at_end(cursor))
            return error_set(error, ERROR_INVALID, "the sparse row is not closed by }");
        if (read_index(reader, cursor, &index, error) != 0)
            return -1;
        if (reader->cells[index].text != reader->header.attributes[index].absent)
            return error_set(error, ERROR_INVALID, "index %" PRId64 " is there twice", index);
        if (arff_take_word(cursor, &reader->cells[index], error) != 0)
            return -1;
        arff_take(cursor, ',');
    }
    cursor->in_braces = false;
    return arff_at_end(cursor)
               ? 0
               : error_set(error, ERROR_INVALID, "there is text behind the sparse row");
}

/* Dates with a format of their own, as ISO 8601. */
static int convert_dates(struct arff_reader *reader, struct error *error)
{
    for (int64_t i = 0; i < reader->header.count; i++) {
        const char *pattern = reader->header.attributes[i].date_pattern;
        struct cell *cell = &reader->cells[i];
        if (pattern == NULL || cell_classify(cell, &reader->table.missing) != CELL_VALUE)
            continue;
        if (!arff_date_read(pattern, cell->text, cell->length, reader->dates[i]))
            return error_set(error, ERROR_INVALID, "column \"%.80s\": \"%.*s\" is not a date %.60s",
                             reader->table.columns[i].name,
                             cell->length < 40 ? (int)cell->length : 40, cell->text, pattern);
        cell->text = reader->dates[i];
        cell->length = (uint32_t)strlen(cell->text);
    }
    return 0;
}

/* 1: a row; 0: a blank line or a comment; -1 without the line's number. */
static int read_row(struct arff_reader *reader, struct error *error)
{
    struct arff_cursor cursor = arff_cursor_of(&reader->lines);
    if (arff_at_end(&cursor))
        return 0;
    int status = arff_take(&cursor, '{') ? read_sparse(reader, &cursor, error)
                                         : read_dense(reader, &cursor, error);
    return status == 0 && convert_dates(reader, error) == 0 ? 1 : -1;
}

/* Surveys or writes it. */
typedef int (*row_fn)(struct table_builder *table, const struct cell *cells, struct error *error);

static int read_rows(struct arff_reader *reader, row_fn each, struct error *error)
{
    struct error cause = {0};
    int status;
    while ((status = lines_next(&reader->lines, error)) == 1) {
        int is_row = read_row(reader, &cause);
        if (is_row < 0 || (is_row == 1 && each(&reader->table, reader->cells, &cause) != 0))
            return lines_refuse(&reader->lines, &cause, error);
    }
    return status;
}

/* ---- all together */

static int start_table(struct arff_reader *reader, struct error *error)
{
    static const char *const missing_words[] = {"?", NULL};
    arff_header_clear(&reader->header);
    table_builder_clear(&reader->table);
    free(reader->cells);
    free(reader->dates);
    reader->cells = NULL;
    reader->dates = NULL;
    if (table_builder_start(&reader->table, reader->import, missing_words, error) != 0 ||
        start_lines(reader, error) != 0 ||
        arff_header_read(&reader->header, &reader->lines, &reader->table, error) != 0)
        return -1;
    reader->cells = calloc((size_t)reader->header.count, sizeof(*reader->cells));
    reader->dates = calloc((size_t)reader->header.count, sizeof(*reader->dates));
    if (reader->cells == NULL || reader->dates == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a row");
    return 0;
}

static int survey(struct arff_reader *reader, struct error *error)
{
    if (start_table(reader, error) != 0 || read_rows(reader, table_builder_survey, error) != 0)
        return -1;
    if (reader->table.rows > 0)
        return 0;
    return error_set(error, ERROR_INVALID, "%s has no rows: a dataset has at least one",
                     reader->import->inputs[0].name);
}

static int survey_any_encoding(struct arff_reader *reader, struct error *error)
{
    struct error inner = {0};
    int status = survey(reader, &inner);
    if (status != 0 && reader->lines.text.not_utf8) {
        reader->encoding = TEXT_WINDOWS_1252;
        return survey(reader, error);
    }
    return status == 0 ? 0 : error_set(error, inner.code, "%s", inner.message);
}

static int read_table(struct arff_reader *reader, struct error *error)
{
    if (survey_any_encoding(reader, error) != 0 ||
        table_builder_layout(&reader->table, error) != 0 || start_lines(reader, error) != 0 ||
        arff_header_skip(&reader->lines, error) != 0 ||
        read_rows(reader, table_builder_write, error) != 0)
        return -1;
    json_t *about = json_pack("{s:s, s:s}", "format", "arff", "encoding",
                              text_encoding_names[reader->lines.text.encoding]);
    if (about == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the description of a dataset");
    return table_builder_finish(&reader->table, about, error);
}

static int read_arff(struct import *import, struct error *error)
{
    struct arff_reader reader = {.import = import, .encoding = TEXT_UTF8};
    int status = read_table(&reader, error);
    arff_header_clear(&reader.header);
    table_builder_clear(&reader.table);
    lines_close(&reader.lines);
    free(reader.cells);
    free(reader.dates);
    return status;
}

static const uint8_t *skip_blanks(const uint8_t *at, const uint8_t *end)
{
    while (at < end && isspace(*at))
        at++;
    return at;
}

/* Comments begin with %; the first thing that is none is @relation. A head of nothing but comments
 * is one too: no CSV begins like that. */
static bool sniff_arff(const uint8_t *head, size_t size)
{
    const uint8_t *end = head + size;
    const uint8_t *at = skip_blanks(head, end);
    while (at < end && *at == '%') {
        at = memchr(at, '\n', (size_t)(end - at));
        if (at == NULL)
            return size == FORMAT_HEAD_SIZE;
        at = skip_blanks(at, end);
    }
    if (at == end && size == FORMAT_HEAD_SIZE)
        return true;
    return end - at >= 9 && strncasecmp((const char *)at, "@relation", 9) == 0;
}

const struct format arff_format = {
    .kind = {.name = "arff", .help = "Weka's attribute-relation file, dense or sparse"},
    .title = "ARFF",
    .options = OPTION_TYPES | OPTION_MISSING,
    .sniff = sniff_arff,
    .read = read_arff,
    .cut = cut_lines};

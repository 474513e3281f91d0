/* JSON lines: one object a line, or one array of objects. Types are found out as in CSV: a string
 * that reads as a number or a date is one unless all are not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/format.h"
#include "engine/formats/json_records.h"
#include "engine/formats/json_rows.h"

#include <ctype.h>
#include <string.h>

struct jsonl_reader {
    struct import *import;
    struct json_records records;
    struct json_rows rows;
};

/* What is done with a row. */
typedef int (*row_fn)(struct json_rows *rows, const json_t *object, int64_t row,
                      struct error *error);

static int survey_row(struct json_rows *rows, const json_t *object, int64_t row UNUSED,
                      struct error *error)
{
    return json_rows_survey(rows, object, error);
}

static int write_row(struct json_rows *rows, const json_t *object, int64_t row UNUSED,
                     struct error *error)
{
    return json_rows_write(rows, object, error);
}

/* From the first object to the end, or to `row_count`. */
static int read_rows(struct jsonl_reader *reader, int64_t row_count, row_fn each,
                     struct error *error)
{
    struct error cause = {0};
    int status = 1;
    json_records_close(&reader->records);
    if (json_records_open(&reader->records, &reader->import->inputs[0], error) != 0)
        return -1;
    for (int64_t row = 0; row < row_count && status == 1; row++) {
        json_t *object;
        status = json_records_next(&reader->records, &object, error);
        if (status != 1)
            return status;
        int done = each(&reader->rows, object, row, &cause);
        json_decref(object);
        if (done != 0)
            return json_records_refuse(&reader->records, &cause, error);
    }
    return 0;
}

static int survey(struct jsonl_reader *reader, struct error *error)
{
    struct table_builder *table = &reader->rows.table;
    if (read_rows(reader, INT64_MAX, survey_row, error) != 0)
        return -1;
    if (table->rows == 0 || table->column_count == 0)
        return error_set(error, ERROR_INVALID,
                         "%s has no %s: a dataset has at least one row and "
                         "one column",
                         reader->import->inputs[0].name, table->rows == 0 ? "objects" : "values");
    reader->rows.surveyed = true;
    return table_builder_check_names(table, error);
}

static int read_table(struct jsonl_reader *reader, struct error *error)
{
    struct table_builder *table = &reader->rows.table;
    if (json_rows_start(&reader->rows, reader->import, error) != 0 || survey(reader, error) != 0)
        return -1;
    int64_t rows = table_builder_strings_rows(table);
    if ((rows > 0 && read_rows(reader, rows, json_rows_add_strings, error) != 0) ||
        table_builder_layout(table, error) != 0 ||
        read_rows(reader, INT64_MAX, write_row, error) != 0)
        return -1;
    json_t *about = json_pack("{s:s}", "format", "jsonl");
    if (about == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the description of a dataset");
    return table_builder_finish(table, about, error);
}

static int read_jsonl(struct import *import, struct error *error)
{
    struct jsonl_reader reader = {.import = import};
    int status = read_table(&reader, error);
    json_records_close(&reader.records);
    json_rows_clear(&reader.rows);
    return status;
}

static const uint8_t *skip_blanks(const uint8_t *at, const uint8_t *end)
{
    while (at < end && isspace(*at))
        at++;
    return at;
}

/* { and ", or [ and { */
static bool sniff_jsonl(const uint8_t *head, size_t size)
{
    const uint8_t *end = head + size;
    if (size >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0)
        head += 3;
    const uint8_t *at = skip_blanks(head, end);
    if (at == end || (*at != '{' && *at != '['))
        return false;
    char expected = *at == '{' ? '"' : '{';
    at = skip_blanks(at + 1, end);
    return at < end && *at == (uint8_t)expected;
}

const struct format jsonl_format = {
    .kind = {.name = "jsonl", .help = "one JSON object a line, or one array of objects"},
    .title = "JSON lines",
    .options = OPTION_TYPES | OPTION_MISSING,
    .sniff = sniff_jsonl,
    .read = read_jsonl,
    .cut = cut_json};

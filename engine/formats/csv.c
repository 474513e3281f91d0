/* CSV, TSV and their relatives (RFC 4180 and what people really write).
 *
 * Separator, header, encoding, types and missing values are found out; see csv_dialect.h,
 * text_input.h, column_builder.h. Blank lines are skipped. A row may have more fields than the
 * header where the surplus is empty, and fewer where the absent columns have no name; every other
 * row of another width is refused with its line. Columns without name and value are left out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/dataset_options.h"
#include "engine/formats/csv_dialect.h"
#include "engine/formats/csv_scanner.h"
#include "engine/formats/format.h"
#include "engine/table_spool.h"

#include <inttypes.h>
#include <string.h>

struct csv_reader {
    struct import *import;
    enum text_encoding encoding; /* to assume where no byte-order mark says it */
    struct csv_dialect dialect;
    struct text_input text;
    struct csv_scanner scanner;
    struct table_builder table;
    int64_t named_count; /* columns up to the last that the header names */
};

/* What is done with a row, and with the rows of the scanner's block, whose errors it locates. */
typedef int (*row_fn)(struct csv_reader *reader, int64_t row, struct error *error);
typedef int (*block_fn)(struct csv_reader *reader, struct error *error);

static void stop_scanning(struct csv_reader *reader)
{
    csv_scanner_stop(&reader->scanner);
    text_input_close(&reader->text);
}

/* From the first byte. */
static int start_scanning(struct csv_reader *reader, struct error *error)
{
    stop_scanning(reader);
    if (text_input_open(&reader->text, &reader->import->inputs[0], reader->encoding, error) != 0)
        return -1;
    reader->encoding = reader->text.encoding;
    return csv_scanner_start(&reader->scanner, &reader->text, reader->dialect.separator,
                             reader->import->limits->columns, error);
}

static int no_rows(const struct csv_reader *reader, const char *what, struct error *error)
{
    return error_set(error, ERROR_INVALID, "%s %s: a dataset has at least one row",
                     reader->import->inputs[0].name, what);
}

/* Fills the window until it has some whole rows, also of a wide table. */
static int fill_sample(struct csv_reader *reader, struct error *error)
{
    enum { LINES_LEAST = 20, SIZE_MOST = 4 << 20 };
    struct text_input *text = &reader->text;
    int lines = 0;
    while (!text->ended && lines < LINES_LEAST && text->end < SIZE_MOST) {
        size_t seen = text->end;
        if (text_input_more(text, error) < 0)
            return -1;
        for (size_t i = seen; i < text->end && lines < LINES_LEAST; i++)
            lines += text->data[i] == '\n' || text->data[i] == '\r';
    }
    return text->end > 0 ? 0 : no_rows(reader, "is empty", error);
}

static int find_dialect(struct csv_reader *reader, struct error *error)
{
    const struct dataset_options *options = reader->import->options;
    const enum dataset_header asked = dataset_header(options->header);
    bool header = asked == DATASET_HEADER_YES;
    if (fill_sample(reader, error) != 0)
        return -1;
    if (csv_dialect_find(&reader->text, dataset_separator(options->separator),
                         asked == DATASET_HEADER_AUTO ? NULL : &header,
                         reader->import->limits->columns, &reader->table.missing, &reader->dialect,
                         error) != 0)
        return -1;
    csv_scanner_stop(&reader->scanner);
    return csv_scanner_start(&reader->scanner, &reader->text, reader->dialect.separator,
                             reader->import->limits->columns, error);
}

/* A guessed separator other than the usual one is worth knowing when rows do not fit. */
static const char *separated_by(char separator)
{
    switch (separator) {
    case ';':
        return "semicolon-separated ";
    case '\t':
        return "tab-separated ";
    case '|':
        return "bar-separated ";
    case ' ':
        return "blank-separated ";
    default:
        return "";
    }
}

static int check_width(struct csv_reader *reader, struct error *error)
{
    struct csv_scanner *scanner = &reader->scanner;
    int64_t width = reader->table.column_count, surplus = scanner->count;
    while (surplus > width && scanner->cells[surplus - 1].length == 0 &&
           !scanner->cells[surplus - 1].quoted)
        surplus--;
    if (surplus > width || scanner->count < reader->named_count)
        return error_set(error, ERROR_INVALID,
                         "line %" PRId64 " has %" PRId64 " %sfield%s, expected %" PRId64,
                         scanner->line, scanner->count, separated_by(reader->dialect.separator),
                         scanner->count == 1 ? "" : "s", width);
    return csv_scanner_pad(scanner, width, error);
}

/* Puts the line before what a column says about a value. */
static int locate(const struct csv_reader *reader, const struct error *inner, struct error *error)
{
    if (inner->code != ERROR_INVALID)
        return error_set(error, inner->code, "%s", inner->message);
    return error_set(error, inner->code, "line %" PRId64 ", %s", reader->scanner.line,
                     inner->message);
}

static int read_row(struct csv_reader *reader, int64_t row, row_fn each, struct error *error)
{
    struct error inner = {0};
    int status = csv_scanner_next(&reader->scanner, error);
    if (status <= 0)
        return status;
    if (check_width(reader, error) != 0)
        return -1;
    return each(reader, row, &inner) == 0 ? 1 : locate(reader, &inner, error);
}

/* Shows all rows from the next one on, by blocks where they are plain. */
static int read_rows(struct csv_reader *reader, row_fn each, block_fn each_block,
                     struct error *error)
{
    for (int64_t row = 0;;) {
        int64_t rows = csv_scanner_next_block(&reader->scanner, reader->table.column_count);
        int status = rows > 0 ? each_block(reader, error) : read_row(reader, row, each, error);
        if (status < 0 || (rows == 0 && status == 0))
            return status;
        row += rows > 0 ? rows : 1;
    }
}

static int survey_row(struct csv_reader *reader, int64_t row UNUSED, struct error *error)
{
    return table_builder_survey(&reader->table, reader->scanner.cells, error);
}

static int survey_block(struct csv_reader *reader, struct error *error)
{
    return table_builder_survey_block(&reader->table, &reader->scanner.block.cells, error);
}

static int add_strings_of_row(struct csv_reader *reader, int64_t row, struct error *error)
{
    return table_builder_add_strings(&reader->table, reader->scanner.cells, row, error);
}

static int write_row(struct csv_reader *reader, int64_t row UNUSED, struct error *error)
{
    return table_builder_write(&reader->table, reader->scanner.cells, error);
}

static int write_block(struct csv_reader *reader, struct error *error)
{
    const struct cell_block *cells = &reader->scanner.block.cells;
    struct error inner = {0};
    for (int64_t row = 0; row < cells->rows; row++, reader->scanner.line++)
        if (table_builder_write_of_block(&reader->table, cells, row, &inner) != 0)
            return locate(reader, &inner, error);
    return 0;
}

/* Makes the columns of the first row, and surveys that row where it is no header. */
static int read_first_row(struct csv_reader *reader, struct error *error)
{
    struct csv_scanner *scanner = &reader->scanner;
    int status = csv_scanner_next(scanner, error);
    if (status < 0)
        return -1;
    if (status == 0)
        return no_rows(reader, "has only blank lines", error);
    const struct cell *names = reader->dialect.header ? scanner->cells : NULL;
    int64_t lines = input_count_lines(&reader->import->inputs[0]);
    reader->named_count = scanner->count;
    if (names != NULL)
        while (reader->named_count > 0 && names[reader->named_count - 1].length == 0)
            reader->named_count--;
    if (table_builder_name_columns(&reader->table, names, scanner->count, error) != 0 ||
        table_spool_start(&reader->table, lines - reader->dialect.header, error) != 0)
        return -1;
    return names == NULL ? survey_row(reader, 0, error) : 0;
}

static int survey(struct csv_reader *reader, struct error *error)
{
    table_builder_clear(&reader->table);
    if (table_builder_start(&reader->table, reader->import, missing_words_usual, error) != 0 ||
        start_scanning(reader, error) != 0 || find_dialect(reader, error) != 0 ||
        read_first_row(reader, error) != 0 ||
        read_rows(reader, survey_row, survey_block, error) != 0)
        return -1;
    return reader->table.rows > 0 ? 0 : no_rows(reader, "has a header but no rows", error);
}

/* What is not UTF-8 is read as Windows-1252, of which Latin-1 is the greatest part. */
static int survey_any_encoding(struct csv_reader *reader, struct error *error)
{
    struct error inner = {0};
    int status = survey(reader, &inner);
    if (status != 0 && reader->text.not_utf8) {
        reader->encoding = TEXT_WINDOWS_1252;
        return survey(reader, error);
    }
    return status == 0 ? 0 : error_set(error, inner.code, "%s", inner.message);
}

/* Scans from the start again, past the header. */
static int start_again(struct csv_reader *reader, struct error *error)
{
    if (start_scanning(reader, error) != 0)
        return -1;
    return reader->dialect.header && csv_scanner_next(&reader->scanner, error) < 0 ? -1 : 0;
}

static int complete_strings(struct csv_reader *reader, struct error *error)
{
    int64_t rows = table_builder_strings_rows(&reader->table);
    if (rows > 0 && start_again(reader, error) != 0)
        return -1;
    int status = 1;
    for (int64_t row = 0; row < rows && status == 1; row++)
        status = read_row(reader, row, add_strings_of_row, error);
    return status < 0 ? -1 : 0;
}

static int write_rows(struct csv_reader *reader, struct error *error)
{
    if (!table_builder_needs_cells(&reader->table))
        return 0;
    return start_again(reader, error) == 0 ? read_rows(reader, write_row, write_block, error) : -1;
}

static json_t *describe(const struct csv_reader *reader)
{
    char separator[] = {reader->dialect.separator, 0};
    return json_pack("{s:s, s:s, s:s, s:b}", "format", "csv", "encoding",
                     text_encoding_names[reader->encoding], "separator", separator, "header",
                     (int)reader->dialect.header);
}

static int read_table(struct csv_reader *reader, struct error *error)
{
    if (survey_any_encoding(reader, error) != 0 || complete_strings(reader, error) != 0 ||
        table_builder_layout(&reader->table, error) != 0 || write_rows(reader, error) != 0)
        return -1;
    json_t *about = describe(reader);
    if (about == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the description of a dataset");
    return table_builder_finish(&reader->table, about, error);
}

static int read_csv(struct import *import, struct error *error)
{
    struct csv_reader reader = {.import = import, .encoding = TEXT_UTF8};
    int status = read_table(&reader, error);
    table_builder_clear(&reader.table);
    stop_scanning(&reader);
    return status;
}

static bool sniff_csv(const uint8_t *head UNUSED, size_t size UNUSED)
{
    return true;
}

const struct format csv_format = {
    .kind = {.name = "csv", .help = "text with separators: CSV, TSV and their relatives"},
    .title = "CSV",
    .options = OPTION_TYPES | OPTION_MISSING | OPTION_HEADER | OPTION_SEPARATOR,
    .sniff = sniff_csv,
    .read = read_csv,
    .cut = cut_csv};

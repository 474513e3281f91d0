/* Requests that are CSV: a header by column name in any order, or rows in the order of the columns.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/csv_scanner.h"
#include "engine/number_text.h"
#include "engine/prediction_parts.h"
#include "engine/preprocessing_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct reader {
    struct prediction *prediction;
    const struct preprocessing *preprocessing;
    struct missing_words missing;
    int file;
    struct input input;
    struct text_input text;
    struct csv_scanner scanner;
    int64_t width;  /* values of a row without a header */
    json_t *names;  /* owned; of the header; NULL: there is none */
    json_t *window; /* owned; the rows of a window that is not complete */
    int64_t room;
};

/* The one that makes as many fields of the first line as there are columns; else the most frequent.
 */
static char find_separator(const char *text, size_t size, int64_t columns)
{
    static const char separators[] = ",;\t|";
    char best = ',';
    int64_t most = 0;
    for (const char *separator = separators; *separator != '\0'; separator++) {
        int64_t count = 0;
        bool quoted = false;
        for (size_t i = 0; i < size && (quoted || (text[i] != '\n' && text[i] != '\r')); i++) {
            quoted ^= text[i] == '"';
            count += !quoted && text[i] == *separator;
        }
        if (count > 0 && count == columns - 1)
            return *separator;
        if (count > most) {
            most = count;
            best = *separator;
        }
    }
    return best;
}

/* The importer's scanner reads files. */
static int open_text(struct reader *reader, const char *text, size_t size, struct error *error)
{
    static const struct dataset_limits limits = {.bytes = INT64_MAX, .columns = 16384};
    reader->file = memfd_create("prediction", MFD_CLOEXEC);
    if (reader->file < 0 || write(reader->file, text, size) != (ssize_t)size)
        return error_set_errno(error, "cannot keep the rows");
    const struct dataset_source source = {.file = reader->file, .name = "the body"};
    if (input_open(&reader->input, &source, &limits, error) ||
        text_input_open(&reader->text, &reader->input, TEXT_UTF8, error))
        return -1;
    return csv_scanner_start(&reader->scanner, &reader->text,
                             find_separator(text, size, reader->width), limits.columns, error);
}

static void close_reader(struct reader *reader)
{
    csv_scanner_stop(&reader->scanner);
    text_input_close(&reader->text);
    input_close(&reader->input);
    missing_words_clear(&reader->missing);
    json_decref(reader->names);
    json_decref(reader->window);
    if (reader->file >= 0)
        (void)close(reader->file);
}

/* A cell as a document has it: text reads as a number where a column has numbers. */
static json_t *cell_json(const struct reader *reader, const struct cell *cell)
{
    double number;
    if (cell_classify(cell, &reader->missing) == CELL_MISSING)
        return json_null();
    if (preprocessing_takes_tensors(reader->preprocessing) &&
        number_text_read(cell->text, cell->length, &number) == NUMBER_FINITE)
        return json_real(number);
    return json_stringn(cell->text, cell->length);
}

static bool names_column(const struct preprocessing *preprocessing, const struct cell *cell)
{
    for (size_t i = 0; i < json_array_size(preprocessing->columns); i++) {
        const char *column = json_string_value(json_array_get(preprocessing->columns, i));
        if (strlen(column) == cell->length && memcmp(column, cell->text, cell->length) == 0)
            return true;
    }
    return false;
}

/* A first row with the name of a column in it is a header. */
static int take_header(struct reader *reader, struct error *error)
{
    const struct csv_scanner *scanner = &reader->scanner;
    bool is_header = false;
    for (int64_t i = 0; i < scanner->count; i++)
        is_header = is_header || names_column(reader->preprocessing, &scanner->cells[i]);
    if (!is_header)
        return 0;
    reader->names = json_array();
    for (int64_t i = 0; i < scanner->count; i++)
        if (json_array_append_new(reader->names,
                                  json_stringn(scanner->cells[i].text, scanner->cells[i].length)))
            return error_set(error, ERROR_MEMORY, "out of memory for the header");
    return 1;
}

/* ---- rows */

static int refuse_width(const struct reader *reader, const char *path, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes columns = {0};
    const int64_t expected =
        reader->names ? (int64_t)json_array_size(reader->names) : reader->width;
    return error_set_at(error, ERROR_INVALID, path, "has %lld values, expected %lld%s: %s",
                        (long long)reader->scanner.count, (long long)expected,
                        reader->names ? " as the header has" : "",
                        prediction_row_text(reader->prediction->model, &columns));
}

static json_t *row_json(const struct reader *reader, const char *path, struct error *error)
{
    const struct csv_scanner *scanner = &reader->scanner;
    const int64_t expected =
        reader->names ? (int64_t)json_array_size(reader->names) : reader->width;
    json_auto_t *row = reader->names ? json_object() : json_array();
    if (scanner->count != expected) {
        refuse_width(reader, path, error);
        return NULL;
    }
    for (int64_t i = 0; i < expected; i++) {
        const char *name = json_string_value(json_array_get(reader->names, (size_t)i));
        json_t *value = cell_json(reader, &scanner->cells[i]);
        if (name ? json_object_set_new(row, name, value) : json_array_append_new(row, value)) {
            error_set_at(error, ERROR_INVALID, path, "is no text in UTF-8");
            return NULL;
        }
    }
    return json_incref(row);
}

static int add_instance(struct reader *reader, const json_t *instance, int64_t max_rows,
                        const char *path, struct error *error)
{
    struct prediction *prediction = reader->prediction;
    const struct model *model = prediction->model;
    if (prediction->rows == max_rows)
        return error_set(error, ERROR_TOO_LARGE, "there must be at most %lld rows",
                         (long long)max_rows);
    if (prediction->rows == reader->room) {
        reader->room = reader->room > 0 ? 2 * reader->room : 16;
        if (prediction_make_room(prediction, reader->room, error))
            return -1;
    }
    float *x =
        prediction->x + prediction->rows * shape_elements(&model->network->input_shape, NULL);
    if (preprocessing_encode_json(model->preprocessing, instance, path, x, error) ||
        network_check_row(model->network, x, path, error))
        return -1;
    prediction->rows++;
    return 0;
}

/* Windows are as many rows one after the other, the oldest first. */
static int add_row(struct reader *reader, int64_t max_rows, struct error *error)
{
    const int64_t length = reader->preprocessing->window.length;
    char path[64];
    snprintf(path, sizeof(path), "line %lld", (long long)reader->scanner.line);
    json_auto_t *row = row_json(reader, path, error);
    if (!row)
        return -1;
    if (length == 0)
        return add_instance(reader, row, max_rows, path, error);
    if (!reader->window)
        reader->window = json_array();
    if (json_array_append(reader->window, row))
        return error_set(error, ERROR_MEMORY, "out of memory for a window");
    if (json_array_size(reader->window) < (size_t)length)
        return 0;
    int result = add_instance(reader, reader->window, max_rows, path, error);
    (void)json_array_clear(reader->window);
    return result;
}

static int check_end(const struct reader *reader, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes columns = {0};
    const char *listing = prediction_row_text(reader->prediction->model, &columns);
    if (json_array_size(reader->window) > 0)
        return error_set(error, ERROR_INVALID,
                         "the body ends with %zu rows of a window of %lld: %s",
                         json_array_size(reader->window),
                         (long long)reader->preprocessing->window.length, listing);
    if (reader->prediction->rows == 0)
        return error_set(error, ERROR_INVALID, "the body has no rows: %s", listing);
    return 0;
}

static int read_rows(struct reader *reader, int64_t max_rows, struct error *error)
{
    int status = csv_scanner_next(&reader->scanner, error);
    int header = status > 0 ? take_header(reader, error) : status;
    if (header > 0)
        status = csv_scanner_next(&reader->scanner, error);
    while (header >= 0 && status > 0) {
        if (add_row(reader, max_rows, error))
            return -1;
        status = csv_scanner_next(&reader->scanner, error);
    }
    return header < 0 || status < 0 ? -1 : check_end(reader, error);
}

int prediction_read_csv(struct prediction *prediction, const char *text, size_t size,
                        int64_t max_rows, struct error *error)
{
    struct reader reader = {
        .prediction = prediction, .preprocessing = prediction->model->preprocessing, .file = -1};
    reader.width = preprocessing_takes_tensors(reader.preprocessing)
                       ? reader.preprocessing->encoders[0].width
                       : reader.preprocessing->encoder_count;
    prediction->rows = 0;
    int result = missing_words_read(&reader.missing, missing_words_usual, NULL, error);
    if (result == 0)
        result = open_text(&reader, text, size, error);
    if (result == 0)
        result = read_rows(&reader, max_rows, error);
    close_reader(&reader);
    return result;
}

/* Tables and hostile CSV files that were collected outside of this project, where they are present:
 * $PROPD_SHARED/data, or shared/data beside the source tree. Skipped (77) elsewhere.
 *
 * tests/data/torture.txt says what becomes of every hostile file: its rows and columns, or the
 * error. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SKIPPED = 77, PATH_SIZE = 4096 };

static const char *shared(void)
{
    const char *folder = getenv("PROPD_SHARED");
    return folder != NULL ? folder : SHARED_DATA;
}

static int open_shared(const char *format, ...) PRINTF_LIKE(1, 2);
static int open_shared(const char *format, ...)
{
    char path[PATH_SIZE], name[PATH_SIZE / 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof(name), format, arguments);
    va_end(arguments);
    snprintf(path, sizeof(path), "%s/data/%s", shared(), name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static FILE *read_shared(const char *name)
{
    int file = open_shared("%s", name);
    ck_assert_msg(file >= 0, "%s", name);
    return fdopen(file, "r");
}

/* "296 rows, 4 columns", or the error's message. */
static void outcome(int file, char *text, size_t size)
{
    struct error error = {0};
    struct dataset *dataset = import_file(file, NULL, NULL, &error);
    if (dataset == NULL) {
        ck_assert_int_eq(error.code, ERROR_INVALID);
        snprintf(text, size, "%s", error.message);
        return;
    }
    snprintf(text, size, "%" PRId64 " rows, %d columns", dataset->rows, dataset->column_count);
    for (int64_t row = 0; row < dataset->rows && row < 50; row++)
        json_decref(dataset_row(dataset, row));
    dataset_close(dataset);
}

START_TEST(hostile_files_become_what_is_expected)
{
    char line[PATH_SIZE], found[PATH_SIZE];
    FILE *list = fopen(TEST_DATA "/torture.txt", "r");
    int count = 0;
    ck_assert_ptr_nonnull(list);
    while (fgets(line, sizeof(line), list) != NULL) {
        if (line[0] == '#')
            continue;
        char *expected = strstr(line, ": ");
        line[strcspn(line, "\n")] = 0;
        ck_assert_ptr_nonnull(expected);
        *expected = 0;
        int file = open_shared("csv_torture/%s", line);
        ck_assert_msg(file >= 0, "%s is not there", line);
        outcome(file, found, sizeof(found));
        close(file);
        ck_assert_msg(strcmp(found, expected + 2) == 0, "%s: %s, not %s", line, found,
                      expected + 2);
        count++;
    }
    fclose(list);
    ck_assert_int_gt(count, 100);
}
END_TEST

/* One entry of a SOURCE.txt. */
struct entry {
    char file[256], format[64];
    int64_t rows;
    int columns;
};

static bool next_entry(FILE *source, struct entry *entry)
{
    char line[PATH_SIZE];
    *entry = (struct entry){0};
    while (fgets(line, sizeof(line), source) != NULL) {
        if (sscanf(line, "file: %255s", entry->file) == 1 ||
            sscanf(line, "format: %63s", entry->format) == 1 ||
            sscanf(line, "rows: %" SCNd64, &entry->rows) == 1)
            continue;
        if (sscanf(line, "columns: %d", &entry->columns) == 1)
            return true;
    }
    return false;
}

static int check_tables(const char *folder)
{
    char name[PATH_SIZE];
    struct entry entry;
    int count = 0;
    snprintf(name, sizeof(name), "%s/SOURCE.txt", folder);
    FILE *source = read_shared(name);
    while (next_entry(source, &entry)) {
        int file = open_shared("%s/%s", folder, entry.file);
        bool is_csv = strcmp(entry.format, "csv") == 0 || strcmp(entry.format, "ws") == 0;
        if (file < 0 || !is_csv || strstr(entry.file, ".bz2") != NULL) {
            close(file);
            continue;
        }
        char found[PATH_SIZE], expected[64];
        snprintf(expected, sizeof(expected), "%" PRId64 " rows, %d columns", entry.rows,
                 entry.columns);
        outcome(file, found, sizeof(found));
        close(file);
        ck_assert_msg(strcmp(found, expected) == 0, "%s: %s, not %s", entry.file, found, expected);
        count++;
    }
    fclose(source);
    return count;
}

START_TEST(tables_have_their_rows_and_columns)
{
    static const char *const folders[] = {"abalone",
                                          "adult_income",
                                          "airline_passengers",
                                          "auto_mpg",
                                          "bank_marketing",
                                          "boston_housing",
                                          "breast_cancer_wdbc",
                                          "concrete",
                                          "daily_min_temperatures",
                                          "diamonds",
                                          "iris",
                                          "king_county_housing",
                                          "letter_recognition",
                                          "mammography",
                                          "mushrooms",
                                          "optdigits",
                                          "penguins",
                                          "pima_diabetes",
                                          "sms_spam",
                                          "titanic",
                                          "two_spirals",
                                          "wine",
                                          "wine_quality"};
    int count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(folders); i++)
        count += check_tables(folders[i]);
    ck_assert_int_gt(count, 25);
}
END_TEST

/* {"a": "text", …} of an object's keys, so that strings come back as they are. */
static char *all_text(json_t *row)
{
    const char *key;
    json_t *value, *types = json_object();
    json_object_foreach(row, key, value)
    {
        json_object_set_new(types, key, json_string("text"));
    }
    char *text = fields_print(types), *options = NULL;
    ck_assert_int_gt(asprintf(&options, "types=%s", text), 0);
    json_decref(types);
    free(text);
    return options;
}

static void row_equals(const struct dataset *dataset, int64_t row, json_t *expected)
{
    json_t *found = dataset_row(dataset, row);
    const char *key;
    json_t *value;
    ck_assert_uint_eq(json_object_size(found), json_object_size(expected));
    json_object_foreach(expected, key, value)
    {
        const char *text = json_string_value(json_object_get(found, key));
        ck_assert_str_eq(text == NULL ? "" : text, json_string_value(value));
    }
    json_decref(found);
}

static void check_spectrum(const char *name)
{
    char path[PATH_SIZE];
    struct bytes bytes = {0};
    struct error error = {0};
    snprintf(path, sizeof(path), "csv_torture/csv-spectrum/json/%s.json", name);
    FILE *file = read_shared(path);
    for (int c; (c = getc(file)) != EOF;)
        bytes_append_u8(&bytes, (uint8_t)c);
    fclose(file);
    json_t *rows = fields_parse((const char *)bytes.data, bytes.size, &error);
    ck_assert_ok(error);
    char *options = all_text(json_array_get(rows, 0));
    int csv = open_shared("csv_torture/csv-spectrum/%s.csv", name);
    struct dataset *dataset = import_file(csv, options, NULL, &error);
    ck_assert_msg(dataset != NULL, "%s: %s", name, error.message);
    ck_assert_int_eq(dataset->rows, (int64_t)json_array_size(rows));
    for (int64_t row = 0; row < dataset->rows; row++)
        row_equals(dataset, row, json_array_get(rows, (size_t)row));
    dataset_close(dataset);
    close(csv);
    free(options);
    json_decref(rows);
    bytes_clear(&bytes);
}

START_TEST(csv_spectrum_reads_as_its_json)
{
    static const char *const names[] = {"comma_in_quotes",
                                        "empty",
                                        "empty_crlf",
                                        "escaped_quotes",
                                        "json",
                                        "newlines",
                                        "newlines_crlf",
                                        "quotes_and_newlines",
                                        "simple",
                                        "simple_crlf",
                                        "utf8"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        check_spectrum(names[i]);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, hostile_files_become_what_is_expected);
    tcase_add_test(tests, tables_have_their_rows_and_columns);
    tcase_add_test(tests, csv_spectrum_reads_as_its_json);
}

int main(void)
{
    int file = open_shared("csv_torture/SOURCE.txt");
    if (file < 0)
        return SKIPPED;
    close(file);
    return tests_run("torture", add_tests);
}

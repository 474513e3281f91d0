/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/column_file.h"
#include "engine/dataset.h"
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char table[] = "n,b,c,d,t\n"
                            "1.5,true,red,2015-03-16,first\n"
                            "2,no,blue,2015-03-17T01:02:03Z,second\n"
                            ",,,,\n";
static const char table_options[] = "types=t=text";

START_TEST(every_type_has_its_values)
{
    struct dataset *dataset = good(table, table_options);
    types_are(dataset, "nbcdt");
    ck_assert_int_eq(dataset->rows, 3);
    const struct column *columns = dataset->columns;
    ck_assert_double_eq(columns[0].numbers[1], 2);
    ck_assert_int_eq(columns[1].booleans[2], 255);
    ck_assert_uint_eq(columns[2].category_count, 2);
    ck_assert_uint_eq(columns[2].categories[0], 1); /* blue, red: by bytes */
    ck_assert_uint_eq(columns[2].categories[2], UINT32_MAX);
    ck_assert_int_eq(columns[3].dates[2], INT64_MIN);
    ck_assert_uint_eq(columns[4].text_offsets[3], strlen("firstsecond"));
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(columns[i].missing_count, 1);
        ck_assert_int_eq(columns[i].distinct_count, 2);
    }
    dataset_close(dataset);
}
END_TEST

START_TEST(columns_are_found_by_name)
{
    struct dataset *dataset = good(table, table_options);
    ck_assert_int_eq(dataset_find(dataset, "c"), 2);
    ck_assert_int_eq(dataset_find(dataset, "C"), -1);
    dataset_close(dataset);
}
END_TEST

START_TEST(rows_are_json)
{
    struct dataset *dataset = good(table, table_options);
    row_is(
        dataset, 1,
        "{\"n\":2.0,\"b\":false,\"c\":\"blue\",\"d\":\"2015-03-17T01:02:03Z\",\"t\":\"second\"}");
    row_is(dataset, 2, "{\"n\":null,\"b\":null,\"c\":null,\"d\":null,\"t\":null}");
    dataset_close(dataset);
}
END_TEST

START_TEST(descriptions_say_what_is_there)
{
    struct dataset *dataset = good("x,c,d\n1,b,2015-01-01\n2,a,2015-01-03\n3,b,\n6,b,\n", NULL);
    char *text = fields_print(dataset->description);
    ck_assert_str_eq(
        text,
        "{\"format\":\"csv\",\"encoding\":\"utf-8\",\"separator\":\",\",\"header\":true,\"rows\":4,"
        "\"columns\":[{\"name\":\"x\",\"type\":\"number\",\"missing\":0,\"integers\":true,"
        "\"distinct\":4,\"min\":1.0,\"max\":6.0,\"mean\":3.0,\"deviation\":1.8708286933869707,"
        "\"histogram\":{\"from\":1.0,\"to\":6.0,\"counts\":[1,0,0,0,1,0,0,0,1,0,0,0,0,0,0,0,0,0,0,"
        "1]"
        "}},{\"name\":\"c\",\"type\":\"category\",\"missing\":0,\"distinct\":2,\"categories\":[{"
        "\"value\":\"b\",\"count\":3},{\"value\":\"a\",\"count\":1}]},{\"name\":\"d\",\"type\":"
        "\"date\",\"missing\":2,\"distinct\":2,\"min\":\"2015-01-01\",\"max\":\"2015-01-03\","
        "\"histogram\":{\"from\":\"2015-01-01\",\"to\":\"2015-01-03\",\"counts\":[1,0,0,0,0,0,0,0,"
        "0,"
        "0,0,0,0,0,0,0,0,0,0,1]}}]}");
    free(text);
    dataset_close(dataset);
}
END_TEST

/* A column file of the table above, in memory. */
static char *column_file(size_t *size)
{
    struct error error = {0};
    int file = temporary_file(table, strlen(table)), column;
    dataset_close(import_file(file, table_options, &column, &error));
    ck_assert_ok(error);
    struct stat status;
    ck_assert_int_eq(fstat(column, &status), 0);
    char *bytes = malloc((size_t)status.st_size);
    *size = (size_t)pread(column, bytes, (size_t)status.st_size, 0);
    close(file);
    close(column);
    return bytes;
}

static struct dataset *open_bytes(const void *bytes, size_t size, struct error *error)
{
    int file = temporary_file(bytes, size);
    struct dataset *dataset = dataset_open(file, error);
    close(file);
    return dataset;
}

START_TEST(shortened_files_are_corrupt)
{
    size_t size;
    char *bytes = column_file(&size);
    for (size_t cut = 0; cut < size; cut += 7) {
        struct error error = {0};
        ck_assert_ptr_null(open_bytes(bytes, cut, &error));
        ck_assert_int_eq(error.code, ERROR_CORRUPT);
    }
    free(bytes);
}
END_TEST

/* Every row of whatever opens can be read: under the sanitizers, nothing outside is touched. */
static void read_everything(const char *bytes, size_t size)
{
    struct error error = {0};
    struct dataset *dataset = open_bytes(bytes, size, &error);
    if (dataset == NULL) {
        ck_assert_int_eq(error.code, ERROR_CORRUPT);
        return;
    }
    for (int64_t row = 0; row < dataset->rows; row++)
        json_decref(dataset_row(dataset, row));
    dataset_close(dataset);
}

START_TEST(changed_bytes_are_corrupt_or_harmless)
{
    size_t size;
    char *bytes = column_file(&size);
    for (size_t at = 0; at < size; at++) {
        char before = bytes[at];
        bytes[at] = (char)(before ^ 0x81);
        read_everything(bytes, size);
        bytes[at] = (char)(before + 1);
        read_everything(bytes, size);
        bytes[at] = before;
    }
    free(bytes);
}
END_TEST

START_TEST(other_versions_are_named)
{
    size_t size;
    struct error error = {0};
    char *bytes = column_file(&size);
    bytes[offsetof(struct column_file_preamble, version)] = 9;
    ck_assert_ptr_null(open_bytes(bytes, size, &error));
    ck_assert_error(error, ERROR_CORRUPT, "the column file has version 9, not 1");
    free(bytes);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, every_type_has_its_values);
    tcase_add_test(tests, columns_are_found_by_name);
    tcase_add_test(tests, rows_are_json);
    tcase_add_test(tests, descriptions_say_what_is_there);
    tcase_add_test(tests, shortened_files_are_corrupt);
    tcase_add_test(tests, changed_bytes_are_corrupt_or_harmless);
    tcase_add_test(tests, other_versions_are_named);
}

int main(void)
{
    return tests_run("dataset", add_tests);
}

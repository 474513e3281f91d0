/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* One gzip member. */
static void append_gzip(struct bytes *bytes, const void *data, size_t size)
{
    z_stream stream = {0};
    ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&stream, size) + 64;
    stream.next_in = (Bytef *)(uintptr_t)data;
    stream.avail_in = (uInt)size;
    stream.next_out = bytes_extend(bytes, room);
    stream.avail_out = (uInt)room;
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    bytes->size -= stream.avail_out;
    deflateEnd(&stream);
}

START_TEST(gzip_is_inflated)
{
    struct error error = {0};
    struct bytes bytes = {0};
    append_gzip(&bytes, "a,b\n1,", 6);
    append_gzip(&bytes, "x\n2,y\n", 6); /* members follow each other, as cat leaves them */
    struct dataset *dataset = import_bytes(bytes.data, bytes.size, NULL, &error);
    ck_assert_ok(error);
    ck_assert_int_eq(dataset->rows, 2);
    row_is(dataset, 0, "{\"a\":1,\"b\":\"x\"}");
    dataset_close(dataset);
    bytes_clear(&bytes);
}
END_TEST

START_TEST(damaged_gzip_is_refused)
{
    struct error error = {0};
    struct bytes bytes = {0};
    append_gzip(&bytes, "a,b\n1,x\n2,y\n", 12);
    ck_assert_ptr_null(import_bytes(bytes.data, bytes.size - 4, NULL, &error));
    ck_assert_error(error, ERROR_INVALID, "body is gzip but damaged or cut short: unexpected end");
    error_clear(&error);
    bytes.data[bytes.size - 6] ^= 1;
    ck_assert_ptr_null(import_bytes(bytes.data, bytes.size, NULL, &error));
    ck_assert_error(error, ERROR_INVALID,
                    "body is gzip but damaged or cut short: incorrect data check");
    bytes_clear(&bytes);
}
END_TEST

/* 70 MB of zeros in some kilobytes, against a limit of 64 MiB. */
START_TEST(small_upload_cannot_become_a_large_file)
{
    struct error error = {0};
    struct bytes bytes = {0};
    size_t size = 70 << 20;
    char *text = malloc(size);
    memset(text, '0', size);
    for (size_t i = 99; i < size; i += 100)
        text[i] = '\n';
    append_gzip(&bytes, text, size);
    free(text);
    ck_assert_uint_lt(bytes.size, 1 << 20);
    ck_assert_ptr_null(import_bytes(bytes.data, bytes.size, NULL, &error));
    ck_assert_error(error, ERROR_TOO_LARGE,
                    "body is larger than the limit of 67108864 bytes when unpacked");
    bytes_clear(&bytes);
}
END_TEST

START_TEST(import_that_is_called_off_ends)
{
    static const char text[] = "a,b\n1,2\n";
    const atomic_bool called_off = true;
    const struct dataset_limits limits = {
        .bytes = 1 << 20, .columns = 10, .called_off = &called_off};
    struct dataset_options options;
    struct error error = {0};
    ck_assert_int_eq(fields_default(&dataset_options_kind, &options, &error), 0);
    struct dataset_source source = {temporary_file(text, sizeof text - 1), "body"};
    int file = temporary_file("", 0);
    ck_assert_int_eq(dataset_import(&source, 1, &options, &limits, file, &error), -1);
    ck_assert_error(error, ERROR_BUSY, "reading body was called off");
    fields_clear(&dataset_options_kind, &options);
    close(source.file);
    close(file);
}
END_TEST

START_TEST(other_formats_are_refused_by_name)
{
    static const struct {
        const char *bytes;
        size_t size;
        enum error_code code;
        const char *message;
    } cases[] = {
        {"\x93NUMPY\1\0", 8, ERROR_NOT_BUILT,
         "body looks like NPY: npy is specified but not built yet"},
        {"PK\3\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0x.npy", 35, ERROR_NOT_BUILT,
         "body looks like NPZ: npz is specified but not built yet"},
        {"% comment\n\n@RELATION iris\n", 26, ERROR_NOT_BUILT,
         "body looks like ARFF: arff is specified but not built yet"},
        {"{\"a\": 1}\n", 9, ERROR_NOT_BUILT,
         "body looks like JSON lines: jsonl is specified but not built yet"},
        {"+1 1:0.5 3:-1\n", 14, ERROR_NOT_BUILT,
         "body looks like LibSVM: libsvm is specified but not built yet"},
        {"\x89PNG\r\n\x1a\n", 8, ERROR_INVALID,
         "body is a PNG image, which is no dataset format: CSV and IDX are, plain or gzip"},
        {"PAR1abcd", 8, ERROR_INVALID,
         "body is a Parquet file, which is no dataset format: CSV and IDX are, plain or gzip"},
        {"PK\3\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0x.csv", 35, ERROR_INVALID,
         "body is a ZIP archive or a spreadsheet, which is no dataset format: CSV and IDX are, "
         "plain or gzip"},
        {"", 0, ERROR_INVALID, "body is empty: a dataset has at least one row"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error error = {0};
        ck_assert_ptr_null(import_bytes(cases[i].bytes, cases[i].size, NULL, &error));
        ck_assert_error(error, cases[i].code, cases[i].message);
    }
}
END_TEST

START_TEST(named_formats_that_are_not_built_are_refused)
{
    struct error error = {0};
    ck_assert_ptr_null(import_text("a,b\n1,2\n", "format=npz", &error));
    ck_assert_error(error, ERROR_NOT_BUILT, "format npz is specified but not built yet");
    error_clear(&error);
    ck_assert_ptr_null(import_text("a,b\n1,2\n", "format=idx", &error));
    ck_assert_error(error, ERROR_INVALID,
                    "body does not begin like IDX: two zero bytes and a type of 8, 9, 11 … 14");
}
END_TEST

START_TEST(two_csv_files_are_refused)
{
    struct error error = {0};
    ck_assert_ptr_null(import_pair("a,b\n1,2\n", 8, "c\n1\n", 4, NULL, &error));
    ck_assert_error(error, ERROR_INVALID,
                    "a pair of features and labels must be IDX files, and features is not");
}
END_TEST

static void *read_all(int file, size_t *size)
{
    struct stat status;
    ck_assert_int_eq(fstat(file, &status), 0);
    *size = (size_t)status.st_size;
    void *data = malloc(*size);
    ck_assert_int_eq(pread(file, data, *size, 0), (ssize_t)*size);
    return data;
}

START_TEST(same_input_gives_the_same_bytes)
{
    static const char text[] = "a,b,c,d,e\n1,x,true,2015-03-16,\n2.5,y,no,2016-01-01,\n,x,,,1\n";
    void *data[2];
    size_t sizes[2];
    for (int i = 0; i < 2; i++) {
        struct error error = {0};
        int column_file, file = temporary_file(text, strlen(text));
        dataset_close(import_file(file, NULL, &column_file, &error));
        ck_assert_ok(error);
        data[i] = read_all(column_file, &sizes[i]);
        close(file);
        close(column_file);
    }
    ck_assert_uint_eq(sizes[0], sizes[1]);
    ck_assert_mem_eq(data[0], data[1], sizes[0]);
    free(data[0]);
    free(data[1]);
}
END_TEST

START_TEST(options_are_checked_when_read)
{
    struct dataset_options options;
    struct error error = {0};
    ck_assert_int_eq(fields_default(&dataset_options_kind, &options, &error), 0);
    ck_assert_int_eq(options.format, 0);
    fields_clear(&dataset_options_kind, &options);
    json_t *json = json_pack("{s:s}", "types", "age=numbers");
    ck_assert_int_eq(fields_read(&dataset_options_kind, json, &options, "", &error), -1);
    ck_assert_error(error, ERROR_INVALID,
                    "types: column \"age\" must be number, boolean, category, date or text, not "
                    "numbers");
    json_decref(json);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, gzip_is_inflated);
    tcase_add_test(tests, damaged_gzip_is_refused);
    tcase_add_test(tests, small_upload_cannot_become_a_large_file);
    tcase_add_test(tests, import_that_is_called_off_ends);
    tcase_add_test(tests, other_formats_are_refused_by_name);
    tcase_add_test(tests, named_formats_that_are_not_built_are_refused);
    tcase_add_test(tests, two_csv_files_are_refused);
    tcase_add_test(tests, same_input_gives_the_same_bytes);
    tcase_add_test(tests, options_are_checked_when_read);
}

int main(void)
{
    return tests_run("import", add_tests);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "engine/dataset_options.h"
#include "engine/formats/format.h"
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <dirent.h>
#include <fcntl.h>
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

#define FORMATS                                                                                    \
    "CSV, JSON lines, ARFF, LibSVM, NPY, NPZ, IDX and archives of images are, plain or gzip"
#define ZIP_OF(name) "PK\3\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0" name

START_TEST(other_formats_are_refused_by_name)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *message;
    } cases[] = {
        {"\x89PNG\r\n\x1a\n", 8, "body is a PNG image, which is no dataset format: " FORMATS},
        {"PAR1abcd", 8, "body is a Parquet file, which is no dataset format: " FORMATS},
        {ZIP_OF("x.csv"), 35,
         "body is a ZIP archive or a spreadsheet, which is no dataset format: " FORMATS},
        {"", 0, "body is empty: a dataset has at least one row"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error error = {0};
        ck_assert_ptr_null(import_bytes(cases[i].bytes, cases[i].size, NULL, &error));
        ck_assert_error(error, ERROR_INVALID, cases[i].message);
    }
}
END_TEST

START_TEST(formats_are_found_by_their_first_bytes)
{
    static const struct {
        const char *bytes;
        size_t size;
        const struct format *format;
    } cases[] = {
        {"\0\0\x08\1\0\0\0\1\5", 9, &idx_format},
        {"\x93NUMPY\1\0", 8, &npy_format},
        {ZIP_OF("x.npy"), 35, &npz_format},
        {ZIP_OF("x.png"), 35, &tar_format},
        {"% comment\n\n@RELATION iris\n", 26, &arff_format},
        {"{\"a\": 1}\n", 9, &jsonl_format},
        {"\xef\xbb\xbf[ {\"a\": 1}]\n", 15, &jsonl_format},
        {"+1 1:0.5 3:-1\n", 14, &libsvm_format},
        {"4,9,18 6:0.5\n", 13, &libsvm_format},
        {"# made by hand\n2 qid:1 1:0.5\n", 29, &libsvm_format},
        {"[1, 2]\n", 7, &csv_format},
        {"12:30 1:0\n", 10, &csv_format},
        {"a,b\n1,2\n", 8, &csv_format},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error error = {0};
        const struct format *format =
            format_sniff((const uint8_t *)cases[i].bytes, cases[i].size, "body", &error);
        ck_assert_ok(error);
        ck_assert_msg(format == cases[i].format, "case %zu is %s", i, format->kind.name);
    }
}
END_TEST

START_TEST(options_of_other_formats_are_refused)
{
    static const char *const cases[][2] = {
        {"size=4x4", "size is an option of an archive of images, and body is CSV"},
        {"shape=3", "shape is an option of raw numbers, and body is CSV"},
        {"dtype=u1", "dtype is an option of raw numbers, and body is CSV"},
        {"labels=1", "labels is an option of raw numbers, and body is CSV"},
        {"layout=chw", "layout is an option of IDX, NPY, NPZ and raw numbers, and body is CSV"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        refused("a,b\n1,2\n", cases[i][0], cases[i][1]);
    refused("{\"a\":1}\n", "header=yes", "header is an option of CSV, and body is JSON lines");
}
END_TEST

START_TEST(named_format_is_taken_at_its_word)
{
    refused("a,b\n1,2\n", "format=idx",
            "body does not begin like IDX: two zero bytes and a type of 8, 9, 11 … 14");
    struct dataset *dataset = good("{\"a\":1}\n", "format=csv header=no separator=comma");
    row_is(dataset, 0, "{\"column_1\":\"{\\\"a\\\":1}\"}");
    dataset_close(dataset);
}
END_TEST

/* Several names, and names with a comma in them. */
START_TEST(target_may_be_several_columns)
{
    static const char *const cases[][3] = {{"target=b", "[\"b\"]", "b"},
                                           {"target=b,a", "[\"b\",\"a\"]", "[\"b\",\"a\"]"},
                                           {"target=[\"c,d\"]", "[\"c,d\"]", "[\"c,d\"]"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct dataset *dataset = good("a,b,\"c,d\"\n1,2,3\n", cases[i][0]);
        const json_t *target = json_object_get(dataset->description, "target");
        char *text = fields_print(target), *short_text = dataset_targets_text(target);
        ck_assert_str_eq(text, cases[i][1]);
        ck_assert_str_eq(short_text, cases[i][2]);
        json_t *again = dataset_targets(short_text, NULL);
        ck_assert(json_equal(again, target));
        json_decref(again);
        free(short_text);
        free(text);
        dataset_close(dataset);
    }
    refused("a,b\n1,2\n", "target=a,x", "target names \"x\", which is no column: there are a, b");
}
END_TEST

START_TEST(two_csv_files_are_refused)
{
    struct error error = {0};
    ck_assert_ptr_null(import_pair("a,b\n1,2\n", 8, "c\n1\n", 4, NULL, &error));
    ck_assert_error(error, ERROR_INVALID,
                    "a pair of features and labels must be IDX and NPY, and features is CSV");
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
    static const char *const wrong[][3] = {
        {"size", "32", "size must be a width and a height of 1 to 4096, like 32x32, not 32"},
        {"size", "0x32", "size must be a width and a height of 1 to 4096, like 32x32, not 0x32"},
        {"size", "8x8x", "size must be a width and a height of 1 to 4096, like 32x32, not 8x8x"},
        {"target", "a,a", "target names \"a\" twice"},
        {"target", "[1]", "target must be a list of names of columns"}};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        error_clear(&error);
        json = json_pack("{s:s}", wrong[i][0], wrong[i][1]);
        ck_assert_int_eq(fields_read(&dataset_options_kind, json, &options, "", &error), -1);
        ck_assert_error(error, ERROR_INVALID, wrong[i][2]);
        json_decref(json);
    }
}
END_TEST

static struct dataset *import_named(const char *folder, const char *name, struct error *error)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_msg(file >= 0, "%s", path);
    struct dataset *dataset = import_file(file, NULL, NULL, error);
    close(file);
    return dataset;
}

/* tests/data/make_formats.py makes those that cannot be written by hand. */
START_TEST(valid_files_have_these_rows_and_columns)
{
    static const struct {
        const char *name;
        int64_t rows;
        const char *types, *last;
    } files[] = {
        {"table.npy", 3, "nn", "{\"column_1\":5,\"column_2\":null}"},
        {"columns.npy", 3, "nn", "{\"column_1\":3,\"column_2\":null}"},
        {"images.npy", 2, "t", "{\"features\":[[6,7,8],[9,10,11]]}"},
        {"halves.npy", 2, "t", "{\"features\":[[0.5,5.9604644775390625e-08]]}"},
        {"words.npy", 2, "c", "{\"column_1\":\"cdé\"}"},
        {"table.npy.gz", 2, "nn", "{\"column_1\":3,\"column_2\":-4}"},
        {"deflated.npz", 2, "cn", "{\"name\":\"pig\",\"size\":0}"},
        {"pair.npz", 2, "nnnb", "{\"column_1\":3,\"column_2\":4,\"column_3\":5,\"label\":true}"},
        {"gray.tar", 4, "tc", "{\"features\":[[[0],[1],[2]],[[3],[4],[5]]],\"label\":\"dög\"}"},
        {"gray.zip", 4, "tc", "{\"features\":[[[0],[1],[2]],[[3],[4],[5]]],\"label\":\"dög\"}"},
        {"colour.tar.gz", 3, "tc",
         "{\"features\":[[[254,254,254],[252,252,252]],[[250,250,250],[248,248,248]]],"
         "\"label\":\"b\"}"},
        {"weather.arff", 2, "cndcc",
         "{\"outlook\":\"very rainy\",\"temperature\":null,\"day\":\"2015-03-17\","
         "\"note\":null,\"play\":\"yes\"}"},
        {"sparse.arff", 3, "ncn", "{\"a\":0.0,\"b\":\"x\",\"c\":0}"},
        {"weights.svm", 2, "nnnnn",
         "{\"f1\":0.0,\"f2\":0.583333,\"f3\":0,\"f4\":0.0,\"label\":-1}"},
        {"labels.svm", 2, "nnnnnnnbb", NULL},
        {"lines.jsonl", 2, "cnndtb",
         "{\"name\":null,\"size.width\":3,\"size.height\":null,\"when\":null,"
         "\"pixels\":[[5.0,6.0],[7.0,8.0]],\"ok\":true}"},
        {"array.json", 2, "nc", "{\"a\":-2000,\"b\":\"yé\"}"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        struct error error = {0};
        struct dataset *dataset = import_named(TEST_DATA "/valid", files[i].name, &error);
        ck_assert_msg(dataset != NULL, "%s: %s", files[i].name, error.message);
        ck_assert_int_eq(dataset->rows, files[i].rows);
        types_are(dataset, files[i].types);
        if (files[i].last != NULL)
            row_is(dataset, dataset->rows - 1, files[i].last);
        dataset_close(dataset);
    }
}
END_TEST

START_TEST(invalid_files_are_refused)
{
    int count = 0;
    DIR *folder = opendir(TEST_DATA "/invalid");
    ck_assert_ptr_nonnull(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct error error = {0};
        if (entry->d_name[0] == '.' || strchr(entry->d_name, '.') == NULL)
            continue; /* a folder */
        ck_assert_ptr_null(import_named(TEST_DATA "/invalid", entry->d_name, &error));
        ck_assert_msg(error.code == ERROR_INVALID, "%s: %s", entry->d_name, error.message);
        count++;
    }
    closedir(folder);
    ck_assert_int_ge(count, 30);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, valid_files_have_these_rows_and_columns);
    tcase_add_test(tests, invalid_files_are_refused);
    tcase_add_test(tests, gzip_is_inflated);
    tcase_add_test(tests, damaged_gzip_is_refused);
    tcase_add_test(tests, small_upload_cannot_become_a_large_file);
    tcase_add_test(tests, import_that_is_called_off_ends);
    tcase_add_test(tests, other_formats_are_refused_by_name);
    tcase_add_test(tests, formats_are_found_by_their_first_bytes);
    tcase_add_test(tests, options_of_other_formats_are_refused);
    tcase_add_test(tests, named_format_is_taken_at_its_word);
    tcase_add_test(tests, target_may_be_several_columns);
    tcase_add_test(tests, two_csv_files_are_refused);
    tcase_add_test(tests, same_input_gives_the_same_bytes);
    tcase_add_test(tests, options_are_checked_when_read);
}

int main(void)
{
    return tests_run("import", add_tests);
}

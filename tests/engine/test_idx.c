/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void append_u32(struct bytes *bytes, uint32_t value)
{
    uint8_t big[] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                     (uint8_t)value};
    bytes_append(bytes, big, 4);
}

/* Header of a type, rank and sizes. */
static struct bytes idx(uint8_t type, int rank, const uint32_t *sizes)
{
    struct bytes bytes = {0};
    uint8_t magic[] = {0, 0, type, (uint8_t)rank};
    bytes_append(&bytes, magic, 4);
    for (int i = 0; i < rank; i++)
        append_u32(&bytes, sizes[i]);
    return bytes;
}

#define SIZES(...)                                                                                 \
    (const uint32_t[])                                                                             \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static struct dataset *import_one(struct bytes *bytes, struct error *error)
{
    struct dataset *dataset = import_bytes(bytes->data, bytes->size, NULL, error);
    bytes_clear(bytes);
    return dataset;
}

static void refused_idx(struct bytes bytes, const char *message)
{
    struct error error = {0};
    ck_assert_ptr_null(import_one(&bytes, &error));
    ck_assert_error(error, ERROR_INVALID, message);
}

START_TEST(images_and_labels_become_two_columns)
{
    struct error error = {0};
    struct bytes images = idx(8, 3, SIZES(2, 2, 3)), labels = idx(8, 1, SIZES(2));
    bytes_append(&images, "\0\1\2\3\4\5\xff\7\x08\x09\x0a\x0b", 12);
    bytes_append(&labels, "\7\3", 2);
    struct dataset *dataset =
        import_pair(images.data, images.size, labels.data, labels.size, "target=label", &error);
    ck_assert_ok(error);
    types_are(dataset, "tn");
    ck_assert_int_eq(dataset->columns[0].type, COLUMN_TENSOR);
    ck_assert(dataset->columns[0].tensor_is_bytes);
    ck_assert(dataset->columns[1].integers);
    row_is(dataset, 1, "{\"features\":[[255,7,8],[9,10,11]],\"label\":3}");
    ck_assert_str_eq(dataset->columns[1].name, "label");
    ck_assert_double_eq(json_number_value(json_object_get(described(dataset, "features"), "max")),
                        255);
    dataset_close(dataset);
    bytes_clear(&images);
    bytes_clear(&labels);
}
END_TEST

START_TEST(every_type_reads_big_endian)
{
    static const struct {
        uint8_t type;
        size_t size;
        const char *bytes;
        double first, second;
    } cases[] = {
        {8, 1, "\x01\xff", 1, 255},
        {9, 1, "\x01\xff", 1, -1},
        {11, 2, "\x01\x02\xff\xfe", 258, -2},
        {12, 4, "\x00\x01\x00\x00\xff\xff\xff\xff", 65536, -1},
        {13, 4, "\x3f\x80\x00\x00\xc0\x20\x00\x00", 1, -2.5},
        {14, 8, "\x3f\xf0\x00\x00\x00\x00\x00\x00\xc0\x04\x00\x00\x00\x00\x00\x00", 1, -2.5},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error error = {0};
        struct bytes numbers = idx(cases[i].type, 1, SIZES(2));
        bytes_append(&numbers, cases[i].bytes, 2 * cases[i].size);
        struct dataset *dataset = import_one(&numbers, &error);
        ck_assert_ok(error);
        ck_assert_int_eq(dataset->columns[0].type, COLUMN_NUMBER);
        ck_assert_double_eq(dataset->columns[0].numbers[0], cases[i].first);
        ck_assert_double_eq(dataset->columns[0].numbers[1], cases[i].second);
        dataset_close(dataset);

        struct bytes tensors = idx(cases[i].type, 2, SIZES(1, 2));
        bytes_append(&tensors, cases[i].bytes, 2 * cases[i].size);
        dataset = import_one(&tensors, &error);
        ck_assert_ok(error);
        const struct column *column = &dataset->columns[0];
        ck_assert_int_eq(column->type, COLUMN_TENSOR);
        ck_assert_int_eq(column->tensor_is_bytes, cases[i].type == 8);
        if (!column->tensor_is_bytes)
            ck_assert(column->tensor_floats[1] == (float)cases[i].second);
        dataset_close(dataset);
    }
}
END_TEST

START_TEST(labels_of_rank_two_become_several_columns)
{
    struct error error = {0};
    struct bytes features = idx(8, 2, SIZES(2, 1)), labels = idx(13, 2, SIZES(2, 2));
    bytes_append(&features, "\1\2", 2);
    bytes_append(&labels, "\x3f\x80\0\0\x40\0\0\0\x40\x40\0\0\x7f\xc0\0\0", 16);
    struct dataset *dataset =
        import_pair(features.data, features.size, labels.data, labels.size, NULL, &error);
    ck_assert_ok(error);
    row_is(dataset, 0, "{\"features\":[1],\"label_1\":1,\"label_2\":2}");
    row_is(dataset, 1, "{\"features\":[2],\"label_1\":3,\"label_2\":null}");
    ck_assert_int_eq(dataset->columns[2].missing_count, 1);
    json_t *target = json_pack("[s, s]", "label_1", "label_2");
    ck_assert(json_equal(json_object_get(dataset->description, "target"), target));
    json_decref(target);
    dataset_close(dataset);
    bytes_clear(&features);
    bytes_clear(&labels);
}
END_TEST

START_TEST(unequal_rows_are_refused)
{
    struct error error = {0};
    struct bytes features = idx(8, 2, SIZES(2, 1)), labels = idx(8, 1, SIZES(3));
    bytes_append(&features, "\1\2", 2);
    bytes_append(&labels, "\1\2\3", 3);
    ck_assert_ptr_null(
        import_pair(features.data, features.size, labels.data, labels.size, NULL, &error));
    ck_assert_error(error, ERROR_INVALID,
                    "features have 2 rows and labels 3: every row has one label");
    bytes_clear(&features);
    bytes_clear(&labels);
}
END_TEST

START_TEST(headers_that_promise_what_is_not_there_are_refused)
{
    struct bytes cut = idx(8, 3, SIZES(2, 2, 2));
    bytes_append(&cut, "\1\2\3\4\5\6\7", 7);
    refused_idx(cut, "body is cut short: its header says 8 values of 1 byte");
    struct bytes longer = idx(8, 1, SIZES(2));
    bytes_append(&longer, "\1\2\3", 3);
    refused_idx(longer, "body has more bytes than its header says");
    refused_idx(idx(8, 2, SIZES(2, 0)),
                "body: the header has a size of 0, or sizes too large to multiply");
    refused_idx(idx(14, 4, SIZES(UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX)),
                "body: the header has a size of 0, or sizes too large to multiply");
    refused_idx(idx(14, 2, SIZES(1 << 30, 1 << 20)),
                "body is cut short: its header says 1125899906842624 values of 8 bytes");
}
END_TEST

START_TEST(tensors_must_be_finite)
{
    struct bytes bytes = idx(13, 2, SIZES(2, 2));
    bytes_append(&bytes, "\x3f\x80\0\0\x3f\x80\0\0\x3f\x80\0\0\x7f\xc0\0\0", 16);
    refused_idx(bytes, "body: row 1: a value is not a finite float");
    bytes = idx(14, 1, SIZES(1));
    bytes_append(&bytes, "\x7f\xf0\0\0\0\0\0\0", 8);
    refused_idx(bytes, "body: row 0: column \"features\" has a value that is infinite");
}
END_TEST

START_TEST(options_of_csv_are_refused)
{
    static const char *const cases[][2] = {
        {"header=no", "header is an option of CSV, and body is IDX"},
        {"separator=tab", "separator is an option of CSV, and body is IDX"},
        {"missing=-1", "missing is for text, and there is none: NaN is missing among numbers"},
        {"types=a=number", "types names \"a\", which is no column: there are features"},
        {"target=species", "target names \"species\", which is no column: there are features"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error error = {0};
        struct bytes bytes = idx(8, 1, SIZES(1));
        bytes_append_u8(&bytes, 5);
        ck_assert_ptr_null(import_bytes(bytes.data, bytes.size, cases[i][0], &error));
        ck_assert_error(error, ERROR_INVALID, cases[i][1]);
        bytes_clear(&bytes);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, images_and_labels_become_two_columns);
    tcase_add_test(tests, every_type_reads_big_endian);
    tcase_add_test(tests, labels_of_rank_two_become_several_columns);
    tcase_add_test(tests, unequal_rows_are_refused);
    tcase_add_test(tests, headers_that_promise_what_is_not_there_are_refused);
    tcase_add_test(tests, tensors_must_be_finite);
    tcase_add_test(tests, options_of_csv_are_refused);
}

int main(void)
{
    return tests_run("idx", add_tests);
}

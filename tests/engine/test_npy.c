/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/format_bytes.h"
#include "tests/engine/imported.h"

#include <math.h>
#include <string.h>

START_TEST(every_type_of_numbers_reads_in_both_byte_orders)
{
    static const struct {
        const char *descr;
        size_t size;
        const char *bytes;
        double first, second;
    } cases[] = {
        {"|i1", 1, "\x01\xff", 1, -1},
        {"|u1", 1, "\x01\xff", 1, 255},
        {"<i2", 2, "\x02\x01\xfe\xff", 258, -2},
        {">i2", 2, "\x01\x02\xff\xfe", 258, -2},
        {"<u2", 2, "\x02\x01\xfe\xff", 258, 65534},
        {"<i4", 4, "\x00\x00\x01\x00\xff\xff\xff\xff", 65536, -1},
        {">u4", 4, "\x00\x01\x00\x00\xff\xff\xff\xff", 65536, 4294967295},
        {"<i8", 8, "\x05\0\0\0\0\0\0\0\xfb\xff\xff\xff\xff\xff\xff\xff", 5, -5},
        {">u8", 8, "\0\0\0\0\0\0\0\x05\x80\0\0\0\0\0\0\0", 5, 9223372036854775808.0},
        {"<f2", 2, "\x00\x3c\x00\xc1", 1, -2.5},
        {">f2", 2, "\x00\x01\x7b\xff", 5.9604644775390625e-8, 65504},
        {"<f4", 4, "\x00\x00\x80\x3f\x00\x00\x20\xc0", 1, -2.5},
        {">f4", 4, "\x3f\x80\x00\x00\xc0\x20\x00\x00", 1, -2.5},
        {"<f8", 8, "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\x04\xc0", 1, -2.5},
        {">f8", 8, "\x3f\xf0\0\0\0\0\0\0\xc0\x04\0\0\0\0\0\0", 1, -2.5},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error error = {0};
        struct dataset *dataset =
            import_npy(npy_bytes(cases[i].descr, false, "(2,)", cases[i].bytes, 2 * cases[i].size),
                       NULL, &error);
        ck_assert_ok(error);
        types_are(dataset, "n");
        ck_assert_str_eq(dataset->columns[0].name, "column_1");
        ck_assert_double_eq(dataset->columns[0].numbers[0], cases[i].first);
        ck_assert_double_eq(dataset->columns[0].numbers[1], cases[i].second);
        dataset_close(dataset);
    }
}
END_TEST

START_TEST(what_is_not_a_number_is_missing)
{
    struct error error = {0};
    struct dataset *dataset = import_npy(
        npy_bytes("<f4", false, "(3,)", "\0\0\xc0\x7f\0\0\x80\x3f\0\0\xc0\x7f", 12), NULL, &error);
    ck_assert_ok(error);
    ck_assert_int_eq(dataset->columns[0].missing_count, 2);
    row_is(dataset, 0, "{\"column_1\":null}");
    dataset_close(dataset);
    refused_npy(npy_bytes("<f2", false, "(2,)", "\0\0\0\xfc", 4), NULL,
                "body: row 1: column \"column_1\" has a value that is infinite");
}
END_TEST

/* 1 2 3 / 4 5 6 in either order of the indices. */
START_TEST(rank_two_becomes_numbered_columns)
{
    struct error error = {0};
    struct dataset *rows =
        import_npy(npy_bytes("|u1", false, "(2, 3)", "\1\2\3\4\5\6", 6), NULL, &error);
    struct dataset *columns =
        import_npy(npy_bytes("|u1", true, "(2, 3)", "\1\4\2\5\3\6", 6), NULL, &error);
    ck_assert_ok(error);
    row_is(rows, 1, "{\"column_1\":4,\"column_2\":5,\"column_3\":6}");
    row_is(columns, 1, "{\"column_1\":4,\"column_2\":5,\"column_3\":6}");
    dataset_close(rows);
    dataset_close(columns);
}
END_TEST

/* x[r, a, b] = 100 r + 10 a + b, for 2 rows of 2 x 3. */
START_TEST(rank_three_becomes_tensors_in_either_order)
{
    static const uint8_t in_c[] = {0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112};
    static const uint8_t in_fortran[] = {0, 100, 10, 110, 1, 101, 11, 111, 2, 102, 12, 112};
    for (int i = 0; i < 2; i++) {
        struct error error = {0};
        struct dataset *dataset = import_npy(
            npy_bytes("|u1", i == 1, "(2, 2, 3)", i == 1 ? in_fortran : in_c, 12), NULL, &error);
        ck_assert_ok(error);
        types_are(dataset, "t");
        ck_assert(dataset->columns[0].tensor_is_bytes);
        row_is(dataset, 1, "{\"features\":[[100,101,102],[110,111,112]]}");
        dataset_close(dataset);
    }
}
END_TEST

START_TEST(tensors_of_all_but_unsigned_bytes_are_floats)
{
    struct error error = {0};
    struct dataset *dataset = import_npy(
        npy_bytes(">i2", true, "(2, 1, 2)", "\x00\x01\x00\x02\xff\xfd\xff\xfc", 8), NULL, &error);
    ck_assert_ok(error);
    ck_assert(!dataset->columns[0].tensor_is_bytes);
    row_is(dataset, 0, "{\"features\":[[1.0,-3.0]]}");
    row_is(dataset, 1, "{\"features\":[[2.0,-4.0]]}");
    dataset_close(dataset);
    refused_npy(npy_bytes("<f4", false, "(2, 1, 1)", "\0\0\x80\x3f\0\0\xc0\x7f", 8), NULL,
                "body: row 1: a value is not a finite float");
    refused_npy(npy_bytes("<f8", true, "(2, 1, 1)", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xe0\x7f", 16),
                NULL, "body: row 1: a value is not a finite float");
}
END_TEST

/* Channels, height, width to height, width, channels. */
START_TEST(planes_are_turned)
{
    static const uint8_t planes[] = {1, 2, 3, 4, 11, 12, 13, 14, 5, 6, 7, 8, 15, 16, 17, 18};
    struct error error = {0};
    struct dataset *dataset =
        import_npy(npy_bytes("|u1", false, "(2, 2, 2, 2)", planes, 16), "layout=chw", &error);
    ck_assert_ok(error);
    row_is(dataset, 0, "{\"features\":[[[1,11],[2,12]],[[3,13],[4,14]]]}");
    row_is(dataset, 1, "{\"features\":[[[5,15],[6,16]],[[7,17],[8,18]]]}");
    dataset_close(dataset);
    refused_npy(
        npy_bytes("|u1", false, "(2,)", "\1\2", 2), "layout=chw",
        "layout=chw is for rows of rank 3 (channels, height, width), and those of body have "
        "rank 0");
}
END_TEST

START_TEST(booleans_are_booleans)
{
    struct error error = {0};
    struct dataset *dataset =
        import_npy(npy_bytes("|b1", false, "(2, 2)", "\0\1\1\0", 4), NULL, &error);
    ck_assert_ok(error);
    types_are(dataset, "bb");
    row_is(dataset, 1, "{\"column_1\":true,\"column_2\":false}");
    dataset_close(dataset);
}
END_TEST

START_TEST(text_becomes_categories)
{
    struct error error = {0};
    struct dataset *dataset = import_npy(
        npy_bytes("|S4", false, "(4,)", "12\0\0Z\xc3\xbc\0abcd\0\0\0\0", 16), NULL, &error);
    ck_assert_ok(error);
    types_are(dataset, "c");
    row_is(dataset, 0, "{\"column_1\":\"12\"}");
    row_is(dataset, 1, "{\"column_1\":\"Zü\"}");
    row_is(dataset, 3, "{\"column_1\":null}");
    dataset_close(dataset);

    dataset = import_npy(npy_bytes(">U2", true, "(2, 2)",
                                   "\0\0\0a\0\0\0b\0\0\0c\0\0\0\0\0\0\x20\xac\0\1\xf6\x00"
                                   "\0\0\0d\0\0\0\0",
                                   32),
                         NULL, &error);
    ck_assert_ok(error);
    row_is(dataset, 0, "{\"column_1\":\"ab\",\"column_2\":\"€😀\"}");
    row_is(dataset, 1, "{\"column_1\":\"c\",\"column_2\":\"d\"}");
    dataset_close(dataset);
}
END_TEST

START_TEST(text_that_is_none_is_refused)
{
    refused_npy(npy_bytes("|S2", false, "(2,)", "ab\xff\xfe", 4), NULL,
                "body: row 1: is not UTF-8");
    refused_npy(npy_bytes("|S3", false, "(1,)", "a\0b", 3), NULL,
                "body: row 0: has a NUL byte within");
    refused_npy(npy_bytes("<U1", false, "(1,)", "\0\xd8\0\0", 4), NULL,
                "body: row 0: is not Unicode");
    refused_npy(npy_bytes("|S1", false, "(1, 1, 1)", "a", 1), NULL,
                "body holds text, and tensors hold numbers");
}
END_TEST

START_TEST(options_choose_types_and_missing_words)
{
    struct error error = {0};
    struct dataset *dataset = import_npy(npy_bytes("|i1", false, "(3, 2)", "\1\2\1\3\xff\4", 6),
                                         "types=column_1=category missing=-1", &error);
    ck_assert_ok(error);
    types_are(dataset, "cn");
    row_is(dataset, 1, "{\"column_1\":\"1\",\"column_2\":3}");
    row_is(dataset, 2, "{\"column_1\":null,\"column_2\":4}");
    dataset_close(dataset);
    dataset = import_npy(npy_bytes("|S10", false, "(2,)", "2015-03-162016-01-01", 20),
                         "types=column_1=date", &error);
    ck_assert_ok(error);
    types_are(dataset, "d");
    dataset_close(dataset);
    refused_npy(npy_bytes("|u1", false, "(1, 1, 1)", "\1", 1), "types=features=number",
                "types: column \"features\" holds tensors and cannot be of type number");
    refused_npy(npy_bytes("|u1", false, "(1,)", "\1", 1), "missing=1",
                "missing is for text, and there is none: NaN is missing among numbers");
}
END_TEST

START_TEST(versions_two_and_three_and_any_order_of_keys_read)
{
    static const char *const headers[] = {
        "{\"shape\":(2,),\"descr\":\"<u2\",\"fortran_order\":False}",
        "{'fortran_order': True, 'shape': (2L,), 'descr': '<u2'}\n",
        " { 'descr' : '=u2' , 'fortran_order' : False , 'shape' : ( 2 , ) , }   "};
    for (size_t i = 0; i < ARRAY_COUNT(headers); i++) {
        struct error error = {0};
        struct dataset *dataset =
            import_npy(npy_with_header(1 + (int)i, headers[i], "\1\0\2\0", 4), NULL, &error);
        ck_assert_ok(error);
        ck_assert_double_eq(dataset->columns[0].numbers[1], 2);
        dataset_close(dataset);
    }
}
END_TEST

#define EXPECTED                                                                                   \
    "body: the NPY header must be like {'descr': '<f4', 'fortran_order': False, 'shape': (150, "   \
    "4), }"

START_TEST(headers_that_are_none_are_refused)
{
    static const char *const headers[] = {
        "",
        "{}",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
        "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}"};
    for (size_t i = 0; i < ARRAY_COUNT(headers); i++)
        refused_npy(npy_with_header(1, headers[i], "\0\0\0\0", 4), NULL, EXPECTED);
}
END_TEST

START_TEST(headers_that_lie_are_refused)
{
    refused_npy(npy_bytes("<f4", false, "(3,)", "\0\0\0\0\0\0\0\0", 8), NULL,
                "body is cut short: its header says 3 values of 4 bytes");
    refused_npy(npy_bytes("<f4", false, "(1,)", "\0\0\0\0\0\0\0\0", 8), NULL,
                "body has more bytes than its header says");
    refused_npy(npy_bytes("<f8", false, "(4294967296, 4294967296)", "", 0), NULL,
                "body: the header has a size of 0, or sizes too large to multiply");
    refused_npy(npy_bytes("<f8", false, "(1152921504606846976,)", "", 0), NULL,
                "body: the header has a size of 0, or sizes too large to multiply");
    refused_npy(npy_bytes("<f8", false, "(0, 4)", "", 0), NULL,
                "body: the header has a size of 0, or sizes too large to multiply");
    refused_npy(npy_bytes("<f8", false, "()", "\0\0\0\0\0\0\0\0", 8), NULL,
                "body is a single value (rank 0): an array's first dimension is its rows");
    refused_npy(npy_bytes("<f8", false, "(1, 1, 1, 1, 1, 1, 1, 1)", "\0\0\0\0\0\0\0\0", 8), NULL,
                "body: an array's rank must be between 1 and 7, not 8");
}
END_TEST

START_TEST(types_that_cannot_be_read_are_named)
{
    static const char *const types[] = {"|O",  "<c8", "<M8[D]", "<f16",     "<i3",
                                        "|V8", "|S0", "|S",     "|S9999999"};
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        char message[256];
        snprintf(message, sizeof(message),
                 "body: values of type \"%s\" cannot be read: booleans, whole numbers, floats and "
                 "text (b1, i1 … i8, u1 … u8, f2, f4, f8, S, U) can",
                 types[i]);
        refused_npy(npy_bytes(types[i], false, "(1,)", "\0\0\0\0\0\0\0\0", 8), NULL, message);
    }
}
END_TEST

static struct dataset *import_npy_pair(struct bytes features, struct bytes labels,
                                       const char *options, struct error *error)
{
    struct dataset *dataset =
        import_pair(features.data, features.size, labels.data, labels.size, options, error);
    bytes_clear(&features);
    bytes_clear(&labels);
    return dataset;
}

START_TEST(pairs_are_features_and_labels)
{
    struct error error = {0};
    struct dataset *dataset = import_npy_pair(
        npy_bytes("|u1", false, "(2, 2)", "\1\2\1\4", 4),
        npy_bytes("<i8", false, "(2,)", "\5\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0", 16), NULL, &error);
    ck_assert_ok(error);
    row_is(dataset, 1, "{\"column_1\":1,\"column_2\":4,\"label\":6}");
    json_t *target = json_pack("[s]", "label");
    ck_assert(json_equal(json_object_get(dataset->description, "target"), target));
    json_decref(target);
    dataset_close(dataset);
    dataset = import_npy_pair(npy_bytes("|u1", false, "(2, 1, 2)", "\1\2\3\4", 4),
                              npy_bytes("|u1", true, "(2, 2)", "\5\6\7\x08", 4), NULL, &error);
    ck_assert_ok(error);
    row_is(dataset, 1, "{\"features\":[[3,4]],\"label_1\":6,\"label_2\":8}");
    target = json_pack("[s, s]", "label_1", "label_2");
    ck_assert(json_equal(json_object_get(dataset->description, "target"), target));
    json_decref(target);
    dataset_close(dataset);
    dataset = import_npy_pair(npy_bytes("|u1", false, "(2,)", "\1\2", 2),
                              npy_bytes("|S1", false, "(2,)", "ab", 2), "target=column_1", &error);
    ck_assert_ok(error);
    row_is(dataset, 1, "{\"column_1\":2,\"label\":\"b\"}");
    dataset_close(dataset);
}
END_TEST

START_TEST(pairs_that_do_not_fit_are_refused)
{
    struct error error = {0};
    ck_assert_ptr_null(import_npy_pair(npy_bytes("|u1", false, "(2,)", "\1\2", 2),
                                       npy_bytes("|u1", false, "(3,)", "\1\2\3", 3), NULL, &error));
    ck_assert_error(error, ERROR_INVALID,
                    "features have 2 rows and labels 3: every row has one label");
    error_clear(&error);
    ck_assert_ptr_null(import_npy_pair(npy_bytes("|u1", false, "(1,)", "\1", 1),
                                       npy_bytes("|u1", false, "(1, 1, 1)", "\1", 1), NULL,
                                       &error));
    ck_assert_error(error, ERROR_INVALID, "labels must have rank 1 or 2, not 3");
}
END_TEST

/* More columns than a table may have, in both orders. */
START_TEST(very_wide_rows_become_tensors)
{
    enum { WIDTH = 16385 };
    static uint8_t values[2 * WIDTH];
    for (int i = 0; i < WIDTH; i++) {
        values[2 * i] = (uint8_t)i;
        values[2 * i + 1] = (uint8_t)(i + 1);
    }
    struct error error = {0};
    struct dataset *dataset =
        import_npy(npy_bytes("|i1", true, "(2, 16385)", values, sizeof(values)), NULL, &error);
    ck_assert_ok(error);
    types_are(dataset, "t");
    ck_assert(dataset->columns[0].tensor_floats[100] == 100);
    ck_assert(dataset->columns[0].tensor_floats[WIDTH + 100] == 101);
    dataset_close(dataset);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, every_type_of_numbers_reads_in_both_byte_orders);
    tcase_add_test(tests, what_is_not_a_number_is_missing);
    tcase_add_test(tests, rank_two_becomes_numbered_columns);
    tcase_add_test(tests, rank_three_becomes_tensors_in_either_order);
    tcase_add_test(tests, tensors_of_all_but_unsigned_bytes_are_floats);
    tcase_add_test(tests, planes_are_turned);
    tcase_add_test(tests, booleans_are_booleans);
    tcase_add_test(tests, text_becomes_categories);
    tcase_add_test(tests, text_that_is_none_is_refused);
    tcase_add_test(tests, options_choose_types_and_missing_words);
    tcase_add_test(tests, versions_two_and_three_and_any_order_of_keys_read);
    tcase_add_test(tests, headers_that_are_none_are_refused);
    tcase_add_test(tests, headers_that_lie_are_refused);
    tcase_add_test(tests, types_that_cannot_be_read_are_named);
    tcase_add_test(tests, pairs_are_features_and_labels);
    tcase_add_test(tests, pairs_that_do_not_fit_are_refused);
    tcase_add_test(tests, very_wide_rows_become_tensors);
}

int main(void)
{
    return tests_run("npy", add_tests);
}

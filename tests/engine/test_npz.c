/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/format_bytes.h"
#include "tests/engine/imported.h"

#include <string.h>

#define MEMBERS(...) ((const struct archive_bytes_member[]){__VA_ARGS__, {.name = NULL}})

static struct bytes u1(const char *shape, const char *data, size_t size)
{
    return npy_bytes("|u1", false, shape, data, size);
}

static void refused_npz(const struct archive_bytes_member *members, const char *options,
                        enum error_code code, const char *message)
{
    struct error error = {0};
    ck_assert_ptr_null(
        import_archive(archive_bytes(ARCHIVE_ZIP_DEFLATED, members), options, &error));
    ck_assert_error(error, code, message);
}

START_TEST(arrays_become_columns_side_by_side)
{
    for (int kind = ARCHIVE_ZIP_STORED; kind <= ARCHIVE_ZIP_DEFLATED; kind++) {
        struct error error = {0};
        struct dataset *dataset = import_archive(
            archive_bytes(
                (enum archive_bytes_kind)kind,
                MEMBERS(
                    {.name = "name.npy", .content = npy_bytes("|S3", false, "(2,)", "cowpig", 6)},
                    {.name = "body.npy", .content = u1("(2,)", "\4\5", 2)},
                    {.name = "elev.npy", .content = u1("(2, 2)", "\1\2\3\4", 4)},
                    {.name = "image.npy", .content = u1("(2, 1, 2)", "\5\6\7\x08", 4)})),
            NULL, &error);
        ck_assert_ok(error);
        types_are(dataset, "cnnnt");
        row_is(dataset, 1,
               "{\"name\":\"pig\",\"body\":5,\"elev_1\":3,\"elev_2\":4,\"image\":[[7,8]]}");
        ck_assert_ptr_null(json_object_get(dataset->description, "left_out"));
        dataset_close(dataset);
    }
}
END_TEST

START_TEST(x_and_y_are_a_pair_and_the_rest_is_left_out)
{
    static const char *const names[][2] = {
        {"x", "y"}, {"X", "y"}, {"data", "target"}, {"images", "labels"}, {"x_train", "y_train"}};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        struct error error = {0};
        char x[16], y[16];
        snprintf(x, sizeof(x), "%s.npy", names[i][0]);
        snprintf(y, sizeof(y), "%s.npy", names[i][1]);
        struct dataset *dataset = import_archive(
            archive_bytes(
                ARCHIVE_ZIP_DEFLATED,
                MEMBERS({.name = "x_test.npy", .content = u1("(1, 2)", "\1\2", 2)},
                        {.name = y,
                         .content = npy_bytes("<U1", false, "(3,)", "a\0\0\0b\0\0\0a\0\0\0", 12)},
                        {.name = "objects.npy", .content = npy_bytes("|O", false, "(3,)", "?", 1)},
                        {.name = x, .content = u1("(3, 2)", "\1\2\3\4\5\6", 6)})),
            NULL, &error);
        ck_assert_ok(error);
        row_is(dataset, 1, "{\"column_1\":3,\"column_2\":4,\"label\":\"b\"}");
        json_t *expected =
            json_pack("{s:[s, s], s:[s]}", "left_out", "x_test", "objects", "target", "label");
        const char *key;
        json_t *value;
        json_object_foreach(expected, key, value)
        {
            ck_assert_msg(json_equal(json_object_get(dataset->description, key), value), "%s", key);
        }
        json_decref(expected);
        dataset_close(dataset);
    }
}
END_TEST

START_TEST(arrays_that_do_not_fit_are_refused)
{
    refused_npz(MEMBERS({.name = "a.npy", .content = u1("(2,)", "\1\2", 2)},
                        {.name = "b.npy", .content = u1("(3,)", "\1\2\3", 3)}),
                NULL, ERROR_INVALID,
                "a.npy has 2 rows and b.npy 3: arrays side by side have one number of rows, unless "
                "they are called x and y");
    refused_npz(MEMBERS({.name = "x.npy", .content = u1("(2,)", "\1\2", 2)},
                        {.name = "y.npy", .content = u1("(3,)", "\1\2\3", 3)}),
                NULL, ERROR_INVALID, "features have 2 rows and labels 3: every row has one label");
    refused_npz(MEMBERS({.name = "a.npy", .content = u1("()", "\1", 1)}), NULL, ERROR_INVALID,
                "a.npy is a single value (rank 0): an array's first dimension is its rows");
    refused_npz(MEMBERS({.name = "a.npy", .content = u1("(1,)", "\1", 1)},
                        {.name = "a.npy", .content = u1("(1,)", "\1", 1)}),
                NULL, ERROR_INVALID, "body holds \"a.npy\" twice");
    refused_npz(MEMBERS({.name = "a.npy", .content = u1("(1,)", "\1", 1)},
                        {.name = "b.txt", .content = u1("(1,)", "\1", 1)}),
                NULL, ERROR_INVALID,
                "body holds \"b.txt\", which is no .npy file: an NPZ archive holds NumPy arrays "
                "alone");
    refused_npz(MEMBERS({.name = "a.npy", .content = u1("(2,)", "\1", 1)}), NULL, ERROR_INVALID,
                "a.npy is cut short: its header says 2 values of 1 byte");
    refused_npz(MEMBERS({.name = "a.npy", .content = u1("(1,)", "\1\2", 2)}), NULL, ERROR_INVALID,
                "a.npy has more bytes than its header says");
}
END_TEST

START_TEST(options_are_those_of_arrays)
{
    struct error error = {0};
    struct dataset *dataset = import_archive(
        archive_bytes(ARCHIVE_ZIP_DEFLATED,
                      MEMBERS({.name = "zip.npy", .content = u1("(2,)", "\1\2", 2)},
                              {.name = "image.npy", .content = u1("(2, 2, 1, 1)", "\1\2\3\4", 4)})),
        "types=zip=category target=zip layout=chw", &error);
    ck_assert_ok(error);
    row_is(dataset, 1, "{\"zip\":\"2\",\"image\":[[[3,4]]]}");
    dataset_close(dataset);
    refused_npz(MEMBERS({.name = "a.npy", .content = u1("(1,)", "\1", 1)}), "layout=chw",
                ERROR_INVALID, "layout=chw is for rows of rank 3, and body has none");
    refused_npz(MEMBERS({.name = "a.npy", .content = u1("(1,)", "\1", 1)}), "target=b",
                ERROR_INVALID, "target names \"b\", which is no column: there are a");
}
END_TEST

/* 70 MiB of zeros in some kilobytes, against a limit of 64 MiB, though nobody wants them. */
START_TEST(zip_bombs_are_bounded)
{
    size_t size = 70 << 20;
    char *zeros = calloc(1, size);
    struct bytes bomb = npy_bytes("|u1", false, "(73400320,)", zeros, size);
    free(zeros);
    refused_npz(MEMBERS({.name = "x.npy", .content = u1("(1,)", "\1", 1)},
                        {.name = "y.npy", .content = u1("(1,)", "\1", 1)},
                        {.name = "z.npy", .content = bomb}),
                NULL, ERROR_TOO_LARGE,
                "body is larger than the limit of 67108864 bytes when unpacked");
}
END_TEST

START_TEST(damaged_archives_are_refused)
{
    struct bytes whole =
        archive_bytes(ARCHIVE_ZIP_DEFLATED,
                      MEMBERS({.name = "a.npy", .content = u1("(8,)", "\1\2\3\4\5\6\7\x08", 8)}));
    for (size_t size = 35; size + 90 < whole.size; size += 7) {
        struct error error = {0};
        ck_assert_ptr_null(import_bytes(whole.data, size, NULL, &error));
        ck_assert_str_eq(error_code_name(error.code), error_code_name(ERROR_INVALID));
    }
    struct error error = {0};
    whole.data[60] ^= 0x55;
    ck_assert_ptr_null(import_bytes(whole.data, whole.size, NULL, &error));
    ck_assert_str_eq(error_code_name(error.code), error_code_name(ERROR_INVALID));
    bytes_clear(&whole);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, arrays_become_columns_side_by_side);
    tcase_add_test(tests, x_and_y_are_a_pair_and_the_rest_is_left_out);
    tcase_add_test(tests, arrays_that_do_not_fit_are_refused);
    tcase_add_test(tests, options_are_those_of_arrays);
    tcase_add_test(tests, zip_bombs_are_bounded);
    tcase_add_test(tests, damaged_archives_are_refused);
}

int main(void)
{
    return tests_run("npz", add_tests);
}

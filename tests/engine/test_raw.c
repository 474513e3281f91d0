/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <string.h>

static struct dataset *good_raw(const char *data, size_t size, const char *options)
{
    struct error error = {0};
    struct dataset *dataset = import_bytes(data, size, options, &error);
    ck_assert_ok(error);
    return dataset;
}

static void refused_raw(const char *data, size_t size, const char *options, const char *message)
{
    struct error error = {0};
    ck_assert_ptr_null(import_bytes(data, size, options, &error));
    ck_assert_error(error, ERROR_INVALID, message);
}

/* CIFAR-10's form in little: a label, then planes of 2 x 2. */
START_TEST(labels_and_planes_become_images)
{
    static const char data[] = "\7\1\2\3\4\x0b\x0c\x0d\x0e\3\5\6\7\x08\x0f\x10\x11\x12";
    struct dataset *dataset = good_raw(data, 18, "format=raw shape=2,2,2 labels=1 layout=chw");
    types_are(dataset, "tn");
    ck_assert(dataset->columns[0].tensor_is_bytes);
    row_is(dataset, 0, "{\"features\":[[[1,11],[2,12]],[[3,13],[4,14]]],\"label\":7}");
    row_is(dataset, 1, "{\"features\":[[[5,15],[6,16]],[[7,17],[8,18]]],\"label\":3}");
    json_t *target = json_pack("[s]", "label");
    ck_assert(json_equal(json_object_get(dataset->description, "target"), target));
    json_decref(target);
    dataset_close(dataset);
}
END_TEST

START_TEST(rows_of_rank_one_become_columns)
{
    struct dataset *dataset =
        good_raw("\x3f\x80\0\0\xc0\x20\0\0\0\0\0\0\x40\0\0\0", 16, "format=raw shape=2 dtype=>f4");
    row_is(dataset, 0, "{\"column_1\":1,\"column_2\":-2.5}");
    row_is(dataset, 1, "{\"column_1\":0,\"column_2\":2.0}");
    dataset_close(dataset);
    dataset = good_raw("\1\2\3\4", 4, "format=raw shape=1 dtype=i2");
    row_is(dataset, 1, "{\"column_1\":1027}");
    dataset_close(dataset);
}
END_TEST

START_TEST(several_label_bytes_are_several_labels)
{
    struct dataset *dataset =
        good_raw("\1\2\5\6\3\4\7\x08", 8, "format=raw shape=1,2 labels=2 target=label_2");
    row_is(dataset, 1, "{\"features\":[[7,8]],\"label_1\":3,\"label_2\":4}");
    dataset_close(dataset);
}
END_TEST

START_TEST(sizes_that_are_no_multiple_are_refused)
{
    refused_raw("1234567", 7, "format=raw shape=2,2 dtype=u1",
                "body has 7 bytes, expected a multiple of 4: a row is 4 values of 1 byte behind 0 "
                "bytes of labels");
    struct dataset *dataset =
        good_raw("1234567", 7, "format=raw shape=3 dtype=u2 labels=1 types=label=category");
    row_is(dataset, 0,
           "{\"column_1\":13106,\"column_2\":13620,\"column_3\":14134,\"label\":\"49\"}");
    dataset_close(dataset);
}
END_TEST

START_TEST(options_that_make_no_sense_are_refused)
{
    refused_raw("1234", 4, "format=raw",
                "shape must be given with format=raw: the shape of a row, as in "
                "?format=raw&shape=3,32,32&labels=1&layout=chw");
    refused_raw("1234", 4, "format=raw shape=4 dtype=S4",
                "dtype must be a type of numbers like u1, i2, <f4 or >f8, not S4");
    refused_raw(
        "1234", 4, "format=raw shape=4 layout=chw",
        "layout=chw is for rows of rank 3 (channels, height, width), and those of body have "
        "rank 1");
    refused_raw("1234", 4, "format=raw shape=1,1,1,1,1,1,4",
                "body: an array's rank must be between 1 and 7, not 8");
    refused_raw("1234", 4, "format=raw shape=1000000000,1000000000,1000000000",
                "body: the header has a size of 0, or sizes too large to multiply");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, labels_and_planes_become_images);
    tcase_add_test(tests, rows_of_rank_one_become_columns);
    tcase_add_test(tests, several_label_bytes_are_several_labels);
    tcase_add_test(tests, sizes_that_are_no_multiple_are_refused);
    tcase_add_test(tests, options_that_make_no_sense_are_refused);
}

int main(void)
{
    return tests_run("raw", add_tests);
}

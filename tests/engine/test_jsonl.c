/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <string.h>

START_TEST(keys_become_columns_in_the_order_of_their_appearance)
{
    struct dataset *dataset = good("{\"b\": 1, \"a\": \"x\"}\n"
                                   "\n"
                                   "{\"a\": \"y\", \"c\": true, \"b\": null}\r\n"
                                   "{\"d\": \"2015-03-16\"}",
                                   NULL);
    types_are(dataset, "ncbd");
    row_is(dataset, 0, "{\"b\":1,\"a\":\"x\",\"c\":null,\"d\":null}");
    row_is(dataset, 1, "{\"b\":null,\"a\":\"y\",\"c\":true,\"d\":null}");
    row_is(dataset, 2, "{\"b\":null,\"a\":null,\"c\":null,\"d\":\"2015-03-16\"}");
    dataset_close(dataset);
}
END_TEST

START_TEST(one_array_of_objects_reads_the_same)
{
    struct dataset *lines = good("{\"a\":1}\n{\"a\":2,\"b\":\"},{\\\"\"}\n", NULL);
    struct dataset *array = good(" [{\"a\":1} ,\n\t{\"a\":2,\n\"b\":\"},{\\\"\"}\n]\n", NULL);
    ck_assert_int_eq(array->rows, 2);
    ck_assert(json_equal(lines->description, array->description));
    row_is(array, 1, "{\"a\":2,\"b\":\"},{\\\"\"}");
    dataset_close(lines);
    dataset_close(array);
}
END_TEST

START_TEST(objects_within_objects_are_flattened)
{
    struct dataset *dataset =
        good("{\"a\":{\"b\":1,\"c\":{\"d\":\"x\"}},\"e\":{}}\n{\"a\":{\"b\":2}}\n", NULL);
    row_is(dataset, 0, "{\"a.b\":1,\"a.c.d\":\"x\"}");
    row_is(dataset, 1, "{\"a.b\":2,\"a.c.d\":null}");
    dataset_close(dataset);
    refused("{\"a\":{\"b\":1},\"a.b\":2}\n", NULL, "line 1: \"a.b\" is there twice");
}
END_TEST

START_TEST(lists_of_numbers_are_tensors)
{
    struct dataset *dataset =
        good("{\"x\":[[1,2],[3,4.5]],\"y\":1}\n{\"y\":2,\"x\":[[5,6],[7,-8e2]]}\n", NULL);
    types_are(dataset, "tn");
    ck_assert(!dataset->columns[0].tensor_is_bytes);
    row_is(dataset, 1, "{\"x\":[[5.0,6.0],[7.0,-800.0]],\"y\":2}");
    dataset_close(dataset);
}
END_TEST

START_TEST(lists_that_are_no_tensors_are_refused)
{
    static const char *const cases[][2] = {
        {"{\"x\":[1]}\n{\"x\":[1,2]}\n",
         "line 2: \"x\" has another shape here than in the rows before"},
        {"{\"x\":[1]}\n{\"x\":null}\n",
         "line 2: \"x\" is a list in other rows and must be one in all"},
        {"{\"x\":[1]}\n{\"y\":1}\n",
         "line 2: \"x\" is a list in other rows and must be one in all"},
        {"{\"x\":[1]}\n{\"x\":1}\n",
         "line 2: \"x\" is a list in other rows and must be one in all"},
        {"{\"x\":1}\n{\"x\":[1]}\n", "line 2: \"x\" is a list here, but not in every row before"},
        {"{\"x\":[1,[2]]}\n",
         "line 1: \"x\" is a list of other things than numbers: give each a key of its own"},
        {"{\"x\":[\"a\"]}\n",
         "line 1: \"x\" is a list of other things than numbers: give each a key of its own"},
        {"{\"x\":[[1,2],[3]]}\n",
         "line 1: \"x\" has lists of different lengths: a tensor has one shape"},
        {"{\"x\":[]}\n", "line 1: \"x\" is an empty list, which has no shape"},
        {"{\"x\":[1e300]}\n", "line 1: \"x\" has a number that is not a finite float"},
        {"{\"x\":[[[[[[[1]]]]]]]}\n", "line 1: \"x\" is nested deeper than 6 lists"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        refused(cases[i][0], NULL, cases[i][1]);
    refused("{\"x\":[1]}\n", "types=x=number",
            "line 1: types: column \"x\" holds tensors and cannot be of type number");
}
END_TEST

/* Strings that look like numbers until one does not: their categories are found in a second pass.
 */
START_TEST(types_are_found_out_as_in_csv)
{
    struct dataset *dataset = good("{\"a\":\"01\",\"b\":1,\"c\":\"NA\",\"d\":\"7\"}\n"
                                   "{\"a\":\"x\",\"b\":2.5,\"c\":\"z\",\"d\":8}\n",
                                   NULL);
    types_are(dataset, "cncn");
    row_is(dataset, 0, "{\"a\":\"01\",\"b\":1.0,\"c\":\"NA\",\"d\":7}");
    dataset_close(dataset);
    dataset = good("{\"a\":\"01\",\"b\":-9}\n{\"b\":3}\n", "types=a=category missing=-9 target=b");
    row_is(dataset, 0, "{\"a\":\"01\",\"b\":null}");
    dataset_close(dataset);
    refused("{\"a\":1}\n", "target=b", "target names \"b\", which is no column: there are a");
    refused("{\"a\":1}\n", "types=b=text", "types names \"b\", which is no column: there are a");
}
END_TEST

START_TEST(numbers_keep_their_digits)
{
    struct dataset *dataset =
        good("{\"a\":9007199254740993,\"b\":0.1}\n{\"a\":-1,\"b\":5e-324}\n", NULL);
    ck_assert_double_eq(dataset->columns[0].numbers[0], 9007199254740992.0);
    ck_assert_double_eq(dataset->columns[1].numbers[0], 0.1);
    ck_assert_double_eq(dataset->columns[1].numbers[1], 5e-324);
    dataset_close(dataset);
}
END_TEST

START_TEST(bad_lines_are_named)
{
    static const char *const cases[][2] = {
        {"{\"a\":1}\n{\"a\":tru}\n", "line 2, column 8: invalid token near 'tru'"},
        {"{\"a\":1}\n\n{\"a\" 1}\n", "line 3, column 6: ':' expected near '1'"},
        {"{\"a\":1}\n{\"a\":1", "line 2: the object is never closed"},
        {"{\"a\":1}\n{\"a\":\"x}\n", "line 2: the object is never closed"},
        {"{\"a\":1}\n[1]\n", "line 2: expected an object like {\"a\": 1}"},
        {"{\"a\":1}\nx\n", "line 2: expected an object like {\"a\": 1}"},
        {"{\"a\":1} {\"a\":2}\n", "line 1: there is more behind the object: one object a line"},
        {"{\"a\":1,\"a\":2}\n", "line 1, column 10: duplicate object key near '\"a\"'"},
        {"[{\"a\":1}\n{\"a\":2}]", "line 2: objects of an array must be separated by commas"},
        {"[{\"a\":1},\n]", "line 2: expected an object like {\"a\": 1}"},
        {"[{\"a\":1}", "line 1: the array is never closed"},
        {"[{\"a\":1}]\n]", "line 2: there is more behind the array"},
        {"[{\"a\":1,\n\"b\":x}]", "line 2, column 5: invalid token near 'x'"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        refused(cases[i][0], NULL, cases[i][1]);
}
END_TEST

START_TEST(nothing_is_no_dataset)
{
    refused("[]", "format=jsonl",
            "body has no objects: a dataset has at least one row and one column");
    refused("{}\n{}\n", "format=jsonl",
            "body has no values: a dataset has at least one row and one column");
    refused("{\"a\":null}\n", "types=a=text missing=x target=b",
            "target names \"b\", which is no column: there are a");
}
END_TEST

/* An object longer than the window, which moves and grows under it. */
START_TEST(long_objects_read)
{
    struct bytes text = {0};
    struct error error = {0};
    for (int row = 0; row < 3; row++) {
        bytes_printf(&text, "{\"n\":%d,\"s\":\"", row);
        for (int i = 0; i < 40000; i++)
            bytes_append(&text, "0123456789", 10);
        bytes_printf(&text, "%d\"}\n", row);
    }
    struct dataset *dataset = import_bytes(text.data, text.size, "types=s=text", &error);
    ck_assert_ok(error);
    ck_assert_int_eq(dataset->rows, 3);
    ck_assert_uint_eq(dataset->columns[1].text_offsets[3], 3 * 400001);
    dataset_close(dataset);
    bytes_clear(&text);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, keys_become_columns_in_the_order_of_their_appearance);
    tcase_add_test(tests, one_array_of_objects_reads_the_same);
    tcase_add_test(tests, objects_within_objects_are_flattened);
    tcase_add_test(tests, lists_of_numbers_are_tensors);
    tcase_add_test(tests, lists_that_are_no_tensors_are_refused);
    tcase_add_test(tests, types_are_found_out_as_in_csv);
    tcase_add_test(tests, numbers_keep_their_digits);
    tcase_add_test(tests, bad_lines_are_named);
    tcase_add_test(tests, nothing_is_no_dataset);
    tcase_add_test(tests, long_objects_read);
}

int main(void)
{
    return tests_run("jsonl", add_tests);
}

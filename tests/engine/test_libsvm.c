/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <string.h>

static void target_is(const struct dataset *dataset, const char *json)
{
    char *text = fields_print(json_object_get(dataset->description, "target"));
    ck_assert_str_eq(text, json);
    free(text);
}

START_TEST(sparse_rows_become_columns)
{
    struct dataset *dataset = good("# made by hand\n"
                                   "+1 1:0.5 3:-1e1 # the first\n"
                                   "\n"
                                   "-1 2:+2.5\r\n"
                                   "1\t4:1\n"
                                   "-1\n",
                                   NULL);
    types_are(dataset, "nnnnn");
    row_is(dataset, 0, "{\"f1\":0.5,\"f2\":0.0,\"f3\":-10,\"f4\":0,\"label\":1}");
    row_is(dataset, 1, "{\"f1\":0.0,\"f2\":2.5,\"f3\":0,\"f4\":0,\"label\":-1}");
    row_is(dataset, 3, "{\"f1\":0.0,\"f2\":0.0,\"f3\":0,\"f4\":0,\"label\":-1}");
    target_is(dataset, "[\"label\"]");
    dataset_close(dataset);
}
END_TEST

START_TEST(indices_from_zero_give_columns_from_zero)
{
    struct dataset *dataset = good("1 1:1\n2 0:2\n", NULL);
    row_is(dataset, 1, "{\"f0\":2,\"f1\":0,\"label\":2}");
    dataset_close(dataset);
}
END_TEST

START_TEST(queries_are_a_column)
{
    struct dataset *dataset = good("3 qid:1 1:1\n2 1:2\n1 qid:2 1:3\n", NULL);
    row_is(dataset, 0, "{\"f1\":1,\"label\":3,\"qid\":1}");
    row_is(dataset, 1, "{\"f1\":2,\"label\":2,\"qid\":null}");
    dataset_close(dataset);
}
END_TEST

START_TEST(many_labels_give_a_column_each)
{
    struct dataset *dataset = good("10 1:1\n4,9,10 1:2\n 1:3\n", NULL);
    types_are(dataset, "nbbb");
    row_is(dataset, 0, "{\"f1\":1,\"label_4\":false,\"label_9\":false,\"label_10\":true}");
    row_is(dataset, 1, "{\"f1\":2,\"label_4\":true,\"label_9\":true,\"label_10\":true}");
    row_is(dataset, 2, "{\"f1\":3,\"label_4\":false,\"label_9\":false,\"label_10\":false}");
    target_is(dataset, "[\"label_4\",\"label_9\",\"label_10\"]");
    dataset_close(dataset);
}
END_TEST

/* 30,000 features are more than columns may be. */
START_TEST(very_wide_rows_are_tensors)
{
    struct dataset *dataset = good("1 2:0.5 30000:1\n2 1:3\n1 29999:2\n", NULL);
    types_are(dataset, "tn");
    const float *floats = dataset->columns[0].tensor_floats;
    ck_assert_int_eq(dataset->columns[0].shape.dims[0], 30000);
    ck_assert(floats[0] == 0 && floats[1] == 0.5F && floats[29999] == 1);
    ck_assert(floats[30000] == 3 && floats[30001] == 0 && floats[59999] == 0);
    ck_assert(floats[60000 + 29998] == 2 && floats[60000 + 29999] == 0);
    dataset_close(dataset);
    struct error error = {0};
    ck_assert_ptr_null(import_text("1 9999999999:1\n", NULL, &error));
    ck_assert_error(error, ERROR_TOO_LARGE,
                    "the parsed dataset would be larger than the limit of 67108864 bytes");
}
END_TEST

START_TEST(bad_lines_are_named)
{
    static const char *const cases[][2] = {
        {"1 1:1\n1 2\n", "line 2: \"2\" is not an index and a finite value like 3:0.5"},
        {"1 1:1\n1 a:2\n", "line 2: \"a:2\" is not an index and a finite value like 3:0.5"},
        {"1 1:1\n1 -1:2\n", "line 2: \"-1:2\" is not an index and a finite value like 3:0.5"},
        {"1 1:1\n1 99999999999999999999:2\n",
         "line 2: \"99999999999999999999:2\" is not an index and a finite value like 3:0.5"},
        {"1 1:1\n1 1:nan\n", "line 2: \"1:nan\" is not an index and a finite value like 3:0.5"},
        {"1 1:1\n1 1:inf\n", "line 2: \"1:inf\" is not an index and a finite value like 3:0.5"},
        {"1 1:1\n1 1:1 1:2\n", "line 2: \"1:2\" is not an index above the one before it"},
        {"1 1:1\n1 2:1 1:2\n", "line 2: \"1:2\" is not an index above the one before it"},
        {"1 1:1\nx 1:1\n", "line 2: \"x\" is not a label like 1, +1 or 4,9,18"},
        {"1 1:1\n1,,2 1:1\n", "line 2: \"\" is not a label like 1, +1 or 4,9,18"},
        {"1 1:1\n1 qid:x 1:1\n", "line 2: \"qid:x\" is not a query like qid:3"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        refused(cases[i][0], NULL, cases[i][1]);
    refused("1\n2\n", "format=libsvm", "body has no features: pairs like 3:0.5");
    refused("# nothing\n", "format=libsvm", "body has no rows: a dataset has at least one");
    refused("1 1:1\n", "target=f2", "target names \"f2\", which is no column: there are f1, label");
    refused(
        "1 1:1\n", "missing=0",
        "missing is an option of IDX, NPY, NPZ, ARFF, JSON lines, raw numbers and CSV, and body "
        "is LibSVM");
}
END_TEST

START_TEST(types_make_categories_of_numbers)
{
    struct dataset *dataset = good("+1 1:3\n-1 2:0.5\n", "types=label=category,f1=category");
    types_are(dataset, "cnc");
    row_is(dataset, 0, "{\"f1\":\"3\",\"f2\":0.0,\"label\":\"1\"}");
    row_is(dataset, 1, "{\"f1\":\"0\",\"f2\":0.5,\"label\":\"-1\"}");
    dataset_close(dataset);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, sparse_rows_become_columns);
    tcase_add_test(tests, indices_from_zero_give_columns_from_zero);
    tcase_add_test(tests, queries_are_a_column);
    tcase_add_test(tests, many_labels_give_a_column_each);
    tcase_add_test(tests, very_wide_rows_are_tensors);
    tcase_add_test(tests, bad_lines_are_named);
    tcase_add_test(tests, types_make_categories_of_numbers);
}

int main(void)
{
    return tests_run("libsvm", add_tests);
}

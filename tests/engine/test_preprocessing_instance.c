/* Instances of predictions as JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/preprocessing.h"
#include "tests/check.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH_MAX = 16 };

/* Two inputs as they come, and columns that are none. */
static struct preprocessing *flowers(void)
{
    const double lengths[] = {5, 7};
    const char *const colours[] = {"blue", "red"};
    const double id[] = {1, 2};
    const char *const species[] = {"setosa", "virginica"};
    struct dataset *table = table_create(2);
    table_add_numbers(table, "id", id);
    table_add_numbers(table, "sepal_length", lengths);
    table_add_numbers(table, "unwanted", lengths);
    table_add_categories(table, "colour", colours);
    table_add_categories(table, "species", species);
    struct job job = {.preprocessing = "{\"numeric\": \"none\"}",
                      .features = "{\"exclude\": \"unwanted\"}"};
    struct preprocessing *learned = learn(table, &job);
    table_free(table);
    return learned;
}

static void expect(const struct preprocessing *preprocessing, const char *text,
                   const float *expected, size_t count)
{
    struct error error = {0};
    float x[WIDTH_MAX];
    json_t *json = parse(text);
    ck_assert_int_eq(preprocessing_encode_json(preprocessing, json, "instances[0]", x, &error), 0);
    ck_assert_ok(error);
    expect_floats(x, expected, count);
    json_decref(json);
}

static void refuse(const struct preprocessing *preprocessing, const char *text,
                   const char *expected)
{
    struct error error = {0};
    float x[WIDTH_MAX];
    json_t *json = parse(text);
    ck_assert_int_eq(preprocessing_encode_json(preprocessing, json, "instances[0]", x, &error), -1);
    ck_assert_error(error, ERROR_INVALID, expected);
    json_decref(json);
}

START_TEST(lists_are_in_column_order)
{
    struct preprocessing *learned = flowers();
    expect(learned, "[5.5, \"red\"]", (float[]){5.5F, 0, 1, 0}, 4);
    expect(learned, "[\"5.5\", null]", (float[]){5.5F, 0, 0, 1}, 4);
    preprocessing_free(learned);
}
END_TEST

START_TEST(objects_are_by_column_name)
{
    struct preprocessing *learned = flowers();
    expect(learned, "{\"colour\": \"blue\", \"sepal_length\": 4}", (float[]){4, 1, 0, 0}, 4);
    expect(learned, "{\"colour\": \"blue\"}", (float[]){6, 1, 0, 0}, 4);
    preprocessing_free(learned);
}
END_TEST

START_TEST(columns_that_are_no_inputs_are_passed_over)
{
    struct preprocessing *learned = flowers();
    expect(learned,
           "{\"id\": 9, \"sepal_length\": 4, \"unwanted\": [], \"colour\": \"red\", \"species\": "
           "\"setosa\"}",
           (float[]){4, 0, 1, 0}, 4);
    preprocessing_free(learned);
}
END_TEST

START_TEST(wrong_instances_are_told_what_is_right)
{
    struct preprocessing *learned = flowers();
    refuse(learned, "[1, 2, 3]",
           "instances[0] has 3 values, expected 2: [sepal_length, colour]; for example [6, "
           "\"blue\"]");
    refuse(learned, "7",
           "instances[0] must be a list of 2 values or an object by column name: [sepal_length, "
           "colour]; for example [6, \"blue\"]");
    refuse(learned, "{\"sepal_lenght\": 1}",
           "instances[0] has the unknown key \"sepal_lenght\"; did you mean \"sepal_length\"?");
    refuse(learned, "{\"zzzzzzzzzzzzzzzz\": 1}",
           "instances[0] has the unknown key \"zzzzzzzzzzzzzzzz\", expected: [sepal_length, "
           "colour]; for example [6, \"blue\"]");
    refuse(learned, "[\"long\", \"red\"]",
           "instances[0].sepal_length must be a number, not \"long\"; for example 6");
    refuse(learned, "{\"colour\": [1]}",
           "instances[0].colour must be a string, not [1]; for example \"blue\"");
    preprocessing_free(learned);
}
END_TEST

START_TEST(many_columns_are_listed_in_part)
{
    const double numbers[] = {1, 2};
    struct error error = {0};
    struct dataset *table = table_create(2);
    char name[8] = "c_a";
    for (int i = 0; i < 26; i++, name[2]++)
        table_add_numbers(table, name, numbers);
    struct preprocessing *learned = learn(table, &(struct job){0});
    json_t *json = parse("[]");
    float x[32];
    ck_assert_int_eq(preprocessing_encode_json(learned, json, "instances[0]", x, &error), -1);
    ck_assert_ptr_nonnull(strstr(error.message, "has 0 values, expected 25: [c_a, c_b, "));
    ck_assert_ptr_nonnull(strstr(error.message, ", …]"));
    json_decref(json);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(instances_are_encoded_like_rows)
{
    const double numbers[] = {0.1, 7, (double)NAN};
    const uint8_t booleans[] = {1, 0, 255};
    const int64_t dates[] = {86400, 951868799, INT64_MIN};
    const double target[] = {1, 2, 3};
    const char *const texts[] = {"[0.1, true, \"1970-01-02\"]",
                                 "[7, false, \"2000-02-29 23:59:59\"]", "[null, \"\", null]"};
    struct dataset *table = table_create(3);
    table_add_numbers(table, "number", numbers);
    table_add_booleans(table, "boolean", booleans);
    table_add_dates(table, "date", dates);
    table_add_numbers(table, "target", target);
    struct preprocessing *learned = learn(table, &(struct job){0});
    int64_t width = preprocessing_input_shape(learned).dims[0];
    AUTO_FREE float *x = encode_all(learned, table);
    for (int i = 0; i < 3; i++)
        expect(learned, texts[i], x + i * width, (size_t)width);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

static struct preprocessing *images(bool bytes)
{
    const uint8_t black[8] = {0};
    const float blank[8] = {0};
    const double labels[] = {0, 1};
    struct shape shape = {.rank = 2, .dims = {2, 2}};
    struct dataset *table = table_create(2);
    if (bytes)
        table_add_bytes(table, "features", shape, black);
    else
        table_add_floats(table, "features", shape, blank);
    table_add_numbers(table, "label", labels);
    struct preprocessing *learned = learn(table, &(struct job){0});
    table_free(table);
    return learned;
}

START_TEST(tensors_are_nested_or_flat)
{
    struct preprocessing *learned = images(true);
    const float expected[] = {0, 1, 51.0F / 255, 0.5F / 255};
    expect(learned, "[0, 255, 51, 0.5]", expected, 4);
    expect(learned, "[[0, 255], [51, 0.5]]", expected, 4);
    expect(learned, "[[[0], [255]], [[51], [0.5]]]", expected, 4);
    expect(learned, "{\"features\": [[0, 255], [51, 0.5]]}", expected, 4);
    preprocessing_free(learned);
    learned = images(false);
    expect(learned, "[1, 2, 3, 1e300]", (float[]){1, 2, 3, 0x1.fffffep127F}, 4);
    preprocessing_free(learned);
}
END_TEST

START_TEST(wrong_tensors_are_refused)
{
    static const char *const texts[] = {"[1, 2, 3]",
                                        "[[1, 2, 3, 4]]",
                                        "[[1, 2], [3]]",
                                        "[[1, 2], 3, 4]",
                                        "7",
                                        "{}",
                                        "[1, 2, 3, \"4\"]",
                                        "[[1, 2], [3, null]]",
                                        "[[[1], [2]], [[3], [4, 5]]]",
                                        "{\"features\": [1], \"x\": 2}",
                                        "[1, [2], 3, 4]"};
    struct preprocessing *learned = images(true);
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        refuse(learned, texts[i],
               "instances[0] must be [2, 2] numbers, nested or as one flat list of 4");
    preprocessing_free(learned);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, lists_are_in_column_order);
    tcase_add_test(tests, objects_are_by_column_name);
    tcase_add_test(tests, columns_that_are_no_inputs_are_passed_over);
    tcase_add_test(tests, wrong_instances_are_told_what_is_right);
    tcase_add_test(tests, many_columns_are_listed_in_part);
    tcase_add_test(tests, instances_are_encoded_like_rows);
    tcase_add_test(tests, tensors_are_nested_or_flat);
    tcase_add_test(tests, wrong_tensors_are_refused);
}

int main(void)
{
    return tests_run("preprocessing_instance", add_tests);
}

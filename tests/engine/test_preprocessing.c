/* Preprocessing: what is learned from which columns and rows, and how rows are encoded. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/preprocessing.h"
#include "tests/check.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A small passenger list: numbers with gaps, categories, booleans, and a target of numbers. */
static struct dataset *passengers(void)
{
    const double ages[] = {20, 40, (double)NAN, 30, 70, 20};
    const char *const ports[] = {"S", "C", "S", NULL, "Q", "S"};
    const uint8_t alone[] = {1, 0, 0, 1, 0, 1};
    const double fares[] = {10, 20, 30, 40, 50, 60};
    const double survived[] = {0, 1, 1, 0, (double)NAN, 1};
    struct dataset *table = table_create(6);
    table_add_numbers(table, "age", ages);
    table_add_categories(table, "port", ports);
    table_add_booleans(table, "alone", alone);
    table_add_numbers(table, "fare", fares);
    table_add_numbers(table, "survived", survived);
    return table;
}

START_TEST(columns_lie_side_by_side)
{
    struct dataset *table = passengers();
    struct preprocessing *learned = learn(table, &(struct job){0});
    struct shape shape = preprocessing_input_shape(learned);
    ck_assert_str_eq(join(preprocessing_columns(learned)), "age, port, alone, fare");
    /* age + indicator; C, S, others (Q has no target); alone; fare */
    ck_assert_int_eq(shape.rank, 1);
    ck_assert_int_eq(shape.dims[0], 2 + 3 + 1 + 1);
    float *x = encode_all(learned, table);
    const float *fourth = x + 3 * shape.dims[0];
    ck_assert_float_eq(fourth[1], 0); /* age is there */
    ck_assert_float_eq(fourth[2], 0);
    ck_assert_float_eq(fourth[3], 0);
    ck_assert_float_eq(fourth[4], 1); /* port is missing */
    ck_assert_float_eq(fourth[5], 1); /* alone */
    free(x);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(scales_come_from_the_training_rows_alone)
{
    const uint32_t rows[] = {0, 1, 4}; /* 4 has no target and does not count */
    struct error error = {0};
    struct dataset *table = passengers();
    struct job job = {.features = "{\"include\": \"fare\"}"};
    struct preprocessing *learned = learn_rows(table, &job, rows, 3, &error);
    ck_assert_ok(error);
    float *x = encode_all(learned, table);
    const float expected[] = {-1, 1, 3, 5, 7, 9};
    expect_floats(x, expected, ARRAY_COUNT(expected));
    free(x);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(rows_are_encoded_in_any_order_and_alike)
{
    enum { COUNT = 300 };
    uint32_t rows[COUNT];
    struct dataset *table = passengers();
    struct preprocessing *learned = learn(table, &(struct job){0});
    struct preprocessing_binding *binding = preprocessing_bind(learned, table, true, NULL);
    struct shape shape = preprocessing_input_shape(learned);
    size_t width = (size_t)shape.dims[0];
    float *all = encode_all(learned, table);
    AUTO_FREE float *x = calloc(COUNT * width, sizeof(*x));
    for (uint32_t i = 0; i < COUNT; i++)
        rows[i] = (i * 7 + 3) % 6;
    preprocessing_encode(binding, rows, COUNT, x);
    for (size_t i = 0; i < COUNT; i++)
        expect_floats(x + i * width, all + rows[i] * width, width);
    free(all);
    preprocessing_binding_free(binding);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(rows_without_a_target_are_not_usable)
{
    struct dataset *table = passengers();
    struct preprocessing *learned = learn(table, &(struct job){0});
    ck_assert(row_is_usable(learned, table, 2));
    ck_assert(!row_is_usable(learned, table, 4));
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(drop_rows_asks_for_every_input)
{
    struct dataset *table = passengers();
    struct job job = {.preprocessing = "{\"missing\": \"drop_rows\"}"};
    struct preprocessing *learned = learn(table, &job);
    const bool usable[] = {true, true, false, false, false, true};
    for (int i = 0; i < 6; i++)
        ck_assert(row_is_usable(learned, table, i) == usable[i]);
    /* The rows that are left have ages: there is no indicator. */
    ck_assert_int_eq(preprocessing_input_shape(learned).dims[0], 1 + 3 + 1 + 1);
    preprocessing_free(learned);
    job.preprocessing = "{\"columns\": {\"age\": {\"missing\": \"drop_rows\"}}}";
    learned = learn(table, &job);
    ck_assert(!row_is_usable(learned, table, 2));
    ck_assert(row_is_usable(learned, table, 3));
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(a_column_may_have_options_of_its_own)
{
    struct dataset *table = passengers();
    struct job job = {.preprocessing = "{\"numeric\": \"none\", \"columns\": {\"fare\": "
                                       "{\"numeric\": \"min_max\"}}}",
                      .features = "{\"include\": [\"age\", \"fare\"]}"};
    struct preprocessing *learned = learn(table, &job);
    float *x = encode_all(learned, table);
    const float expected[] = {20, 0, 0, 40, 0, 0.2F};
    expect_floats(x, expected, ARRAY_COUNT(expected));
    free(x);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

/* A dataset of images and what belongs to them. */
static struct dataset *images(const char *label_name)
{
    const uint8_t bytes[] = {0, 255, 0, 255, 255, 0, 255, 0};
    const double labels[] = {7, 3};
    struct dataset *table = table_create(2);
    table_add_bytes(table, "features", (struct shape){.rank = 2, .dims = {2, 2}}, bytes);
    if (label_name)
        table_add_numbers(table, label_name, labels);
    return table;
}

START_TEST(images_get_a_channel)
{
    struct dataset *table = images("label");
    struct preprocessing *learned = learn(table, &(struct job){0});
    struct shape shape = preprocessing_input_shape(learned);
    ck_assert_int_eq(shape.rank, 3);
    ck_assert_int_eq(shape.dims[0], 2);
    ck_assert_int_eq(shape.dims[1], 2);
    ck_assert_int_eq(shape.dims[2], 1);
    ck_assert_ptr_null(preprocessing_columns(learned));
    float *x = encode_all(learned, table);
    ck_assert_float_eq(x[0], 0);
    ck_assert_float_eq(x[1], 1);
    ck_assert_float_eq(x[4], 1);
    free(x);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(whole_numbers_beside_images_are_classes)
{
    struct dataset *table = images("label");
    struct preprocessing *learned = learn(table, &(struct job){0});
    ck_assert_int_eq(preprocessing_task(learned), TASK_CLASSES);
    ck_assert_int_eq(preprocessing_target_width(learned), 2);
    ck_assert_str_eq(preprocessing_class(learned, 0), "3");
    ck_assert_str_eq(preprocessing_class(learned, 1), "7");
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(images_without_labels_cannot_be_learned)
{
    enum error_code code;
    struct dataset *table = images(NULL);
    ck_assert_ptr_nonnull(strstr(learn_refusal(table, &(struct job){0}, &code), "labels="));
    ck_assert_int_eq(code, ERROR_INVALID);
    table_free(table);
}
END_TEST

START_TEST(several_labels_of_a_row_are_values)
{
    const double more[] = {1, 2};
    struct dataset *table = images("label_0");
    table_add_numbers(table, "label_1", more);
    struct preprocessing *learned = learn(table, &(struct job){0});
    ck_assert_int_eq(preprocessing_task(learned), TASK_VALUES);
    ck_assert_str_eq(join(preprocessing_targets(learned)), "label_0, label_1");
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(a_dataset_that_lacks_a_column_is_refused)
{
    struct error error = {0};
    const double fares[] = {1};
    struct dataset *table = passengers();
    struct dataset *other = table_create(1);
    table_add_numbers(other, "fare", fares);
    struct preprocessing *learned = learn(table, &(struct job){0});
    ck_assert_ptr_null(preprocessing_bind(learned, other, false, &error));
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.message, "\"age\""));
    preprocessing_free(learned);
    table_free(table);
    table_free(other);
}
END_TEST

START_TEST(columns_are_found_by_name_wherever_they_are)
{
    const double fares[] = {10, 60};
    const double wealth[] = {5, 6};
    struct dataset *table = passengers();
    struct dataset *other = table_create(2);
    table_add_numbers(other, "wealth", wealth);
    table_add_numbers(other, "fare", fares);
    struct job job = {.features = "{\"include\": \"fare\"}",
                      .preprocessing = "{\"numeric\": \"none\"}"};
    struct preprocessing *learned = learn(table, &job);
    float *x = encode_all(learned, other);
    ck_assert_float_eq(x[0], 10);
    ck_assert_float_eq(x[1], 60);
    free(x);
    preprocessing_free(learned);
    table_free(table);
    table_free(other);
}
END_TEST

START_TEST(embedded_categories_are_indices_for_a_layer)
{
    struct dataset *table = passengers();
    struct job job = {.preprocessing = "{\"columns\": {\"port\": {\"categorical\": "
                                       "\"embedding\"}}, \"numeric\": \"none\"}",
                      .features = "{\"include\": [\"age\", \"port\"]}"};
    struct preprocessing *learned = learn(table, &job);
    /* age, its indicator, port; Q has no target and counts as unseen, as what is missing does */
    float *x = encode_all(learned, table);
    const float expected[] = {20, 0, 2, 40, 0, 1, 27.5F, 1, 2, 30, 0, 0, 70, 0, 0, 20, 0, 2};
    expect_floats(x, expected, ARRAY_COUNT(expected));
    json_t *embeddings = parse("[{\"column\": \"port\", \"position\": 2, \"vocabulary\": 3, "
                               "\"units\": 2}]");
    ck_assert(json_equal(preprocessing_embeddings(learned), embeddings));
    json_decref(embeddings);
    free(x);
    preprocessing_free(learned);
    learned = learn(table, &(struct job){0});
    ck_assert_ptr_null(preprocessing_embeddings(learned));
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(only_what_is_taken_in_the_same_way_is_alike)
{
    struct dataset *table = passengers();
    const struct job job = {.features = "{\"include\": [\"fare\", \"port\"]}",
                            .preprocessing = "{\"categorical\": \"ordinal\", \"missing\": "
                                             "\"drop_rows\"}"};
    struct job other = job;
    struct preprocessing *learned = learn(table, &job);
    other.preprocessing =
        "{\"categorical\": \"ordinal\", \"missing\": \"drop_rows\", \"numeric\": \"min_max\"}";
    struct preprocessing *scaled = learn(table, &other);
    ck_assert(preprocessing_is_alike(learned, scaled));
    /* One float a column as well, but another meaning. */
    other.preprocessing = "{\"categorical\": \"embedding\", \"missing\": \"drop_rows\"}";
    struct preprocessing *embedded = learn(table, &other);
    ck_assert(!preprocessing_is_alike(learned, embedded));
    preprocessing_free(learned);
    preprocessing_free(scaled);
    preprocessing_free(embedded);
    table_free(table);
}
END_TEST

START_TEST(an_identity_takes_inputs_as_they_come)
{
    struct shape shape = {.rank = 2, .dims = {1, 3}};
    json_t *classes = json_pack("[s, s]", "no", "yes");
    struct preprocessing *identity = preprocessing_identity(&shape, classes, NULL);
    ck_assert_ptr_nonnull(identity);
    ck_assert(preprocessing_is_identity(identity));
    struct shape input = preprocessing_input_shape(identity);
    ck_assert(shape_equal(&shape, &input));
    ck_assert_int_eq(preprocessing_task(identity), TASK_CLASSES);
    ck_assert_str_eq(preprocessing_class(identity, 1), "yes");
    preprocessing_free(identity);
    identity = preprocessing_identity(&shape, NULL, NULL);
    ck_assert_int_eq(preprocessing_task(identity), TASK_VALUES);
    ck_assert_int_eq(preprocessing_target_width(identity), 0);
    ck_assert_double_eq(preprocessing_decode_value(identity, 0, 1.5), 1.5);
    ck_assert_double_eq(preprocessing_target_scale(identity, 0), 1);
    preprocessing_free(identity);
    json_decref(classes);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, columns_lie_side_by_side);
    tcase_add_test(tests, scales_come_from_the_training_rows_alone);
    tcase_add_test(tests, rows_are_encoded_in_any_order_and_alike);
    tcase_add_test(tests, rows_without_a_target_are_not_usable);
    tcase_add_test(tests, drop_rows_asks_for_every_input);
    tcase_add_test(tests, a_column_may_have_options_of_its_own);
    tcase_add_test(tests, images_get_a_channel);
    tcase_add_test(tests, whole_numbers_beside_images_are_classes);
    tcase_add_test(tests, images_without_labels_cannot_be_learned);
    tcase_add_test(tests, several_labels_of_a_row_are_values);
    tcase_add_test(tests, a_dataset_that_lacks_a_column_is_refused);
    tcase_add_test(tests, columns_are_found_by_name_wherever_they_are);
    tcase_add_test(tests, embedded_categories_are_indices_for_a_layer);
    tcase_add_test(tests, only_what_is_taken_in_the_same_way_is_alike);
    tcase_add_test(tests, an_identity_takes_inputs_as_they_come);
}

int main(void)
{
    return tests_run("preprocessing", add_tests);
}

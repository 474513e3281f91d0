/* Targets: classes and values. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/target.h"
#include "tests/check.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"

#include <math.h>
#include <string.h>

enum { ROWS = 5 };
static const uint32_t rows[ROWS] = {0, 1, 2, 3, 4};

/* One input, and columns of every type that could be a target. */
static struct dataset *choices(void)
{
    const double inputs[] = {1, 2, 3, 4, 5};
    const char *const kinds[] = {"virginica", "setosa", NULL, "versicolor", "setosa"};
    const char *const answers[] = {"yes", "no", "no", NULL, "yes"};
    const double digits[] = {10, 9, 2.5, 9, (double)NAN};
    const uint8_t flags[] = {1, 1, 0, 255, 1};
    const double prices[] = {2, 4, 4, 6, (double)NAN};
    const int64_t days[] = {0, 1, 2, 3, 4};
    const char *const texts[] = {"a", "b", "c", "d", "e"};
    const double ones[] = {1, 1, 1, 1, 1};
    struct dataset *table = table_create(ROWS);
    table_add_numbers(table, "input", inputs);
    table_add_categories(table, "kind", kinds);
    table_add_categories(table, "answer", answers);
    table_add_numbers(table, "digit", digits);
    table_add_booleans(table, "flag", flags);
    table_add_dates(table, "day", days);
    table_add_text(table, "text", texts);
    table_add_numbers(table, "one", ones);
    table_add_numbers(table, "price", prices);
    return table;
}

static void expect_classes(const struct dataset *table, struct job job, const char *labels,
                           const int32_t *expected)
{
    struct error error = {0};
    int32_t classes[ROWS];
    job.features = "{\"include\": \"input\"}";
    struct preprocessing *learned = learn(table, &job);
    ck_assert_int_eq(preprocessing_task(learned), TASK_CLASSES);
    json_t *expected_labels = parse(labels);
    ck_assert(json_equal(preprocessing_classes(learned), expected_labels));
    ck_assert_int_eq(preprocessing_target_width(learned), json_array_size(expected_labels));
    struct preprocessing_binding *binding = preprocessing_bind(learned, table, true, &error);
    ck_assert_ok(error);
    preprocessing_encode_classes(binding, rows, ROWS, classes);
    for (int i = 0; i < ROWS; i++)
        ck_assert_int_eq(classes[i], expected[i]);
    json_decref(expected_labels);
    preprocessing_binding_free(binding);
    preprocessing_free(learned);
}

static void encode_values(const struct preprocessing *learned, const struct dataset *table,
                          float *values)
{
    struct preprocessing_binding *binding = preprocessing_bind(learned, table, true, NULL);
    ck_assert_ptr_nonnull(binding);
    preprocessing_encode_values(binding, rows, ROWS, values);
    preprocessing_binding_free(binding);
}

START_TEST(categories_are_classes_in_order)
{
    struct dataset *table = choices();
    expect_classes(table, (struct job){.targets = {"kind"}},
                   "[\"setosa\", \"versicolor\", \"virginica\"]", (int32_t[]){2, 0, -1, 1, 0});
    table_free(table);
}
END_TEST

START_TEST(numbers_are_classes_by_value_and_stay_numbers)
{
    struct dataset *table = choices();
    expect_classes(table,
                   (struct job){.targets = {"digit"}, .decided = true, .wanted = TARGET_CLASS},
                   "[2.5, 9, 10]", (int32_t[]){2, 1, 0, 1, -1});
    table_free(table);
}
END_TEST

START_TEST(booleans_are_classes_false_and_true)
{
    struct dataset *table = choices();
    expect_classes(table, (struct job){.targets = {"flag"}}, "[false, true]",
                   (int32_t[]){1, 1, 0, -1, 1});
    table_free(table);
}
END_TEST

START_TEST(labels_that_training_did_not_have_are_minus_1)
{
    const double inputs[] = {1, 2, 3, 4, 5};
    const char *const kinds[] = {"setosa.", "setosa", "alba", "virginica", NULL};
    int32_t classes[ROWS];
    struct dataset *table = choices();
    struct dataset *other = table_create(ROWS);
    table_add_categories(other, "kind", kinds);
    table_add_numbers(other, "input", inputs);
    struct job job = {.targets = {"kind"}, .features = "{\"include\": \"input\"}"};
    struct preprocessing *learned = learn(table, &job);
    struct preprocessing_binding *binding = preprocessing_bind(learned, other, true, NULL);
    preprocessing_encode_classes(binding, rows, ROWS, classes);
    const int32_t expected[] = {-1, 0, -1, 2, -1};
    ck_assert_mem_eq(classes, expected, sizeof(expected));
    preprocessing_binding_free(binding);
    preprocessing_free(learned);
    table_free(table);
    table_free(other);
}
END_TEST

START_TEST(classes_do_not_depend_on_the_training_rows)
{
    const uint32_t training[] = {0, 1};
    struct error error = {0};
    struct dataset *table = choices();
    struct job job = {.targets = {"kind"}, .features = "{\"include\": \"input\"}"};
    struct preprocessing *learned = learn_rows(table, &job, training, 2, &error);
    ck_assert_ok(error);
    ck_assert_int_eq(preprocessing_target_width(learned), 3);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(values_are_standardized_and_back)
{
    float values[ROWS];
    struct dataset *table = choices();
    struct job job = {.features = "{\"include\": \"input\"}"};
    struct preprocessing *learned = learn(table, &job); /* price: the last column */
    ck_assert_int_eq(preprocessing_task(learned), TASK_VALUES);
    ck_assert_int_eq(preprocessing_target_width(learned), 1);
    ck_assert_ptr_null(preprocessing_classes(learned));
    ck_assert_ptr_null(preprocessing_class(learned, 0));
    encode_values(learned, table, values);
    ck_assert_float_eq_tol(values[0], -sqrtf(2), 1e-6F);
    ck_assert_float_eq(values[1], 0);
    ck_assert_float_nan(values[4]);
    ck_assert_double_eq_tol(preprocessing_decode_value(learned, 0, (double)values[0]), 2, 1e-6);
    ck_assert_double_eq_tol(preprocessing_target_scale(learned, 0), sqrt(2), 1e-12);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(raw_targets_and_target_none_are_left_alone)
{
    float values[ROWS];
    struct dataset *table = choices();
    struct job jobs[] = {{.raw_targets = true}, {.preprocessing = "{\"target\": \"none\"}"}};
    for (size_t i = 0; i < 2; i++) {
        jobs[i].features = "{\"include\": \"input\"}";
        struct preprocessing *learned = learn(table, &jobs[i]);
        encode_values(learned, table, values);
        ck_assert_float_eq(values[0], 2);
        ck_assert_float_eq(values[3], 6);
        ck_assert_double_eq(preprocessing_decode_value(learned, 0, 6), 6);
        preprocessing_free(learned);
    }
    table_free(table);
}
END_TEST

START_TEST(a_constant_target_keeps_its_unit)
{
    float values[ROWS];
    struct dataset *table = choices();
    struct job job = {.targets = {"one"}, .features = "{\"include\": \"input\"}"};
    struct preprocessing *learned = learn(table, &job);
    encode_values(learned, table, values);
    ck_assert_float_eq(values[0], 0);
    ck_assert_double_eq(preprocessing_decode_value(learned, 0, 0.5), 1.5);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(two_labels_can_be_learned_as_0_and_1)
{
    float values[ROWS];
    struct dataset *table = choices();
    struct job job = {.targets = {"answer"}, .features = "{\"include\": \"input\"}"};
    for (int decided = 0; decided < 2; decided++) {
        job.decided = decided;
        job.wanted = TARGET_VALUES;
        struct preprocessing *learned = learn(table, &job);
        ck_assert_int_eq(preprocessing_task(learned), decided ? TASK_VALUES : TASK_CLASSES);
        ck_assert_str_eq(preprocessing_class(learned, 1), "yes");
        encode_values(learned, table, values);
        ck_assert_float_eq(values[0], 1);
        ck_assert_float_eq(values[1], 0);
        ck_assert_float_nan(values[3]);
        preprocessing_free(learned);
    }
    table_free(table);
}
END_TEST

START_TEST(several_targets_lie_side_by_side)
{
    float values[2 * ROWS];
    struct dataset *table = choices();
    struct job job = {
        .targets = {"flag", "price"}, .features = "{\"include\": \"input\"}", .raw_targets = true};
    struct preprocessing *learned = learn(table, &job);
    ck_assert_int_eq(preprocessing_target_width(learned), 2);
    encode_values(learned, table, values);
    ck_assert_float_eq(values[0], 1);
    ck_assert_float_eq(values[1], 2);
    ck_assert_float_eq(values[4], 0);
    ck_assert_float_eq(values[5], 4);
    ck_assert(!row_is_usable(learned, table, 3));
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(the_default_target_goes_before_the_last_column)
{
    struct dataset *table = choices();
    struct job job = {.default_target = "digit", .features = "{\"include\": \"input\"}"};
    struct preprocessing *learned = learn(table, &job);
    ck_assert_str_eq(join(preprocessing_targets(learned)), "digit");
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(what_cannot_be_a_target_is_refused)
{
    static const struct {
        struct job job;
        const char *message;
    } cases[] = {
        {{.targets = {"prise"}}, "did you mean \"price\"?"},
        {{.targets = {"day"}}, "of type date"},
        {{.targets = {"text"}}, "of type text"},
        {{.targets = {"price", "price"}}, "twice"},
        {{.targets = {"kind", "price"}}, "holds categories"},
        {{.targets = {"kind"}, .decided = true, .wanted = TARGET_VALUES}, "3 labels"},
        {{.targets = {"one"}, .decided = true, .wanted = TARGET_CLASS}, "same label"},
        {{.targets = {"one", "price"}, .decided = true, .wanted = TARGET_CLASS}, "2 columns"},
    };
    struct dataset *table = choices();
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        enum error_code code;
        const char *message = learn_refusal(table, &cases[i].job, &code);
        ck_assert_msg(strstr(message, cases[i].message) != NULL, "%s", message);
        ck_assert_int_eq(code, ERROR_INVALID);
    }
    table_free(table);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, categories_are_classes_in_order);
    tcase_add_test(tests, numbers_are_classes_by_value_and_stay_numbers);
    tcase_add_test(tests, booleans_are_classes_false_and_true);
    tcase_add_test(tests, labels_that_training_did_not_have_are_minus_1);
    tcase_add_test(tests, classes_do_not_depend_on_the_training_rows);
    tcase_add_test(tests, values_are_standardized_and_back);
    tcase_add_test(tests, raw_targets_and_target_none_are_left_alone);
    tcase_add_test(tests, a_constant_target_keeps_its_unit);
    tcase_add_test(tests, two_labels_can_be_learned_as_0_and_1);
    tcase_add_test(tests, several_targets_lie_side_by_side);
    tcase_add_test(tests, the_default_target_goes_before_the_last_column);
    tcase_add_test(tests, what_cannot_be_a_target_is_refused);
}

int main(void)
{
    return tests_run("target", add_tests);
}

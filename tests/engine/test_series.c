/* Windows: which rows they are made of, what is learned from them, and their instances as JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/series.h"
#include "base/compiler.h"
#include "engine/sampler.h"
#include "tests/check.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 8 };

/* Two shops' days, out of order; row 5 has no day. */
static struct dataset *sales(void)
{
    const double days[ROWS] = {3, 1, 2, 2, 1, (double)NAN, 4, 3};
    const char *const shops[ROWS] = {"a", "a", "b", "a", "b", "a", "a", "b"};
    const double sold[ROWS] = {30, 10, 200, 20, 100, 7, 40, 300};
    struct dataset *table = table_create(ROWS);
    table_add_numbers(table, "day", days);
    table_add_categories(table, "shop", shops);
    table_add_numbers(table, "sold", sold);
    return table;
}

/* An error of the document whose message has `expected` in it. */
static void expect_refusal(const struct error *error, const char *expected)
{
    ck_assert_int_eq(error->code, ERROR_INVALID);
    ck_assert_msg(strstr(error->message, expected) != NULL, "%s", error->message);
}

static struct series_index index_of(const struct series_options *options,
                                    const struct dataset *table)
{
    struct error error = {0};
    struct series_index index = {.options = NULL};
    ck_assert_int_eq(series_index_make(&index, options, table, &error), 0);
    ck_assert_ok(error);
    return index;
}

/* All windows here are of two rows. */
static void expect_rows(const struct series_index *index, uint32_t row, uint32_t first,
                        uint32_t second)
{
    const uint32_t *rows = series_window(index, row);
    ck_assert_ptr_nonnull(rows);
    ck_assert_int_eq(index->options->length, 2);
    ck_assert_uint_eq(rows[0], first);
    ck_assert_uint_eq(rows[1], second);
}

START_TEST(windows_end_before_the_row_that_they_predict)
{
    struct dataset *table = sales();
    struct series_options options = {.length = 2, .horizon = 1};
    struct series_index index = index_of(&options, table);
    ck_assert_ptr_null(series_window(&index, 0));
    ck_assert_ptr_null(series_window(&index, 1));
    expect_rows(&index, 2, 0, 1);
    expect_rows(&index, 7, 5, 6);
    series_index_clear(&index);
    options.horizon = 3;
    index = index_of(&options, table);
    ck_assert_ptr_null(series_window(&index, 3));
    expect_rows(&index, 4, 0, 1);
    series_index_clear(&index);
    table_free(table);
}
END_TEST

START_TEST(windows_follow_time_within_a_group)
{
    char day[] = "day", shop[] = "shop";
    struct dataset *table = sales();
    struct series_options options = {.length = 2, .horizon = 1, .by = day, .group = shop};
    struct series_index index = index_of(&options, table);
    expect_rows(&index, 0, 1, 3);
    expect_rows(&index, 6, 3, 0);
    expect_rows(&index, 7, 4, 2);
    static const uint32_t without[] = {1, 2, 3, 4, 5};
    for (size_t i = 0; i < ARRAY_COUNT(without); i++)
        ck_assert_ptr_null(series_window(&index, without[i]));
    series_index_clear(&index);
    table_free(table);
}
END_TEST

START_TEST(columns_that_order_nothing_are_refused)
{
    static const struct {
        const char *window, *message;
    } cases[] = {
        {"{\"length\": 2, \"by\": \"dya\"}",
         "window.by \"dya\" is not a column of the dataset; did "
         "you mean \"day\"?"},
        {"{\"length\": 2, \"group\": \"note\"}", "window.group \"note\" is a column of type text"},
        {"{\"length\": 0}", "window.length"},
        {"{\"horizon\": 2}", "window.length"},
        {"{\"length\": 2, \"horizon\": 0}", "window.horizon"},
        {"{\"length\": 2, \"step\": 2}", "window.step"},
        {"{\"length\": 8}", "window fits nowhere: no row of 8 has a value of \"sold\" and a whole "
                            "window of 8 rows, 1 before it"},
    };
    const char *const notes[ROWS] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    struct dataset *table = sales();
    table_add_text(table, "note", notes);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        enum error_code code;
        struct job job = {.window = cases[i].window, .targets = {"sold"}};
        const char *message = learn_refusal(table, &job, &code);
        ck_assert_msg(strstr(message, cases[i].message) != NULL, "%s", message);
        ck_assert_int_eq(code, ERROR_INVALID);
    }
    table_free(table);
}
END_TEST

START_TEST(what_is_no_series_is_refused)
{
    const float floats[] = {1, 2, 3};
    const char *const texts[] = {"a b", "b", "c"};
    const double labels[] = {1, 2, 3};
    enum error_code code;
    struct dataset *table = table_create(3);
    table_add_floats(table, "features", (struct shape){.rank = 1, .dims = {1}}, floats);
    table_add_text(table, "text", texts);
    table_add_numbers(table, "label", labels);
    struct job job = {.window = "{\"length\": 1}", .features = "{\"include\": \"features\"}"};
    ck_assert_ptr_nonnull(strstr(learn_refusal(table, &job, &code), "window cannot be cut from"));
    job = (struct job){.window = "{\"length\": 1}",
                       .features = "{\"include\": \"text\"}",
                       .preprocessing = "{\"text\": \"tokens\"}"};
    ck_assert_ptr_nonnull(strstr(learn_refusal(table, &job, &code), "the tokens of \"text\""));
    table_free(table);
}
END_TEST

/* ---- preprocessing */

static const char *const plain = "{\"numeric\": \"none\"}";

START_TEST(inputs_are_the_rows_one_below_the_other)
{
    struct dataset *table = sales();
    struct job job = {.window = "{\"length\": 2, \"by\": \"day\", \"group\": \"shop\"}",
                      .features = "{\"exclude\": \"shop\"}",
                      .preprocessing = plain};
    struct preprocessing *learned = learn(table, &job);
    struct shape shape = preprocessing_input_shape(learned);
    ck_assert_int_eq(shape.rank, 2);
    ck_assert_int_eq(shape.dims[0], 2);
    ck_assert_int_eq(shape.dims[1], 2);
    ck_assert_str_eq(join(preprocessing_columns(learned)), "day, sold");
    ck_assert_str_eq(join(preprocessing_targets(learned)), "sold");
    struct preprocessing_binding *binding = preprocessing_bind(learned, table, true, NULL);
    const uint32_t rows[] = {6, 7};
    float x[8];
    float values[2];
    preprocessing_encode(binding, rows, 2, x);
    expect_floats(x, (float[]){2, 20, 3, 30, 1, 100, 2, 200}, 8);
    preprocessing_encode_values(binding, rows, 2, values);
    ck_assert_double_eq_tol(preprocessing_decode_value(learned, 0, (double)values[0]), 40, 1e-4);
    preprocessing_binding_free(binding);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(only_rows_with_a_window_are_usable)
{
    struct dataset *table = sales();
    struct job job = {.window = "{\"length\": 2, \"by\": \"day\", \"group\": \"shop\"}"};
    struct preprocessing *learned = learn(table, &job);
    static const bool usable[ROWS] = {true, false, false, false, false, false, true, true};
    for (int64_t row = 0; row < ROWS; row++)
        ck_assert(row_is_usable(learned, table, row) == usable[row]);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(drop_rows_asks_for_every_row_of_a_window)
{
    const double numbers[] = {1, (double)NAN, 3, 4, 5, 6};
    struct dataset *table = table_create(6);
    table_add_numbers(table, "x", numbers);
    struct job job = {.window = "{\"length\": 2}", .preprocessing = "{\"missing\": \"drop_rows\"}"};
    struct preprocessing *learned = learn(table, &job);
    static const bool usable[] = {false, false, false, false, true, true};
    for (int64_t row = 0; row < 6; row++)
        ck_assert(row_is_usable(learned, table, row) == usable[row]);
    ck_assert_int_eq(preprocessing_input_shape(learned).dims[1], 1);
    preprocessing_free(learned);
    job.preprocessing = plain;
    learned = learn(table, &job);
    ck_assert(row_is_usable(learned, table, 3));
    ck_assert_int_eq(preprocessing_input_shape(learned).dims[1], 2); /* and its indicator */
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(nothing_is_learned_from_rows_outside_of_the_training_windows)
{
    const double numbers[] = {10, 20, 30, 1000, 40, 2000};
    const uint32_t rows[] = {2, 4};
    struct error error = {0};
    struct dataset *table = table_create(6);
    table_add_numbers(table, "x", numbers);
    /* The windows are {10, 20} and {30, 1000}; 40 is a target alone. */
    struct job job = {.window = "{\"length\": 2}", .preprocessing = "{\"numeric\": \"min_max\"}"};
    struct preprocessing *learned = learn_rows(table, &job, rows, 2, &error);
    ck_assert_ok(error);
    struct preprocessing_binding *binding = preprocessing_bind(learned, table, true, NULL);
    float x[2], value;
    preprocessing_encode(binding, &rows[1], 1, x);
    expect_floats(x, (float[]){20.0F / 990.0F, 1}, 2);
    preprocessing_encode_values(binding, &rows[1], 1, &value);
    ck_assert_float_eq(value, 1); /* of targets 30 and 40 */
    preprocessing_binding_free(binding);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(the_target_can_be_kept_out_of_its_own_past)
{
    struct dataset *table = sales();
    struct job job = {.window = "{\"length\": 2}", .features = "{\"exclude\": \"sold\"}"};
    struct preprocessing *learned = learn(table, &job);
    ck_assert_str_eq(join(preprocessing_columns(learned)), "day, shop");
    preprocessing_free(learned);
    job.features = "{\"include\": \"sold\"}";
    learned = learn(table, &job);
    ck_assert_str_eq(join(preprocessing_columns(learned)), "sold");
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(windows_survive_a_model_s_file)
{
    struct error error = {0};
    struct dataset *table = sales();
    struct job job = {.window =
                          "{\"length\": 2, \"horizon\": 1, \"by\": \"day\", \"group\": \"shop\"}",
                      .preprocessing = "{\"categorical\": \"embedding\"}"};
    struct preprocessing *learned = learn(table, &job);
    json_t *written = preprocessing_write(learned);
    struct preprocessing *back = preprocessing_read(written, &error);
    ck_assert_ok(error);
    json_t *again = preprocessing_write(back);
    ck_assert(json_equal(written, again));
    ck_assert(preprocessing_is_alike(learned, back));
    ck_assert(json_equal(preprocessing_embeddings(learned), preprocessing_embeddings(back)));
    ck_assert_str_eq(preprocessing_window(back)->by, "day");
    json_object_set_new(json_object_get(written, "window"), "horizon", json_integer(2));
    struct preprocessing *other = preprocessing_read(written, &error);
    ck_assert(!preprocessing_is_alike(learned, other));
    preprocessing_free(other);
    json_object_set_new(json_object_get(written, "window"), "length", json_integer(0));
    ck_assert_ptr_null(preprocessing_read(written, &error));
    expect_refusal(&error, "preprocessing.window.length");
    json_decref(again);
    json_decref(written);
    preprocessing_free(back);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

/* ---- instances */

static void expect(const struct preprocessing *learned, const char *text, const float *expected,
                   size_t count)
{
    struct error error = {0};
    float x[16];
    json_t *json = parse(text);
    preprocessing_encode_json(learned, json, "instances[0]", x, &error);
    ck_assert_ok(error);
    expect_floats(x, expected, count);
    json_decref(json);
}

static void refuse(const struct preprocessing *learned, const char *text, const char *expected)
{
    struct error error = {0};
    float x[16];
    json_t *json = parse(text);
    ck_assert_int_eq(preprocessing_encode_json(learned, json, "instances[0]", x, &error), -1);
    expect_refusal(&error, expected);
    json_decref(json);
}

START_TEST(instances_are_lists_of_rows_or_lists_by_column)
{
    struct dataset *table = sales();
    struct job job = {.window = "{\"length\": 2}",
                      .features = "{\"include\": [\"day\", \"sold\"]}",
                      .preprocessing = plain};
    struct preprocessing *learned = learn(table, &job);
    /* day has an indicator: one was missing */
    const float x[] = {5, 0, 50, 6, 0, 60};
    expect(learned, "[[5, 50], [6, 60]]", x, 6);
    expect(learned, "[{\"day\": 5, \"sold\": 50}, {\"shop\": \"a\", \"sold\": 60, \"day\": 6}]", x,
           6);
    expect(learned, "{\"day\": [5, 6], \"sold\": [50, 60]}", x, 6);
    refuse(learned, "[[5, 50]]",
           "instances[0] has 1 rows, expected a window of 2, the oldest first, each [day, sold]; "
           "for example [");
    refuse(learned, "{\"day\": [5], \"sold\": [50, 60]}",
           "instances[0] must be a list of 2 rows, the oldest first, or an object with a list of 2 "
           "values for each column; a row is [day, sold]");
    refuse(learned, "7", "instances[0] must be a list of 2 rows");
    refuse(learned, "{}", "instances[0] must be a list of 2 rows");
    refuse(learned, "[[5, 50], [6]]", "instances[0][1] has 1 values, expected 2");
    refuse(learned, "[[5, 50], [6, \"many\"]]", "instances[0][1].sold must be a number");
    refuse(learned, "{\"dya\": [5, 6], \"sold\": [50, 60]}", "did you mean \"day\"?");
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(a_single_column_s_window_is_a_list_of_its_values)
{
    struct dataset *table = sales();
    struct job job = {
        .window = "{\"length\": 3}", .features = "{\"include\": \"sold\"}", .preprocessing = plain};
    struct preprocessing *learned = learn(table, &job);
    expect(learned, "[10, 20.5, 30]", (float[]){10, 20.5F, 30}, 3);
    expect(learned, "[[10], {\"sold\": 20.5}, \"30\"]", (float[]){10, 20.5F, 30}, 3);
    refuse(learned, "[10, 20]", "instances[0] has 2 rows, expected a window of 3");
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

/* ---- splitting */

static void expect_split(const double *times, int64_t count, double fraction, uint32_t first)
{
    struct error error = {0};
    struct row_sets sets;
    uint32_t rows[16];
    for (uint32_t i = 0; i < count; i++)
        rows[i] = i;
    ck_assert_int_eq(sampler_split_by_time(rows, count, times, fraction, &sets, &error), 0);
    ck_assert_int_eq(sets.training_count + sets.validation_count, count);
    ck_assert_int_eq(sets.training_count, first);
    for (int64_t i = 0; i < sets.training_count; i++)
        for (int64_t k = 0; k < sets.validation_count; k++)
            ck_assert_double_lt(times[sets.training[i]], times[sets.validation[k]]);
    row_sets_clear(&sets);
}

START_TEST(the_last_rows_validate)
{
    expect_split((double[]){0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 10, 0.2, 8);
    expect_split((double[]){9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, 10, 0.3, 7);
    expect_split((double[]){0, 1}, 2, 0.01, 1);
    expect_split((double[]){0, 1}, 2, 0, 2);
    /* Equal times stay together. */
    expect_split((double[]){0, 0, 1, 1, 2, 2, 2, 2}, 8, 0.25, 4);
    expect_split((double[]){0, 0, 0, 0, 0, 1}, 6, 0.5, 5);
}
END_TEST

START_TEST(a_fold_validates_behind_what_it_trains_on)
{
    struct error error = {0};
    struct row_sets sets;
    const uint32_t rows[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    const double times[] = {8, 7, 6, 5, 4, 3, 2, 1, 0};
    for (int64_t fold = 0; fold < 2; fold++) {
        ck_assert_int_eq(sampler_fold_by_time(rows, 9, times, 2, fold, &sets, &error), 0);
        ck_assert_int_eq(sets.training_count, 6 - 3 * fold);
        ck_assert_int_eq(sets.validation_count, 3);
        for (int64_t i = 0; i < 3; i++)
            ck_assert_double_eq(times[sets.validation[i]], (double)(8 - 3 * fold - i));
        ck_assert_double_eq(times[sets.training[0]], (double)(5 - 3 * fold));
        row_sets_clear(&sets);
    }
    const double few[] = {0, 0, 0, 0, 1, 1, 1, 1, 1};
    ck_assert_int_eq(sampler_fold_by_time(rows, 9, few, 2, 0, &sets, &error), -1);
    expect_refusal(&error, "training.validation.folds must be fewer than 2");
}
END_TEST

START_TEST(rows_of_one_time_cannot_be_split)
{
    struct error error = {0};
    struct row_sets sets;
    const uint32_t rows[] = {0, 1};
    const double times[] = {5, 5};
    ck_assert_int_eq(sampler_split_by_time(rows, 2, times, 0.2, &sets, &error), -1);
    expect_refusal(&error, "training.validation needs rows of different times");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, windows_end_before_the_row_that_they_predict);
    tcase_add_test(tests, windows_follow_time_within_a_group);
    tcase_add_test(tests, columns_that_order_nothing_are_refused);
    tcase_add_test(tests, what_is_no_series_is_refused);
    tcase_add_test(tests, inputs_are_the_rows_one_below_the_other);
    tcase_add_test(tests, only_rows_with_a_window_are_usable);
    tcase_add_test(tests, drop_rows_asks_for_every_row_of_a_window);
    tcase_add_test(tests, nothing_is_learned_from_rows_outside_of_the_training_windows);
    tcase_add_test(tests, the_target_can_be_kept_out_of_its_own_past);
    tcase_add_test(tests, windows_survive_a_model_s_file);
    tcase_add_test(tests, instances_are_lists_of_rows_or_lists_by_column);
    tcase_add_test(tests, a_single_column_s_window_is_a_list_of_its_values);
    tcase_add_test(tests, the_last_rows_validate);
    tcase_add_test(tests, a_fold_validates_behind_what_it_trains_on);
    tcase_add_test(tests, rows_of_one_time_cannot_be_split);
}

int main(void)
{
    return tests_run("series", add_tests);
}

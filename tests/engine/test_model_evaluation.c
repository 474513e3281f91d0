/* Models measured on datasets, and what their columns are worth. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/evaluation.h"
#include "engine/importance.h"
#include "tests/check.h"
#include "tests/engine/example_models.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"

#include <math.h>
#include <string.h>

static double metric(const json_t *report, const char *name)
{
    return json_number_value(json_object_get(json_object_get(report, "metrics"), name));
}

static json_t *evaluate(const struct evaluation_setup *setup, struct error *error)
{
    struct evaluation *evaluation = evaluation_create(setup, error);
    if (evaluation == NULL)
        return NULL;
    while (!evaluation_step(evaluation))
        ;
    json_t *report = evaluation_report(evaluation);
    evaluation_free(evaluation);
    return report;
}

/* x and price, of which example_values() gives 200 + 100 · (2x + 1). */
static struct dataset *prices(int64_t rows)
{
    double *x = calloc((size_t)rows, sizeof *x), *price = calloc((size_t)rows, sizeof *price);
    struct dataset *table = table_create(rows);
    for (int64_t i = 0; i < rows; i++) {
        x[i] = (double)(i % 7) / 3 - 1;
        price[i] = 300 + 200 * x[i] + (i % 2 ? 5 : -5);
    }
    table_add_numbers(table, "x", x);
    table_add_numbers(table, "price", price);
    free(x);
    free(price);
    return table;
}

START_TEST(values_are_measured_in_their_own_units_over_many_batches)
{
    struct error error = {0};
    struct model *model = example_values();
    struct dataset *table = prices(1001);
    json_auto_t *report =
        evaluate(&(struct evaluation_setup){.model = model, .dataset = table}, &error);
    ck_assert_ok(error);
    ck_assert_int_eq(json_integer_value(json_object_get(report, "rows")), 1001);
    ck_assert(fabs(metric(report, "mae") - 5) < 1e-3);
    ck_assert(fabs(metric(report, "mse") - 25) < 1e-2);
    /* The loss is of the scaled values: 5 is 0.05 of them. */
    double loss = json_number_value(json_object_get(report, "loss"));
    ck_assert(fabs(loss - 0.0025) < 1e-6);
    table_free(table);
    model_free(model);
}
END_TEST

START_TEST(rows_can_be_chosen)
{
    struct error error = {0};
    struct model *model = example_values();
    struct dataset *table = prices(10);
    const uint32_t rows[] = {1, 3, 5};
    json_auto_t *report = evaluate(
        &(struct evaluation_setup){.model = model, .dataset = table, .rows = rows, .row_count = 3},
        &error);
    ck_assert_ok(error);
    const json_t *inner = json_object_get(report, "evaluation");
    ck_assert_int_eq(json_integer_value(json_object_get(inner, "rows")), 3);
    table_free(table);
    model_free(model);
}
END_TEST

START_TEST(rows_without_a_known_label_are_passed_over)
{
    struct error error = {0};
    struct model *model = example_binary();
    struct dataset *table = table_create(5);
    table_add_numbers(table, "x", (const double[]){-1, 1, 1, -1, 2});
    table_add_categories(table, "answer", (const char *[]){"no", "yes", NULL, "perhaps", "no"});
    json_auto_t *report =
        evaluate(&(struct evaluation_setup){.model = model, .dataset = table}, &error);
    ck_assert_ok(error);
    ck_assert_int_eq(json_integer_value(json_object_get(report, "rows")), 3);
    ck_assert_int_eq(json_integer_value(json_object_get(report, "skipped")), 2);
    ck_assert(fabs(metric(report, "accuracy") - 2.0 / 3) < 1e-9);
    table_free(table);
    model_free(model);
}
END_TEST

static void check_refusal(const struct model *model, const struct dataset *table, const char *words)
{
    struct error error = {0};
    ck_assert_ptr_null(
        evaluate(&(struct evaluation_setup){.model = model, .dataset = table}, &error));
    ck_assert_msg(strstr(error.message, words) != NULL, "\"%s\" lacks \"%s\"", error.message,
                  words);
}

START_TEST(what_cannot_be_measured_is_refused)
{
    struct dataset *table = table_create(2);
    table_add_numbers(table, "y", (const double[]){1, 2});
    struct model *model = example_binary();
    check_refusal(model, table, "no column \"x\"");
    table_add_numbers(table, "x", (const double[]){1, 2});
    check_refusal(model, table, "no column \"answer\"");
    table_add_categories(table, "answer", (const char *[]){"perhaps", NULL});
    check_refusal(model, table, "none of the 2 rows");
    model_free(model);
    model = example_identity();
    check_refusal(model, table, "\"features\"");
    model_free(model);
    table_free(table);
}
END_TEST

/* ---- importance */

static json_t *rank(const struct model *model, const struct dataset *table, const char *metric_name,
                    uint64_t seed, struct error *error)
{
    const struct evaluation_setup setup = {.model = model, .dataset = table};
    const struct importance_options options = {.metric = metric_name, .repeats = 4, .seed = seed};
    struct importance *importance = importance_create(&setup, &options, error);
    if (importance == NULL)
        return NULL;
    while (!importance_step(importance))
        ;
    json_t *report = importance_report(importance);
    importance_free(importance);
    return report;
}

static const json_t *ranked(const json_t *report, size_t place)
{
    return json_array_get(json_object_get(report, "columns"), place);
}

/* A model of two columns whose class is the sign of the second. */
static struct model *sign_of_second(struct dataset **table)
{
    enum { ROWS = 400 };
    double a[ROWS], b[ROWS];
    const char *labels[ROWS];
    for (int i = 0; i < ROWS; i++) {
        a[i] = i % 11;
        b[i] = i % 2 ? 1 : -1;
        labels[i] = i % 2 ? "plus" : "minus";
    }
    *table = table_create(ROWS);
    table_add_numbers(*table, "a", a);
    table_add_numbers(*table, "b", b);
    table_add_categories(*table, "sign", labels);
    struct model *model = example_make(
        "{\"layers\": [{\"type\": \"dense\", \"units\": 1, \"activation\": \"sigmoid\"}]}",
        learn(*table, &(struct job){0}), 1);
    bool plus_is_second = strcmp(preprocessing_class(model->preprocessing, 1), "plus") == 0;
    model->parameters[0] = 0;
    model->parameters[1] = plus_is_second ? 9 : -9;
    return model;
}

START_TEST(the_column_that_tells_comes_first)
{
    struct error error = {0};
    struct dataset *table;
    struct model *model = sign_of_second(&table);
    json_auto_t *report = rank(model, table, NULL, 1, &error);
    ck_assert_ok(error);
    ck_assert_str_eq(json_string_value(json_object_get(report, "metric")), "accuracy");
    ck_assert(json_number_value(json_object_get(report, "baseline")) == 1);
    const json_t *first = ranked(report, 0), *second = ranked(report, 1);
    ck_assert_str_eq(json_string_value(json_object_get(first, "column")), "b");
    /* Half of the rows get the other sign. */
    ck_assert(fabs(json_number_value(json_object_get(first, "mean")) - 0.5) < 0.06);
    ck_assert(json_number_value(json_object_get(first, "deviation")) > 0);
    ck_assert(json_number_value(json_object_get(second, "mean")) == 0);
    json_auto_t *again = rank(model, table, "accuracy", 1, &error);
    json_auto_t *other = rank(model, table, "accuracy", 2, &error);
    ck_assert(json_equal(report, again));
    ck_assert(!json_equal(ranked(report, 0), ranked(other, 0)));
    table_free(table);
    model_free(model);
}
END_TEST

START_TEST(metrics_that_are_better_when_low_count_the_other_way)
{
    struct error error = {0};
    struct model *model = example_values();
    struct dataset *table = prices(100);
    json_auto_t *report = rank(model, table, "mae", 1, &error);
    ck_assert_ok(error);
    ck_assert(json_number_value(json_object_get(ranked(report, 0), "mean")) > 50);
    json_auto_t *standard = rank(model, table, NULL, 1, &error);
    ck_assert_str_eq(json_string_value(json_object_get(standard, "metric")), "r2");
    ck_assert(json_number_value(json_object_get(ranked(standard, 0), "mean")) > 0.5);
    table_free(table);
    model_free(model);
}
END_TEST

START_TEST(what_has_no_importance_is_refused)
{
    struct error error = {0};
    struct dataset *table;
    struct model *model = sign_of_second(&table);
    ck_assert_ptr_null(rank(model, table, "confusion_matrix", 1, &error));
    ck_assert_msg(strstr(error.message, "one that is a number") != NULL, "%s", error.message);
    error_clear(&error);
    ck_assert_ptr_null(rank(model, table, "mse", 1, &error));
    ck_assert_msg(strncmp(error.message, "metric names \"mse\"", 18) == 0, "%s", error.message);
    model_free(model);
    error_clear(&error);
    model = example_identity();
    ck_assert_ptr_null(rank(model, table, NULL, 1, &error));
    ck_assert_msg(strstr(error.message, "tensors") != NULL, "%s", error.message);
    model_free(model);
    table_free(table);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, values_are_measured_in_their_own_units_over_many_batches);
    tcase_add_test(tests, rows_can_be_chosen);
    tcase_add_test(tests, rows_without_a_known_label_are_passed_over);
    tcase_add_test(tests, what_cannot_be_measured_is_refused);
    tcase_add_test(tests, the_column_that_tells_comes_first);
    tcase_add_test(tests, metrics_that_are_better_when_low_count_the_other_way);
    tcase_add_test(tests, what_has_no_importance_is_refused);
}

int main(void)
{
    return tests_run("model_evaluation", add_tests);
}

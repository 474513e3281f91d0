/* Tests of metrics, against figures worked out by hand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/metrics.h"
#include "tests/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct preprocessing *of_classes(void)
{
    struct error error = {0};
    const struct shape shape = {.rank = 1, .dims = {4}};
    json_t *labels = json_pack("[s, s, s]", "ant", "bee", "cat");
    struct preprocessing *preprocessing = preprocessing_identity(&shape, labels, &error);
    ck_assert_ok(error);
    json_decref(labels);
    return preprocessing;
}

static struct preprocessing *of_values(void)
{
    struct error error = {0};
    const struct shape shape = {.rank = 1, .dims = {4}};
    struct preprocessing *preprocessing = preprocessing_identity(&shape, NULL, &error);
    ck_assert_ok(error);
    return preprocessing;
}

enum { ROWS_EXPECTED = 8 };

/* `names`: JSON, or NULL. */
static struct metrics *make(const struct preprocessing *preprocessing, int64_t width,
                            const char *names, bool is_binary)
{
    struct error error = {0};
    json_t *list = names == NULL ? NULL : json_loads(names, JSON_DECODE_ANY, NULL);
    struct metrics *metrics = metrics_create(preprocessing, width, list, is_binary, ROWS_EXPECTED,
                                             "training.metrics", &error);
    ck_assert_ok(error);
    json_decref(list);
    return metrics;
}

static double value_of(struct metrics *metrics, const char *name)
{
    struct metric_value values[METRICS_MAX];
    int count = metrics_values(metrics, values);
    for (int i = 0; i < count; i++)
        if (strcmp(values[i].name, name) == 0)
            return values[i].value;
    ck_abort_msg("%s is not measured", name);
}

static const char class_names[] =
    "[\"accuracy\", \"precision\", \"recall\", \"f1\", \"confusion_matrix\"]";
static const char value_names[] = "[\"mse\", \"rmse\", \"mae\", \"mape\", \"r2\"]";

/* Truth ant ant ant bee bee, predicted ant ant bee bee bee; cat never occurs. */
static void add_animals(struct metrics *metrics)
{
    static const float outputs[][3] = {
        {.8F, .1F, .1F}, {.5F, .3F, .2F}, {.1F, .6F, .3F}, {.2F, .5F, .3F}, {0, 1, 0}};
    static const int32_t truth[] = {0, 0, 0, 1, 1};
    /* In two pieces, as batches come. */
    metrics_add(metrics, outputs[0], truth, NULL, 2);
    metrics_add(metrics, outputs[2], truth + 2, NULL, 3);
}

START_TEST(classes_average_over_those_that_occur)
{
    struct preprocessing *preprocessing = of_classes();
    struct metrics *metrics = make(preprocessing, 3, class_names, false);
    add_animals(metrics);
    ck_assert_double_eq_tol(value_of(metrics, "accuracy"), 0.8, 1e-12);
    ck_assert_double_eq_tol(value_of(metrics, "precision"), (1 + 2.0 / 3) / 2, 1e-12);
    ck_assert_double_eq_tol(value_of(metrics, "recall"), (2.0 / 3 + 1) / 2, 1e-12);
    ck_assert_double_eq_tol(value_of(metrics, "f1"), 0.8, 1e-12);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(report_has_truth_in_rows_and_predictions_in_columns)
{
    struct preprocessing *preprocessing = of_classes();
    struct metrics *metrics = make(preprocessing, 3, NULL, false);
    add_animals(metrics);
    json_t *report = metrics_report(metrics);
    json_t *matrix = json_object_get(report, "confusion_matrix");
    json_t *expected = json_pack("[[i,i,i],[i,i,i],[i,i,i]]", 2, 1, 0, 0, 2, 0, 0, 0, 0);
    ck_assert(json_equal(matrix, expected));
    json_t *ant = json_array_get(json_object_get(report, "per_class"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(ant, "class")), "ant");
    ck_assert_double_eq(json_real_value(json_object_get(ant, "precision")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(ant, "support")), 3);
    json_decref(expected);
    json_decref(report);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(numbers_are_judged_by_their_errors)
{
    struct preprocessing *preprocessing = of_values();
    struct metrics *metrics = make(preprocessing, 1, value_names, false);
    static const float outputs[] = {2, 3, 6}, truth[] = {1, 3, 8};
    metrics_add(metrics, outputs, NULL, truth, 3);
    ck_assert_double_eq_tol(value_of(metrics, "mse"), 5.0 / 3, 1e-12);
    ck_assert_double_eq_tol(value_of(metrics, "rmse"), sqrt(5.0 / 3), 1e-12);
    ck_assert_double_eq_tol(value_of(metrics, "mae"), 1, 1e-12);
    ck_assert_double_eq_tol(value_of(metrics, "mape"), (1 + 0 + 0.25) / 3, 1e-12);
    ck_assert_double_eq_tol(value_of(metrics, "r2"), 1 - 5.0 / 26, 1e-12);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(r2_of_a_large_target_keeps_its_digits)
{
    struct preprocessing *preprocessing = of_values();
    struct metrics *metrics = make(preprocessing, 1, NULL, false);
    static const float outputs[] = {1e7F, 1e7F + 1, 1e7F + 3};
    static const float truth[] = {1e7F, 1e7F + 1, 1e7F + 2};
    metrics_add(metrics, outputs, NULL, truth, 3);
    ck_assert_double_eq_tol(value_of(metrics, "r2"), 0.5, 1e-9);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(zero_and_one_are_judged_as_classes)
{
    struct preprocessing *preprocessing = of_values();
    struct metrics *metrics = make(preprocessing, 2, "[\"accuracy\", \"precision\"]", true);
    static const float outputs[][2] = {{.9F, .2F}, {.6F, .7F}, {.1F, .4F}};
    static const float truth[][2] = {{1, 0}, {0, 1}, {0, 1}};
    metrics_add(metrics, outputs[0], NULL, truth[0], 3);
    ck_assert_double_eq_tol(value_of(metrics, "accuracy"), 4.0 / 6, 1e-12);
    ck_assert_double_eq_tol(value_of(metrics, "precision"), (0.5 + 1) / 2, 1e-12);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(copy_and_restore_bring_everything_back)
{
    struct preprocessing *preprocessing = of_classes();
    struct metrics *metrics = make(preprocessing, 3, class_names, false);
    struct metrics *copy = make(preprocessing, 3, class_names, false);
    struct bytes bytes = {0};
    add_animals(metrics);
    metrics_copy(copy, metrics);
    metrics_save(metrics, &bytes);
    ck_assert_uint_eq(bytes.size, metrics_size(metrics));
    metrics_reset(metrics);
    ck_assert_double_eq(value_of(metrics, "accuracy"), 0);
    ck_assert_double_eq_tol(value_of(copy, "accuracy"), 0.8, 1e-12);
    struct bytes_reader reader = {.data = bytes.data, .size = bytes.size};
    metrics_restore(metrics, &reader);
    ck_assert_double_eq(value_of(metrics, "f1"), value_of(copy, "f1"));
    json_t *a = metrics_report(metrics), *b = metrics_report(copy);
    ck_assert(json_equal(a, b));
    json_decref(a);
    json_decref(b);
    bytes_clear(&bytes);
    metrics_free(metrics);
    metrics_free(copy);
    preprocessing_free(preprocessing);
}
END_TEST

static void check_refused(const struct preprocessing *preprocessing, const char *names,
                          const char *path, const char *says)
{
    struct error error = {0};
    json_t *list = json_loads(names, JSON_DECODE_ANY, NULL);
    ck_assert_ptr_nonnull(list);
    ck_assert_ptr_null(
        metrics_create(preprocessing, 3, list, false, 10, "training.metrics", &error));
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_str_eq(error.path, path);
    ck_assert_msg(strstr(error.message, says) != NULL, "%s", error.message);
    json_decref(list);
}

START_TEST(names_that_do_not_fit_are_refused)
{
    struct preprocessing *classes = of_classes(), *values = of_values();
    check_refused(classes, "[\"f1\", \"mse\"]", "training.metrics[1]", "does not fit classes");
    check_refused(values, "\"f1\"", "training.metrics", "does not fit a target of numbers");
    check_refused(values, "[\"top_2\"]", "training.metrics[0]", "mse, rmse, mae, mape, r2 do");
    check_refused(classes, "[\"acuracy\"]", "training.metrics[0]", "did you mean");
    check_refused(classes, "[\"top_k\", \"top_5\"]", "training.metrics[1]", "twice");
    check_refused(classes, "[{\"type\": \"top_k\", \"k\": 0}]", "training.metrics[0].k",
                  "between 1 and 100");
    check_refused(classes, "[{\"type\": \"auc\", \"k\": 2}]", "training.metrics[0].k", "not known");
    check_refused(classes, "7", "training.metrics", "list of metrics");
    check_refused(classes, "[\"top_\"]", "training.metrics[0]", "top_k");
    preprocessing_free(classes);
    preprocessing_free(values);
}
END_TEST

START_TEST(higher_is_better_is_known_for_each)
{
    ck_assert(metric_higher_is_better("val_accuracy") && metric_higher_is_better("r2"));
    ck_assert(!metric_higher_is_better("val_loss") && !metric_higher_is_better("train_loss"));
    ck_assert(!metric_higher_is_better("val_mse"));
    ck_assert(metric_higher_is_better("val_auc") && metric_higher_is_better("val_top_3"));
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_test(cases, classes_average_over_those_that_occur);
    tcase_add_test(cases, report_has_truth_in_rows_and_predictions_in_columns);
    tcase_add_test(cases, numbers_are_judged_by_their_errors);
    tcase_add_test(cases, r2_of_a_large_target_keeps_its_digits);
    tcase_add_test(cases, zero_and_one_are_judged_as_classes);
    tcase_add_test(cases, copy_and_restore_bring_everything_back);
    tcase_add_test(cases, names_that_do_not_fit_are_refused);
    tcase_add_test(cases, higher_is_better_is_known_for_each);
}

int main(void)
{
    return tests_run("metrics", add_tests);
}

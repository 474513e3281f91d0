/* Tests of metrics, against figures worked out by hand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/metrics_fixture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char class_names[] =
    "[\"accuracy\", \"precision\", \"recall\", \"f1\", \"confusion_matrix\"]";
static const char value_names[] = "[\"mse\", \"rmse\", \"mae\", \"mape\", \"r2\"]";

START_TEST(classes_average_over_those_that_occur)
{
    struct preprocessing *preprocessing = fixture_classes();
    struct metrics *metrics = fixture_metrics(preprocessing, 3, class_names, false);
    fixture_add_animals(metrics);
    ck_assert_double_eq_tol(fixture_value(metrics, "accuracy"), 0.8, 1e-12);
    ck_assert_double_eq_tol(fixture_value(metrics, "precision"), (1 + 2.0 / 3) / 2, 1e-12);
    ck_assert_double_eq_tol(fixture_value(metrics, "recall"), (2.0 / 3 + 1) / 2, 1e-12);
    ck_assert_double_eq_tol(fixture_value(metrics, "f1"), 0.8, 1e-12);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(report_has_truth_in_rows_and_predictions_in_columns)
{
    struct preprocessing *preprocessing = fixture_classes();
    struct metrics *metrics = fixture_metrics(preprocessing, 3, NULL, false);
    fixture_add_animals(metrics);
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
    struct preprocessing *preprocessing = fixture_values();
    struct metrics *metrics = fixture_metrics(preprocessing, 1, value_names, false);
    static const float outputs[] = {2, 3, 6}, truth[] = {1, 3, 8};
    metrics_add(metrics, outputs, NULL, truth, 3);
    ck_assert_double_eq_tol(fixture_value(metrics, "mse"), 5.0 / 3, 1e-12);
    ck_assert_double_eq_tol(fixture_value(metrics, "rmse"), sqrt(5.0 / 3), 1e-12);
    ck_assert_double_eq_tol(fixture_value(metrics, "mae"), 1, 1e-12);
    ck_assert_double_eq_tol(fixture_value(metrics, "mape"), (1 + 0 + 0.25) / 3, 1e-12);
    ck_assert_double_eq_tol(fixture_value(metrics, "r2"), 1 - 5.0 / 26, 1e-12);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(r2_of_a_large_target_keeps_its_digits)
{
    struct preprocessing *preprocessing = fixture_values();
    struct metrics *metrics = fixture_metrics(preprocessing, 1, NULL, false);
    static const float outputs[] = {1e7F, 1e7F + 1, 1e7F + 3};
    static const float truth[] = {1e7F, 1e7F + 1, 1e7F + 2};
    metrics_add(metrics, outputs, NULL, truth, 3);
    ck_assert_double_eq_tol(fixture_value(metrics, "r2"), 0.5, 1e-9);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(zero_and_one_are_judged_as_classes)
{
    struct preprocessing *preprocessing = fixture_values();
    struct metrics *metrics =
        fixture_metrics(preprocessing, 2, "[\"accuracy\", \"precision\"]", true);
    static const float outputs[][2] = {{.9F, .2F}, {.6F, .7F}, {.1F, .4F}};
    static const float truth[][2] = {{1, 0}, {0, 1}, {0, 1}};
    metrics_add(metrics, outputs[0], NULL, truth[0], 3);
    ck_assert_double_eq_tol(fixture_value(metrics, "accuracy"), 4.0 / 6, 1e-12);
    ck_assert_double_eq_tol(fixture_value(metrics, "precision"), (0.5 + 1) / 2, 1e-12);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(copy_and_restore_bring_everything_back)
{
    struct preprocessing *preprocessing = fixture_classes();
    struct metrics *metrics = fixture_metrics(preprocessing, 3, class_names, false);
    struct metrics *copy = fixture_metrics(preprocessing, 3, class_names, false);
    struct bytes bytes = {0};
    fixture_add_animals(metrics);
    metrics_copy(copy, metrics);
    metrics_save(metrics, &bytes);
    ck_assert_uint_eq(bytes.size, metrics_size(metrics));
    metrics_reset(metrics);
    ck_assert_double_eq(fixture_value(metrics, "accuracy"), 0);
    ck_assert_double_eq_tol(fixture_value(copy, "accuracy"), 0.8, 1e-12);
    struct bytes_reader reader = {.data = bytes.data, .size = bytes.size};
    metrics_restore(metrics, &reader);
    ck_assert_double_eq(fixture_value(metrics, "f1"), fixture_value(copy, "f1"));
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

/* ---- scores */

START_TEST(top_k_counts_the_likeliest)
{
    struct preprocessing *preprocessing = fixture_classes();
    struct metrics *metrics = fixture_metrics(
        preprocessing, 3, "[\"top_k\", \"top_1\", {\"type\": \"top_k\", \"k\": 2}]", false);
    fixture_add_ranked(metrics);
    ck_assert_double_eq_tol(fixture_value(metrics, "top_1"), 0.4, 1e-12);
    ck_assert_double_eq_tol(fixture_value(metrics, "top_2"), 0.8, 1e-12);
    ck_assert_double_eq_tol(fixture_value(metrics, "top_k"), 1, 1e-12);
    json_t *report = metrics_report(metrics);
    json_t *expected = json_pack("{s:[i,i], s:[f,f]}", "k", 1, 2, "accuracy", 0.4, 0.8);
    ck_assert(json_equal(json_object_get(report, "top_k"), expected));
    json_decref(expected);
    json_decref(report);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

/* Of equal outputs the first is the prediction, and has the better rank. */
START_TEST(ranks_of_equal_outputs_agree_with_the_prediction)
{
    struct preprocessing *preprocessing = fixture_classes();
    struct metrics *metrics =
        fixture_metrics(preprocessing, 3, "[\"accuracy\", \"top_1\", \"top_2\"]", false);
    static const float outputs[][3] = {{.4F, .4F, .2F}, {.4F, .4F, .2F}, {.4F, .2F, .4F}};
    static const int32_t truth[] = {0, 1, 2};
    metrics_add(metrics, outputs[0], truth, NULL, 3);
    ck_assert_double_eq(fixture_value(metrics, "accuracy"), fixture_value(metrics, "top_1"));
    ck_assert_double_eq_tol(fixture_value(metrics, "top_1"), 1.0 / 3, 1e-12);
    ck_assert_double_eq_tol(fixture_value(metrics, "top_2"), 1, 1e-12);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

/* By sklearn.metrics.matthews_corrcoef. */
START_TEST(mcc_is_that_of_several_classes)
{
    struct preprocessing *preprocessing = fixture_classes();
    struct metrics *metrics = fixture_metrics(preprocessing, 3, "\"mcc\"", false);
    ck_assert_double_eq(fixture_value(metrics, "mcc"), 0);
    fixture_add_animals(metrics);
    ck_assert_double_eq_tol(fixture_value(metrics, "mcc"), 0.6666666666666666, 1e-12);
    metrics_reset(metrics);
    /* Predicted: ant, bee, bee, bee, cat, ant. */
    static const float outputs[][3] = {{1, 0, 0}, {0, 1, 0}, {0, 1, 0},
                                       {0, 1, 0}, {0, 0, 1}, {1, 0, 0}};
    static const int32_t truth[] = {0, 0, 1, 1, 2, 2};
    metrics_add(metrics, outputs[0], truth, NULL, 6);
    ck_assert_double_eq_tol(fixture_value(metrics, "mcc"), 0.5222329678670935, 1e-12);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

/* Each class against the rest: ant 6 pairs, bee 6, cat 4; by hand from the outputs. */
START_TEST(auc_of_several_classes_is_their_mean)
{
    struct preprocessing *preprocessing = fixture_classes();
    struct metrics *metrics = fixture_metrics(preprocessing, 3, "[\"auc\"]", false);
    ck_assert_double_eq(fixture_value(metrics, "auc"), 0.5);
    fixture_add_ranked(metrics);
    /* ant .8 .3 against .1 .5 .6: 3 + 1 of 6; bee .6 .2 against .1 .5 .1: 3 + 2; cat .3 against .1
     * .2 .3 .3: 2 and two halves of 4. */
    ck_assert_double_eq_tol(fixture_value(metrics, "auc"), (4.0 / 6 + 5.0 / 6 + 3.0 / 4) / 3,
                            1e-12);
    metrics_free(metrics);
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
    struct preprocessing *classes = fixture_classes(), *values = fixture_values();
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
    tcase_add_test(cases, top_k_counts_the_likeliest);
    tcase_add_test(cases, ranks_of_equal_outputs_agree_with_the_prediction);
    tcase_add_test(cases, mcc_is_that_of_several_classes);
    tcase_add_test(cases, auc_of_several_classes_is_their_mean);
    tcase_add_test(cases, names_that_do_not_fit_are_refused);
    tcase_add_test(cases, higher_is_better_is_known_for_each);
}

int main(void)
{
    return tests_run("metrics", add_tests);
}

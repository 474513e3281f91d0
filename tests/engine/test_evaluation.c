/* Tests of what an evaluation reports of curves and residuals. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "tests/check.h"
#include "tests/engine/metrics_fixture.h"

#include <math.h>
#include <string.h>

static const json_t *part(const json_t *json, const char *list, size_t index, const char *name)
{
    return json_object_get(json_array_get(json_object_get(json, list), index), name);
}

static void check_list(const json_t *list, const double *expected, size_t count)
{
    ck_assert_uint_eq(json_array_size(list), count);
    for (size_t i = 0; i < count; i++)
        ck_assert_double_eq_tol(json_number_value(json_array_get(list, i)), expected[i], 1e-7);
}

/* Scores of one unit: 1 has .9 .6 .6 .2, 0 has .6 .4 .1. */
START_TEST(curves_of_two_classes_go_through_every_threshold)
{
    struct error error = {0};
    const struct shape shape = {.rank = 1, .dims = {4}};
    json_t *labels = json_pack("[s, s]", "no", "yes");
    struct preprocessing *preprocessing = preprocessing_identity(&shape, labels, &error);
    struct metrics *metrics = fixture_metrics(preprocessing, 1, "[\"auc\"]", false);
    static const float outputs[] = {.9F, .6F, .6F, .2F, .6F, .4F, .1F};
    static const int32_t truth[] = {1, 1, 1, 1, 0, 0, 0};
    metrics_add(metrics, outputs, truth, NULL, 7);
    ck_assert_double_eq_tol(fixture_value(metrics, "auc"), (3 + 2.5 + 2.5 + 1) / 12, 1e-12);
    json_t *report = metrics_report(metrics);
    static const double wrong[] = {0, 0, 1 / 3.0, 2 / 3.0, 2 / 3.0, 1};
    static const double right[] = {0, .25, .75, .75, 1, 1};
    static const double precision[] = {1, 1, .75, .6, 4 / 6.0, 4 / 7.0};
    static const double threshold[] = {0, .9, .6, .4, .2, .1};
    ck_assert_uint_eq(json_array_size(json_object_get(report, "curves")), 1);
    ck_assert_str_eq(json_string_value(part(report, "curves", 0, "class")), "yes");
    ck_assert_double_eq_tol(json_real_value(part(report, "curves", 0, "average_precision")),
                            1 * .25 + .75 * .5 + 4 / 6.0 * .25, 1e-12);
    const json_t *roc = part(report, "curves", 0, "roc");
    const json_t *recall = part(report, "curves", 0, "precision_recall");
    check_list(json_object_get(roc, "false_positive_rate"), wrong, 6);
    check_list(json_object_get(roc, "true_positive_rate"), right, 6);
    check_list(json_object_get(roc, "threshold"), threshold, 6);
    ck_assert(json_is_null(json_array_get(json_object_get(roc, "threshold"), 0)));
    check_list(json_object_get(recall, "recall"), right, 6);
    check_list(json_object_get(recall, "precision"), precision, 6);
    ck_assert_ptr_null(json_object_get(report, "top_k"));
    json_decref(report);
    json_decref(labels);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(auc_of_two_classes_with_an_output_each_is_that_of_the_second)
{
    struct error error = {0};
    const struct shape shape = {.rank = 1, .dims = {4}};
    json_t *labels = json_pack("[s, s]", "no", "yes");
    struct preprocessing *preprocessing = preprocessing_identity(&shape, labels, &error);
    struct metrics *metrics = fixture_metrics(preprocessing, 2, "[\"auc\"]", false);
    /* Outputs that are no shares of one, so that it tells which one is looked at. */
    static const float outputs[][2] = {{.9F, .1F}, {.8F, .2F}, {.7F, .9F}, {.6F, .15F}};
    static const int32_t truth[] = {0, 0, 1, 1};
    metrics_add(metrics, outputs[0], truth, NULL, 4);
    ck_assert_double_eq_tol(fixture_value(metrics, "auc"), 0.75, 1e-12);
    json_decref(labels);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(curves_of_classes_that_do_not_occur_are_empty)
{
    struct preprocessing *preprocessing = fixture_classes();
    struct metrics *metrics = fixture_metrics(preprocessing, 3, NULL, false);
    fixture_add_animals(metrics);
    json_t *report = metrics_report(metrics);
    ck_assert(json_is_null(part(report, "curves", 2, "auc")));
    ck_assert_uint_eq(
        json_array_size(json_object_get(part(report, "curves", 2, "roc"), "threshold")), 0);
    ck_assert_double_eq_tol(json_real_value(json_object_get(report, "auc")), 5.0 / 6, 1e-12);
    json_decref(report);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(columns_of_zero_and_one_have_curves_and_a_mean_mcc)
{
    struct preprocessing *preprocessing = fixture_values();
    struct metrics *metrics = fixture_metrics(preprocessing, 2, "[\"auc\", \"mcc\"]", true);
    static const float outputs[][2] = {{.9F, .2F}, {.6F, .7F}, {.1F, .4F}, {.2F, .9F}};
    static const float truth[][2] = {{1, 0}, {0, 1}, {0, 1}, {0, 0}};
    metrics_add(metrics, outputs[0], NULL, truth[0], 4);
    ck_assert_double_eq_tol(fixture_value(metrics, "auc"), (1 + 0.5) / 2, 1e-12);
    /* The first column: one hit of two found and one true; the second: one of two and two. */
    double first = (1 * 4 - 1 * 2) / sqrt(1 * 3 * 2 * 2), second = 0;
    ck_assert_double_eq_tol(fixture_value(metrics, "mcc"), (first + second) / 2, 1e-12);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

/* ---- residuals */

START_TEST(residuals_are_reported_by_column)
{
    struct preprocessing *preprocessing = fixture_values();
    struct metrics *metrics = fixture_metrics(preprocessing, 2, NULL, false);
    static const float outputs[][2] = {{2, 0}, {3, 0}, {6, 0}, {1, 0}};
    static const float truth[][2] = {{1, 5}, {3, 5}, {8, 5}, {2, 5}};
    metrics_add(metrics, outputs[0], NULL, truth[0], 4);
    json_t *report = metrics_report(metrics);
    const json_t *residuals = part(report, "columns", 0, "residuals");
    const json_t *pairs = part(report, "columns", 0, "pairs");
    /* -1, 0, 1, 2 */
    static const double quantiles[] = {-1, -.97, -.85, -.7, -.25, .5, 1.25, 1.7, 1.85, 1.97, 2};
    static const double actual[] = {1, 3, 8, 2}, predicted[] = {2, 3, 6, 1};
    check_list(json_object_get(json_object_get(residuals, "quantiles"), "value"), quantiles, 11);
    ck_assert_double_eq(json_real_value(json_object_get(residuals, "mean")), 0.5);
    ck_assert_double_eq_tol(json_real_value(json_object_get(residuals, "deviation")), sqrt(1.25),
                            1e-12);
    check_list(json_object_get(pairs, "actual"), actual, 4);
    check_list(json_object_get(pairs, "predicted"), predicted, 4);
    ck_assert_double_eq(json_real_value(part(report, "columns", 0, "mse")), 1.5);
    ck_assert_double_eq(json_real_value(part(report, "columns", 1, "mae")), 5);
    ck_assert_double_eq(json_real_value(json_object_get(report, "mse")), (1.5 + 25) / 2);
    json_decref(report);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(histograms_hold_every_residual)
{
    struct preprocessing *preprocessing = fixture_values();
    struct metrics *metrics = fixture_metrics(preprocessing, 2, NULL, false);
    static const float outputs[][2] = {{0, 1}, {0, 1}, {0, 1}, {0, 1}};
    static const float truth[][2] = {{0, 1}, {1, 1}, {39, 1}, {40, 1}};
    metrics_add(metrics, outputs[0], NULL, truth[0], 4);
    json_t *report = metrics_report(metrics);
    for (size_t column = 0; column < 2; column++) {
        const json_t *histogram =
            json_object_get(part(report, "columns", column, "residuals"), "histogram");
        const json_t *counts = json_object_get(histogram, "counts");
        ck_assert_uint_eq(json_array_size(json_object_get(histogram, "edges")), 41);
        ck_assert_uint_eq(json_array_size(counts), 40);
        /* The greatest is in the last bin; numbers that are all one are in the middle. */
        static const int expected[2][40] = {{[0] = 1, [1] = 1, [39] = 2}, {[20] = 4}};
        for (size_t i = 0; i < 40; i++)
            ck_assert_int_eq(json_integer_value(json_array_get(counts, i)), expected[column][i]);
    }
    json_decref(report);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

/* ---- many rows */

/* A copy and a checkpoint have what the kept rows said, also before anybody asked. */
START_TEST(curves_and_residuals_survive_copies_and_checkpoints)
{
    struct preprocessing *classes = fixture_classes(), *values = fixture_values();
    for (int numbers = 0; numbers <= 1; numbers++) {
        const struct preprocessing *preprocessing = numbers ? values : classes;
        struct metrics *metrics = fixture_metrics(preprocessing, 3, NULL, false);
        struct metrics *copy = fixture_metrics(preprocessing, 3, NULL, false);
        struct metrics *restored = fixture_metrics(preprocessing, 3, NULL, false);
        struct bytes bytes = {0};
        static const float outputs[][3] = {{.8F, .1F, .1F}, {.3F, .5F, .2F}};
        static const float targets[][3] = {{1, 2, 3}, {4, 5, 6}};
        if (numbers)
            metrics_add(metrics, outputs[0], NULL, targets[0], 2);
        else
            fixture_add_ranked(metrics);
        metrics_copy(copy, metrics);
        metrics_reset(metrics);
        metrics_save(copy, &bytes);
        ck_assert_uint_eq(bytes.size, metrics_size(copy));
        struct bytes_reader reader = {.data = bytes.data, .size = bytes.size};
        metrics_restore(restored, &reader);
        json_t *a = metrics_report(copy), *b = metrics_report(restored);
        ck_assert(json_equal(a, b));
        ck_assert_double_gt(json_number_value(json_object_get(a, numbers ? "mse" : "auc")), 0);
        json_decref(a);
        json_decref(b);
        bytes_clear(&bytes);
        metrics_free(metrics);
        metrics_free(copy);
        metrics_free(restored);
    }
    preprocessing_free(classes);
    preprocessing_free(values);
}
END_TEST

static float score(int64_t row)
{
    const struct rng rng = rng_stream(1, "test", "scores", 0);
    return rng_float(&rng, (uint64_t)row);
}

/* Scores s of which a share s is positive: an area of 5/6 (both densities are lines). */
START_TEST(curves_of_many_rows_have_two_hundred_points)
{
    enum { MANY = 100000 };
    struct error error = {0};
    struct preprocessing *preprocessing = fixture_values();
    struct metrics *metrics =
        metrics_create(preprocessing, 1, NULL, true, MANY, "training.metrics", &error);
    const struct rng rng = rng_stream(2, "test", "truth", 0);
    for (int64_t row = 0; row < MANY; row++) {
        float output = score(row), target = rng_float(&rng, (uint64_t)row) < output;
        metrics_add(metrics, &output, NULL, &target, 1);
    }
    json_t *report = metrics_report(metrics);
    ck_assert_double_eq_tol(json_real_value(json_object_get(report, "auc")), 5.0 / 6, 5e-3);
    const json_t *roc = part(report, "curves", 0, "roc");
    const json_t *wrong = json_object_get(roc, "false_positive_rate");
    const json_t *right = json_object_get(roc, "true_positive_rate");
    size_t count = json_array_size(wrong);
    ck_assert_uint_eq(count, 200);
    double area = 0, last_wrong = 0, last_right = 0;
    for (size_t i = 0; i < count; i++) {
        double w = json_number_value(json_array_get(wrong, i));
        double r = json_number_value(json_array_get(right, i));
        ck_assert(w >= last_wrong && r >= last_right && w + r - last_wrong - last_right < 0.0101);
        area += (w - last_wrong) * (r + last_right) / 2;
        last_wrong = w;
        last_right = r;
    }
    ck_assert(last_wrong == 1 && last_right == 1);
    ck_assert_double_eq_tol(area, json_real_value(json_object_get(report, "auc")), 1e-4);
    json_decref(report);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

/* More scores than are kept: 520 classes, of which a sample of rows stands for all. */
START_TEST(areas_of_very_many_scores_are_those_of_a_sample)
{
    enum { CLASSES = 520, ROWS = 40000, BASE = 64 };
    struct error error = {0};
    const struct shape shape = {.rank = 1, .dims = {4}};
    json_t *labels = json_array(), *names = json_pack("[s]", "auc");
    for (int i = 0; i < CLASSES; i++)
        json_array_append_new(labels, json_integer(i));
    struct preprocessing *preprocessing = preprocessing_identity(&shape, labels, &error);
    struct metrics *metrics =
        metrics_create(preprocessing, CLASSES, names, false, ROWS, "training.metrics", &error);
    ck_assert_ok(error);
    ck_assert_uint_lt(metrics_memory(metrics), (size_t)80 << 20);
    static float output[CLASSES];
    for (int64_t row = 0; row < ROWS; row++) {
        /* A period of the classes must not show. */
        int32_t truth = (int32_t)(row % BASE);
        for (int i = 0; i < BASE; i++)
            output[i] = score(row * BASE + i) + (i == truth ? 0.5F : 0);
        metrics_add(metrics, output, &truth, NULL, 1);
    }
    /* Of two uniform numbers, one with a half more: 7/8. */
    ck_assert_double_eq_tol(fixture_value(metrics, "auc"), 0.875, 2e-3);
    json_t *report = metrics_report(metrics);
    ck_assert_uint_eq(json_array_size(json_object_get(report, "curves")), 0);
    json_decref(report);
    json_decref(names);
    json_decref(labels);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

/* Outputs of a run that has diverged. */
START_TEST(numbers_that_are_not_finite_do_no_harm)
{
    struct preprocessing *classes = fixture_classes(), *values = fixture_values();
    static const float outputs[][3] = {{NAN, NAN, NAN}, {INFINITY, -INFINITY, NAN}, {0, 1, 2}};
    static const int32_t truth[] = {0, 1, 2};
    struct metrics *metrics = fixture_metrics(classes, 3, "[\"auc\", \"mcc\", \"top_2\"]", false);
    metrics_add(metrics, outputs[0], truth, NULL, 3);
    double area = fixture_value(metrics, "auc");
    ck_assert(area >= 0 && area <= 1);
    json_decref(metrics_report(metrics));
    metrics_free(metrics);
    metrics = fixture_metrics(values, 3, NULL, false);
    metrics_add(metrics, outputs[0], NULL, outputs[1], 1);
    metrics_add(metrics, outputs[1], NULL, outputs[2], 1);
    json_t *report = metrics_report(metrics);
    ck_assert(json_is_null(json_object_get(report, "mse")));
    json_decref(report);
    metrics_free(metrics);
    preprocessing_free(classes);
    preprocessing_free(values);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_test(cases, curves_of_two_classes_go_through_every_threshold);
    tcase_add_test(cases, auc_of_two_classes_with_an_output_each_is_that_of_the_second);
    tcase_add_test(cases, curves_of_classes_that_do_not_occur_are_empty);
    tcase_add_test(cases, columns_of_zero_and_one_have_curves_and_a_mean_mcc);
    tcase_add_test(cases, residuals_are_reported_by_column);
    tcase_add_test(cases, histograms_hold_every_residual);
    tcase_add_test(cases, curves_and_residuals_survive_copies_and_checkpoints);
    tcase_add_test(cases, curves_of_many_rows_have_two_hundred_points);
    tcase_add_test(cases, areas_of_very_many_scores_are_those_of_a_sample);
    tcase_add_test(cases, numbers_that_are_not_finite_do_no_harm);
    tcase_set_timeout(cases, 60);
}

int main(void)
{
    return tests_run("evaluation", add_tests);
}

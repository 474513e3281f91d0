/* Tests of metrics, against figures worked out by hand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
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

/* ---- scores */

/* Truth ant ant bee bee cat; the right class is first, second, first, third and second. */
static void add_ranked(struct metrics *metrics)
{
    static const float outputs[][3] = {
        {.8F, .1F, .1F}, {.3F, .5F, .2F}, {.1F, .6F, .3F}, {.5F, .2F, .3F}, {.6F, .1F, .3F}};
    static const int32_t truth[] = {0, 0, 1, 1, 2};
    metrics_add(metrics, outputs[0], truth, NULL, 5);
}

START_TEST(top_k_counts_the_likeliest)
{
    struct preprocessing *preprocessing = of_classes();
    struct metrics *metrics =
        make(preprocessing, 3, "[\"top_k\", \"top_1\", {\"type\": \"top_k\", \"k\": 2}]", false);
    add_ranked(metrics);
    ck_assert_double_eq_tol(value_of(metrics, "top_1"), 0.4, 1e-12);
    ck_assert_double_eq_tol(value_of(metrics, "top_2"), 0.8, 1e-12);
    ck_assert_double_eq_tol(value_of(metrics, "top_k"), 1, 1e-12);
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
    struct preprocessing *preprocessing = of_classes();
    struct metrics *metrics = make(preprocessing, 3, "[\"accuracy\", \"top_1\", \"top_2\"]", false);
    static const float outputs[][3] = {{.4F, .4F, .2F}, {.4F, .4F, .2F}, {.4F, .2F, .4F}};
    static const int32_t truth[] = {0, 1, 2};
    metrics_add(metrics, outputs[0], truth, NULL, 3);
    ck_assert_double_eq(value_of(metrics, "accuracy"), value_of(metrics, "top_1"));
    ck_assert_double_eq_tol(value_of(metrics, "top_1"), 1.0 / 3, 1e-12);
    ck_assert_double_eq_tol(value_of(metrics, "top_2"), 1, 1e-12);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

/* By sklearn.metrics.matthews_corrcoef. */
START_TEST(mcc_is_that_of_several_classes)
{
    struct preprocessing *preprocessing = of_classes();
    struct metrics *metrics = make(preprocessing, 3, "\"mcc\"", false);
    ck_assert_double_eq(value_of(metrics, "mcc"), 0);
    add_animals(metrics);
    ck_assert_double_eq_tol(value_of(metrics, "mcc"), 0.6666666666666666, 1e-12);
    metrics_reset(metrics);
    /* Predicted: ant, bee, bee, bee, cat, ant. */
    static const float outputs[][3] = {{1, 0, 0}, {0, 1, 0}, {0, 1, 0},
                                       {0, 1, 0}, {0, 0, 1}, {1, 0, 0}};
    static const int32_t truth[] = {0, 0, 1, 1, 2, 2};
    metrics_add(metrics, outputs[0], truth, NULL, 6);
    ck_assert_double_eq_tol(value_of(metrics, "mcc"), 0.5222329678670935, 1e-12);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

/* Each class against the rest: ant 6 pairs, bee 6, cat 4; by hand from the outputs. */
START_TEST(auc_of_several_classes_is_their_mean)
{
    struct preprocessing *preprocessing = of_classes();
    struct metrics *metrics = make(preprocessing, 3, "[\"auc\"]", false);
    ck_assert_double_eq(value_of(metrics, "auc"), 0.5);
    add_ranked(metrics);
    /* ant .8 .3 against .1 .5 .6: 3 + 1 of 6; bee .6 .2 against .1 .5 .1: 3 + 2; cat .3 against .1
     * .2 .3 .3: 2 and two halves of 4. */
    ck_assert_double_eq_tol(value_of(metrics, "auc"), (4.0 / 6 + 5.0 / 6 + 3.0 / 4) / 3, 1e-12);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

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
    struct metrics *metrics = make(preprocessing, 1, "[\"auc\"]", false);
    static const float outputs[] = {.9F, .6F, .6F, .2F, .6F, .4F, .1F};
    static const int32_t truth[] = {1, 1, 1, 1, 0, 0, 0};
    metrics_add(metrics, outputs, truth, NULL, 7);
    ck_assert_double_eq_tol(value_of(metrics, "auc"), (3 + 2.5 + 2.5 + 1) / 12, 1e-12);
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
    struct metrics *metrics = make(preprocessing, 2, "[\"auc\"]", false);
    /* Outputs that are no shares of one, so that it tells which one is looked at. */
    static const float outputs[][2] = {{.9F, .1F}, {.8F, .2F}, {.7F, .9F}, {.6F, .15F}};
    static const int32_t truth[] = {0, 0, 1, 1};
    metrics_add(metrics, outputs[0], truth, NULL, 4);
    ck_assert_double_eq_tol(value_of(metrics, "auc"), 0.75, 1e-12);
    json_decref(labels);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

START_TEST(curves_of_classes_that_do_not_occur_are_empty)
{
    struct preprocessing *preprocessing = of_classes();
    struct metrics *metrics = make(preprocessing, 3, NULL, false);
    add_animals(metrics);
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
    struct preprocessing *preprocessing = of_values();
    struct metrics *metrics = make(preprocessing, 2, "[\"auc\", \"mcc\"]", true);
    static const float outputs[][2] = {{.9F, .2F}, {.6F, .7F}, {.1F, .4F}, {.2F, .9F}};
    static const float truth[][2] = {{1, 0}, {0, 1}, {0, 1}, {0, 0}};
    metrics_add(metrics, outputs[0], NULL, truth[0], 4);
    ck_assert_double_eq_tol(value_of(metrics, "auc"), (1 + 0.5) / 2, 1e-12);
    /* The first column: one hit of two found and one true; the second: one of two and two. */
    double first = (1 * 4 - 1 * 2) / sqrt(1 * 3 * 2 * 2), second = 0;
    ck_assert_double_eq_tol(value_of(metrics, "mcc"), (first + second) / 2, 1e-12);
    metrics_free(metrics);
    preprocessing_free(preprocessing);
}
END_TEST

/* ---- residuals */

START_TEST(residuals_are_reported_by_column)
{
    struct preprocessing *preprocessing = of_values();
    struct metrics *metrics = make(preprocessing, 2, NULL, false);
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
    struct preprocessing *preprocessing = of_values();
    struct metrics *metrics = make(preprocessing, 2, NULL, false);
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
    struct preprocessing *classes = of_classes(), *values = of_values();
    for (int numbers = 0; numbers <= 1; numbers++) {
        const struct preprocessing *preprocessing = numbers ? values : classes;
        struct metrics *metrics = make(preprocessing, 3, NULL, false);
        struct metrics *copy = make(preprocessing, 3, NULL, false);
        struct metrics *restored = make(preprocessing, 3, NULL, false);
        struct bytes bytes = {0};
        static const float outputs[][3] = {{.8F, .1F, .1F}, {.3F, .5F, .2F}};
        static const float targets[][3] = {{1, 2, 3}, {4, 5, 6}};
        if (numbers)
            metrics_add(metrics, outputs[0], NULL, targets[0], 2);
        else
            add_ranked(metrics);
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
    struct preprocessing *preprocessing = of_values();
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
    ck_assert_double_eq_tol(value_of(metrics, "auc"), 0.875, 2e-3);
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
    struct preprocessing *classes = of_classes(), *values = of_values();
    static const float outputs[][3] = {{NAN, NAN, NAN}, {INFINITY, -INFINITY, NAN}, {0, 1, 2}};
    static const int32_t truth[] = {0, 1, 2};
    struct metrics *metrics = make(classes, 3, "[\"auc\", \"mcc\", \"top_2\"]", false);
    metrics_add(metrics, outputs[0], truth, NULL, 3);
    double area = value_of(metrics, "auc");
    ck_assert(area >= 0 && area <= 1);
    json_decref(metrics_report(metrics));
    metrics_free(metrics);
    metrics = make(values, 3, NULL, false);
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
    tcase_add_test(cases, top_k_counts_the_likeliest);
    tcase_add_test(cases, ranks_of_equal_outputs_agree_with_the_prediction);
    tcase_add_test(cases, mcc_is_that_of_several_classes);
    tcase_add_test(cases, auc_of_several_classes_is_their_mean);
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
    tcase_add_test(cases, names_that_do_not_fit_are_refused);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, higher_is_better_is_known_for_each);
}

int main(void)
{
    return tests_run("metrics", add_tests);
}

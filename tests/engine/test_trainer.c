/* Tests of whole runs over a small table. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer.h"
#include "tests/check.h"
#include "tests/engine/trainer_fixture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct dataset *dataset;

static void open_dataset(void)
{
    dataset = fixture_dataset();
}

static void close_dataset(void)
{
    dataset_close(dataset);
}

#define LAST(units, activation)                                                                    \
    "{\"type\": \"dense\", \"units\": " units ", \"activation\": \"" activation "\"}"
#define CHAIN(last) "{\"layers\": [" LAST("16", "tanh") ", " last "]}"
#define SOFTMAX CHAIN(LAST("\"auto\"", "softmax"))
#define SIGMOID CHAIN(LAST("\"auto\"", "sigmoid"))
#define LINEAR CHAIN(LAST("\"auto\"", "linear"))
#define QUICK "\"optimizer\": {\"type\": \"adam\", \"learning_rate\": 0.03}"

/* The last epoch's figure of a run. */
static double result_of(const char *target, const char *network, const char *training,
                        const char *name)
{
    struct fixture_run run;
    struct trainer_report last;
    fixture_run_make(&run, dataset, target, network, training);
    struct trainer *trainer = fixture_run_to_end(&run, &last);
    double value = fixture_figure(&last, name);
    trainer_free(trainer);
    fixture_run_clear(&run);
    return value;
}

/* ---- what is learned */

START_TEST(classes_are_learned)
{
    ck_assert_double_gt(result_of("kind", SOFTMAX, "{\"epochs\": 20, " QUICK "}", "val_accuracy"),
                        0.9);
}
END_TEST

START_TEST(two_classes_are_learned_by_one_sigmoid_unit)
{
    ck_assert_double_gt(result_of("flag", SIGMOID, "{\"epochs\": 20, " QUICK "}", "val_accuracy"),
                        0.85);
    ck_assert_double_gt(result_of("bit", SIGMOID, "{\"epochs\": 20, " QUICK "}", "val_accuracy"),
                        0.85);
}
END_TEST

START_TEST(numbers_are_learned_and_judged_in_original_units)
{
    /* The noise of y has a deviation of 1, y itself of about 80. */
    const char *training = "{\"epochs\": 60, \"metrics\": [\"rmse\", \"r2\"], " QUICK "}";
    ck_assert_double_gt(result_of("y", LINEAR, training, "val_r2"), 0.95);
    double rmse = result_of("y", LINEAR, training, "val_rmse");
    ck_assert(rmse > 0.5 && rmse < 20);
}
END_TEST

/* ---- the course of a run */

START_TEST(events_come_in_their_order)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", SOFTMAX, "{\"epochs\": 2, \"batch_size\": 32}");
    struct trainer *trainer = fixture_trainer(&run);
    /* 72 training rows: 32, 32 and a short batch of 8. */
    static const enum trainer_event expected[] = {TRAINER_STEPPED, TRAINER_STEPPED, TRAINER_STEPPED,
                                                  TRAINER_WORKED, TRAINER_EPOCH_ENDED};
    static const int64_t rows[] = {32, 32, 8, 0, 0};
    struct trainer_report report;
    for (int epoch = 1; epoch <= 2; epoch++)
        for (size_t i = 0; i < ARRAY_COUNT(expected); i++) {
            ck_assert_int_eq(trainer_step(trainer, &report, NULL), expected[i]);
            ck_assert_int_eq(report.epoch, epoch);
            ck_assert_int_eq(report.rows, rows[i]);
            if (expected[i] == TRAINER_STEPPED)
                ck_assert(report.loss > 0 && report.gradient_norm > 0 &&
                          report.learning_rate == 0.001);
        }
    ck_assert_int_eq(trainer_step(trainer, &report, NULL), TRAINER_FINISHED);
    ck_assert_int_eq(trainer_step(trainer, &report, NULL), TRAINER_FINISHED);
    ck_assert_int_eq(report.step, 6);
    struct trainer_progress progress = trainer_progress(trainer);
    ck_assert_int_eq(progress.epoch, 2);
    ck_assert_int_eq(progress.steps, 6);
    ck_assert_int_eq(progress.validation_rows, 18);
    ck_assert_str_eq(progress.best_metric, "val_loss");
    ck_assert_int_eq(progress.patience_left, -1);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(train_loss_is_the_mean_over_the_rows)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", SOFTMAX,
                     "{\"epochs\": 1, \"batch_size\": 32, \"validation\": null}");
    struct trainer *trainer = fixture_trainer(&run);
    struct trainer_report report;
    double sum = 0;
    while (trainer_step(trainer, &report, NULL) == TRAINER_STEPPED)
        sum += report.loss * (double)report.rows;
    ck_assert_int_eq(report.metric_count, 1);
    ck_assert_double_eq_tol(fixture_figure(&report, "train_loss"), sum / FIXTURE_ROWS, 1e-12);
    ck_assert(trainer_evaluation(trainer) == NULL);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

static struct bytes end_state(const struct fixture_run *base, int members)
{
    struct fixture_run run = *base;
    struct error error = {0};
    struct trainer_report last;
    struct bytes bytes = {0};
    run.setup.team = members == 0 ? NULL : team_create(members, NULL, &error);
    struct trainer *trainer = fixture_run_to_end(&run, &last);
    trainer_save(trainer, &bytes, &error);
    ck_assert_ok(error);
    trainer_free(trainer);
    team_free(run.setup.team);
    return bytes;
}

START_TEST(any_team_ends_in_the_same_bytes)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind",
                     "{\"layers\": [{\"type\": \"dense\", \"units\": 150, \"activation\": "
                     "\"relu\"}, {\"type\": \"batch_norm\"}, {\"type\": \"dropout\", \"rate\": "
                     "0.5}, {\"type\": \"dense\", \"units\": 90}, {\"type\": \"layer_norm\"}, "
                     "{\"type\": \"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}",
                     "{\"epochs\": 3, \"batch_size\": 70, \"clip_norm\": 0.5, \"l2\": 0.001}");
    struct bytes alone = end_state(&run, 0);
    for (int members = 1; members <= 3; members++) {
        struct bytes bytes = end_state(&run, members);
        ck_assert_uint_eq(alone.size, bytes.size);
        ck_assert_mem_eq(alone.data, bytes.data, alone.size);
        bytes_clear(&bytes);
    }
    bytes_clear(&alone);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(evaluation_is_that_of_the_model)
{
    struct fixture_run run;
    struct trainer_report last;
    fixture_run_make(&run, dataset, "kind", SOFTMAX, "{\"epochs\": 5, " QUICK "}");
    struct trainer *trainer = fixture_run_to_end(&run, &last);
    json_t *evaluation = trainer_evaluation(trainer);
    ck_assert_double_eq(json_real_value(json_object_get(evaluation, "accuracy")),
                        fixture_figure(&last, "val_accuracy"));
    ck_assert_int_eq(json_integer_value(json_object_get(evaluation, "rows")), 18);
    json_decref(evaluation);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

/* ---- divergence */

START_TEST(divergence_names_step_layer_and_rows)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "y", LINEAR,
                     "{\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 1e6}, \"epochs\": "
                     "100}");
    struct trainer *trainer = fixture_trainer(&run);
    struct trainer_report report;
    struct error error = {0};
    enum trainer_event event;
    do
        event = trainer_step(trainer, &report, &error);
    while (event != TRAINER_FAILED && event != TRAINER_FINISHED);
    ck_assert_int_eq(event, TRAINER_FAILED);
    ck_assert_int_eq(error.code, ERROR_DIVERGED);
    char step[32];
    snprintf(step, sizeof step, "step %d ", (int)report.step);
    ck_assert_msg(strstr(error.message, step) != NULL, "%s", error.message);
    ck_assert_msg(strstr(error.message, "dense_") != NULL, "%s", error.message);
    ck_assert_msg(strstr(error.message, "rows of the dataset") != NULL, "%s", error.message);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

/* The features are standardized numbers: no ids. */
START_TEST(divergence_by_what_is_no_id_says_so)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind",
                     "{\"layers\": [{\"type\": \"embedding\", \"vocabulary\": 9, \"units\": 2}, "
                     "{\"type\": \"flatten\"}, {\"type\": \"dense\", \"units\": \"auto\", "
                     "\"activation\": \"softmax\"}]}",
                     "{\"validation\": null}");
    struct trainer *trainer = fixture_trainer(&run);
    struct trainer_report report;
    struct error error = {0};
    enum trainer_event event;
    do
        event = trainer_step(trainer, &report, &error);
    while (event != TRAINER_FAILED && event != TRAINER_FINISHED);
    ck_assert_int_eq(error.code, ERROR_DIVERGED);
    ck_assert_msg(strstr(error.message,
                         "for a token, but layer \"embedding_1\" has a vocabulary of "
                         "9: ids are whole numbers from 0 to 8") != NULL,
                  "%s", error.message);
    ck_assert_msg(strstr(error.message, "is not finite: row ") != NULL, "%s", error.message);
    ck_assert_msg(strstr(error.message, "learning_rate") == NULL, "%s", error.message);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

/* ---- schedules that watch a figure */

START_TEST(areas_and_ranks_are_figures_of_an_epoch)
{
    const char *training = "{\"epochs\": 20, \"metrics\": [\"auc\", {\"type\": \"top_k\", \"k\": "
                           "2}, \"mcc\", \"accuracy\"], " QUICK "}";
    double accuracy = result_of("kind", SOFTMAX, training, "val_accuracy");
    double two = result_of("kind", SOFTMAX, training, "val_top_2");
    double area = result_of("kind", SOFTMAX, training, "val_auc");
    double mcc = result_of("kind", SOFTMAX, training, "val_mcc");
    ck_assert(accuracy <= two && two <= 1 && area > 0.95 && area <= 1 && mcc > 0.8 && mcc <= 1);
    ck_assert_double_gt(
        result_of("flag", SIGMOID, "{\"epochs\": 20, \"metrics\": \"auc\", " QUICK "}", "val_auc"),
        0.9);
}
END_TEST

START_TEST(plateau_of_the_monitored_figure_reduces_the_rate)
{
    struct fixture_run run;
    /* Nothing is better by so much, so that every epoch but the first reduces. */
    fixture_run_make(&run, dataset, "kind", SOFTMAX,
                     "{\"epochs\": 4, \"batch_size\": 90, \"optimizer\": {\"type\": \"sgd\", "
                     "\"learning_rate\": 0.1}, \"schedule\": {\"type\": \"reduce_on_plateau\", "
                     "\"patience\": 0, \"factor\": 0.5, \"threshold\": 100, \"threshold_mode\": "
                     "\"abs\", \"monitor\": \"val_accuracy\"}}");
    struct trainer *trainer = fixture_trainer(&run);
    static const double rates[] = {0.1, 0.1, 0.05, 0.025};
    struct trainer_report report;
    int epoch = 0;
    for (enum trainer_event event;
         (event = trainer_step(trainer, &report, NULL)) != TRAINER_FINISHED;)
        if (event == TRAINER_STEPPED)
            ck_assert_double_eq_tol(report.learning_rate, rates[epoch++], 1e-15);
    ck_assert_int_eq(epoch, 4);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

static void check_schedule_refused(const char *training)
{
    struct fixture_run run;
    struct error error = {0};
    size_t memory;
    fixture_run_make(&run, dataset, "kind", SOFTMAX, training);
    ck_assert_int_ne(trainer_check(&run.setup, &memory, NULL, &error), 0);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_str_eq(error.path, "training.schedule.monitor");
    fixture_run_clear(&run);
}

START_TEST(plateau_of_a_figure_that_is_not_measured_is_refused)
{
    check_schedule_refused("{\"schedule\": \"reduce_on_plateau\", \"validation\": null}");
    check_schedule_refused(
        "{\"schedule\": {\"type\": \"reduce_on_plateau\", \"monitor\": \"val_f1\"}}");
}
END_TEST

/* ---- weights, fine-tuning */

START_TEST(column_of_sample_weights_is_no_feature)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", SOFTMAX, "{\"sample_weight\": \"weight\"}");
    fields_clear(&feature_options_kind, &run.features);
    struct error error = {0};
    struct trainer *trainer = trainer_create(&run.setup, &error);
    ck_assert_ok(error);
    struct model *model = trainer_model(trainer, false, NULL, &error);
    ck_assert_ok(error);
    const json_t *columns = preprocessing_columns(model->preprocessing);
    for (size_t i = 0; i < json_array_size(columns); i++)
        ck_assert_str_ne(json_string_value(json_array_get(columns, i)), "weight");
    ck_assert_uint_ge(json_array_size(columns), 5);
    model_free(model);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(class_of_weight_zero_is_not_learned)
{
    const char *training = "{\"epochs\": 20, \"class_weights\": {\"bee\": 0}, \"metrics\": "
                           "[\"recall\", \"accuracy\"], " QUICK "}";
    double accuracy = result_of("kind", SOFTMAX, training, "val_accuracy");
    ck_assert(accuracy < 0.7 && accuracy > 0.5);
}
END_TEST

START_TEST(fine_tuning_starts_where_the_model_ended)
{
    struct fixture_run run;
    struct trainer_report last, report;
    struct error error = {0};
    fixture_run_make(&run, dataset, "kind", SOFTMAX, "{\"epochs\": 20, " QUICK "}");
    struct trainer *first = fixture_run_to_end(&run, &last);
    struct model *model = trainer_model(first, false, NULL, &error);
    ck_assert_ok(error);
    run.setup.initial = model;
    struct trainer *second = fixture_trainer(&run);
    ck_assert_int_eq(trainer_step(second, &report, &error), TRAINER_STEPPED);
    ck_assert_double_lt(report.loss, 3 * fixture_figure(&last, "train_loss") + 0.05);
    struct model *again = trainer_model(second, false, NULL, &error);
    json_t *a = preprocessing_write(model->preprocessing);
    json_t *b = preprocessing_write(again->preprocessing);
    ck_assert(json_equal(a, b));
    json_decref(a);
    json_decref(b);
    model_free(again);
    trainer_free(second);
    trainer_free(first);
    model_free(model);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(model_that_does_not_fit_is_refused_at_submission)
{
    struct fixture_run small, large;
    struct error error = {0};
    size_t memory;
    fixture_run_make(&small, dataset, "kind", CHAIN(LAST("\"auto\"", "softmax")), "{}");
    fixture_run_make(&large, dataset, "kind",
                     "{\"layers\": [" LAST("99", "tanh") ", " LAST("\"auto\"", "softmax") "]}",
                     "{}");
    struct trainer *trainer = fixture_trainer(&small);
    struct model *model = trainer_model(trainer, false, NULL, &error);
    ck_assert_ok(error);
    small.setup.initial = large.setup.initial = model;
    ck_assert_int_eq(trainer_check(&small.setup, &memory, NULL, &error), 0);
    ck_assert_int_ne(trainer_check(&large.setup, &memory, NULL, &error), 0);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_ptr_null(trainer_create(&large.setup, &error));
    model_free(model);
    trainer_free(trainer);
    fixture_run_clear(&small);
    fixture_run_clear(&large);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_checked_fixture(cases, open_dataset, close_dataset);
    tcase_add_test(cases, classes_are_learned);
    tcase_add_test(cases, two_classes_are_learned_by_one_sigmoid_unit);
    tcase_add_test(cases, numbers_are_learned_and_judged_in_original_units);
    tcase_add_test(cases, events_come_in_their_order);
    tcase_add_test(cases, train_loss_is_the_mean_over_the_rows);
    tcase_add_test(cases, any_team_ends_in_the_same_bytes);
    tcase_add_test(cases, evaluation_is_that_of_the_model);
    tcase_add_test(cases, divergence_names_step_layer_and_rows);
    tcase_add_test(cases, divergence_by_what_is_no_id_says_so);
    tcase_add_test(cases, areas_and_ranks_are_figures_of_an_epoch);
    tcase_add_test(cases, plateau_of_the_monitored_figure_reduces_the_rate);
    tcase_add_test(cases, plateau_of_a_figure_that_is_not_measured_is_refused);
    tcase_add_test(cases, column_of_sample_weights_is_no_feature);
    tcase_add_test(cases, class_of_weight_zero_is_not_learned);
    tcase_add_test(cases, fine_tuning_starts_where_the_model_ended);
    tcase_add_test(cases, model_that_does_not_fit_is_refused_at_submission);
    tcase_set_timeout(cases, 60);
}

int main(void)
{
    return tests_run("trainer", add_tests);
}

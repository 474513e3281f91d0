/* Tests of how a run is put together and ends: updates of several batches, averaged weights,
 * limits, a dataset of its own to validate, cross-validation. */
/* SPDX-License-Identifier: Apache-2.0 */
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

#define NETWORK                                                                                    \
    "{\"layers\": [{\"type\": \"dense\", \"units\": 8, \"activation\": \"tanh\"}, "                \
    "{\"type\": \"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}"
#define NOISY_NETWORK                                                                              \
    "{\"layers\": [{\"type\": \"dense\", \"units\": 8, \"activation\": \"tanh\"}, "                \
    "{\"type\": \"batch_norm\"}, {\"type\": \"dropout\", \"rate\": 0.3}, "                         \
    "{\"type\": \"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}"

struct run {
    struct fixture_run made;
    struct trainer *trainer;
    struct trainer_report last; /* of the last epoch */
    int64_t epochs, steps, works, folds;
};

static void run_open(struct run *run, const char *network, const char *training)
{
    memset(run, 0, sizeof *run);
    fixture_run_make(&run->made, dataset, "kind", network, training);
    run->trainer = fixture_trainer(&run->made);
}

static void run_finish(struct run *run)
{
    struct trainer_report report;
    struct error error = {0};
    enum trainer_event event;
    while ((event = trainer_step(run->trainer, &report, &error)) != TRAINER_FINISHED) {
        ck_assert_msg(event != TRAINER_FAILED, "%s", error.message);
        run->steps += event == TRAINER_STEPPED;
        run->works += event == TRAINER_WORKED;
        run->epochs += event == TRAINER_EPOCH_ENDED;
        run->folds += event == TRAINER_FOLD_ENDED;
        if (event == TRAINER_EPOCH_ENDED)
            run->last = report;
    }
}

static void run_close(struct run *run)
{
    trainer_free(run->trainer);
    fixture_run_clear(&run->made);
}

static struct model *result_of(const struct run *run)
{
    struct error error = {0};
    struct model *model = trainer_model(run->trainer, false, NULL, &error);
    ck_assert_ok(error);
    return model;
}

/* The largest difference of two results' weights. */
static double distance(const struct run *a, const struct run *b)
{
    struct model *first = result_of(a), *second = result_of(b);
    double largest = 0;
    ck_assert_int_eq(first->network->parameter_count, second->network->parameter_count);
    for (int64_t i = 0; i < first->network->parameter_count; i++)
        largest = fmax(largest, fabs((double)first->parameters[i] - (double)second->parameters[i]));
    model_free(first);
    model_free(second);
    return largest;
}

/* ---- accumulate */

START_TEST(an_update_of_several_batches_is_that_of_one_large_batch)
{
    struct run whole, parts;
    run_open(&whole, NETWORK, "{\"epochs\": 3, \"batch_size\": 32}");
    run_open(&parts, NETWORK, "{\"epochs\": 3, \"batch_size\": 8, \"accumulate\": 4}");
    run_finish(&whole);
    run_finish(&parts);
    ck_assert_int_eq(whole.steps, 9);
    ck_assert_int_eq(parts.steps, 9);
    ck_assert_int_gt(parts.works, whole.works);
    ck_assert_double_le(distance(&whole, &parts), 1e-5);
    run_close(&whole);
    run_close(&parts);
}
END_TEST

START_TEST(batches_of_one_update_draw_differently)
{
    struct run once, twice;
    run_open(&once, NOISY_NETWORK, "{\"epochs\": 2, \"batch_size\": 72, \"validation\": null}");
    run_open(&twice, NOISY_NETWORK,
             "{\"epochs\": 2, \"batch_size\": 36, \"accumulate\": 2, \"validation\": null}");
    run_finish(&once);
    run_finish(&twice);
    ck_assert_int_eq(once.steps, twice.steps);
    ck_assert_double_gt(distance(&once, &twice), 1e-3);
    run_close(&once);
    run_close(&twice);
}
END_TEST

/* ---- average */

static float *weights_now(const struct run *run, size_t *count)
{
    struct model *model = result_of(run);
    *count = (size_t)model->network->trained_count;
    float *copy = malloc(*count * sizeof(float));
    memcpy(copy, model->parameters, *count * sizeof(float));
    model_free(model);
    return copy;
}

START_TEST(averaged_weights_follow_their_formula)
{
    enum { STEPS = 6 };
    struct run plain, averaged;
    size_t count;
    run_open(&plain, NETWORK, "{\"epochs\": 2, \"validation\": null}");
    run_open(&averaged, NETWORK,
             "{\"epochs\": 2, \"validation\": null, \"average\": {\"ema\": 0.75}}");
    float *expected = NULL;
    for (int step = 0; step < STEPS; step++) {
        fixture_turn(plain.trainer, step == 3 ? 2 : 1); /* an epoch ends between two steps */
        fixture_turn(averaged.trainer, step == 3 ? 2 : 1);
        float *now = weights_now(&plain, &count);
        for (size_t i = 0; expected != NULL && i < count; i++)
            now[i] = expected[i] + (now[i] - expected[i]) * 0.25F;
        free(expected);
        expected = now;
        float *found = weights_now(&averaged, &count);
        ck_assert_int_eq(memcmp(found, expected, count * sizeof(float)), 0);
        free(found);
    }
    free(expected);
    run_close(&plain);
    run_close(&averaged);
}
END_TEST

START_TEST(averaged_weights_validate)
{
    struct run plain, averaged;
    run_open(&plain, NETWORK, "{\"epochs\": 3}");
    run_open(&averaged, NETWORK, "{\"epochs\": 3, \"average\": {\"ema\": 0.9}}");
    run_finish(&plain);
    run_finish(&averaged);
    /* train_loss is that of the weights themselves, val_loss that of their average. */
    ck_assert_double_eq(plain.last.metrics[0].value, averaged.last.metrics[0].value);
    ck_assert_double_gt(averaged.last.metrics[1].value, plain.last.metrics[1].value);
    run_close(&plain);
    run_close(&averaged);
}
END_TEST

/* ---- limits */

START_TEST(a_limit_of_steps_ends_in_the_middle_of_an_epoch)
{
    struct run run;
    run_open(&run, NETWORK, "{\"epochs\": 10, \"batch_size\": 8, \"limits\": {\"steps\": 13}}");
    run_finish(&run);
    ck_assert_int_eq(run.steps, 13);
    ck_assert_int_eq(run.epochs, 2);
    ck_assert_int_eq(run.last.stop, STOP_STEPS);
    ck_assert_str_eq(run.last.metrics[1].name, "val_loss");
    ck_assert_int_eq(trainer_progress(run.trainer).steps, 13);
    run_close(&run);
}
END_TEST

START_TEST(a_target_ends_the_run_once_it_is_reached)
{
    struct run run;
    run_open(&run, NETWORK,
             "{\"epochs\": 500, \"limits\": {\"target\": {\"val_accuracy\": 0.9, \"loss\": 0.6}}}");
    run_finish(&run);
    ck_assert_int_eq(run.last.stop, STOP_TARGET);
    ck_assert_int_lt(run.epochs, 500);
    ck_assert_double_le(run.last.metrics[0].value, 0.6);
    run_close(&run);
}
END_TEST

static void expect_refused(const char *training, const char *path)
{
    struct fixture_run run;
    struct error error = {0};
    fixture_run_make(&run, dataset, "kind", NETWORK, training);
    ck_assert_ptr_null(trainer_create(&run.setup, &error));
    ck_assert_msg(strcmp(error.path, path) == 0, "%s: %s", error.path, error.message);
    fixture_run_clear(&run);
}

START_TEST(what_is_not_measured_cannot_be_a_target)
{
    expect_refused("{\"limits\": {\"target\": {\"val_mae\": 1}}}",
                   "training.limits.target.val_mae");
    expect_refused("{\"limits\": {\"target\": {\"val_loss\": \"low\"}}}",
                   "training.limits.target.val_loss");
    expect_refused("{\"limits\": {\"target\": [1]}}", "training.limits.target");
    expect_refused("{\"validation\": null, \"limits\": {\"target\": {\"val_loss\": 1}}}",
                   "training.limits.target.val_loss");
    expect_refused("{\"validation\": {\"folds\": 91}}", "training.validation.folds");
}
END_TEST

/* ---- a dataset that validates */

START_TEST(another_dataset_validates)
{
    struct run run;
    struct dataset *other = fixture_dataset();
    memset(&run, 0, sizeof run);
    fixture_run_make(&run.made, dataset, "kind", NETWORK,
                     "{\"epochs\": 2, \"validation\": {\"dataset\": \"other\"}}");
    run.made.setup.validation = other;
    run.trainer = fixture_trainer(&run.made);
    ck_assert_int_eq(trainer_progress(run.trainer).validation_rows, FIXTURE_ROWS);
    ck_assert_int_eq(trainer_progress(run.trainer).rows_per_epoch, FIXTURE_ROWS);
    run_finish(&run);
    ck_assert_int_eq(run.epochs, 2);
    run_close(&run);
    dataset_close(other);
}
END_TEST

/* ---- folds */

START_TEST(every_row_validates_in_one_fold_and_the_result_is_of_all_rows)
{
    struct run run;
    int64_t validated = 0;
    struct trainer_report report;
    struct error error = {0};
    run_open(&run, NETWORK, "{\"epochs\": 4, \"validation\": {\"folds\": 4}}");
    for (enum trainer_event event = TRAINER_WORKED; event != TRAINER_FINISHED;) {
        struct trainer_progress before = trainer_progress(run.trainer);
        event = trainer_step(run.trainer, &report, &error);
        ck_assert_msg(event != TRAINER_FAILED, "%s", error.message);
        if (event != TRAINER_FOLD_ENDED)
            continue;
        run.folds++;
        validated += before.validation_rows;
        ck_assert_int_eq(report.fold, run.folds);
        ck_assert_int_ge(before.validation_rows, FIXTURE_ROWS / 4);
        ck_assert_int_le(before.validation_rows, FIXTURE_ROWS / 4 + 1);
    }
    struct trainer_progress end = trainer_progress(run.trainer);
    ck_assert_int_eq(run.folds, 4);
    ck_assert_int_eq(validated, FIXTURE_ROWS);
    ck_assert_int_eq(end.rows_per_epoch, FIXTURE_ROWS);
    ck_assert_int_eq(end.epoch, 20);
    ck_assert_int_eq(end.step, end.steps);
    run_close(&run);
}
END_TEST

START_TEST(the_means_of_the_folds_are_reported)
{
    struct run run;
    run_open(&run, NETWORK, "{\"epochs\": 3, \"validation\": {\"folds\": 3}}");
    run_finish(&run);
    json_t *report = trainer_evaluation(run.trainer);
    json_t *folds = json_object_get(report, "folds");
    double sum = 0;
    ck_assert_int_eq(json_array_size(folds), 3);
    for (size_t i = 0; i < 3; i++)
        sum += json_number_value(json_object_get(json_array_get(folds, i), "val_accuracy"));
    double mean =
        json_number_value(json_object_get(json_object_get(report, "mean"), "val_accuracy"));
    ck_assert_double_eq_tol(mean, sum / 3, 1e-12);
    ck_assert_double_gt(
        json_number_value(json_object_get(json_object_get(report, "deviation"), "val_loss")), 0);
    json_decref(report);
    run_close(&run);
}
END_TEST

/* ---- saving in the middle of all that */

static struct bytes end_of(const char *network, const char *training, int pieces)
{
    struct run run;
    struct bytes state = {0};
    struct error error = {0};
    run_open(&run, network, training);
    for (int i = 0; pieces > 0 && i < 60; i++) {
        fixture_turn(run.trainer, pieces);
        ck_assert_int_eq(trainer_save(run.trainer, &state, &error), 0);
        trainer_free(run.trainer);
        run.trainer = fixture_trainer(&run.made);
        trainer_restore(run.trainer, state.data, state.size, &error);
        ck_assert_ok(error);
        bytes_clear(&state);
    }
    run_finish(&run);
    ck_assert_int_eq(trainer_save(run.trainer, &state, &error), 0);
    run_close(&run);
    return state;
}

static const char *const interrupted[] = {
    "{\"epochs\": 3, \"batch_size\": 5, \"accumulate\": 3}",
    "{\"epochs\": 4, \"average\": {\"ema\": 0.9}, \"early_stopping\": {\"patience\": 2}}",
    "{\"epochs\": 4, \"batch_size\": 7, \"limits\": {\"steps\": 17}}",
    "{\"epochs\": 3, \"batch_size\": 16, \"validation\": {\"folds\": 3}, \"average\": "
    "{\"ema\": 0.8}, \"early_stopping\": {\"patience\": 1}}",
    "{\"epochs\": 4, \"validation\": {\"folds\": 2}, \"optimizer\": {\"type\": \"nadam\", "
    "\"learning_rate\": 0.1}, \"schedule\": {\"type\": \"reduce_on_plateau\", \"patience\": 0, "
    "\"monitor\": \"val_accuracy\"}}"};

START_TEST(interrupted_runs_end_in_the_same_state)
{
    for (int pieces = 1; pieces < 6; pieces++) {
        struct bytes whole = end_of(NOISY_NETWORK, interrupted[_i], 0);
        struct bytes pieced = end_of(NOISY_NETWORK, interrupted[_i], pieces);
        ck_assert_int_eq(whole.size, pieced.size);
        ck_assert_int_eq(memcmp(whole.data, pieced.data, whole.size), 0);
        bytes_clear(&whole);
        bytes_clear(&pieced);
    }
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_checked_fixture(cases, open_dataset, close_dataset);
    tcase_add_test(cases, an_update_of_several_batches_is_that_of_one_large_batch);
    tcase_add_test(cases, batches_of_one_update_draw_differently);
    tcase_add_test(cases, averaged_weights_follow_their_formula);
    tcase_add_test(cases, averaged_weights_validate);
    tcase_add_test(cases, a_limit_of_steps_ends_in_the_middle_of_an_epoch);
    tcase_add_test(cases, a_target_ends_the_run_once_it_is_reached);
    tcase_add_test(cases, what_is_not_measured_cannot_be_a_target);
    tcase_add_test(cases, another_dataset_validates);
    tcase_add_test(cases, every_row_validates_in_one_fold_and_the_result_is_of_all_rows);
    tcase_add_test(cases, the_means_of_the_folds_are_reported);
    tcase_add_loop_test(cases, interrupted_runs_end_in_the_same_state, 0,
                        (int)ARRAY_COUNT(interrupted));
    tcase_set_timeout(cases, 60);
}

int main(void)
{
    return tests_run("trainer_ends", add_tests);
}

/* Early stopping: when a run ends, and with which weights. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer.h"
#include "tests/check.h"
#include "tests/engine/trainer_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

static const char classes[] =
    "{\"layers\": [{\"type\": \"dense\", \"units\": 16, \"activation\": \"tanh\"}, "
    "{\"type\": \"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}";

static float *weights_of(const struct trainer *trainer, bool best, int64_t *count)
{
    struct error error = {0};
    struct model *model = trainer_model(trainer, best, NULL, &error);
    ck_assert_ok(error);
    *count = model->network->parameter_count;
    size_t size = (size_t)*count * sizeof(float);
    float *weights = malloc(size);
    ck_assert_ptr_nonnull(weights);
    memcpy(weights, model->parameters, size);
    model_free(model);
    return weights;
}

/* A rate at which the validation soon gets worse. */
#define RESTLESS                                                                                   \
    "{\"epochs\": 200, \"batch_size\": 8, \"optimizer\": {\"type\": \"adam\", "                    \
    "\"learning_rate\": 0.1}, \"early_stopping\": {\"patience\": 4%s}}"

/* What was seen of a run until it ended. */
struct course {
    int64_t epoch, best_epoch;
    double best_loss;
    float *best; /* owned: the weights at best_epoch */
    bool stopped_early;
};

static void watch(struct trainer *trainer, struct course *course)
{
    struct trainer_report report;
    enum trainer_event event;
    int64_t count;
    while ((event = trainer_step(trainer, &report, NULL)) != TRAINER_FINISHED) {
        if (event != TRAINER_EPOCH_ENDED)
            continue;
        course->epoch = report.epoch;
        ck_assert_int_eq(report.is_best, fixture_figure(&report, "val_loss") < course->best_loss);
        if (!report.is_best)
            continue;
        course->best_loss = fixture_figure(&report, "val_loss");
        course->best_epoch = report.epoch;
        free(course->best);
        course->best = weights_of(trainer, true, &count);
    }
    course->stopped_early = report.stop == STOP_PATIENCE;
}

static void check_stopping(const char *more, bool restores)
{
    char training[512];
    struct fixture_run run;
    struct course course = {.best_loss = INFINITY};
    int64_t count;
    snprintf(training, sizeof training, RESTLESS, more);
    fixture_run_make(&run, dataset, "kind", classes, training);
    struct trainer *trainer = fixture_trainer(&run);
    watch(trainer, &course);
    ck_assert(course.stopped_early && course.epoch < 200);
    ck_assert_int_eq(course.epoch, course.best_epoch + 4);
    ck_assert_int_eq(trainer_progress(trainer).best_epoch, course.best_epoch);
    ck_assert_int_eq(trainer_progress(trainer).patience_left, 0);
    float *last = weights_of(trainer, false, &count);
    ck_assert_ptr_nonnull(course.best);
    ck_assert_int_eq(memcmp(course.best, last, (size_t)count * sizeof(float)) == 0, restores);
    free(course.best);
    free(last);
    trainer_free(trainer);
    fixture_run_clear(&run);
}

START_TEST(early_stopping_ends_with_the_best_weights)
{
    check_stopping("", true);
}
END_TEST

START_TEST(early_stopping_without_restore_best_ends_with_the_last)
{
    check_stopping(", \"restore_best\": false", false);
}
END_TEST

START_TEST(improvements_below_min_delta_do_not_count)
{
    struct fixture_run run;
    struct trainer_report last;
    fixture_run_make(&run, dataset, "kind", classes,
                     "{\"epochs\": 50, \"early_stopping\": {\"patience\": 3, \"min_delta\": 100}}");
    struct trainer *trainer = fixture_run_to_end(&run, &last);
    ck_assert_int_eq(last.epoch, 4);
    ck_assert_int_eq(last.stop, STOP_PATIENCE);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_checked_fixture(cases, open_dataset, close_dataset);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, early_stopping_ends_with_the_best_weights);
    tcase_add_test(cases, early_stopping_without_restore_best_ends_with_the_last);
    tcase_add_test(cases, improvements_below_min_delta_do_not_count);
}

int main(void)
{
    return tests_run("trainer_stopping", add_tests);
}

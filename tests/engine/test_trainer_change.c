/* Tests of changing a run: at the next update, in the checkpoint, and with the same bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/steered.h"

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
    "{\"layers\": [{\"type\": \"dense\", \"units\": 12, \"activation\": \"relu\"}, "               \
    "{\"type\": \"batch_norm\"}, {\"type\": \"dropout\", \"rate\": 0.3}, "                         \
    "{\"type\": \"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}"

/* 5 updates an epoch. */
#define TRAINING(more)                                                                             \
    "{\"optimizer\": {\"type\": \"adam\", \"learning_rate\": 0.01}, \"batch_size\": 16, "          \
    "\"epochs\": 4" more "}"

static void apply(struct trainer *trainer, const char *text)
{
    struct trainer_change change = steered_read(text);
    trainer_apply(trainer, &change);
}

static void go_between_updates(struct trainer *trainer)
{
    while (!trainer_takes_changes(trainer))
        fixture_turn(trainer, 1);
}

static struct trainer_report next_update(struct trainer *trainer)
{
    struct trainer_report report;
    struct error error = {0};
    while (trainer_step(trainer, &report, &error) != TRAINER_STEPPED)
        ck_assert_ok(error);
    return report;
}

START_TEST(new_learning_rate_is_that_of_the_next_update)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK, TRAINING(""));
    struct trainer *trainer = fixture_trainer(&run);
    ck_assert_double_eq(next_update(trainer).learning_rate, 0.01);
    apply(trainer, "{\"learning_rate\": 0.5}");
    ck_assert_double_eq(next_update(trainer).learning_rate, 0.5);
    /* The document that was borrowed is as it was. */
    struct trainer *other = fixture_trainer(&run);
    ck_assert_double_eq(next_update(other).learning_rate, 0.01);
    trainer_free(other);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(new_schedule_counts_from_the_first_update)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK, TRAINING(""));
    struct trainer *trainer = fixture_trainer(&run);
    fixture_turn(trainer, 3);
    apply(trainer, "{\"schedule\": {\"type\": \"step\", \"step_size\": 2, \"gamma\": 0.1, "
                   "\"per\": \"step\"}}");
    struct trainer_report report = next_update(trainer);
    ck_assert_int_eq(report.step, 4);
    ck_assert_double_eq_tol(report.learning_rate, 0.001, 1e-15);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(schedule_sees_the_new_end)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK,
                     TRAINING(", \"schedule\": {\"type\": \"cosine\", \"per\": \"epoch\"}"));
    struct trainer *trainer = fixture_trainer(&run);
    for (int i = 0; i < 10; i++)
        next_update(trainer);
    go_between_updates(trainer);
    apply(trainer, "{\"epochs\": 8}");
    /* A quarter of the way is done, not the half. */
    ck_assert_double_eq_tol(next_update(trainer).learning_rate, 0.01 * 0.5 * (1 + 0.70710678),
                            1e-9);
    ck_assert_int_eq(trainer_progress(trainer).steps, 40);
    ck_assert_int_eq(trainer_progress(trainer).epochs, 8);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

/* Updates in all when the epochs are changed after `updates` of them. */
static int64_t steps_with(int updates, const char *text)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK, TRAINING(""));
    struct trainer *trainer = fixture_trainer(&run);
    for (int i = 0; i < updates; i++)
        next_update(trainer);
    go_between_updates(trainer);
    apply(trainer, text);
    fixture_finish(trainer);
    struct trainer_progress progress = trainer_progress(trainer);
    ck_assert_int_eq(progress.step, progress.steps);
    trainer_free(trainer);
    fixture_run_clear(&run);
    return progress.step;
}

START_TEST(fewer_epochs_than_are_done_end_the_run_with_its_epoch)
{
    ck_assert_int_eq(steps_with(12, "{\"epochs\": 1}"), 15);
    ck_assert_int_eq(steps_with(10, "{\"epochs\": 1}"), 10);
    ck_assert_int_eq(steps_with(10, "{\"epochs\": 2}"), 10);
    ck_assert_int_eq(steps_with(11, "{\"epochs\": 3}"), 15);
}
END_TEST

START_TEST(more_epochs_extend_the_run_even_at_its_end)
{
    ck_assert_int_eq(steps_with(3, "{\"epochs\": 6}"), 30);
    ck_assert_int_eq(steps_with(20, "{\"epochs\": 6}"), 30);
    ck_assert_int_eq(steps_with(20, "{\"epochs\": 4}"), 20);
}
END_TEST

START_TEST(fewer_steps_than_are_done_end_the_run_with_the_next_one)
{
    ck_assert_int_eq(steps_with(12, "{\"steps\": 1}"), 13);
    ck_assert_int_eq(steps_with(10, "{\"steps\": 10}"), 11);
    ck_assert_int_eq(steps_with(3, "{\"steps\": 13}"), 13);
    ck_assert_int_eq(steps_with(3, "{\"steps\": 1000}"), 20);
}
END_TEST

START_TEST(run_that_is_done_takes_nothing_but_more_epochs)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK, TRAINING(""));
    struct trainer *trainer = fixture_trainer(&run);
    struct trainer_change rate = steered_read("{\"learning_rate\": 1}");
    struct trainer_change more = steered_read("{\"epochs\": 5}");
    struct error error = {0};
    ck_assert_int_eq(trainer_change_due(trainer, &rate, &error), 0);
    fixture_finish(trainer);
    ck_assert_int_eq(trainer_change_due(trainer, &more, &error), 0);
    ck_assert_int_eq(trainer_change_due(trainer, &rate, &error), -1);
    ck_assert_error(error, ERROR_CONFLICT, "the run has done its last step");
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(less_patience_stops_earlier)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK,
                     "{\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0}, \"batch_size\": "
                     "16, \"epochs\": 50, \"early_stopping\": {\"patience\": 20}}");
    struct trainer *trainer = fixture_trainer(&run);
    for (int i = 0; i < 30; i++)
        next_update(trainer);
    go_between_updates(trainer);
    apply(trainer, "{\"patience\": 2}");
    ck_assert_int_eq(trainer_progress(trainer).patience_left, 0);
    fixture_finish(trainer);
    ck_assert_int_eq(trainer_progress(trainer).epoch, 7);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(run_that_is_taken_back_forgets_its_changes)
{
    struct fixture_run run;
    struct error error = {0};
    fixture_run_make(&run, dataset, "kind", NETWORK, TRAINING(", \"early_stopping\": {}"));
    struct trainer *trainer = fixture_trainer(&run);
    fixture_turn(trainer, 3);
    struct bytes before = state_of(trainer);
    apply(trainer,
          "{\"learning_rate\": 1, \"schedule\": \"cosine\", \"epochs\": 2, \"patience\": 1, "
          "\"steps\": 4, \"l1\": 1, \"l2\": 1}");
    fixture_finish(trainer);
    trainer_restore(trainer, before.data, before.size, &error);
    ck_assert_ok(error);
    struct bytes after = state_of(trainer);
    ck_assert_uint_eq(after.size, before.size);
    ck_assert_mem_eq(after.data, before.data, before.size);
    fixture_finish(trainer);
    ck_assert_int_eq(trainer_progress(trainer).step, 20);
    bytes_clear(&before);
    bytes_clear(&after);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(changed_runs_end_in_the_same_bytes)
{
    static const struct steered_change changes[] = {
        {2, "{\"learning_rate\": 0.003}"},
        {5, "{\"epochs\": 7, \"l2\": 0.01}"},
        {5, "{\"l1\": 0.001}"},
        {11, "{\"schedule\": {\"type\": \"cosine\", \"warmup\": 1}, \"patience\": 3}"},
        {20, "{\"learning_rate\": 0.02}"},
        {31, "{\"epochs\": 2}"},
        {35, "{\"epochs\": 8}"},
        {0, NULL}};
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK,
                     TRAINING(", \"early_stopping\": {\"patience\": 9}"));
    const struct steered steered = {.run = &run, .changes = changes};
    steered_check(&steered);
    /* All seven were applied. */
    struct bytes end = steered_run(&steered, NULL, NULL);
    struct trainer *trainer = fixture_trainer(&run);
    struct error error = {0};
    trainer_restore(trainer, end.data, end.size, &error);
    ck_assert_ok(error);
    ck_assert_int_eq(trainer_progress(trainer).changes, 7);
    ck_assert_int_eq(trainer_progress(trainer).step, 40);
    trainer_free(trainer);
    bytes_clear(&end);
    fixture_run_clear(&run);
}
END_TEST

/* Batches that add up, an average, a limit, folds: what else is between two updates. */
START_TEST(changes_go_with_all_that_a_run_can_be)
{
    static const struct steered_change changes[] = {
        {1, "{\"learning_rate\": 0.003, \"epochs\": 3}"},
        {4, "{\"l2\": 0.01}"},
        {9, "{\"epochs\": 5, \"patience\": 2}"},
        {11, "{\"schedule\": {\"type\": \"exponential\", \"gamma\": 0.8}}"},
        {0, NULL}};
    static const char *const trainings[] = {
        TRAINING(", \"accumulate\": 3, \"average\": {\"ema\": 0.9}, \"early_stopping\": {}"),
        TRAINING(", \"limits\": {\"steps\": 23}, \"early_stopping\": {}"),
        TRAINING(", \"validation\": {\"folds\": 3}, \"early_stopping\": {}, "
                 "\"on_divergence\": \"rollback\"")};
    for (size_t i = 0; i < ARRAY_COUNT(trainings); i++) {
        struct fixture_run run;
        fixture_run_make(&run, dataset, "kind", NETWORK, trainings[i]);
        steered_check(&(struct steered){.run = &run, .changes = changes});
        fixture_run_clear(&run);
    }
}
END_TEST

/* At an epoch's end and in the midst of one. */
START_TEST(runs_ended_by_a_change_of_their_steps_are_the_same)
{
    static const struct steered_change changes[][2] = {{{10, "{\"steps\": 10}"}, {0, NULL}},
                                                       {{12, "{\"steps\": 3}"}, {0, NULL}}};
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK, TRAINING(", \"on_divergence\": \"rollback\""));
    for (size_t i = 0; i < ARRAY_COUNT(changes); i++)
        steered_check(&(struct steered){.run = &run, .changes = changes[i]});
    fixture_run_clear(&run);
}
END_TEST

START_TEST(schedule_that_watches_begins_to_watch)
{
    static const struct steered_change changes[] = {
        {7, "{\"schedule\": {\"type\": \"reduce_on_plateau\", \"patience\": 0, \"factor\": 0.5, "
            "\"threshold\": 1, \"threshold_mode\": \"abs\", \"monitor\": \"loss\"}}"},
        {0, NULL}};
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK, TRAINING(", \"on_divergence\": \"rollback\""));
    steered_check(&(struct steered){.run = &run, .changes = changes});
    struct trainer *trainer = fixture_trainer(&run);
    fixture_turn(trainer, 2);
    apply(trainer, changes[0].text);
    struct trainer_report report = next_update(trainer);
    ck_assert_double_eq(report.learning_rate, 0.01);
    while (report.step < 16) /* the second and third epoch are not better than the first by 1 */
        report = next_update(trainer);
    ck_assert_double_eq(report.learning_rate, 0.0025);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(changes_hold_for_the_folds_to_come)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK, TRAINING(", \"validation\": {\"folds\": 2}"));
    struct trainer *trainer = fixture_trainer(&run);
    next_update(trainer);
    apply(trainer, "{\"learning_rate\": 0.5, \"epochs\": 2}");
    struct trainer_report report = next_update(trainer);
    int64_t steps = 1;
    while (report.fold != 2) {
        report = next_update(trainer);
        steps++;
    }
    ck_assert_int_eq(steps, 2 * 3); /* 45 rows are three updates, and two epochs were asked for */
    ck_assert_double_eq(report.learning_rate, 0.5);
    fixture_finish(trainer);
    ck_assert_int_eq(trainer_progress(trainer).epoch, 6);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(change_during_an_update_of_several_batches_comes_after_it)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK, TRAINING(", \"accumulate\": 2"));
    struct trainer *trainer = fixture_trainer(&run);
    ck_assert_int_eq(trainer_next_place(trainer).tries, 0);
    fixture_turn(trainer, 1);
    ck_assert(!trainer_takes_changes(trainer));
    ck_assert_int_eq(trainer_next_place(trainer).tries, 1);
    ck_assert_int_eq(trainer_next_place(trainer).step, 1);
    fixture_turn(trainer, 1);
    ck_assert(trainer_takes_changes(trainer));
    ck_assert_int_eq(trainer_next_place(trainer).tries, 1);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(every_change_makes_a_difference)
{
    static const char *const texts[] = {"{\"learning_rate\": 0.02}",
                                        "{\"schedule\": {\"type\": \"step\", \"step_size\": 1}}",
                                        "{\"epochs\": 3}", "{\"l1\": 0.01}", "{\"l2\": 0.01}"};
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK, TRAINING(""));
    struct bytes plain = steered_run(&(struct steered){.run = &run}, NULL, NULL);
    size_t weights = plain.size / 2; /* from here on there is nothing but numbers of the run */
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        const struct steered_change changes[] = {{7, texts[i]}, {0, NULL}};
        struct bytes other =
            steered_run(&(struct steered){.run = &run, .changes = changes}, NULL, NULL);
        ck_assert_msg(memcmp(plain.data + plain.size - weights, other.data + other.size - weights,
                             weights - DIGEST_TEXT_SIZE) != 0,
                      "%s", texts[i]);
        bytes_clear(&other);
    }
    bytes_clear(&plain);
    fixture_run_clear(&run);
}
END_TEST

static void check_refused(const char *text, const struct training *training, const char *message)
{
    struct trainer_change change;
    struct error error = {0};
    json_t *json = fields_parse(text, strlen(text), &error);
    if (fields_read(&trainer_change_kind, json, &change, "", &error) == 0) {
        ck_assert_int_eq(trainer_change_check(&change, training, &error), -1);
        fields_clear(&trainer_change_kind, &change);
    }
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_msg(strstr(error.message, message) != NULL, "%s", error.message);
    json_decref(json);
}

START_TEST(values_out_of_range_are_refused_by_name)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK, TRAINING(""));
    check_refused("{\"learning_rate\": -1}", &run.training, "learning_rate must be");
    check_refused("{\"epochs\": 0}", &run.training, "epochs must be");
    check_refused("{\"l1\": \"much\"}", &run.training, "l1 must be");
    check_refused("{\"schedule\": \"sine\"}", &run.training, "schedule must be");
    check_refused("{\"schedule\": {\"type\": \"step\"}}", &run.training, "schedule.step_size");
    check_refused("{\"batch_size\": 3}", &run.training, "batch_size");
    check_refused("{\"patience\": 3}", &run.training, "training.early_stopping");
    fixture_run_clear(&run);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_checked_fixture(cases, open_dataset, close_dataset);
    tcase_add_test(cases, new_learning_rate_is_that_of_the_next_update);
    tcase_add_test(cases, new_schedule_counts_from_the_first_update);
    tcase_add_test(cases, schedule_sees_the_new_end);
    tcase_add_test(cases, fewer_epochs_than_are_done_end_the_run_with_its_epoch);
    tcase_add_test(cases, more_epochs_extend_the_run_even_at_its_end);
    tcase_add_test(cases, fewer_steps_than_are_done_end_the_run_with_the_next_one);
    tcase_add_test(cases, run_that_is_done_takes_nothing_but_more_epochs);
    tcase_add_test(cases, less_patience_stops_earlier);
    tcase_add_test(cases, run_that_is_taken_back_forgets_its_changes);
    tcase_add_test(cases, changed_runs_end_in_the_same_bytes);
    tcase_add_test(cases, changes_go_with_all_that_a_run_can_be);
    tcase_add_test(cases, runs_ended_by_a_change_of_their_steps_are_the_same);
    tcase_add_test(cases, schedule_that_watches_begins_to_watch);
    tcase_add_test(cases, changes_hold_for_the_folds_to_come);
    tcase_add_test(cases, change_during_an_update_of_several_batches_comes_after_it);
    tcase_add_test(cases, every_change_makes_a_difference);
    tcase_add_test(cases, values_out_of_range_are_refused_by_name);
    tcase_set_timeout(cases, 60);
}

int main(void)
{
    return tests_run("trainer_change", add_tests);
}

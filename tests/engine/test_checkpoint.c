/* Tests of saving and restoring a run: the same bytes as without, and nothing from damaged ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trainer_fixture.h"

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

/* The whole state, which holds everything that can differ. */
static struct bytes state_of(const struct trainer *trainer)
{
    struct bytes bytes = {0};
    struct error error = {0};
    trainer_save(trainer, &bytes, &error);
    ck_assert_ok(error);
    return bytes;
}

static struct trainer *restored(const struct fixture_run *run, const struct bytes *checkpoint)
{
    struct error error = {0};
    struct trainer *trainer = fixture_trainer(run);
    trainer_restore(trainer, checkpoint->data, checkpoint->size, &error);
    ck_assert_ok(error);
    return trainer;
}

/* Stops after every `pieces` pieces, saves, goes on with a new trainer. */
static struct bytes interrupted(const struct fixture_run *run, int pieces)
{
    struct trainer *trainer = fixture_trainer(run);
    struct trainer_progress progress;
    do {
        fixture_turn(trainer, pieces);
        struct bytes checkpoint = state_of(trainer);
        progress = trainer_progress(trainer);
        trainer_free(trainer);
        trainer = restored(run, &checkpoint);
        bytes_clear(&checkpoint);
    } while (progress.step < progress.steps && progress.patience_left != 0);
    fixture_finish(trainer);
    struct bytes end = state_of(trainer);
    trainer_free(trainer);
    return end;
}

static void check_interruptions(const char *target, const char *network, const char *training)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, target, network, training);
    struct trainer *trainer = fixture_trainer(&run);
    fixture_finish(trainer);
    struct bytes whole = state_of(trainer);
    trainer_free(trainer);
    /* 5 updates, a piece of validation and an end make an epoch: 3 and 7 meet all of them. */
    static const int pieces[] = {3, 7, 12};
    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++) {
        struct bytes pieced = interrupted(&run, pieces[i]);
        ck_assert_uint_eq(pieced.size, whole.size);
        ck_assert_msg(memcmp(pieced.data, whole.data, whole.size) == 0, "%s, every %d", training,
                      pieces[i]);
        bytes_clear(&pieced);
    }
    bytes_clear(&whole);
    fixture_run_clear(&run);
}

START_TEST(restored_runs_end_in_the_same_bytes_with_every_optimizer)
{
    static const char *const optimizers[] = {
        "\"sgd\"",
        "{\"type\": \"sgd\", \"momentum\": 0.9, \"nesterov\": true}",
        "\"adam\"",
        "\"adamw\"",
        "{\"type\": \"rmsprop\", \"centered\": true, \"momentum\": 0.5}",
        "{\"type\": \"adagrad\", \"lr_decay\": 0.1, \"initial_accumulator_value\": 0.1}",
        "\"adadelta\"",
        "\"amsgrad\"",
        "\"nadam\"",
        "\"lion\""};
    char training[512];
    for (size_t i = 0; i < ARRAY_COUNT(optimizers); i++) {
        snprintf(training, sizeof training,
                 "{\"optimizer\": %s, \"epochs\": 4, \"batch_size\": 16, \"clip_norm\": 1, "
                 "\"schedule\": {\"type\": \"cosine\", \"warmup\": 3, \"per\": \"step\"}}",
                 optimizers[i]);
        check_interruptions("kind", NETWORK, training);
    }
}
END_TEST

START_TEST(restored_runs_stop_early_at_the_same_epoch)
{
    check_interruptions("kind", NETWORK,
                        "{\"optimizer\": {\"type\": \"adam\", \"learning_rate\": 0.05}, "
                        "\"epochs\": 60, \"batch_size\": 16, \"early_stopping\": {\"patience\": 3, "
                        "\"monitor\": \"val_accuracy\"}, \"class_weights\": \"balanced\"}");
}
END_TEST

START_TEST(restored_runs_have_the_same_curves)
{
    check_interruptions("kind", NETWORK,
                        "{\"optimizer\": {\"type\": \"adam\", \"learning_rate\": 0.05}, "
                        "\"epochs\": 20, \"batch_size\": 16, \"metrics\": [\"auc\", \"top_2\", "
                        "\"mcc\"], \"early_stopping\": {\"monitor\": \"val_auc\"}}");
    check_interruptions("y", "{\"layers\": [{\"type\": \"dense\", \"units\": \"auto\"}]}",
                        "{\"epochs\": 4, \"batch_size\": 16}");
}
END_TEST

START_TEST(restored_runs_reduce_the_rate_at_the_same_epoch)
{
    check_interruptions(
        "kind", NETWORK,
        "{\"optimizer\": {\"type\": \"adam\", \"learning_rate\": 0.05}, "
        "\"epochs\": 30, \"batch_size\": 16, \"schedule\": {\"type\": "
        "\"reduce_on_plateau\", \"patience\": 1, \"factor\": 0.5, \"cooldown\": 1}}");
}
END_TEST

START_TEST(restored_runs_without_validation_are_the_same)
{
    check_interruptions("y",
                        "{\"layers\": [{\"type\": \"dense\", \"units\": 8, \"activation\": "
                        "\"tanh\"}, {\"type\": \"dense\", \"units\": \"auto\"}]}",
                        "{\"epochs\": 5, \"batch_size\": 25, \"validation\": null, "
                        "\"early_stopping\": {\"monitor\": \"loss\"}, \"sample_weight\": "
                        "\"weight\"}");
}
END_TEST

START_TEST(trainer_that_went_on_can_be_taken_back)
{
    struct fixture_run run;
    /* nadam carries a number from update to update, which has to go back too. */
    fixture_run_make(&run, dataset, "kind", NETWORK,
                     "{\"epochs\": 4, \"batch_size\": 16, \"optimizer\": \"nadam\"}");
    struct trainer *trainer = fixture_trainer(&run);
    struct error error = {0};
    fixture_turn(trainer, 9);
    struct bytes middle = state_of(trainer);
    fixture_finish(trainer);
    struct bytes end = state_of(trainer);
    trainer_restore(trainer, middle.data, middle.size, &error);
    ck_assert_ok(error);
    struct bytes again = state_of(trainer);
    ck_assert_mem_eq(again.data, middle.data, middle.size);
    fixture_finish(trainer);
    bytes_clear(&again);
    again = state_of(trainer);
    ck_assert_mem_eq(again.data, end.data, end.size);
    bytes_clear(&again);
    bytes_clear(&middle);
    bytes_clear(&end);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

static void check_refused(struct trainer *trainer, const uint8_t *data, size_t size)
{
    struct error error = {0};
    /* A block of its own size, so that reading outside is noticed. */
    uint8_t *copy = malloc(size + (size == 0));
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, data, size);
    ck_assert_int_ne(trainer_restore(trainer, copy, size, &error), 0);
    ck_assert_int_eq(error.code, ERROR_CORRUPT);
    free(copy);
}

START_TEST(damaged_checkpoints_are_refused_and_change_nothing)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK, "{\"epochs\": 3}");
    struct trainer *trainer = fixture_trainer(&run);
    fixture_turn(trainer, 4);
    struct bytes checkpoint = state_of(trainer);
    for (size_t at = 0; at < checkpoint.size; at += 1 + checkpoint.size / 97) {
        checkpoint.data[at] ^= 1;
        check_refused(trainer, checkpoint.data, checkpoint.size);
        checkpoint.data[at] ^= 1;
    }
    for (size_t size = 0; size < checkpoint.size; size += 1 + checkpoint.size / 89)
        check_refused(trainer, checkpoint.data, size);
    struct bytes after = state_of(trainer);
    ck_assert_mem_eq(after.data, checkpoint.data, checkpoint.size);
    bytes_clear(&after);
    bytes_clear(&checkpoint);
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(checkpoints_of_other_runs_are_refused)
{
    static const char *const others[] = {"{\"epochs\": 4}", "{\"epochs\": 3, \"seed\": 1}",
                                         "{\"epochs\": 3, \"optimizer\": \"sgd\"}"};
    struct fixture_run run;
    fixture_run_make(&run, dataset, "kind", NETWORK, "{\"epochs\": 3}");
    struct trainer *trainer = fixture_trainer(&run);
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        struct fixture_run other;
        fixture_run_make(&other, dataset, "kind", NETWORK, others[i]);
        struct trainer *foreign = fixture_trainer(&other);
        struct bytes checkpoint = state_of(foreign);
        check_refused(trainer, checkpoint.data, checkpoint.size);
        bytes_clear(&checkpoint);
        trainer_free(foreign);
        fixture_run_clear(&other);
    }
    trainer_free(trainer);
    fixture_run_clear(&run);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_checked_fixture(cases, open_dataset, close_dataset);
    tcase_add_test(cases, restored_runs_end_in_the_same_bytes_with_every_optimizer);
    tcase_add_test(cases, restored_runs_stop_early_at_the_same_epoch);
    tcase_add_test(cases, restored_runs_have_the_same_curves);
    tcase_add_test(cases, restored_runs_reduce_the_rate_at_the_same_epoch);
    tcase_add_test(cases, restored_runs_without_validation_are_the_same);
    tcase_add_test(cases, trainer_that_went_on_can_be_taken_back);
    tcase_add_test(cases, damaged_checkpoints_are_refused_and_change_nothing);
    tcase_add_test(cases, checkpoints_of_other_runs_are_refused);
    tcase_set_timeout(cases, 60);
}

int main(void)
{
    return tests_run("checkpoint", add_tests);
}

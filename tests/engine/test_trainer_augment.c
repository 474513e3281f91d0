/* Augmented training batches: what is learned from mixed rows, and that runs end in the same bytes
 * on any team and after any restart. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_augment.h"
#include "engine/trainer_data.h"
#include "tests/check.h"
#include "tests/engine/trainer_fixture.h"

#include <math.h>
#include <string.h>

enum { BATCH = 24 };

static struct dataset *dataset;

static void open_dataset(void)
{
    dataset = fixture_dataset();
}

static void close_dataset(void)
{
    dataset_close(dataset);
}

#define SOFTMAX                                                                                    \
    "{\"layers\": [{\"type\": \"dense\", \"units\": 9, \"activation\": \"tanh\"}, "                \
    "{\"type\": \"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}"
#define LINEAR "{\"layers\": [{\"type\": \"dense\", \"units\": \"auto\"}]}"

/* ---- mixed targets */

struct fixture {
    struct fixture_run run;
    struct trainer_plan plan;
    struct trainer_data data;
    struct trainer_augment augment;
    float *x, *before;
    struct step_batch plain, batch; /* before and after */
};

static void fixture_make(struct fixture *fixture, const char *target, const char *network,
                         const char *training)
{
    struct error error = {0};
    const struct trainer_round round = {.fold = -1};
    fixture_run_make(&fixture->run, dataset, target, network, training);
    trainer_plan_make(&fixture->plan, &fixture->run.setup, &round, &error);
    ck_assert_ok(error);
    trainer_data_create(&fixture->data, &fixture->plan, &error);
    ck_assert_ok(error);
    trainer_augment_create(&fixture->augment, &fixture->plan, &error);
    ck_assert_ok(error);
    size_t count = (size_t)(BATCH * fixture->plan.input_elements);
    fixture->x = calloc(count, sizeof(float));
    fixture->before = calloc(count, sizeof(float));
    ck_assert(fixture->x != NULL && fixture->before != NULL);
    fixture->plain =
        trainer_data_fill(&fixture->data, &fixture->data.training, NULL, 0, BATCH, fixture->x);
    memcpy(fixture->before, fixture->x, count * sizeof(float));
    fixture->batch =
        trainer_augment_run(&fixture->augment, 0, fixture->data.rows, &fixture->plain, fixture->x);
}

static void fixture_clear(struct fixture *fixture)
{
    free(fixture->x);
    free(fixture->before);
    trainer_augment_clear(&fixture->augment);
    trainer_data_clear(&fixture->data);
    trainer_plan_clear(&fixture->plan);
    fixture_run_clear(&fixture->run);
}

/* The row that was mixed into row i and the row's own share, found by the features alone. */
static void find_mix(const struct fixture *fixture, int64_t row, int64_t *partner, double *share)
{
    int64_t elements = fixture->plan.input_elements;
    const float *own = fixture->before + row * elements, *mixed = fixture->x + row * elements;
    for (int64_t other = 0; other < BATCH; other++) {
        const float *theirs = fixture->before + other * elements;
        double off = 0;
        if (other == row)
            continue;
        int64_t most = 0;
        for (int64_t j = 1; j < elements; j++)
            if (fabsf(own[j] - theirs[j]) > fabsf(own[most] - theirs[most]))
                most = j;
        *share = (double)(mixed[most] - theirs[most]) / (double)(own[most] - theirs[most]);
        for (int64_t j = 0; j < elements; j++)
            off = fmax(off, fabs((double)mixed[j] - *share * (double)own[j] -
                                 (1 - *share) * (double)theirs[j]));
        *partner = other;
        if (off < 1e-5 && *share > -1e-5 && *share < 1 + 1e-5)
            return;
    }
    ck_abort_msg("row %lld is no mix of two rows", (long long)row);
}

START_TEST(classes_are_learned_by_their_shares_and_weights)
{
    struct fixture fixture;
    fixture_make(&fixture, "kind", SOFTMAX,
                 "{\"class_weights\": [1, 2, 4], \"sample_weight\": \"weight\", "
                 "\"augmentation\": [{\"type\": \"mixup\", \"alpha\": 3}]}");
    const struct step_batch *batch = &fixture.batch, *plain = &fixture.plain;
    ck_assert_int_eq(batch->parts, 2);
    for (int64_t i = 0; i < BATCH; i++) {
        int64_t partner;
        double share;
        find_mix(&fixture, i, &partner, &share);
        ck_assert_int_eq(batch->classes[i], plain->classes[i]);
        ck_assert_int_eq(batch->classes[BATCH + i], plain->classes[partner]);
        ck_assert_double_eq_tol((double)batch->row_weights[i],
                                share * (double)plain->row_weights[i], 1e-4);
        ck_assert_double_eq_tol((double)batch->row_weights[BATCH + i],
                                (1 - share) * (double)plain->row_weights[partner], 1e-4);
    }
    fixture_clear(&fixture);
}
END_TEST

START_TEST(numbers_and_their_weights_are_mixed)
{
    struct fixture fixture;
    fixture_make(&fixture, "y", LINEAR,
                 "{\"sample_weight\": \"weight\", "
                 "\"augmentation\": [{\"type\": \"mixup\", \"alpha\": 3}]}");
    const struct step_batch *batch = &fixture.batch, *plain = &fixture.plain;
    ck_assert_int_le(batch->parts, 1);
    for (int64_t i = 0; i < BATCH; i++) {
        int64_t partner;
        double share;
        find_mix(&fixture, i, &partner, &share);
        ck_assert_double_eq_tol(
            (double)batch->values[i],
            share * (double)plain->values[i] + (1 - share) * (double)plain->values[partner], 1e-4);
        ck_assert_double_eq_tol((double)batch->row_weights[i],
                                share * (double)plain->row_weights[i] +
                                    (1 - share) * (double)plain->row_weights[partner],
                                1e-4);
    }
    fixture_clear(&fixture);
}
END_TEST

START_TEST(rows_that_are_not_mixed_keep_target_and_weight)
{
    struct fixture fixture;
    fixture_make(&fixture, "kind", SOFTMAX,
                 "{\"augmentation\": [{\"type\": \"mixup\", \"probability\": 0}, "
                 "{\"type\": \"mixup\", \"probability\": 0}]}");
    ck_assert_mem_eq(fixture.x, fixture.before,
                     (size_t)(BATCH * fixture.plan.input_elements) * sizeof(float));
    ck_assert_int_eq(fixture.batch.parts, 4);
    for (int64_t i = 0; i < BATCH; i++) {
        ck_assert_int_eq(fixture.batch.classes[i], fixture.plain.classes[i]);
        ck_assert_float_eq(fixture.batch.row_weights[i], 1);
        for (int part = 1; part < 4; part++)
            ck_assert_float_eq(fixture.batch.row_weights[part * BATCH + i], 0);
    }
    fixture_clear(&fixture);
}
END_TEST

START_TEST(noise_keeps_to_the_columns_of_numbers)
{
    struct fixture fixture;
    fixture_make(&fixture, "kind", SOFTMAX, "{\"augmentation\": [\"gaussian_noise\"]}");
    int64_t elements = fixture.plan.input_elements;
    ck_assert_int_eq(fixture.plan.augment_input.column_count, 3);
    ck_assert_int_gt(elements, 4);
    for (int64_t i = 0; i < BATCH * elements; i++)
        ck_assert_int_eq(fixture.x[i] != fixture.before[i], i % elements < 2); /* a, b; color */
    ck_assert_ptr_eq(fixture.batch.classes, fixture.plain.classes);
    fixture_clear(&fixture);
}
END_TEST

/* ---- whole runs */

static struct bytes state_of(const struct trainer *trainer)
{
    struct bytes bytes = {0};
    struct error error = {0};
    trainer_save(trainer, &bytes, &error);
    ck_assert_ok(error);
    return bytes;
}

/* The state at the end of a run that was saved and given to a new trainer after every `pieces`
 * pieces (0: never). */
static struct bytes run_in_pieces(const struct fixture_run *run, int pieces)
{
    struct trainer *trainer = fixture_trainer(run);
    struct error error = {0};
    for (int i = 0; pieces > 0 && i < 12; i++) {
        fixture_turn(trainer, pieces);
        struct bytes checkpoint = state_of(trainer);
        trainer_free(trainer);
        trainer = fixture_trainer(run);
        trainer_restore(trainer, checkpoint.data, checkpoint.size, &error);
        ck_assert_ok(error);
        bytes_clear(&checkpoint);
    }
    fixture_finish(trainer);
    struct bytes end = state_of(trainer);
    trainer_free(trainer);
    return end;
}

static const struct {
    const char *target, *network, *training;
} runs[] = {
    {"kind", SOFTMAX,
     "{\"epochs\": 4, \"batch_size\": 16, \"class_weights\": \"balanced\", \"augmentation\": ["
     "\"gaussian_noise\", {\"type\": \"mixup\", \"probability\": 0.5}, \"feature_dropout\", "
     "\"mixup\"]}"},
    {"y", LINEAR,
     "{\"epochs\": 4, \"batch_size\": 16, \"accumulate\": 2, \"augmentation\": [\"mixup\", "
     "{\"type\": \"gaussian_noise\", \"stddev\": 0.5}]}"},
    {"kind", SOFTMAX,
     "{\"epochs\": 2, \"batch_size\": 16, \"validation\": {\"folds\": 3}, \"augmentation\": ["
     "\"gaussian_noise\", \"mixup\"]}"}};

START_TEST(restored_runs_end_in_the_same_bytes)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, runs[_i].target, runs[_i].network, runs[_i].training);
    struct bytes whole = run_in_pieces(&run, 0);
    static const int pieces[] = {1, 3, 7};
    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++) {
        struct bytes pieced = run_in_pieces(&run, pieces[i]);
        ck_assert_uint_eq(pieced.size, whole.size);
        ck_assert_mem_eq(pieced.data, whole.data, whole.size);
        bytes_clear(&pieced);
    }
    bytes_clear(&whole);
    fixture_run_clear(&run);
}
END_TEST

START_TEST(teams_of_any_size_end_in_the_same_bytes)
{
    struct fixture_run run;
    fixture_run_make(&run, dataset, runs[_i].target, runs[_i].network, runs[_i].training);
    struct bytes alone = run_in_pieces(&run, 0);
    for (int members = 2; members <= 4; members++) {
        struct error error = {0};
        struct team *team = team_create(members, NULL, &error);
        ck_assert_ok(error);
        run.setup.team = team;
        struct bytes together = run_in_pieces(&run, 0);
        ck_assert_mem_eq(together.data, alone.data, alone.size);
        bytes_clear(&together);
        run.setup.team = NULL;
        team_free(team);
    }
    bytes_clear(&alone);
    fixture_run_clear(&run);
}
END_TEST

static size_t memory_of(const char *training)
{
    struct fixture_run run;
    struct error error = {0};
    size_t memory = 0;
    json_t *resolved = NULL;
    fixture_run_make(&run, dataset, "kind", SOFTMAX, training);
    trainer_check(&run.setup, &memory, &resolved, &error);
    ck_assert_ok(error);
    json_decref(resolved);
    fixture_run_clear(&run);
    return memory;
}

START_TEST(memory_of_a_list_is_counted)
{
    size_t plain = memory_of("{}");
    size_t changed = memory_of("{\"augmentation\": [\"gaussian_noise\"]}");
    size_t mixed = memory_of("{\"augmentation\": [\"mixup\"]}");
    size_t twice = memory_of("{\"augmentation\": [\"mixup\", \"mixup\"]}");
    ck_assert_uint_gt(changed, plain);
    /* Rows as they were before, and a gradient and a target more for each. */
    ck_assert_uint_ge(mixed, changed + 32 * (6 + 3) * sizeof(float));
    ck_assert_uint_gt(twice, mixed);
}
END_TEST

START_TEST(list_is_checked_with_the_job)
{
    struct fixture_run run;
    struct error error = {0};
    size_t memory = 0;
    fixture_run_make(&run, dataset, "kind", SOFTMAX,
                     "{\"augmentation\": [\"mixup\", {\"type\": \"random_flip\"}]}");
    ck_assert_int_eq(trainer_check(&run.setup, &memory, NULL, &error), -1);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_str_eq(error.path, "training.augmentation[1].type");
    fixture_run_clear(&run);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_checked_fixture(cases, open_dataset, close_dataset);
    tcase_add_test(cases, classes_are_learned_by_their_shares_and_weights);
    tcase_add_test(cases, numbers_and_their_weights_are_mixed);
    tcase_add_test(cases, rows_that_are_not_mixed_keep_target_and_weight);
    tcase_add_test(cases, noise_keeps_to_the_columns_of_numbers);
    tcase_add_loop_test(cases, restored_runs_end_in_the_same_bytes, 0, (int)ARRAY_COUNT(runs));
    tcase_add_loop_test(cases, teams_of_any_size_end_in_the_same_bytes, 0, (int)ARRAY_COUNT(runs));
    tcase_add_test(cases, memory_of_a_list_is_counted);
    tcase_add_test(cases, list_is_checked_with_the_job);
    tcase_set_timeout(cases, 60);
}

int main(void)
{
    return tests_run("trainer_augment", add_tests);
}

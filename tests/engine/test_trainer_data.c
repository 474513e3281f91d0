/* Tests of batches: the same bytes whether rows are encoded once or batch by batch, and the weights
 * of rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_data.h"
#include "tests/check.h"
#include "tests/engine/trainer_fixture.h"

#include <math.h>
#include <string.h>

enum { BATCH = 32 };

static struct dataset *dataset;

static void open_dataset(void)
{
    dataset = fixture_dataset();
}

static void close_dataset(void)
{
    dataset_close(dataset);
}

struct fixture {
    struct fixture_run run;
    struct trainer_plan plan;
    struct trainer_data data;
    float *x;
};

static void fixture_make(struct fixture *fixture, const char *target, const char *network,
                         const char *training)
{
    struct error error = {0};
    fixture_run_make(&fixture->run, dataset, target, network, training);
    struct trainer_round round = trainer_round_first(&fixture->run.setup);
    trainer_plan_make(&fixture->plan, &fixture->run.setup, &round, &error);
    ck_assert_ok(error);
    trainer_data_create(&fixture->data, &fixture->plan, &error);
    ck_assert_ok(error);
    fixture->x = calloc((size_t)(BATCH * fixture->plan.input_elements), sizeof(float));
    ck_assert_ptr_nonnull(fixture->x);
}

static void fixture_clear(struct fixture *fixture)
{
    free(fixture->x);
    trainer_data_clear(&fixture->data);
    trainer_plan_clear(&fixture->plan);
    fixture_run_clear(&fixture->run);
}

#define SOFTMAX                                                                                    \
    "{\"layers\": [{\"type\": \"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}"
#define LINEAR "{\"layers\": [{\"type\": \"dense\", \"units\": \"auto\"}]}"
#define SIGMOID                                                                                    \
    "{\"layers\": [{\"type\": \"dense\", \"units\": \"auto\", \"activation\": \"sigmoid\"}]}"

/* The targets of a batch as bytes; the caller frees them. */
static void *targets_copy(const struct fixture *fixture, const struct step_batch *batch,
                          size_t *size)
{
    size_t rows = (size_t)batch->rows;
    *size = rows * (batch->classes != NULL ? sizeof(int32_t)
                                           : (size_t)fixture->plan.output_elements * sizeof(float));
    void *copy = malloc(*size);
    ck_assert_ptr_nonnull(copy);
    return memcpy(copy, batch->classes != NULL ? (const void *)batch->classes : batch->values,
                  *size);
}

static void check_both_ways(const char *target, const char *network)
{
    struct fixture fixture;
    fixture_make(&fixture, target, network, "{}");
    size_t size = (size_t)(BATCH * fixture.plan.input_elements) * sizeof(float);
    AUTO_FREE float *once = malloc(size);
    ck_assert_ptr_nonnull(once);
    static uint32_t order[FIXTURE_ROWS];
    sampler_order(3, 1, 1, order, fixture.data.training.count);
    ck_assert_ptr_nonnull(fixture.data.training.x);
    struct step_batch batch =
        trainer_data_fill(&fixture.data, &fixture.data.training, order, 7, BATCH, once);
    size_t target_size;
    AUTO_FREE void *targets = targets_copy(&fixture, &batch, &target_size);
    struct trainer_set by_batch = fixture.data.training;
    by_batch.x = NULL;
    /* Another batch in between, so that nothing is left over. */
    trainer_data_fill(&fixture.data, &by_batch, order, 0, BATCH, fixture.x);
    batch = trainer_data_fill(&fixture.data, &by_batch, order, 7, BATCH, fixture.x);
    ck_assert_mem_eq(once, fixture.x, size);
    ck_assert_mem_eq(targets, batch.classes != NULL ? (const void *)batch.classes : batch.values,
                     target_size);
    fixture_clear(&fixture);
}

START_TEST(rows_encoded_by_batch_have_the_same_bytes)
{
    check_both_ways("kind", SOFTMAX);
    check_both_ways("y", LINEAR);
}
END_TEST

START_TEST(batch_follows_the_order)
{
    struct fixture fixture;
    fixture_make(&fixture, "kind", SOFTMAX, "{\"validation\": null}");
    static uint32_t backwards[FIXTURE_ROWS];
    for (uint32_t i = 0; i < FIXTURE_ROWS; i++)
        backwards[i] = FIXTURE_ROWS - 1 - i;
    struct step_batch batch =
        trainer_data_fill(&fixture.data, &fixture.data.training, backwards, 10, 5, fixture.x);
    ck_assert_int_eq(batch.rows, 5);
    ck_assert_ptr_null(batch.values);
    ck_assert_ptr_null(batch.row_weights);
    for (int i = 0; i < 5; i++) {
        ck_assert_uint_eq(fixture.data.rows[i], FIXTURE_ROWS - 11 - i);
        ck_assert_int_eq(batch.classes[i], (FIXTURE_ROWS - 11 - i) % 3);
    }
    fixture_clear(&fixture);
}
END_TEST

START_TEST(weights_of_class_and_row_multiply)
{
    struct fixture fixture;
    fixture_make(&fixture, "kind", SOFTMAX,
                 "{\"class_weights\": [1, 2, 4], \"sample_weight\": \"weight\"}");
    const struct column *weight = &dataset->columns[dataset_find(dataset, "weight")];
    struct step_batch batch =
        trainer_data_fill(&fixture.data, &fixture.data.training, NULL, 0, BATCH, fixture.x);
    for (int i = 0; i < BATCH; i++)
        ck_assert_float_eq(batch.row_weights[i], (float)(weight->numbers[fixture.data.rows[i]] *
                                                         (double)(1 << batch.classes[i])));
    batch = trainer_data_fill(&fixture.data, &fixture.data.validation, NULL, 0, 5, fixture.x);
    ck_assert_ptr_null(batch.row_weights);
    fixture_clear(&fixture);
}
END_TEST

/* Whichever way two classes are learned: by one unit, by labels as 0 and 1, by numbers 0 and 1. */
static const struct {
    const char *target, *network, *training;
} two_classes[] = {
    {"flag", SIGMOID, "{\"class_weights\": {\"no\": 0.5, \"yes\": 3}}"},
    {"bit", SIGMOID, "{\"class_weights\": {\"0\": 0.5, \"1\": 3}}"},
    {"flag", SIGMOID, "{\"loss\": \"mae\", \"class_weights\": [0.5, 3]}"},
    {"flag", LINEAR, "{\"loss\": \"hinge\", \"class_weights\": {\"no\": 0.5, \"yes\": 3}}"},
    {"bit", LINEAR, "{\"loss\": \"hinge\", \"class_weights\": {\"0\": 0.5, \"1\": 3}}"},
    {"bit", LINEAR, "{\"loss\": \"hinge\", \"class_weights\": [0.5, 3]}"}};

START_TEST(two_classes_weigh_however_they_are_learned)
{
    struct fixture fixture;
    fixture_make(&fixture, two_classes[_i].target, two_classes[_i].network,
                 two_classes[_i].training);
    const struct column *bit = &dataset->columns[dataset_find(dataset, "bit")];
    struct step_batch batch =
        trainer_data_fill(&fixture.data, &fixture.data.training, NULL, 0, BATCH, fixture.x);
    int ones = 0;
    for (int i = 0; i < BATCH; i++) {
        bool one = bit->numbers[fixture.data.rows[i]] > 0;
        ones += one;
        ck_assert_float_eq(batch.row_weights[i], one ? 3.0F : 0.5F);
    }
    ck_assert(ones > 0 && ones < BATCH);
    fixture_clear(&fixture);
}
END_TEST

START_TEST(balanced_numbers_zero_and_one_weigh_the_same_in_sum)
{
    struct fixture fixture;
    fixture_make(&fixture, "bit", LINEAR,
                 "{\"loss\": \"hinge\", \"batch_size\": 90, \"class_weights\": \"balanced\"}");
    free(fixture.x);
    int64_t count = fixture.data.training.count;
    fixture.x = calloc((size_t)(count * fixture.plan.input_elements), sizeof(float));
    ck_assert_ptr_nonnull(fixture.x);
    struct step_batch batch =
        trainer_data_fill(&fixture.data, &fixture.data.training, NULL, 0, count, fixture.x);
    double sums[2] = {0};
    for (int64_t i = 0; i < count; i++)
        sums[batch.values[i] > 0] += (double)batch.row_weights[i];
    ck_assert_double_eq_tol(sums[0], (double)count / 2, 1e-4);
    ck_assert_double_eq_tol(sums[1], (double)count / 2, 1e-4);
    fixture_clear(&fixture);
}
END_TEST

START_TEST(numbers_come_scaled_by_the_training_rows)
{
    struct fixture fixture;
    fixture_make(&fixture, "y", LINEAR, "{\"batch_size\": 90}");
    free(fixture.x);
    int64_t count = fixture.data.training.count;
    fixture.x = calloc((size_t)(count * fixture.plan.input_elements), sizeof(float));
    ck_assert_ptr_nonnull(fixture.x);
    struct step_batch batch =
        trainer_data_fill(&fixture.data, &fixture.data.training, NULL, 0, count, fixture.x);
    ck_assert_ptr_null(batch.classes);
    double mean = 0, square = 0;
    for (int64_t i = 0; i < count; i++) {
        mean += (double)batch.values[i] / (double)count;
        square += pow((double)batch.values[i], 2) / (double)count;
    }
    ck_assert_double_eq_tol(mean, 0, 1e-6);
    ck_assert_double_eq_tol(square, 1, 0.03);
    fixture_clear(&fixture);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_checked_fixture(cases, open_dataset, close_dataset);
    tcase_add_test(cases, rows_encoded_by_batch_have_the_same_bytes);
    tcase_add_test(cases, batch_follows_the_order);
    tcase_add_test(cases, weights_of_class_and_row_multiply);
    tcase_add_loop_test(cases, two_classes_weigh_however_they_are_learned, 0,
                        ARRAY_COUNT(two_classes));
    tcase_add_test(cases, balanced_numbers_zero_and_one_weigh_the_same_in_sum);
    tcase_add_test(cases, numbers_come_scaled_by_the_training_rows);
}

int main(void)
{
    return tests_run("trainer_data", add_tests);
}

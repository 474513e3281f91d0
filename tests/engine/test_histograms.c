/* Histograms of a run, and the bytes that they are kept as. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "engine/histograms.h"
#include "engine/trainer_state.h"
#include "tests/check.h"
#include "tests/engine/trainer_fixture.h"

#include <math.h>
#include <string.h>

#define NETWORK                                                                                    \
    "{\"layers\": [{\"type\": \"dense\", \"units\": 4, \"activation\": \"relu\"}, {\"type\": "     \
    "\"batch_norm\"}, {\"type\": \"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}"

static struct dataset *dataset;
static struct fixture_run run;
static struct trainer *trainer;

static void set_up(void)
{
    dataset = fixture_dataset();
    fixture_run_make(&run, dataset, "kind", NETWORK,
                     "{\"epochs\": 5, \"batch_size\": 20, \"optimizer\": {\"type\": \"sgd\", "
                     "\"learning_rate\": 0.5}}");
    trainer = fixture_trainer(&run);
}

static void tear_down(void)
{
    trainer_free(trainer);
    fixture_run_clear(&run);
    dataset_close(dataset);
}

/* Turns the trainer to the end of its epoch. */
static void turn_epoch(bool is_watched)
{
    struct error error = {0};
    struct trainer_report report;
    if (is_watched)
        ck_assert_int_eq(trainer_watch(trainer, &error), 0);
    while (trainer_step(trainer, &report, &error) != TRAINER_EPOCH_ENDED)
        ck_assert_ok(error);
}

static json_t *read_all(const char *layer)
{
    struct error error = {0};
    AUTO_CLEAR(bytes_clear) struct bytes bytes = {0};
    ck_assert_int_eq(trainer_histograms(trainer, &bytes, &error), 0);
    json_t *json = histograms_read(bytes.data, bytes.size, layer, &error);
    ck_assert_ok(error);
    return json;
}

static const json_t *tensor_of(const json_t *json, const char *layer, const char *name)
{
    const json_t *tensor =
        json_object_get(json_object_get(json_object_get(json, "layers"), layer), name);
    ck_assert_msg(tensor != NULL, "no %s", name);
    return tensor;
}

static double number(const json_t *json, const char *name)
{
    return json_number_value(json_object_get(json, name));
}

/* Each value in the bin that its distance from the smallest tells. */
static void check_histogram(const json_t *histogram, const float *values, int64_t count)
{
    const json_t *counts = json_object_get(histogram, "counts");
    size_t bins = json_array_size(counts);
    double min = HUGE_VAL, max = -HUGE_VAL, squares = 0;
    int64_t expected[HISTOGRAM_BINS_MAX] = {0};
    for (int64_t i = 0; i < count; i++) {
        min = fmin(min, (double)values[i]);
        max = fmax(max, (double)values[i]);
        squares += (double)values[i] * (double)values[i];
    }
    for (int64_t i = 0; i < count; i++) {
        size_t bin =
            max > min ? (size_t)(((double)values[i] - min) * ((double)bins / (max - min))) : 0;
        expected[bin < bins ? bin : bins - 1]++;
    }
    ck_assert(fabs(number(histogram, "min") - min) < 1e-12);
    ck_assert(fabs(number(histogram, "max") - max) < 1e-12);
    ck_assert(fabs(number(histogram, "norm") - sqrt(squares)) < 1e-12);
    for (size_t i = 0; i < bins; i++)
        ck_assert_int_eq(json_integer_value(json_array_get(counts, i)), expected[i]);
}

START_TEST(weights_and_gradients_are_those_of_the_trainer)
{
    turn_epoch(true);
    json_auto_t *json = read_all(NULL);
    ck_assert_int_eq(json_integer_value(json_object_get(json, "epoch")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(json, "step")),
                     trainer->plan.steps_per_epoch);
    const struct layer_tensor *kernel = &trainer->plan.network->layers[0].tensors[0];
    const json_t *found = tensor_of(json, "dense_1", "dense_1/kernel");
    check_histogram(json_object_get(found, "weights"), trainer->parameters + kernel->offset,
                    kernel->count);
    check_histogram(json_object_get(found, "gradients"),
                    step_gradients(trainer->step) + kernel->offset, kernel->count);
    /* What is not trained has none. */
    const json_t *norm = json_object_get(json_object_get(json, "layers"), "batch_norm_1");
    ck_assert_uint_eq(json_object_size(norm), 2);
}
END_TEST

START_TEST(the_ratio_of_a_plain_step_is_its_rate_times_the_gradient)
{
    turn_epoch(true);
    json_auto_t *json = read_all("dense_2");
    ck_assert_uint_eq(json_object_size(json_object_get(json, "layers")), 1);
    const json_t *found = tensor_of(json, "dense_2", "dense_2/kernel");
    double change = 0.5 * number(json_object_get(found, "gradients"), "norm");
    double ratio = number(found, "update_ratio");
    double before = change / ratio, after = number(json_object_get(found, "weights"), "norm");
    ck_assert(ratio > 0);
    ck_assert_msg(fabs(before - after) <= change * 1.0001, "%g to %g by %g", before, after, change);
    const struct layer_tensor *kernel = &trainer->plan.network->layers[2].tensors[0];
    double squares = 0;
    for (int64_t i = 0; i < kernel->count; i++) {
        double old = (double)trainer->watched[kernel->offset + i];
        squares += old * old;
    }
    ck_assert(fabs(before / sqrt(squares) - 1) < 1e-4);
}
END_TEST

START_TEST(without_a_watch_the_ratio_is_not_known)
{
    turn_epoch(true);
    turn_epoch(false);
    json_auto_t *json = read_all(NULL);
    const json_t *found = tensor_of(json, "dense_1", "dense_1/kernel");
    ck_assert(json_is_null(json_object_get(found, "update_ratio")));
    ck_assert(json_is_object(json_object_get(found, "gradients")));
}
END_TEST

START_TEST(a_restored_run_has_no_gradients_until_it_steps)
{
    struct error error = {0};
    AUTO_CLEAR(bytes_clear) struct bytes checkpoint = {0};
    fixture_turn(trainer, 4); /* all updates of the epoch, not its validation */
    ck_assert_int_eq(trainer_save(trainer, &checkpoint, &error), 0);
    trainer_free(trainer);
    trainer = fixture_trainer(&run);
    ck_assert_int_eq(trainer_restore(trainer, checkpoint.data, checkpoint.size, &error), 0);
    turn_epoch(true);
    json_auto_t *json = read_all(NULL);
    const json_t *found = tensor_of(json, "dense_1", "dense_1/kernel");
    ck_assert(json_is_null(json_object_get(found, "gradients")));
    ck_assert(json_is_object(json_object_get(found, "weights")));
    turn_epoch(true);
    json_auto_t *next = read_all(NULL);
    found = tensor_of(next, "dense_1", "dense_1/kernel");
    ck_assert(json_is_object(json_object_get(found, "gradients")));
    ck_assert(json_is_real(json_object_get(found, "update_ratio")));
}
END_TEST

START_TEST(watching_changes_nothing)
{
    struct error error = {0};
    char watched[DIGEST_TEXT_SIZE], plain[DIGEST_TEXT_SIZE];
    for (int i = 0; i < 5; i++)
        turn_epoch(true);
    struct model *model = trainer_model(trainer, false, NULL, &error);
    ck_assert_int_eq(model_digest(model, watched, &error), 0);
    model_free(model);
    trainer_free(trainer);
    trainer = fixture_trainer(&run);
    fixture_finish(trainer);
    model = trainer_model(trainer, false, NULL, &error);
    ck_assert_int_eq(model_digest(model, plain, &error), 0);
    model_free(model);
    ck_assert_str_eq(watched, plain);
}
END_TEST

START_TEST(bytes_that_are_damaged_are_refused_or_read)
{
    struct error error = {0};
    AUTO_CLEAR(bytes_clear) struct bytes bytes = {0};
    turn_epoch(true);
    ck_assert_int_eq(trainer_histograms(trainer, &bytes, &error), 0);
    for (size_t size = 0; size < bytes.size; size++) {
        struct error failure = {0};
        ck_assert_ptr_null(histograms_read(bytes.data, size, NULL, &failure));
        ck_assert_int_eq(failure.code, ERROR_CORRUPT);
    }
    struct rng rng = rng_stream(1, "damage", "", 0);
    for (uint64_t i = 0; i < 2000; i++) {
        struct error failure = {0};
        uint8_t *place = &bytes.data[rng_below(&rng, 2 * i, bytes.size)];
        uint8_t old = *place;
        *place = (uint8_t)rng_below(&rng, 2 * i + 1, 256);
        json_decref(histograms_read(bytes.data, bytes.size, NULL, &failure));
        *place = old;
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, weights_and_gradients_are_those_of_the_trainer);
    tcase_add_test(tests, the_ratio_of_a_plain_step_is_its_rate_times_the_gradient);
    tcase_add_test(tests, without_a_watch_the_ratio_is_not_known);
    tcase_add_test(tests, a_restored_run_has_no_gradients_until_it_steps);
    tcase_add_test(tests, watching_changes_nothing);
    tcase_add_test(tests, bytes_that_are_damaged_are_refused_or_read);
}

int main(void)
{
    return tests_run("histograms", add_tests);
}

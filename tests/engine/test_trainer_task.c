/* Tests of what is decided before a run: classes or numbers, loss, width of the output, and what a
 * submission is answered. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trainer_fixture.h"

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

static int check_submission(const char *target, const char *units, const char *activation,
                            const char *training, size_t *memory, json_t **resolved,
                            struct error *error)
{
    char network[256];
    struct fixture_run run;
    *error = (struct error){0};
    snprintf(network, sizeof network,
             "{\"layers\": [{\"type\": \"dense\", \"units\": 16}, {\"type\": \"dense\", \"units\": "
             "%s, \"activation\": \"%s\"}]}",
             units, activation);
    fixture_run_make(&run, dataset, target, network, training);
    int result = trainer_check(&run.setup, memory, resolved, error);
    fixture_run_clear(&run);
    return result;
}

/* What a document comes to. */
static const struct {
    const char *target, *activation, *training;
    const char *loss;
    int units;
    const char *metric; /* the first that is measured */
} decisions[] = {
    {"kind", "softmax", "{}", "categorical_crossentropy", 3, "accuracy"},
    {"kind", "softmax", "{\"loss\": \"focal\"}", "focal", 3, "accuracy"},
    {"kind", "sigmoid", "{}", "binary_crossentropy", 3, "accuracy"},
    {"kind", "softmax", "{\"loss\": \"mse\"}", "mse", 3, "accuracy"},
    {"kind", "softmax", "{\"loss\": \"kl_divergence\"}", "kl_divergence", 3, "accuracy"},
    {"flag", "softmax", "{}", "categorical_crossentropy", 2, "accuracy"},
    {"flag", "sigmoid", "{}", "binary_crossentropy", 1, "accuracy"},
    {"flag", "sigmoid", "{\"loss\": \"binary_crossentropy\"}", "binary_crossentropy", 1,
     "accuracy"},
    {"flag", "linear", "{\"loss\": \"hinge\"}", "hinge", 1, "mse"},
    {"bit", "sigmoid", "{}", "binary_crossentropy", 1, "accuracy"},
    {"bit", "softmax", "{}", "categorical_crossentropy", 2, "accuracy"},
    {"bit", "linear", "{}", "mse", 1, "mse"},
    {"bit", "sigmoid", "{\"loss\": \"mse\"}", "mse", 1, "accuracy"},
    {"y", "linear", "{}", "mse", 1, "mse"},
    {"y", "linear", "{\"loss\": \"huber\"}", "huber", 1, "mse"},
    {"y", "softplus", "{}", "mse", 1, "mse"},
};

static const char *loss_in(const json_t *resolved)
{
    const json_t *loss = json_object_get(json_object_get(resolved, "training"), "loss");
    return json_string_value(json_is_object(loss) ? json_object_get(loss, "type") : loss);
}

static int units_in(const json_t *resolved)
{
    const json_t *layers = json_object_get(json_object_get(resolved, "network"), "layers");
    return (int)json_integer_value(json_object_get(json_array_get(layers, 1), "units"));
}

START_TEST(loss_and_width_follow_from_target_and_output)
{
    struct error error;
    size_t memory;
    json_t *resolved;
    ck_assert_msg(check_submission(decisions[_i].target, "\"auto\"", decisions[_i].activation,
                                   decisions[_i].training, &memory, &resolved, &error) == 0,
                  "%d: %s", _i, error.message);
    ck_assert_str_eq(loss_in(resolved), decisions[_i].loss);
    ck_assert_int_eq(units_in(resolved), decisions[_i].units);
    const json_t *metrics = json_object_get(json_object_get(resolved, "training"), "metrics");
    ck_assert_str_eq(json_string_value(json_array_get(metrics, 0)), decisions[_i].metric);
    json_decref(resolved);
}
END_TEST

START_TEST(whole_numbers_below_the_number_of_outputs_are_class_indices)
{
    struct error error;
    size_t memory;
    ck_assert_msg(check_submission("bit", "4", "softmax", "{}", &memory, NULL, &error) == 0, "%s",
                  error.message);
    ck_assert_int_ne(check_submission("kind", "4", "softmax", "{}", &memory, NULL, &error), 0);
}
END_TEST

START_TEST(resolved_document_comes_to_the_same)
{
    struct error error;
    size_t memory, memory_again;
    json_t *resolved, *again;
    char units[16];
    ck_assert_int_eq(check_submission(decisions[_i].target, "\"auto\"", decisions[_i].activation,
                                      decisions[_i].training, &memory, &resolved, &error),
                     0);
    char *training = json_dumps(json_object_get(resolved, "training"), 0);
    snprintf(units, sizeof units, "%d", units_in(resolved));
    ck_assert_msg(check_submission(decisions[_i].target, units, decisions[_i].activation, training,
                                   &memory_again, &again, &error) == 0,
                  "%d: %s", _i, error.message);
    ck_assert(json_equal(resolved, again));
    ck_assert_uint_eq(memory, memory_again);
    free(training);
    json_decref(resolved);
    json_decref(again);
}
END_TEST

/* What cannot be, and a part of what is said about it. */
static const struct {
    const char *target, *units, *activation, *training;
    const char *path, *says;
} refusals[] = {
    {"kind", "\"auto\"", "linear", "{}", "network", "\"activation\": \"softmax\""},
    {"flag", "\"auto\"", "linear", "{}", "network", "\"activation\": \"softmax\""},
    {"kind", "\"auto\"", "linear", "{\"loss\": \"mse\"}", "training.loss", "holds labels"},
    {"kind", "\"auto\"", "linear", "{\"loss\": \"categorical_crossentropy\"}", "training.loss",
     "softmax"},
    {"kind", "4", "softmax", "{}", "network", "\"units\": \"auto\""},
    {"y", "2", "linear", "{}", "network", "\"units\": \"auto\""},
    {"nothing", "1", "linear", "{}", "target", "no column"},
    {"kind", "\"auto\"", "softmax", "{\"metrics\": [\"r2\"]}", "training.metrics", "r2"},
    {"kind", "\"auto\"", "softmax", "{\"early_stopping\": {\"monitor\": \"val_f1\"}}",
     "training.early_stopping.monitor", "val_f1"},
    {"y", "1", "linear", "{\"class_weights\": \"balanced\"}", "training.class_weights", "classes"},
    {"bit", "1", "linear", "{\"class_weights\": \"balanced\"}", "training.class_weights",
     "numbers"},
    {"y", "1", "linear", "{\"label_smoothing\": 0.1}", "training.label_smoothing", "mse"},
    {"kind", "3", "softmax", "{\"class_weights\": [1, 2]}", "training.class_weights", "3 classes"},
    {"kind", "3", "softmax", "{\"class_weights\": {\"dog\": 2}}", "training.class_weights", "dog"},
    {"kind", "3", "softmax", "{\"sample_weight\": \"color\"}", "training.sample_weight",
     "category"},
    {"kind", "3", "softmax", "{\"sample_weight\": \"none\"}", "training.sample_weight",
     "no column"},
    {"kind", "3", "softmax", "{\"sample_weight\": \"b\"}", "training.sample_weight", "0 or more"},
};

START_TEST(what_cannot_be_learned_is_refused_with_a_way_out)
{
    struct error error;
    size_t memory;
    ck_assert_msg(check_submission(refusals[_i].target, refusals[_i].units, refusals[_i].activation,
                                   refusals[_i].training, &memory, NULL, &error) != 0,
                  "%d was taken", _i);
    ck_assert_msg(error.code == ERROR_INVALID, "%d: %s", _i, error.message);
    ck_assert_msg(strncmp(error.path, refusals[_i].path, strlen(refusals[_i].path)) == 0, "%d: %s",
                  _i, error.message);
    ck_assert_msg(strstr(error.message, refusals[_i].says) != NULL, "%d: %s", _i, error.message);
}
END_TEST

START_TEST(memory_is_told_before_it_is_taken)
{
    struct error error;
    size_t small, large;
    ck_assert_int_eq(
        check_submission("kind", "3", "softmax", "{\"batch_size\": 8}", &small, NULL, &error), 0);
    ck_assert_int_eq(check_submission("kind", "3", "softmax",
                                      "{\"batch_size\": 64, \"optimizer\": \"sgd\"}", &large, NULL,
                                      &error),
                     0);
    ck_assert_uint_gt(large, small);
    ck_assert_uint_gt(small, 2000);
    ck_assert_uint_lt(large, 1 << 20);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_checked_fixture(cases, open_dataset, close_dataset);
    tcase_add_test(cases, whole_numbers_below_the_number_of_outputs_are_class_indices);
    tcase_add_loop_test(cases, loss_and_width_follow_from_target_and_output, 0,
                        (int)ARRAY_COUNT(decisions));
    tcase_add_loop_test(cases, resolved_document_comes_to_the_same, 0, (int)ARRAY_COUNT(decisions));
    tcase_add_loop_test(cases, what_cannot_be_learned_is_refused_with_a_way_out, 0,
                        (int)ARRAY_COUNT(refusals));
    tcase_add_test(cases, memory_is_told_before_it_is_taken);
}

int main(void)
{
    return tests_run("trainer_task", add_tests);
}

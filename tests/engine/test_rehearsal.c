/* Jobs that are tried out: what is said of them, their pace's steps, their gradients. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rehearsal.h"
#include "tests/check.h"
#include "tests/engine/trainer_fixture.h"

#include <math.h>
#include <string.h>

#define GRAPH                                                                                      \
    "{\"layers\": [{\"type\": \"dense\", \"units\": 8, \"activation\": \"gelu\", \"name\": "       \
    "\"a\"}, {\"type\": \"batch_norm\"}, {\"type\": \"dropout\", \"rate\": 0.3}, {\"type\": "      \
    "\"dense\", \"units\": 8, \"activation\": \"tanh\"}, {\"type\": \"add\", \"input\": "          \
    "[\"dense_2\", \"a\"]}, {\"type\": \"dense\", \"units\": \"auto\", \"activation\": %s}]}"

static struct dataset *dataset;
static struct fixture_run run;

static void open_dataset(void)
{
    dataset = fixture_dataset();
}

static void close_dataset(void)
{
    dataset_close(dataset);
}

static struct rehearsal *rehearse(const char *target, const char *activation, const char *training)
{
    struct error error = {0};
    char network[1024];
    snprintf(network, sizeof network, GRAPH, activation);
    fixture_run_make(&run, dataset, target, network, training);
    struct rehearsal *rehearsal = rehearsal_create(&run.setup, &error);
    ck_assert_ok(error);
    return rehearsal;
}

static void end(struct rehearsal *rehearsal)
{
    rehearsal_free(rehearsal);
    fixture_run_clear(&run);
}

static json_int_t integer(const json_t *json, const char *name)
{
    return json_integer_value(json_object_get(json, name));
}

START_TEST(a_job_is_described)
{
    struct rehearsal *rehearsal = rehearse("kind", "\"softmax\"",
                                           "{\"epochs\": 300, \"batch_size\": 10, \"schedule\": "
                                           "{\"type\": \"step\", \"step_size\": 100, \"gamma\": "
                                           "0.5}}");
    json_auto_t *said = rehearsal_describe(rehearsal);
    ck_assert_int_eq(integer(said, "steps_per_epoch"), 8);
    ck_assert_int_eq(integer(said, "steps"), 2400);
    ck_assert_int_eq(integer(said, "training_rows"), 72);
    ck_assert_int_eq(integer(said, "validation_rows"), 18);
    ck_assert_uint_eq(json_array_size(json_object_get(said, "layers")), 6);
    const json_t *first = json_array_get(json_object_get(said, "layers"), 0);
    json_int_t inputs = json_integer_value(
        json_array_get(json_object_get(json_object_get(said, "input"), "shape"), 0));
    ck_assert_int_eq(integer(first, "flops"), 2 * inputs * 8);
    ck_assert_int_eq(integer(first, "parameters"), inputs * 8 + 8);
    const json_t *rate = json_object_get(json_object_get(said, "learning_rate"), "value");
    ck_assert_uint_eq(json_array_size(rate), 500);
    ck_assert(fabs(json_number_value(json_array_get(rate, 0)) - 0.001) < 1e-12);
    ck_assert(fabs(json_number_value(json_array_get(rate, 499)) - 0.00025) < 1e-12);
    end(rehearsal);
}
END_TEST

START_TEST(the_memory_and_the_documents_are_those_of_the_job)
{
    struct error error = {0};
    struct rehearsal *rehearsal = rehearse("kind", "\"softmax\"", "{}");
    json_auto_t *resolved = NULL;
    size_t memory = 0;
    trainer_check(&run.setup, &memory, &resolved, &error);
    ck_assert_ok(error);
    ck_assert_uint_eq(rehearsal_memory(rehearsal), memory);
    ck_assert(json_equal(rehearsal_resolved(rehearsal), resolved));
    end(rehearsal);
}
END_TEST

/* Of a whole graph with dropout, batch statistics and penalties. */
static void check_gradients(const char *target, const char *activation, const char *training)
{
    struct rehearsal *rehearsal = rehearse(target, activation, training);
    int count = 0;
    while (rehearsal_compare(rehearsal))
        count++;
    const struct gradient_report report = rehearsal_gradients(rehearsal);
    ck_assert_int_eq(report.checked + report.skipped, count);
    ck_assert_msg(report.checked > 80 && report.skipped < 20, "%d checked, %d skipped",
                  report.checked, report.skipped);
    ck_assert_msg(report.worst < 5 * GRADIENT_TOLERANCE, "%s is off by %g", report.where,
                  report.worst);
    ck_assert(report.worst > 0);
    end(rehearsal);
}

START_TEST(gradients_of_right_networks_are_right)
{
    check_gradients("kind", "\"softmax\"", "{\"l2\": 0.01, \"label_smoothing\": 0.1}");
    check_gradients("flag", "\"sigmoid\"", "{\"batch_size\": 4, \"class_weights\": \"balanced\"}");
    check_gradients("y", "\"linear\"", "{\"loss\": \"huber\", \"sample_weight\": \"weight\"}");
    check_gradients("kind", "\"softmax\"", "{\"accumulate\": 3, \"loss\": \"focal\"}");
}
END_TEST

START_TEST(steps_train_and_go_round)
{
    struct rehearsal *rehearsal =
        rehearse("kind", "\"softmax\"", "{\"batch_size\": 7, \"accumulate\": 2}");
    for (int i = 0; i < 100; i++)
        ck_assert(rehearsal_step(rehearsal));
    rehearsal_validate(rehearsal);
    end(rehearsal);
}
END_TEST

START_TEST(a_run_that_blows_up_says_so)
{
    struct rehearsal *rehearsal =
        rehearse("y", "\"linear\"", "{\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 1e6}}");
    bool is_finite = true;
    for (int i = 0; i < 20; i++)
        is_finite = rehearsal_step(rehearsal) && is_finite;
    ck_assert(!is_finite);
    end(rehearsal);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, open_dataset, close_dataset);
    tcase_add_test(tests, a_job_is_described);
    tcase_add_test(tests, the_memory_and_the_documents_are_those_of_the_job);
    tcase_add_test(tests, gradients_of_right_networks_are_right);
    tcase_add_test(tests, steps_train_and_go_round);
    tcase_add_test(tests, a_run_that_blows_up_says_so);
}

int main(void)
{
    return tests_run("rehearsal", add_tests);
}

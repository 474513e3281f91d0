/* Tests of one update: same bytes on any team, clipping, penalties, what is not finite. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "engine/step.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

/* Wide enough that every part of a step is cut for a team: rows, columns, blocks of parameters. */
#define NETWORK                                                                                    \
    "{\"layers\": [{\"type\": \"dense\", \"units\": 190, \"activation\": \"relu\"}, "              \
    "{\"type\": \"batch_norm\"}, {\"type\": \"dropout\", \"rate\": 0.3}, "                         \
    "{\"type\": \"dense\", \"units\": 130, \"activation\": \"tanh\", \"l2\": 0.01}, "              \
    "{\"type\": \"dense\", \"units\": 5, \"activation\": \"softmax\"}]}"
enum { ROWS = 150, INPUTS = 40, CLASSES = 5, UPDATES = 4 };

struct fixture {
    struct training training;
    struct network *network;
    struct step *step;
    float *parameters;
    int32_t classes[ROWS];
};

static json_t *parse(const char *text)
{
    struct error error = {0};
    json_t *json = fields_parse(text, strlen(text), &error);
    ck_assert_ok(error);
    return json;
}

static float *fixture_floats(int64_t count)
{
    size_t size = (size_t)count * sizeof(float);
    float *floats = aligned_alloc(64, (size + 127) / 64 * 64);
    ck_assert_ptr_nonnull(floats);
    return floats;
}

static void fixture_make_of(struct fixture *fixture, const char *network, const char *training,
                            struct team *team)
{
    struct error error = {0};
    json_t *training_json = parse(training), *network_json = parse(network);
    const struct shape shape = {.rank = 1, .dims = {INPUTS}};
    ck_assert_msg(fields_read(&training_kind, training_json, &fixture->training, "", &error) == 0,
                  "%s", error.message);
    fixture->network = network_create(network_json, &shape, 0, &error);
    ck_assert_ok(error);
    const struct step_setup setup = {.network = fixture->network,
                                     .training = &fixture->training,
                                     .loss = (const struct loss_type *)fixture->training.loss.kind,
                                     .loss_options = fixture->training.loss.options,
                                     .kernels = kernels_get(&error),
                                     .team = team,
                                     .rows = ROWS,
                                     .steps_per_epoch = 2,
                                     .total_steps = 8};
    fixture->step = step_create(&setup, &error);
    ck_assert_ok(error);
    fixture->parameters = fixture_floats(fixture->network->parameter_count);
    network_initialize(fixture->network, 3, fixture->parameters);
    json_decref(training_json);
    json_decref(network_json);
}

static void fixture_make(struct fixture *fixture, const char *training, struct team *team)
{
    fixture_make_of(fixture, NETWORK, training, team);
}

static void fixture_clear(struct fixture *fixture)
{
    step_free(fixture->step);
    network_free(fixture->network);
    free(fixture->parameters);
    fields_clear(&training_kind, &fixture->training);
}

static struct step_batch fill(struct fixture *fixture, int64_t index, float scale)
{
    struct rng rng = rng_stream(5, "test", "", (uint64_t)index);
    float *x = step_input(fixture->step);
    for (int64_t i = 0; i < (int64_t)ROWS * INPUTS; i++)
        x[i] = scale * (float)rng_normal(&rng, (uint64_t)i);
    for (int64_t i = 0; i < ROWS; i++)
        fixture->classes[i] = (int32_t)rng_below(&rng, (uint64_t)i, CLASSES);
    return (struct step_batch){.rows = ROWS, .classes = fixture->classes};
}

static struct step_result update(struct fixture *fixture, int64_t index)
{
    struct step_result result;
    struct step_batch batch = fill(fixture, index, 1);
    ck_assert_int_eq(step_differentiate(fixture->step, fixture->parameters, index, &batch, &result),
                     STEP_DONE);
    step_update(fixture->step, fixture->parameters, index, &result);
    return result;
}

/* Parameters after some updates by a team of `size`. The caller frees them. */
static float *train(const char *training, int size, int64_t *count, struct step_result *last)
{
    struct fixture fixture = {0};
    struct error error = {0};
    struct team *team = size == 0 ? NULL : team_create(size, NULL, &error);
    ck_assert_ok(error);
    fixture_make(&fixture, training, team);
    for (int64_t index = 0; index < UPDATES; index++)
        *last = update(&fixture, index);
    *count = fixture.network->parameter_count;
    float *parameters = fixture.parameters;
    fixture.parameters = NULL;
    fixture_clear(&fixture);
    team_free(team);
    return parameters;
}

#define LOSS "{\"loss\": \"categorical_crossentropy\", "

START_TEST(any_team_gives_the_same_bytes)
{
    static const char *const trainings[] = {
        LOSS "\"optimizer\": \"adam\", \"clip_norm\": 0.5}",
        LOSS "\"optimizer\": {\"type\": \"sgd\", \"momentum\": 0.9}, \"clip_value\": 0.01}",
        LOSS "\"optimizer\": \"adamw\", \"l1\": 0.001}",
        LOSS "\"optimizer\": {\"type\": \"rmsprop\", \"centered\": true, \"momentum\": 0.5}}",
        LOSS "\"optimizer\": \"adagrad\"}",
        LOSS "\"optimizer\": \"adadelta\"}",
        LOSS "\"optimizer\": \"amsgrad\"}",
        LOSS "\"optimizer\": \"nadam\"}",
        LOSS "\"optimizer\": \"lion\"}"};
    for (size_t i = 0; i < ARRAY_COUNT(trainings); i++) {
        int64_t count;
        struct step_result alone_result, result;
        float *alone = train(trainings[i], 0, &count, &alone_result);
        for (int size = 1; size <= 3; size++) {
            float *parameters = train(trainings[i], size, &count, &result);
            ck_assert_mem_eq(alone, parameters, (size_t)count * sizeof(float));
            ck_assert_mem_eq(&alone_result, &result, sizeof result);
            free(parameters);
        }
        free(alone);
    }
}
END_TEST

static double norm_of(const struct fixture *fixture)
{
    double sum = 0;
    for (int64_t i = 0; i < fixture->network->trained_count; i++)
        sum += pow((double)step_gradients(fixture->step)[i], 2);
    return sqrt(sum);
}

START_TEST(norm_is_reported_before_clipping)
{
    struct fixture fixture = {0};
    fixture_make(&fixture, LOSS "\"clip_norm\": 0.25}", NULL);
    struct step_batch batch = fill(&fixture, 0, 1);
    struct step_result result;
    step_differentiate(fixture.step, fixture.parameters, 0, &batch, &result);
    ck_assert_double_gt(result.gradient_norm, 0.25);
    ck_assert_double_eq_tol(result.gradient_norm, norm_of(&fixture), 1e-9);
    step_update(fixture.step, fixture.parameters, 0, &result);
    ck_assert_double_eq_tol(norm_of(&fixture), 0.25, 1e-6);
    fixture_clear(&fixture);
}
END_TEST

START_TEST(elements_are_clipped_after_the_norm)
{
    struct fixture fixture = {0};
    fixture_make(&fixture, LOSS "\"clip_norm\": 0.25, \"clip_value\": 0.001}", NULL);
    update(&fixture, 0);
    float largest = 0;
    for (int64_t i = 0; i < fixture.network->trained_count; i++)
        largest = fmaxf(largest, fabsf(step_gradients(fixture.step)[i]));
    ck_assert_float_eq(largest, 0.001F);
    fixture_clear(&fixture);
}
END_TEST

static const char bound_network[] =
    "{\"layers\": [{\"type\": \"dense\", \"units\": 90, \"max_norm\": 0.5}, {\"type\": \"dense\", "
    "\"units\": 5, \"activation\": \"softmax\"}]}";

static double column_norm(const float *kernel, int64_t rows, int64_t columns, int64_t column)
{
    double sum = 0;
    for (int64_t i = 0; i < rows; i++)
        sum += pow((double)kernel[i * columns + column], 2);
    return sqrt(sum);
}

START_TEST(max_norm_binds_the_units_of_its_layer_after_the_update)
{
    struct fixture fixture = {0};
    fixture_make_of(&fixture, bound_network,
                    LOSS "\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0.1}}", NULL);
    const float *first = fixture.parameters + fixture.network->layers[0].tensors[0].offset;
    const float *second = fixture.parameters + fixture.network->layers[1].tensors[0].offset;
    double free_norm = column_norm(second, 90, 5, 0);
    update(&fixture, 0);
    for (int64_t unit = 0; unit < 90; unit++)
        ck_assert_double_le(column_norm(first, INPUTS, 90, unit), 0.5 + 1e-6);
    ck_assert_double_gt(column_norm(first, INPUTS, 90, 0), 0.5 - 1e-6);
    ck_assert_double_gt(free_norm, 0.7);
    ck_assert_double_gt(column_norm(second, 90, 5, 0), 0.7);
    fixture_clear(&fixture);
}
END_TEST

START_TEST(penalty_is_part_of_the_loss_but_not_of_an_evaluation)
{
    struct fixture plain = {0}, heavy = {0};
    fixture_make(&plain, LOSS "\"l1\": 0}", NULL);
    fixture_make(&heavy, LOSS "\"l1\": 0.01}", NULL);
    struct step_batch plain_batch = fill(&plain, 0, 1), heavy_batch = fill(&heavy, 0, 1);
    ck_assert_double_eq(step_evaluate(plain.step, plain.parameters, &plain_batch),
                        step_evaluate(heavy.step, heavy.parameters, &heavy_batch));
    double sum = network_penalty(heavy.network, 0.01, 0, heavy.parameters, NULL) -
                 network_penalty(plain.network, 0, 0, plain.parameters, NULL);
    ck_assert_double_gt(sum, 0.1);
    double plain_loss = update(&plain, 0).loss, heavy_loss = update(&heavy, 0).loss;
    ck_assert_double_eq_tol(heavy_loss - plain_loss, sum, 1e-9);
    fixture_clear(&plain);
    fixture_clear(&heavy);
}
END_TEST

START_TEST(row_weights_scale_the_loss_and_zero_weights_give_no_gradient)
{
    struct fixture fixture = {0};
    static float weights[ROWS];
    fixture_make(&fixture, LOSS "\"validation\": null}", NULL);
    struct step_batch batch = fill(&fixture, 0, 1);
    struct step_result full, none;
    step_differentiate(fixture.step, fixture.parameters, 0, &batch, &full);
    batch.row_weights = weights;
    step_differentiate(fixture.step, fixture.parameters, 0, &batch, &none);
    double penalty = network_penalty(fixture.network, 0, 0, fixture.parameters, NULL);
    ck_assert_double_eq_tol(none.loss, penalty, 1e-12);
    for (int i = 0; i < ROWS; i++)
        weights[i] = 3;
    struct step_result triple;
    step_differentiate(fixture.step, fixture.parameters, 0, &batch, &triple);
    ck_assert_double_eq_tol(triple.loss - penalty, 3 * (full.loss - penalty), 1e-6);
    fixture_clear(&fixture);
}
END_TEST

START_TEST(loss_that_is_not_finite_leaves_the_weights)
{
    struct fixture fixture = {0};
    fixture_make(&fixture, LOSS "\"validation\": null}", NULL);
    size_t size = (size_t)fixture.network->trained_count * sizeof(float);
    float *before = fixture_floats(fixture.network->trained_count);
    memcpy(before, fixture.parameters, size);
    struct step_batch batch = fill(&fixture, 0, 1);
    step_input(fixture.step)[7] = NAN;
    struct step_result result;
    ck_assert_int_eq(step_differentiate(fixture.step, fixture.parameters, 0, &batch, &result),
                     STEP_LOSS_NOT_FINITE);
    ck_assert_mem_eq(before, fixture.parameters, size);
    free(before);
    fixture_clear(&fixture);
}
END_TEST

START_TEST(evaluation_is_the_same_whenever_it_happens)
{
    struct fixture fixture = {0};
    fixture_make(&fixture, LOSS "\"seed\": 4}", NULL);
    struct step_batch batch = fill(&fixture, 9, 1);
    double first = step_evaluate(fixture.step, fixture.parameters, &batch);
    batch = fill(&fixture, 9, 1);
    ck_assert_double_eq(step_evaluate(fixture.step, fixture.parameters, &batch), first);
    fixture_clear(&fixture);
}
END_TEST

START_TEST(rate_follows_the_schedule)
{
    struct fixture fixture = {0};
    fixture_make(&fixture,
                 LOSS "\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 0.2}, \"schedule\": "
                      "{\"type\": \"exponential\", \"gamma\": 0.5}}",
                 NULL);
    ck_assert_double_eq(update(&fixture, 0).learning_rate, 0.2);
    ck_assert_double_eq(update(&fixture, 1).learning_rate, 0.2);
    ck_assert_double_eq(update(&fixture, 2).learning_rate, 0.1);
    fixture_clear(&fixture);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_test(cases, any_team_gives_the_same_bytes);
    tcase_add_test(cases, norm_is_reported_before_clipping);
    tcase_add_test(cases, elements_are_clipped_after_the_norm);
    tcase_add_test(cases, max_norm_binds_the_units_of_its_layer_after_the_update);
    tcase_add_test(cases, penalty_is_part_of_the_loss_but_not_of_an_evaluation);
    tcase_add_test(cases, row_weights_scale_the_loss_and_zero_weights_give_no_gradient);
    tcase_add_test(cases, loss_that_is_not_finite_leaves_the_weights);
    tcase_add_test(cases, evaluation_is_the_same_whenever_it_happens);
    tcase_add_test(cases, rate_follows_the_schedule);
    tcase_set_timeout(cases, 60);
}

int main(void)
{
    return tests_run("step", add_tests);
}

/* Rows with several targets: their loss is the sum of the losses of each, by its weight, and so are
 * the gradients, whatever the loss. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "engine/step.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

enum { ROWS = 70, INPUTS = 6, PARTS = 2 };

static const struct {
    const char *loss, *training;
    int units;
    const char *activation;
} cases[] = {
    {"categorical_crossentropy", "{\"label_smoothing\": 0.1}", 4, "softmax"},
    {"categorical_crossentropy", "{}", 4, "softmax"},
    {"focal", "{}", 4, "softmax"},
    {"kl_divergence", "{}", 4, "softmax"},
    {"binary_crossentropy", "{}", 1, "sigmoid"},
    {"hinge", "{}", 1, "linear"},
    {"mse", "{}", 4, "softmax"},
};

struct fixture {
    struct training training;
    struct variant loss;
    struct network *network;
    struct step *step;
    float *parameters;
    int32_t classes[PARTS * ROWS];
    float weights[PARTS * ROWS];
};

static json_t *parse(const char *text)
{
    struct error error = {0};
    json_t *json = fields_parse(text, strlen(text), &error);
    ck_assert_ok(error);
    return json;
}

static void make_network(struct fixture *fixture, int index)
{
    struct error error = {0};
    char text[256];
    const struct shape shape = {.rank = 1, .dims = {INPUTS}};
    snprintf(text, sizeof text,
             "{\"layers\": [{\"type\": \"dense\", \"units\": 5, \"activation\": \"tanh\"}, "
             "{\"type\": \"dense\", \"units\": %d, \"activation\": \"%s\"}]}",
             cases[index].units, cases[index].activation);
    json_t *document = parse(text);
    fixture->network = network_create(document, &shape, 0, &error);
    ck_assert_ok(error);
    json_decref(document);
}

static void fill(struct fixture *fixture, int units)
{
    struct rng normal = rng_stream(5, "test", "x", 0), whole = rng_stream(5, "test", "class", 0);
    uint64_t class_count = units == 1 ? 2 : (uint64_t)units;
    for (uint64_t i = 0; i < ROWS * INPUTS; i++)
        step_input(fixture->step)[i] = (float)rng_normal(&normal, i);
    for (uint64_t i = 0; i < PARTS * ROWS; i++)
        fixture->classes[i] = (int32_t)rng_below(&whole, i, class_count);
    for (int i = 0; i < ROWS; i++) {
        float share = (float)(i % 11) / 10; /* 0 and 1 among them */
        float row_weight = 0.5F + (float)(i % 3);
        fixture->weights[i] = share * row_weight;
        fixture->weights[ROWS + i] = (1 - share) * row_weight;
    }
}

static void fixture_make(struct fixture *fixture, int index, struct team *team)
{
    struct error error = {0};
    json_t *training = parse(cases[index].training), *loss = json_string(cases[index].loss);
    ck_assert_int_eq(fields_read(&training_kind, training, &fixture->training, "", &error), 0);
    ck_assert_int_eq(fields_read_variant(loss_kinds, loss, &fixture->loss, "", &error), 0);
    make_network(fixture, index);
    const struct step_setup setup = {.network = fixture->network,
                                     .training = &fixture->training,
                                     .loss = (const struct loss_type *)fixture->loss.kind,
                                     .loss_options = fixture->loss.options,
                                     .kernels = kernels_get(&error),
                                     .team = team,
                                     .rows = ROWS,
                                     .parts = PARTS,
                                     .steps_per_epoch = 1,
                                     .total_steps = 1};
    fixture->step = step_create(&setup, &error);
    ck_assert_ok(error);
    size_t size = (size_t)fixture->network->parameter_count * sizeof(float);
    fixture->parameters = aligned_alloc(64, (size + 127) / 64 * 64);
    ck_assert_ptr_nonnull(fixture->parameters);
    network_initialize(fixture->network, 3, fixture->parameters);
    fill(fixture, cases[index].units);
    json_decref(training);
    json_decref(loss);
}

static void fixture_clear(struct fixture *fixture)
{
    step_free(fixture->step);
    network_free(fixture->network);
    free(fixture->parameters);
    variant_clear(&fixture->loss);
    fields_clear(&training_kind, &fixture->training);
}

static struct step_batch mixed(const struct fixture *fixture)
{
    return (struct step_batch){
        .rows = ROWS, .parts = PARTS, .classes = fixture->classes, .row_weights = fixture->weights};
}

static double differentiate(struct fixture *fixture, const struct step_batch *batch)
{
    struct step_result result;
    ck_assert_int_eq(step_differentiate(fixture->step, fixture->parameters, 0, batch, &result),
                     STEP_DONE);
    return result.loss;
}

START_TEST(loss_and_gradients_are_the_sums_of_the_parts)
{
    struct fixture fixture = {0};
    fixture_make(&fixture, _i, NULL);
    int64_t count = fixture.network->trained_count;
    double *sums = calloc((size_t)count, sizeof *sums), loss = 0;
    ck_assert_ptr_nonnull(sums);
    for (int part = 0; part < PARTS; part++) {
        const struct step_batch batch = {.rows = ROWS,
                                         .classes = fixture.classes + part * ROWS,
                                         .row_weights = fixture.weights + part * ROWS};
        loss += differentiate(&fixture, &batch);
        for (int64_t i = 0; i < count; i++)
            sums[i] += (double)step_gradients(fixture.step)[i];
    }
    const struct step_batch batch = mixed(&fixture);
    ck_assert_double_eq_tol(differentiate(&fixture, &batch), loss, 1e-12 + 1e-9 * fabs(loss));
    for (int64_t i = 0; i < count; i++)
        ck_assert_double_eq_tol((double)step_gradients(fixture.step)[i], sums[i], 1e-6);
    free(sums);
    fixture_clear(&fixture);
}
END_TEST

/* Central differences of the loss by each parameter. A hinge has kinks, and is left out. */
START_TEST(gradients_are_the_slopes_of_the_loss)
{
    const double step = 1.0 / 64;
    struct fixture fixture = {0};
    fixture_make(&fixture, _i, NULL);
    const struct step_batch batch = mixed(&fixture);
    int64_t count = fixture.network->trained_count;
    float *gradients = calloc((size_t)count, sizeof *gradients);
    ck_assert_ptr_nonnull(gradients);
    differentiate(&fixture, &batch);
    memcpy(gradients, step_gradients(fixture.step), (size_t)count * sizeof(float));
    for (int64_t i = 0; i < count; i++) {
        float center = fixture.parameters[i];
        fixture.parameters[i] = center + (float)step;
        double high = differentiate(&fixture, &batch);
        fixture.parameters[i] = center - (float)step;
        double low = differentiate(&fixture, &batch);
        fixture.parameters[i] = center;
        ck_assert_double_eq_tol((double)gradients[i], (high - low) / (2 * step), 5e-4);
    }
    free(gradients);
    fixture_clear(&fixture);
}
END_TEST

START_TEST(any_team_gives_the_same_bytes)
{
    struct fixture alone = {0};
    fixture_make(&alone, _i, NULL);
    const struct step_batch batch = mixed(&alone);
    double loss = differentiate(&alone, &batch);
    for (int size = 2; size <= 4; size++) {
        struct error error = {0};
        struct fixture fixture = {0};
        struct team *team = team_create(size, NULL, &error);
        ck_assert_ok(error);
        fixture_make(&fixture, _i, team);
        const struct step_batch same = mixed(&fixture);
        ck_assert_double_eq(differentiate(&fixture, &same), loss);
        ck_assert_mem_eq(step_gradients(fixture.step), step_gradients(alone.step),
                         (size_t)fixture.network->trained_count * sizeof(float));
        fixture_clear(&fixture);
        team_free(team);
    }
    fixture_clear(&alone);
}
END_TEST

START_TEST(evaluation_takes_one_target_as_before)
{
    struct fixture fixture = {0};
    fixture_make(&fixture, _i, NULL);
    const struct step_batch plain = {.rows = ROWS, .classes = fixture.classes};
    double loss = differentiate(&fixture, &plain) * ROWS;
    ck_assert_double_eq_tol(step_evaluate(fixture.step, fixture.parameters, &plain), loss,
                            1e-9 * fabs(loss));
    fixture_clear(&fixture);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, loss_and_gradients_are_the_sums_of_the_parts, 0,
                        (int)ARRAY_COUNT(cases));
    tcase_add_loop_test(tests, gradients_are_the_slopes_of_the_loss, 0, 5);
    tcase_add_loop_test(tests, any_team_gives_the_same_bytes, 0, (int)ARRAY_COUNT(cases));
    tcase_add_loop_test(tests, evaluation_takes_one_target_as_before, 0, (int)ARRAY_COUNT(cases));
}

int main(void)
{
    return tests_run("mixed_targets", add_tests);
}

/* Tests of the optimizers against the same formulas in double, for every set of kernels. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "engine/optimizer.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

enum { COUNT = 203, STEPS = 7, SLOTS = 4 };

static struct variant read_optimizer(const char *text)
{
    struct error error = {0};
    struct variant optimizer = {0};
    json_t *json = fields_parse(text, strlen(text), &error);
    ck_assert_ptr_nonnull(json);
    ck_assert_msg(fields_read_variant(optimizer_kinds, json, &optimizer, "optimizer", &error) == 0,
                  "%s", error.message);
    json_decref(json);
    return optimizer;
}

static float draw(const char *name, int64_t index)
{
    struct rng rng = rng_stream(11, "test", name, 0);
    return (float)rng_normal(&rng, (uint64_t)index);
}

/* Runs the optimizer over COUNT weights, cut at `cut`, with gradients that do not depend on it. */
static void run(const struct kernels *kernels, const char *text, int64_t cut, float *weights)
{
    struct variant optimizer = read_optimizer(text);
    const struct optimizer_type *type = (const struct optimizer_type *)optimizer.kind;
    static float slots[SLOTS][COUNT], gradients[COUNT];
    double carried = 1;
    memset(slots, 0, sizeof slots);
    for (int64_t i = 0; i < COUNT; i++)
        weights[i] = draw("weight", i);
    for (int64_t step = 1; step <= STEPS; step++) {
        for (int64_t i = 0; i < COUNT; i++)
            gradients[i] = draw("gradient", step * COUNT + i);
        struct optimizer_step run_step = {.kernels = kernels,
                                          .step = step,
                                          .rate = 0.01 * (double)step,
                                          .parameters = weights,
                                          .gradients = gradients};
        if (type->carry != NULL)
            run_step.carried = carried = type->carry(optimizer.options, step, carried);
        for (int i = 0; i < type->slot_count(optimizer.options); i++)
            run_step.slots[i] = slots[i];
        type->run(optimizer.options, &run_step, 0, cut);
        type->run(optimizer.options, &run_step, cut, COUNT);
    }
    variant_clear(&optimizer);
}

/* One weight's state in the reference. */
struct state {
    double w, a, b, c;
    double product; /* of momenta; 0 at first, for 1 */
};
typedef void reference_fn(struct state *state, double gradient, double rate, int64_t step);

static void check(const char *text, reference_fn *reference)
{
    float weights[COUNT];
    for (const struct kernels *const *kernels = kernels_list(); *kernels != NULL; kernels++) {
        run(*kernels, text, 77, weights);
        for (int64_t i = 0; i < COUNT; i++) {
            struct state state = {.w = (double)draw("weight", i)};
            for (int64_t step = 1; step <= STEPS; step++)
                reference(&state, (double)draw("gradient", step * COUNT + i), 0.01 * (double)step,
                          step);
            ck_assert_msg(fabs((double)weights[i] - state.w) < 2e-6 * fmax(1, fabs(state.w)),
                          "%s with %s: weight %lld is %.9g, not %.9g", text, (*kernels)->name,
                          (long long)i, (double)weights[i], state.w);
        }
    }
}

static void reference_sgd(struct state *state, double gradient, double rate, int64_t step)
{
    (void)step;
    state->w -= rate * (gradient + 0.1 * state->w);
}

static void reference_momentum(struct state *state, double gradient, double rate, int64_t step)
{
    state->a = step == 1 ? gradient : 0.9 * state->a + gradient;
    state->w -= rate * state->a;
}

static void reference_nesterov(struct state *state, double gradient, double rate, int64_t step)
{
    state->a = step == 1 ? gradient : 0.9 * state->a + gradient;
    state->w -= rate * (gradient + 0.9 * state->a);
}

static void adam(struct state *state, double gradient, double rate, int64_t step)
{
    state->a = 0.8 * state->a + 0.2 * gradient;
    state->b = 0.95 * state->b + 0.05 * gradient * gradient;
    double mean = state->a / (1 - pow(0.8, (double)step));
    double square = state->b / (1 - pow(0.95, (double)step));
    state->w -= rate * mean / (sqrt(square) + 1e-3);
}

static void reference_adam(struct state *state, double gradient, double rate, int64_t step)
{
    adam(state, gradient + 0.1 * state->w, rate, step);
}

static void reference_adamw(struct state *state, double gradient, double rate, int64_t step)
{
    state->w *= 1 - rate * 0.1;
    adam(state, gradient, rate, step);
}

static void reference_amsgrad(struct state *state, double gradient, double rate, int64_t step)
{
    gradient += 0.1 * state->w;
    state->a = 0.8 * state->a + 0.2 * gradient;
    state->b = 0.95 * state->b + 0.05 * gradient * gradient;
    state->c = fmax(state->c, state->b);
    double mean = state->a / (1 - pow(0.8, (double)step));
    state->w -= rate * mean / (sqrt(state->c / (1 - pow(0.95, (double)step))) + 1e-3);
}

static void reference_nadam(struct state *state, double gradient, double rate, int64_t step)
{
    double now = 0.8 * (1 - 0.5 * pow(0.96, 0.1 * (double)step));
    double next = 0.8 * (1 - 0.5 * pow(0.96, 0.1 * (double)(step + 1)));
    gradient += 0.1 * state->w;
    state->product = (step == 1 ? 1 : state->product) * now;
    state->a = 0.8 * state->a + 0.2 * gradient;
    state->b = 0.95 * state->b + 0.05 * gradient * gradient;
    double root = sqrt(state->b / (1 - pow(0.95, (double)step))) + 1e-3;
    state->w -= rate * (1 - now) / (1 - state->product) * gradient / root;
    state->w -= rate * next / (1 - state->product * now * next) * state->a / root;
}

static void reference_adagrad(struct state *state, double gradient, double rate, int64_t step)
{
    gradient += 0.1 * state->w;
    state->a = (step == 1 ? 0.5 : state->a) + gradient * gradient;
    state->w -= rate / (1 + 0.25 * (double)(step - 1)) * gradient / (sqrt(state->a) + 1e-3);
}

static void reference_adadelta(struct state *state, double gradient, double rate, int64_t step)
{
    (void)step;
    gradient += 0.1 * state->w;
    state->a = 0.8 * state->a + 0.2 * gradient * gradient;
    double move = sqrt(state->b + 1e-3) / sqrt(state->a + 1e-3) * gradient;
    state->b = 0.8 * state->b + 0.2 * move * move;
    state->w -= rate * move;
}

static void reference_lion(struct state *state, double gradient, double rate, int64_t step)
{
    (void)step;
    double direction = 0.8 * state->a + 0.2 * gradient;
    state->w = state->w * (1 - rate * 0.1) - rate * ((direction > 0) - (direction < 0));
    state->a = 0.95 * state->a + 0.05 * gradient;
}

static void reference_rmsprop(struct state *state, double gradient, double rate, int64_t step)
{
    (void)step;
    state->a = 0.9 * state->a + 0.1 * gradient * gradient;
    state->w -= rate * gradient / (sqrt(state->a) + 1e-3);
}

static void reference_centered(struct state *state, double gradient, double rate, int64_t step)
{
    (void)step;
    gradient += 0.1 * state->w;
    state->a = 0.9 * state->a + 0.1 * gradient * gradient;
    state->b = 0.9 * state->b + 0.1 * gradient;
    state->c = 0.5 * state->c + gradient / (sqrt(state->a - state->b * state->b) + 1e-3);
    state->w -= rate * state->c;
}

START_TEST(sgd_is_what_pytorch_does)
{
    check("{\"type\": \"sgd\", \"weight_decay\": 0.1}", reference_sgd);
    check("{\"type\": \"sgd\", \"momentum\": 0.9}", reference_momentum);
    check("{\"type\": \"sgd\", \"momentum\": 0.9, \"nesterov\": true}", reference_nesterov);
}
END_TEST

#define ADAM_OPTIONS "\"beta_1\": 0.8, \"beta_2\": 0.95, \"epsilon\": 1e-3, \"weight_decay\": 0.1"

START_TEST(adam_adds_the_decay_to_the_gradient_and_adamw_does_not)
{
    check("{\"type\": \"adam\", " ADAM_OPTIONS "}", reference_adam);
    check("{\"type\": \"adamw\", " ADAM_OPTIONS "}", reference_adamw);
}
END_TEST

START_TEST(amsgrad_and_nadam_are_what_pytorch_does)
{
    check("{\"type\": \"amsgrad\", " ADAM_OPTIONS "}", reference_amsgrad);
    check("{\"type\": \"nadam\", \"momentum_decay\": 0.1, " ADAM_OPTIONS "}", reference_nadam);
}
END_TEST

START_TEST(adagrad_and_adadelta_are_what_pytorch_does)
{
    check("{\"type\": \"adagrad\", \"lr_decay\": 0.25, \"initial_accumulator_value\": 0.5, "
          "\"epsilon\": 1e-3, \"weight_decay\": 0.1}",
          reference_adagrad);
    check("{\"type\": \"adadelta\", \"rho\": 0.8, \"epsilon\": 1e-3, \"weight_decay\": 0.1}",
          reference_adadelta);
}
END_TEST

START_TEST(lion_follows_its_paper)
{
    check("{\"type\": \"lion\", \"beta_1\": 0.8, \"beta_2\": 0.95, \"weight_decay\": 0.1}",
          reference_lion);
}
END_TEST

START_TEST(rmsprop_is_what_pytorch_does)
{
    check("{\"type\": \"rmsprop\", \"alpha\": 0.9, \"epsilon\": 1e-3}", reference_rmsprop);
    check("{\"type\": \"rmsprop\", \"alpha\": 0.9, \"epsilon\": 1e-3, \"centered\": true, "
          "\"momentum\": 0.5, \"weight_decay\": 0.1}",
          reference_centered);
}
END_TEST

START_TEST(cuts_do_not_change_the_bytes)
{
    static const char *const texts[] = {
        "{\"type\": \"sgd\", \"momentum\": 0.9}",
        "{\"type\": \"adam\"}",
        "{\"type\": \"adamw\"}",
        "{\"type\": \"rmsprop\", \"centered\": true, \"momentum\": 0.5}",
        "{\"type\": \"adagrad\"}",
        "{\"type\": \"adadelta\"}",
        "{\"type\": \"amsgrad\"}",
        "{\"type\": \"nadam\"}",
        "{\"type\": \"lion\"}"};
    float whole[COUNT], cut[COUNT];
    for (const struct kernels *const *kernels = kernels_list(); *kernels != NULL; kernels++)
        for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
            run(*kernels, texts[i], COUNT, whole);
            run(*kernels, texts[i], 17, cut);
            ck_assert_mem_eq(whole, cut, sizeof whole);
        }
}
END_TEST

START_TEST(defaults_are_those_of_pytorch_at_one_rate_for_all)
{
    static const struct {
        const char *text;
        double learning_rate, weight_decay;
    } expected[] = {
        {"\"sgd\"", 0.01, 0},      {"\"adam\"", 0.001, 0},    {"\"adamw\"", 0.001, 0.01},
        {"\"rmsprop\"", 0.001, 0}, {"\"adagrad\"", 0.001, 0}, {"\"adadelta\"", 0.001, 0},
        {"\"amsgrad\"", 0.001, 0}, {"\"nadam\"", 0.001, 0},   {"\"lion\"", 0.0001, 0}};
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++) {
        struct error error = {0};
        struct variant optimizer = {0};
        json_t *name = json_loads(expected[i].text, JSON_DECODE_ANY, NULL);
        ck_assert_int_eq(fields_read_variant(optimizer_kinds, name, &optimizer, "", &error), 0);
        json_decref(name);
        const struct optimizer_options *options = optimizer.options;
        ck_assert_double_eq(options->learning_rate, expected[i].learning_rate);
        ck_assert_double_eq(options->weight_decay, expected[i].weight_decay);
        variant_clear(&optimizer);
    }
}
END_TEST

START_TEST(nesterov_without_momentum_is_refused)
{
    struct error error = {0};
    struct variant optimizer = {0};
    json_t *json = json_pack("{s:s, s:b}", "type", "sgd", "nesterov", 1);
    ck_assert_int_ne(fields_read_variant(optimizer_kinds, json, &optimizer, "optimizer", &error),
                     0);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.message, "momentum"));
    json_decref(json);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_test(cases, sgd_is_what_pytorch_does);
    tcase_add_test(cases, adam_adds_the_decay_to_the_gradient_and_adamw_does_not);
    tcase_add_test(cases, amsgrad_and_nadam_are_what_pytorch_does);
    tcase_add_test(cases, adagrad_and_adadelta_are_what_pytorch_does);
    tcase_add_test(cases, lion_follows_its_paper);
    tcase_add_test(cases, rmsprop_is_what_pytorch_does);
    tcase_add_test(cases, cuts_do_not_change_the_bytes);
    tcase_add_test(cases, defaults_are_those_of_pytorch_at_one_rate_for_all);
    tcase_add_test(cases, nesterov_without_momentum_is_refused);
}

int main(void)
{
    return tests_run("optimizers", add_tests);
}

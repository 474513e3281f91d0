/* Optimizer passes of every set against the formulas of PyTorch 2.0 in double; the small passes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "base/rng.h"
#include "engine/kernels/kernels.h"
#include "tests/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 83, STEPS = 4, STATES = 3 };

/* One run of parameters and its state; the expected values beside it in double. */
struct run {
    float w[COUNT], gradient[COUNT], state[STATES][COUNT];
    double true_w[COUNT], true_state[STATES][COUNT];
};

static float draw(uint64_t stream, int i)
{
    const struct rng draws = rng_stream(5, "test", "passes", stream);
    return rng_float(&draws, (uint64_t)i) - 0.5F;
}

static void run_start(struct run *run)
{
    memset(run, 0, sizeof(*run));
    for (int i = 0; i < COUNT; i++) {
        run->w[i] = draw(0, i);
        run->true_w[i] = (double)run->w[i];
    }
}

static void run_draw_gradient(struct run *run, int step)
{
    for (int i = 0; i < COUNT; i++)
        run->gradient[i] = draw((uint64_t)step, i);
}

static void run_check(const struct run *run, const char *set, int combination)
{
    for (int i = 0; i < COUNT; i++)
        ck_assert_msg(fabs((double)run->w[i] - run->true_w[i]) < 2e-6,
                      "%s, combination %d: w[%d] is %.9g instead of %.9g", set, combination, i,
                      (double)run->w[i], run->true_w[i]);
}

static void sgd_call(const struct kernels *set, struct run *run, int begin, int end,
                     const double *options, int nesterov, int first)
{
    set->step_sgd(end - begin, run->w + begin, run->gradient + begin, run->state[0] + begin,
                  (float)options[0], (float)options[1], (float)options[2], nesterov, first);
}

static void sgd_expect(struct run *run, const double *options, bool nesterov, bool first)
{
    const double rate = options[0], momentum = options[1], decay = options[2];
    for (int i = 0; i < COUNT; i++) {
        double g = (double)run->gradient[i] + decay * run->true_w[i];
        double *buffer = &run->true_state[0][i];
        if (momentum != 0) {
            *buffer = first ? g : momentum * *buffer + g;
            g = nesterov ? g + momentum * *buffer : *buffer;
        }
        run->true_w[i] -= rate * g;
    }
}

START_TEST(sgd_follows_its_formula)
{
    const double options[3] = {0.1, _i & 1 ? 0.9 : 0, _i & 2 ? 0.01 : 0};
    const bool nesterov = _i & 4;
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        struct run run;
        run_start(&run);
        for (int step = 1; step <= STEPS; step++) {
            run_draw_gradient(&run, step);
            sgd_call(*set, &run, 0, COUNT / 3, options, nesterov, step == 1);
            sgd_call(*set, &run, COUNT / 3, COUNT, options, nesterov, step == 1);
            sgd_expect(&run, options, nesterov, step == 1);
        }
        run_check(&run, (*set)->name, _i);
    }
}
END_TEST

/* Corrections from the betas as floats, as a caller should. */
static void adam_call(const struct kernels *set, struct run *run, int begin, int end,
                      const double *options, int step, int decoupled, bool amsgrad)
{
    const double beta_1 = (double)(float)options[1], beta_2 = (double)(float)options[2];
    float *largest = amsgrad ? run->state[2] + begin : NULL;
    set->step_adam(end - begin, run->w + begin, run->gradient + begin, run->state[0] + begin,
                   run->state[1] + begin, largest, (float)options[0], (float)beta_1, (float)beta_2,
                   (float)options[3], (float)options[4],
                   (float)(options[0] / (1 - pow(beta_1, step))),
                   (float)(1 / sqrt(1 - pow(beta_2, step))), decoupled);
}

static void adam_expect(struct run *run, const double *options, int step, bool decoupled,
                        bool amsgrad)
{
    const double rate = options[0], beta_1 = options[1], beta_2 = options[2];
    for (int i = 0; i < COUNT; i++) {
        double g = (double)run->gradient[i], *w = &run->true_w[i];
        double *mean = &run->true_state[0][i], *square = &run->true_state[1][i];
        if (decoupled)
            *w *= 1 - rate * options[4];
        else
            g += options[4] * *w;
        *mean = beta_1 * *mean + (1 - beta_1) * g;
        *square = beta_2 * *square + (1 - beta_2) * g * g;
        double *largest = &run->true_state[2][i];
        *largest = fmax(*largest, *square);
        double root = sqrt((amsgrad ? *largest : *square) / (1 - pow(beta_2, step))) + options[3];
        *w -= rate * (*mean / (1 - pow(beta_1, step))) / root;
    }
}

START_TEST(adam_amsgrad_and_adamw_follow_their_formulas)
{
    /* A short memory, so that squares shrink and AMSGrad differs. */
    const bool decoupled = _i & 4, amsgrad = _i & 8;
    const double options[5] = {0.01, 0.9, amsgrad ? 0.3 : 0.999, _i & 1 ? 1e-3 : 1e-8,
                               _i & 2 ? 0.05 : 0};
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        struct run run;
        run_start(&run);
        for (int step = 1; step <= STEPS; step++) {
            run_draw_gradient(&run, step);
            adam_call(*set, &run, 0, COUNT / 2, options, step, decoupled, amsgrad);
            adam_call(*set, &run, COUNT / 2, COUNT, options, step, decoupled, amsgrad);
            adam_expect(&run, options, step, decoupled, amsgrad);
        }
        run_check(&run, (*set)->name, _i);
    }
}
END_TEST

static void rmsprop_call(const struct kernels *set, struct run *run, int begin, int end,
                         const double *options, bool centered)
{
    set->step_rmsprop(end - begin, run->w + begin, run->gradient + begin, run->state[0] + begin,
                      run->state[1] + begin, centered ? run->state[2] + begin : NULL,
                      (float)options[0], (float)options[1], (float)options[2], (float)options[3],
                      (float)options[4]);
}

static void rmsprop_expect(struct run *run, const double *options, bool centered)
{
    const double rate = options[0], alpha = options[1], epsilon = options[2];
    for (int i = 0; i < COUNT; i++) {
        double g = (double)run->gradient[i] + options[4] * run->true_w[i];
        double *square = &run->true_state[0][i], *buffer = &run->true_state[1][i];
        double *mean = &run->true_state[2][i];
        *square = alpha * *square + (1 - alpha) * g * g;
        *mean = alpha * *mean + (1 - alpha) * g;
        double root = sqrt(*square - (centered ? *mean * *mean : 0)) + epsilon;
        *buffer = options[3] * *buffer + g / root;
        run->true_w[i] -= rate * *buffer;
    }
}

START_TEST(rmsprop_follows_its_formula)
{
    const double options[5] = {0.01, 0.9, 1e-3, _i & 1 ? 0.9 : 0, _i & 2 ? 0.01 : 0};
    const bool centered = _i & 4;
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        struct run run;
        run_start(&run);
        for (int step = 1; step <= STEPS; step++) {
            run_draw_gradient(&run, step);
            rmsprop_call(*set, &run, 0, 21, options, centered);
            rmsprop_call(*set, &run, 21, COUNT, options, centered);
            rmsprop_expect(&run, options, centered);
        }
        run_check(&run, (*set)->name, _i);
    }
}
END_TEST

/* ---- those with three options or so: rate, two of their own, weight decay */

static void adagrad_call(const struct kernels *set, struct run *run, int begin, int end,
                         const double *options, int step)
{
    set->step_adagrad(end - begin, run->w + begin, run->gradient + begin, run->state[0] + begin,
                      (float)options[0], (float)options[1], (float)options[2], (float)options[3],
                      step == 1);
}

static void adagrad_expect(struct run *run, const double *options, int step)
{
    for (int i = 0; i < COUNT; i++) {
        double g = (double)run->gradient[i] + options[3] * run->true_w[i];
        double *sum = &run->true_state[0][i];
        *sum = (step == 1 ? options[1] : *sum) + g * g;
        run->true_w[i] -= options[0] * g / (sqrt(*sum) + options[2]);
    }
}

static void adadelta_call(const struct kernels *set, struct run *run, int begin, int end,
                          const double *options, int step UNUSED)
{
    set->step_adadelta(end - begin, run->w + begin, run->gradient + begin, run->state[0] + begin,
                       run->state[1] + begin, (float)options[0], (float)options[1],
                       (float)options[2], (float)options[3]);
}

static void adadelta_expect(struct run *run, const double *options, int step UNUSED)
{
    const double rho = options[1], epsilon = options[2];
    for (int i = 0; i < COUNT; i++) {
        double g = (double)run->gradient[i] + options[3] * run->true_w[i];
        double *square = &run->true_state[0][i], *moved = &run->true_state[1][i];
        *square = rho * *square + (1 - rho) * g * g;
        double move = sqrt(*moved + epsilon) / sqrt(*square + epsilon) * g;
        *moved = rho * *moved + (1 - rho) * move * move;
        run->true_w[i] -= options[0] * move;
    }
}

static void lion_call(const struct kernels *set, struct run *run, int begin, int end,
                      const double *options, int step UNUSED)
{
    set->step_lion(end - begin, run->w + begin, run->gradient + begin, run->state[0] + begin,
                   (float)options[0], (float)options[1], (float)options[2], (float)options[3]);
}

/* An element without gradients stands for the padding. */
static void lion_expect(struct run *run, const double *options, int step UNUSED)
{
    for (int i = 0; i < COUNT; i++) {
        double g = (double)run->gradient[i], *mean = &run->true_state[0][i];
        double direction = options[1] * *mean + (1 - options[1]) * g;
        *mean = options[2] * *mean + (1 - options[2]) * g;
        run->true_w[i] *= 1 - options[0] * options[3];
        run->true_w[i] -= options[0] * ((direction > 0) - (direction < 0));
    }
}

/* Rates of the gradient and of the mean, beta_1, epsilon. */
static void nadam_call(const struct kernels *set, struct run *run, int begin, int end,
                       const double *options, int step)
{
    set->step_nadam(end - begin, run->w + begin, run->gradient + begin, run->state[0] + begin,
                    run->state[1] + begin, (float)options[0], (float)options[1], (float)options[2],
                    0.99F, (float)options[3], 0.05F, (float)step);
}

static void nadam_expect(struct run *run, const double *options, int step)
{
    for (int i = 0; i < COUNT; i++) {
        double g = (double)run->gradient[i] + 0.05 * run->true_w[i];
        double *mean = &run->true_state[0][i], *square = &run->true_state[1][i];
        *mean = options[2] * *mean + (1 - options[2]) * g;
        *square = 0.99 * *square + 0.01 * g * g;
        run->true_w[i] -=
            (options[0] * g + options[1] * *mean) / (sqrt(*square) * step + options[3]);
    }
}

static const struct {
    double options[4];
    void (*call)(const struct kernels *set, struct run *run, int begin, int end,
                 const double *options, int step);
    void (*expect)(struct run *run, const double *options, int step);
} passes[] = {{{0.05, 0, 1e-10, 0}, adagrad_call, adagrad_expect},
              {{0.05, 0.25, 1e-3, 0.05}, adagrad_call, adagrad_expect},
              {{1, 0.9, 1e-6, 0}, adadelta_call, adadelta_expect},
              {{0.5, 0.8, 1e-3, 0.05}, adadelta_call, adadelta_expect},
              {{0.01, 0.9, 0.99, 0}, lion_call, lion_expect},
              {{0.01, 0.5, 0.8, 0.1}, lion_call, lion_expect},
              {{0.01, 0.02, 0.9, 1e-3}, nadam_call, nadam_expect},
              {{0, 0.02, 0.5, 1e-8}, nadam_call, nadam_expect}};

START_TEST(other_steps_follow_their_formulas)
{
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        struct run run, whole;
        run_start(&run);
        whole = run;
        for (int step = 1; step <= STEPS; step++) {
            run_draw_gradient(&run, step);
            run_draw_gradient(&whole, step);
            run.gradient[5] = whole.gradient[5] = 0;
            passes[_i].call(*set, &whole, 0, COUNT, passes[_i].options, step);
            passes[_i].call(*set, &run, 0, 3 * step, passes[_i].options, step);
            passes[_i].call(*set, &run, 3 * step, COUNT, passes[_i].options, step);
            passes[_i].expect(&run, passes[_i].options, step);
        }
        run_check(&run, (*set)->name, _i);
        ck_assert_mem_eq(run.w, whole.w, sizeof run.w);
        ck_assert_mem_eq(run.state, whole.state, sizeof run.state);
    }
}
END_TEST

/* Two calls at a ragged place have the bytes of one. */
START_TEST(steps_do_not_depend_on_the_cut)
{
    const double options[5] = {0.01, 0.9, 0.999, 1e-8, 0.05};
    for (const struct kernels *const *set = kernels_list(); *set; set++)
        for (int cut = 0; cut <= COUNT; cut += 7) {
            struct run whole, parts;
            run_start(&whole);
            run_draw_gradient(&whole, 1);
            parts = whole;
            adam_call(*set, &whole, 0, COUNT, options, 1, 0, true);
            adam_call(*set, &parts, 0, cut, options, 1, 0, true);
            adam_call(*set, &parts, cut, COUNT, options, 1, 0, true);
            rmsprop_call(*set, &whole, 0, COUNT, options, true);
            rmsprop_call(*set, &parts, 0, cut, options, true);
            rmsprop_call(*set, &parts, cut, COUNT, options, true);
            ck_assert_mem_eq(&whole, &parts, sizeof(whole));
        }
}
END_TEST

START_TEST(steps_over_nothing_touch_nothing)
{
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        (*set)->step_sgd(0, NULL, NULL, NULL, 1, 1, 1, 1, 0);
        (*set)->step_adam(0, NULL, NULL, NULL, NULL, NULL, 1, 1, 1, 1, 1, 1, 1, 1);
        (*set)->step_adagrad(0, NULL, NULL, NULL, 1, 1, 1, 1, 1);
        (*set)->step_adadelta(0, NULL, NULL, NULL, NULL, 1, 1, 1, 1);
        (*set)->step_nadam(0, NULL, NULL, NULL, NULL, 1, 1, 1, 1, 1, 1, 1);
        (*set)->step_lion(0, NULL, NULL, NULL, 1, 1, 1, 1);
        (*set)->step_rmsprop(0, NULL, NULL, NULL, NULL, NULL, 1, 1, 1, 1, 1);
        (*set)->add(0, NULL, NULL);
        (*set)->clamp(0, 1, NULL);
        ck_assert(fabs((*set)->sum_of_squares(0, NULL)) <= 0);
    }
}
END_TEST

START_TEST(small_passes_are_those_of_plain_loops)
{
    const struct kernels *reference = kernels_reference();
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        struct run expected, run;
        run_start(&expected);
        run_draw_gradient(&expected, 1);
        expected.w[3] = NAN;
        run = expected;
        reference->add(COUNT, expected.gradient, expected.w);
        reference->scale(COUNT, 3, expected.w);
        reference->clamp(COUNT, 0.75F, expected.w);
        (*set)->add(COUNT, run.gradient, run.w);
        (*set)->scale(COUNT, 3, run.w);
        (*set)->clamp(COUNT, 0.75F, run.w);
        ck_assert(isnan(run.w[3]));
        run.w[3] = expected.w[3] = 0;
        ck_assert_mem_eq(run.w, expected.w, sizeof(run.w));
        double sum = reference->sum_of_squares(COUNT, run.w);
        ck_assert_double_eq_tol((*set)->sum_of_squares(COUNT, run.w), sum, 1e-12);
    }
}
END_TEST

START_TEST(bytes_become_parts_of_255)
{
    uint8_t bytes[256];
    float y[256];
    for (int i = 0; i < 256; i++)
        bytes[i] = (uint8_t)i;
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        (*set)->bytes_to_floats(256, bytes, y);
        for (int i = 0; i < 256; i++)
            ck_assert_mem_eq(&y[i], &(float){(float)i / 255.0F}, sizeof(float));
    }
}
END_TEST

/* With their sum, also where only that is wanted; nothing is written beyond the end. */
START_TEST(exponentials_are_those_of_the_c_library)
{
    enum { MOST = 70 };
    float x[MOST], y[MOST + 1];

    for (const struct kernels *const *set = kernels_list(); *set != NULL; set++)
        for (int count = 0; count <= MOST; count++) {
            double sum = 0;
            for (int i = 0; i < count; i++) {
                x[i] = (float)(i * 37 % 64) - 60.0F;
                sum += exp((double)x[i] - 3);
            }
            y[count] = 5;
            ck_assert_double_eq_tol((*set)->exponentials(count, 3, x, NULL), sum,
                                    3e-7 * sum + 1e-30);
            ck_assert_double_eq_tol((*set)->exponentials(count, 3, x, y), sum, 3e-7 * sum + 1e-30);
            for (int i = 0; i < count; i++) {
                double right = exp((double)x[i] - 3);
                ck_assert_msg(fabs((double)y[i] - right) <= 3e-7 * right, "%s: %g, not %g",
                              (*set)->name, (double)y[i], right);
            }
            ck_assert_float_eq(y[count], 5);
        }
}
END_TEST

START_TEST(exponentials_keep_what_is_no_number)
{
    const float x[] = {1, 2, NAN, 4, 5, 6, 7, 8, 9};

    for (const struct kernels *const *set = kernels_list(); *set != NULL; set++)
        ck_assert_msg(isnan((*set)->exponentials(9, 0, x, NULL)), "%s", (*set)->name);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, sgd_follows_its_formula, 0, 8);
    tcase_add_loop_test(tests, adam_amsgrad_and_adamw_follow_their_formulas, 0, 16);
    tcase_add_loop_test(tests, rmsprop_follows_its_formula, 0, 8);
    tcase_add_loop_test(tests, other_steps_follow_their_formulas, 0, ARRAY_COUNT(passes));
    tcase_add_test(tests, steps_do_not_depend_on_the_cut);
    tcase_add_test(tests, steps_over_nothing_touch_nothing);
    tcase_add_test(tests, small_passes_are_those_of_plain_loops);
    tcase_add_test(tests, bytes_become_parts_of_255);
    tcase_add_test(tests, exponentials_are_those_of_the_c_library);
    tcase_add_test(tests, exponentials_keep_what_is_no_number);
}

int main(void)
{
    return tests_run("passes", add_tests);
}

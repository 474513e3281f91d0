/* Activations and their derivatives of every set against double libm, and against cuts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "engine/kernels/kernels.h"
#include "engine/kernels/reference.h"
#include "tests/check.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 3001, EDGES = 16 };
#define ALPHA 0.75

/* How far an activation and its derivative may be from the truth, in units of the last place of
 * the truth; `tail`: further units per x^2, where an exponent of x^2 is rounded. Derivatives: in
 * units of the last place of 1, since they cross zero. */
static const struct bound {
    enum activation_code code;
    double value, tail, derivative;
} bounds[] = {
    {ACTIVATION_LINEAR, 0, 0, 0},
    {ACTIVATION_RELU, 0, 0, 0},
    {ACTIVATION_LEAKY_RELU, 0.51, 0, 0},
    {ACTIVATION_ELU, 2, 0, 1},
    {ACTIVATION_SELU, 2.5, 0, 2},
    {ACTIVATION_GELU, 6, 0.6, 3},
    {ACTIVATION_GELU_TANH, 4, 2, 4},
    {ACTIVATION_SILU, 3, 0, 2},
    {ACTIVATION_MISH, 4, 0, 3},
    {ACTIVATION_SIGMOID, 2.5, 0, 1},
    {ACTIVATION_HARD_SIGMOID, 1.5, 0, 0.1},
    {ACTIVATION_TANH, 2, 0, 1.5},
    {ACTIVATION_SOFTPLUS, 3, 0, 1.5},
    {ACTIVATION_SOFTSIGN, 1.5, 0, 2},
};
enum { BOUNDS = sizeof(bounds) / sizeof(bounds[0]) };

static const float edges[EDGES] = {0,        -0.0F,  INFINITY, -INFINITY, NAN,   FLT_MAX,
                                   -FLT_MAX, 1e-40F, 20,       -20,       88.8F, -88.8F,
                                   -104.5F,  3,      -3,       -150};

/* Half of the points spread evenly over ±24, half over all exponents. */
static void fill(float *x)
{
    const struct rng draws = rng_stream(3, "test", "activations", 0);
    for (int i = 0; i < POINTS; i++) {
        double at = rng_double(&draws, (uint64_t)i) * 2 - 1;
        double size = pow(2, rng_double(&draws, (uint64_t)i + POINTS) * 60 - 40);
        x[i] = (float)(i % 2 ? at * 24 : copysign(size, at));
    }
    memcpy(x, edges, sizeof(edges));
}

static double last_place(double x)
{
    float nearest = (float)fabs(x);
    return fmax(FLT_TRUE_MIN, (double)(nextafterf(nearest, INFINITY) - nearest));
}

static bool both_alike_beyond_numbers(double a, double b)
{
    return (isnan(a) && isnan(b)) || (isinf((float)a) && (float)a == (float)b);
}

static void check_value(const char *set, const struct bound *bound, float x, float y)
{
    double truth = reference_activation(bound->code, ALPHA, (double)x);
    if (both_alike_beyond_numbers(truth, (double)y))
        return;
    /* x times a subnormal share has only the share's digits. */
    double unit = fmax(last_place(truth), (double)FLT_TRUE_MIN * fmin(fabs((double)x), 200));
    double off = fabs((double)y - truth) / unit;
    double limit = bound->value + (bound->tail > 0 ? bound->tail * (double)x * (double)x : 0);
    ck_assert_msg(off <= limit, "%s, activation %d: f(%.9g) = %.9g instead of %.9g, %.2f ulp", set,
                  (int)bound->code, (double)x, (double)y, truth, off);
}

static void check_derivative(const char *set, const struct bound *bound, float x, float d_x)
{
    double truth = reference_derivative(bound->code, ALPHA, (double)x);
    if (both_alike_beyond_numbers(truth, (double)d_x) || !isfinite(x))
        return;
    double off = fabs((double)d_x - truth) / (double)FLT_EPSILON;
    ck_assert_msg(off <= bound->derivative,
                  "%s, activation %d: f'(%.9g) = %.9g instead of %.9g, %.2f epsilons", set,
                  (int)bound->code, (double)x, (double)d_x, truth, off);
}

START_TEST(activations_are_within_their_bounds)
{
    static float x[POINTS], y[POINTS];
    fill(x);
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        (*set)->activation_forward(bounds[_i].code, (float)ALPHA, 1, POINTS, x, y);
        for (int i = 0; i < POINTS; i++)
            check_value((*set)->name, &bounds[_i], x[i], y[i]);
    }
}
END_TEST

START_TEST(derivatives_are_within_their_bounds)
{
    static float x[POINTS], y[POINTS], d_x[POINTS];
    fill(x);
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        (*set)->activation_forward(bounds[_i].code, (float)ALPHA, 1, POINTS, x, y);
        for (int i = 0; i < POINTS; i++)
            d_x[i] = 1;
        (*set)->activation_backward(bounds[_i].code, (float)ALPHA, 1, POINTS, x, y, d_x, d_x);
        for (int i = 0; i < POINTS; i++)
            check_derivative((*set)->name, &bounds[_i], x[i], d_x[i]);
    }
}
END_TEST

/* So that the formulas of reference_derivative() are not merely the same mistake twice. */
START_TEST(reference_derivatives_are_central_differences)
{
    const double step = 1e-5;
    for (double x = -6.03; x < 6; x += 0.05) {
        double slope = (reference_activation(bounds[_i].code, ALPHA, x + step) -
                        reference_activation(bounds[_i].code, ALPHA, x - step)) /
                       (2 * step);
        ck_assert_double_eq_tol(slope, reference_derivative(bounds[_i].code, ALPHA, x), 1e-8);
    }
}
END_TEST

START_TEST(elements_do_not_depend_on_where_they_stand)
{
    enum { COUNT = 67 };
    static float x[POINTS];
    fill(x);
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        float whole[COUNT], single[COUNT], back[COUNT], d_x[COUNT];
        const float *from = x + EDGES;
        (*set)->activation_forward(bounds[_i].code, (float)ALPHA, 1, COUNT, from, whole);
        (*set)->activation_backward(bounds[_i].code, (float)ALPHA, 1, COUNT, from, whole, whole,
                                    back);
        for (int i = 0; i < COUNT; i++) {
            (*set)->activation_forward(bounds[_i].code, (float)ALPHA, 1, 1, from + i, single + i);
            (*set)->activation_backward(bounds[_i].code, (float)ALPHA, 1, 1, from + i, single + i,
                                        single + i, d_x + i);
        }
        ck_assert_mem_eq(whole, single, sizeof(whole));
        ck_assert_mem_eq(back, d_x, sizeof(back));
    }
}
END_TEST

enum { ROWS = 9, WIDTH_MAX = 70 };

static void fill_rows(float *x, int count, uint64_t number, float spread)
{
    const struct rng draws = rng_stream(4, "test", "softmax", number);
    for (int i = 0; i < count; i++)
        x[i] = (rng_float(&draws, (uint64_t)i) - 0.5F) * spread;
}

static void check_rows(const char *set, const float *got, const float *expected, int count,
                       double tolerance)
{
    for (int i = 0; i < count; i++)
        ck_assert_msg(fabs((double)got[i] - (double)expected[i]) <=
                          tolerance * (1 + fabs((double)expected[i])),
                      "%s: element %d is %.9g instead of %.9g", set, i, (double)got[i],
                      (double)expected[i]);
}

START_TEST(softmax_and_log_softmax_are_those_of_plain_loops)
{
    const enum activation_code code = _i ? ACTIVATION_LOG_SOFTMAX : ACTIVATION_SOFTMAX;
    float x[ROWS * WIDTH_MAX], y[ROWS * WIDTH_MAX], expected[ROWS * WIDTH_MAX];
    float d_y[ROWS * WIDTH_MAX], d_x[ROWS * WIDTH_MAX], d_expected[ROWS * WIDTH_MAX];
    const struct kernels *reference = kernels_reference();
    for (int width = 1; width <= WIDTH_MAX; width += 1 + width / 9) {
        fill_rows(x, ROWS * width, (uint64_t)width, 60);
        fill_rows(d_y, ROWS * width, (uint64_t)width + 100, 2);
        reference->activation_forward(code, 0, ROWS, width, x, expected);
        reference->activation_backward(code, 0, ROWS, width, NULL, expected, d_y, d_expected);
        for (const struct kernels *const *set = kernels_list(); *set; set++) {
            (*set)->activation_forward(code, 0, ROWS, width, x, y);
            check_rows((*set)->name, y, expected, ROWS * width, 1e-6);
            (*set)->activation_backward(code, 0, ROWS, width, NULL, expected, d_y, d_x);
            check_rows((*set)->name, d_x, d_expected, ROWS * width, 4e-6);
        }
    }
}
END_TEST

START_TEST(softmax_of_large_values_is_finite_and_of_nan_is_nan)
{
    static const float large[3] = {3e38F, -3e38F, 3e38F}, halves[3] = {0.5F, 0, 0.5F},
                       bad[3] = {1, NAN, 2};
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        float y[3];
        (*set)->activation_forward(ACTIVATION_SOFTMAX, 0, 1, 3, large, y);
        ck_assert_msg(memcmp(y, halves, sizeof(y)) == 0, "%s", (*set)->name);
        (*set)->activation_forward(ACTIVATION_SOFTMAX, 0, 1, 3, bad, y);
        ck_assert_msg(isnan(y[0]) && isnan(y[1]) && isnan(y[2]), "%s", (*set)->name);
        (*set)->activation_forward(ACTIVATION_LOG_SOFTMAX, 0, 1, 3, bad, y);
        ck_assert_msg(isnan(y[0]) && isnan(y[1]) && isnan(y[2]), "%s", (*set)->name);
    }
}
END_TEST

START_TEST(a_softmax_row_does_not_depend_on_its_place)
{
    enum { WIDTH = 19 };
    float x[ROWS * WIDTH], y[ROWS * WIDTH], alone[ROWS * WIDTH];
    fill_rows(x, ROWS * WIDTH, 1, 9);
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        (*set)->activation_forward(ACTIVATION_SOFTMAX, 0, ROWS, WIDTH, x, y);
        for (int row = 0; row < ROWS; row++)
            (*set)->activation_forward(ACTIVATION_SOFTMAX, 0, 1, WIDTH, x + row * WIDTH,
                                       alone + row * WIDTH);
        ck_assert_mem_eq(y, alone, sizeof(y));
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, activations_are_within_their_bounds, 0, BOUNDS);
    tcase_add_loop_test(tests, derivatives_are_within_their_bounds, 0, BOUNDS);
    tcase_add_loop_test(tests, reference_derivatives_are_central_differences, 0, BOUNDS);
    tcase_add_loop_test(tests, elements_do_not_depend_on_where_they_stand, 0, BOUNDS);
    tcase_add_loop_test(tests, softmax_and_log_softmax_are_those_of_plain_loops, 0, 2);
    tcase_add_test(tests, softmax_of_large_values_is_finite_and_of_nan_is_nan);
    tcase_add_test(tests, a_softmax_row_does_not_depend_on_its_place);
}

int main(void)
{
    return tests_run("activations", add_tests);
}

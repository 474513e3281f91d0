/* Normalization of channels and rows: every set against plain loops, and cut into parts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "engine/kernels/kernels.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

enum { ROWS = 23, COLUMNS = 75, STRIDE = 80, TRIALS = 40 };

static struct rng draws;
static uint64_t counter;

static int64_t draw(int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(&draws, counter += 4, (uint64_t)(high - low + 1));
}

/* All that the kernels read or write, and more around it. */
struct memory {
    float x[ROWS * STRIDE], d_y[ROWS * STRIDE], out[ROWS * STRIDE];
    float gamma[STRIDE], beta[STRIDE], d_gamma[STRIDE], means[ROWS], scales[ROWS];
    double mean[STRIDE], scale[STRIDE], factor[STRIDE], first[STRIDE], second[STRIDE];
};
static struct memory given, expected, found;

static void fill(float *values, size_t size, float center)
{
    for (size_t i = 0; i < size / sizeof(float); i++)
        values[i] = rng_float(&draws, ++counter) - 0.5F + center;
}

static void setup(void)
{
    draws = rng_stream(7, "test", "normalization", 0);
    counter = 0;
    fill(given.x, sizeof(given.x), 30.0F);
    fill(given.d_y, sizeof(given.d_y), 0.0F);
    fill(given.out, sizeof(given.out), 0.0F);
    fill(given.gamma, sizeof(given.gamma), 1.0F);
    fill(given.beta, sizeof(given.beta), 0.0F);
    fill(given.d_gamma, sizeof(given.d_gamma), 0.0F);
    for (int i = 0; i < STRIDE; i++) {
        given.mean[i] = 30.0 + (double)given.beta[i];
        given.scale[i] = 3.0 + (double)given.gamma[i];
        given.factor[i] = (double)given.gamma[i];
        given.first[i] = (double)given.beta[i] / 3.0;
        given.second[i] = (double)given.d_gamma[i] / 3.0;
    }
    kernels_reference()->layer_norm_forward(ROWS, STRIDE, given.x, given.gamma, given.beta, 1e-5,
                                            found.out, given.means, given.scales);
}

enum which { MOMENTS, NORMALIZE, SUMS, D_INPUT, D_INPUT_STORED, D_GAMMA, CHANNEL_KERNELS };

/* Channels [at, at + columns). */
static void run_channels(const struct kernels *set, int which, struct memory *m, int64_t rows,
                         int64_t at, int64_t columns)
{
    const struct channel_gradient gradient = {given.mean + at, given.scale + at, given.factor + at,
                                              given.first + at, given.second + at};
    if (which == MOMENTS)
        set->channel_moments(rows, columns, m->x + at, STRIDE, m->first + at, m->second + at);
    else if (which == NORMALIZE)
        set->channel_normalize(rows, columns, m->x + at, STRIDE, m->mean + at, m->factor + at,
                               m->beta + at, m->out + at);
    else if (which == SUMS)
        set->channel_gradient_sums(rows, columns, m->x + at, m->d_y + at, STRIDE, m->mean + at,
                                   m->scale + at, m->first + at, m->second + at);
    else if (which == D_GAMMA)
        set->layer_norm_d_gamma(rows, columns, m->x + at, m->d_y + at, STRIDE, m->means, m->scales,
                                m->d_gamma + at);
    else
        set->channel_d_input(rows, columns, m->x + at, m->d_y + at, STRIDE, &gradient, m->out + at,
                             which == D_INPUT_STORED);
}

static void run_rows(const struct kernels *set, struct memory *m, int64_t rows, int64_t columns,
                     int overwrite)
{
    float means[ROWS], scales[ROWS];
    set->layer_norm_forward(rows, columns, m->x, m->gamma, m->beta, 1e-5, m->d_y, means, scales);
    memcpy(m->means, means, (size_t)rows * sizeof(float));
    memcpy(m->scales, scales, (size_t)rows * sizeof(float));
    set->layer_norm_backward(rows, columns, m->x, given.d_y, m->gamma, means, scales, m->out,
                             overwrite);
}

static void check_floats(const struct kernels *set, const float *a, const float *b, size_t size)
{
    for (size_t i = 0; i < size / sizeof(float); i++)
        ck_assert_msg(fabs((double)a[i] - (double)b[i]) <= 2e-5 * (1 + fabs((double)b[i])),
                      "%s: %g at %zu, not %g", set->name, (double)a[i], i, (double)b[i]);
}

static void check_memory(const struct kernels *set)
{
    check_floats(set, found.out, expected.out, sizeof(found.out));
    check_floats(set, found.d_y, expected.d_y, sizeof(found.d_y));
    check_floats(set, found.d_gamma, expected.d_gamma, sizeof(found.d_gamma));
    check_floats(set, found.means, expected.means, sizeof(found.means));
    check_floats(set, found.scales, expected.scales, sizeof(found.scales));
    for (int i = 0; i < STRIDE; i++) {
        ck_assert_double_eq_tol(found.first[i], expected.first[i], 1e-9);
        ck_assert_double_eq_tol(found.second[i], expected.second[i], 1e-9);
    }
}

START_TEST(channels_are_those_of_plain_loops_however_cut)
{
    for (int trial = 0; trial < TRIALS; trial++) {
        const int64_t rows = draw(1, ROWS), columns = draw(1, COLUMNS), cut = draw(0, columns);
        expected = given;
        run_channels(kernels_reference(), _i, &expected, rows, 0, columns);
        for (const struct kernels *const *set = kernels_list(); *set != NULL; set++) {
            found = given;
            run_channels(*set, _i, &found, rows, 0, cut);
            run_channels(*set, _i, &found, rows, cut, columns - cut);
            check_memory(*set);
            struct memory parts = found;
            found = given;
            run_channels(*set, _i, &found, rows, 0, columns);
            ck_assert_mem_eq(&found, &parts, sizeof(found));
        }
    }
}
END_TEST

START_TEST(rows_are_those_of_plain_loops)
{
    for (int trial = 0; trial < TRIALS; trial++) {
        const int64_t rows = draw(1, ROWS), columns = draw(1, COLUMNS);
        expected = given;
        run_rows(kernels_reference(), &expected, rows, columns, trial % 2);
        for (const struct kernels *const *set = kernels_list(); *set != NULL; set++) {
            found = given;
            run_rows(*set, &found, rows, columns, trial % 2);
            check_memory(*set);
        }
    }
}
END_TEST

START_TEST(what_is_not_finite_stays_visible)
{
    for (const struct kernels *const *set = kernels_list(); *set != NULL; set++) {
        float x[9] = {1, 2, 3, NAN, 5, 6, 7, 8, 9}, gamma[9] = {0}, beta[9] = {0}, y[9];
        (*set)->layer_norm_forward(1, 9, x, gamma, beta, 1e-5, y, NULL, NULL);
        for (int i = 0; i < 9; i++)
            ck_assert_msg(isnan(y[i]), "%s", (*set)->name);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, channels_are_those_of_plain_loops_however_cut, 0, CHANNEL_KERNELS);
    tcase_add_test(tests, rows_are_those_of_plain_loops);
    tcase_add_test(tests, what_is_not_finite_stays_visible);
}

int main(void)
{
    return tests_run("normalization", add_tests);
}

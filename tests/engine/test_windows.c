/* Kernels over windows and over rows: every set against plain loops, and against itself cut into
 * parts, bit for bit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "engine/kernels/kernels.h"
#include "tests/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = 40, MAX = 20000 };

static struct rng draws;
static uint64_t counter;

static int64_t draw(int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(&draws, counter += 4, (uint64_t)(high - low + 1));
}

static void setup(void)
{
    draws = rng_stream(7, "test", "windows", 0);
    counter = 0;
}

/* Whole numbers of little difference, so that some are equal, or any numbers. */
static void fill(float *values, bool equal_ones)
{
    for (int i = 0; i < MAX; i++)
        values[i] = equal_ones ? (float)draw(-2, 2) : rng_float(&draws, ++counter) - 0.5F;
}

/* Windows that overlap or not, over dilated cells or not. */
static struct windows draw_windows(void)
{
    struct windows windows = {.count = draw(1, 9),
                              .lines = draw(1, 4),
                              .cells = draw(1, 7),
                              .channels = draw(0, 2) == 0 ? draw(1, 70) : draw(1, 9)};
    windows.step = windows.channels * draw(1, 3);
    windows.cell_stride = windows.channels * draw(1, 2);
    if (draw(0, 3) == 0) { /* side by side */
        windows.cell_stride = windows.channels;
        windows.step = windows.cells * windows.channels;
        windows.count = draw(1, 14 / windows.cells);
    }
    windows.line_stride = windows.channels * draw(14, 16);
    windows.result_step = windows.channels + draw(0, 3);
    windows.kernel_cell_stride = windows.channels + draw(0, 2);
    windows.kernel_line_stride = windows.kernel_cell_stride * windows.cells;
    return windows;
}

/* Everything that a kernel may read or write. */
struct memory {
    float x[MAX], y[MAX], w[MAX], bias[MAX];
};
static struct memory given, expected, found;

enum which {
    MAXIMA,
    MAXIMA_BACK,
    MEANS,
    MEANS_BACK,
    PRODUCTS,
    PRODUCTS_BACK,
    KERNELS,
    WHICH_COUNT
};

/* Channels from `at` on of what `windows` says. */
static void run(const struct kernels *set, enum which which, const struct windows *windows,
                struct memory *m, int64_t at)
{
    const float *bias = windows->lines % 2 == 0 ? NULL : m->bias + at;
    const int overwrite = windows->step >= windows->cells * windows->cell_stride &&
                          windows->line_stride >= windows->count * windows->step;

    if (which == MAXIMA)
        set->windows_max(windows, m->x + at, m->y + at);
    else if (which == MAXIMA_BACK) /* x, its largest, their gradients, and where they go */
        set->windows_max_gradient(windows, given.x + at, given.y + at, m->bias + at, m->x + at,
                                  overwrite);
    else if (which == MEANS)
        set->windows_mean(windows, m->x + at, m->y + at);
    else if (which == MEANS_BACK)
        set->windows_mean_gradient(windows, m->y + at, m->x + at, overwrite);
    else if (which == PRODUCTS)
        set->windows_product(windows, m->x + at, m->w + at, bias, m->y + at);
    else if (which == PRODUCTS_BACK)
        set->windows_product_d_input(windows, m->y + at, m->w + at, m->x + at);
    else
        set->windows_product_d_kernel(windows, m->x + at, m->y + at, m->w + at);
}

static void draw_given(enum which which, const struct windows *windows)
{
    fill(given.x, which <= MAXIMA_BACK);
    fill(given.y, false);
    fill(given.w, false);
    fill(given.bias, false);
    if (which == MAXIMA_BACK)
        kernels_reference()->windows_max(windows, given.x, given.y);
}

static double off(const float *a, const float *b)
{
    double worst = 0;

    for (int i = 0; i < MAX; i++)
        worst = fmax(worst, fabs((double)a[i] - (double)b[i]));
    return worst;
}

/* The whole memory, so that a write beside a window is seen too. The baseline rounds twice. */
static void check(const struct kernels *set, enum which which)
{
    const double tolerance = strcmp(set->name, "baseline") == 0 && which >= PRODUCTS ? 1e-5 : 0;
    double worst = fmax(off(found.x, expected.x), off(found.y, expected.y));

    worst = fmax(worst, fmax(off(found.w, expected.w), off(found.bias, expected.bias)));
    ck_assert_msg(worst <= tolerance, "%s: kernel %d is off by %g", set->name, (int)which, worst);
}

START_TEST(windows_are_those_of_plain_loops)
{
    for (int trial = 0; trial < TRIALS; trial++) {
        const struct windows windows = draw_windows();
        draw_given((enum which)_i, &windows);
        expected = given;
        run(kernels_reference(), (enum which)_i, &windows, &expected, 0);
        for (const struct kernels *const *set = kernels_list(); *set != NULL; set++) {
            found = given;
            run(*set, (enum which)_i, &windows, &found, 0);
            check(*set, (enum which)_i);
        }
    }
}
END_TEST

START_TEST(windows_do_not_depend_on_how_channels_are_cut)
{
    for (int trial = 0; trial < TRIALS; trial++) {
        const struct windows whole = draw_windows();
        draw_given((enum which)_i, &whole);
        for (const struct kernels *const *set = kernels_list(); *set != NULL; set++) {
            struct windows part = whole;
            expected = found = given;
            run(*set, (enum which)_i, &whole, &expected, 0);
            for (int64_t at = 0; at < whole.channels; at += part.channels) {
                part.channels = draw(1, whole.channels - at);
                run(*set, (enum which)_i, &part, &found, at);
            }
            ck_assert_mem_eq(&found, &expected, sizeof(found));
        }
    }
}
END_TEST

START_TEST(a_window_that_sees_nothing_gives_the_bias)
{
    const struct windows windows = {.count = 2, .result_step = 11, .channels = 11};

    for (const struct kernels *const *set = kernels_list(); *set != NULL; set++) {
        fill(found.bias, false);
        (*set)->windows_product(&windows, found.x, found.w, found.bias, found.y);
        ck_assert_mem_eq(found.y, found.bias, 11 * sizeof(float));
        ck_assert_mem_eq(found.y + 11, found.bias, 11 * sizeof(float));
    }
}
END_TEST

/* Wherever among the cells it is, and whatever else there is. */
START_TEST(the_largest_of_a_window_with_nan_is_nan)
{
    const struct windows windows = {
        .count = 1, .lines = 1, .cells = 3, .cell_stride = 9, .channels = 9};

    for (const struct kernels *const *set = kernels_list(); *set != NULL; set++)
        for (int cell = 0; cell < 3; cell++) {
            float x[27], y[9];
            for (int i = 0; i < 27; i++)
                x[i] = i % 2 == 0 ? INFINITY : -(float)i;
            for (int channel = 0; channel < 9; channel += 4)
                x[9 * cell + channel] = NAN;
            (*set)->windows_max(&windows, x, y);
            for (int channel = 0; channel < 9; channel++)
                ck_assert_msg(isnan(y[channel]) == (channel % 4 == 0), "%s, cell %d, channel %d",
                              (*set)->name, cell, channel);
        }
}
END_TEST

START_TEST(of_equal_ones_the_first_gets_the_gradient)
{
    const struct windows windows = {
        .count = 1, .lines = 2, .cells = 2, .line_stride = 2, .cell_stride = 1, .channels = 1};
    static const float x[] = {1, 3, 3, 3}, y[] = {3}, d_y[] = {5}, right[] = {1, 6, 1, 1};

    for (const struct kernels *const *set = kernels_list(); *set != NULL; set++) {
        float d_x[] = {1, 1, 1, 1};
        (*set)->windows_max_gradient(&windows, x, y, d_y, d_x, 0);
        ck_assert_mem_eq(d_x, right, sizeof(right));
    }
}
END_TEST

/* Of a million equal numbers, which a sum in float would lose. */
START_TEST(means_of_many_are_exact)
{
    enum { MANY = 1 << 20 };
    const struct windows windows = {
        .count = 1, .lines = 1, .cells = MANY, .cell_stride = 1, .channels = 1};
    float *x = malloc(MANY * sizeof(float));
    float y;

    ck_assert_ptr_nonnull(x);
    for (int i = 0; i < MANY; i++)
        x[i] = 0.1F;
    for (const struct kernels *const *set = kernels_list(); *set != NULL; set++) {
        (*set)->windows_mean(&windows, x, &y);
        ck_assert_float_eq(y, 0.1F);
    }
    free(x);
}
END_TEST

START_TEST(rows_are_added_wherever_they_lie)
{
    for (int64_t columns = 1; columns <= 40; columns++) {
        const int64_t x_stride = columns + draw(0, 5), y_stride = columns + draw(0, 5);
        fill(given.x, false);
        fill(given.y, false);
        expected = given;
        for (int64_t row = 0; row < 7; row++)
            for (int64_t j = 0; j < columns; j++)
                expected.y[row * y_stride + j] += given.x[row * x_stride + j];
        for (const struct kernels *const *set = kernels_list(); *set != NULL; set++) {
            found = given;
            (*set)->add_rows(7, columns, found.x, x_stride, found.y, y_stride);
            ck_assert_mem_eq(&found, &expected, sizeof(found));
        }
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, windows_are_those_of_plain_loops, 0, WHICH_COUNT);
    tcase_add_loop_test(tests, windows_do_not_depend_on_how_channels_are_cut, 0, WHICH_COUNT);
    tcase_add_test(tests, a_window_that_sees_nothing_gives_the_bias);
    tcase_add_test(tests, the_largest_of_a_window_with_nan_is_nan);
    tcase_add_test(tests, of_equal_ones_the_first_gets_the_gradient);
    tcase_add_test(tests, means_of_many_are_exact);
    tcase_add_test(tests, rows_are_added_wherever_they_lie);
}

int main(void)
{
    return tests_run("windows", add_tests);
}

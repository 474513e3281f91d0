/* Products of patches that lie in an image: every set against plain loops, and cut into parts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "engine/kernels/kernels.h"
#include "tests/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = 60, LINES_MAX = 9, RUNS_MAX = 9, ROOM = 16 };

static struct rng draws;
static uint64_t counter;

static int64_t draw(int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(&draws, counter += 4, (uint64_t)(high - low + 1));
}

static float *floats_make(int64_t count)
{
    float *values = malloc((size_t)count * sizeof(float));
    ck_assert_ptr_nonnull(values);
    for (int64_t i = 0; i < count; i++)
        values[i] = rng_float(&draws, ++counter) - 0.5F;
    return values;
}

static float *floats_copy(const float *from, int64_t count)
{
    float *values = malloc((size_t)count * sizeof(float));
    ck_assert_ptr_nonnull(values);
    memcpy(values, from, (size_t)count * sizeof(float));
    return values;
}

/* A kernel of a few lines that slides over an image; what a set is given and what it makes. */
struct trial {
    int64_t lines[LINES_MAX], runs[RUNS_MAX];
    struct patch_grid grid;
    int64_t depth, rows, columns, w_stride, y_stride, y_count;
    float *x, *w, *y, *bias;
};

static struct trial trial_make(void)
{
    const int64_t cell = draw(0, 2) == 0 ? draw(1, 40) : draw(1, 6);
    const int64_t count = draw(1, 20), width = count + draw(2, 6);
    struct trial trial = {.grid = {.lines = draw(1, LINES_MAX),
                                   .count = count,
                                   .step = cell,
                                   .runs = draw(1, RUNS_MAX),
                                   .run_length = cell * draw(1, 3)},
                          .columns = draw(1, 50)};
    for (int i = 0; i < LINES_MAX; i++)
        trial.lines[i] = i * width * cell;
    for (int i = 0; i < RUNS_MAX; i++)
        trial.runs[i] = draw(0, 3) * width * cell + draw(0, 2) * cell;
    trial.depth = trial.grid.runs * trial.grid.run_length;
    trial.rows = trial.grid.lines * count;
    trial.w_stride = trial.columns + draw(0, 3);
    trial.y_stride = trial.columns + draw(0, 1) * draw(0, 5);
    trial.y_count = trial.rows * trial.y_stride + ROOM;
    trial.x = floats_make((LINES_MAX + 4) * width * cell + 8 * cell);
    trial.w = floats_make((trial.depth + 1) * trial.w_stride);
    trial.y = floats_make(trial.y_count);
    trial.bias = floats_make(trial.columns);
    return trial;
}

static void trial_free(struct trial *trial)
{
    free(trial->x);
    free(trial->w);
    free(trial->y);
    free(trial->bias);
}

/* Structs move; their offsets move with them. */
static struct patch_grid grid_of(const struct trial *trial)
{
    struct patch_grid grid = trial->grid;
    grid.x = trial->x;
    grid.line_offsets = trial->lines;
    grid.run_offsets = trial->runs;
    return grid;
}

static void check_floats(const struct kernels *set, const float *found, const float *expected,
                         int64_t count, const char *what)
{
    const double tolerance = strcmp(set->name, "baseline") == 0 ? 2e-4 : 0;
    for (int64_t i = 0; i < count; i++)
        ck_assert_msg(fabs((double)found[i] - (double)expected[i]) <= tolerance,
                      "%s of %s: %g at %lld, not %g", what, set->name, (double)found[i],
                      (long long)i, (double)expected[i]);
}

static float *panels_make(const struct kernels *set, int64_t depth, int64_t columns, const float *w,
                          int64_t stride)
{
    float *panels = floats_make(set->panels_size(depth, columns) + 1);
    int64_t half = draw(0, depth);
    set->panels_fill(depth, columns, 0, half, w, stride, 0, panels);
    set->panels_fill(depth, columns, half, depth - half, w + half * stride, stride, 0, panels);
    return panels;
}

/* `how` 0: a bias and relu; 1: nothing; 2: added to what is there. */
static float *product_run(const struct kernels *set, const struct trial *trial, int how)
{
    const struct patch_grid grid = grid_of(trial);
    float *panels = panels_make(set, trial->depth, trial->columns, trial->w, trial->w_stride);
    float *y = floats_copy(trial->y, trial->y_count);
    set->patch_product(&grid, trial->columns, panels,
                       how == 0   ? trial->bias
                       : how == 1 ? NULL
                                  : y,
                       how == 2 ? trial->y_stride : 0, y, trial->y_stride,
                       how == 0 ? ACTIVATION_RELU : ACTIVATION_LINEAR);
    free(panels);
    return y;
}

START_TEST(products_of_patches_are_those_of_plain_loops)
{
    for (int i = 0; i < TRIALS; i++) {
        struct trial trial = trial_make();
        for (int how = 0; how < 3; how++) {
            float *expected = product_run(kernels_reference(), &trial, how);
            for (const struct kernels *const *set = kernels_list(); *set; set++) {
                float *found = product_run(*set, &trial, how);
                check_floats(*set, found, expected, trial.y_count, "patch_product");
                free(found);
            }
            free(expected);
        }
        trial_free(&trial);
    }
}
END_TEST

/* Elements [0, cut) and [cut, depth) of the kernel. */
static float *d_kernel_run(const struct kernels *set, const struct trial *trial, int64_t cut)
{
    const struct patch_grid grid = grid_of(trial);
    const int64_t count = (trial->depth + 1) * trial->w_stride;
    float *panels = panels_make(set, trial->rows, trial->columns, trial->y, trial->y_stride);
    float *d_w = floats_copy(trial->w, count);
    set->patch_product_d_kernel(&grid, 0, cut, trial->columns, panels, d_w, trial->w_stride);
    set->patch_product_d_kernel(&grid, cut, trial->depth, trial->columns, panels,
                                d_w + cut * trial->w_stride, trial->w_stride);
    free(panels);
    return d_w;
}

START_TEST(gradients_by_kernels_are_those_of_plain_loops_however_cut)
{
    for (int i = 0; i < TRIALS; i++) {
        struct trial trial = trial_make();
        const int64_t count = (trial.depth + 1) * trial.w_stride;
        float *expected = d_kernel_run(kernels_reference(), &trial, 0);
        for (const struct kernels *const *set = kernels_list(); *set; set++) {
            float *whole = d_kernel_run(*set, &trial, 0);
            float *parts = d_kernel_run(*set, &trial, draw(0, trial.depth));
            check_floats(*set, whole, expected, count, "patch_product_d_kernel");
            ck_assert_mem_eq(whole, parts, (size_t)count * sizeof(float));
            free(whole);
            free(parts);
        }
        free(expected);
        trial_free(&trial);
    }
}
END_TEST

/* One patch by itself has the bytes that it has among others. */
START_TEST(a_patch_does_not_depend_on_its_neighbours)
{
    for (int i = 0; i < TRIALS; i++) {
        struct trial trial = trial_make();
        for (const struct kernels *const *set = kernels_list(); *set; set++) {
            float *all = product_run(*set, &trial, 1);
            struct trial one = trial;
            const int64_t line = draw(0, trial.grid.lines - 1);
            const int64_t patch = draw(0, trial.grid.count - 1);
            one.grid.lines = one.grid.count = 1;
            one.lines[0] = trial.lines[line] + patch * trial.grid.step;
            float *alone = product_run(*set, &one, 1);
            ck_assert_mem_eq(alone, all + (line * trial.grid.count + patch) * trial.y_stride,
                             (size_t)trial.columns * sizeof(float));
            free(all);
            free(alone);
        }
        trial_free(&trial);
    }
}
END_TEST

START_TEST(panels_of_a_turned_matrix_are_those_of_the_matrix)
{
    for (int i = 0; i < TRIALS; i++) {
        const int64_t depth = draw(1, 70), columns = draw(1, 70);
        float *w = floats_make(depth * columns), *turned = floats_make(depth * columns);
        for (int64_t at = 0; at < depth * columns; at++)
            turned[at % columns * depth + at / columns] = w[at];
        for (const struct kernels *const *set = kernels_list(); *set; set++) {
            const int64_t size = (*set)->panels_size(depth, columns);
            const struct patch_grid grid = {.x = w,
                                            .lines = 1,
                                            .count = 1,
                                            .line_offsets = (int64_t[]){0},
                                            .runs = 1,
                                            .run_length = depth,
                                            .run_offsets = (int64_t[]){0}};
            float *panels = floats_make(size), y[2][70];
            (*set)->panels_fill(depth, columns, 0, depth, w, columns, 0, panels);
            (*set)->patch_product(&grid, columns, panels, NULL, 0, y[0], 70, ACTIVATION_LINEAR);
            (*set)->panels_fill(depth, columns, 0, depth, turned, depth, 1, panels);
            (*set)->patch_product(&grid, columns, panels, NULL, 0, y[1], 70, ACTIVATION_LINEAR);
            ck_assert_mem_eq(y[0], y[1], (size_t)columns * sizeof(float));
            free(panels);
        }
        free(w);
        free(turned);
    }
}
END_TEST

static void setup(void)
{
    draws = rng_stream(7, "test", "patches", 0);
    counter = 0;
}

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, products_of_patches_are_those_of_plain_loops);
    tcase_add_test(tests, gradients_by_kernels_are_those_of_plain_loops_however_cut);
    tcase_add_test(tests, a_patch_does_not_depend_on_its_neighbours);
    tcase_add_test(tests, panels_of_a_turned_matrix_are_those_of_the_matrix);
}

int main(void)
{
    return tests_run("patch products", add_tests);
}

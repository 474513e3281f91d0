/* Matrix products and the choice of a set: every set against plain loops, and against itself cut
 * into parts, bit for bit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "engine/kernels/kernels.h"
#include "tests/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHAPES = 10, CUTS = 3, ROOM = 16 };

static struct rng draws;
static uint64_t counter;

static int64_t draw(int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(&draws, counter += 4, (uint64_t)(high - low + 1));
}

/* Mostly small, at times past every tile and block. */
static int64_t draw_size(void)
{
    return draw(0, 5) == 0 ? draw(1, 330) : draw(1, 70);
}

static void setup(void)
{
    draws = rng_stream(7, "test", "kernels", 0);
    counter = 0;
}

/* A matrix that starts at any float, with rows apart by more than their length. */
struct matrix {
    int64_t rows, columns, stride, count;
    float *memory, *at;
};

static struct matrix matrix_make(int64_t rows, int64_t columns)
{
    struct matrix matrix = {.rows = rows, .columns = columns, .stride = columns + draw(0, 5)};
    int64_t offset = draw(0, ROOM - 1);
    matrix.count = rows * matrix.stride + ROOM;
    matrix.memory = malloc((size_t)matrix.count * sizeof(float));
    ck_assert_ptr_nonnull(matrix.memory);
    for (int64_t i = 0; i < matrix.count; i++)
        matrix.memory[i] = rng_float(&draws, ++counter) - 0.5F;
    matrix.at = matrix.memory + offset;
    return matrix;
}

static struct matrix matrix_copy(const struct matrix *from)
{
    struct matrix matrix = *from;
    matrix.memory = malloc((size_t)matrix.count * sizeof(float));
    ck_assert_ptr_nonnull(matrix.memory);
    memcpy(matrix.memory, from->memory, (size_t)matrix.count * sizeof(float));
    matrix.at = matrix.memory + (from->at - from->memory);
    return matrix;
}

static void matrices_free(struct matrix *matrices, int count)
{
    for (int i = 0; i < count; i++)
        free(matrices[i].memory);
}

/* The whole memory, so that a write beside a row is seen too. */
static void check_same(const struct matrix *a, const struct matrix *b, const char *what)
{
    ck_assert_msg(memcmp(a->memory, b->memory, (size_t)a->count * sizeof(float)) == 0,
                  "%s differs at [%ld, %ld]", what, (long)a->rows, (long)a->columns);
}

static void check_near(const struct matrix *a, const struct matrix *b, double tolerance,
                       const char *what)
{
    for (int64_t i = 0; i < a->count; i++)
        ck_assert_msg(fabs((double)a->memory[i] - (double)b->memory[i]) <= tolerance,
                      "%s: %.9g instead of %.9g", what, (double)a->memory[i], (double)b->memory[i]);
}

/* Sets with fused multiply-add have the reference's bytes; the baseline rounds twice. */
static void check_against_reference(const struct kernels *set, const struct matrix *result,
                                    const struct matrix *expected, const char *what)
{
    const double tolerance = strcmp(set->name, "baseline") == 0 ? 2e-4 : 0;
    check_near(result, expected, tolerance, what);
}

/* The products over one shape; `which` is 0, 1, 2, 3 for product, d_input, d_kernel, add. */
struct operands {
    int64_t rows, columns, depth;
    struct matrix in, w, out; /* [rows, depth], [depth, columns], [rows, columns] */
    struct matrix bias;       /* [1, columns] */
    bool with_bias, relu, overwrite;
};

static struct operands operands_make(void)
{
    struct operands o = {.rows = draw_size(), .columns = draw_size(), .depth = draw_size()};
    o.in = matrix_make(o.rows, o.depth);
    o.w = matrix_make(o.depth, o.columns);
    o.out = matrix_make(o.rows, o.columns);
    o.bias = matrix_make(1, o.columns);
    o.with_bias = draw(0, 1);
    o.relu = draw(0, 1);
    o.overwrite = draw(0, 1);
    return o;
}

static void operands_free(struct operands *o)
{
    free(o->in.memory);
    free(o->w.memory);
    free(o->out.memory);
    free(o->bias.memory);
}

static struct matrix operands_result(const struct operands *o, int which)
{
    return matrix_copy(which == 1 ? &o->in : which == 2 ? &o->w : &o->out);
}

/* Rows [row, row + rows) and columns [column, column + columns) of the result. */
static void part_run(const struct kernels *set, const struct operands *o, int which,
                     const struct matrix *result, int64_t row, int64_t rows, int64_t column,
                     int64_t columns)
{
    float *at = result->at + row * result->stride + column;
    if (which == 0)
        set->product(rows, columns, o->depth, o->in.at + row * o->in.stride, o->in.stride,
                     o->w.at + column, o->w.stride, o->with_bias ? o->bias.at + column : NULL, at,
                     result->stride, o->relu ? ACTIVATION_RELU : ACTIVATION_LINEAR);
    else if (which == 1)
        set->product_d_input(rows, o->columns, columns, o->out.at + row * o->out.stride,
                             o->out.stride, o->w.at + column * o->w.stride, o->w.stride, at,
                             result->stride, o->overwrite);
    else if (which == 3)
        set->product_add(rows, columns, o->depth, o->in.at + row * o->in.stride, o->in.stride,
                         o->w.at + column, o->w.stride, at, result->stride);
    else
        set->product_d_kernel(o->rows, columns, rows, o->in.at + row, o->in.stride,
                              o->out.at + column, o->out.stride, at, result->stride, o->overwrite);
}

static void cut_run(const struct kernels *set, const struct operands *o, int which,
                    const struct matrix *result)
{
    for (int64_t row = 0, rows; row < result->rows; row += rows) {
        rows = draw(1, result->rows - row);
        for (int64_t column = 0, columns; column < result->columns; column += columns) {
            columns = draw(1, result->columns - column);
            part_run(set, o, which, result, row, rows, column, columns);
        }
    }
}

static const char *const products[] = {"product", "product_d_input", "product_d_kernel",
                                       "product_add"};
enum { PRODUCTS = 4 };

START_TEST(products_are_those_of_plain_loops)
{
    for (int shape = 0; shape < SHAPES; shape++) {
        struct operands o = operands_make();
        for (int which = 0; which < PRODUCTS; which++) {
            struct matrix expected = operands_result(&o, which);
            part_run(kernels_reference(), &o, which, &expected, 0, expected.rows, 0,
                     expected.columns);
            for (const struct kernels *const *set = kernels_list(); *set; set++) {
                struct matrix result = operands_result(&o, which);
                part_run(*set, &o, which, &result, 0, result.rows, 0, result.columns);
                check_against_reference(*set, &result, &expected, products[which]);
                free(result.memory);
            }
            free(expected.memory);
        }
        operands_free(&o);
    }
}
END_TEST

START_TEST(products_do_not_depend_on_the_cut)
{
    for (int cut = 0; cut < CUTS; cut++) {
        struct operands o = operands_make();
        for (int which = 0; which < PRODUCTS; which++)
            for (const struct kernels *const *set = kernels_list(); *set; set++) {
                struct matrix whole = operands_result(&o, which), parts = matrix_copy(&whole);
                part_run(*set, &o, which, &whole, 0, whole.rows, 0, whole.columns);
                cut_run(*set, &o, which, &parts);
                check_same(&whole, &parts, products[which]);
                free(whole.memory);
                free(parts.memory);
            }
        operands_free(&o);
    }
}
END_TEST

/* A position's bytes must not depend on where its memory begins either. */
START_TEST(products_do_not_depend_on_the_alignment)
{
    enum { SIZE = 37 };
    float x[SIZE * SIZE + ROOM], w[SIZE * SIZE + ROOM], y[SIZE * SIZE], first[SIZE * SIZE];
    for (const struct kernels *const *set = kernels_list(); *set; set++)
        for (int shift = 0; shift < ROOM; shift++) {
            for (int i = 0; i < SIZE * SIZE; i++) {
                x[shift + i] = rng_float(&draws, (uint64_t)i) - 0.5F;
                w[shift + i] = rng_float(&draws, (uint64_t)i + 5000) - 0.5F;
            }
            (*set)->product(SIZE, SIZE, SIZE, x + shift, SIZE, w + shift, SIZE, NULL,
                            shift ? y : first, SIZE, ACTIVATION_LINEAR);
            if (shift)
                ck_assert_msg(memcmp(y, first, sizeof(y)) == 0, "%s at %d", (*set)->name, shift);
        }
}
END_TEST

START_TEST(column_sums_are_those_of_plain_loops_however_cut)
{
    for (int shape = 0; shape < SHAPES; shape++) {
        struct matrix d_y = matrix_make(draw_size(), draw_size());
        struct matrix before = matrix_make(1, d_y.columns), expected = matrix_copy(&before);
        kernels_reference()->column_sums(d_y.rows, d_y.columns, d_y.at, d_y.stride, expected.at);
        for (const struct kernels *const *set = kernels_list(); *set; set++) {
            struct matrix sums = matrix_copy(&before);
            int64_t half = draw(0, d_y.columns);
            (*set)->column_sums(d_y.rows, half, d_y.at, d_y.stride, sums.at);
            (*set)->column_sums(d_y.rows, d_y.columns - half, d_y.at + half, d_y.stride,
                                sums.at + half);
            check_same(&sums, &expected, "column_sums");
            free(sums.memory);
        }
        matrices_free((struct matrix[]){d_y, before, expected}, 3);
    }
}
END_TEST

START_TEST(nothing_is_touched_for_no_rows_or_no_columns)
{
    float one = 1;
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        (*set)->product(0, 5, 5, NULL, 5, NULL, 5, NULL, NULL, 5, ACTIVATION_LINEAR);
        (*set)->product(5, 0, 5, NULL, 5, NULL, 5, NULL, NULL, 5, ACTIVATION_RELU);
        (*set)->product_d_input(0, 5, 5, NULL, 5, NULL, 5, NULL, 5, 1);
        (*set)->product_add(0, 5, 5, NULL, 5, NULL, 5, NULL, 5);
        (*set)->product_add(1, 1, 0, NULL, 5, NULL, 5, &one, 1);
        (*set)->product_d_kernel(3, 0, 5, NULL, 5, NULL, 5, NULL, 5, 0);
        (*set)->product_d_kernel(0, 1, 1, NULL, 5, NULL, 5, &one, 5, 0);
        (*set)->column_sums(0, 1, NULL, 1, &one);
        ck_assert_mem_eq(&one, &(float){1}, sizeof(one));
    }
}
END_TEST

START_TEST(a_sum_over_nothing_is_the_bias)
{
    static const float bias[3] = {1, -2, 3}, expected[6] = {1, 0, 3, 1, 0, 3};
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        float y[6];
        (*set)->product(2, 3, 0, NULL, 0, NULL, 3, bias, y, 3, ACTIVATION_RELU);
        ck_assert_mem_eq(y, expected, sizeof(y));
    }
}
END_TEST

START_TEST(relu_in_the_tile_keeps_nan)
{
    const float x[2] = {NAN, 1}, w[2] = {1, 1};
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        float y;
        (*set)->product(1, 1, 2, x, 2, w, 1, NULL, &y, 1, ACTIVATION_RELU);
        ck_assert_msg(isnan(y), "%s loses NaN", (*set)->name);
    }
}
END_TEST

START_TEST(the_reference_is_the_last_of_the_list)
{
    const struct kernels *const *set = kernels_list();
    while (set[1])
        set++;
    ck_assert_ptr_eq(*set, kernels_reference());
}
END_TEST

START_TEST(the_best_set_is_taken_unless_the_environment_names_one)
{
    struct error error = {0};
    unsetenv("PROPD_KERNELS");
    ck_assert_ptr_eq(kernels_get(&error), kernels_list()[0]);
}
END_TEST

START_TEST(the_environment_can_name_a_set)
{
    struct error error = {0};
    setenv("PROPD_KERNELS", "baseline", 1);
    ck_assert_str_eq(kernels_get(&error)->name, "baseline");
}
END_TEST

START_TEST(an_unknown_set_is_refused_with_a_list)
{
    struct error error = {0};
    setenv("PROPD_KERNELS", "abacus", 1);
    ck_assert_ptr_null(kernels_get(&error));
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.message, "abacus"));
    ck_assert_ptr_nonnull(strstr(error.message, "baseline, reference"));
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, products_are_those_of_plain_loops);
    tcase_add_test(tests, products_do_not_depend_on_the_cut);
    tcase_add_test(tests, products_do_not_depend_on_the_alignment);
    tcase_add_test(tests, column_sums_are_those_of_plain_loops_however_cut);
    tcase_add_test(tests, nothing_is_touched_for_no_rows_or_no_columns);
    tcase_add_test(tests, a_sum_over_nothing_is_the_bias);
    tcase_add_test(tests, relu_in_the_tile_keeps_nan);
    tcase_add_test(tests, the_reference_is_the_last_of_the_list);
    tcase_add_test(tests, the_best_set_is_taken_unless_the_environment_names_one);
    tcase_add_test(tests, the_environment_can_name_a_set);
    tcase_add_test(tests, an_unknown_set_is_refused_with_a_list);
}

int main(void)
{
    return tests_run("kernels", add_tests);
}

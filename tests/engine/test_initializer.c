/* First weights: their distributions, and that they depend on their key alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/initializer.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

enum { ROWS = 90, COLUMNS = 60, COUNT = ROWS * COLUMNS };

static const struct shape matrix = {.rank = 2, .dims = {ROWS, COLUMNS}};

static struct variant read_initializer(const char *text, struct error *error)
{
    struct variant initializer = {0};
    json_t *json = fields_parse(text, strlen(text), error);

    if (json != NULL &&
        fields_read_variant(initializer_kinds, json, &initializer, "initializer", error) != 0)
        initializer.kind = NULL;
    json_decref(json);
    return initializer;
}

static void fill(const char *text, const struct shape *shape, float *values)
{
    struct error error = {0};
    struct variant initializer = read_initializer(text, &error);
    struct rng rng = rng_stream(3, "initializer", "dense_1/kernel", 0);

    ck_assert_ok(error);
    ck_assert_int_eq(initializer_check(&initializer, shape, "path", &error), 0);
    initializer_fill(&initializer, shape, shape->dims[0], shape_last(shape), &rng, values);
    variant_clear(&initializer);
}

struct moments {
    double mean, variance, least, greatest;
};

static struct moments measure(const float *values, int count)
{
    struct moments moments = {.least = HUGE_VAL, .greatest = -HUGE_VAL};

    for (int i = 0; i < count; i++) {
        moments.mean += (double)values[i] / count;
        moments.least = fmin(moments.least, (double)values[i]);
        moments.greatest = fmax(moments.greatest, (double)values[i]);
    }
    for (int i = 0; i < count; i++)
        moments.variance += pow((double)values[i] - moments.mean, 2.0) / count;
    return moments;
}

/* Bounds of four standard errors of 5,400 draws; limit 0: a normal distribution, whose draws go
 * beyond three standard deviations. */
START_TEST(distributions_have_their_mean_variance_and_limits)
{
    static const struct {
        const char *text;
        double mean, variance;
        bool bounded;
    } cases[] = {
        {"\"glorot_uniform\"", 0, 2.0 / (ROWS + COLUMNS), true},
        {"\"glorot_normal\"", 0, 2.0 / (ROWS + COLUMNS), false},
        {"\"he_uniform\"", 0, 2.0 / ROWS, true},
        {"\"he_normal\"", 0, 2.0 / ROWS, false},
        {"\"lecun_uniform\"", 0, 1.0 / ROWS, true},
        {"\"lecun_normal\"", 0, 1.0 / ROWS, false},
        {"\"uniform\"", 0, 0.1 * 0.1 / 12, true},
        {"{\"type\": \"uniform\", \"min\": 1, \"max\": 3}", 2, 4.0 / 12, true},
        {"\"normal\"", 0, 0.05 * 0.05, false},
        {"{\"type\": \"normal\", \"mean\": -1, \"stddev\": 0.02}", -1, 0.02 * 0.02, false}};
    static float values[COUNT];

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        fill(cases[i].text, &matrix, values);
        struct moments moments = measure(values, COUNT);
        double deviation = sqrt(cases[i].variance);
        double reach = fmax(moments.greatest - cases[i].mean, cases[i].mean - moments.least);
        ck_assert_double_le(fabs(moments.mean - cases[i].mean), 4 * deviation / sqrt(COUNT));
        ck_assert_double_le(fabs(moments.variance / cases[i].variance - 1), 0.08);
        if (cases[i].bounded)
            ck_assert_double_le(reach, deviation * sqrt(3.0) * 1.000001);
        else
            ck_assert_double_ge(reach, 3 * deviation);
    }
}
END_TEST

START_TEST(zeros_and_ones_are_what_they_say)
{
    static float values[COUNT];

    fill("\"ones\"", &matrix, values);
    struct moments moments = measure(values, COUNT);
    ck_assert(moments.least == 1.0 && moments.greatest == 1.0);
    fill("\"zeros\"", &matrix, values);
    moments = measure(values, COUNT);
    ck_assert(moments.least == 0.0 && moments.greatest == 0.0);
}
END_TEST

/* The shorter side's vectors have the length `gain` and right angles between them. */
static void check_orthogonal(const float *values, int rows, int columns, double gain)
{
    int count = rows < columns ? rows : columns;
    int length = rows < columns ? columns : rows;

    for (int a = 0; a < count; a++) {
        for (int b = 0; b <= a; b++) {
            double dot = 0.0;
            for (int i = 0; i < length; i++)
                dot += rows < columns
                           ? (double)values[a * columns + i] * (double)values[b * columns + i]
                           : (double)values[i * columns + a] * (double)values[i * columns + b];
            ck_assert_double_eq_tol(dot, a == b ? gain * gain : 0.0, 1e-6 * gain * gain);
        }
    }
}

START_TEST(orthogonal_matrices_are_orthogonal)
{
    static const struct shape shapes[] = {{.rank = 2, .dims = {ROWS, COLUMNS}},
                                          {.rank = 2, .dims = {COLUMNS, ROWS}},
                                          {.rank = 2, .dims = {70, 70}},
                                          {.rank = 1, .dims = {5}}};
    static float values[COUNT];

    for (size_t i = 0; i < ARRAY_COUNT(shapes); i++) {
        int columns = (int)shape_last(&shapes[i]);
        int rows = (int)(shape_elements(&shapes[i], NULL) / columns);
        fill("\"orthogonal\"", &shapes[i], values);
        check_orthogonal(values, rows, columns, 1.0);
        fill("{\"type\": \"orthogonal\", \"gain\": 1.5}", &shapes[i], values);
        check_orthogonal(values, rows, columns, 1.5);
    }
}
END_TEST

START_TEST(orthogonal_matrices_that_would_take_too_long_are_refused)
{
    struct error error = {0};
    struct variant initializer = read_initializer("\"orthogonal\"", &error);
    struct shape long_one = {.rank = 2, .dims = {1000000, 4096}};
    struct shape wide = {.rank = 2, .dims = {5000, 4097}};

    ck_assert_int_eq(initializer_check(&initializer, &long_one, "path", &error), 0);
    ck_assert_int_eq(initializer_check(&initializer, &wide, "path", &error), -1);
    ck_assert_error(error, ERROR_TOO_LARGE,
                    "path is orthogonal, which takes matrices whose shorter side is at most 4096, "
                    "not 4097");
    variant_clear(&initializer);
}
END_TEST

START_TEST(options_that_cannot_be_are_refused)
{
    static const char *const texts[] = {"{\"type\": \"uniform\", \"min\": 1, \"max\": 0}",
                                        "{\"type\": \"normal\", \"stddev\": -1}",
                                        "{\"type\": \"he_normal\", \"stddev\": 1}", "\"xavier\""};

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct error error = {0};
        struct variant initializer = read_initializer(texts[i], &error);
        ck_assert_ptr_null(initializer.kind);
        ck_assert_int_eq(error.code, ERROR_INVALID);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, distributions_have_their_mean_variance_and_limits);
    tcase_add_test(tests, zeros_and_ones_are_what_they_say);
    tcase_add_test(tests, orthogonal_matrices_are_orthogonal);
    tcase_add_test(tests, orthogonal_matrices_that_would_take_too_long_are_refused);
    tcase_add_test(tests, options_that_cannot_be_are_refused);
}

int main(void)
{
    return tests_run("initializer", add_tests);
}

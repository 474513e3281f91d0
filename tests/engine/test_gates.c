/* The gates of LSTM and GRU: every set against the formulas in double, and against itself cut into
 * rows and moved among lanes, bit for bit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "engine/kernels/kernels.h"
#include "tests/check.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 5, UNITS_MAX = 37, STATES = ROWS * UNITS_MAX };
static const int64_t unit_counts[] = {1, 3, 4, 8, 16, 19, 33, UNITS_MAX};

/* What the four kernels read and write: [ROWS][units] each, gates [ROWS][4 units]. */
struct cell {
    int64_t units;
    bool first; /* nothing before */
    float gates[4 * STATES], bias[2 * UNITS_MAX];
    float c_before[STATES], c[STATES], h_before[STATES], h[STATES];
    float d_h[STATES], d_c[STATES];
};

static void draw(struct rng *rng, float scale, int64_t count, float *values)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = scale * (float)rng_normal(rng, (uint64_t)i);
}

static struct cell cell_make(int64_t units, bool first)
{
    struct cell cell = {.units = units, .first = first};
    float *const members[] = {cell.c_before, cell.h_before, cell.d_h, cell.d_c};
    struct rng rng = rng_stream(3, "test", "gates", (uint64_t)units);
    draw(&rng, 1.5F, 4 * STATES, cell.gates);
    rng = rng_stream(3, "test", "bias", (uint64_t)units);
    draw(&rng, 0.5F, 2 * UNITS_MAX, cell.bias);
    for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
        rng = rng_stream(3, "test", "states", (uint64_t)i);
        draw(&rng, 0.7F, STATES, members[i]);
    }
    return cell;
}

enum kernel { LSTM_FORWARD, LSTM_BACKWARD, GRU_FORWARD, GRU_BACKWARD, KERNELS };
static const char *const kernel_names[] = {"lstm_forward", "lstm_backward", "gru_forward",
                                           "gru_backward"};

static void run_rows(const struct kernels *set, enum kernel kernel, struct cell *cell,
                     int64_t begin, int64_t end)
{
    int64_t units = cell->units;
    int64_t at = begin * units;
    float *gates = cell->gates + 4 * at;
    const float *c_before = cell->first ? NULL : cell->c_before + at;
    const float *h_before = cell->first ? NULL : cell->h_before + at;
    if (kernel == LSTM_FORWARD)
        set->lstm_forward(end - begin, units, gates, c_before, cell->c + at, cell->h + at);
    else if (kernel == LSTM_BACKWARD)
        set->lstm_backward(end - begin, units, gates, c_before, cell->c + at, cell->d_h + at,
                           cell->d_c + at);
    else if (kernel == GRU_FORWARD)
        set->gru_forward(end - begin, units, gates, cell->bias, h_before, cell->h + at);
    else
        set->gru_backward(end - begin, units, gates, h_before, cell->d_h + at);
}

/* Backward follows forward. */
static void run_all(const struct kernels *set, enum kernel kernel, struct cell *cell)
{
    if (kernel == LSTM_BACKWARD || kernel == GRU_BACKWARD)
        run_rows(set, kernel - 1, cell, 0, ROWS);
    run_rows(set, kernel, cell, 0, ROWS);
}

static void check_near(const struct cell *found, const struct cell *expected, const char *set,
                       enum kernel kernel)
{
    const float *a = found->gates;
    const float *b = expected->gates;
    size_t count = (sizeof(*found) - offsetof(struct cell, gates)) / sizeof(float);
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(fabs((double)a[i] - (double)b[i]) <= 2e-6 * (1 + fabs((double)b[i])),
                      "%s of %s, %d units: %.9g instead of %.9g at %zu", kernel_names[kernel], set,
                      (int)found->units, (double)a[i], (double)b[i], i);
}

START_TEST(gates_of_every_set_follow_the_formulas)
{
    for (size_t i = 0; i < ARRAY_COUNT(unit_counts); i++) {
        for (int first = 0; first <= 1; first++) {
            struct cell start = cell_make(unit_counts[i], first != 0);
            struct cell expected = start;
            run_all(kernels_reference(), _i, &expected);
            ck_assert_mem_ne(&expected, &start, sizeof(start));
            for (const struct kernels *const *set = kernels_list(); *set; set++) {
                struct cell found = start;
                run_all(*set, _i, &found);
                check_near(&found, &expected, (*set)->name, _i);
            }
        }
    }
}
END_TEST

START_TEST(gates_do_not_depend_on_the_cut)
{
    for (size_t i = 0; i < ARRAY_COUNT(unit_counts); i++) {
        for (const struct kernels *const *set = kernels_list(); *set; set++) {
            struct cell whole = cell_make(unit_counts[i], false);
            struct cell parts = whole;
            run_rows(*set, _i, &whole, 0, ROWS);
            run_rows(*set, _i, &parts, 3, ROWS);
            run_rows(*set, _i, &parts, 0, 1);
            run_rows(*set, _i, &parts, 1, 3);
            ck_assert_msg(memcmp(&whole, &parts, sizeof(whole)) == 0, "%s of %s", kernel_names[_i],
                          (*set)->name);
        }
    }
}
END_TEST

/* A unit is a chain of operations of its own, whatever lane of a vector it is in. */
START_TEST(gates_do_not_depend_on_the_lane)
{
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        struct cell cell = cell_make(UNITS_MAX, false);
        for (int64_t unit = 1; unit < UNITS_MAX; unit++) {
            for (int64_t gate = 0; gate < 4; gate++)
                cell.gates[gate * UNITS_MAX + unit] = cell.gates[gate * UNITS_MAX];
            cell.c_before[unit] = cell.c_before[0];
            cell.h_before[unit] = cell.h_before[0];
            cell.bias[unit] = cell.bias[0];
            cell.bias[UNITS_MAX + unit] = cell.bias[UNITS_MAX];
            cell.d_h[unit] = cell.d_h[0];
            cell.d_c[unit] = cell.d_c[0];
        }
        run_all(*set, _i, &cell);
        for (int64_t unit = 1; unit < UNITS_MAX; unit++) {
            ck_assert_float_eq(cell.h[unit], cell.h[0]);
            ck_assert_float_eq(cell.gates[unit], cell.gates[0]);
            ck_assert_float_eq(cell.gates[3 * UNITS_MAX + unit], cell.gates[3 * UNITS_MAX]);
            ck_assert_float_eq(cell.d_h[unit], cell.d_h[0]);
            ck_assert_float_eq(cell.d_c[unit], cell.d_c[0]);
        }
    }
}
END_TEST

/* States may take the place of those before. */
START_TEST(states_are_updated_in_place)
{
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        struct cell apart = cell_make(19, false);
        struct cell same = apart;
        run_rows(*set, LSTM_FORWARD, &apart, 0, ROWS);
        (*set)->lstm_forward(ROWS, 19, same.gates, same.c_before, same.c_before, same.h);
        ck_assert_mem_eq(same.c_before, apart.c, ROWS * 19 * sizeof(float));
        ck_assert_mem_eq(same.h, apart.h, ROWS * 19 * sizeof(float));
        apart = same = cell_make(19, false);
        run_rows(*set, GRU_FORWARD, &apart, 0, ROWS);
        (*set)->gru_forward(ROWS, 19, same.gates, same.bias, same.h_before, same.h_before);
        ck_assert_mem_eq(same.h_before, apart.h, ROWS * 19 * sizeof(float));
    }
}
END_TEST

/* Far out, gates are 0 or 1 and nothing is lost; what is not a number stays so. */
START_TEST(gates_saturate_and_keep_nan)
{
    for (const struct kernels *const *set = kernels_list(); *set; set++) {
        float gates[8] = {-200, 200, 300, 200, NAN, 0, 0, 0};
        float c_before[2] = {0.5F, 0.5F}, c[2], h[2];
        (*set)->lstm_forward(2, 1, gates, c_before, c, h);
        ck_assert_float_eq(c[0], 0.5F);
        ck_assert_float_eq_tol(h[0], tanhf(0.5F), 1e-6F);
        ck_assert_float_nan(c[1]);
        ck_assert_float_nan(h[1]);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, gates_of_every_set_follow_the_formulas, 0, KERNELS);
    tcase_add_loop_test(tests, gates_do_not_depend_on_the_cut, 0, KERNELS);
    tcase_add_loop_test(tests, gates_do_not_depend_on_the_lane, 0, KERNELS);
    tcase_add_test(tests, states_are_updated_in_place);
    tcase_add_test(tests, gates_saturate_and_keep_nan);
}

int main(void)
{
    return tests_run("gates", add_tests);
}

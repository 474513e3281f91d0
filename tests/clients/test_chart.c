/* Charts, bars and axes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/axis.h"
#include "clients/propctl/chart.h"
#include "clients/propctl/progress.h"
#include "tests/run.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void add_history(struct series_list *list, const char *history)
{
    json_auto_t *json = json_loads(history, 0, NULL);
    ck_assert_ptr_nonnull(json);
    series_add(list, json, NULL, "");
}

/* A straight fall from 4 to 1, and in its third bucket a spike to 100. */
static const char spike[] = "{\"series\": [{\"metric\": \"loss\", \"step\": [1, 2, 3, 4], "
                            "\"mean\": [4, 3, 2, 1], \"min\": [4, 3, 2, 1], "
                            "\"max\": [4, 3, 100, 1]}]}";

static const struct terminal ascii = {.width = 31, .is_utf8 = false};

START_TEST(a_spike_within_a_bucket_is_drawn)
{
    struct series_list list AUTO_CLEANUP(series_clear) = {0};
    struct text out TEXT_AUTO = {0};
    add_history(&list, spike);
    ck_assert(chart_draw(&list, &ascii, 5, false, &out));
    ck_assert_str_eq(out.data, "           * loss\n"
                               "      100 |             *      \n"
                               "          |             *      \n"
                               "          |             *      \n"
                               "          |             *      \n"
                               "        1 |********************\n"
                               "           step 1             4\n");
}
END_TEST

START_TEST(braille_has_eight_dots_a_cell)
{
    struct series_list list AUTO_CLEANUP(series_clear) = {0};
    struct terminal utf8 = {.width = 19, .is_utf8 = true};
    struct text out TEXT_AUTO = {0};
    add_history(&list, "{\"series\": [{\"metric\": \"loss\", \"step\": [0, 15], \"mean\": [0, 1], "
                       "\"min\": [0, 1], \"max\": [0, 1]}]}");
    ck_assert(chart_draw(&list, &utf8, 2, false, &out));
    ck_assert_str_eq(out.data, "           ━ loss\n"
                               "        1 │    ⣀⠤⠒⠉\n"
                               "        0 │⣀⠤⠒⠉    \n"
                               "           step 0\n");
}
END_TEST

START_TEST(a_logarithmic_axis_leaves_out_what_is_not_above_zero)
{
    struct series_list list AUTO_CLEANUP(series_clear) = {0};
    struct axis axis;
    add_history(&list, "{\"series\": [{\"metric\": \"x\", \"step\": [1, 2, 3], "
                       "\"mean\": [0, 1, 100], \"min\": [-5, 1, 100], \"max\": [0, 1, 100]}]}");
    ck_assert(axis_of_values(&axis, &list, true));
    ck_assert_double_eq_tol(axis_place(&axis, 10), 0.5, 1e-12);
    ck_assert(isnan(axis_place(&axis, 0)));
    ck_assert_double_eq_tol(axis_value(&axis, 1), 100, 1e-9);
}
END_TEST

START_TEST(what_is_not_finite_is_left_out)
{
    struct series_list list AUTO_CLEANUP(series_clear) = {0}, none AUTO_CLEANUP(series_clear) = {0};
    struct text out TEXT_AUTO = {0};
    add_history(&list, "{\"series\": [{\"metric\": \"x\", \"step\": [1, 2, 3], "
                       "\"mean\": [1, null, 2], \"min\": [1, null, 2], \"max\": [1, null, 2]}]}");
    ck_assert(chart_draw(&list, &ascii, 4, false, &out));
    add_history(&none, "{\"series\": [{\"metric\": \"x\", \"step\": [1], \"mean\": [null], "
                       "\"min\": [null], \"max\": [null]}]}");
    ck_assert(!chart_draw(&none, &ascii, 4, false, &out));
}
END_TEST

START_TEST(no_line_of_a_chart_is_wider_than_the_terminal)
{
    struct series_list list AUTO_CLEANUP(series_clear) = {0};
    add_history(&list, spike);
    for (int width = 20; width < 200; width += 7) {
        struct terminal terminal = {.width = width, .is_utf8 = true};
        struct text out TEXT_AUTO = {0};
        ck_assert(chart_draw(&list, &terminal, 6, true, &out));
        char *rest = out.data, *line;
        while ((line = strsep(&rest, "\n")) != NULL)
            ck_assert_int_le(text_columns(line), width);
    }
}
END_TEST

/* 1, 2 or 5 times a power of ten. */
static bool is_round(double number)
{
    double part = number / pow(10, floor(log10(number) + 1e-9));
    return fabs(part - 1) < 1e-6 || fabs(part - 2) < 1e-6 || fabs(part - 5) < 1e-6;
}

START_TEST(ticks_are_round_and_within)
{
    static const struct {
        double least, most;
    } ranges[] = {{0, 1}, {0.013, 0.0148}, {-3, 1e6}, {1, 2e9}, {5e-8, 6e-8}};
    for (size_t i = 0; i < ARRAY_COUNT(ranges); i++) {
        struct axis axis = {ranges[i].least, ranges[i].most, false};
        double ticks[7];
        size_t count = axis_ticks(&axis, ticks, 7);
        ck_assert_uint_ge(count, 2);
        double width = ticks[1] - ticks[0];
        ck_assert(is_round(width));
        for (size_t j = 0; j < count; j++) {
            ck_assert_double_ge(ticks[j], ranges[i].least);
            ck_assert_double_le(ticks[j], ranges[i].most);
            ck_assert_double_eq_tol(ticks[j] / width, round(ticks[j] / width), 1e-6);
        }
    }
}
END_TEST

START_TEST(ticks_of_a_logarithmic_axis_are_powers_of_ten)
{
    static const struct {
        double least, most; /* powers */
        size_t count;
        double first, second;
    } ranges[] = {{-2.5, 1.2, 4, 0.01, 0.1}, /* each of them */
                  {-9, 8.5, 6, 1e-9, 1e-6},  /* some of them, where there are many */
                  {0.1, 0.9, 3, 2, 4}};      /* fewer than two: what is round on the way */
    for (size_t i = 0; i < ARRAY_COUNT(ranges); i++) {
        struct axis axis = {ranges[i].least, ranges[i].most, true};
        double ticks[7];
        ck_assert_uint_eq(axis_ticks(&axis, ticks, 7), ranges[i].count);
        ck_assert_double_eq_tol(ticks[0] / ranges[i].first, 1, 1e-9);
        ck_assert_double_eq_tol(ticks[1] / ranges[i].second, 1, 1e-9);
    }
}
END_TEST

START_TEST(bars_and_sparklines_have_their_width)
{
    struct series_list list AUTO_CLEANUP(series_clear) = {0};
    struct terminal utf8 = {.width = 80, .is_utf8 = true};
    struct text out TEXT_AUTO = {0};
    add_history(&list, spike);
    chart_sparkline(&list.items[0], &utf8, 8, &out);
    ck_assert_str_eq(out.data, "██▆▆▃▃▁▁");
    text_clear(&out);
    chart_bar(0.5, &ascii, 6, &out);
    ck_assert_str_eq(out.data, "[###...]");
    for (int percent = -10; percent <= 120; percent++) {
        text_clear(&out);
        chart_bar(percent / 100.0, &utf8, 24, &out);
        ck_assert_int_eq(text_columns(out.data), 26);
    }
}
END_TEST

START_TEST(what_a_job_is_called_cannot_steer_the_terminal)
{
    char *drawn = NULL;
    size_t size = 0;
    struct terminal memory = {.file = open_memstream(&drawn, &size), .is_utf8 = true};
    struct progress progress = {.terminal = &memory};
    json_auto_t *job =
        json_loads("{\"name\": \"a\\u001b[2J\", \"state\": \"b\\u009b2J\"}", 0, NULL);
    ck_assert_ptr_nonnull(job);
    progress_draw(&progress, job, NULL);
    ck_assert_int_eq(fclose(memory.file), 0);
    ck_assert_ptr_nonnull(strstr(drawn, "a?[2J  b?2J  epoch"));
    ck_assert_ptr_null(strchr(drawn, '\033'));
    free(drawn);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, a_spike_within_a_bucket_is_drawn);
    tcase_add_test(tests, braille_has_eight_dots_a_cell);
    tcase_add_test(tests, a_logarithmic_axis_leaves_out_what_is_not_above_zero);
    tcase_add_test(tests, what_is_not_finite_is_left_out);
    tcase_add_test(tests, no_line_of_a_chart_is_wider_than_the_terminal);
    tcase_add_test(tests, ticks_are_round_and_within);
    tcase_add_test(tests, ticks_of_a_logarithmic_axis_are_powers_of_ten);
    tcase_add_test(tests, bars_and_sparklines_have_their_width);
    tcase_add_test(tests, what_a_job_is_called_cannot_steer_the_terminal);
}

int main(void)
{
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    return tests_run("chart", add_tests);
}

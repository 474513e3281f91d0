/* Known answers of augmentations that add noise or take something away: in images, series and
 * tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/augmented.h"

#include <math.h>
#include <string.h>

static void moments(const float *x, int64_t count, double *mean, double *variance)
{
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < count; i++) {
        sum += (double)x[i];
        squares += (double)x[i] * (double)x[i];
    }
    *mean = sum / (double)count;
    *variance = squares / (double)count - *mean * *mean;
}

START_TEST(noise_has_the_moments_of_its_normal)
{
    enum { ROWS = 300, ELEMENTS = 90 };
    static float x[ROWS * ELEMENTS];
    double mean, variance;
    static const char *const lists[] = {"[{\"type\": \"gaussian_noise\", \"stddev\": 0.5}]",
                                        "[{\"type\": \"jitter\", \"stddev\": 0.5}]"};
    struct augment_input input = augmented_input(30, 3, 0, false);
    for (size_t l = 0; l < ARRAY_COUNT(lists); l++) {
        memset(x, 0, sizeof x);
        augmented_run(lists[l], &input, 0, 0, ROWS, x);
        moments(x, ROWS * ELEMENTS, &mean, &variance);
        ck_assert_double_eq_tol(mean, 0, 0.015);
        ck_assert_double_eq_tol(variance, 0.25, 0.01);
    }
    for (int i = 0; i < ROWS * ELEMENTS; i++)
        x[i] = 2;
    augmented_run("[{\"type\": \"scaling\", \"stddev\": 0.25}]", &input, 0, 0, ROWS, x);
    moments(x, ROWS * ELEMENTS, &mean, &variance);
    ck_assert_double_eq_tol(mean, 2, 0.06);
    ck_assert_double_eq_tol(variance, 0.25, 0.04);
    for (int i = 0; i < ELEMENTS; i++)
        ck_assert_float_eq(x[i], x[i % 3]);
    ck_assert_float_ne(x[0], x[1]);
}
END_TEST

/* A number, a category of three, a date of five numbers with an indicator. */
static struct preprocessing_column table_columns[] = {{0, 1, 1}, {1, 3, 0}, {4, 6, 5}};

static struct augment_input table_input(void)
{
    struct augment_input input = augmented_input(10, 0, 0, false);
    input.column_count = ARRAY_COUNT(table_columns);
    input.columns = table_columns;
    return input;
}

START_TEST(noise_of_a_table_is_on_numbers_alone)
{
    float x[10] = {0};
    struct augment_input input = table_input();
    augmented_run("[\"gaussian_noise\"]", &input, 0, 3, 1, x);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(x[i] != 0, i == 0 || (i >= 4 && i < 9));
}
END_TEST

START_TEST(dropped_features_are_whole_columns)
{
    enum { ROWS = 3000 };
    static float x[ROWS * 10];
    int dropped[3] = {0};
    struct augment_input input = table_input();
    for (int i = 0; i < ROWS * 10; i++)
        x[i] = 1;
    augmented_run("[{\"type\": \"feature_dropout\", \"rate\": 0.2}]", &input, 0, 0, ROWS, x);
    for (int row = 0; row < ROWS; row++)
        for (int c = 0; c < 3; c++) {
            const float *column = x + row * 10 + table_columns[c].offset;
            dropped[c] += column[0] == 0;
            for (int64_t j = 1; j < table_columns[c].width; j++)
                ck_assert_float_eq(column[j], column[0]);
        }
    for (int c = 0; c < 3; c++)
        ck_assert_int_lt(abs(dropped[c] - ROWS / 5), 100);
}
END_TEST

START_TEST(dropped_index_of_a_category_is_that_of_the_unseen)
{
    static struct preprocessing_column columns[] = {{0, 1, 1}, {1, 1, 0}};
    float x[] = {3, 2};
    static const float expected[] = {0, 0};
    struct augment_input input = augmented_input(2, 0, 0, false);
    input.column_count = ARRAY_COUNT(columns);
    input.columns = columns;
    augmented_run("[{\"type\": \"feature_dropout\", \"rate\": 1}]", &input, 0, 0, 1, x);
    augmented_expect(x, expected, 2, 0);
}
END_TEST

START_TEST(cut_out_is_a_square_that_may_reach_over_the_edge)
{
    enum { ROWS = 500, HEIGHT = 6, WIDTH = 8, SIZE = 3 };
    static float x[ROWS * HEIGHT * WIDTH * 2];
    int whole = 0, smallest = SIZE * SIZE;
    struct augment_input input = augmented_input(HEIGHT, WIDTH, 2, false);
    for (size_t i = 0; i < ARRAY_COUNT(x); i++)
        x[i] = 1;
    augmented_run("[{\"type\": \"cutout\", \"size\": 3}]", &input, 0, 0, ROWS, x);
    for (int row = 0; row < ROWS; row++) {
        const float *image = x + row * HEIGHT * WIDTH * 2;
        int zeros = 0, top = HEIGHT, bottom = 0, left = WIDTH, right = 0;
        for (int i = 0; i < HEIGHT * WIDTH; i++) {
            ck_assert_float_eq(image[2 * i], image[2 * i + 1]);
            if (image[2 * i] != 0)
                continue;
            zeros++;
            top = i / WIDTH < top ? i / WIDTH : top;
            bottom = i / WIDTH + 1 > bottom ? i / WIDTH + 1 : bottom;
            left = i % WIDTH < left ? i % WIDTH : left;
            right = i % WIDTH + 1 > right ? i % WIDTH + 1 : right;
        }
        ck_assert_int_eq(zeros, (bottom - top) * (right - left));
        ck_assert(bottom - top <= SIZE && right - left <= SIZE);
        whole += zeros == SIZE * SIZE;
        smallest = zeros < smallest ? zeros : smallest;
    }
    ck_assert_int_eq(smallest, 4);
    /* 4 of 6 and 6 of 8 middles leave it whole. */
    ck_assert_int_lt(abs(whole - ROWS / 2), 60);
}
END_TEST

START_TEST(series_move_by_whole_steps)
{
    enum { ROWS = 400, STEPS = 10, CHANNELS = 2, ELEMENTS = STEPS * CHANNELS };
    float x[ROWS * ELEMENTS];
    bool seen[7] = {false};
    struct augment_input input = augmented_input(STEPS, CHANNELS, 0, false);
    for (int i = 0; i < ROWS * ELEMENTS; i++)
        x[i] = (float)(i % ELEMENTS + 1);
    augmented_run("[{\"type\": \"time_shift\", \"range\": 0.3}]", &input, 0, 0, ROWS, x);
    for (int row = 0; row < ROWS; row++) {
        const float *series = x + row * ELEMENTS;
        int later = 4 - (int)series[4 * CHANNELS] / CHANNELS;
        ck_assert(later >= -3 && later <= 3);
        seen[later + 3] = true;
        for (int i = 0; i < ELEMENTS; i++) {
            int from = i - later * CHANNELS;
            float expected = from < 0 || from >= ELEMENTS ? 0 : (float)(from + 1);
            ck_assert_float_eq(series[i], expected);
        }
    }
    for (int i = 0; i < 7; i++)
        ck_assert(seen[i]);
}
END_TEST

START_TEST(masks_of_a_series_are_one_run_of_steps)
{
    enum { ROWS = 600, STEPS = 10, ELEMENTS = 20 };
    float x[ROWS * ELEMENTS];
    int lengths[5] = {0};
    struct augment_input input = augmented_input(STEPS, 2, 0, false);
    for (int i = 0; i < ROWS * ELEMENTS; i++)
        x[i] = 1;
    augmented_run("[{\"type\": \"time_mask\", \"range\": 0.4}]", &input, 0, 0, ROWS, x);
    for (int row = 0; row < ROWS; row++) {
        int masked = 0, edges = 0;
        for (int step = 0; step < STEPS; step++) {
            const float *values = x + row * ELEMENTS + step * 2;
            ck_assert_float_eq(values[0], values[1]);
            masked += values[0] == 0;
            edges += values[0] == 0 && (step == 0 || values[-2] != 0);
        }
        ck_assert_int_eq(edges, masked > 0);
        ck_assert_int_le(masked, 4);
        lengths[masked]++;
    }
    for (int i = 0; i < 5; i++)
        ck_assert_int_lt(abs(lengths[i] - ROWS / 5), 50);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, noise_has_the_moments_of_its_normal);
    tcase_add_test(tests, noise_of_a_table_is_on_numbers_alone);
    tcase_add_test(tests, dropped_features_are_whole_columns);
    tcase_add_test(tests, dropped_index_of_a_category_is_that_of_the_unseen);
    tcase_add_test(tests, cut_out_is_a_square_that_may_reach_over_the_edge);
    tcase_add_test(tests, series_move_by_whole_steps);
    tcase_add_test(tests, masks_of_a_series_are_one_run_of_steps);
    tcase_set_timeout(tests, 30);
}

int main(void)
{
    return tests_run("augments_noise", add_tests);
}

/* Known answers of augmentations that move pixels or change colours, and what all have in common.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/color.h"
#include "engine/augments/geometry.h"
#include "tests/check.h"
#include "tests/engine/augmented.h"

#include <math.h>
#include <string.h>

static void draw(int64_t count, float *x)
{
    struct rng rng = rng_stream(9, "test", "values", 0);
    for (int64_t i = 0; i < count; i++)
        x[i] = rng_float(&rng, (uint64_t)i);
}

/* ---- what changes nothing */

START_TEST(options_that_mean_nothing_leave_every_bit)
{
    static const struct {
        const char *list;
        int64_t dims[3];
    } cases[] = {{"[{\"type\": \"random_crop\", \"padding\": 0}]", {5, 7, 3}},
                 {"[{\"type\": \"random_translate\", \"height\": 0, \"width\": 0}]", {5, 7, 3}},
                 {"[{\"type\": \"random_rotate\", \"degrees\": 0}]", {5, 7, 3}},
                 {"[{\"type\": \"random_zoom\", \"range\": 0}]", {5, 7, 3}},
                 {"[{\"type\": \"random_shear\", \"degrees\": 0}]", {5, 7, 3}},
                 {"[{\"type\": \"brightness\", \"range\": 0}]", {5, 7, 3}},
                 {"[{\"type\": \"contrast\", \"range\": 0}]", {5, 7, 3}},
                 {"[{\"type\": \"saturation\", \"range\": 0}]", {5, 7, 3}},
                 {"[{\"type\": \"hue\", \"range\": 0}]", {5, 7, 3}},
                 {"[{\"type\": \"gaussian_noise\", \"stddev\": 0}]", {5, 7, 3}},
                 {"[{\"type\": \"feature_dropout\", \"rate\": 0}]", {9, 0, 0}},
                 {"[{\"type\": \"jitter\", \"stddev\": 0}]", {9, 4, 0}},
                 {"[{\"type\": \"scaling\", \"stddev\": 0}]", {9, 4, 0}},
                 {"[{\"type\": \"time_shift\", \"range\": 0}]", {9, 4, 0}},
                 {"[{\"type\": \"time_mask\", \"range\": 0}]", {9, 4, 0}}};
    float x[4 * 105], before[ARRAY_COUNT(x)];
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const int64_t *dims = cases[i].dims;
        struct augment_input input = augmented_input(dims[0], dims[1], dims[2], i % 2 == 0);
        draw(4 * input.elements, x);
        memcpy(before, x, sizeof x);
        augmented_run(cases[i].list, &input, 0, 0, 4, x);
        ck_assert_msg(memcmp(x, before, (size_t)(4 * input.elements) * sizeof(float)) == 0, "%s",
                      cases[i].list);
    }
}
END_TEST

/* A list of one with this probability, all else by default but for what small pictures need. */
static const char *list_of(const char *type, double probability, char text[128])
{
    const char *options = strcmp(type, "cutout") == 0             ? ", \"size\": 3"
                          : strcmp(type, "random_translate") == 0 ? ", \"width\": 0.4"
                                                                  : "";
    snprintf(text, 128, "[{\"type\": \"%s\", \"probability\": %g%s}]", type, probability, options);
    return text;
}

static struct augment_input input_for(const struct augment_type *type)
{
    if ((type->fits & (unsigned)AUGMENT_TABLES) != 0)
        return augmented_input(60, 0, 0, false);
    if ((type->fits & (unsigned)AUGMENT_SERIES) != 0)
        return augmented_input(20, 3, 0, false);
    return augmented_input(5, 4, 3, false);
}

START_TEST(share_of_rows_that_is_changed_is_the_probability)
{
    enum { ROWS = 2000, ELEMENTS = 60 };
    static float x[ROWS * ELEMENTS], before[ROWS * ELEMENTS];
    static const double probabilities[] = {0, 0.3, 1};
    char text[128];
    for (const struct augment_type *const *type = augment_types; *type != NULL; type++) {
        int changed[3] = {0};
        struct augment_input input = input_for(*type);
        for (int p = 0; p < 3; p++) {
            draw(ROWS * ELEMENTS, x);
            memcpy(before, x, sizeof x);
            augmented_run(list_of((*type)->kind.name, probabilities[p], text), &input, 0, 0, ROWS,
                          x);
            for (int i = 0; i < ROWS; i++)
                changed[p] +=
                    memcmp(x + i * ELEMENTS, before + i * ELEMENTS, ELEMENTS * sizeof(float)) != 0;
        }
        ck_assert_int_eq(changed[0], 0);
        /* A flip and a way of no pixel change nothing, so that less than all are. */
        ck_assert_msg(changed[2] > ROWS / 4, "%s changes %d", (*type)->kind.name, changed[2]);
        ck_assert_int_lt(abs(changed[1] - changed[2] * 3 / 10), ROWS / 20);
    }
}
END_TEST

/* ---- moving pixels */

START_TEST(flips_are_the_picture_or_its_mirror)
{
    static const float image[] = {1, 2, 3, 4, 5, 6}, across[] = {3, 2, 1, 6, 5, 4},
                       down[] = {4, 5, 6, 1, 2, 3}, both[] = {6, 5, 4, 3, 2, 1};
    static const float *const outcomes[] = {image, across, down, both};
    static const struct {
        const char *direction;
        bool possible[4];
    } cases[] = {{"horizontal", {true, true, false, false}},
                 {"vertical", {true, false, true, false}},
                 {"both", {true, true, true, true}}};
    enum { ROWS = 400 };
    struct augment_input input = augmented_input(2, 3, 1, false);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char text[128];
        float x[ROWS * 6];
        int seen[4] = {0};
        for (int row = 0; row < ROWS; row++)
            memcpy(x + row * 6, image, sizeof image);
        snprintf(text, sizeof text, "[{\"type\": \"random_flip\", \"direction\": \"%s\"}]",
                 cases[i].direction);
        augmented_run(text, &input, 0, 0, ROWS, x);
        for (int row = 0; row < ROWS; row++)
            for (int o = 0; o < 4; o++)
                seen[o] += memcmp(x + row * 6, outcomes[o], sizeof image) == 0;
        int expected = i == 2 ? ROWS / 4 : ROWS / 2;
        ck_assert_int_eq(seen[0] + seen[1] + seen[2] + seen[3], ROWS);
        for (int o = 0; o < 4; o++)
            ck_assert_int_lt(abs(seen[o] - (cases[i].possible[o] ? expected : 0)), 40);
    }
}
END_TEST

/* One row for the functions that the types are made of. */
struct one {
    float x[64], scratch[64];
    struct augment_input input;
    struct augment_row row;
};

static void one_make(struct one *one, int64_t height, int64_t width, int64_t channels,
                     const float *values)
{
    *one = (struct one){.input = augmented_input(height, width, channels, false)};
    memcpy(one->x, values, (size_t)one->input.elements * sizeof(float));
    one->row = (struct augment_row){.x = one->x, .scratch = one->scratch, .input = &one->input};
}

START_TEST(shift_fills_with_zeros_or_the_nearest)
{
    static const float image[] = {1, 2, 3, 4, 5, 6};
    static const struct {
        int64_t down, right;
        enum geometry_fill fill;
        float expected[6];
    } cases[] = {
        {0, 1, FILL_ZERO, {0, 1, 2, 0, 4, 5}},    {0, 1, FILL_NEAREST, {1, 1, 2, 4, 4, 5}},
        {0, -2, FILL_ZERO, {3, 0, 0, 6, 0, 0}},   {0, -2, FILL_NEAREST, {3, 3, 3, 6, 6, 6}},
        {1, 0, FILL_ZERO, {0, 0, 0, 1, 2, 3}},    {1, 0, FILL_NEAREST, {1, 2, 3, 1, 2, 3}},
        {-1, -1, FILL_ZERO, {5, 6, 0, 0, 0, 0}},  {-1, 1, FILL_NEAREST, {4, 4, 5, 4, 4, 5}},
        {9, 9, FILL_ZERO, {0, 0, 0, 0, 0, 0}},    {0, -9, FILL_NEAREST, {3, 3, 3, 6, 6, 6}},
        {0, 9, FILL_NEAREST, {1, 1, 1, 4, 4, 4}}, {-9, 0, FILL_NEAREST, {4, 5, 6, 4, 5, 6}}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct one one;
        one_make(&one, 2, 3, 1, image);
        geometry_shift(&one.row, augment_image(&one.input), cases[i].down, cases[i].right,
                       cases[i].fill);
        augmented_expect(one.x, cases[i].expected, 6, 0);
    }
}
END_TEST

START_TEST(channels_move_together)
{
    static const float image[] = {1, 10, 2, 20, 3, 30, 4, 40};
    static const float right[] = {0, 0, 1, 10, 0, 0, 3, 30},
                       turned[] = {2, 20, 4, 40, 1, 10, 3, 30};
    struct one one;
    one_make(&one, 2, 2, 2, image);
    geometry_shift(&one.row, augment_image(&one.input), 0, 1, FILL_ZERO);
    augmented_expect(one.x, right, 8, 0);
    one_make(&one, 2, 2, 2, image);
    const struct geometry_map map = geometry_rotation(90);
    geometry_resample(&one.row, &map, FILL_ZERO);
    augmented_expect(one.x, turned, 8, 1e-5);
}
END_TEST

static void check_map(struct geometry_map map, enum geometry_fill fill, const float *image,
                      const float *expected)
{
    struct one one;
    one_make(&one, 3, 3, 1, image);
    geometry_resample(&one.row, &map, fill);
    augmented_expect(one.x, expected, 9, 1e-6);
}

START_TEST(quarter_turns_are_exact)
{
    static const float image[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const float left[] = {3, 6, 9, 2, 5, 8, 1, 4, 7}, half[] = {9, 8, 7, 6, 5, 4, 3, 2, 1};
    static const float right[] = {7, 4, 1, 8, 5, 2, 9, 6, 3};
    check_map(geometry_rotation(90), FILL_ZERO, image, left);
    check_map(geometry_rotation(180), FILL_ZERO, image, half);
    check_map(geometry_rotation(-90), FILL_ZERO, image, right);
    check_map(geometry_rotation(360), FILL_ZERO, image, image);
}
END_TEST

START_TEST(zoom_and_shear_interpolate)
{
    static const float image[] = {0, 0, 0, 0, 8, 0, 4, 4, 4};
    /* Twice as large: the result's places are half as far from the middle. */
    static const float twice[] = {2, 4, 2, 4, 8, 4, 4, 6, 4};
    /* Half as large: every second pixel of a wider picture. */
    static const float small[] = {0, 0, 0, 0, 8, 0, 0, 0, 0};
    static const float near[] = {0, 0, 0, 0, 8, 0, 4, 4, 4};
    check_map(geometry_zoom(2), FILL_ZERO, image, twice);
    check_map(geometry_zoom(0.5), FILL_ZERO, image, small);
    check_map(geometry_zoom(0.5), FILL_NEAREST, image, near);
    static const float lines[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const float leaning[] = {2, 3, 0, 4, 5, 6, 0, 7, 8};
    static const float leaning_near[] = {2, 3, 3, 4, 5, 6, 7, 7, 8};
    check_map(geometry_shear(45), FILL_ZERO, lines, leaning);
    check_map(geometry_shear(45), FILL_NEAREST, lines, leaning_near);
}
END_TEST

/* The way that a single bright pixel in the middle of 9 x 9 went; false where it is gone. */
static bool find_pixel(const float *x, int64_t *down, int64_t *right)
{
    for (int64_t i = 0; i < 81; i++)
        if (x[i] == 1) {
            *down = i / 9 - 4;
            *right = i % 9 - 4;
            return true;
        }
    return false;
}

static void check_ways(const char *text, int64_t most_down, int64_t most_right)
{
    enum { ROWS = 600 };
    static float x[ROWS * 81];
    bool seen[9][9] = {{false}};
    struct augment_input input = augmented_input(9, 9, 1, true);
    memset(x, 0, sizeof x);
    for (int i = 0; i < ROWS; i++)
        x[i * 81 + 40] = 1;
    augmented_run(text, &input, 0, 0, ROWS, x);
    for (int i = 0; i < ROWS; i++) {
        int64_t down, right;
        ck_assert(find_pixel(x + i * 81, &down, &right));
        seen[down + 4][right + 4] = true;
    }
    for (int64_t down = -4; down <= 4; down++)
        for (int64_t right = -4; right <= 4; right++)
            ck_assert_int_eq(seen[down + 4][right + 4],
                             llabs(down) <= most_down && llabs(right) <= most_right);
}

START_TEST(crops_and_ways_reach_as_far_as_they_say)
{
    check_ways("[{\"type\": \"random_crop\", \"padding\": 2}]", 2, 2);
    check_ways("[{\"type\": \"random_translate\", \"height\": 0.34, \"width\": 0.12}]", 3, 1);
}
END_TEST

/* ---- colours */

START_TEST(brightness_is_one_factor_for_a_picture)
{
    enum { ROWS = 500, ELEMENTS = 12 };
    float x[ROWS * ELEMENTS], before[ROWS * ELEMENTS];
    struct augment_input input = augmented_input(2, 2, 3, false);
    double least = 2, most = 0;
    draw(ROWS * ELEMENTS, x);
    memcpy(before, x, sizeof x);
    augmented_run("[{\"type\": \"brightness\", \"range\": 0.25}]", &input, 0, 0, ROWS, x);
    for (int i = 0; i < ROWS; i++) {
        double factor = (double)(x[i * ELEMENTS] / before[i * ELEMENTS]);
        for (int j = 0; j < ELEMENTS; j++)
            ck_assert_float_eq_tol(x[i * ELEMENTS + j], (float)factor * before[i * ELEMENTS + j],
                                   1e-5F);
        least = fmin(least, factor);
        most = fmax(most, factor);
    }
    ck_assert(least > 0.7499 && least < 0.76 && most > 1.24 && most < 1.2501);
}
END_TEST

START_TEST(only_values_of_bytes_are_clamped)
{
    enum { ROWS = 200 };
    float bytes[ROWS * 3], numbers[ROWS * 3];
    struct augment_input input = augmented_input(1, 3, 1, true);
    for (int i = 0; i < ROWS * 3; i++)
        bytes[i] = numbers[i] = i % 3 == 0 ? 0 : i % 3 == 1 ? 0.5F : 1;
    static const char *const lists[] = {"[{\"type\": \"brightness\", \"range\": 0.9}]",
                                        "[{\"type\": \"contrast\", \"range\": 0.9}]",
                                        "[{\"type\": \"gaussian_noise\", \"stddev\": 0.5}]"};
    for (size_t l = 0; l < ARRAY_COUNT(lists); l++) {
        float most = 0;
        input.is_bytes = true;
        augmented_run(lists[l], &input, 0, 0, ROWS, bytes);
        input.is_bytes = false;
        augmented_run(lists[l], &input, 0, 0, ROWS, numbers);
        for (int i = 0; i < ROWS * 3; i++) {
            ck_assert(bytes[i] >= 0 && bytes[i] <= 1);
            most = fmaxf(most, numbers[i]);
            bytes[i] = numbers[i] = i % 3 == 0 ? 0 : i % 3 == 1 ? 0.5F : 1;
        }
        ck_assert_float_gt(most, 1.2F);
    }
}
END_TEST

START_TEST(contrast_and_saturation_keep_what_they_turn_around)
{
    float x[] = {1, 10, 3, 20, 5, 60}, grey[] = {0.5F, 0.5F, 0.5F};
    static const float wider[] = {-1, -10, 3, 10, 7, 90};
    color_contrast(3, 2, 2, x);
    augmented_expect(x, wider, 6, 1e-5);
    color_saturate(1, 0.3, grey);
    for (int i = 0; i < 3; i++)
        ck_assert_float_eq_tol(grey[i], 0.5F, 1e-6F);
    float color[] = {1, 0, 0}, none[] = {0.2F, 0.7F, 0.4F};
    static const float half[] = {0.6495F, 0.1495F, 0.1495F};
    color_saturate(1, 0.5, color);
    augmented_expect(color, half, 3, 1e-6);
    color_saturate(1, 0, none);
    ck_assert_float_eq_tol(none[0], 0.299F * 0.2F + 0.587F * 0.7F + 0.114F * 0.4F, 1e-6F);
    ck_assert_float_eq(none[0], none[2]);
}
END_TEST

START_TEST(hue_goes_around_the_circle)
{
    static const float colors[] = {1, 0, 0, 0.2F, 0.7F, 0.4F, -3, 5, 1, 0.5F, 0.5F, 0.5F};
    static const float third[] = {0, 1, 0, 0.4F, 0.2F, 0.7F, 1, -3, 5, 0.5F, 0.5F, 0.5F};
    static const float sixth[] = {1, 1, 0};
    float x[ARRAY_COUNT(colors)];
    memcpy(x, colors, sizeof x);
    color_turn(4, 1, x);
    augmented_expect(x, colors, 12, 1e-5);
    color_turn(4, 1.0 / 3, x);
    augmented_expect(x, third, 12, 1e-5);
    color_turn(4, -1.0 / 3, x);
    augmented_expect(x, colors, 12, 1e-5);
    color_turn(1, 1.0 / 6, x);
    augmented_expect(x, sixth, 3, 1e-5);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, options_that_mean_nothing_leave_every_bit);
    tcase_add_test(tests, share_of_rows_that_is_changed_is_the_probability);
    tcase_add_test(tests, flips_are_the_picture_or_its_mirror);
    tcase_add_test(tests, shift_fills_with_zeros_or_the_nearest);
    tcase_add_test(tests, channels_move_together);
    tcase_add_test(tests, quarter_turns_are_exact);
    tcase_add_test(tests, zoom_and_shear_interpolate);
    tcase_add_test(tests, crops_and_ways_reach_as_far_as_they_say);
    tcase_add_test(tests, brightness_is_one_factor_for_a_picture);
    tcase_add_test(tests, only_values_of_bytes_are_clamped);
    tcase_add_test(tests, contrast_and_saturation_keep_what_they_turn_around);
    tcase_add_test(tests, hue_goes_around_the_circle);
    tcase_set_timeout(tests, 30);
}

int main(void)
{
    return tests_run("augments", add_tests);
}

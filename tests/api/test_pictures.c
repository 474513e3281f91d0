/* Rows of values as PNG files: those of the bytes that they must become. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/pictures.h"
#include "base/png.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

/* Checks that `file` is the one of these pixels; clears it. */
static void check_file(struct bytes *file, int64_t height, int64_t width, int64_t channels,
                       const uint8_t *pixels)
{
    struct error error = {0};
    struct bytes expected = {0};
    ck_assert_int_eq(png_append(&expected, height, width, channels, pixels, &error), 0);
    ck_assert_uint_eq(file->size, expected.size);
    ck_assert_mem_eq(file->data, expected.data, expected.size);
    bytes_clear(&expected);
    bytes_clear(file);
}

static void check_row(struct augment_preview *preview, float *values, const uint8_t *expected)
{
    struct error error = {0};
    struct bytes file = {0};
    const int64_t *dims = preview->shape.dims;
    ck_assert_int_eq(picture_append(&file, preview, 0, values, &error), 0);
    check_file(&file, dims[0], dims[1], dims[2], expected);
}

START_TEST(values_of_bytes_are_those_bytes)
{
    float before[] = {0, 1.0F / 255, 127.0F / 255, 254.0F / 255, 1, 0.5F};
    float after[] = {-1, 2, 0.5F, 0, (float)NAN, 1};
    static const uint8_t bytes[] = {0, 1, 127, 254, 255, 128}, changed[] = {0, 255, 128, 0, 0, 255};
    struct augment_preview preview = {.shape = {.rank = 3, .dims = {2, 1, 3}},
                                      .is_bytes = true,
                                      .count = 1,
                                      .elements = 6,
                                      .before = before,
                                      .after = after};
    check_row(&preview, before, bytes);
    check_row(&preview, after, changed);
}
END_TEST

START_TEST(other_values_go_from_their_least_to_their_greatest)
{
    float before[] = {-3, -1, 1, 0}, after[] = {-5, 9, -2, -3}, flat[] = {7, 7, 7, 7};
    static const uint8_t bytes[] = {0, 128, 255, 191}, changed[] = {0, 255, 64, 0}, none[4];
    struct augment_preview preview = {.shape = {.rank = 3, .dims = {2, 2, 1}},
                                      .count = 1,
                                      .elements = 4,
                                      .before = before,
                                      .after = after};
    check_row(&preview, before, bytes);
    check_row(&preview, after, changed);
    preview.before = flat;
    check_row(&preview, flat, none);
}
END_TEST

START_TEST(sheet_has_a_line_before_and_a_line_after)
{
    enum { HEIGHT = 50, WIDTH = 40, SIZE = HEIGHT * WIDTH };
    enum { SHEET_HEIGHT = 4 + 2 * (HEIGHT + 4), SHEET_WIDTH = 4 + 2 * (WIDTH + 4) };
    static float before[2 * SIZE], after[2 * SIZE];
    static uint8_t pixels[SHEET_HEIGHT * SHEET_WIDTH];
    struct error error = {0};
    struct bytes file = {0};
    memset(pixels, 255, sizeof pixels);
    for (int i = 0; i < SIZE; i++) {
        int place = (4 + i / WIDTH) * SHEET_WIDTH + 4 + i % WIDTH;
        after[i] = 1.0F / 255;
        after[SIZE + i] = (float)(i % 256) / 255;
        pixels[place] = pixels[place + WIDTH + 4] = 0;
        pixels[place + (HEIGHT + 4) * SHEET_WIDTH] = 1;
        pixels[place + (HEIGHT + 4) * SHEET_WIDTH + WIDTH + 4] = (uint8_t)i;
    }
    const struct augment_preview preview = {.shape = {.rank = 3, .dims = {HEIGHT, WIDTH, 1}},
                                            .is_bytes = true,
                                            .count = 2,
                                            .elements = SIZE,
                                            .before = before,
                                            .after = after};
    ck_assert_int_eq(picture_sheet_append(&file, &preview, &error), 0);
    check_file(&file, SHEET_HEIGHT, SHEET_WIDTH, 1, pixels);
}
END_TEST

START_TEST(small_pictures_are_magnified_on_a_sheet)
{
    static uint8_t pixels[(4 + 2 * 100) * (4 + 100)];
    float before[] = {0, 1, 1, 0}, after[] = {1, 0, 0, 1};
    struct error error = {0};
    struct bytes file = {0};
    memset(pixels, 255, sizeof pixels);
    for (int i = 0; i < 96 * 96; i++) {
        bool is_dark = (i / 96 < 48) == (i % 96 < 48);
        uint8_t *place = pixels + (4 + i / 96) * 104 + 4 + i % 96;
        place[is_dark ? 0 : 100 * 104] = 0;
    }
    const struct augment_preview preview = {.shape = {.rank = 3, .dims = {2, 2, 1}},
                                            .is_bytes = true,
                                            .count = 1,
                                            .elements = 4,
                                            .before = before,
                                            .after = after};
    ck_assert_int_eq(picture_sheet_append(&file, &preview, &error), 0);
    check_file(&file, 4 + 2 * 100, 4 + 100, 1, pixels);
}
END_TEST

START_TEST(sheet_that_is_too_wide_is_refused)
{
    struct error error = {0};
    struct bytes file = {0};
    const struct augment_preview preview = {
        .shape = {.rank = 3, .dims = {1, 20000, 1}}, .count = 2, .elements = 20000};
    ck_assert(pictures_can_show(&preview.shape));
    ck_assert_int_eq(picture_sheet_append(&file, &preview, &error), -1);
    ck_assert_int_eq(error.code, ERROR_TOO_LARGE);
    ck_assert_uint_eq(file.size, 0);
}
END_TEST

START_TEST(only_pictures_can_be_shown)
{
    static const struct {
        struct shape shape;
        bool can;
    } cases[] = {{{3, {2, 2, 1}}, true},     {{3, {2, 2, 3}}, true},     {{3, {2, 2, 4}}, true},
                 {{3, {2, 2, 2}}, false},    {{2, {2, 2}}, false},       {{1, {4}}, false},
                 {{4, {2, 2, 2, 1}}, false}, {{3, {40000, 1, 1}}, false}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        ck_assert_int_eq(pictures_can_show(&cases[i].shape), cases[i].can);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, values_of_bytes_are_those_bytes);
    tcase_add_test(tests, other_values_go_from_their_least_to_their_greatest);
    tcase_add_test(tests, sheet_has_a_line_before_and_a_line_after);
    tcase_add_test(tests, small_pictures_are_magnified_on_a_sheet);
    tcase_add_test(tests, sheet_that_is_too_wide_is_refused);
    tcase_add_test(tests, only_pictures_can_be_shown);
}

int main(void)
{
    return tests_run("pictures", add_tests);
}

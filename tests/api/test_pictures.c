/* Rows of values as PNG files, read back by libpng. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/pictures.h"
#include "tests/check.h"

#include <math.h>
#include <png.h>
#include <string.h>

/* The picture of a file; the caller frees the pixels. */
static uint8_t *read_file(const struct bytes *file, png_image *image)
{
    *image = (png_image){.version = PNG_IMAGE_VERSION};
    ck_assert(png_image_begin_read_from_memory(image, file->data, file->size));
    uint8_t *pixels = malloc(PNG_IMAGE_SIZE(*image));
    ck_assert_ptr_nonnull(pixels);
    ck_assert(png_image_finish_read(image, NULL, pixels, 0, NULL));
    return pixels;
}

static void check_row(struct augment_preview *preview, float *values, const uint8_t *expected)
{
    struct error error = {0};
    struct bytes file = {0};
    png_image image;
    ck_assert_int_eq(picture_append(&file, preview, 0, values, &error), 0);
    uint8_t *pixels = read_file(&file, &image);
    ck_assert_mem_eq(pixels, expected, (size_t)preview->elements);
    free(pixels);
    bytes_clear(&file);
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
    struct error error = {0};
    struct bytes file = {0};
    float before[2 * 50 * 40] = {0}, after[2 * 50 * 40];
    png_image image;
    for (size_t i = 0; i < ARRAY_COUNT(after); i++)
        after[i] = i < 2000 ? 1 : 0.5F;
    const struct augment_preview preview = {.shape = {.rank = 3, .dims = {50, 40, 1}},
                                            .is_bytes = true,
                                            .count = 2,
                                            .elements = 2000,
                                            .before = before,
                                            .after = after};
    ck_assert_int_eq(picture_sheet_append(&file, &preview, &error), 0);
    uint8_t *pixels = read_file(&file, &image);
    ck_assert_uint_eq(image.width, 4 + 2 * (40 + 4));
    ck_assert_uint_eq(image.height, 4 + 2 * (50 + 4));
    ck_assert_uint_eq(pixels[0], 255);
    ck_assert_uint_eq(pixels[4 * image.width + 4], 0);
    ck_assert_uint_eq(pixels[53 * image.width + 43], 0);
    ck_assert_uint_eq(pixels[53 * image.width + 44], 255);
    ck_assert_uint_eq(pixels[58 * image.width + 4], 255);
    ck_assert_uint_eq(pixels[58 * image.width + 48], 128);
    free(pixels);
    bytes_clear(&file);
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
    tcase_add_test(tests, sheet_that_is_too_wide_is_refused);
    tcase_add_test(tests, only_pictures_can_be_shown);
}

int main(void)
{
    return tests_run("pictures", add_tests);
}

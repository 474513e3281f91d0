/* PNG files read back by libpng itself, and base64. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "base/png.h"
#include "tests/check.h"

#include <png.h>
#include <string.h>

static void check_reads_back(const struct bytes *file, int64_t height, int64_t width,
                             png_uint_32 format, const uint8_t *pixels, size_t size)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    uint8_t *read = malloc(size);
    ck_assert_ptr_nonnull(read);
    ck_assert(png_image_begin_read_from_memory(&image, file->data + 4, file->size - 4));
    ck_assert_uint_eq(image.width, (png_uint_32)width);
    ck_assert_uint_eq(image.height, (png_uint_32)height);
    ck_assert_uint_eq(image.format, format);
    ck_assert(png_image_finish_read(&image, NULL, read, 0, NULL));
    ck_assert_mem_eq(read, pixels, size);
    free(read);
}

static void check_picture(int64_t height, int64_t width, int64_t channels, png_uint_32 format)
{
    struct error error = {0};
    struct bytes file = {0};
    size_t size = (size_t)(height * width * channels);
    uint8_t *pixels = malloc(size);
    ck_assert_ptr_nonnull(pixels);
    for (size_t i = 0; i < size; i++)
        pixels[i] = (uint8_t)(i * 37 + i / 11);
    bytes_append(&file, "kept", 4);
    ck_assert_int_eq(png_append(&file, height, width, channels, pixels, &error), 0);
    ck_assert_mem_eq(file.data, "kept\x89PNG\r\n\x1a\n", 12);
    check_reads_back(&file, height, width, format, pixels, size);
    free(pixels);
    bytes_clear(&file);
}

START_TEST(pictures_read_back_the_same)
{
    check_picture(28, 28, 1, PNG_FORMAT_GRAY);
    check_picture(1, 1, 3, PNG_FORMAT_RGB);
    check_picture(5, 300, 3, PNG_FORMAT_RGB);
    check_picture(300, 7, 4, PNG_FORMAT_RGBA);
}
END_TEST

/* The test vectors of RFC 4648, section 10. */
START_TEST(base64_has_the_known_answers)
{
    static const struct {
        const char *bytes, *text;
    } cases[] = {{"", ""},
                 {"f", "Zg=="},
                 {"fo", "Zm8="},
                 {"foo", "Zm9v"},
                 {"foob", "Zm9vYg=="},
                 {"fooba", "Zm9vYmE="},
                 {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct bytes text = {0};
        bytes_append(&text, ":", 1);
        base64_append(&text, cases[i].bytes, strlen(cases[i].bytes));
        ck_assert_str_eq(bytes_text(&text) + 1, cases[i].text);
        bytes_clear(&text);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, pictures_read_back_the_same);
    tcase_add_test(tests, base64_has_the_known_answers);
}

int main(void)
{
    return tests_run("png", add_tests);
}

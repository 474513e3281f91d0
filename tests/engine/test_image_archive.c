/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/image.h"
#include "tests/check.h"
#include "tests/engine/format_bytes.h"
#include "tests/engine/imported.h"

#include <string.h>

#define MEMBERS(...) ((const struct archive_bytes_member[]){__VA_ARGS__, {.name = NULL}})

/* 2 x 1 pixels. */
static struct bytes gray(uint8_t first, uint8_t second)
{
    return png_bytes(2, 1, 1, (const uint8_t[]){first, second});
}

static struct bytes text(const char *content)
{
    struct bytes bytes = {0};
    bytes_append(&bytes, content, strlen(content));
    return bytes;
}

static void refused_archive(const struct archive_bytes_member *members, const char *options,
                            const char *message)
{
    struct error error = {0};
    ck_assert_ptr_null(import_archive(archive_bytes(ARCHIVE_TAR, members), options, &error));
    ck_assert_error(error, ERROR_INVALID, message);
}

START_TEST(folders_are_labels_and_images_rows)
{
    for (int kind = ARCHIVE_TAR; kind <= ARCHIVE_ZIP_DEFLATED; kind++) {
        struct error error = {0};
        struct dataset *dataset = import_archive(
            archive_bytes((enum archive_bytes_kind)kind,
                          MEMBERS({.name = "cat/", .is_folder = true},
                                  {.name = "cat/1.png", .content = gray(1, 2)},
                                  {.name = "./train/Hündin/x.PNG", .content = gray(3, 4)},
                                  {.name = "cat/2.png", .content = gray(5, 6)},
                                  {.name = "NA/1.png", .content = gray(7, 8)})),
            "format=tar", &error);
        ck_assert_ok(error);
        types_are(dataset, "tc");
        ck_assert(dataset->columns[0].tensor_is_bytes);
        row_is(dataset, 0, "{\"features\":[[[1],[2]]],\"label\":\"cat\"}");
        row_is(dataset, 1, "{\"features\":[[[3],[4]]],\"label\":\"Hündin\"}");
        row_is(dataset, 2, "{\"features\":[[[5],[6]]],\"label\":\"cat\"}");
        row_is(dataset, 3, "{\"features\":[[[7],[8]]],\"label\":\"NA\"}");
        dataset_close(dataset);
    }
}
END_TEST

START_TEST(one_image_with_colour_gives_all_three_channels)
{
    static const uint8_t colours[] = {1, 2, 3, 4, 5, 6};
    struct error error = {0};
    struct dataset *dataset = import_archive(
        archive_bytes(ARCHIVE_TAR,
                      MEMBERS({.name = "a/1.png", .content = gray(7, 8)},
                              {.name = "b/1.png", .content = png_bytes(2, 1, 3, colours)})),
        NULL, &error);
    ck_assert_ok(error);
    row_is(dataset, 0, "{\"features\":[[[7,7,7],[8,8,8]]],\"label\":\"a\"}");
    row_is(dataset, 1, "{\"features\":[[[1,2,3],[4,5,6]]],\"label\":\"b\"}");
    dataset_close(dataset);
}
END_TEST

START_TEST(what_is_transparent_shows_white)
{
    static const uint8_t pixels[] = {100, 0, 200, 255, 100, 0, 200, 0, 100, 0, 200, 51};
    struct bytes png = png_bytes(3, 1, 4, pixels);
    struct image_info info;
    struct error error = {0};
    uint8_t out[9];
    ck_assert_int_eq(image_probe(png.data, png.size, &info, &error), 0);
    ck_assert_int_eq(image_decode(png.data, png.size, &info, 3, out, &error), 0);
    ck_assert_mem_eq(out, ((uint8_t[]){100, 0, 200, 255, 255, 255, 224, 204, 244}), 9);
    bytes_clear(&png);
}
END_TEST

/* At quality 100 and without halved colours a JPEG comes close to what it was made of. */
START_TEST(jpeg_reads_gray_and_in_colour)
{
    uint8_t pixels[8 * 8 * 3], grays[8 * 8];
    for (int i = 0; i < 64; i++) {
        grays[i] = (uint8_t)(2 * i + 50);
        for (int c = 0; c < 3; c++)
            pixels[3 * i + c] = (uint8_t)(i + 60 * c);
    }
    struct error error = {0};
    struct dataset *dataset = import_archive(
        archive_bytes(ARCHIVE_TAR,
                      MEMBERS({.name = "a/1.jpg", .content = jpeg_bytes(8, 8, 3, pixels)},
                              {.name = "b/1.jpeg", .content = jpeg_bytes(8, 8, 1, grays)})),
        NULL, &error);
    ck_assert_ok(error);
    const uint8_t *bytes = dataset->columns[0].tensor_bytes;
    for (int i = 0; i < 64; i++)
        for (int c = 0; c < 3; c++) {
            ck_assert_int_le(abs(bytes[3 * i + c] - pixels[3 * i + c]), 3);
            ck_assert_int_le(abs(bytes[192 + 3 * i + c] - grays[i]), 2);
        }
    dataset_close(dataset);
}
END_TEST

START_TEST(sizes_that_differ_are_refused_or_brought_to_one)
{
    static const uint8_t square[] = {0, 10, 20, 30}, line[] = {10, 20, 30, 40};
    refused_archive(
        MEMBERS({.name = "a/1.png", .content = gray(1, 2)},
                {.name = "a/2.png", .content = png_bytes(2, 2, 1, square)}),
        NULL,
        "a/2.png has 2 x 2 pixels, and those before it 2 x 1: ?size=2x1 brings all to one size");
    struct error error = {0};
    struct dataset *dataset = import_archive(
        archive_bytes(ARCHIVE_TAR,
                      MEMBERS({.name = "a/1.png", .content = png_bytes(4, 1, 1, line)},
                              {.name = "a/2.png", .content = png_bytes(2, 2, 1, square)})),
        "size=2x1", &error);
    ck_assert_ok(error);
    ck_assert_int_eq(dataset->columns[0].shape.dims[0], 1);
    ck_assert_int_eq(dataset->columns[0].shape.dims[1], 2);
    /* Down the columns of the square: the means of 0 and 20, of 10 and 30. */
    row_is(dataset, 1, "{\"features\":[[[10],[20]]],\"label\":\"a\"}");
    dataset_close(dataset);
}
END_TEST

START_TEST(scaling_keeps_even_areas_and_slopes)
{
    uint8_t even[7 * 5], slope[64], out[64 * 64];
    struct error error = {0};
    memset(even, 77, sizeof(even));
    for (int width = 1; width < 20; width += 3) {
        const struct image_info info = {7, 5, false};
        ck_assert_int_eq(image_scale(even, &info, 1, out, width, 20 - width, &error), 0);
        for (int i = 0; i < width * (20 - width); i++)
            ck_assert_uint_eq(out[i], 77);
    }
    for (int i = 0; i < 64; i++)
        slope[i] = (uint8_t)(4 * i);
    const struct image_info row = {64, 1, false};
    ck_assert_int_eq(image_scale(slope, &row, 1, out, 16, 1, &error), 0);
    for (int i = 1; i < 15; i++) /* the mean of a slope is its middle: 4 (4 i + 1.5) */
        ck_assert_uint_eq(out[i], 16 * i + 6);
    ck_assert_int_eq(image_scale(slope, &row, 1, out, 64, 1, &error), 0);
    ck_assert_mem_eq(out, slope, 64);
}
END_TEST

START_TEST(paths_that_lead_elsewhere_are_refused)
{
    refused_archive(MEMBERS({.name = "/cat/1.png", .content = gray(1, 2)}), NULL,
                    "/cat/1.png begins at the root, which no image does");
    refused_archive(MEMBERS({.name = "cat/../../etc/1.png", .content = gray(1, 2)}), NULL,
                    "cat/../../etc/1.png leads out of the archive");
    refused_archive(MEMBERS({.name = "1.png", .content = gray(1, 2)}), NULL,
                    "1.png lies in no folder: the folder is an image's label, as in cat/1.png");
    refused_archive(MEMBERS({.name = "cat/1.png", .link = "/etc/passwd"}), NULL,
                    "cat/1.png is a link or a device, not a file");
}
END_TEST

START_TEST(what_is_hidden_is_passed_over_and_the_rest_refused)
{
    struct error error = {0};
    struct dataset *dataset = import_archive(
        archive_bytes(ARCHIVE_TAR, MEMBERS({.name = "._cat", .content = text("x")},
                                           {.name = "cat/.DS_Store", .content = text("x")},
                                           {.name = "__MACOSX/cat/1.png", .content = text("x")},
                                           {.name = "cat/1.png", .content = gray(1, 2)})),
        NULL, &error);
    ck_assert_ok(error);
    ck_assert_int_eq(dataset->rows, 1);
    dataset_close(dataset);
    refused_archive(MEMBERS({.name = "cat/readme.txt", .content = text("hello")}), NULL,
                    "cat/readme.txt is neither PNG nor JPEG");
    refused_archive(MEMBERS({.name = "cat/1.png", .content = text("")}), NULL,
                    "cat/1.png is neither PNG nor JPEG");
    refused_archive(MEMBERS({.name = "cat/", .is_folder = true}), NULL,
                    "body has no images: a dataset has at least one row");
}
END_TEST

/* A PNG cut or changed anywhere is refused by its name, or still has all of its pixels. */
START_TEST(damaged_images_are_refused_by_name)
{
    uint8_t pixels[16 * 16];
    for (int i = 0; i < 256; i++)
        pixels[i] = (uint8_t)(i * 37);
    for (int kind = 0; kind < 2; kind++) {
        struct bytes whole =
            kind == 0 ? png_bytes(16, 16, 1, pixels) : jpeg_bytes(16, 16, 1, pixels);
        for (size_t size = 3; size + 30 < whole.size; size += 11) {
            struct bytes part = {0};
            struct error error = {0};
            bytes_append(&part, whole.data, size);
            ck_assert_ptr_null(import_archive(
                archive_bytes(ARCHIVE_TAR, MEMBERS({.name = "cat/1.png", .content = part})), NULL,
                &error));
            ck_assert_str_eq(error_code_name(error.code), error_code_name(ERROR_INVALID));
            ck_assert_msg(strncmp(error.message, "cat/1.png ", 10) == 0, "%s", error.message);
        }
        bytes_clear(&whole);
    }
}
END_TEST

/* The head of a PNG that promises 40,000 x 40,000 pixels: nothing of that size is allocated. */
START_TEST(huge_images_are_refused)
{
    struct bytes png = gray(1, 2);
    memcpy(png.data + 16, "\0\0\x9c\x40\0\0\x9c\x40", 8);
    memcpy(png.data + 29, "\x74\x67\x51\xd9", 4); /* its checksum */
    struct image_info info;
    struct error error = {0};
    int status = image_probe(png.data, png.size, &info, &error);
    ck_assert_int_eq(status, -1);
    ck_assert_error(
        error, ERROR_INVALID,
        "has 40000 x 40000 pixels; at most 16384 on a side and 33554432 together can be "
        "read");
    bytes_clear(&png);
}
END_TEST

START_TEST(label_may_be_of_another_type)
{
    struct error error = {0};
    struct dataset *dataset = import_archive(
        archive_bytes(ARCHIVE_TAR, MEMBERS({.name = "3/1.png", .content = gray(1, 2)},
                                           {.name = "4/1.png", .content = gray(1, 2)})),
        "types=label=number", &error);
    ck_assert_ok(error);
    row_is(dataset, 1, "{\"features\":[[[1],[2]]],\"label\":4}");
    dataset_close(dataset);
    refused_archive(MEMBERS({.name = "3/1.png", .content = gray(1, 2)}), "types=x=number",
                    "types names \"x\", which is no column: there are features, label");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, folders_are_labels_and_images_rows);
    tcase_add_test(tests, one_image_with_colour_gives_all_three_channels);
    tcase_add_test(tests, what_is_transparent_shows_white);
    tcase_add_test(tests, jpeg_reads_gray_and_in_colour);
    tcase_add_test(tests, sizes_that_differ_are_refused_or_brought_to_one);
    tcase_add_test(tests, scaling_keeps_even_areas_and_slopes);
    tcase_add_test(tests, paths_that_lead_elsewhere_are_refused);
    tcase_add_test(tests, what_is_hidden_is_passed_over_and_the_rest_refused);
    tcase_add_test(tests, damaged_images_are_refused_by_name);
    tcase_add_test(tests, huge_images_are_refused);
    tcase_add_test(tests, label_may_be_of_another_type);
}

int main(void)
{
    return tests_run("image_archive", add_tests);
}

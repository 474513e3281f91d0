/* Beginnings of files, cut to whole rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/part.h"
#include "base/bytes.h"
#include "base/file_view.h"
#include "engine/dataset_options.h"
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* What is left of bytes, as text that the caller frees. */
static char *cut(const void *bytes, size_t size, struct dataset_part *part, struct error *error)
{
    const struct dataset_options options = {0};
    struct stat status;
    int file = temporary_file(bytes, size), made = temporary_file("", 0);
    const struct dataset_source source = {file, "body"};
    char *text = NULL;
    if (dataset_part_make(&source, &options, made, part, error) == 0 && fstat(made, &status) == 0) {
        text = calloc(1, (size_t)status.st_size + 1);
        ck_assert_ptr_nonnull(text);
        ck_assert_int_eq(pread(made, text, (size_t)status.st_size, 0), status.st_size);
    }
    close(file);
    close(made);
    return text;
}

static void check_text(const char *bytes, const char *expected, const char *format, bool is_cut)
{
    struct dataset_part part;
    struct error error = {0};
    char *text = cut(bytes, strlen(bytes), &part, &error);
    ck_assert_ok(error);
    ck_assert_str_eq(text, expected);
    ck_assert_str_eq(part.format, format);
    ck_assert_int_eq(part.is_cut, is_cut);
    free(text);
}

START_TEST(a_line_without_an_end_is_left_out)
{
    check_text("a,b\n1,2\n3,", "a,b\n1,2\n", "csv", true);
    check_text("a,b\r\n1,2\r\n", "a,b\r\n1,2\r\n", "csv", false);
    check_text("a,b\r1,2\r3", "a,b\r1,2\r", "csv", true);
    check_text("a,b", "a,b", "csv", false);
    check_text("1 1:2\n-1 1:3\n1 1:", "1 1:2\n-1 1:3\n", "libsvm", true);
}
END_TEST

START_TEST(a_line_end_in_quotes_ends_no_row)
{
    check_text("a,b\n1,\"x\ny\"\n2,\"z\nw", "a,b\n1,\"x\ny\"\n", "csv", true);
    check_text("a\n5\" pipe\n6\" pi", "a\n5\" pipe\n", "csv", true);
    check_text("a,b\n\"x\"\"\n\",1\n\"", "a,b\n\"x\"\"\n\",1\n", "csv", true);
}
END_TEST

START_TEST(objects_end_with_their_brackets)
{
    check_text("{\"a\": 1}\n{\"a\": \"}", "{\"a\": 1}", "jsonl", true);
    check_text("[{\"a\": [1]}, {\"a\": [2", "[{\"a\": [1]}]", "jsonl", true);
    check_text("[{\"a\": 1}]", "[{\"a\": 1}]", "jsonl", false);
    check_text("{\"a\": \"\\\"}\"}\n{", "{\"a\": \"\\\"}\"}", "jsonl", true);
}
END_TEST

START_TEST(utf_16_ends_lines_by_units)
{
    static const char bytes[] = "\xff\xfe"
                                "a\0\n\0"
                                "1\0\n\0"
                                "2\0\x0a";
    struct dataset_part part;
    struct error error = {0};
    free(cut(bytes, sizeof bytes - 1, &part, &error));
    ck_assert_ok(error);
    ck_assert_uint_eq(part.bytes_read, 10);
}
END_TEST

START_TEST(headers_of_arrays_say_how_many_rows_are_left)
{
    static const char idx[] = "\0\0\x08\x02\0\0\0\x64\0\0\0\x02"
                              "abcde";
    static const char header[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (100, 3), }\n";
    struct dataset_part part;
    struct error error = {0};
    struct bytes npy = {0};
    char *text = cut(idx, sizeof idx - 1, &part, &error);
    ck_assert_mem_eq(text,
                     "\0\0\x08\x02\0\0\0\x02\0\0\0\x02"
                     "abcd",
                     16);
    free(text);
    bytes_append(&npy, "\x93NUMPY\1\0", 8);
    bytes_append_u8(&npy, sizeof header - 1);
    bytes_append_u8(&npy, 0);
    bytes_append(&npy, header, sizeof header - 1);
    bytes_append(&npy, "abcdefgh", 8);
    text = cut(npy.data, npy.size, &part, &error);
    ck_assert_ok(error);
    ck_assert_ptr_nonnull(strstr(text + 10, "'shape': (2  , 3)"));
    ck_assert_uint_eq(part.bytes_read, npy.size - 2);
    ck_assert(part.is_cut);
    free(text);
    bytes_clear(&npy);
}
END_TEST

START_TEST(gzip_may_end_anywhere)
{
    struct bytes plain = {0};
    for (int i = 0; i < 2000; i++)
        bytes_printf(&plain, "%d,%d\n", i * 7919 % 1000, i);
    unsigned char packed[1 << 15];
    z_stream stream = {.next_in = plain.data,
                       .avail_in = (uInt)plain.size,
                       .next_out = packed,
                       .avail_out = sizeof packed};
    ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    for (size_t size = 200; size < stream.total_out; size += 997) {
        struct dataset_part part;
        struct error error = {0};
        char *text = cut(packed, size, &part, &error);
        if (text == NULL) { /* not a byte had come out yet */
            ck_assert_int_eq(error.code, ERROR_INVALID);
            continue;
        }
        ck_assert(part.gzip && part.is_cut);
        ck_assert_mem_eq(text, plain.data, part.bytes_read);
        ck_assert_int_eq(text[part.bytes_read - 1], '\n');
        free(text);
    }
    deflateEnd(&stream);
    bytes_clear(&plain);
}
END_TEST

START_TEST(any_beginning_of_a_file_is_cut_or_refused)
{
    static const char *const files[] = {"a,b\n1,\"x\n\"\n",
                                        "[{\"a\": 1}, {\"a\": 2}]",
                                        "@relation a\n@attribute b numeric\n@data\n1\n",
                                        "\xff\xfe"
                                        "a",
                                        "\x93NUMPY\1\0",
                                        "\x1f\x8b\x08"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (size_t size = 0; size <= strlen(files[i]); size++) {
            struct dataset_part part;
            struct error error = {0};
            char *text = cut(files[i], size, &part, &error);
            ck_assert((text == NULL) == (error.code != ERROR_NONE));
            free(text);
        }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, a_line_without_an_end_is_left_out);
    tcase_add_test(tests, a_line_end_in_quotes_ends_no_row);
    tcase_add_test(tests, objects_end_with_their_brackets);
    tcase_add_test(tests, utf_16_ends_lines_by_units);
    tcase_add_test(tests, headers_of_arrays_say_how_many_rows_are_left);
    tcase_add_test(tests, gzip_may_end_anywhere);
    tcase_add_test(tests, any_beginning_of_a_file_is_cut_or_refused);
}

int main(void)
{
    return tests_run("part", add_tests);
}

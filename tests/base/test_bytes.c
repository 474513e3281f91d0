/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

START_TEST(numbers_are_little_endian)
{
    static const uint8_t expected[] = {0x01, 0x05, 0x04, 0x03, 0x02, 0x0d, 0x0c,
                                       0x0b, 0x0a, 0x09, 0x08, 0x07, 0x06};
    struct bytes bytes = {0};
    bytes_append_u8(&bytes, 0x01);
    bytes_append_u32(&bytes, 0x02030405);
    bytes_append_u64(&bytes, UINT64_C(0x060708090a0b0c0d));
    ck_assert_uint_eq(bytes.size, sizeof(expected));
    ck_assert_mem_eq(bytes.data, expected, sizeof(expected));
    bytes_clear(&bytes);
    ck_assert_ptr_null(bytes.data);
}
END_TEST

START_TEST(what_was_written_reads_back)
{
    struct bytes bytes = {0};
    bytes_append_u8(&bytes, 255);
    bytes_append_u32(&bytes, UINT32_MAX);
    bytes_append_u64(&bytes, UINT64_MAX);
    bytes_append_f64(&bytes, -0.0);
    bytes_append_string(&bytes, "h\xc3\xa9");
    bytes_append_string(&bytes, "");
    struct bytes_reader reader = {.data = bytes.data, .size = bytes.size};
    ck_assert_uint_eq(bytes_read_u8(&reader), 255);
    ck_assert_uint_eq(bytes_read_u32(&reader), UINT32_MAX);
    ck_assert_uint_eq(bytes_read_u64(&reader), UINT64_MAX);
    ck_assert(signbit(bytes_read_f64(&reader)));
    char *text = bytes_read_string(&reader), *empty = bytes_read_string(&reader);
    ck_assert_str_eq(text, "h\xc3\xa9");
    ck_assert_str_eq(empty, "");
    ck_assert(!reader.failed);
    ck_assert_uint_eq(reader.at, bytes.size);
    free(text);
    free(empty);
    bytes_clear(&bytes);
}
END_TEST

START_TEST(reading_past_the_end_fails_and_gives_zeros)
{
    static const uint8_t data[] = {1, 2, 3};
    struct bytes_reader reader = {.data = data, .size = sizeof(data)};
    ck_assert_uint_eq(bytes_read_u32(&reader), 0);
    ck_assert(reader.failed);
    ck_assert_uint_eq(bytes_read_u8(&reader), 0);
    ck_assert_ptr_null(bytes_read(&reader, SIZE_MAX));
}
END_TEST

START_TEST(nothing_is_read_out_of_nothing)
{
    struct bytes_reader reader = {0};

    ck_assert_ptr_nonnull(bytes_read(&reader, 0));
    ck_assert(!reader.failed);
    ck_assert_ptr_null(bytes_read(&reader, 1));
    ck_assert(reader.failed);
}
END_TEST

START_TEST(cut_or_broken_string_is_refused)
{
    static const uint8_t cut[] = {4, 0, 0, 0, 'a', 'b', 'c'};
    static const uint8_t with_nul[] = {3, 0, 0, 0, 'a', 0, 'c'};
    struct bytes_reader reader = {.data = cut, .size = sizeof(cut)};
    ck_assert_ptr_null(bytes_read_string(&reader));
    ck_assert(reader.failed);
    reader = (struct bytes_reader){.data = with_nul, .size = sizeof(with_nul)};
    ck_assert_ptr_null(bytes_read_string(&reader));
    ck_assert(reader.failed);
}
END_TEST

START_TEST(text_and_printing_grow)
{
    struct bytes bytes = {0};
    ck_assert_str_eq(bytes_text(&bytes), "");
    for (int i = 0; i < 1000; i++)
        bytes_printf(&bytes, "%03d,", i);
    ck_assert_uint_eq(bytes.size, 4000);
    ck_assert_uint_eq(strlen(bytes_text(&bytes)), 4000);
    ck_assert_ptr_nonnull(strstr(bytes_text(&bytes), "998,999,"));
    bytes_append(&bytes, NULL, 0);
    ck_assert_int_eq(bytes_check(&bytes, NULL), 0);
    bytes_clear(&bytes);
}
END_TEST

START_TEST(too_large_a_size_fails_for_good)
{
    struct bytes bytes = {0};
    struct error error = {0};
    bytes_append_u8(&bytes, 1);
    ck_assert_ptr_null(bytes_extend(&bytes, SIZE_MAX));
    bytes_append_u8(&bytes, 2);
    ck_assert_uint_eq(bytes.size, 1);
    ck_assert_ptr_null(bytes_text(&bytes));
    ck_assert_int_eq(bytes_check(&bytes, &error), -1);
    ck_assert_int_eq(error.code, ERROR_MEMORY);
    bytes_clear(&bytes);
}
END_TEST

START_TEST(extended_room_is_writable)
{
    struct bytes bytes = {0};
    for (size_t size = 0; size < 200; size++) {
        void *start = bytes_extend(&bytes, size);
        ck_assert_ptr_nonnull(start);
        memset(start, (int)size, size);
    }
    ck_assert_uint_eq(bytes.size, 199 * 200 / 2);
    ck_assert_uint_eq(bytes.data[bytes.size - 1], 199);
    bytes_clear(&bytes);
    bytes_clear(NULL);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, numbers_are_little_endian);
    tcase_add_test(tests, what_was_written_reads_back);
    tcase_add_test(tests, reading_past_the_end_fails_and_gives_zeros);
    tcase_add_test(tests, nothing_is_read_out_of_nothing);
    tcase_add_test(tests, cut_or_broken_string_is_refused);
    tcase_add_test(tests, text_and_printing_grow);
    tcase_add_test(tests, too_large_a_size_fails_for_good);
    tcase_add_test(tests, extended_room_is_writable);
}

int main(void)
{
    return tests_run("bytes", add_tests);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file_view.h"
#include "tests/check.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { SIZE = 20000 };

static int counted_file(void)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < SIZE; i++)
        ck_assert_int_ge(fputc(i % 251, file), 0);
    fflush(file);
    int copy = dup(fileno(file));
    fclose(file);
    return copy;
}

START_TEST(any_piece_of_a_file_is_seen)
{
    static const size_t offsets[] = {0, 1, 4095, 4096, 4097, 8192, 19999};
    int file = counted_file();
    for (size_t i = 0; i < ARRAY_COUNT(offsets); i++) {
        struct file_view view;
        size_t size = SIZE - offsets[i] < 5000 ? SIZE - offsets[i] : 5000;
        ck_assert_int_eq(file_view_open(&view, file, offsets[i], size), 0);
        ck_assert_uint_eq(view.size, size);
        for (size_t j = 0; j < size; j++)
            ck_assert_uint_eq(view.data[j], (offsets[i] + j) % 251);
        file_view_close(&view);
        ck_assert_ptr_null(view.data);
    }
    close(file);
}
END_TEST

START_TEST(what_is_no_file_is_not_seen)
{
    int ends[2];
    struct file_view view;
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(file_view_open(&view, ends[0], 0, 1), -1);
    ck_assert_int_eq(errno, ENODEV);
    file_view_close(&view);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, any_piece_of_a_file_is_seen);
    tcase_add_test(tests, what_is_no_file_is_not_seen);
}

int main(void)
{
    return tests_run("file_view", add_tests);
}

/* What this process takes of the machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"
#include "tests/check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

START_TEST(a_file_that_is_opened_is_counted)
{
    uint64_t before = process_usage_get().open_files;
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(file, 0);
    ck_assert_uint_eq(process_usage_get().open_files, before + 1);
    (void)close(file);
    ck_assert_uint_eq(process_usage_get().open_files, before);
}
END_TEST

START_TEST(memory_that_is_written_is_resident)
{
    enum { SIZE = 32 << 20 };
    uint64_t before = process_usage_get().resident_bytes;
    char *memory = malloc(SIZE);
    ck_assert_ptr_nonnull(memory);
    memset(memory, 1, SIZE);
    ck_assert_uint_ge(process_usage_get().resident_bytes, before + SIZE / 2);
    ck_assert_int_eq(memory[SIZE - 1], 1);
    free(memory);
}
END_TEST

START_TEST(it_has_not_run_for_long)
{
    struct process_usage usage = process_usage_get();
    ck_assert_double_le(usage.started_unix_s, (double)time(NULL) + 2);
    ck_assert_double_ge(usage.started_unix_s, (double)time(NULL) - 3600);
    ck_assert_uint_ge(usage.threads, 1);
    ck_assert_uint_gt(usage.most_files, 0);
    ck_assert_uint_gt(usage.virtual_bytes, usage.resident_bytes);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, a_file_that_is_opened_is_counted);
    tcase_add_test(tests, memory_that_is_written_is_resident);
    tcase_add_test(tests, it_has_not_run_for_long);
}

int main(void)
{
    return tests_run("process", add_tests);
}

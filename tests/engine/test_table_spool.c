/* Tables of more rows than are kept in memory: read once, and the same as where every number is
 * read twice. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 40000, LATE = 39000 };

/* Numbers, numbers with gaps, nothing, words, numbers that are words in the end, small numbers. */
static void write_table(struct bytes *text, const char *line_end)
{
    bytes_printf(text, "a,b,c,d,e,f%s", line_end);
    for (int i = 0; i < ROWS; i++) {
        bytes_printf(text, "%d.%06d,", i % 91 - 45, i * 7919 % 1000000);
        if (i % 11 != 0)
            bytes_printf(text, "%d", -i);
        bytes_printf(text, ",,%s,", i % 3 == 0 ? "x" : "yy");
        bytes_printf(text, i == LATE ? "late" : "%d", i % 50);
        bytes_printf(text, ",%d.5e-3%s", i % 1000, line_end);
    }
}

static void check_table(const struct dataset *dataset)
{
    ck_assert_int_eq(dataset->rows, ROWS);
    types_are(dataset, "nnnccn");
    const struct column *columns = dataset->columns;
    for (int i = 0; i < ROWS; i++) {
        char a[64], f[64];
        snprintf(a, sizeof(a), "%d.%06d", i % 91 - 45, i * 7919 % 1000000);
        snprintf(f, sizeof(f), "%d.5e-3", i % 1000);
        double b = columns[1].numbers[i];
        if (columns[0].numbers[i] != strtod(a, NULL) || columns[5].numbers[i] != strtod(f, NULL) ||
            (i % 11 == 0 ? !isnan(b) : b != -i) || !isnan(columns[2].numbers[i]) ||
            columns[3].categories[i] != (i % 3 != 0))
            ck_abort_msg("row %d is wrong", i);
    }
    ck_assert_int_eq(columns[0].missing_count, 0);
    ck_assert_int_eq(columns[1].missing_count, (ROWS + 10) / 11);
    ck_assert_int_eq(columns[2].missing_count, ROWS);
    ck_assert_uint_eq(columns[4].category_count, 51);
    ck_assert(columns[1].integers && !columns[5].integers);
    ck_assert_double_eq(json_number_value(json_object_get(described(dataset, "b"), "min")),
                        1 - ROWS);
}

/* The column file's bytes. */
static struct bytes import_to_bytes(const struct bytes *text)
{
    struct error error = {0};
    struct bytes bytes = {0};
    struct stat status;
    int file = temporary_file(text->data, text->size), column_file;
    struct dataset *dataset = import_file(file, NULL, &column_file, &error);
    ck_assert_ok(error);
    check_table(dataset);
    dataset_close(dataset);
    ck_assert_int_eq(fstat(column_file, &status), 0);
    size_t size = (size_t)status.st_size;
    ck_assert_int_eq(pread(column_file, bytes_extend(&bytes, size), size, 0), status.st_size);
    close(column_file);
    close(file);
    return bytes;
}

static void equal(const struct bytes *a, const struct bytes *b)
{
    ck_assert_uint_eq(a->size, b->size);
    ck_assert(memcmp(a->data, b->data, a->size) == 0);
}

START_TEST(tables_that_are_kept_are_as_those_read_twice)
{
    struct bytes text = {0};
    write_table(&text, "\n");
    struct bytes kept = import_to_bytes(&text);
    /* A process that may write no larger files cannot keep numbers beyond the end of one. */
    struct rlimit limit = {64 << 20, 64 << 20};
    signal(SIGXFSZ, SIG_DFL);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct bytes twice = import_to_bytes(&text);
    equal(&kept, &twice);
    bytes_clear(&text);
    bytes_clear(&kept);
    bytes_clear(&twice);
}
END_TEST

START_TEST(line_ends_make_no_difference)
{
    struct bytes text = {0}, other = {0};
    write_table(&text, "\n");
    write_table(&other, "\r\n");
    struct bytes one = import_to_bytes(&text), two = import_to_bytes(&other);
    equal(&one, &two);
    bytes_clear(&text);
    bytes_clear(&other);
    bytes_clear(&one);
    bytes_clear(&two);
}
END_TEST

/* A column without a name and a value has no place; neither is one made for its numbers. */
START_TEST(columns_that_are_left_out_write_nothing)
{
    struct dataset *dataset = good("a,b,\nx,1,\ny,2,\n", NULL);
    types_are(dataset, "cn");
    row_is(dataset, 0, "{\"a\":\"x\",\"b\":1}");
    row_is(dataset, 1, "{\"a\":\"y\",\"b\":2}");
    dataset_close(dataset);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, tables_that_are_kept_are_as_those_read_twice);
    tcase_add_test(tests, line_ends_make_no_difference);
    tcase_add_test(tests, columns_that_are_left_out_write_nothing);
}

int main(void)
{
    return tests_run("table_spool", add_tests);
}

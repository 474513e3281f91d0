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

/* The column file's bytes, after `check` (or NULL) has looked at what they are. */
static struct bytes import_to_bytes(const struct bytes *text,
                                    void (*check)(const struct dataset *dataset))
{
    struct error error = {0};
    struct bytes bytes = {0};
    struct stat status;
    int file = temporary_file(text->data, text->size), column_file;
    struct dataset *dataset = import_file(file, NULL, &column_file, &error);
    ck_assert_ok(error);
    if (check != NULL)
        check(dataset);
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

/* A process that may write no larger files cannot keep numbers beyond the end of one. */
START_TEST(mixed_tables_that_are_kept_are_as_those_read_twice)
{
    struct bytes text = {0};
    write_table(&text, "\n");
    struct bytes kept = import_to_bytes(&text, check_table);
    struct rlimit limit = {64 << 20, 64 << 20};
    signal(SIGXFSZ, SIG_DFL);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct bytes twice = import_to_bytes(&text, check_table);
    equal(&kept, &twice);
    bytes_clear(&text);
    bytes_clear(&kept);
    bytes_clear(&twice);
}
END_TEST

/* So many that one is left over two slabs, and what is behind a section that moves is seen. */
enum { NUMBERS = 2 * 33 * 512 + 1 };

static void write_numbers(struct bytes *text, const char *line_end, const char *behind)
{
    bytes_printf(text, "a,b,c%s%s", behind, line_end);
    for (int i = 0; i < NUMBERS; i++)
        bytes_printf(text, "%d,-%d.25,%d%s%s", i, i, i * 7, behind, line_end);
}

static void check_numbers(const struct dataset *dataset)
{
    types_are(dataset, "nnn");
    ck_assert_int_eq(dataset->rows, NUMBERS);
    for (int i = 0; i < NUMBERS; i++)
        if (dataset->columns[0].numbers[i] != i || dataset->columns[1].numbers[i] != -i - 0.25 ||
            dataset->columns[2].numbers[i] != i * 7)
            ck_abort_msg("row %d is wrong", i);
}

/* With as many rows as lines, with fewer, with more (and so read twice), without a line end at the
 * end: the sections are written in place, moved, or written again. */
START_TEST(foretold_and_other_tables_are_the_same)
{
    static const struct {
        const char *line_end, *behind, *at_end;
    } cases[] = {{"\n", "", "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"},
                 {"\n", "", " \n"},
                 {"\r", "", ""},
                 {"\r\n", "", ""},
                 {"\n", ",", ""}};
    struct bytes text = {0};
    write_numbers(&text, "\n", "");
    struct bytes expected = import_to_bytes(&text, check_numbers);
    text.size--;
    struct bytes open = import_to_bytes(&text, check_numbers);
    equal(&expected, &open);
    bytes_clear(&open);
    bytes_clear(&text);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        write_numbers(&text, cases[i].line_end, cases[i].behind);
        bytes_printf(&text, "%s", cases[i].at_end);
        struct bytes got = import_to_bytes(&text, check_numbers);
        equal(&expected, &got);
        bytes_clear(&text);
        bytes_clear(&got);
    }
    bytes_clear(&expected);
}
END_TEST

/* The sections are begun in place when the last rows turn a column to words. */
START_TEST(late_words_begin_the_file_anew)
{
    struct bytes text = {0}, other = {0};
    write_numbers(&text, "\n", "");
    write_numbers(&other, "\r", "");
    bytes_printf(&text, "1,word,2\n");
    bytes_printf(&other, "1,word,2\r");
    struct bytes one = import_to_bytes(&text, NULL), two = import_to_bytes(&other, NULL);
    equal(&one, &two);
    bytes_clear(&text);
    bytes_clear(&other);
    bytes_clear(&one);
    bytes_clear(&two);
}
END_TEST

START_TEST(line_ends_make_no_difference)
{
    struct bytes text = {0}, other = {0};
    write_table(&text, "\n");
    write_table(&other, "\r\n");
    struct bytes one = import_to_bytes(&text, check_table);
    struct bytes two = import_to_bytes(&other, check_table);
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
    tcase_add_test(tests, mixed_tables_that_are_kept_are_as_those_read_twice);
    tcase_add_test(tests, foretold_and_other_tables_are_the_same);
    tcase_add_test(tests, late_words_begin_the_file_anew);
    tcase_add_test(tests, line_ends_make_no_difference);
    tcase_add_test(tests, columns_that_are_left_out_write_nothing);
}

int main(void)
{
    return tests_run("table_spool", add_tests);
}

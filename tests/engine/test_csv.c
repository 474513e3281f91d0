/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One import, its types, and its first row. */
static void reads(const char *text, const char *options, const char *types, const char *row)
{
    struct dataset *dataset = good(text, options);
    types_are(dataset, types);
    row_is(dataset, 0, row);
    dataset_close(dataset);
}

static const char *about(const struct dataset *dataset, const char *key)
{
    return json_string_value(json_object_get(dataset->description, key));
}

START_TEST(separators_are_found)
{
    reads("a,b\n1,x\n", NULL, "nc", "{\"a\":1,\"b\":\"x\"}");
    reads("a;b\n1,5;x\n", NULL, "cc", "{\"a\":\"1,5\",\"b\":\"x\"}");
    reads("a\tb\n1\tx y\n", NULL, "nc", "{\"a\":1,\"b\":\"x y\"}");
    reads("a|b\n1|x\n", NULL, "nc", "{\"a\":1,\"b\":\"x\"}");
    reads("  1.5   2 \n 10.25   3\n", NULL, "nn", "{\"column_1\":1.5,\"column_2\":2}");
    reads("day,note\n2015-01-01 10:00,a b\n2015-01-02 10:00,c d\n", NULL, "dc",
          "{\"day\":\"2015-01-01T10:00:00Z\",\"note\":\"a b\"}");
    reads("a;b,c;d\n1;2,3;4\n", "separator=comma", "cc", "{\"a;b\":\"1;2\",\"c;d\":\"3;4\"}");
}
END_TEST

START_TEST(headers_are_found)
{
    reads("5.1,setosa\n4.9,setosa\n", NULL, "nc", "{\"column_1\":5.1,\"column_2\":\"setosa\"}");
    reads("p,x\np,y\ne,x\n", NULL, "cc", "{\"column_1\":\"p\",\"column_2\":\"x\"}");
    reads("kind,cap\np,y\ne,x\n", NULL, "cc", "{\"kind\":\"p\",\"cap\":\"y\"}");
    reads(",class\n0,1\n1,1\n", NULL, "nn", "{\"column_1\":0,\"class\":1}");
    reads("Country,1990\nx,5\n", "header=yes", "cn", "{\"Country\":\"x\",\"1990\":5}");
    reads("Country,1990\nx,5\n", "header=true", "cn", "{\"Country\":\"x\",\"1990\":5}");
    reads("a,b\nx,y\n", "header=false", "cc", "{\"column_1\":\"a\",\"column_2\":\"b\"}");
    reads("a,b\nc,d\n", "header=no", "cc", "{\"column_1\":\"a\",\"column_2\":\"b\"}");
}
END_TEST

START_TEST(names_become_unique)
{
    reads("a,a,a_2,,a\n1,2,3,4,5\n", NULL, "nnnnn",
          "{\"a\":1,\"a_2\":2,\"a_2_2\":3,\"column_4\":4,\"a_3\":5}");
}
END_TEST

START_TEST(quotes_are_read)
{
    reads("a,b\n1,\"x, \"\"y\"\" z\"\n", NULL, "nc", "{\"a\":1,\"b\":\"x, \\\"y\\\" z\"}");
    reads("a,b\n1,\"x\ny\"\n2,z\n", NULL, "nc", "{\"a\":1,\"b\":\"x\\u000ay\"}");
    reads("a,b\n1 , \"x\" \n", NULL, "nc", "{\"a\":1,\"b\":\"x\"}");
    reads("a,b\n1,5\" pipe\n", NULL, "nc", "{\"a\":1,\"b\":\"5\\\" pipe\"}");
    reads("a,b\n\"1\",\" x \"\n", NULL, "nc", "{\"a\":1,\"b\":\" x \"}");
}
END_TEST

START_TEST(line_ends_of_every_kind_are_read)
{
    static const char *const texts[] = {"a,b\n1,2\n3,4\n",           "a,b\r\n1,2\r\n3,4\r\n",
                                        "a,b\r1,2\r3,4\r",           "a,b\n1,2\r\n3,4",
                                        "a,b\r\r\r\n1,2\r\r\r\n3,4", "\n\na,b\n\n1,2\n  \n3,4\n\n"};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct dataset *dataset = good(texts[i], NULL);
        ck_assert_int_eq(dataset->rows, 2);
        row_is(dataset, 1, "{\"a\":3,\"b\":4}");
        dataset_close(dataset);
    }
}
END_TEST

START_TEST(encodings_are_found)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *encoding, *row;
    } cases[] = {
        {"\xef\xbb\xbf"
         "a,b\n1,\xc3\xa9\n",
         12, "utf-8", "{\"a\":1,\"b\":\"é\"}"},
        {"\xff\xfe"
         "a\0,\0b\0\n\0"
         "1\0,\0\xe9\0\n\0",
         18, "utf-16le", "{\"a\":1,\"b\":\"é\"}"},
        {"\xfe\xff"
         "\0a\0,\0b\0\n\0"
         "1\0,\0\xe9\0\n",
         18, "utf-16be", "{\"a\":1,\"b\":\"é\"}"},
        {"\xff\xfe"
         "b\0\n\0\x3d\xd8\x00\xde\n\0",
         12, "utf-16le", "{\"b\":\"😀\"}"},
        {"a,b\n1,\xe9\x80\n", 9, "windows-1252", "{\"a\":1,\"b\":\"é€\"}"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error error = {0};
        struct dataset *dataset = import_bytes(cases[i].bytes, cases[i].size, NULL, &error);
        ck_assert_ok(error);
        ck_assert_str_eq(about(dataset, "encoding"), cases[i].encoding);
        row_is(dataset, 0, cases[i].row);
        dataset_close(dataset);
    }
}
END_TEST

START_TEST(bytes_that_are_no_text_are_refused)
{
    struct error error = {0};
    ck_assert_ptr_null(import_bytes("a,b\n1,2\n3,\0004\n", 13, NULL, &error));
    ck_assert_error(error, ERROR_INVALID, "line 3 has a NUL byte (field 2)");
    error_clear(&error);
    ck_assert_ptr_null(import_bytes("\xff\xfe"
                                    "a\0\n\0\x00\xde\n\0",
                                    10, NULL, &error));
    ck_assert_error(error, ERROR_INVALID, "body begins like UTF-16 but is not: save it as UTF-8");
}
END_TEST

START_TEST(nul_bytes_within_quotes_are_dropped)
{
    struct error error = {0};
    struct dataset *dataset = import_bytes("a,b\n1,\"x\0\"\"y\0\"\n", 15, NULL, &error);
    ck_assert_ok(error);
    row_is(dataset, 0, "{\"a\":1,\"b\":\"x\\\"y\"}");
    dataset_close(dataset);
}
END_TEST

START_TEST(numbers_are_exact)
{
    struct dataset *dataset = good("x\n.5\n1e-3\n+3\n-0\n1.\n-122.33200000000001\n", NULL);
    static const double expected[] = {.5, 1e-3, 3, -0.0, 1, -122.33200000000001};
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++)
        ck_assert_mem_eq(&dataset->columns[0].numbers[i], &expected[i], sizeof(double));
    ck_assert(!dataset->columns[0].integers);
    dataset_close(dataset);
}
END_TEST

START_TEST(missing_words_are_missing)
{
    struct dataset *dataset =
        good("x,y\n1,a\n?,?\nNA,NA\nN/A,\nnull,null\nNaN,NaN\nnan,b\n,\"\"\n\"\",c\n", NULL);
    types_are(dataset, "nc");
    ck_assert_int_eq(dataset->columns[0].missing_count, 8);
    ck_assert(isnan(dataset->columns[0].numbers[8]));
    /* Quoted, an empty string is one; a word in quotes would be too. */
    ck_assert_int_eq(dataset->columns[1].missing_count, 5);
    row_is(dataset, 7, "{\"x\":null,\"y\":\"\"}");
    dataset_close(dataset);
    reads("x,y\n-999,none\n1,a\n", "missing=none,-999", "nc", "{\"x\":null,\"y\":null}");
}
END_TEST

START_TEST(types_are_found)
{
    reads("a,b,c,d,e\n1,true,2015-03-16,x,1/31/2024\n2,False,2015-03-17T10:00:00Z,y,2/1/2024\n",
          NULL, "nbdcd",
          "{\"a\":1,\"b\":true,\"c\":\"2015-03-16\",\"d\":\"x\",\"e\":\"2024-01-31\"}");
    reads("a\nyes\nNo\n?\n", NULL, "b", "{\"a\":true}");
    reads("a\n1\n0\n", NULL, "n", "{\"a\":1}");
    reads("a\n1\ntrue\n", NULL, "c", "{\"a\":\"1\"}");
    reads("a\n1,000\n2,000\n", "separator=tab", "c", "{\"a\":\"1,000\"}");
    /* Neither order of day and month can be told. */
    reads("a\n01/02/2015\n03/04/2015\n", NULL, "c", "{\"a\":\"01/02/2015\"}");
    reads("a,b\n1,\n2,\n", NULL, "nn", "{\"a\":1,\"b\":null}");
}
END_TEST

/* A column that looks like numbers for a while: its early strings are categories too. */
START_TEST(late_strings_keep_early_ones)
{
    struct dataset *dataset = good("a,b\n3,x\n2,y\n3,x\nn,2015-01-01\n2,x\n", NULL);
    types_are(dataset, "cc");
    ck_assert_uint_eq(dataset->columns[0].category_count, 3);
    row_is(dataset, 0, "{\"a\":\"3\",\"b\":\"x\"}");
    row_is(dataset, 3, "{\"a\":\"n\",\"b\":\"2015-01-01\"}");
    row_is(dataset, 4, "{\"a\":\"2\",\"b\":\"x\"}");
    dataset_close(dataset);
}
END_TEST

START_TEST(nearly_unique_strings_are_text_unless_the_target)
{
    char text[4096] = "name,y\n";
    for (int i = 0; i < 150; i++)
        snprintf(text + strlen(text), 32, "name %d,%d\n", i, i % 2);
    reads(text, NULL, "tn", "{\"name\":\"name 0\",\"y\":0}");
    reads(text, "target=name", "cn", "{\"name\":\"name 0\",\"y\":0}");
    reads(text, "types=name=category", "cn", "{\"name\":\"name 0\",\"y\":0}");
}
END_TEST

START_TEST(types_can_be_given)
{
    reads("zip,age\n08123,5\n", "types=zip=text,age=category", "tc",
          "{\"zip\":\"08123\",\"age\":\"5\"}");
    reads("zip,f\n08123,1\n00001,0\n", "types={\"zip\":\"category\",\"f\":\"boolean\"}", "cb",
          "{\"zip\":\"08123\",\"f\":true}");
    reads("d\n31/12/2012\n01/02/2014\n", "types=d=date", "d", "{\"d\":\"2012-12-31\"}");
    refused("a,b\n1,2\nx,3\n", "types=a=number", "line 3, column \"a\": \"x\" is not a number");
    refused("a,b\n1,2\nx,3\n", "types=b=date",
            "line 2, column \"b\": \"2\" is not a date like 2015-03-16 or 2015-03-16T12:30:00Z");
    refused("a,b\n1,2\n", "types=a=boolean,b=boolean",
            "line 2, column \"b\": \"2\" is not a boolean: true, false, yes, no, t, f, 1 or 0");
    refused("d\n01/02/2014\n", "types=d=date",
            "column \"d\" has dates like 03/04/2015 whose order of day and month cannot be told: "
            "write them as 2015-04-03");
    refused("a,b\n1,2\n", "types=c=number",
            "types names \"c\", which is no column: there are a, b");
    refused("a,b\n1,2\n", "target=c", "target names \"c\", which is no column: there are a, b");
}
END_TEST

START_TEST(infinite_numbers_are_refused_with_a_way_out)
{
    refused("a,b\n1,2\n3,-inf\n", NULL,
            "line 3, column \"b\": \"-inf\" is not a finite number: missing=inf,-inf would take it "
            "as missing, types=…=text as text");
    reads("a,b\n1,-inf\n3,2\n", "missing=inf,-inf", "nn", "{\"a\":1,\"b\":null}");
}
END_TEST

START_TEST(ragged_rows_are_refused_with_their_line)
{
    refused("a,b,c,d\n1,2,3,4\n\n1,2,3,4,5\n", NULL, "line 4 has 5 fields, expected 4");
    refused("a,b,c,d\n1,2,3,4\n1\n", NULL, "line 3 has 1 field, expected 4");
    refused("a;b;c\n1;2;3\n1;2\n", NULL, "line 3 has 2 semicolon-separated fields, expected 3");
    refused("a,b\n1,\"x\r\n\ny\"\n1,2,3\n", NULL, "line 5 has 3 fields, expected 2");
}
END_TEST

START_TEST(empty_surplus_is_no_field)
{
    reads("a,b\n1,2,,\n3,4\n", NULL, "nn", "{\"a\":1,\"b\":2}");
    reads("a,b,\n1,2,\n3,4\n", NULL, "nn", "{\"a\":1,\"b\":2}");
    refused("a,b\n1,2,\"\"\n", NULL, "line 2 has 3 fields, expected 2");
}
END_TEST

START_TEST(broken_quotes_are_refused_with_their_line)
{
    refused("a,b\n1,2\n3,\"x\n\n", NULL, "line 3 opens a quote that is never closed (field 2)");
    refused("a,b\n1,\"x\"y\n", NULL,
            "line 2 has text behind a closing quote; quotes within are doubled (field 2)");
}
END_TEST

START_TEST(files_without_rows_are_refused)
{
    refused("", NULL, "body is empty: a dataset has at least one row");
    refused("\n \n", NULL, "body has only blank lines: a dataset has at least one row");
    refused("a,b\n", NULL, "body has a header but no rows: a dataset has at least one row");
    refused("\xef\xbb\xbf", NULL, "body is empty: a dataset has at least one row");
}
END_TEST

/* The window slides: rows cross its ends, and one row is longer than it is at first. */
START_TEST(long_files_and_long_rows_are_whole)
{
    size_t size = 3 << 20, used = 0;
    char *text = malloc(size + 64);
    used += (size_t)sprintf(text, "n,s,m\n");
    int rows = 0;
    for (; used < size; rows++) {
        used += (size_t)sprintf(text + used, "%d,\"", rows);
        int length = rows == 7 ? 700000 : rows % 91;
        memset(text + used, "ab\n,"[rows % 4], (size_t)length);
        used += (size_t)length;
        used += (size_t)sprintf(text + used, "\",%d\r\n", rows % 3);
    }
    text[used] = 0;
    struct dataset *dataset = good(text, "types=s=text");
    ck_assert_int_eq(dataset->rows, rows);
    for (int i = 0; i < rows; i++) {
        const uint64_t *offsets = dataset->columns[1].text_offsets;
        ck_assert_double_eq(dataset->columns[0].numbers[i], i);
        ck_assert_double_eq(dataset->columns[2].numbers[i], i % 3);
        ck_assert_uint_eq(offsets[i + 1] - offsets[i], i == 7 ? 700000u : (unsigned)i % 91);
    }
    dataset_close(dataset);
    free(text);
}
END_TEST

/* Every file of a folder of tests/data. */
static int import_folder(const char *path, bool expect_good)
{
    int count = 0;
    DIR *folder = opendir(path);
    ck_assert_ptr_nonnull(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct error error = {0};
        const char *ending = strrchr(entry->d_name, '.');
        if (ending == NULL || strcmp(ending, ".csv") != 0)
            continue;
        int file = openat(dirfd(folder), entry->d_name, O_RDONLY | O_CLOEXEC);
        struct dataset *dataset = import_file(file, NULL, NULL, &error);
        ck_assert_msg((dataset != NULL) == expect_good, "%s: %s", entry->d_name, error.message);
        ck_assert(expect_good || error.code == ERROR_INVALID);
        ck_assert(!expect_good || dataset->rows == 2);
        dataset_close(dataset);
        close(file);
        count++;
    }
    closedir(folder);
    return count;
}

START_TEST(files_of_tests_data_are_judged_rightly)
{
    ck_assert_int_ge(import_folder(TEST_DATA "/valid", true), 7);
    ck_assert_int_ge(import_folder(TEST_DATA "/invalid", false), 9);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, separators_are_found);
    tcase_add_test(tests, headers_are_found);
    tcase_add_test(tests, names_become_unique);
    tcase_add_test(tests, quotes_are_read);
    tcase_add_test(tests, line_ends_of_every_kind_are_read);
    tcase_add_test(tests, encodings_are_found);
    tcase_add_test(tests, bytes_that_are_no_text_are_refused);
    tcase_add_test(tests, nul_bytes_within_quotes_are_dropped);
    tcase_add_test(tests, numbers_are_exact);
    tcase_add_test(tests, missing_words_are_missing);
    tcase_add_test(tests, types_are_found);
    tcase_add_test(tests, late_strings_keep_early_ones);
    tcase_add_test(tests, nearly_unique_strings_are_text_unless_the_target);
    tcase_add_test(tests, types_can_be_given);
    tcase_add_test(tests, infinite_numbers_are_refused_with_a_way_out);
    tcase_add_test(tests, ragged_rows_are_refused_with_their_line);
    tcase_add_test(tests, empty_surplus_is_no_field);
    tcase_add_test(tests, broken_quotes_are_refused_with_their_line);
    tcase_add_test(tests, files_without_rows_are_refused);
    tcase_add_test(tests, long_files_and_long_rows_are_whole);
    tcase_add_test(tests, files_of_tests_data_are_judged_rightly);
}

int main(void)
{
    return tests_run("csv", add_tests);
}

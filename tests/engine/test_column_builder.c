/* Limits and statistics of columns, beside what test_csv shows of their types. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "engine/column_builder.h"
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double statistic(const struct dataset *dataset, const char *column, const char *key)
{
    return json_number_value(json_object_get(described(dataset, column), key));
}

/* Two columns of the numbers below `count`: with these texts before and behind. */
static struct dataset *counted(int count, const char *before_x, const char *before_y,
                               const char *behind_y)
{
    struct bytes bytes = {0};
    struct error error = {0};
    bytes_printf(&bytes, "x,y\n");
    for (int i = 0; i < count; i++)
        bytes_printf(&bytes, "%s%d,%s%d%s\n", before_x, i, before_y, i, behind_y);
    struct dataset *dataset = import_bytes(bytes.data, bytes.size, "target=x", &error);
    bytes_clear(&bytes);
    ck_assert_ok(error);
    return dataset;
}

START_TEST(statistics_keep_their_digits_beside_a_large_mean)
{
    struct dataset *dataset = good("x\n1e9\n1000000001\n1000000002\n", NULL);
    ck_assert_double_eq(statistic(dataset, "x", "mean"), 1000000001);
    ck_assert_double_eq_tol(statistic(dataset, "x", "deviation"), sqrt(2.0 / 3), 1e-15);
    dataset_close(dataset);
}
END_TEST

START_TEST(statistics_of_the_largest_numbers_are_finite)
{
    struct dataset *dataset = good("x\n1.7e308\n-1.7e308\n1.7e308\n", NULL);
    ck_assert(isfinite(statistic(dataset, "x", "mean")));
    ck_assert(isfinite(statistic(dataset, "x", "deviation")));
    json_t *counts =
        json_object_get(json_object_get(described(dataset, "x"), "histogram"), "counts");
    ck_assert_int_eq(json_integer_value(json_array_get(counts, 0)), 1);
    ck_assert_int_eq(json_integer_value(json_array_get(counts, 19)), 2);
    dataset_close(dataset);
}
END_TEST

START_TEST(histograms_count_every_value_once)
{
    struct dataset *dataset = counted(1000, "", "", "");
    json_t *counts =
        json_object_get(json_object_get(described(dataset, "x"), "histogram"), "counts");
    for (size_t i = 0; i < 20; i++)
        ck_assert_int_eq(json_integer_value(json_array_get(counts, i)), 50);
    dataset_close(dataset);
}
END_TEST

START_TEST(constant_columns_have_one_bin)
{
    struct dataset *dataset = good("x\n5\n5\n", NULL);
    json_t *histogram = json_object_get(described(dataset, "x"), "histogram");
    ck_assert_double_eq(json_number_value(json_object_get(histogram, "to")), 5);
    ck_assert_int_eq(json_integer_value(json_array_get(json_object_get(histogram, "counts"), 0)),
                     2);
    ck_assert_double_eq(statistic(dataset, "x", "deviation"), 0);
    dataset_close(dataset);
}
END_TEST

START_TEST(distinct_counts_are_exact_up_to_their_bound)
{
    struct dataset *dataset = counted(65535, "", "-", ".0");
    ck_assert_int_eq(dataset->columns[0].distinct_count, 65535);
    ck_assert_int_eq(dataset->columns[1].distinct_count, 65535);
    dataset_close(dataset);
    dataset = counted(70000, "", "-", ".5");
    ck_assert_int_eq(dataset->columns[0].distinct_count, 65536);
    dataset_close(dataset);
    dataset = good("x\n0\n-0\n0.0\n1\n", NULL);
    ck_assert_int_eq(dataset->columns[0].distinct_count, 2);
    dataset_close(dataset);
}
END_TEST

/* Each value twice, so that only the number of them decides. */
START_TEST(categories_are_bounded)
{
    struct bytes bytes = {0};
    for (int count = DICTIONARY_ENTRIES_MAX; count <= DICTIONARY_ENTRIES_MAX + 1; count++) {
        struct error error = {0};
        bytes_printf(&bytes, "x,y\n");
        for (int i = 0; i < 2 * count; i++)
            bytes_printf(&bytes, "v%d,1\n", i / 2);
        struct dataset *dataset = import_bytes(bytes.data, bytes.size, NULL, &error);
        ck_assert_ok(error);
        bool fits = count == DICTIONARY_ENTRIES_MAX;
        types_are(dataset, fits ? "cn" : "tn");
        ck_assert_int_eq(dataset->columns[0].distinct_count, DICTIONARY_ENTRIES_MAX);
        dataset_close(dataset);
        dataset = import_bytes(bytes.data, bytes.size, "target=x", &error);
        ck_assert_int_eq(dataset != NULL, fits);
        dataset_close(dataset);
        if (!fits)
            ck_assert_error(error, ERROR_INVALID,
                            "column \"x\" has more different values than a category may have "
                            "(65536, together 8388608 bytes)");
        bytes_clear(&bytes);
    }
}
END_TEST

START_TEST(categories_are_sorted_by_bytes_or_by_value)
{
    struct dataset *dataset =
        good("a,b\n10,zebra\n9,\xc3\xa4hn\n-1,Zoo\n1.5,app\n9,app\n", "types=a=category");
    static const char *const numbers[] = {"-1", "1.5", "9", "10"};
    static const char *const words[] = {"Zoo", "app", "zebra", "\xc3\xa4hn"};
    for (uint64_t i = 0; i < 4; i++) {
        const struct column *a = &dataset->columns[0], *b = &dataset->columns[1];
        ck_assert_mem_eq(a->category_text + a->category_offsets[i], numbers[i], strlen(numbers[i]));
        ck_assert_mem_eq(b->category_text + b->category_offsets[i], words[i], strlen(words[i]));
    }
    dataset_close(dataset);
}
END_TEST

START_TEST(the_description_has_the_commonest_categories)
{
    struct dataset *dataset = counted(300, "v", "", "\nv7,1");
    json_t *categories = json_object_get(described(dataset, "x"), "categories");
    ck_assert_uint_eq(json_array_size(categories), 100);
    json_t *first = json_array_get(categories, 0);
    ck_assert_str_eq(json_string_value(json_object_get(first, "value")), "v7");
    ck_assert_int_eq(json_integer_value(json_object_get(first, "count")), 301);
    dataset_close(dataset);
}
END_TEST

START_TEST(wide_tables_are_read)
{
    struct bytes bytes = {0};
    struct error error = {0};
    for (int row = 0; row < 5; row++)
        for (int i = 0; i < 16384; i++)
            bytes_printf(&bytes, "%d%c", row * i, i == 16383 ? '\n' : ',');
    struct dataset *dataset = import_bytes(bytes.data, bytes.size, NULL, &error);
    ck_assert_ok(error);
    ck_assert_int_eq(dataset->column_count, 16384);
    ck_assert_double_eq(dataset->columns[16383].numbers[4], 4 * 16383);
    dataset_close(dataset);
    bytes.data[bytes.size - 1] = ',';
    bytes_printf(&bytes, "1\n");
    ck_assert_ptr_null(import_bytes(bytes.data, bytes.size, NULL, &error));
    ck_assert_error(error, ERROR_TOO_LARGE, "line 5 has more than 16384 fields");
    bytes_clear(&bytes);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, statistics_keep_their_digits_beside_a_large_mean);
    tcase_add_test(tests, statistics_of_the_largest_numbers_are_finite);
    tcase_add_test(tests, histograms_count_every_value_once);
    tcase_add_test(tests, constant_columns_have_one_bin);
    tcase_add_test(tests, distinct_counts_are_exact_up_to_their_bound);
    tcase_add_test(tests, categories_are_bounded);
    tcase_add_test(tests, categories_are_sorted_by_bytes_or_by_value);
    tcase_add_test(tests, the_description_has_the_commonest_categories);
    tcase_add_test(tests, wide_tables_are_read);
}

int main(void)
{
    return tests_run("column_builder", add_tests);
}

/* Tests of the split and the order of rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/sampler.h"
#include "tests/check.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 1000 };

static uint32_t rows[ROWS_MAX], classes[ROWS_MAX];

/* Rows 10, 12, 14 … */
static void setup_rows(void)
{
    for (uint32_t i = 0; i < ROWS_MAX; i++)
        rows[i] = 10 + 2 * i;
}

static struct row_sets split(int64_t count, const uint32_t *of_class, double fraction,
                             uint64_t seed)
{
    struct row_sets sets = {0};
    struct error error = {0};
    ck_assert_int_eq(sampler_split(rows, count, of_class, fraction, seed, &sets, &error), 0);
    return sets;
}

static int64_t count_class(const uint32_t *list, int64_t count, uint32_t class)
{
    int64_t found = 0;
    for (int64_t i = 0; i < count; i++)
        found += classes[(list[i] - 10) / 2] == class;
    return found;
}

START_TEST(split_uses_every_row_once_in_ascending_order)
{
    struct row_sets sets = split(100, NULL, 0.2, 1);
    ck_assert_int_eq(sets.training_count, 80);
    ck_assert_int_eq(sets.validation_count, 20);
    int64_t t = 0, v = 0;
    for (int64_t i = 0; i < 100; i++) {
        bool in_training = t < 80 && sets.training[t] == rows[i];
        bool in_validation = v < 20 && sets.validation[v] == rows[i];
        ck_assert(in_training != in_validation);
        t += in_training;
        v += in_validation;
    }
    row_sets_clear(&sets);
}
END_TEST

START_TEST(split_keeps_the_share_of_every_class)
{
    for (uint32_t i = 0; i < 150; i++)
        classes[i] = i < 100 ? 0 : i < 140 ? 1 : 2;
    struct row_sets sets = split(150, classes, 0.2, 3);
    ck_assert_int_eq(count_class(sets.validation, sets.validation_count, 0), 20);
    ck_assert_int_eq(count_class(sets.validation, sets.validation_count, 1), 8);
    ck_assert_int_eq(count_class(sets.validation, sets.validation_count, 2), 2);
    row_sets_clear(&sets);
}
END_TEST

START_TEST(rest_goes_to_the_largest_remainders)
{
    /* Exact shares 0.9, 1.5 and 0.6 of 3 rows: 1, 1 and 1 (floors 0, 1, 0 leave two rows). */
    for (uint32_t i = 0; i < 10; i++)
        classes[i] = i < 3 ? 0 : i < 8 ? 1 : 2;
    struct row_sets sets = split(10, classes, 0.3, 3);
    for (uint32_t class = 0; class < 3; class ++)
        ck_assert_int_eq(count_class(sets.validation, sets.validation_count, class), 1);
    row_sets_clear(&sets);
}
END_TEST

START_TEST(class_of_one_row_stays_in_training)
{
    for (uint32_t i = 0; i < 20; i++)
        classes[i] = i == 7 ? 1 : 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct row_sets sets = split(20, classes, 0.5, seed);
        ck_assert_int_eq(count_class(sets.training, sets.training_count, 1), 1);
        row_sets_clear(&sets);
    }
}
END_TEST

START_TEST(each_side_has_a_row_whatever_the_fraction)
{
    static const double fractions[] = {1e-9, 0.01, 0.5, 0.99, 0.9999999999999999};
    for (size_t f = 0; f < ARRAY_COUNT(fractions); f++)
        for (int64_t count = 2; count < 6; count++) {
            for (uint32_t i = 0; i < count; i++)
                classes[i] = i;
            struct row_sets plain = split(count, NULL, fractions[f], 5);
            struct row_sets single = split(count, classes, fractions[f], 5);
            ck_assert(plain.training_count > 0 && plain.validation_count > 0);
            ck_assert(single.training_count > 0 && single.validation_count > 0);
            row_sets_clear(&plain);
            row_sets_clear(&single);
        }
}
END_TEST

START_TEST(split_is_a_function_of_the_seed)
{
    struct row_sets a = split(200, NULL, 0.3, 9), b = split(200, NULL, 0.3, 9);
    struct row_sets c = split(200, NULL, 0.3, 10);
    ck_assert_mem_eq(a.validation, b.validation, 60 * sizeof(uint32_t));
    ck_assert(memcmp(a.validation, c.validation, 60 * sizeof(uint32_t)) != 0);
    row_sets_clear(&a);
    row_sets_clear(&b);
    row_sets_clear(&c);
}
END_TEST

START_TEST(no_fraction_and_no_rows_are_fine)
{
    struct row_sets all = split(5, NULL, 0, 0), none = split(0, NULL, 0.2, 0);
    struct row_sets one = split(1, NULL, 0.2, 0);
    ck_assert_int_eq(all.training_count, 5);
    ck_assert_int_eq(all.validation_count, 0);
    ck_assert_int_eq(none.training_count + none.validation_count, 0);
    ck_assert_int_eq(one.training_count, 1);
    row_sets_clear(&all);
    row_sets_clear(&none);
    row_sets_clear(&one);
}
END_TEST

START_TEST(order_is_a_permutation_of_seed_and_epoch)
{
    uint32_t a[64], b[64], seen[64] = {0};
    sampler_order(4, 2, 1, a, 64);
    sampler_order(4, 2, 1, b, 64);
    ck_assert_mem_eq(a, b, sizeof a);
    for (int i = 0; i < 64; i++)
        seen[a[i]]++;
    for (int i = 0; i < 64; i++)
        ck_assert_uint_eq(seen[i], 1);
    sampler_order(4, 3, 1, b, 64);
    ck_assert(memcmp(a, b, sizeof a) != 0);
    sampler_order(5, 2, 1, b, 64);
    ck_assert(memcmp(a, b, sizeof a) != 0);
}
END_TEST

START_TEST(order_ascends_without_shuffle)
{
    uint32_t order[16];
    sampler_order(4, 2, 0, order, 16);
    for (uint32_t i = 0; i < 16; i++)
        ck_assert_uint_eq(order[i], i);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_checked_fixture(cases, setup_rows, NULL);
    tcase_add_test(cases, split_uses_every_row_once_in_ascending_order);
    tcase_add_test(cases, split_keeps_the_share_of_every_class);
    tcase_add_test(cases, rest_goes_to_the_largest_remainders);
    tcase_add_test(cases, class_of_one_row_stays_in_training);
    tcase_add_test(cases, each_side_has_a_row_whatever_the_fraction);
    tcase_add_test(cases, split_is_a_function_of_the_seed);
    tcase_add_test(cases, no_fraction_and_no_rows_are_fine);
    tcase_add_test(cases, order_is_a_permutation_of_seed_and_epoch);
    tcase_add_test(cases, order_ascends_without_shuffle);
}

int main(void)
{
    return tests_run("sampler", add_tests);
}

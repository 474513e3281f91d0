/* SPDX-License-Identifier: Apache-2.0 */
/* What is held stays; what is idle goes, the least recently used first. */
#include "daemon/cache.h"
#include "tests/check.h"

#include <stdlib.h>

static int freed[16];

static void note_free(void *value)
{
    freed[*(int *)value]++;
    free(value);
}

static void *value_make(int number)
{
    int *value = malloc(sizeof *value);
    ck_assert_ptr_nonnull(value);
    *value = number;
    return value;
}

static struct cache *cache_of(uint64_t budget)
{
    for (size_t i = 0; i < sizeof freed / sizeof freed[0]; i++)
        freed[i] = 0;
    struct cache *cache = cache_create(budget, note_free, NULL);
    ck_assert_ptr_nonnull(cache);
    return cache;
}

START_TEST(held_value_outlives_the_budget)
{
    struct cache *cache = cache_of(1);
    void *held = cache_add(cache, "a", value_make(1), 5, NULL);
    ck_assert_int_eq(freed[1], 0);
    ck_assert_ptr_eq(cache_hold(cache, "a"), held);
    cache_release(cache, held);
    ck_assert_int_eq(freed[1], 0);
    cache_release(cache, held);
    ck_assert_int_eq(freed[1], 1);
    ck_assert_ptr_null(cache_hold(cache, "a"));
    cache_free(cache);
}
END_TEST

START_TEST(least_recently_used_goes_first)
{
    struct cache *cache = cache_of(2);
    cache_release(cache, cache_add(cache, "a", value_make(1), 1, NULL));
    cache_release(cache, cache_add(cache, "b", value_make(2), 1, NULL));
    cache_release(cache, cache_hold(cache, "a"));
    cache_release(cache, cache_add(cache, "c", value_make(3), 1, NULL));
    ck_assert_int_eq(freed[2], 1);
    ck_assert_int_eq(freed[1] + freed[3], 0);
    cache_free(cache);
    ck_assert_int_eq(freed[1] + freed[3], 2);
}
END_TEST

START_TEST(second_loader_gets_the_first_ones_value)
{
    struct cache *cache = cache_of(10);
    void *first = cache_add(cache, "a", value_make(1), 1, NULL);
    ck_assert_ptr_eq(cache_add(cache, "a", value_make(2), 1, NULL), first);
    ck_assert_int_eq(freed[2], 1);
    cache_release(cache, first);
    cache_release(cache, first);
    cache_free(cache);
    ck_assert_int_eq(freed[1], 1);
}
END_TEST

START_TEST(forgotten_key_is_loaded_anew_while_the_old_value_is_held)
{
    struct cache *cache = cache_of(10);
    void *old = cache_add(cache, "a", value_make(1), 1, NULL);
    cache_forget(cache, "a");
    ck_assert_ptr_null(cache_hold(cache, "a"));
    void *new = cache_add(cache, "a", value_make(2), 1, NULL);
    ck_assert_ptr_ne(new, old);
    cache_release(cache, old);
    ck_assert_int_eq(freed[1], 1);
    cache_release(cache, new);
    ck_assert_int_eq(freed[2], 0);
    cache_free(cache);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, held_value_outlives_the_budget);
    tcase_add_test(tests, least_recently_used_goes_first);
    tcase_add_test(tests, second_loader_gets_the_first_ones_value);
    tcase_add_test(tests, forgotten_key_is_loaded_anew_while_the_old_value_is_held);
}

int main(void)
{
    return tests_run("cache", add_tests);
}

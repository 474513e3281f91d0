/* Memory by lifetimes: nothing that is in use at one time overlaps. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "engine/arena.h"
#include "tests/check.h"

enum { ITEMS = 60 };

static void place_all(struct arena_item *items, int count, struct arena *arena)
{
    static const struct arena_item *placed[ITEMS];

    *arena = (struct arena){.placed = placed};
    for (int i = 0; i < count; i++)
        arena_place(arena, &items[i]);
}

START_TEST(things_of_different_times_share)
{
    struct arena_item items[] = {{.size = 10, .first = 0, .last = 1},
                                 {.size = 20, .first = 1, .last = 2},
                                 {.size = 10, .first = 2, .last = 3},
                                 {.size = 20, .first = 3, .last = 4}};
    struct arena arena;

    place_all(items, 4, &arena);
    ck_assert_int_eq(items[0].offset, 0);
    ck_assert_int_eq(items[1].offset, 10);
    ck_assert_int_eq(items[2].offset, 0);
    ck_assert_int_eq(items[3].offset, 10);
    ck_assert_int_eq(arena.size, 30);
}
END_TEST

START_TEST(gaps_are_filled)
{
    struct arena_item items[] = {{.size = 8, .first = 0, .last = 0},
                                 {.size = 5, .first = 0, .last = 9},
                                 {.size = 9, .first = 1, .last = 9},
                                 {.size = 8, .first = 1, .last = 9}};
    struct arena arena;

    place_all(items, 4, &arena);
    ck_assert_int_eq(items[2].offset, 13);
    ck_assert_int_eq(items[3].offset, 0);
    ck_assert_int_eq(arena.size, 22);
}
END_TEST

static bool overlap(const struct arena_item *a, const struct arena_item *b)
{
    bool in_time = a->first <= b->last && b->first <= a->last;
    bool in_place = a->offset < b->offset + b->size && b->offset < a->offset + a->size;

    return in_time && in_place;
}

START_TEST(random_lives_never_overlap)
{
    struct arena_item items[ITEMS];
    struct rng rng = rng_stream((uint64_t)_i, "arena", "", 0);
    struct arena arena;

    for (int i = 0; i < ITEMS; i++) {
        uint64_t counter = 3 * (uint64_t)i;
        items[i].size = 1 + (int64_t)rng_below(&rng, counter, 50);
        items[i].first = (int)rng_below(&rng, counter + 1, 40);
        items[i].last = items[i].first + (int)rng_below(&rng, counter + 2, 10);
    }
    place_all(items, ITEMS, &arena);
    for (int i = 0; i < ITEMS; i++) {
        ck_assert_int_ge(items[i].offset, 0);
        ck_assert_int_le(items[i].offset + items[i].size, arena.size);
        for (int k = 0; k < i; k++)
            ck_assert(!overlap(&items[i], &items[k]));
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, things_of_different_times_share);
    tcase_add_test(tests, gaps_are_filled);
    tcase_add_loop_test(tests, random_lives_never_overlap, 0, 20);
}

int main(void)
{
    return tests_run("arena", add_tests);
}

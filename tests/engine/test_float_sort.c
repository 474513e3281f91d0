/* Tests of the sorting of floats, beside qsort(). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/float_sort.h"
#include "base/rng.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

enum { COUNT_MAX = 5000 };

static int by_value(const void *a, const void *b)
{
    const float first = *(const float *)a, second = *(const float *)b;
    return (first > second) - (first < second);
}

/* Of many sizes of numbers, with repetitions. */
static float draw(int64_t i)
{
    const struct rng rng = rng_stream(7, "test", "float_sort", 0);
    double size = pow(10, 30 * rng_double(&rng, (uint64_t)(2 * i)) - 15);
    return i % 5 == 0 ? (float)(i % 3 - 1)
                      : (float)(size * rng_normal(&rng, (uint64_t)(2 * i + 1)));
}

START_TEST(keys_are_sorted_as_their_floats)
{
    static const int64_t counts[] = {0, 1, 2, 63, 64, 65, 1000, COUNT_MAX};
    static float floats[COUNT_MAX];
    static uint32_t keys[COUNT_MAX], scratch[COUNT_MAX];
    for (size_t k = 0; k < ARRAY_COUNT(counts); k++) {
        for (int64_t i = 0; i < counts[k]; i++)
            keys[i] = float_key(floats[i] = draw(i));
        qsort(floats, (size_t)counts[k], sizeof *floats, by_value);
        float_keys_sort(keys, counts[k], scratch);
        for (int64_t i = 0; i < counts[k]; i++)
            ck_assert_float_eq(float_of_key(keys[i]), floats[i]);
    }
}
END_TEST

START_TEST(keys_go_from_one_infinity_to_the_other)
{
    static const float rising[] = {-INFINITY, -1e30F, -1, -1e-40F, 0, 1e-40F, 1, 1e30F, INFINITY};
    for (size_t i = 0; i + 1 < ARRAY_COUNT(rising); i++)
        ck_assert_uint_lt(float_key(rising[i]), float_key(rising[i + 1]));
    ck_assert_uint_eq(float_key(-0.0F), float_key(0.0F));
    ck_assert_uint_gt(float_key(NAN), float_key(INFINITY));
    for (size_t i = 0; i < ARRAY_COUNT(rising); i++)
        ck_assert_float_eq(float_of_key(float_key(rising[i])), rising[i]);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_test(cases, keys_are_sorted_as_their_floats);
    tcase_add_test(cases, keys_go_from_one_infinity_to_the_other);
}

int main(void)
{
    return tests_run("float_sort", add_tests);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

/* The lines "philox4x32 10" of Random123's kat_vectors. */
START_TEST(known_answers_hold)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint32_t out[4];
        rng_philox(cases[i].counter, cases[i].key, out);
        ck_assert_mem_eq(out, cases[i].out, sizeof(out));
    }
}
END_TEST

START_TEST(streams_differ_by_each_part)
{
    const struct rng streams[] = {rng_stream(1, "dropout", "a", 0),
                                  rng_stream(2, "dropout", "a", 0),
                                  rng_stream(1, "shuffle", "a", 0),
                                  rng_stream(1, "dropout", "b", 0),
                                  rng_stream(1, "dropout", "a", 1),
                                  rng_stream(1, "dropouta", "", 0),
                                  rng_stream(1, "dropout", "", 0),
                                  rng_stream(1, "dropout", "a", UINT64_C(1) << 40),
                                  rng_stream(UINT64_C(1) << 32 | 1, "dropout", "a", 0)};
    for (size_t i = 0; i < ARRAY_COUNT(streams); i++) {
        for (size_t j = 0; j < i; j++)
            ck_assert_uint_ne(rng_u32(&streams[i], 0), rng_u32(&streams[j], 0));
    }
    struct rng again = rng_stream(1, "dropout", "a", 0);
    ck_assert_mem_eq(&again, &streams[0], sizeof(again));
}
END_TEST

/* Saved jobs go on with the numbers they began with: these may never change. */
START_TEST(draws_are_the_same_for_ever)
{
    struct rng rng = rng_stream(42, "shuffle", "layer", 7);
    ck_assert_uint_eq(rng_u32(&rng, 0), UINT32_C(2370416196));
    ck_assert_uint_eq(rng_u32(&rng, 1), UINT32_C(1544597924));
    ck_assert_double_eq(rng_double(&rng, 3), 0.09901747553063334);
    ck_assert_uint_eq(rng_below(&rng, 5, 1000000), 928648);
}
END_TEST

START_TEST(lanes_of_a_block_are_single_draws)
{
    struct rng rng = rng_stream(3, "dropout", "x", 0);
    for (uint64_t block = 0; block < 10; block++) {
        float lanes[4];
        rng_floats(&rng, block, lanes);
        for (uint64_t i = 0; i < 4; i++) {
            ck_assert_float_eq(lanes[i], rng_float(&rng, 4 * block + i));
            ck_assert_float_eq(lanes[i], (float)(rng_u32(&rng, 4 * block + i) >> 8) / 16777216.0F);
        }
    }
}
END_TEST

START_TEST(uniform_draws_have_mean_and_variance_of_uniform)
{
    enum { COUNT = 20000 };
    struct rng rng = rng_stream(4, "test", "", 0);
    double sum = 0, squares = 0;
    for (uint64_t i = 0; i < COUNT; i++) {
        double draw = rng_double(&rng, i);
        ck_assert(draw >= 0 && draw < 1);
        sum += draw;
        squares += draw * draw;
    }
    ck_assert_double_eq_tol(sum / COUNT, 0.5, 0.01);
    ck_assert_double_eq_tol(squares / COUNT, 1.0 / 3.0, 0.01);
}
END_TEST

START_TEST(normal_draws_have_the_moments_of_a_normal)
{
    enum { COUNT = 20000 };
    struct rng rng = rng_stream(5, "test", "", 0);
    double sum = 0, squares = 0, fourths = 0;
    for (uint64_t i = 0; i < COUNT; i++) {
        double draw = rng_normal(&rng, i);
        ck_assert(isfinite(draw));
        sum += draw;
        squares += draw * draw;
        fourths += draw * draw * draw * draw;
    }
    ck_assert_double_eq_tol(sum / COUNT, 0, 0.03);
    ck_assert_double_eq_tol(squares / COUNT, 1, 0.04);
    ck_assert_double_eq_tol(fourths / COUNT, 3, 0.3);
}
END_TEST

/* Neighbours of a block as well as lanes of many have nothing to do with each other. */
START_TEST(blocks_of_normal_draws_have_the_moments_of_a_normal)
{
    enum { BLOCKS = 10000 };
    struct rng rng = rng_stream(5, "test", "blocks", 0);
    double sums[4] = {0}, squares[4] = {0}, fourths[4] = {0}, products[4] = {0};
    for (uint64_t block = 0; block < BLOCKS; block++) {
        float draws[4];
        rng_normals(&rng, block, draws);
        for (int i = 0; i < 4; i++) {
            double square = (double)draws[i] * (double)draws[i];
            ck_assert(isfinite(draws[i]));
            sums[i] += (double)draws[i];
            squares[i] += square;
            fourths[i] += square * square;
            products[i] += (double)draws[i] * (double)draws[(i + 1) % 4];
        }
    }
    for (int i = 0; i < 4; i++) {
        ck_assert_double_eq_tol(sums[i] / BLOCKS, 0, 0.04);
        ck_assert_double_eq_tol(squares[i] / BLOCKS, 1, 0.06);
        ck_assert_double_eq_tol(fourths[i] / BLOCKS, 3, 0.4);
        ck_assert_double_eq_tol(products[i] / BLOCKS, 0, 0.04);
    }
}
END_TEST

/* Mean 1/2; the central moments of Beta(a, a) are 1 / (4 (2a + 1)) and 3 / (16 (2a + 1) (2a + 3)).
 */
START_TEST(beta_draws_have_the_moments_of_a_beta)
{
    enum { COUNT = 40000 };
    static const double shapes[] = {0.05, 0.2, 0.5, 1, 1.0001, 2, 8, 300};
    for (size_t s = 0; s < ARRAY_COUNT(shapes); s++) {
        struct rng rng = rng_stream(11, "test", "", s);
        double shape = shapes[s], sum = 0, squares = 0, fourths = 0;
        for (uint64_t i = 0; i < COUNT; i++) {
            double draw = rng_beta(&rng, i, shape);
            ck_assert(draw >= 0 && draw <= 1);
            sum += draw;
            squares += pow(draw - 0.5, 2) / COUNT;
            fourths += pow(draw - 0.5, 4) / COUNT;
        }
        double variance = 1 / (4 * (2 * shape + 1));
        double fourth = 3 / (16 * (2 * shape + 1) * (2 * shape + 3));
        ck_assert_double_eq_tol(sum / COUNT, 0.5, 4 * sqrt(variance / COUNT));
        ck_assert_double_eq_tol(squares / variance, 1, 0.03);
        ck_assert_double_eq_tol(fourths / fourth, 1, 0.06);
    }
}
END_TEST

/* Both powers of Jöhnk's method are 0 in a double here. */
START_TEST(beta_of_a_tiny_shape_is_at_the_ends)
{
    struct rng rng = rng_stream(12, "test", "", 0);
    int high = 0;
    for (uint64_t i = 0; i < 2000; i++) {
        double draw = rng_beta(&rng, i, 1e-6);
        ck_assert(draw < 1e-9 || draw > 1 - 1e-9);
        high += draw > 0.5;
    }
    ck_assert_int_lt(abs(high - 1000), 100);
}
END_TEST

START_TEST(bounded_draws_hit_every_number_evenly)
{
    enum { BOUND = 7, COUNT = 14000 };
    struct rng rng = rng_stream(6, "test", "", 0);
    int hits[BOUND] = {0};
    for (uint64_t i = 0; i < COUNT; i++)
        hits[rng_below(&rng, i, BOUND)]++;
    for (int i = 0; i < BOUND; i++)
        ck_assert_int_lt(abs(hits[i] - COUNT / BOUND), 200);
    ck_assert_uint_eq(rng_below(&rng, 0, 1), 0);
}
END_TEST

/* About half of all first draws are rejected here: without that, low results would be favoured. */
START_TEST(rejected_draws_are_drawn_again)
{
    const uint64_t bound = (UINT64_C(1) << 63) + 1;
    struct rng rng = rng_stream(7, "test", "", 0);
    int low = 0;
    for (uint64_t i = 0; i < 4000; i++) {
        uint64_t draw = rng_below(&rng, i, bound);
        ck_assert_uint_lt(draw, bound);
        low += draw < bound / 2;
    }
    ck_assert_int_lt(abs(low - 2000), 150);
}
END_TEST

START_TEST(permutation_has_every_number_once)
{
    enum { COUNT = 1000 };
    uint32_t order[COUNT], other[COUNT];
    char seen[COUNT] = {0};
    struct rng rng = rng_stream(8, "shuffle", "", 0), next = rng_stream(8, "shuffle", "", 1);
    rng_permutation(&rng, order, COUNT);
    rng_permutation(&next, other, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert_uint_lt(order[i], COUNT);
        ck_assert_int_eq(seen[order[i]]++, 0);
    }
    ck_assert_mem_ne(order, other, sizeof(order));
    rng_permutation(&rng, order, 0);
}
END_TEST

/* Fisher and Yates, a draw at a time. */
static void permute_slowly(const struct rng *rng, uint32_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)rng_below(rng, i - 1, i);
        uint32_t moved = order[i - 1];
        order[i - 1] = order[other];
        order[other] = moved;
    }
}

START_TEST(permutation_is_that_of_single_draws)
{
    uint32_t order[1000] = {0}, slow[1000] = {0};
    for (size_t count = 0; count <= 1000; count += count < 40 ? 1 : 120) {
        const struct rng rng = rng_stream(count, "shuffle", "", 7 * count);
        rng_permutation(&rng, order, count);
        permute_slowly(&rng, slow, count);
        ck_assert_mem_eq(order, slow, count * sizeof *order);
    }
}
END_TEST

START_TEST(every_permutation_of_three_is_as_likely)
{
    enum { COUNT = 6000 };
    int hits[27] = {0};
    for (uint64_t i = 0; i < COUNT; i++) {
        uint32_t order[3];
        struct rng rng = rng_stream(9, "shuffle", "", i);
        rng_permutation(&rng, order, 3);
        hits[9 * order[0] + 3 * order[1] + order[2]]++;
    }
    static const int permutations[] = {5, 7, 11, 15, 19, 21};
    for (size_t i = 0; i < ARRAY_COUNT(permutations); i++)
        ck_assert_int_lt(abs(hits[permutations[i]] - COUNT / 6), 120);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, known_answers_hold);
    tcase_add_test(tests, streams_differ_by_each_part);
    tcase_add_test(tests, draws_are_the_same_for_ever);
    tcase_add_test(tests, lanes_of_a_block_are_single_draws);
    tcase_add_test(tests, uniform_draws_have_mean_and_variance_of_uniform);
    tcase_add_test(tests, normal_draws_have_the_moments_of_a_normal);
    tcase_add_test(tests, blocks_of_normal_draws_have_the_moments_of_a_normal);
    tcase_add_test(tests, beta_draws_have_the_moments_of_a_beta);
    tcase_add_test(tests, beta_of_a_tiny_shape_is_at_the_ends);
    tcase_add_test(tests, bounded_draws_hit_every_number_evenly);
    tcase_add_test(tests, rejected_draws_are_drawn_again);
    tcase_add_test(tests, permutation_has_every_number_once);
    tcase_add_test(tests, permutation_is_that_of_single_draws);
    tcase_add_test(tests, every_permutation_of_three_is_as_likely);
}

int main(void)
{
    return tests_run("rng", add_tests);
}

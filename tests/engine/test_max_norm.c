/* Tests of the bound on the norm of each unit's weights. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "engine/network.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

enum { OUTER = 3, HEIGHT = 5, MIDDLE = 130, LAST = 70, COUNT = OUTER * HEIGHT * MIDDLE * LAST };

/* A network of one layer whose kernel has four axes, then a bias. */
struct fixture {
    struct layer_options options;
    struct layer layer;
    struct network network;
    float *parameters;
};

/* The index along `axis` of element i. */
static int unit_of(int i, int axis)
{
    static const int dims[] = {OUTER, HEIGHT, MIDDLE, LAST};
    for (int behind = 3; behind > axis; behind--)
        i /= dims[behind];
    return i % dims[axis];
}

/* Every other unit is twice as large, or half as large. */
static void fixture_make(struct fixture *fixture, int unit_axis, double max_norm)
{
    const struct rng rng = rng_stream(3, "test", "max_norm", 0);
    *fixture = (struct fixture){.options = {.max_norm = max_norm}};
    fixture->layer =
        (struct layer){.options = &fixture->options,
                       .tensor_count = 2,
                       .tensors = {{.role = TENSOR_KERNEL,
                                    .shape = {.rank = 4, .dims = {OUTER, HEIGHT, MIDDLE, LAST}},
                                    .count = COUNT,
                                    .unit_axis = unit_axis},
                                   {.role = TENSOR_BIAS,
                                    .shape = {.rank = 1, .dims = {16}},
                                    .offset = COUNT,
                                    .count = 16}}};
    fixture->network = (struct network){.layer_count = 1, .layers = &fixture->layer};
    fixture->parameters = malloc((COUNT + 16) * sizeof(float));
    ck_assert_ptr_nonnull(fixture->parameters);
    for (int i = 0; i < COUNT + 16; i++)
        fixture->parameters[i] =
            (float)rng_normal(&rng, (uint64_t)i) * (unit_of(i, unit_axis) % 2 == 0 ? 2 : 0.5F);
}

/* The bound is about the norm that units had if they were all of one size. */
START_TEST(units_beyond_the_norm_are_scaled_to_it_and_the_others_stay)
{
    static const int dims[] = {OUTER, HEIGHT, MIDDLE, LAST};
    struct fixture fixture;
    double norms[MIDDLE] = {0};
    int bound_count = 0;
    double limit = sqrt((double)COUNT / dims[_i]);
    fixture_make(&fixture, _i, limit);
    float *before = malloc((COUNT + 16) * sizeof(float));
    ck_assert_ptr_nonnull(before);
    memcpy(before, fixture.parameters, (COUNT + 16) * sizeof(float));
    for (int i = 0; i < COUNT; i++)
        norms[unit_of(i, _i)] += (double)before[i] * (double)before[i];
    network_apply_max_norm(&fixture.network, fixture.parameters, NULL);
    for (int i = 0; i < COUNT; i++) {
        double norm = sqrt(norms[unit_of(i, _i)]), factor = norm > limit ? limit / norm : 1;
        bound_count += norm > limit;
        ck_assert_double_eq_tol((double)fixture.parameters[i], factor * (double)before[i], 1e-6);
    }
    ck_assert(bound_count > 0 && bound_count < COUNT);
    ck_assert_mem_eq(fixture.parameters + COUNT, before + COUNT, 16 * sizeof(float));
    free(before);
    free(fixture.parameters);
}
END_TEST

START_TEST(any_team_gives_the_same_bytes)
{
    struct fixture alone;
    fixture_make(&alone, _i, 10);
    network_apply_max_norm(&alone.network, alone.parameters, NULL);
    for (int size = 2; size <= 3; size++) {
        struct error error = {0};
        struct fixture shared;
        struct team *team = team_create(size, NULL, &error);
        ck_assert_ok(error);
        fixture_make(&shared, _i, 10);
        network_apply_max_norm(&shared.network, shared.parameters, team);
        ck_assert_mem_eq(alone.parameters, shared.parameters, COUNT * sizeof(float));
        free(shared.parameters);
        team_free(team);
    }
    free(alone.parameters);
}
END_TEST

START_TEST(layers_without_a_bound_stay)
{
    struct fixture fixture, before;
    fixture_make(&fixture, 3, (double)NAN);
    fixture_make(&before, 3, (double)NAN);
    network_apply_max_norm(&fixture.network, fixture.parameters, NULL);
    ck_assert_mem_eq(fixture.parameters, before.parameters, COUNT * sizeof(float));
    free(fixture.parameters);
    free(before.parameters);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_loop_test(cases, units_beyond_the_norm_are_scaled_to_it_and_the_others_stay, 0, 4);
    tcase_add_loop_test(cases, any_team_gives_the_same_bytes, 0, 4);
    tcase_add_test(cases, layers_without_a_bound_stay);
}

int main(void)
{
    return tests_run("max_norm", add_tests);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/products.h"

#include "tests/bench/peak.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

static const uint64_t try_ns = 300000;

struct operands {
    const struct kernels *set;
    struct team *team;
    int64_t rows, depth, columns;
    float *x, *w, *y, *bias;
};

static uint64_t now_ns(const struct team *team)
{
    struct timespec now;
    clock_gettime(team_size(team) == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static float *numbers(int64_t count)
{
    float *memory = aligned_alloc(64, ((size_t)count / 16 + 1) * 64);
    if (!memory)
        abort();
    return memory;
}

/* What the products themselves leave behind grows, or turns subnormal. */
static void fill(float *memory, int64_t count, int64_t factor)
{
    for (int64_t i = 0; i < count; i++)
        memory[i] = (float)(i * factor % 1000) / 1000 - 0.5F;
}

/* ---- the parts of a product: rows of the results, or of a kernel */

static void forward(void *context, int64_t begin, int64_t end, int member)
{
    const struct operands *o = context;
    (void)member;
    o->set->product(end - begin, o->columns, o->depth, o->x + begin * o->depth, o->depth, o->w,
                    o->columns, o->bias, o->y + begin * o->columns, o->columns, ACTIVATION_RELU);
}

static void d_input(void *context, int64_t begin, int64_t end, int member)
{
    const struct operands *o = context;
    (void)member;
    o->set->product_d_input(end - begin, o->columns, o->depth, o->y + begin * o->columns,
                            o->columns, o->w, o->columns, o->x + begin * o->depth, o->depth, 1);
}

static void d_kernel(void *context, int64_t begin, int64_t end, int member)
{
    const struct operands *o = context;
    (void)member;
    o->set->product_d_kernel(o->rows, o->columns, end - begin, o->x + begin, o->depth, o->y,
                             o->columns, o->w + begin * o->columns, o->columns, 1);
}

static void run(struct operands *o, enum product product)
{
    static team_task_fn *const tasks[] = {forward, d_input, d_kernel};
    const int64_t items = product == PRODUCT_D_KERNEL ? o->depth : o->rows;
    const int64_t members = team_size(o->team);
    team_run(o->team, items, (items + members - 1) / members, tasks[product], o);
}

/* ---- measuring */

/* GFLOP/s of one try. */
static double try_product(struct operands *o, enum product product)
{
    const int64_t multiply_adds = o->rows * o->columns * o->depth;
    int64_t runs = 0;
    fill(o->x, o->rows * o->depth, 7919);
    fill(o->w, o->depth * o->columns, 104729);
    fill(o->y, o->rows * o->columns, 1299709);
    run(o, product);
    const uint64_t start = now_ns(o->team);
    uint64_t ns;
    do {
        /* Asking for the time takes as long as a small product. */
        for (int64_t i = 0; i <= 1000000 / multiply_adds; i++, runs++)
            run(o, product);
        ns = now_ns(o->team) - start;
    } while (ns < try_ns);
    return 2.0 * (double)multiply_adds * (double)runs / (double)ns;
}

struct product_rates products_measure(const struct kernels *set, struct team *team, int64_t rows,
                                      int64_t depth, int64_t columns, int tries)
{
    struct operands o = {
        .set = set, .team = team, .rows = rows, .depth = depth, .columns = columns};
    struct product_rates rates = {0};
    o.x = numbers(rows * depth);
    o.w = numbers(depth * columns);
    o.y = numbers(rows * columns);
    o.bias = numbers(columns);
    fill(o.bias, columns, 7919);
    for (int i = 0; i < tries; i++) {
        rates.peak = fmax(rates.peak, peak_measure(set->name) * team_size(team));
        for (enum product product = 0; product < PRODUCT_COUNT; product++)
            rates.reached[product] = fmax(rates.reached[product], try_product(&o, product));
    }
    free(o.x);
    free(o.w);
    free(o.y);
    free(o.bias);
    return rates;
}

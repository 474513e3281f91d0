/* How fast the kernels are: GFLOP/s of each product and shape beside the processor's peak, and
 * nanoseconds an element of the passes. Not a test: it has no opinion.
 *
 *     tests/bench/bench_kernels [SET] [ROWS…]
 *
 * Each figure is the best of many short runs in the thread's own time, the peak measured between
 * them, since others may use the machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/kernels/kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { PRODUCTS = 3, TRIES = 40, PEAK_ROUNDS = 5000, PEAK_CHAINS = 12 };
static const uint64_t TRY_NS = 300000;

static const struct {
    int depth, columns;
} shapes[] = {{4, 16},    {64, 128},  {784, 128}, {784, 512},
              {512, 256}, {512, 512}, {256, 10},  {1024, 1024}};

/* Of this thread's processor time. */
static uint64_t cpu_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* ---- the peak: independent multiply-adds, as many as registers hold, nothing else */

#if defined(__x86_64__)
#define PEAK(name, target_text, vector, set, fma, lanes)                                           \
    __attribute__((target(target_text))) static double name(void)                                  \
    {                                                                                              \
        vector sums[PEAK_CHAINS], factor = set(0.999F), more = set(0.001F);                        \
        float out[(lanes)];                                                                        \
        for (int i = 0; i < PEAK_CHAINS; i++)                                                      \
            sums[i] = set((float)i);                                                               \
        const uint64_t start = cpu_now_ns();                                                       \
        for (int round = 0; round < PEAK_ROUNDS; round++)                                          \
            _Pragma("GCC unroll 12") for (int i = 0; i < PEAK_CHAINS; i++) sums[i] =               \
                fma(sums[i], factor, more);                                                        \
        const double ns = (double)(cpu_now_ns() - start);                                          \
        for (int i = 1; i < PEAK_CHAINS; i++)                                                      \
            sums[0] = fma(sums[0], factor, sums[i]);                                               \
        memcpy(out, &sums[0], sizeof(out));                                                        \
        return isnan(out[0]) ? 0 : 2.0 * (lanes)*PEAK_CHAINS * PEAK_ROUNDS / ns;                   \
    }
PEAK(peak_avx512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps, 16)
PEAK(peak_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps, 8)
#endif

/* GFLOP/s of a set's multiply-adds; 0 where this does not know. */
static double peak(const char *set)
{
#if defined(__x86_64__)
    if (strcmp(set, "avx512") == 0)
        return peak_avx512();
    if (strcmp(set, "avx2") == 0)
        return peak_avx2();
#endif
    (void)set;
    return 0;
}

/* ---- what is measured */

struct operands {
    int64_t rows, columns, depth;
    float *x, *w, *y, *bias;
};

static float *numbers(int64_t count)
{
    float *memory = aligned_alloc(64, ((size_t)count / 16 + 1) * 64);
    if (!memory)
        abort();
    for (int64_t i = 0; i < count; i++)
        memory[i] = (float)(i * 7919 % 1000) / 1000 - 0.5F;
    return memory;
}

static void product_run(const struct kernels *set, const struct operands *o, int which)
{
    if (which == 0)
        set->product(o->rows, o->columns, o->depth, o->x, o->depth, o->w, o->columns, o->bias, o->y,
                     o->columns, ACTIVATION_RELU);
    else if (which == 1)
        set->product_d_input(o->rows, o->columns, o->depth, o->y, o->columns, o->w, o->columns,
                             o->x, o->depth, 1);
    else
        set->product_d_kernel(o->rows, o->columns, o->depth, o->x, o->depth, o->y, o->columns, o->w,
                              o->columns, 0);
}

static void fill(struct operands *o)
{
    /* What the products themselves leave behind grows, or turns subnormal. */
    for (int64_t i = 0; i < o->rows * o->depth; i++)
        o->x[i] = (float)(i * 7919 % 1000) / 1000 - 0.5F;
    for (int64_t i = 0; i < o->depth * o->columns; i++)
        o->w[i] = (float)(i * 104729 % 1000) / 1000 - 0.5F;
    for (int64_t i = 0; i < o->rows * o->columns; i++)
        o->y[i] = (float)(i * 1299709 % 1000) / 1000 - 0.5F;
}

/* GFLOP/s of one try. */
static double product_try(const struct kernels *set, struct operands *o, int which)
{
    int64_t runs = 0;
    fill(o);
    product_run(set, o, which);
    const uint64_t start = cpu_now_ns();
    uint64_t ns;
    do {
        /* Asking for the time takes as long as a small product. */
        for (int64_t i = 0; i <= 1000000 / (o->rows * o->columns * o->depth); i++, runs++)
            product_run(set, o, which);
        ns = cpu_now_ns() - start;
    } while (ns < TRY_NS);
    return 2.0 * (double)(o->rows * o->columns * o->depth) * (double)runs / (double)ns;
}

static void shape_report(const struct kernels *set, int64_t rows, int depth, int columns,
                         double logs[PRODUCTS])
{
    struct operands o = {.rows = rows, .columns = columns, .depth = depth};
    double best[PRODUCTS] = {0}, top = 0;
    o.x = numbers(rows * depth);
    o.w = numbers((int64_t)depth * columns);
    o.y = numbers(rows * columns);
    o.bias = numbers(columns);
    for (int i = 0; i < TRIES; i++) {
        top = fmax(top, peak(set->name));
        for (int which = 0; which < PRODUCTS; which++)
            best[which] = fmax(best[which], product_try(set, &o, which));
    }
    printf("%5lld x %4d-%-4d", (long long)rows, depth, columns);
    for (int which = 0; which < PRODUCTS; which++) {
        printf("  %7.1f %4.0f %%", best[which], top > 0 ? 100 * best[which] / top : 0);
        logs[which] += log(top > 0 ? best[which] / top : best[which]);
    }
    printf("\n");
    free(o.x);
    free(o.w);
    free(o.y);
    free(o.bias);
}

static void products_report(const struct kernels *set, int64_t rows)
{
    double all[PRODUCTS] = {0}, large[PRODUCTS] = {0};
    int larges = 0;
    for (size_t i = 0; i < ARRAY_COUNT(shapes); i++) {
        const int depth = shapes[i].depth, columns = shapes[i].columns;
        const int is_large = depth >= 64 && columns >= 128;
        shape_report(set, rows, depth, columns, is_large ? large : all);
        larges += is_large;
    }
    printf("%5lld   geometric mean without the narrow ones:", (long long)rows);
    for (int which = 0; which < PRODUCTS; which++)
        printf("  %.1f %%", 100 * exp(large[which] / larges));
    printf("\n");
}

enum { PASS_COUNT = 100000 };

/* Nanoseconds an element of an activation forward and backward. */
static void activation_report(const struct kernels *set, const char *name,
                              enum activation_code code)
{
    float *x = numbers(PASS_COUNT), *y = numbers(PASS_COUNT), *d = numbers(PASS_COUNT);
    double forward = (double)INFINITY, backward = (double)INFINITY;
    const int columns = code == ACTIVATION_SOFTMAX ? 10 : 100;
    for (int i = 0; i < TRIES; i++) {
        uint64_t start = cpu_now_ns();
        set->activation_forward(code, 1, PASS_COUNT / columns, columns, x, y);
        forward = fmin(forward, (double)(cpu_now_ns() - start));
        start = cpu_now_ns();
        set->activation_backward(code, 1, PASS_COUNT / columns, columns, x, y, y, d);
        backward = fmin(backward, (double)(cpu_now_ns() - start));
    }
    printf("%-10s forward %.3f, backward %.3f ns an element\n", name, forward / PASS_COUNT,
           backward / PASS_COUNT);
    free(x);
    free(y);
    free(d);
}

static void adam_report(const struct kernels *set)
{
    float *w = numbers(PASS_COUNT), *g = numbers(PASS_COUNT);
    float *m = numbers(PASS_COUNT), *v = numbers(PASS_COUNT);
    double best = (double)INFINITY;
    for (int64_t i = 0; i < PASS_COUNT; i++)
        v[i] = fabsf(v[i]);
    for (int i = 0; i < TRIES; i++) {
        const uint64_t start = cpu_now_ns();
        set->step_adam(PASS_COUNT, w, g, m, v, NULL, 1e-3F, 0.9F, 0.999F, 1e-8F, 0, 1e-3F, 1, 0);
        best = fmin(best, (double)(cpu_now_ns() - start));
    }
    printf("%-10s %.3f ns an element\n", "adam", best / PASS_COUNT);
    free(w);
    free(g);
    free(m);
    free(v);
}

int main(int count, char **arguments)
{
    static const int64_t usual_rows[] = {16, 32, 64, 128, 256};
    const struct kernels *set = kernels_list()[0];
    for (const struct kernels *const *each = kernels_list(); *each && count > 1; each++)
        if (strcmp((*each)->name, arguments[1]) == 0)
            set = *each;
    printf("%s; GFLOP/s and share of the peak (%.1f): forward, d_input, d_kernel\n", set->name,
           peak(set->name));
    for (int i = 2; i < count; i++)
        products_report(set, atoll(arguments[i]));
    for (size_t i = 0; i < ARRAY_COUNT(usual_rows) && count <= 2; i++)
        products_report(set, usual_rows[i]);
    activation_report(set, "relu", ACTIVATION_RELU);
    activation_report(set, "tanh", ACTIVATION_TANH);
    activation_report(set, "sigmoid", ACTIVATION_SIGMOID);
    activation_report(set, "gelu", ACTIVATION_GELU);
    activation_report(set, "softplus", ACTIVATION_SOFTPLUS);
    activation_report(set, "softmax 10", ACTIVATION_SOFTMAX);
    adam_report(set);
    return 0;
}

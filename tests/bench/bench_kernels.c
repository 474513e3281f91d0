/* How fast the kernels are: GFLOP/s of each product and shape beside the processor's peak, and
 * nanoseconds an element of the passes. Not a test: it has no opinion.
 *
 *     tests/bench/bench_kernels [SET] [ROWS…]
 *     tests/bench/bench_kernels --shapes THREADS [TRIES]
 *
 * The second answers each line "ROWS DEPTH COLUMNS" of its input with a line of JSON, so that
 * others can be measured in turn with it. Each figure is the best of many short runs, the peak
 * measured between them, since others may use the machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "tests/bench/peak.h"
#include "tests/bench/products.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRIES = 40 };

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

static void shape_report(const struct kernels *set, int64_t rows, int depth, int columns,
                         double logs[PRODUCT_COUNT])
{
    const struct product_rates rates = products_measure(set, NULL, rows, depth, columns, TRIES);
    printf("%5lld x %4d-%-4d", (long long)rows, depth, columns);
    for (int i = 0; i < PRODUCT_COUNT; i++) {
        const double share = rates.peak > 0 ? rates.reached[i] / rates.peak : 0;
        printf("  %7.1f %4.0f %%", rates.reached[i], 100 * share);
        logs[i] += log(rates.peak > 0 ? share : rates.reached[i]);
    }
    printf("\n");
}

static void products_report(const struct kernels *set, int64_t rows)
{
    double all[PRODUCT_COUNT] = {0}, large[PRODUCT_COUNT] = {0};
    int larges = 0;
    for (size_t i = 0; i < ARRAY_COUNT(shapes); i++) {
        const int depth = shapes[i].depth, columns = shapes[i].columns;
        const int is_large = depth >= 64 && columns >= 128;
        shape_report(set, rows, depth, columns, is_large ? large : all);
        larges += is_large;
    }
    printf("%5lld   geometric mean without the narrow ones:", (long long)rows);
    for (int i = 0; i < PRODUCT_COUNT; i++)
        printf("  %.1f %%", 100 * exp(large[i] / larges));
    printf("\n");
}

/* ---- shapes as they are asked for */

static int answer_shapes(int threads, int tries)
{
    struct error error = {0};
    const struct kernels *set = kernels_get(&error);
    struct team *team = set && threads > 1 ? team_create(threads, NULL, &error) : NULL;
    if (!set || (threads > 1 && !team)) {
        fprintf(stderr, "bench_kernels: %s\n", error.message);
        return 1;
    }
    char line[256];
    while (fgets(line, sizeof(line), stdin)) {
        char *rest = line;
        const int64_t rows = strtoll(rest, &rest, 10), depth = strtoll(rest, &rest, 10);
        const int64_t columns = strtoll(rest, &rest, 10);
        if (rows < 1 || depth < 1 || columns < 1)
            break;
        const struct product_rates rates = products_measure(set, team, rows, depth, columns, tries);
        printf("{\"set\": \"%s\", \"peak\": %.2f, \"forward\": %.2f, \"d_input\": %.2f, "
               "\"d_kernel\": %.2f}\n",
               set->name, rates.peak, rates.reached[PRODUCT_FORWARD],
               rates.reached[PRODUCT_D_INPUT], rates.reached[PRODUCT_D_KERNEL]);
        fflush(stdout);
    }
    team_free(team);
    return 0;
}

/* ---- passes over many numbers */

static float *numbers(int64_t count)
{
    float *memory = aligned_alloc(64, ((size_t)count / 16 + 1) * 64);
    if (!memory)
        abort();
    for (int64_t i = 0; i < count; i++)
        memory[i] = (float)(i * 7919 % 1000) / 1000 - 0.5F;
    return memory;
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
    if (count > 2 && strcmp(arguments[1], "--shapes") == 0)
        return answer_shapes(atoi(arguments[2]), count > 3 ? atoi(arguments[3]) : TRIES);
    const struct kernels *set = kernels_list()[0];
    for (const struct kernels *const *each = kernels_list(); *each && count > 1; each++)
        if (strcmp((*each)->name, arguments[1]) == 0)
            set = *each;
    printf("%s; GFLOP/s and share of the peak (%.1f): forward, d_input, d_kernel\n", set->name,
           peak_measure(set->name));
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

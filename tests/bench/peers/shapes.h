/* What the programs of matrix products have in common: they answer each line "ROWS DEPTH COLUMNS"
 * of their input with a line of JSON: GFLOP/s of a product, of its gradient by the input and of
 * that by the kernel, each the best of some short runs. Times are of the thread itself where there
 * is one, by the clock where there are more, as in ../products.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <vector>

struct Shape {
    long rows, depth, columns;
};

struct Operands {
    std::vector<float> x, w, y;

    explicit Operands(const Shape &shape)
        : x(shape.rows * shape.depth), w(shape.depth * shape.columns), y(shape.rows * shape.columns)
    {
        fill();
    }

    /* Results that grow, or turn subnormal, would change the speed. */
    void fill()
    {
        for (std::vector<float> *values : {&x, &w, &y})
            for (size_t i = 0; i < values->size(); i++)
                (*values)[i] = static_cast<float>(i * 7919 % 1000) / 1000 - 0.5F;
    }
};

struct Runs {
    std::function<void()> forward, d_input, d_kernel;
};

inline double now_s(bool one_thread)
{
    timespec now;
    clock_gettime(one_thread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

inline double gflops(const Shape &shape, const std::function<void()> &run, bool one_thread)
{
    const double multiply_adds = double(shape.rows) * shape.depth * shape.columns;
    run();
    const double start = now_s(one_thread);
    double seconds;
    long runs = 0;
    do {
        for (long i = 0; i <= 1000000 / multiply_adds; i++, runs++)
            run();
        seconds = now_s(one_thread) - start;
    } while (seconds < 300e-6);
    return 2e-9 * multiply_adds * runs / seconds;
}

/* `make` prepares the three products of a shape on operands that outlive them. */
inline int answer_shapes(int threads, int tries,
                         const std::function<Runs(const Shape &, Operands &)> &make)
{
    Shape shape;
    while (scanf("%ld %ld %ld", &shape.rows, &shape.depth, &shape.columns) == 3) {
        Operands operands(shape);
        const Runs runs = make(shape, operands);
        double best[3] = {};
        for (int i = 0; i < tries; i++) {
            const std::function<void()> *const each[] = {&runs.forward, &runs.d_input,
                                                         &runs.d_kernel};
            for (int k = 0; k < 3; k++) {
                operands.fill();
                best[k] = std::max(best[k], gflops(shape, *each[k], threads == 1));
            }
        }
        printf("{\"forward\": %.2f, \"d_input\": %.2f, \"d_kernel\": %.2f}\n", best[0], best[1],
               best[2]);
        fflush(stdout);
    }
    return 0;
}

/* The register tile: a few rows by a few vectors of columns of a matrix product, the sums of which
 * stay in registers from the first k to the last.
 *
 * A tile is compiled for every number of rows that it may have, so that its loops unroll and no
 * lane of the register file is wasted on rows that are not there. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_KERNELS_TILE_H
#define PROPD_ENGINE_KERNELS_TILE_H

#include <stdbool.h>

#include "engine/kernels/simd.h"

/* 28 sums, 2 vectors of b and one of a fill the 32 registers of AVX-512; 12 sums the 16 of AVX2 and
 * SSE. A wide tile is for so few rows that two vectors of columns would not hide the latency. */
#if defined(__AVX512F__)
enum { TILE_ROWS = 14, TILE_VECTORS = 2, WIDE_ROWS = 3, WIDE_VECTORS = 8 };
#else
enum { TILE_ROWS = 6, TILE_VECTORS = 2, WIDE_ROWS = 3, WIDE_VECTORS = 4 };
#endif

/* c = start + a * b, all pointers at the tile's first element. */
struct tile {
    int64_t depth;
    const float *a; /* element (row, k) at row * a_stride + k, or at k * a_stride + row (across) */
    int64_t a_stride;
    const float *b; /* [depth][b_stride], whole vectors */
    int64_t b_stride;
    const float *start; /* what the sums begin with: [rows][start_stride], of `columns` */
    int64_t start_stride;
    float *c; /* [rows][c_stride], of `columns` */
    int64_t c_stride;
    int64_t columns; /* more than all vectors but the last have */
    bool relu;
};

/* Addresses in threes, so that a base, the stride and twice the stride make all of them: x86 has an
 * addressing mode for that, and too few registers for a pointer a row. */
ALWAYS_INLINE float tile_a(const float *const *bases, int64_t stride, int row, bool across)
{
    return across ? bases[0][row] : bases[row / 3][row % 3 * stride];
}

ALWAYS_INLINE void tile_sums(const struct tile *tile, floats sums[TILE_ROWS][WIDE_VECTORS],
                             const int rows, const int vectors, const bool across)
{
    const int64_t stride = tile->a_stride, step = across ? stride : 1;
    const int base_count = across ? 1 : (rows + 2) / 3;
    const float *b = tile->b, *bases[(TILE_ROWS + 2) / 3];
#pragma GCC unroll 5
    for (int base = 0; base < base_count; base++)
        bases[base] = tile->a + 3 * base * stride;
    for (int64_t k = tile->depth; k > 0; k--) {
        floats line[WIDE_VECTORS];
#pragma GCC unroll 8
        for (int vector = 0; vector < vectors; vector++)
            line[vector] = floats_load(b + vector * LANES);
#pragma GCC unroll 14
        for (int row = 0; row < rows; row++) {
            floats a = floats_set(tile_a(bases, stride, row, across));
#pragma GCC unroll 8
            for (int vector = 0; vector < vectors; vector++)
                sums[row][vector] = floats_fma(a, line[vector], sums[row][vector]);
        }
        b += tile->b_stride;
#pragma GCC unroll 5
        for (int base = 0; base < base_count; base++)
            bases[base] += step;
    }
}

/* NaN stays NaN: a diverging job is noticed by it. */
ALWAYS_INLINE floats floats_relu(floats x)
{
    return floats_max(floats_set(0), x);
}

/* All sums begin; `whole`: the last vector has all its columns. */
ALWAYS_INLINE void tile_begin(const struct tile *tile, floats sums[TILE_ROWS][WIDE_VECTORS],
                              const int rows, const int vectors, const bool whole)
{
#pragma GCC unroll 14
    for (int row = 0; row < rows; row++)
#pragma GCC unroll 8
        for (int vector = 0; vector < vectors; vector++)
            sums[row][vector] =
                floats_load_part(tile->start + row * tile->start_stride + vector * LANES,
                                 whole ? LANES : tile->columns - vector * LANES);
}

ALWAYS_INLINE void tile_end(const struct tile *tile, floats sums[TILE_ROWS][WIDE_VECTORS],
                            const int rows, const int vectors, const bool whole)
{
#pragma GCC unroll 14
    for (int row = 0; row < rows; row++)
#pragma GCC unroll 8
        for (int vector = 0; vector < vectors; vector++) {
            floats sum = sums[row][vector];
            floats_store_part(tile->c + row * tile->c_stride + vector * LANES,
                              tile->relu ? floats_relu(sum) : sum,
                              whole ? LANES : tile->columns - vector * LANES);
        }
}

ALWAYS_INLINE void tile_run(const struct tile *tile, const int rows, const int vectors,
                            const bool across)
{
    floats sums[TILE_ROWS][WIDE_VECTORS];
    const bool whole = tile->columns == (int64_t)vectors * LANES;
    if (whole)
        tile_begin(tile, sums, rows, vectors, true);
    else
        tile_begin(tile, sums, rows, vectors, false);
    tile_sums(tile, sums, rows, vectors, across);
    if (whole)
        tile_end(tile, sums, rows, vectors, true);
    else
        tile_end(tile, sums, rows, vectors, false);
}

typedef void tile_fn(const struct tile *tile);

#define TILE_FUNCTIONS(rows)                                                                       \
    static void tile_1_##rows(const struct tile *tile)                                             \
    {                                                                                              \
        tile_run(tile, rows, 1, false);                                                            \
    }                                                                                              \
    static void tile_2_##rows(const struct tile *tile)                                             \
    {                                                                                              \
        tile_run(tile, rows, 2, false);                                                            \
    }                                                                                              \
    static void tile_across_1_##rows(const struct tile *tile)                                      \
    {                                                                                              \
        tile_run(tile, rows, 1, true);                                                             \
    }                                                                                              \
    static void tile_across_2_##rows(const struct tile *tile)                                      \
    {                                                                                              \
        tile_run(tile, rows, 2, true);                                                             \
    }
#define TILE_WIDE_FUNCTIONS(rows)                                                                  \
    static void tile_wide_##rows(const struct tile *tile)                                          \
    {                                                                                              \
        tile_run(tile, rows, WIDE_VECTORS, false);                                                 \
    }                                                                                              \
    static void tile_across_wide_##rows(const struct tile *tile)                                   \
    {                                                                                              \
        tile_run(tile, rows, WIDE_VECTORS, true);                                                  \
    }

#define TILE_EACH_OF_6(DO) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6)
#if defined(__AVX512F__)
#define TILE_EACH(DO) TILE_EACH_OF_6(DO) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12) DO(13) DO(14)
#else
#define TILE_EACH(DO) TILE_EACH_OF_6(DO)
#endif
#define TILE_EACH_WIDE(DO) DO(1) DO(2) DO(3)

TILE_EACH(TILE_FUNCTIONS)
TILE_EACH_WIDE(TILE_WIDE_FUNCTIONS)

#define TILE_ENTRY_1(rows) tile_1_##rows,
#define TILE_ENTRY_2(rows) tile_2_##rows,
#define TILE_ENTRY_ACROSS_1(rows) tile_across_1_##rows,
#define TILE_ENTRY_ACROSS_2(rows) tile_across_2_##rows,
#define TILE_ENTRY_WIDE(rows) tile_wide_##rows,
#define TILE_ENTRY_ACROSS_WIDE(rows) tile_across_wide_##rows,

/* By across; by 1, 2 or WIDE_VECTORS vectors; by rows - 1. */
static tile_fn *const tile_functions[2][3][TILE_ROWS] = {
    {{TILE_EACH(TILE_ENTRY_1)}, {TILE_EACH(TILE_ENTRY_2)}, {TILE_EACH_WIDE(TILE_ENTRY_WIDE)}},
    {{TILE_EACH(TILE_ENTRY_ACROSS_1)},
     {TILE_EACH(TILE_ENTRY_ACROSS_2)},
     {TILE_EACH_WIDE(TILE_ENTRY_ACROSS_WIDE)}},
};

#endif

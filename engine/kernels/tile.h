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
 * SSE. To hide the latency of the sums a tile of one vector is taller there, and one of few rows
 * wider. */
#if defined(__AVX512F__)
enum { TILE_ROWS = 14, TALL_ROWS = 14, TILE_VECTORS = 2, WIDE_ROWS = 3, WIDE_VECTORS = 8 };
#else
enum { TILE_ROWS = 6, TALL_ROWS = 12, TILE_VECTORS = 2, WIDE_ROWS = 3, WIDE_VECTORS = 4 };
#endif

/* Rows of a that one pointer serves, in addresses made of it, the stride and twice the stride: x86
 * has too few registers for a pointer a row where there are many. */
#if defined(__AVX512F__)
enum { TALL_GROUP = 3, USUAL_GROUP = 3 };
#else
enum { TALL_GROUP = 3, USUAL_GROUP = 1 };
#endif
enum { POINTERS_MAX = 6 };

/* c = start + a * b, pointers at the tile's first element. The sums go over runs, in each of which
 * a's elements are neighbours. */
struct tile {
    int64_t runs, depth;        /* runs of `depth` products */
    const int64_t *run_offsets; /* where a's runs begin */
    const float
        *a[POINTERS_MAX]; /* the first row of each group: element (row, k) of it at row *
                             a_stride + k; across: the first alone, and k * a_stride + row */
    int64_t a_stride;
    const float *b; /* [depth][b_stride], whole vectors */
    int64_t b_stride;
    const float *start; /* what the sums begin with: [rows][start_stride], of `columns` */
    int64_t start_stride;
    float *c; /* [rows][c_stride], of `columns` */
    int64_t c_stride;
    int64_t columns; /* more than all vectors but the last have */
    bool relu;
    int64_t parted; /* last rows of c that must not be stored beyond their columns: what is stored
                       beyond the others, the next rows overwrite */
};

/* One k: a line of b times an element of each row. */
#define TILE_LINE(element)                                                                         \
    do {                                                                                           \
        floats line[WIDE_VECTORS];                                                                 \
        _Pragma("GCC unroll 8") for (int vector = 0; vector < vectors; vector++) line[vector] =    \
            floats_load(b + vector * LANES);                                                       \
        _Pragma("GCC unroll 14") for (int row = 0; row < rows; row++)                              \
        {                                                                                          \
            const floats x = floats_set(element);                                                  \
            _Pragma("GCC unroll 8") for (int vector = 0; vector < vectors; vector++)               \
                sums[row][vector] = floats_fma(x, line[vector], sums[row][vector]);                \
        }                                                                                          \
        b += b_stride;                                                                             \
    } while (0)

ALWAYS_INLINE void tile_sums_across(const struct tile *tile, floats sums[TALL_ROWS][WIDE_VECTORS],
                                    const int rows, const int vectors)
{
    const int64_t b_stride = tile->b_stride;
    const float *b = tile->b;
    for (int64_t run = 0; run < tile->runs; run++) {
        const float *a = tile->a[0] + tile->run_offsets[run];
        for (int64_t k = tile->depth; k > 0; k--, a += tile->a_stride)
            TILE_LINE(a[row]);
    }
}

/* A pointer a row. */
ALWAYS_INLINE void tile_sums_by_rows(const struct tile *tile, floats sums[TALL_ROWS][WIDE_VECTORS],
                                     const int rows, const int vectors)
{
    const int64_t b_stride = tile->b_stride;
    const float *b = tile->b, *a[POINTERS_MAX];
#pragma GCC unroll 6
    for (int row = 0; row < rows; row++)
        a[row] = tile->a[row];
    for (int64_t run = 0; run < tile->runs; run++) {
        const int64_t end = tile->run_offsets[run] + tile->depth;
        for (int64_t k = tile->run_offsets[run]; k < end; k++)
            TILE_LINE(a[row][k]);
    }
}

/* A pointer for three rows. */
ALWAYS_INLINE void tile_sums_by_threes(const struct tile *tile,
                                       floats sums[TALL_ROWS][WIDE_VECTORS], const int rows,
                                       const int vectors)
{
    const int64_t b_stride = tile->b_stride, stride = tile->a_stride;
    const float *b = tile->b;
    for (int64_t run = 0; run < tile->runs; run++) {
        const float *a[POINTERS_MAX];
#pragma GCC unroll 5
        for (int group = 0; group < (rows + 2) / 3; group++)
            a[group] = tile->a[group] + tile->run_offsets[run];
        for (int64_t k = tile->depth; k > 0; k--) {
            TILE_LINE(a[row / 3][row % 3 * stride]);
#pragma GCC unroll 5
            for (int group = 0; group < (rows + 2) / 3; group++)
                a[group]++;
        }
    }
}

ALWAYS_INLINE void tile_sums(const struct tile *tile, floats sums[TALL_ROWS][WIDE_VECTORS],
                             const int rows, const int vectors, const bool across)
{
    if (across)
        tile_sums_across(tile, sums, rows, vectors);
    else if (vectors == TILE_VECTORS && USUAL_GROUP == 1)
        tile_sums_by_rows(tile, sums, rows, vectors);
    else
        tile_sums_by_threes(tile, sums, rows, vectors);
}

/* All sums begin; `whole`: the last vector has all its columns. */
ALWAYS_INLINE void tile_begin(const struct tile *tile, floats sums[TALL_ROWS][WIDE_VECTORS],
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

/* NaN stays NaN: a diverging job is noticed by it. */
ALWAYS_INLINE void tile_end(const struct tile *tile, floats sums[TALL_ROWS][WIDE_VECTORS],
                            const int rows, const int vectors, const bool whole)
{
    const floats least = floats_set(tile->relu ? 0 : -INFINITY);
#pragma GCC unroll 14
    for (int row = 0; row < rows; row++)
#pragma GCC unroll 8
        for (int vector = 0; vector < vectors; vector++) {
            const floats sum = floats_max(least, sums[row][vector]);
            float *c = tile->c + row * tile->c_stride + vector * LANES;
            if (whole || row + tile->parted < rows)
                floats_store(c, sum);
            else
                floats_store_part(c, sum, tile->columns - vector * LANES);
        }
}

ALWAYS_INLINE void tile_run(const struct tile *tile, const int rows, const int vectors,
                            const bool across)
{
    floats sums[TALL_ROWS][WIDE_VECTORS];
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

#define TILE_TALL_FUNCTIONS(rows)                                                                  \
    static void tile_1_##rows(const struct tile *tile)                                             \
    {                                                                                              \
        tile_run(tile, rows, 1, false);                                                            \
    }                                                                                              \
    static void tile_across_1_##rows(const struct tile *tile)                                      \
    {                                                                                              \
        tile_run(tile, rows, 1, true);                                                             \
    }
#define TILE_FUNCTIONS(rows)                                                                       \
    static void tile_2_##rows(const struct tile *tile)                                             \
    {                                                                                              \
        tile_run(tile, rows, 2, false);                                                            \
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

#define TILE_EACH_WIDE(DO) DO(1) DO(2) DO(3)
#define TILE_EACH_OF_6(DO) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6)
#define TILE_EACH_OF_12(DO) TILE_EACH_OF_6(DO) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12)
#if defined(__AVX512F__)
#define TILE_EACH(DO) TILE_EACH_OF_12(DO) DO(13) DO(14)
#define TILE_EACH_TALL(DO) TILE_EACH(DO)
#else
#define TILE_EACH(DO) TILE_EACH_OF_6(DO)
#define TILE_EACH_TALL(DO) TILE_EACH_OF_12(DO)
#endif

TILE_EACH_TALL(TILE_TALL_FUNCTIONS)
TILE_EACH(TILE_FUNCTIONS)
TILE_EACH_WIDE(TILE_WIDE_FUNCTIONS)

#define TILE_ENTRY_1(rows) tile_1_##rows,
#define TILE_ENTRY_2(rows) tile_2_##rows,
#define TILE_ENTRY_ACROSS_1(rows) tile_across_1_##rows,
#define TILE_ENTRY_ACROSS_2(rows) tile_across_2_##rows,
#define TILE_ENTRY_WIDE(rows) tile_wide_##rows,
#define TILE_ENTRY_ACROSS_WIDE(rows) tile_across_wide_##rows,

/* Of 1, 2 or WIDE_VECTORS vectors. */
enum tile_kind { TILE_TALL, TILE_USUAL, TILE_WIDE, TILE_KINDS };
static const int tile_rows[TILE_KINDS] = {TALL_ROWS, TILE_ROWS, WIDE_ROWS};
static const int tile_groups[TILE_KINDS] = {TALL_GROUP, USUAL_GROUP, TALL_GROUP};

/* By across, kind, and rows - 1. */
static tile_fn *const tile_functions[2][TILE_KINDS][TALL_ROWS] = {
    {{TILE_EACH_TALL(TILE_ENTRY_1)}, {TILE_EACH(TILE_ENTRY_2)}, {TILE_EACH_WIDE(TILE_ENTRY_WIDE)}},
    {{TILE_EACH_TALL(TILE_ENTRY_ACROSS_1)},
     {TILE_EACH(TILE_ENTRY_ACROSS_2)},
     {TILE_EACH_WIDE(TILE_ENTRY_ACROSS_WIDE)}},
};

#endif

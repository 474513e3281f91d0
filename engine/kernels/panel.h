/* Copies of parts of matrices in the order in which tiles read them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_KERNELS_PANEL_H
#define PROPD_ENGINE_KERNELS_PANEL_H

#include "engine/kernels/tile.h"

enum { PANEL_WIDTH = TILE_VECTORS * LANES };

static inline int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

ALWAYS_INLINE void panel_copy_lines(float *panel, const float *b, int64_t stride, int64_t depth,
                                    int64_t columns, const int vectors, const bool whole)
{
    for (int64_t k = 0; k < depth; k++, b += stride, panel += vectors * LANES)
#pragma GCC unroll 2
        for (int vector = 0; vector < vectors; vector++)
            floats_store(
                panel + vector * LANES,
                floats_load_part(b + vector * LANES, whole ? LANES : columns - vector * LANES));
}

static inline void panel_copy(float *panel, const float *b, int64_t stride, int64_t depth,
                              int64_t columns, int vectors)
{
    if (columns == PANEL_WIDTH)
        panel_copy_lines(panel, b, stride, depth, columns, 2, true);
    else if (vectors == 2)
        panel_copy_lines(panel, b, stride, depth, columns, 2, false);
    else
        panel_copy_lines(panel, b, stride, depth, columns, 1, false);
}

/* Four lines of one vector of a panel from columns `at` … `at` + 3 of LANES rows. */
static inline void quads_transpose(float *panel, int64_t panel_stride,
                                   const float *const rows[LANES], int64_t at)
{
    floats x0 = floats_load_quads(rows, at), x1 = floats_load_quads(rows + 1, at);
    floats x2 = floats_load_quads(rows + 2, at), x3 = floats_load_quads(rows + 3, at);
    floats low_01 = quads_interleave_low(x0, x1), low_23 = quads_interleave_low(x2, x3);
    floats high_01 = quads_interleave_high(x0, x1), high_23 = quads_interleave_high(x2, x3);
    floats_store(panel, quads_join_low(low_01, low_23));
    floats_store(panel + panel_stride, quads_join_high(low_01, low_23));
    floats_store(panel + 2 * panel_stride, quads_join_low(high_01, high_23));
    floats_store(panel + 3 * panel_stride, quads_join_high(high_01, high_23));
}

/* Column j of the panel is row j of b; columns that are not there repeat the last. */
static inline void panel_transpose(float *panel, const float *b, int64_t stride, int64_t depth,
                                   int64_t columns, int vectors)
{
    const int64_t width = vectors * LANES;
    for (int vector = 0; vector < vectors; vector++) {
        const float *rows[LANES];
        for (int lane = 0; lane < LANES; lane++)
            rows[lane] = b + smaller(vector * LANES + lane, columns - 1) * stride;
        float *to = panel + vector * LANES;
        int64_t k = 0;
        for (; k + 4 <= depth; k += 4, to += 4 * width)
            quads_transpose(to, width, rows, k);
        for (int64_t rest = 0; rest < depth - k; rest++)
            for (int lane = 0; lane < LANES; lane++)
                to[rest * width + lane] = rows[lane][k + rest];
    }
}

/* to[column][row] = from[row][column]. */
static inline void block_transpose(float *to, int64_t to_stride, const float *from,
                                   int64_t from_stride, int64_t rows, int64_t columns)
{
    for (int64_t row = 0; row < rows; row += LANES) {
        const int64_t count = smaller(LANES, rows - row);
        const float *lanes[LANES];
        float lines[4 * LANES];
        for (int lane = 0; lane < LANES; lane++)
            lanes[lane] = from + (row + smaller(lane, count - 1)) * from_stride;
        int64_t column = 0;
        for (; column + 4 <= columns; column += 4) {
            quads_transpose(lines, LANES, lanes, column);
            for (int i = 0; i < 4; i++)
                floats_store_part(to + (column + i) * to_stride + row,
                                  floats_load(lines + i * LANES), count);
        }
        for (int64_t rest = 0; rest < columns - column; rest++)
            for (int64_t lane = 0; lane < count; lane++)
                to[(column + rest) * to_stride + row + lane] = lanes[lane][column + rest];
    }
}

#endif

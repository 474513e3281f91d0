/* Matrix products out of register tiles.
 *
 * All three are one sum, c[row, column] = start + sum over k of a[row, k] * b[k, column], and
 * differ in where a and b lie: across (k over the rows of a's matrix) and transposed (k along the
 * rows of b's). Columns go in panels of two vectors. A panel of b that several tiles of rows read,
 * or that ends inside of a vector, or that lies transposed, is first copied to where its lines are
 * neighbours.
 *
 * Whatever the cut, an element is one chain of multiply-adds over k upwards from its start: between
 * blocks of k a sum rests in c, which loses nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/set.h"

#include <assert.h>
#include <stddef.h>

#include "engine/kernels/panel.h"
#include "engine/kernels/tile.h"

enum {
    SHALLOW_DEPTH = 32,
    PANEL_DEPTH = 256, /* lines of a panel's copy: 32 KiB with AVX-512, of a first-level cache */
    TURNED_DEPTH = 252 /* rows of a panel of d_x transposed, whole tiles of any set */
};

struct product {
    int64_t rows, columns, depth;
    const float *a;
    int64_t a_stride;
    const float *b;
    int64_t b_stride;
    const float *start; /* NULL: zeros */
    int64_t start_stride;
    float *c;
    int64_t c_stride;
    bool relu;
};

/* Sums that begin with nothing. */
static const float zeros[WIDE_VECTORS * LANES];

/* All rows of one panel and block of k, in tiles as even as they come. */
ALWAYS_INLINE void panel_run(struct tile tile, int64_t rows, int vectors, const bool across)
{
    const int kind = vectors > TILE_VECTORS ? TILE_VECTORS : vectors - 1;
    const int64_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
    const struct tile whole = tile;
    int64_t begin = 0;
    for (int64_t i = 0; i < tiles; i++) {
        int64_t end = rows * (i + 1) / tiles;
        tile.a = whole.a + (across ? begin : begin * whole.a_stride);
        tile.start = whole.start + begin * whole.start_stride;
        tile.c = whole.c + begin * whole.c_stride;
        tile_functions[across][kind][end - begin - 1](&tile);
        begin = end;
    }
}

/* One panel: `columns` columns at `column` of the product, all k. `copy` has room for `copy_depth`
 * lines. */
ALWAYS_INLINE void product_panel(const struct product *product, float *copy, int copy_depth,
                                 int64_t column, int64_t columns, int vectors, const bool across,
                                 const bool transposed)
{
    const bool direct =
        !transposed && product->rows <= TILE_ROWS && columns == (int64_t)vectors * LANES;
    const int64_t blocks =
        direct || product->depth == 0 ? 1 : (product->depth + copy_depth - 1) / copy_depth;
    int64_t begin = 0;
    for (int64_t i = 0; i < blocks; i++) {
        int64_t end = product->depth * (i + 1) / blocks;
        const float *b = product->b + (transposed ? column * product->b_stride + begin
                                                  : begin * product->b_stride + column);
        struct tile tile = {
            .depth = end - begin,
            .a = product->a + (across ? begin * product->a_stride : begin),
            .a_stride = product->a_stride,
            .b = direct ? b : copy,
            .b_stride = direct ? product->b_stride : (int64_t)vectors * LANES,
            .start = i > 0            ? product->c + column
                     : product->start ? product->start + column
                                      : zeros,
            .start_stride = i > 0 ? product->c_stride : product->start_stride,
            .c = product->c + column,
            .c_stride = product->c_stride,
            .columns = columns,
            .relu = product->relu && i == blocks - 1,
        };
        if (transposed)
            panel_transpose(copy, b, product->b_stride, end - begin, columns, vectors);
        else if (!direct)
            panel_copy(copy, b, product->b_stride, end - begin, columns, vectors);
        panel_run(tile, product->rows, vectors, across);
        begin = end;
    }
}

ALWAYS_INLINE void product_panels(const struct product *product, float *copy, int copy_depth,
                                  const bool across, const bool transposed)
{
    const int64_t wide = (int64_t)WIDE_VECTORS * LANES;
    int64_t column = 0;
    if (!transposed && product->rows <= WIDE_ROWS)
        for (; column + wide <= product->columns; column += wide)
            product_panel(product, copy, copy_depth, column, wide, WIDE_VECTORS, across,
                          transposed);
    while (column < product->columns) {
        int64_t columns = smaller(PANEL_WIDTH, product->columns - column);
        product_panel(product, copy, copy_depth, column, columns, columns > LANES ? 2 : 1, across,
                      transposed);
        column += columns;
    }
}

#define PRODUCT_RUN(name, across, transposed)                                                      \
    static __attribute__((noinline)) void name(const struct product *product)                      \
    {                                                                                              \
        _Alignas(64) float copy[PANEL_DEPTH * PANEL_WIDTH];                                        \
        product_panels(product, copy, PANEL_DEPTH, across, transposed);                            \
    }
PRODUCT_RUN(product_run_deep, false, false)
PRODUCT_RUN(product_run_across, true, false)
PRODUCT_RUN(product_run_transposed, false, true)

/* Small products are not to pay for the stack of large ones. */
ALWAYS_INLINE void product_run(const struct product *product, const bool across,
                               const bool transposed)
{
    if (product->rows <= 0)
        return;
    if (product->depth <= SHALLOW_DEPTH) {
        _Alignas(64) float copy[SHALLOW_DEPTH * PANEL_WIDTH];
        product_panels(product, copy, SHALLOW_DEPTH, across, transposed);
    } else if (across) {
        product_run_across(product);
    } else if (transposed) {
        product_run_transposed(product);
    } else {
        product_run_deep(product);
    }
}

void KERNEL(product)(int64_t rows, int64_t columns, int64_t depth, const float *x, int64_t x_stride,
                     const float *w, int64_t w_stride, const float *bias, float *y,
                     int64_t y_stride, enum activation_code activation)
{
    const struct product product = {
        .rows = rows,
        .columns = columns,
        .depth = depth,
        .a = x,
        .a_stride = x_stride,
        .b = w,
        .b_stride = w_stride,
        .start = bias,
        .c = y,
        .c_stride = y_stride,
        .relu = activation == ACTIVATION_RELU,
    };
    assert(activation == ACTIVATION_RELU || activation == ACTIVATION_LINEAR);
    product_run(&product, false, false);
}

void KERNEL(product_add)(int64_t rows, int64_t columns, int64_t depth, const float *x,
                         int64_t x_stride, const float *w, int64_t w_stride, float *y,
                         int64_t y_stride)
{
    const struct product product = {
        .rows = rows,
        .columns = columns,
        .depth = depth,
        .a = x,
        .a_stride = x_stride,
        .b = w,
        .b_stride = w_stride,
        .start = y,
        .start_stride = y_stride,
        .c = y,
        .c_stride = y_stride,
    };
    product_run(&product, false, false);
}

/* Whether d_x should be made transposed, with rows of the batch as lanes: then d_y and d_x must be
 * turned and not w, but lanes are lost where the rows do not fill vectors. In cycles of AVX-512: 5
 * for 32 elements turned, one for 32 multiply-adds. */
static bool rows_are_lanes(int64_t rows, int64_t columns, int64_t depth, int overwrite)
{
    const int64_t lost = (rows + LANES - 1) / LANES * LANES - rows;
    const int64_t turns = (depth + TURNED_DEPTH - 1) / TURNED_DEPTH;
    const int64_t by_rows = 5 * rows * (columns * turns + depth * (overwrite ? 1 : 2));
    return by_rows + lost * columns * depth < 5 * columns * depth;
}

/* d_x transposed = w * d_y transposed, some rows of w and a panel of rows of d_y at a time. */
static __attribute__((noinline)) void d_input_by_rows(int64_t rows, int64_t columns, int64_t depth,
                                                      const float *d_y, int64_t d_y_stride,
                                                      const float *w, int64_t w_stride, float *d_x,
                                                      int64_t d_x_stride, int overwrite)
{
    _Alignas(64) float turned[TURNED_DEPTH * PANEL_WIDTH];
    for (int64_t i = 0; i < depth; i += TURNED_DEPTH)
        for (int64_t row = 0; row < rows; row += PANEL_WIDTH) {
            const struct product product = {
                .rows = smaller(TURNED_DEPTH, depth - i),
                .columns = smaller(PANEL_WIDTH, rows - row),
                .depth = columns,
                .a = w + i * w_stride,
                .a_stride = w_stride,
                .b = d_y + row * d_y_stride,
                .b_stride = d_y_stride,
                .start = overwrite ? NULL : turned,
                .start_stride = overwrite ? 0 : PANEL_WIDTH,
                .c = turned,
                .c_stride = PANEL_WIDTH,
            };
            float *out = d_x + row * d_x_stride + i;
            if (!overwrite)
                block_transpose(turned, PANEL_WIDTH, out, d_x_stride, product.columns,
                                product.rows);
            product_run(&product, false, true);
            block_transpose(out, d_x_stride, turned, PANEL_WIDTH, product.rows, product.columns);
        }
}

void KERNEL(product_d_input)(int64_t rows, int64_t columns, int64_t depth, const float *d_y,
                             int64_t d_y_stride, const float *w, int64_t w_stride, float *d_x,
                             int64_t d_x_stride, int overwrite)
{
    if (rows_are_lanes(rows, columns, depth, overwrite)) {
        d_input_by_rows(rows, columns, depth, d_y, d_y_stride, w, w_stride, d_x, d_x_stride,
                        overwrite);
        return;
    }
    const struct product product = {
        .rows = rows,
        .columns = depth,
        .depth = columns,
        .a = d_y,
        .a_stride = d_y_stride,
        .b = w,
        .b_stride = w_stride,
        .start = overwrite ? NULL : d_x,
        .start_stride = overwrite ? 0 : d_x_stride,
        .c = d_x,
        .c_stride = d_x_stride,
    };
    product_run(&product, false, true);
}

void KERNEL(product_d_kernel)(int64_t rows, int64_t columns, int64_t depth, const float *x,
                              int64_t x_stride, const float *d_y, int64_t d_y_stride, float *d_w,
                              int64_t d_w_stride)
{
    const struct product product = {
        .rows = depth,
        .columns = columns,
        .depth = rows,
        .a = x,
        .a_stride = x_stride,
        .b = d_y,
        .b_stride = d_y_stride,
        .start = d_w,
        .start_stride = d_w_stride,
        .c = d_w,
        .c_stride = d_w_stride,
    };
    product_run(&product, true, false);
}

/* Vectors of doubles in a wide sum. */
enum { SUM_VECTORS = 8 };

/* Several vectors of columns side by side: the sum of one alone would wait for itself. */
ALWAYS_INLINE void column_sums_run(int64_t rows, const int vectors, const float *d_y,
                                   int64_t d_y_stride, float *d_bias)
{
    doubles sums[SUM_VECTORS];
#pragma GCC unroll 8
    for (int i = 0; i < vectors; i++)
        sums[i] = doubles_load(d_bias + i * DOUBLE_LANES);
    for (int64_t row = 0; row < rows; row++, d_y += d_y_stride)
#pragma GCC unroll 8
        for (int i = 0; i < vectors; i++)
            sums[i] += doubles_load(d_y + i * DOUBLE_LANES);
#pragma GCC unroll 8
    for (int i = 0; i < vectors; i++)
        doubles_store(d_bias + i * DOUBLE_LANES, sums[i]);
}

static void column_sum(int64_t rows, const float *d_y, int64_t d_y_stride, float *d_bias)
{
    double sum = (double)*d_bias;
    for (int64_t row = 0; row < rows; row++)
        sum += (double)d_y[row * d_y_stride];
    *d_bias = (float)sum;
}

void KERNEL(column_sums)(int64_t rows, int64_t columns, const float *d_y, int64_t d_y_stride,
                         float *d_bias)
{
    const int64_t wide = (int64_t)SUM_VECTORS * DOUBLE_LANES;
    int64_t column = 0;
    for (; column + wide <= columns; column += wide)
        column_sums_run(rows, SUM_VECTORS, d_y + column, d_y_stride, d_bias + column);
    for (; column + wide / 2 <= columns; column += wide / 2)
        column_sums_run(rows, SUM_VECTORS / 2, d_y + column, d_y_stride, d_bias + column);
    for (; column + DOUBLE_LANES <= columns; column += DOUBLE_LANES)
        column_sums_run(rows, 1, d_y + column, d_y_stride, d_bias + column);
    for (; column < columns; column++)
        column_sum(rows, d_y + column, d_y_stride, d_bias + column);
}

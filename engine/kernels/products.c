/* Matrix products out of register tiles.
 *
 * Columns go in panels of two vectors. A panel of b that many tiles read, or that ends inside of a
 * vector, or that lies transposed, is first copied to where its lines are neighbours, a block of k
 * at a time: the copy stays in the first-level cache, what is read of a in the second.
 *
 * Whatever the cut, an element is one chain of multiply-adds over k upwards from its start: between
 * blocks of k a sum rests in c, which loses nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/product.h"

#include <assert.h>
#include <stddef.h>

#include "engine/kernels/panel.h"
#include "engine/kernels/tile.h"

enum {
    PANEL_DEPTH = 256, /* lines of a panel's copy: 32 KiB with AVX-512, of a first-level cache */
    PACKED_DEPTH = LANES == 16 ? 288 : 384, /* of a panel that is there already */
    ACROSS_DEPTH = 128,
    DIRECT_TILES = 2,   /* so few do not earn back a copy */
    TURNED_DEPTH = 252, /* rows of a panel of d_x transposed, whole tiles of any set */
    TURNED_ROWS = 84,   /* rows of x transposed, likewise */
    TURNED_STRIDE =
        ACROSS_DEPTH + 16,           /* no power of two, which would fall on one line of a cache */
    TURNED_COLUMNS = 4 * PANEL_WIDTH /* so many earn back the turning */
};

/* Sums that begin with nothing. */
static const float zeros[WIDE_VECTORS * LANES];
const int64_t KERNEL(product_no_offset)[1] = {0};

/* Some of the k of a product: whole runs, or a part of one. */
struct block {
    int64_t run, runs;    /* the first one and their number */
    int64_t begin, depth; /* of each */
    int64_t line;         /* of b */
    bool is_last;
};

/* The block after this one, of `limit` lines at most where a run may be cut. */
static bool next_block(const struct product *product, int64_t limit, struct block *block)
{
    block->line += block->runs * block->depth;
    if (block->begin + block->depth < product->depth && block->runs > 0) {
        block->begin += block->depth;
    } else {
        block->run += block->runs;
        block->begin = 0;
        if (block->run >= product->runs)
            return false;
    }
    /* As even as they come. */
    const int64_t parts = (product->depth - 1) / limit + 1;
    const int64_t part = (product->depth + parts - 1) / parts;
    const int64_t whole =
        smaller(limit / (product->depth + (product->depth == 0)), product->runs - block->run);
    block->runs = parts > 1 || whole < 1 ? 1 : whole;
    block->depth = smaller(part, product->depth - block->begin);
    block->is_last =
        block->run + block->runs == product->runs && block->begin + block->depth == product->depth;
    return true;
}

/* A block of one panel: `columns` columns at `column`, b's lines at `b`. */
struct panel {
    int64_t column, columns;
    enum tile_kind kind;
    int vectors;
    const float *b;
    int64_t b_stride;
};

/* Last rows of a tile that whole vectors would reach beyond: all, but where the panel is all of c.
 */
static int64_t parted_rows(const struct product *product, const struct panel *panel)
{
    if (product->c_stride != panel->columns)
        return TALL_ROWS;
    return (panel->vectors * LANES - 1) / panel->columns;
}

/* Points a tile's groups of rows [begin, end) at their first element of the block. */
static void point_rows(const struct product *product, const struct block *block, int64_t begin,
                       int64_t end, int group, const float *a[POINTERS_MAX])
{
    if (product->across) {
        a[0] = product->a + block->begin * product->a_stride + begin;
        return;
    }
    if (product->lines == 1) {
        const float *first = product->a + product->line_offsets[0] + block->begin;
        for (; begin < end; begin += group)
            *a++ = first + begin * product->a_stride;
        return;
    }
    int64_t line = begin / product->rows, row = begin % product->rows;
    for (; begin < end; begin += group, row += group) {
        while (row >= product->rows) {
            row -= product->rows;
            line++;
        }
        *a++ = product->a + product->line_offsets[line] + block->begin + row * product->a_stride;
    }
}

/* Rows [begin, end), in tiles as even as they come. */
static void panel_run_rows(const struct product *product, const struct block *block,
                           const struct panel *panel, struct tile *tile, int64_t begin, int64_t end)
{
    const int64_t tiles = (end - begin + tile_rows[panel->kind] - 1) / tile_rows[panel->kind];
    const float *start = block->line > 0 ? product->c : product->start;
    const int group = tile_groups[panel->kind];
    const int64_t each = (end - begin) / tiles, more = (end - begin) % tiles;
    int64_t row = begin;
    for (int64_t i = 0; i < tiles; i++) {
        const int64_t next = row + each + (i < more);
        point_rows(product, block, row, next, group, tile->a);
        tile->start = start ? start + row * tile->start_stride + panel->column : zeros;
        tile->c = product->c + row * tile->c_stride + panel->column;
        tile_functions[product->across][panel->kind][next - row - 1](tile);
        row = next;
    }
}

/* All rows. Tiles may have rows of several lines where each row has a pointer of its own. */
static void panel_run(const struct product *product, const struct block *block,
                      const struct panel *panel)
{
    struct tile tile = {
        .runs = block->runs,
        .depth = block->depth,
        .run_offsets = product->run_offsets + block->run,
        .a_stride = product->a_stride,
        .b = panel->b,
        .b_stride = panel->b_stride,
        .start_stride = block->line > 0  ? product->c_stride
                        : product->start ? product->start_stride
                                         : 0,
        .c_stride = product->c_stride,
        .columns = panel->columns,
        .relu = product->relu && block->is_last,
        .parted = parted_rows(product, panel),
    };
    const bool is_split = tile_groups[panel->kind] > 1;
    const int64_t step = is_split ? product->rows : product->rows * product->lines;
    for (int64_t begin = 0; begin < product->rows * product->lines; begin += step)
        panel_run_rows(product, block, panel, &tile, begin, begin + step);
}

/* The same by way of a copy of the panel. */
static __attribute__((noinline)) void panel_run_copied(const struct product *product,
                                                       const struct block *block,
                                                       const struct panel *panel)
{
    _Alignas(64) float copy[PANEL_DEPTH * PANEL_WIDTH];
    struct panel copied = *panel;
    copied.b = copy;
    copied.b_stride = (int64_t)panel->vectors * LANES;
    if (product->source == SOURCE_TURNED)
        panel_transpose(copy, panel->b, panel->b_stride, block->runs * block->depth, panel->columns,
                        panel->vectors);
    else
        panel_copy(copy, panel->b, panel->b_stride, block->runs * block->depth, panel->columns,
                   panel->vectors);
    panel_run(product, block, &copied);
}

/* Whether tiles can read b where it lies, and do not gain by a copy. */
static bool is_direct(const struct product *product, const struct panel *panel)
{
    const int64_t width = (int64_t)panel->vectors * LANES;
    return product->source == SOURCE_PANELS ||
           (product->source == SOURCE_ROWS && panel->columns == width &&
            (product->lines * product->rows <= DIRECT_TILES * tile_rows[panel->kind] ||
             product->b_stride == width));
}

static struct panel panel_at(const struct product *product, const struct block *block,
                             int64_t column)
{
    const int64_t left = product->columns - column, wide = (int64_t)WIDE_VECTORS * LANES;
    struct panel panel = {.column = column, .columns = smaller(left, PANEL_WIDTH)};
    panel.kind = panel.columns > LANES ? TILE_USUAL : TILE_TALL;
    if (product->source == SOURCE_ROWS && left >= wide &&
        product->lines * product->rows <= WIDE_ROWS)
        panel.kind = TILE_WIDE, panel.columns = wide;
    panel.vectors = panel.kind == TILE_WIDE ? WIDE_VECTORS : (int)panel.kind + 1;
    panel.b_stride = product->b_stride;
    if (product->source == SOURCE_PANELS) {
        panel.b_stride = (int64_t)panel.vectors * LANES;
        panel.b =
            product->b + column * product->runs * product->depth + block->line * panel.b_stride;
    } else if (product->source == SOURCE_TURNED) {
        panel.b = product->b + column * product->b_stride + block->line;
    } else {
        panel.b = product->b + block->line * product->b_stride + column;
    }
    return panel;
}

void KERNEL(product_run)(const struct product *product)
{
    struct block block = {0};
    const int64_t limit = product->across                    ? ACROSS_DEPTH
                          : product->source == SOURCE_PANELS ? PACKED_DEPTH
                                                             : PANEL_DEPTH;
    if (product->rows <= 0 || product->lines <= 0)
        return;
    while (next_block(product, limit, &block))
        for (int64_t column = 0; column < product->columns;) {
            const struct panel panel = panel_at(product, &block, column);
            if (is_direct(product, &panel))
                panel_run(product, &block, &panel);
            else
                panel_run_copied(product, &block, &panel);
            column += panel.columns;
        }
}

/* A product of plain matrices. */
static struct product matrix_product(int64_t rows, int64_t columns, int64_t depth)
{
    return (struct product){.lines = 1,
                            .rows = rows,
                            .columns = columns,
                            .runs = 1,
                            .depth = depth,
                            .line_offsets = KERNEL(product_no_offset),
                            .run_offsets = KERNEL(product_no_offset)};
}

void KERNEL(product)(int64_t rows, int64_t columns, int64_t depth, const float *x, int64_t x_stride,
                     const float *w, int64_t w_stride, const float *bias, float *y,
                     int64_t y_stride, enum activation_code activation)
{
    struct product product = matrix_product(rows, columns, depth);
    product.a = x;
    product.a_stride = x_stride;
    product.b = w;
    product.b_stride = w_stride;
    product.start = bias;
    product.c = y;
    product.c_stride = y_stride;
    product.relu = activation == ACTIVATION_RELU;
    assert(activation == ACTIVATION_RELU || activation == ACTIVATION_LINEAR);
    KERNEL(product_run)(&product);
}

void KERNEL(product_add)(int64_t rows, int64_t columns, int64_t depth, const float *x,
                         int64_t x_stride, const float *w, int64_t w_stride, float *y,
                         int64_t y_stride)
{
    struct product product = matrix_product(rows, columns, depth);
    product.a = x;
    product.a_stride = x_stride;
    product.b = w;
    product.b_stride = w_stride;
    product.start = product.c = y;
    product.start_stride = product.c_stride = y_stride;
    KERNEL(product_run)(&product);
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
            struct product product = matrix_product(smaller(TURNED_DEPTH, depth - i),
                                                    smaller(PANEL_WIDTH, rows - row), columns);
            product.a = w + i * w_stride;
            product.a_stride = w_stride;
            product.source = SOURCE_TURNED;
            product.b = d_y + row * d_y_stride;
            product.b_stride = d_y_stride;
            product.start = overwrite ? NULL : turned;
            product.start_stride = product.c_stride = PANEL_WIDTH;
            product.c = turned;
            float *out = d_x + row * d_x_stride + i;
            if (!overwrite)
                block_transpose(turned, PANEL_WIDTH, out, d_x_stride, product.columns,
                                product.rows);
            KERNEL(product_run)(&product);
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
    struct product product = matrix_product(rows, depth, columns);
    product.a = d_y;
    product.a_stride = d_y_stride;
    product.source = SOURCE_TURNED;
    product.b = w;
    product.b_stride = w_stride;
    product.start = overwrite ? NULL : d_x;
    product.c = d_x;
    product.start_stride = product.c_stride = d_x_stride;
    KERNEL(product_run)(&product);
}

/* d_w = x transposed * d_y, some rows of the batch and columns of x at a time. */
static __attribute__((noinline)) void d_kernel_turned(int64_t rows, int64_t columns, int64_t depth,
                                                      const float *x, int64_t x_stride,
                                                      const float *d_y, int64_t d_y_stride,
                                                      float *d_w, int64_t d_w_stride, int overwrite)
{
    _Alignas(64) float turned[TURNED_ROWS * TURNED_STRIDE];
    const int64_t parts = (rows + ACROSS_DEPTH - 1) / ACROSS_DEPTH;
    for (int64_t part = 0; part < parts; part++) {
        const int64_t begin = rows * part / parts, end = rows * (part + 1) / parts;
        for (int64_t i = 0; i < depth; i += TURNED_ROWS) {
            struct product product =
                matrix_product(smaller(TURNED_ROWS, depth - i), columns, end - begin);
            block_transpose(turned, TURNED_STRIDE, x + begin * x_stride + i, x_stride, end - begin,
                            product.rows);
            product.a = turned;
            product.a_stride = TURNED_STRIDE;
            product.b = d_y + begin * d_y_stride;
            product.b_stride = d_y_stride;
            product.c = d_w + i * d_w_stride;
            product.start = overwrite && part == 0 ? NULL : product.c;
            product.start_stride = product.c_stride = d_w_stride;
            KERNEL(product_run)(&product);
        }
    }
}

void KERNEL(product_d_kernel)(int64_t rows, int64_t columns, int64_t depth, const float *x,
                              int64_t x_stride, const float *d_y, int64_t d_y_stride, float *d_w,
                              int64_t d_w_stride, int overwrite)
{
    if (columns >= TURNED_COLUMNS && depth > TILE_ROWS && rows > 0) {
        d_kernel_turned(rows, columns, depth, x, x_stride, d_y, d_y_stride, d_w, d_w_stride,
                        overwrite);
        return;
    }
    struct product product = matrix_product(depth, columns, rows);
    product.a = x;
    product.a_stride = x_stride;
    product.across = true;
    product.b = d_y;
    product.b_stride = d_y_stride;
    product.start = overwrite ? NULL : d_w;
    product.c = d_w;
    product.start_stride = product.c_stride = d_w_stride;
    KERNEL(product_run)(&product);
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

/* Products of patches that lie in an image, with matrices packed as panels. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/product.h"

#include <assert.h>

#include "engine/kernels/panel.h"

int64_t KERNEL(panels_size)(int64_t depth, int64_t columns)
{
    return (columns + LANES - 1) / LANES * LANES * depth;
}

void KERNEL(panels_fill)(int64_t depth, int64_t columns, int64_t line, int64_t lines,
                         const float *w, int64_t w_stride, int turned, float *panels)
{
    for (int64_t column = 0; column < columns; column += PANEL_WIDTH) {
        const int64_t width = smaller(columns - column, PANEL_WIDTH);
        const int vectors = width > LANES ? TILE_VECTORS : 1;
        float *to = panels + column * depth + line * vectors * LANES;
        if (turned)
            panel_transpose(to, w + column * w_stride, w_stride, lines, width, vectors);
        else
            panel_copy(to, w + column, w_stride, lines, width, vectors);
    }
}

static struct product patch_product(const struct patch_grid *grid)
{
    return (struct product){.lines = grid->lines,
                            .rows = grid->count,
                            .runs = grid->runs,
                            .depth = grid->run_length,
                            .line_offsets = grid->line_offsets,
                            .run_offsets = grid->run_offsets,
                            .a = grid->x,
                            .a_stride = grid->step};
}

void KERNEL(patch_product)(const struct patch_grid *grid, int64_t columns, const float *panels,
                           const float *start, int64_t start_stride, float *y, int64_t y_stride,
                           enum activation_code activation)
{
    struct product product = patch_product(grid);
    product.columns = columns;
    product.source = SOURCE_PANELS;
    product.b = panels;
    product.start = start;
    product.start_stride = start_stride;
    product.c = y;
    product.c_stride = y_stride;
    product.relu = activation == ACTIVATION_RELU;
    assert(activation == ACTIVATION_RELU || activation == ACTIVATION_LINEAR);
    KERNEL(product_run)(&product);
}

void KERNEL(patch_product_d_kernel)(const struct patch_grid *grid, int64_t begin, int64_t end,
                                    int64_t columns, const float *panels, float *d_w,
                                    int64_t d_w_stride)
{
    for (int64_t at = begin, next; at < end; at = next) {
        const int64_t run = at / grid->run_length;
        next = smaller(end, (run + 1) * grid->run_length);
        float *c = d_w + (at - begin) * d_w_stride;
        const struct product product = {.lines = 1,
                                        .rows = next - at,
                                        .columns = columns,
                                        .runs = grid->lines,
                                        .depth = grid->count,
                                        .line_offsets = KERNEL(product_no_offset),
                                        .run_offsets = grid->line_offsets,
                                        .a = grid->x + grid->run_offsets[run] +
                                             at % grid->run_length,
                                        .a_stride = grid->step,
                                        .across = true,
                                        .source = SOURCE_PANELS,
                                        .b = panels,
                                        .start = c,
                                        .start_stride = d_w_stride,
                                        .c = c,
                                        .c_stride = d_w_stride};
        KERNEL(product_run)(&product);
    }
}

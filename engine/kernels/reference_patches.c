/* Products of patches as plain loops; panels are the matrix as it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/reference.h"

#include <math.h>
#include <stddef.h>

int64_t reference_panels_size(int64_t depth, int64_t columns)
{
    return depth * columns;
}

void reference_panels_fill(int64_t depth, int64_t columns, int64_t line, int64_t lines,
                           const float *w, int64_t w_stride, int turned, float *panels)
{
    (void)depth;
    for (int64_t k = 0; k < lines; k++)
        for (int64_t j = 0; j < columns; j++)
            panels[(line + k) * columns + j] = turned ? w[j * w_stride + k] : w[k * w_stride + j];
}

static float element(const struct patch_grid *grid, int64_t row, int64_t k)
{
    return grid->x[grid->line_offsets[row / grid->count] + row % grid->count * grid->step +
                   grid->run_offsets[k / grid->run_length] + k % grid->run_length];
}

void reference_patch_product(const struct patch_grid *grid, int64_t columns, const float *panels,
                             const float *start, int64_t start_stride, float *y, int64_t y_stride,
                             enum activation_code activation)
{
    for (int64_t row = 0; row < grid->lines * grid->count; row++)
        for (int64_t j = 0; j < columns; j++) {
            float sum = start != NULL ? start[row * start_stride + j] : 0;
            for (int64_t k = 0; k < grid->runs * grid->run_length; k++)
                sum = fmaf(element(grid, row, k), panels[k * columns + j], sum);
            y[row * y_stride + j] = activation == ACTIVATION_RELU && sum < 0 ? 0 : sum;
        }
}

void reference_patch_product_d_kernel(const struct patch_grid *grid, int64_t begin, int64_t end,
                                      int64_t columns, const float *panels, float *d_w,
                                      int64_t d_w_stride)
{
    for (int64_t i = begin; i < end; i++)
        for (int64_t j = 0; j < columns; j++) {
            float *sum = d_w + (i - begin) * d_w_stride + j;
            for (int64_t row = 0; row < grid->lines * grid->count; row++)
                *sum = fmaf(element(grid, row, i), panels[row * columns + j], *sum);
        }
}

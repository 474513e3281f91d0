/* The reference's windows: one number at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/reference.h"

#include <math.h>
#include <stdbool.h>

/* One number that a window sees: its channel, its place from what the first window sees first, its
 * place in a kernel and that of the window's result. */
struct sight {
    int64_t channel, seen, kernel, result;
    bool is_first, is_last; /* of its window and channel */
};

/* Fills the sight number `index`; false past the last. */
static bool sight_at(const struct windows *windows, int64_t index, struct sight *sight)
{
    const int64_t cells = windows->lines * windows->cells;

    if (cells == 0)
        return false;
    const int64_t cell = index % cells;
    const int64_t window = index / cells / windows->channels;
    const int64_t line = cell / windows->cells;
    const int64_t on_line = cell % windows->cells;

    sight->channel = index / cells % windows->channels;
    sight->seen = window * windows->step + line * windows->line_stride +
                  on_line * windows->cell_stride + sight->channel;
    sight->kernel =
        line * windows->kernel_line_stride + on_line * windows->kernel_cell_stride + sight->channel;
    sight->result = window * windows->result_step + sight->channel;
    sight->is_first = cell == 0;
    sight->is_last = cell == cells - 1;
    return window < windows->count;
}

void reference_windows_max(const struct windows *windows, const float *x, float *y)
{
    struct sight at;

    for (int64_t i = 0; sight_at(windows, i, &at); i++)
        if (at.is_first || x[at.seen] > y[at.result] || isnan(x[at.seen]))
            y[at.result] = x[at.seen];
}

void reference_windows_max_gradient(const struct windows *windows, const float *x, const float *y,
                                    const float *d_y, float *d_x, int overwrite)
{
    struct sight at;
    bool given = false;

    for (int64_t i = 0; sight_at(windows, i, &at); i++) {
        bool gives = (at.is_first || !given) && !(x[at.seen] < y[at.result]);
        d_x[at.seen] = (overwrite ? 0 : d_x[at.seen]) + (gives ? d_y[at.result] : 0.0F);
        given = gives || (given && !at.is_first);
    }
}

void reference_windows_mean(const struct windows *windows, const float *x, float *y)
{
    struct sight at;
    double sum = 0.0;

    for (int64_t i = 0; sight_at(windows, i, &at); i++) {
        sum = (at.is_first ? 0.0 : sum) + (double)x[at.seen];
        if (at.is_last)
            y[at.result] = (float)(sum / (double)(windows->lines * windows->cells));
    }
}

void reference_windows_mean_gradient(const struct windows *windows, const float *d_y, float *d_x,
                                     int overwrite)
{
    struct sight at;

    for (int64_t i = 0; sight_at(windows, i, &at); i++)
        d_x[at.seen] = (overwrite ? 0 : d_x[at.seen]) +
                       d_y[at.result] / (float)(windows->lines * windows->cells);
}

void reference_windows_product(const struct windows *windows, const float *x, const float *w,
                               const float *bias, float *y)
{
    struct sight at;

    for (int64_t i = 0; i < windows->count; i++)
        for (int64_t j = 0; j < windows->channels; j++)
            y[i * windows->result_step + j] = bias ? bias[j] : 0.0F;
    for (int64_t i = 0; sight_at(windows, i, &at); i++)
        y[at.result] = fmaf(x[at.seen], w[at.kernel], y[at.result]);
}

void reference_windows_product_d_input(const struct windows *windows, const float *d_y,
                                       const float *w, float *d_x)
{
    struct sight at;

    for (int64_t i = 0; sight_at(windows, i, &at); i++)
        d_x[at.seen] = fmaf(d_y[at.result], w[at.kernel], d_x[at.seen]);
}

void reference_windows_product_d_kernel(const struct windows *windows, const float *x,
                                        const float *d_y, float *d_w)
{
    struct sight at;

    for (int64_t i = 0; sight_at(windows, i, &at); i++)
        d_w[at.kernel] = fmaf(x[at.seen], d_y[at.result], d_w[at.kernel]);
}

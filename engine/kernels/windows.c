/* Windows over images: pooling, and convolutions of a channel with itself alone. Channels are
 * lanes; a window's cells are taken one by one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/set.h"

#include <stdbool.h>
#include <stddef.h>

#include "engine/kernels/simd.h"

/* Does `statement` for every cell that a window sees, in order: `cell_at` floats from its first
 * one, `kernel_at` from the kernel's. */
#define EACH_CELL(windows, statement)                                                              \
    do {                                                                                           \
        for (int64_t line = 0; line < (windows)->lines; line++)                                    \
            for (int64_t cell = 0; cell < (windows)->cells; cell++) {                              \
                const int64_t cell_at =                                                            \
                    line * (windows)->line_stride + cell * (windows)->cell_stride;                 \
                statement;                                                                         \
            }                                                                                      \
    } while (0)

static int64_t kernel_at(const struct windows *windows, int64_t line, int64_t cell)
{
    return line * windows->kernel_line_stride + cell * windows->kernel_cell_stride;
}

/* The larger, the first of equal ones; NaN where one of them is. */
ALWAYS_INLINE floats later_max(floats largest, floats x)
{
    floats larger = floats_select(floats_less(largest, x), x, largest);
    return floats_select(floats_is_nan(x), x, larger);
}

/* Loads or stores `lanes` lanes, or all of them where `room` floats from there on may be read, or
 * are written later: parts of vectors are slow. */
ALWAYS_INLINE floats load_early(const float *from, int64_t lanes, int64_t room)
{
    return room >= LANES ? floats_load(from) : floats_load_part(from, lanes);
}
ALWAYS_INLINE void store_early(float *to, floats x, int64_t lanes, int64_t room)
{
    if (room >= LANES)
        floats_store(to, x);
    else
        floats_store_part(to, x, lanes);
}

/* One vector of channels of one window. */
struct sight {
    int64_t lanes;
    int64_t seen_room;   /* floats from what it sees first to the end of the windows' line */
    int64_t result_room; /* the same of its result */
};

/* Rooms of window `i`, nothing where windows do not lie side by side. */
ALWAYS_INLINE struct sight sight_of(const struct windows *windows, int64_t i, int64_t at,
                                    int64_t lanes)
{
    const bool is_seen_dense = windows->cell_stride == windows->channels &&
                               windows->step == windows->cells * windows->cell_stride;
    const bool is_result_dense = windows->result_step == windows->channels;
    const int64_t left = windows->count - i;
    return (struct sight){.lanes = lanes,
                          .seen_room = is_seen_dense ? left * windows->step - at : 0,
                          .result_room = is_result_dense ? left * windows->channels - at : 0};
}

/* The size of windows as constants, so that their loops unroll. */
#define WITH_SIZE(windows, call_two_by_two, call_any)                                              \
    do {                                                                                           \
        if ((windows)->lines == 2 && (windows)->cells == 2)                                        \
            call_two_by_two;                                                                       \
        else                                                                                       \
            call_any;                                                                              \
    } while (0)

ALWAYS_INLINE void max_vector(const struct windows *windows, const int64_t lines,
                              const int64_t cells, struct sight sight, const float *x, float *y)
{
    floats largest = load_early(x, sight.lanes, sight.seen_room);
    for (int64_t line = 0; line < lines; line++)
        for (int64_t cell = 0; cell < cells; cell++)
            largest = later_max(
                largest, load_early(x + line * windows->line_stride + cell * windows->cell_stride,
                                    sight.lanes, sight.seen_room - cell * windows->cell_stride));
    store_early(y, largest, sight.lanes, sight.result_room);
}

ALWAYS_INLINE void max_run(const struct windows *windows, const int64_t lines, const int64_t cells,
                           const float *x, float *y)
{
    for (int64_t i = 0; i < windows->count; i++, x += windows->step, y += windows->result_step)
        EACH_VECTOR(windows->channels, max_vector(windows, lines, cells,
                                                  sight_of(windows, i, at, lanes), x + at, y + at));
}

void KERNEL(windows_max)(const struct windows *windows, const float *x, float *y)
{
    WITH_SIZE(windows, max_run(windows, 2, 2, x, y),
              max_run(windows, windows->lines, windows->cells, x, y));
}

/* What the first cell that is as large as `largest` gets; `left` becomes nothing with it. */
ALWAYS_INLINE floats max_gradient_cell(floats x, floats largest, floats *left)
{
    const mask less = floats_less(x, largest);
    const floats nothing = floats_set(0), given = floats_select(less, nothing, *left);
    *left = floats_select(less, *left, nothing);
    return given;
}

ALWAYS_INLINE void max_gradient_vector(const struct windows *windows, const float *x,
                                       const float *y, const float *d_y, float *d_x, int64_t lanes)
{
    const floats largest = floats_load_part(y, lanes);
    floats left = floats_load_part(d_y, lanes);
    EACH_CELL(windows, floats_store_part(d_x + cell_at,
                                         floats_load_part(d_x + cell_at, lanes) +
                                             max_gradient_cell(floats_load_part(x + cell_at, lanes),
                                                               largest, &left),
                                         lanes));
}

/* The same stored. With more channels than lanes what is stored beyond a cell's channels would be
 * in what another vector has stored of the next cell. */
ALWAYS_INLINE void max_gradient_store(const struct windows *windows, const int64_t lines,
                                      const int64_t cells, struct sight sight, const float *x,
                                      const float *y, const float *d_y, float *d_x)
{
    const floats largest = load_early(y, sight.lanes, sight.result_room);
    floats left = load_early(d_y, sight.lanes, sight.result_room);
    for (int64_t line = 0; line < lines; line++)
        for (int64_t cell = 0; cell < cells; cell++) {
            const int64_t at = line * windows->line_stride + cell * windows->cell_stride;
            const int64_t room = sight.seen_room - cell * windows->cell_stride;
            const floats seen = load_early(x + at, sight.lanes, room);
            store_early(d_x + at, max_gradient_cell(seen, largest, &left), sight.lanes,
                        windows->channels < LANES ? room : 0);
        }
}

ALWAYS_INLINE void max_gradient_run(const struct windows *windows, const int64_t lines,
                                    const int64_t cells, const float *x, const float *y,
                                    const float *d_y, float *d_x)
{
    for (int64_t i = 0; i < windows->count; i++) {
        EACH_VECTOR(windows->channels,
                    max_gradient_store(windows, lines, cells, sight_of(windows, i, at, lanes),
                                       x + at, y + at, d_y + at, d_x + at));
        x += windows->step;
        d_x += windows->step;
        y += windows->result_step;
        d_y += windows->result_step;
    }
}

void KERNEL(windows_max_gradient)(const struct windows *windows, const float *x, const float *y,
                                  const float *d_y, float *d_x, int overwrite)
{
    if (overwrite) {
        WITH_SIZE(windows, max_gradient_run(windows, 2, 2, x, y, d_y, d_x),
                  max_gradient_run(windows, windows->lines, windows->cells, x, y, d_y, d_x));
        return;
    }
    for (int64_t i = 0; i < windows->count; i++) {
        EACH_VECTOR(windows->channels,
                    max_gradient_vector(windows, x + at, y + at, d_y + at, d_x + at, lanes));
        x += windows->step;
        d_x += windows->step;
        y += windows->result_step;
        d_y += windows->result_step;
    }
}

static void mean_one(const struct windows *windows, const float *x, float *y)
{
    double sum = 0;
    EACH_CELL(windows, sum += (double)x[cell_at]);
    *y = (float)(sum / (double)(windows->lines * windows->cells));
}

ALWAYS_INLINE void mean_vector(const struct windows *windows, const float *x, float *y)
{
    const double count = (double)(windows->lines * windows->cells);
    doubles sums = {0};
    EACH_CELL(windows, sums += doubles_load(x + cell_at));
    doubles_store(y, sums / count);
}

void KERNEL(windows_mean)(const struct windows *windows, const float *x, float *y)
{
    for (int64_t i = 0; i < windows->count; i++, x += windows->step, y += windows->result_step) {
        int64_t at = 0;
        for (; at + DOUBLE_LANES <= windows->channels; at += DOUBLE_LANES)
            mean_vector(windows, x + at, y + at);
        for (; at < windows->channels; at++)
            mean_one(windows, x + at, y + at);
    }
}

ALWAYS_INLINE void mean_gradient_vector(const struct windows *windows, const float *d_y, float *d_x,
                                        int64_t lanes, int overwrite)
{
    const floats each =
        floats_load_part(d_y, lanes) / floats_set((float)(windows->lines * windows->cells));
    if (overwrite)
        EACH_CELL(windows, floats_store_part(d_x + cell_at, each, lanes));
    else
        EACH_CELL(windows, floats_store_part(d_x + cell_at,
                                             floats_load_part(d_x + cell_at, lanes) + each, lanes));
}

void KERNEL(windows_mean_gradient)(const struct windows *windows, const float *d_y, float *d_x,
                                   int overwrite)
{
    for (int64_t i = 0; i < windows->count; i++, d_y += windows->result_step, d_x += windows->step)
        EACH_VECTOR(windows->channels,
                    mean_gradient_vector(windows, d_y + at, d_x + at, lanes, overwrite));
}

ALWAYS_INLINE void product_vector(const struct windows *windows, const float *x, const float *w,
                                  const float *bias, float *y, int64_t lanes)
{
    floats sum = bias ? floats_load_part(bias, lanes) : floats_set(0);
    EACH_CELL(windows,
              sum = floats_fma(floats_load_part(x + cell_at, lanes),
                               floats_load_part(w + kernel_at(windows, line, cell), lanes), sum));
    floats_store_part(y, sum, lanes);
}

void KERNEL(windows_product)(const struct windows *windows, const float *x, const float *w,
                             const float *bias, float *y)
{
    for (int64_t i = 0; i < windows->count; i++, x += windows->step, y += windows->result_step)
        EACH_VECTOR(windows->channels, product_vector(windows, x + at, w + at,
                                                      bias ? bias + at : NULL, y + at, lanes));
}

ALWAYS_INLINE void product_d_input_vector(const struct windows *windows, const float *d_y,
                                          const float *w, float *d_x, int64_t lanes)
{
    const floats d = floats_load_part(d_y, lanes);
    EACH_CELL(
        windows,
        floats_store_part(d_x + cell_at,
                          floats_fma(d, floats_load_part(w + kernel_at(windows, line, cell), lanes),
                                     floats_load_part(d_x + cell_at, lanes)),
                          lanes));
}

void KERNEL(windows_product_d_input)(const struct windows *windows, const float *d_y,
                                     const float *w, float *d_x)
{
    for (int64_t i = 0; i < windows->count; i++, d_y += windows->result_step, d_x += windows->step)
        EACH_VECTOR(windows->channels,
                    product_d_input_vector(windows, d_y + at, w + at, d_x + at, lanes));
}

/* The sums of CELLS_TOGETHER neighbouring cells of a kernel grow side by side: one alone would wait
 * for itself. */
enum { CELLS_TOGETHER = 4 };

ALWAYS_INLINE void product_d_kernel_cells(const struct windows *windows, const int cells,
                                          const float *x, const float *d_y, float *d_w,
                                          int64_t lanes)
{
    floats sums[CELLS_TOGETHER];
#pragma GCC unroll 4
    for (int cell = 0; cell < cells; cell++)
        sums[cell] = floats_load_part(d_w + cell * windows->kernel_cell_stride, lanes);
    for (int64_t i = 0; i < windows->count; i++, x += windows->step, d_y += windows->result_step) {
        const floats d = floats_load_part(d_y, lanes);
#pragma GCC unroll 4
        for (int cell = 0; cell < cells; cell++)
            sums[cell] =
                floats_fma(floats_load_part(x + cell * windows->cell_stride, lanes), d, sums[cell]);
    }
#pragma GCC unroll 4
    for (int cell = 0; cell < cells; cell++)
        floats_store_part(d_w + cell * windows->kernel_cell_stride, sums[cell], lanes);
}

ALWAYS_INLINE void product_d_kernel_vector(const struct windows *windows, const float *x,
                                           const float *d_y, float *d_w, int64_t lanes)
{
    for (int64_t line = 0; line < windows->lines; line++) {
        const float *from = x + line * windows->line_stride;
        int64_t cell = 0;
        for (; cell + CELLS_TOGETHER <= windows->cells; cell += CELLS_TOGETHER)
            product_d_kernel_cells(windows, CELLS_TOGETHER, from + cell * windows->cell_stride, d_y,
                                   d_w + kernel_at(windows, line, cell), lanes);
        from += cell * windows->cell_stride;
        float *to = d_w + kernel_at(windows, line, cell);
        if (windows->cells - cell == 3)
            product_d_kernel_cells(windows, 3, from, d_y, to, lanes);
        else if (windows->cells - cell == 2)
            product_d_kernel_cells(windows, 2, from, d_y, to, lanes);
        else if (windows->cells - cell == 1)
            product_d_kernel_cells(windows, 1, from, d_y, to, lanes);
    }
}

void KERNEL(windows_product_d_kernel)(const struct windows *windows, const float *x,
                                      const float *d_y, float *d_w)
{
    EACH_VECTOR(windows->channels,
                product_d_kernel_vector(windows, x + at, d_y + at, d_w + at, lanes));
}

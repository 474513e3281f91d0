/* The geometry of windows that slide over images. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/sliding.h"

#include <string.h>

/* Shorter lines of results do not fill tiles; a copy of more than so many times the image costs
 * more than patches; so many offsets are of no image that fits a memory. */
enum { LINE_MIN = 6, COPY_MAX = 4, OFFSETS_MAX = 1 << 20 };

static bool is_one_run(const struct window *window, int64_t groups)
{
    return groups == 1 &&
           (window->dilation[WINDOW_WIDTH] == 1 || window->kernel[WINDOW_WIDTH] == 1);
}

static int64_t run_count(const struct window *window, int64_t groups)
{
    return window->kernel[WINDOW_HEIGHT] *
           (is_one_run(window, groups) ? 1 : window->kernel[WINDOW_WIDTH]);
}

/* The cells that the windows see along an axis, of which the image is but a part. */
static int64_t cells_seen(const struct window *window, int axis)
{
    return (window->out[axis] - 1) * window->stride[axis] +
           (window->kernel[axis] - 1) * window->dilation[axis] + 1;
}

int64_t sliding_offset_count(const struct window *window, int64_t groups)
{
    const int64_t count = window->out[WINDOW_HEIGHT] + run_count(window, groups);

    for (int axis = 0; axis < WINDOW_AXES; axis++)
        if (cells_seen(window, axis) > COPY_MAX * (window->in[axis] + 1))
            return 0;
    return window->out[WINDOW_WIDTH] >= LINE_MIN && count <= OFFSETS_MAX ? count : 0;
}

static void plan_axis(struct sliding *sliding, const struct window *window, int axis)
{
    const int64_t seen = cells_seen(window, axis);

    if (window->before[axis] > 0 || seen > window->in[axis])
        sliding->is_padded = true;
    sliding->in[axis] = window->in[axis];
    sliding->out[axis] = window->out[axis];
    sliding->before[axis] = window->before[axis];
    sliding->stride[axis] = window->stride[axis];
    sliding->padded[axis] = seen;
}

static void plan_offsets(struct sliding *sliding, const struct window *window, int64_t *offsets)
{
    const int64_t line = sliding->padded[WINDOW_WIDTH] * sliding->channels;
    const int64_t columns = sliding->runs / window->kernel[WINDOW_HEIGHT];

    sliding->line_offsets = offsets;
    for (int64_t i = 0; i < window->out[WINDOW_HEIGHT]; i++)
        *offsets++ = i * window->stride[WINDOW_HEIGHT] * line;
    sliding->run_offsets = offsets;
    for (int64_t row = 0; row < window->kernel[WINDOW_HEIGHT]; row++)
        for (int64_t column = 0; column < columns; column++)
            *offsets++ = row * window->dilation[WINDOW_HEIGHT] * line +
                         column * window->dilation[WINDOW_WIDTH] * sliding->channels;
}

int64_t sliding_plan(struct sliding *sliding, const struct window *window, int64_t groups,
                     int64_t *offsets)
{
    *sliding = (struct sliding){.channels = window->channels, .groups = groups};
    for (int axis = 0; axis < WINDOW_AXES; axis++)
        plan_axis(sliding, window, axis);
    if (!sliding->is_padded)
        memcpy(sliding->padded, sliding->in, sizeof(sliding->padded));
    sliding->runs = run_count(window, groups);
    sliding->run_length = is_one_run(window, groups)
                              ? window->kernel[WINDOW_WIDTH] * window->channels
                              : window->channels / groups;
    plan_offsets(sliding, window, offsets);
    return window->out[WINDOW_HEIGHT] + sliding->runs;
}

bool sliding_turn(const struct window *window, int64_t filters, struct window *turned)
{
    *turned = *window;
    turned->channels = filters;
    for (int axis = 0; axis < WINDOW_AXES; axis++) {
        if (window->stride[axis] != 1)
            return false;
        turned->in[axis] = window->out[axis];
        turned->out[axis] = window->in[axis];
        turned->before[axis] =
            (window->kernel[axis] - 1) * window->dilation[axis] - window->before[axis];
    }
    return true;
}

int64_t sliding_copy_size(const struct sliding *sliding)
{
    return sliding->is_padded
               ? sliding->padded[WINDOW_HEIGHT] * sliding->padded[WINDOW_WIDTH] * sliding->channels
               : 0;
}

/* One line of the copy; NULL for one of padding. */
static void copy_line(const struct sliding *sliding, const float *line, float *copy)
{
    const int64_t before = sliding->before[WINDOW_WIDTH];
    const int64_t width = sliding->padded[WINDOW_WIDTH], left = width - before;
    const int64_t cells = left < sliding->in[WINDOW_WIDTH] ? left : sliding->in[WINDOW_WIDTH];
    const size_t cell = (size_t)sliding->channels * sizeof(float);

    if (line == NULL || cells <= 0) {
        memset(copy, 0, (size_t)width * cell);
        return;
    }
    memset(copy, 0, (size_t)before * cell);
    memcpy(copy + before * sliding->channels, line, (size_t)cells * cell);
    memset(copy + (before + cells) * sliding->channels, 0, (size_t)(left - cells) * cell);
}

static void copy_image(const struct sliding *sliding, const float *image, float *copy)
{
    const int64_t from = sliding->in[WINDOW_WIDTH] * sliding->channels;
    const int64_t to = sliding->padded[WINDOW_WIDTH] * sliding->channels;

    for (int64_t i = 0; i < sliding->padded[WINDOW_HEIGHT]; i++) {
        const int64_t line = i - sliding->before[WINDOW_HEIGHT];
        const bool is_inside = line >= 0 && line < sliding->in[WINDOW_HEIGHT];
        copy_line(sliding, is_inside ? image + line * from : NULL, copy + i * to);
    }
}

struct patch_grid sliding_grid(const struct sliding *sliding, const float *image, int64_t group,
                               float *copy)
{
    if (sliding->is_padded && group == 0)
        copy_image(sliding, image, copy);
    return (struct patch_grid){.x = (sliding->is_padded ? copy : image) +
                                    group * (sliding->channels / sliding->groups),
                               .lines = sliding->out[WINDOW_HEIGHT],
                               .count = sliding->out[WINDOW_WIDTH],
                               .step = sliding->stride[WINDOW_WIDTH] * sliding->channels,
                               .line_offsets = sliding->line_offsets,
                               .runs = sliding->runs,
                               .run_length = sliding->run_length,
                               .run_offsets = sliding->run_offsets};
}

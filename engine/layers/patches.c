/* Between the images of a batch and the patches that windows see. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/patches.h"

#include <stddef.h>
#include <string.h>

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Neighbouring windows of one line of results. */
struct segment {
    const struct window *window;
    int64_t line, first, count; /* the line, the first window on it */
    int64_t image;              /* floats from the batch's start to the sample's image */
};

/* The windows from a position on, up to the end of their line or `count` of them. */
static struct segment segment_at(const struct window *window, int64_t position, int64_t count)
{
    const int64_t width = window->out[WINDOW_WIDTH];
    const int64_t sample = position / window_positions(window);
    const int64_t line = position / width % window->out[WINDOW_HEIGHT];
    const int64_t first = position % width;

    return (struct segment){.window = window,
                            .line = line,
                            .first = first,
                            .count = smaller(count, width - first),
                            .image = sample * window_image_elements(window)};
}

/* Where line `row` of the segment's kernel lies in the image, in floats from the batch's start; -1:
 * in the padding. */
static int64_t image_line(const struct segment *segment, int64_t row)
{
    const struct window *window = segment->window;
    const int64_t line = window_cell(window, WINDOW_HEIGHT, segment->line, row);

    if (line < 0 || line >= window->in[WINDOW_HEIGHT])
        return -1;
    return segment->image + line * window->in[WINDOW_WIDTH] * window->channels;
}

/* Short runs are the rule where there are few channels, and a call for each would take longer than
 * it copies: their length is a constant where this is inlined. */
static inline __attribute__((always_inline)) void copy_run(const float *from, int64_t from_step,
                                                           float *to, int64_t to_step,
                                                           int64_t count, const int64_t length)
{
    for (int64_t i = 0; i < count; i++, from += from_step, to += to_step)
        memcpy(to, from, (size_t)length * sizeof(float));
}

/* `count` runs of `length` floats, each so many floats after the one before. */
static void copy_runs(const float *from, int64_t from_step, float *to, int64_t to_step,
                      int64_t count, int64_t length)
{
    switch (length) {
#define COPY_RUN(constant)                                                                         \
    case constant:                                                                                 \
        copy_run(from, from_step, to, to_step, count, constant);                                   \
        break;
        COPY_RUN(1)
        COPY_RUN(2)
        COPY_RUN(3)
        COPY_RUN(4)
        COPY_RUN(5)
        COPY_RUN(6)
        COPY_RUN(7)
        COPY_RUN(8)
        COPY_RUN(9)
        COPY_RUN(12)
        COPY_RUN(15)
        COPY_RUN(16)
        COPY_RUN(24)
        COPY_RUN(32)
    default:
        copy_run(from, from_step, to, to_step, count, length);
        break;
    }
}

/* A run of neighbouring elements in every window's patch, and of neighbouring floats on a line. */
struct run {
    const float *line; /* NULL: in the padding */
    int64_t from;      /* of the first window, floats from the line's start; may be outside */
    int64_t length;
    float *to;
    int64_t to_stride;
};

/* [begin, end) windows of the run, parts of which may lie outside of the line. */
static void gather_clipped(const struct run *run, int64_t step, int64_t width, int64_t begin,
                           int64_t end)
{
    for (int64_t i = begin; i < end; i++) {
        float *to = run->to + i * run->to_stride;
        const int64_t from = run->from + i * step;
        const int64_t first = smaller(larger(-from, 0), run->length);
        const int64_t last = larger(smaller(width - from, run->length), first);
        memset(to, 0, (size_t)run->length * sizeof(float));
        if (run->line != NULL && first < last)
            memcpy(to + first, run->line + from + first, (size_t)(last - first) * sizeof(float));
    }
}

static void gather_run(const struct segment *segment, const struct run *run)
{
    const struct window *window = segment->window;
    const int64_t step = window->stride[WINDOW_WIDTH] * window->channels;
    const int64_t width = window->in[WINDOW_WIDTH] * window->channels;
    int64_t begin = smaller(window_steps(run->from, 0, step), segment->count);
    int64_t end = smaller(window_steps(run->from, width - run->length + 1, step), segment->count);

    if (run->line == NULL)
        begin = end = segment->count;
    end = larger(begin, end);
    gather_clipped(run, step, width, 0, begin);
    if (begin < end)
        copy_runs(run->line + run->from + begin * step, step, run->to + begin * run->to_stride,
                  run->to_stride, end - begin, run->length);
    gather_clipped(run, step, width, end, segment->count);
}

/* The elements [begin, end) of the patches that lie in one row of the kernel, one column of it
 * after the other unless all of them are neighbours on the line. */
static void gather_row(const struct segment *segment, const struct patch_part *part,
                       const float *line, int64_t row_begin, int64_t begin, int64_t end,
                       float *patches)
{
    const struct window *window = segment->window;
    const bool is_whole = part->channels == window->channels && window->dilation[WINDOW_WIDTH] == 1;
    const int64_t stride = part->end - part->begin;

    for (int64_t at = begin, next; at < end; at = next) {
        const int64_t column = (at - row_begin) / part->channels;
        next = is_whole ? end : smaller(end, row_begin + (column + 1) * part->channels);
        const struct run run = {.line = line,
                                .from = window_cell(window, WINDOW_WIDTH, segment->first, column) *
                                            window->channels +
                                        part->channel + (at - row_begin) % part->channels,
                                .length = next - at,
                                .to = patches + at - part->begin,
                                .to_stride = stride};
        gather_run(segment, &run);
    }
}

static void gather_segment(const struct segment *segment, const struct patch_part *part,
                           const float *images, float *patches)
{
    const int64_t length = segment->window->kernel[WINDOW_WIDTH] * part->channels;

    for (int64_t row = part->begin / length; row * length < part->end; row++) {
        const int64_t line = image_line(segment, row);
        gather_row(segment, part, line < 0 ? NULL : images + line, row * length,
                   larger(row * length, part->begin), smaller((row + 1) * length, part->end),
                   patches);
    }
}

void patches_gather(const struct window *window, const struct patch_part *part, const float *images,
                    int64_t position, int64_t count, float *patches)
{
    const int64_t stride = part->end - part->begin;

    for (int64_t at = 0; at < count;) {
        const struct segment segment = segment_at(window, position + at, count - at);
        gather_segment(&segment, part, images, patches + at * stride);
        at += segment.count;
    }
}

/* Columns of the kernel go downwards, so that a cell gets its windows upwards. */
static void scatter_segment(const struct segment *segment, const struct kernels *kernels,
                            int64_t channel, int64_t channels, const float *patches, float *images)
{
    const struct window *window = segment->window;
    const int64_t step = window->stride[WINDOW_WIDTH];
    const int64_t columns = window->kernel[WINDOW_WIDTH];
    const int64_t depth = window->kernel[WINDOW_HEIGHT] * columns * channels;

    for (int64_t row = 0; row < window->kernel[WINDOW_HEIGHT]; row++) {
        const int64_t line = image_line(segment, row);
        for (int64_t column = columns - 1; line >= 0 && column >= 0; column--) {
            const int64_t cell = window_cell(window, WINDOW_WIDTH, segment->first, column);
            const int64_t begin = smaller(window_steps(cell, 0, step), segment->count);
            const int64_t end =
                smaller(window_steps(cell, window->in[WINDOW_WIDTH], step), segment->count);
            if (begin >= end)
                continue;
            kernels->add_rows(end - begin, channels,
                              patches + begin * depth + (row * columns + column) * channels, depth,
                              images + line + (cell + begin * step) * window->channels + channel,
                              step * window->channels);
        }
    }
}

void patches_scatter(const struct window *window, const struct kernels *kernels, int64_t channel,
                     int64_t channels, const float *patches, int64_t position, int64_t count,
                     float *images)
{
    const int64_t depth = window->kernel[WINDOW_HEIGHT] * window->kernel[WINDOW_WIDTH] * channels;

    for (int64_t at = 0; at < count;) {
        const struct segment segment = segment_at(window, position + at, count - at);
        scatter_segment(&segment, kernels, channel, channels, patches + at * depth, images);
        at += segment.count;
    }
}

/* Geometry of windows, and their walk over the images of a batch. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/window.h"

#include <assert.h>
#include <string.h>

const char *const window_paddings[] = {"valid", "same", NULL};

int window_read_sizes(const struct sizes *sizes, int axes, int64_t values[WINDOW_AXES],
                      const char *path, const char *name, struct error *error)
{
    char at[128];

    snprintf(at, sizeof(at), "%s.%s", path, name);
    if (sizes->count != 1 && sizes->count != (size_t)axes) {
        if (axes == 1)
            return error_set_at(error, ERROR_INVALID, at, "must be one number, not a list of %zu",
                                sizes->count);
        return error_set_at(error, ERROR_INVALID, at,
                            "must be one number, or a list of 2 for height and width, not of %zu",
                            sizes->count);
    }
    values[WINDOW_HEIGHT] = axes == 1 ? 1 : sizes->items[0];
    values[WINDOW_WIDTH] = sizes->items[sizes->count - 1];
    return 0;
}

int window_read_input(const struct layer *layer, int axes, int64_t size[WINDOW_AXES],
                      int64_t *channels, const char *path, struct error *error)
{
    const struct shape *shape = &layer->input_shapes[0];
    char text[160];

    if (shape->rank != axes + 1)
        return error_set_at(error, ERROR_INVALID, path,
                            "takes an input of %s, not of shape %s: reshape can give it one",
                            axes == 1 ? "[time, channels], such as [30, 8]"
                                      : "[height, width, channels], such as [28, 28, 1]",
                            shape_text(shape, text, sizeof(text)));
    size[WINDOW_HEIGHT] = axes == 1 ? 1 : shape->dims[0];
    size[WINDOW_WIDTH] = shape->dims[axes - 1];
    *channels = shape->dims[axes];
    return 0;
}

struct shape window_shape(int axes, const int64_t size[WINDOW_AXES], int64_t channels)
{
    if (axes == 1)
        return (struct shape){.rank = 2, .dims = {size[WINDOW_WIDTH], channels}};
    return (struct shape){.rank = 3, .dims = {size[WINDOW_HEIGHT], size[WINDOW_WIDTH], channels}};
}

static int read_options(struct window *window, int axes, const struct window_options *options,
                        const char *path, struct error *error)
{
    static const struct sizes one = {.count = 1, .items = {1}};
    const struct sizes *strides = options->strides->count > 0 ? options->strides : options->kernel;
    const struct sizes *dilation = options->dilation != NULL ? options->dilation : &one;

    if (window_read_sizes(options->kernel, axes, window->kernel, path, options->kernel_name,
                          error) != 0 ||
        window_read_sizes(strides, axes, window->stride, path, "strides", error) != 0 ||
        window_read_sizes(dilation, axes, window->dilation, path, "dilation", error) != 0)
        return -1;
    return 0;
}

/* Cells from a window's first to its last. No size is over WINDOW_SIZE_MAX: nothing here and below
 * overflows, an image's side being at most 2^40. */
static int64_t extent(const struct window *window, int axis)
{
    return window->dilation[axis] * (window->kernel[axis] - 1) + 1;
}

static void pad_same(struct window *window, int axis)
{
    int64_t seen = (window->out[axis] - 1) * window->stride[axis] + extent(window, axis);

    window->before[axis] = seen > window->in[axis] ? (seen - window->in[axis]) / 2 : 0;
}

static int refuse_large_kernel(const struct window *window, const struct layer *layer,
                               const char *name, const char *path, struct error *error)
{
    char text[160];
    char at[128];

    snprintf(at, sizeof(at), "%s.%s", path, name);
    return error_set_at(
        error, ERROR_INVALID, at,
        "is larger than its input %s: it covers %lld by %lld cells (height by width); make it "
        "smaller, or set padding to \"same\"",
        shape_text(&layer->input_shapes[0], text, sizeof(text)),
        (long long)extent(window, WINDOW_HEIGHT), (long long)extent(window, WINDOW_WIDTH));
}

int window_plan(struct window *window, const struct layer *layer, int axes,
                const struct window_options *options, const char *path, struct error *error)
{
    memset(window, 0, sizeof(*window));
    if (window_read_input(layer, axes, window->in, &window->channels, path, error) != 0 ||
        read_options(window, axes, options, path, error) != 0)
        return -1;
    for (int axis = 0; axis < WINDOW_AXES; axis++) {
        if (options->padding == PADDING_SAME) {
            window->out[axis] = (window->in[axis] - 1) / window->stride[axis] + 1;
            pad_same(window, axis);
        } else if (extent(window, axis) > window->in[axis]) {
            return refuse_large_kernel(window, layer, options->kernel_name, path, error);
        } else {
            window->out[axis] =
                (window->in[axis] - extent(window, axis)) / window->stride[axis] + 1;
        }
    }
    return 0;
}

int window_plan_transposed(struct window *window, const struct layer *layer,
                           const struct window_options *options, int64_t channels, const char *path,
                           struct error *error)
{
    int64_t input_channels = 0;

    memset(window, 0, sizeof(*window));
    window->channels = channels;
    if (window_read_input(layer, WINDOW_AXES, window->out, &input_channels, path, error) != 0 ||
        read_options(window, WINDOW_AXES, options, path, error) != 0)
        return -1;
    for (int axis = 0; axis < WINDOW_AXES; axis++) {
        if (options->padding == PADDING_SAME) {
            window->in[axis] = window->out[axis] * window->stride[axis];
            pad_same(window, axis);
        } else {
            window->in[axis] =
                (window->out[axis] - 1) * window->stride[axis] + extent(window, axis);
        }
    }
    return 0;
}

int64_t window_positions(const struct window *window)
{
    return window->out[WINDOW_HEIGHT] * window->out[WINDOW_WIDTH];
}

int64_t window_image_elements(const struct window *window)
{
    return window->in[WINDOW_HEIGHT] * window->in[WINDOW_WIDTH] * window->channels;
}

int64_t window_cell(const struct window *window, int axis, int64_t index, int64_t element)
{
    return index * window->stride[axis] - window->before[axis] + element * window->dilation[axis];
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t window_steps(int64_t from, int64_t to, int64_t step)
{
    return from >= to ? 0 : (to - from - 1) / step + 1;
}

/* Of a kernel along an axis, the elements that lie inside for the window `index`. */
static void clip(const struct window *window, int axis, int64_t index, int64_t *begin, int64_t *end)
{
    const int64_t first = window_cell(window, axis, index, 0);

    *begin = smaller(window_steps(first, 0, window->dilation[axis]), window->kernel[axis]);
    *end = smaller(window_steps(first, window->in[axis], window->dilation[axis]),
                   window->kernel[axis]);
}

/* How many windows from `index` on see as much of their line: those that see all of it go
 * together. */
static int64_t alike(const struct window *window, int64_t index, int64_t seen)
{
    const int64_t last =
        window->in[WINDOW_WIDTH] + window->before[WINDOW_WIDTH] - extent(window, WINDOW_WIDTH);

    if (seen < window->kernel[WINDOW_WIDTH])
        return 1;
    return smaller(last / window->stride[WINDOW_WIDTH] + 1, window->out[WINDOW_WIDTH]) - index;
}

/* `count` windows that see `lines` lines and `cells` cells of each. */
static struct windows windows_of(const struct window *window, int64_t count, int64_t lines,
                                 int64_t cells)
{
    const int64_t channels = window->channels;
    const int64_t line = window->in[WINDOW_WIDTH] * channels;

    return (struct windows){.count = count,
                            .step = window->stride[WINDOW_WIDTH] * channels,
                            .result_step = channels,
                            .lines = lines,
                            .cells = cells,
                            .line_stride = window->dilation[WINDOW_HEIGHT] * line,
                            .cell_stride = window->dilation[WINDOW_WIDTH] * channels,
                            .channels = channels,
                            .kernel_line_stride = window->kernel[WINDOW_WIDTH] * channels,
                            .kernel_cell_stride = channels};
}

bool window_next_span(const struct window *window, int64_t *position, struct window_span *span)
{
    const int64_t line = *position / window->out[WINDOW_WIDTH];
    const int64_t index = *position % window->out[WINDOW_WIDTH];
    int64_t rows[2];
    int64_t columns[2];

    if (*position >= window_positions(window))
        return false;
    clip(window, WINDOW_HEIGHT, line, &rows[0], &rows[1]);
    clip(window, WINDOW_WIDTH, index, &columns[0], &columns[1]);
    const int64_t lines = rows[1] - rows[0];
    const int64_t cells = columns[1] - columns[0];
    *span = (struct window_span){.position = *position, .windows = windows_of(window, 1, 0, 0)};
    if (lines > 0 && cells > 0) {
        span->windows = windows_of(window, alike(window, index, cells), lines, cells);
        span->cell = (window_cell(window, WINDOW_HEIGHT, line, rows[0]) * window->in[WINDOW_WIDTH] +
                      window_cell(window, WINDOW_WIDTH, index, columns[0])) *
                     window->channels;
        span->kernel = (rows[0] * window->kernel[WINDOW_WIDTH] + columns[0]) * window->channels;
    }
    *position += span->windows.count;
    return true;
}

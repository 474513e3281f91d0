/* Windows that slide over an image [height, width, channels]; a sequence is an image of one line.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_C_PARTS_WINDOWS_H
#define PROPD_ENGINE_EXCHANGE_C_PARTS_WINDOWS_H

/* part: windows */
/* A window (i, j) sees the cells i * stride - before + k * dilation along each axis, {height,
 * width}; `in` is the image that it sees, `out` how many windows there are. */
struct windows {
    int channels, in[2], out[2], kernel[2], stride[2], dilation[2], before[2];
};

/* The first channel of the cell that window (row, column) sees at (i, j) of its kernel, counted
 * from the image's start; -1 outside of it. */
static int window_cell(const struct windows *w, int row, int column, int i, int j)
{
    const int y = row * w->stride[0] - w->before[0] + i * w->dilation[0];
    const int x = column * w->stride[1] - w->before[1] + j * w->dilation[1];
    if (y < 0 || y >= w->in[0] || x < 0 || x >= w->in[1])
        return -1;
    return (y * w->in[1] + x) * w->channels;
}

/* part: convolution */
/* What one window adds to the sums of all filters; kernel [height, width, channels / groups,
 * filters]. */
static void convolve(const struct windows *w, const float *x, int row, int column,
                     const float *kernel, int filters, int groups, float *sums)
{
    const int depth = w->channels / groups, part = filters / groups;
    for (int k = 0; k < w->kernel[0] * w->kernel[1]; k++) {
        const int cell = window_cell(w, row, column, k / w->kernel[1], k % w->kernel[1]);
        for (int c = 0; cell >= 0 && c < w->channels; c++) {
            const float *weights = kernel + (k * depth + c % depth) * filters + c / depth * part;
            for (int f = 0; f < part; f++)
                sums[c / depth * part + f] += x[cell + c] * weights[f];
        }
    }
}

static void convolution(const struct windows *w, const float *x, const float *kernel,
                        const float *bias, int filters, int groups, float *y)
{
    for (int row = 0; row < w->out[0]; row++)
        for (int column = 0; column < w->out[1]; column++, y += filters) {
            for (int f = 0; f < filters; f++)
                y[f] = bias ? bias[f] : 0.0F;
            convolve(w, x, row, column, kernel, filters, groups, y);
        }
}

/* part: convolution_transpose */
/* Each cell of x [out, depth] adds itself times kernel [height, width, channels, depth] to what a
 * window sees of the image y. */
static void convolution_transpose(const struct windows *w, const float *x, const float *kernel,
                                  const float *bias, int depth, float *y)
{
    for (int i = 0; i < w->in[0] * w->in[1] * w->channels; i++)
        y[i] = bias ? bias[i % w->channels] : 0.0F;
    for (int at = 0; at < w->out[0] * w->out[1]; at++, x += depth)
        for (int k = 0; k < w->kernel[0] * w->kernel[1]; k++) {
            const int cell =
                window_cell(w, at / w->out[1], at % w->out[1], k / w->kernel[1], k % w->kernel[1]);
            const float *weights = kernel + k * w->channels * depth;
            for (int i = 0; cell >= 0 && i < w->channels * depth; i++)
                y[cell + i / depth] += x[i % depth] * weights[i];
        }
}

/* part: max_pool */
static void max_pool(const struct windows *w, const float *x, float *y)
{
    for (int at = 0; at < w->out[0] * w->out[1]; at++, y += w->channels) {
        int seen = 0;
        for (int k = 0; k < w->kernel[0] * w->kernel[1]; k++) {
            const int cell =
                window_cell(w, at / w->out[1], at % w->out[1], k / w->kernel[1], k % w->kernel[1]);
            for (int c = 0; cell >= 0 && c < w->channels; c++)
                if (seen == 0 || x[cell + c] > y[c])
                    y[c] = x[cell + c];
            seen += cell >= 0;
        }
    }
}

/* part: average_pool */
/* Of the cells inside of the image. */
static void average_pool(const struct windows *w, const float *x, float *y)
{
    for (int at = 0; at < w->out[0] * w->out[1]; at++, y += w->channels) {
        int seen = 0;
        for (int c = 0; c < w->channels; c++)
            y[c] = 0.0F;
        for (int k = 0; k < w->kernel[0] * w->kernel[1]; k++) {
            const int cell =
                window_cell(w, at / w->out[1], at % w->out[1], k / w->kernel[1], k % w->kernel[1]);
            for (int c = 0; cell >= 0 && c < w->channels; c++)
                y[c] += x[cell + c];
            seen += cell >= 0;
        }
        for (int c = 0; c < w->channels; c++)
            y[c] /= (float)seen;
    }
}

/* part: upsample */
static void upsample(const float *x, int height, int width, int channels, int down, int across,
                     float *y)
{
    for (int row = 0; row < height * down; row++)
        for (int column = 0; column < width * across; column++)
            for (int c = 0; c < channels; c++)
                *y++ = x[(row / down * width + column / across) * channels + c];
}

/* part: zero_pad */
static void zero_pad(const float *x, int height, int width, int channels, int above, int left,
                     float *y)
{
    for (int row = -above; row < height + above; row++)
        for (int column = -left; column < width + left; column++) {
            const int inside = row >= 0 && row < height && column >= 0 && column < width;
            for (int c = 0; c < channels; c++)
                *y++ = inside ? x[(row * width + column) * channels + c] : 0.0F;
        }
}

/* parts end */

#endif

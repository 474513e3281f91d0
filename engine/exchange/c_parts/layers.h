/* Layers of one sample: products, sums, normalization, tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_C_PARTS_LAYERS_H
#define PROPD_ENGINE_EXCHANGE_C_PARTS_LAYERS_H

#include <math.h>
#include <string.h>

/* part: dense */
/* y [rows, columns] = x [rows, depth] times kernel [depth, columns], plus bias (NULL: none). */
static void dense(const float *x, int rows, int depth, const float *kernel, const float *bias,
                  int columns, float *y)
{
    for (int row = 0; row < rows; row++, x += depth, y += columns) {
        for (int j = 0; j < columns; j++)
            y[j] = bias ? bias[j] : 0.0F;
        for (int i = 0; i < depth; i++)
            for (int j = 0; j < columns; j++)
                y[j] += x[i] * kernel[i * columns + j];
    }
}

/* part: copy */
static void copy(const float *x, int count, float *y)
{
    memcpy(y, x, (unsigned)count * sizeof(*y));
}

/* part: add */
static void add(const float *x, int count, float *y)
{
    for (int i = 0; i < count; i++)
        y[i] += x[i];
}

/* part: multiply */
static void multiply(const float *x, int count, float *y)
{
    for (int i = 0; i < count; i++)
        y[i] *= x[i];
}

/* part: place_columns */
/* x [rows, width] into columns of y [rows, stride]. */
static void place_columns(const float *x, int rows, int width, int stride, float *y)
{
    for (int row = 0; row < rows; row++)
        memcpy(y + row * stride, x + row * width, (unsigned)width * sizeof(*y));
}

/* part: batch_norm */
static void batch_norm(const float *x, int rows, int channels, const float *gamma,
                       const float *beta, const float *mean, const float *variance, double epsilon,
                       float *y)
{
    for (int j = 0; j < channels; j++) {
        const double factor = gamma[j] / sqrt(variance[j] + epsilon);
        for (int i = j; i < rows * channels; i += channels)
            y[i] = (float)(((double)x[i] - mean[j]) * factor + beta[j]);
    }
}

/* part: layer_norm */
static void layer_norm(const float *x, int rows, int channels, const float *gamma,
                       const float *beta, double epsilon, float *y)
{
    for (int row = 0; row < rows; row++, x += channels, y += channels) {
        double mean = 0.0, squares = 0.0;
        for (int j = 0; j < channels; j++)
            mean += x[j];
        mean /= channels;
        for (int j = 0; j < channels; j++)
            squares += (x[j] - mean) * (x[j] - mean);
        const double scale = 1.0 / sqrt(squares / channels + epsilon);
        for (int j = 0; j < channels; j++)
            y[j] = (float)((x[j] - mean) * scale * gamma[j] + beta[j]);
    }
}

/* part: embedding */
/* Each id becomes that row of a table. -1 where one is no id. */
static int embedding(const float *ids, int count, const float *table, int vocabulary, int units,
                     float *y)
{
    for (int i = 0; i < count; i++) {
        if (!(ids[i] >= 0.0F && ids[i] < (float)vocabulary) || floorf(ids[i]) != ids[i])
            return -1;
        memcpy(y + i * units, table + (int)ids[i] * units, (unsigned)units * sizeof(*y));
    }
    return 0;
}

/* part: column_embeddings */
/* An index along the last axis that becomes a vector: its place, how many there are, the vector's
 * length. */
struct embedded {
    int position, vocabulary, units;
};

static void column_embeddings(const float *x, int rows, int width, const struct embedded *columns,
                              int count, const float *tables, float *y)
{
    for (int row = 0; row < rows; row++, x += width) {
        const float *table = tables;
        int from = 0;
        for (int c = 0; c < count; c++) {
            const struct embedded *column = &columns[c];
            const float value = x[column->position];
            const int is_index = value >= 0.0F && value < (float)column->vocabulary;
            const int index = is_index ? (int)value : 0;
            while (from < column->position)
                *y++ = x[from++];
            for (int u = 0; u < column->units; u++)
                *y++ = table[index * column->units + u];
            table += column->vocabulary * column->units;
            from = column->position + 1;
        }
        while (from < width)
            *y++ = x[from++];
    }
}

/* parts end */

#endif

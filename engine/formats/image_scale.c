/* Scaling by a triangle, first down the columns and then along the row that comes out, so that one
 * row of sums is all the memory it takes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/image.h"

#include <math.h>
#include <stdlib.h>

/* The pixels of one side that a new one is made of. */
struct span {
    int64_t first, count;
    double step, centre; /* in old pixels */
};

static struct span span_of(int64_t index, int64_t from, int64_t to)
{
    double step = (double)from / (double)to, reach = step > 1 ? step : 1;
    struct span span = {.step = reach, .centre = ((double)index + 0.5) * step};
    double first = floor(span.centre - reach), end = ceil(span.centre + reach);
    span.first = first < 0 ? 0 : (int64_t)first;
    span.count = (end > (double)from ? from : (int64_t)end) - span.first;
    return span;
}

/* Of old pixel first + i; not yet divided by their sum. */
static double weight_of(const struct span *span, int64_t i)
{
    double distance = fabs((double)(span->first + i) + 0.5 - span->centre) / span->step;
    return distance < 1 ? 1 - distance : 0;
}

static double weights_sum(const struct span *span)
{
    double sum = 0;
    for (int64_t i = 0; i < span->count; i++)
        sum += weight_of(span, i);
    return sum;
}

/* All old rows of the span as one. */
static void sum_rows(const uint8_t *from, size_t row_size, const struct span *span, double *sums)
{
    double whole = weights_sum(span);
    for (size_t x = 0; x < row_size; x++)
        sums[x] = 0;
    for (int64_t i = 0; i < span->count; i++) {
        const uint8_t *row = from + (size_t)(span->first + i) * row_size;
        double weight = weight_of(span, i) / whole;
        for (size_t x = 0; x < row_size; x++)
            sums[x] += weight * row[x];
    }
}

static void sum_pixels(const double *sums, const struct span *span, size_t channels, uint8_t *to)
{
    double whole = weights_sum(span);
    for (size_t c = 0; c < channels; c++) {
        double sum = 0;
        for (int64_t i = 0; i < span->count; i++)
            sum += weight_of(span, i) / whole * sums[(size_t)(span->first + i) * channels + c];
        to[c] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum + 0.5);
    }
}

int image_scale(const uint8_t *from, const struct image_info *info, int channels, uint8_t *to,
                int64_t width, int64_t height, struct error *error)
{
    size_t row_size = (size_t)info->width * (size_t)channels;
    AUTO_FREE double *sums = calloc(row_size, sizeof(*sums));
    if (sums == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for an image");
    for (int64_t y = 0; y < height; y++) {
        struct span rows = span_of(y, info->height, height);
        sum_rows(from, row_size, &rows, sums);
        for (int64_t x = 0; x < width; x++, to += channels) {
            struct span pixels = span_of(x, info->width, width);
            sum_pixels(sums, &pixels, (size_t)channels, to);
        }
    }
    return 0;
}

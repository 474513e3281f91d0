/* Rows of values as pictures. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/pictures.h"
#include "base/png.h"

#include <math.h>
#include <string.h>

/* A sheet magnifies pictures up to about this height, with a border around each. */
enum { SHOWN_SIDE = 96, BORDER = 4, BORDER_BYTE = 255 };

bool pictures_can_show(const struct shape *shape)
{
    return shape->rank == 3 && png_takes_channels(shape->dims[2]) &&
           shape->dims[0] <= PNG_SIDE_MAX && shape->dims[1] <= PNG_SIDE_MAX;
}

/* ---- values to bytes */

struct range {
    float least, most;
};

static struct range range_of(const struct augment_preview *preview, int64_t row)
{
    struct range range = {0, 1};
    const float *values = preview->before + row * preview->elements;
    if (preview->is_bytes)
        return range;
    range = (struct range){values[0], values[0]};
    for (int64_t i = 1; i < preview->elements; i++) {
        range.least = values[i] < range.least ? values[i] : range.least;
        range.most = values[i] > range.most ? values[i] : range.most;
    }
    return range;
}

static uint8_t byte_of(float value, struct range range)
{
    float span = range.most - range.least;
    float share = span > 0 ? (value - range.least) / span : 0;
    /* Written so that NaN is 0. */
    return share > 0 ? (uint8_t)lroundf((share < 1 ? share : 1) * 255) : 0;
}

static void put_bytes(int64_t count, const float *values, struct range range, uint8_t *bytes)
{
    for (int64_t i = 0; i < count; i++)
        bytes[i] = byte_of(values[i], range);
}

int picture_append(struct bytes *file, const struct augment_preview *preview, int64_t row,
                   const float *values, struct error *error)
{
    const int64_t *dims = preview->shape.dims;
    AUTO_FREE uint8_t *bytes = malloc((size_t)preview->elements);
    if (bytes == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a picture");
    put_bytes(preview->elements, values + row * preview->elements, range_of(preview, row), bytes);
    return png_append(file, dims[0], dims[1], dims[2], bytes, error);
}

/* ---- a sheet */

struct sheet {
    const struct augment_preview *preview;
    int64_t scale, height, width; /* in pixels of the file */
    uint8_t *pixels;
};

/* Draws row `row` of `values` as the picture at `line` and `column`. */
static void draw(const struct sheet *sheet, const float *values, int64_t row, int64_t line,
                 int64_t column)
{
    const struct augment_preview *preview = sheet->preview;
    int64_t height = preview->shape.dims[0] * sheet->scale,
            width = preview->shape.dims[1] * sheet->scale;
    int64_t channels = preview->shape.dims[2];
    int64_t top = BORDER + line * (height + BORDER), left = BORDER + column * (width + BORDER);
    struct range range = range_of(preview, row);
    const float *image = values + row * preview->elements;
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++)
            put_bytes(channels,
                      image +
                          (y / sheet->scale * preview->shape.dims[1] + x / sheet->scale) * channels,
                      range, sheet->pixels + ((top + y) * sheet->width + left + x) * channels);
}

static int make_sheet(struct sheet *sheet, const struct augment_preview *preview,
                      struct error *error)
{
    const int64_t *dims = preview->shape.dims;
    int64_t longest = dims[0] > dims[1] ? dims[0] : dims[1];
    *sheet = (struct sheet){.preview = preview,
                            .scale = longest < SHOWN_SIDE ? SHOWN_SIDE / longest : 1};
    sheet->height = BORDER + 2 * (dims[0] * sheet->scale + BORDER);
    sheet->width = BORDER + preview->count * (dims[1] * sheet->scale + BORDER);
    if (sheet->height > PNG_SIDE_MAX || sheet->width > PNG_SIDE_MAX)
        return error_set(error, ERROR_TOO_LARGE,
                         "a sheet of %lld pictures of %lld x %lld pixels is more than %d pixels "
                         "wide or high: ask for fewer rows",
                         (long long)preview->count, (long long)dims[0], (long long)dims[1],
                         PNG_SIDE_MAX);
    size_t size = (size_t)(sheet->height * sheet->width * dims[2]);
    sheet->pixels = malloc(size);
    if (sheet->pixels == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a sheet of pictures");
    memset(sheet->pixels, BORDER_BYTE, size);
    return 0;
}

int picture_sheet_append(struct bytes *file, const struct augment_preview *preview,
                         struct error *error)
{
    struct sheet sheet;
    if (make_sheet(&sheet, preview, error) != 0)
        return -1;
    for (int64_t i = 0; i < preview->count; i++) {
        draw(&sheet, preview->before, i, 0, i);
        draw(&sheet, preview->after, i, 1, i);
    }
    int result =
        png_append(file, sheet.height, sheet.width, preview->shape.dims[2], sheet.pixels, error);
    free(sheet.pixels);
    return result;
}

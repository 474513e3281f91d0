/* Shifts by whole pixels and the affine resampler. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/geometry.h"

#include <math.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

static const char *const fills[] = {"zero", "nearest", NULL};

static const struct field geometry_fields[] = {
    FIELD_CHOICE(struct geometry_options, fill, .choices = fills,
                 .help = "what comes in from outside: zero, or the nearest value inside"),
    FIELD_END};

const struct kind geometry_options_kind = {.name = "geometry",
                                           .help = "what all have that move values",
                                           .size = sizeof(struct geometry_options),
                                           .fields = geometry_fields,
                                           .base = &augment_options_kind};

static int64_t clamp_index(int64_t index, int64_t count)
{
    return index < 0 ? 0 : index >= count ? count - 1 : index;
}

/* ---- whole pixels */

/* `count` pixels from `source` (0 where that is NULL), all of them the same one with `repeat`. */
static float *put_pixels(float *to, const float *source, bool repeat, int64_t count,
                         int64_t channels)
{
    size_t size = (size_t)channels * sizeof(float);
    if (source == NULL)
        memset(to, 0, (size_t)count * size);
    else if (!repeat)
        memcpy(to, source, (size_t)count * size);
    for (int64_t i = 0; source != NULL && repeat && i < count; i++)
        memcpy(to + i * channels, source, size);
    return to + count * channels;
}

/* A line of the result from a line of the source. */
static void shift_line(const float *source, float *to, struct augment_image image, int64_t right,
                       enum geometry_fill fill)
{
    int64_t channels = image.channels;
    int64_t left_edge = right > 0 ? right : 0, right_edge = right < 0 ? -right : 0;
    const float *first = fill == FILL_NEAREST ? source : NULL;
    const float *last = fill == FILL_NEAREST ? source + (image.width - 1) * channels : NULL;
    to = put_pixels(to, first, true, left_edge, channels);
    to = put_pixels(to, source + right_edge * channels, false, image.width - left_edge - right_edge,
                    channels);
    put_pixels(to, last, true, right_edge, channels);
}

void geometry_shift(const struct augment_row *row, struct augment_image image, int64_t down,
                    int64_t right, enum geometry_fill fill)
{
    int64_t line = image.width * image.channels;
    if (down == 0 && right == 0)
        return;
    /* Further than the image's own size is as good as at it. */
    right = right > image.width ? image.width : right < -image.width ? -image.width : right;
    memcpy(row->scratch, row->x, (size_t)(image.height * line) * sizeof(float));
    for (int64_t y = 0; y < image.height; y++) {
        int64_t from = y - down, inside = clamp_index(from, image.height);
        if (from != inside && fill == FILL_ZERO)
            memset(row->x + y * line, 0, (size_t)line * sizeof(float));
        else
            shift_line(row->scratch + inside * line, row->x + y * line, image, right, fill);
    }
}

/* ---- affine maps */

struct geometry_map geometry_rotation(double degrees)
{
    double angle = degrees * PI / 180;
    return (struct geometry_map){
        .xx = cos(angle), .xy = -sin(angle), .yx = sin(angle), .yy = cos(angle)};
}

struct geometry_map geometry_zoom(double factor)
{
    return (struct geometry_map){.xx = 1 / factor, .yy = 1 / factor};
}

struct geometry_map geometry_shear(double degrees)
{
    return (struct geometry_map){.xx = 1, .xy = -tan(degrees * PI / 180), .yy = 1};
}

/* The image and where its values come from. */
struct sampler {
    const float *source;
    struct augment_image image;
    enum geometry_fill fill;
};

/* The pixel at a place that may be outside; NULL for one of zeros. */
static const float *pixel_at(const struct sampler *sampler, int64_t y, int64_t x)
{
    const struct augment_image *image = &sampler->image;
    int64_t inside_y = clamp_index(y, image->height), inside_x = clamp_index(x, image->width);
    if (sampler->fill == FILL_ZERO && (inside_y != y || inside_x != x))
        return NULL;
    return sampler->source + (inside_y * image->width + inside_x) * image->channels;
}

/* floor() of what fits an int64_t: a call of the library's takes longer than the pixel. */
static int64_t floor_whole(double value)
{
    int64_t whole = (int64_t)value;
    return whole - ((double)whole > value);
}

/* The four pixels around a place and what each of them counts. */
struct corners {
    const float *pixels[4];
    float weights[4];
};

static struct corners corners_of(const struct sampler *sampler, double y, double x)
{
    const struct augment_image *image = &sampler->image;
    int64_t top = floor_whole(y), left = floor_whole(x);
    float below = (float)(y - (double)top), right = (float)(x - (double)left);
    struct corners corners = {.weights = {(1 - below) * (1 - right), (1 - below) * right,
                                          below * (1 - right), below * right}};
    if (top >= 0 && left >= 0 && top + 1 < image->height && left + 1 < image->width) {
        const float *first = sampler->source + (top * image->width + left) * image->channels;
        const float *second = first + image->width * image->channels;
        corners.pixels[0] = first;
        corners.pixels[1] = first + image->channels;
        corners.pixels[2] = second;
        corners.pixels[3] = second + image->channels;
        return corners;
    }
    for (int i = 0; i < 4; i++)
        corners.pixels[i] = pixel_at(sampler, top + i / 2, left + i % 2);
    return corners;
}

static void sample(const struct sampler *sampler, double y, double x, float *to)
{
    const struct corners corners = corners_of(sampler, y, x);
    for (int64_t channel = 0; channel < sampler->image.channels; channel++) {
        float sum = 0;
        for (int i = 0; i < 4; i++) {
            const float *pixel = corners.pixels[i];
            sum += pixel != NULL ? corners.weights[i] * pixel[channel] : 0;
        }
        to[channel] = sum;
    }
}

void geometry_resample(const struct augment_row *row, const struct geometry_map *map,
                       enum geometry_fill fill)
{
    struct augment_image image = augment_image(row->input);
    const struct sampler sampler = {row->scratch, image, fill};
    double middle_x = (double)(image.width - 1) / 2, middle_y = (double)(image.height - 1) / 2;
    if (map->xx == 1 && map->xy == 0 && map->yx == 0 && map->yy == 1)
        return;
    memcpy(row->scratch, row->x, (size_t)row->input->elements * sizeof(float));
    float *to = row->x;
    for (int64_t y = 0; y < image.height; y++) {
        double below = (double)y - middle_y;
        for (int64_t x = 0; x < image.width; x++, to += image.channels) {
            double right = (double)x - middle_x;
            double from_x = middle_x + map->xx * right + map->xy * below;
            double from_y = middle_y + map->yx * right + map->yy * below;
            sample(&sampler, from_y, from_x, to);
        }
    }
}

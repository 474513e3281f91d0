/* PNG by libpng. Its errors jump: there is one place that they jump to, in guard(). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/image_inside.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct png {
    const uint8_t *data;
    size_t size, at;
    png_structp png;
    png_infop info;
    char message[96]; /* of an error */
    png_bytep pixels; /* red, green, blue, alpha */
    png_bytepp rows;
};

static void read_bytes(png_structp png, png_bytep out, size_t size)
{
    struct png *reader = png_get_io_ptr(png);
    if (size > reader->size - reader->at)
        png_error(png, "it is cut short");
    memcpy(out, reader->data + reader->at, size);
    reader->at += size;
}

static void keep_error(png_structp png, png_const_charp message)
{
    struct png *reader = png_get_error_ptr(png);
    strncpy(reader->message, message, sizeof(reader->message) - 1);
    png_longjmp(png, 1);
}

static void ignore_warning(png_structp png UNUSED, png_const_charp message UNUSED) {}

/* Runs what may jump; false where it did. Nothing is kept in variables of this frame. */
static bool guard(struct png *reader, void (*run)(struct png *reader))
{
    if (setjmp(png_jmpbuf(reader->png)) != 0)
        return false;
    run(reader);
    return true;
}

static void read_head(struct png *reader)
{
    png_set_read_fn(reader->png, reader, read_bytes);
    png_set_user_limits(reader->png, 0x7fffffff, 0x7fffffff); /* ours come after */
    png_set_chunk_malloc_max(reader->png, 8 << 20);
    png_read_info(reader->png, reader->info);
}

static void png_close(struct png *reader)
{
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader->pixels);
    free(reader->rows);
}

static int png_open(struct png *reader, const uint8_t *data, size_t size, struct error *error)
{
    *reader = (struct png){.data = data, .size = size};
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, keep_error, ignore_warning);
    if (reader->png != NULL)
        reader->info = png_create_info_struct(reader->png);
    if (reader->info == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for an image");
    if (!guard(reader, read_head))
        return error_set(error, ERROR_INVALID, "is damaged: %s", reader->message);
    return 0;
}

static bool palette_has_colour(const struct png *reader)
{
    png_colorp palette;
    int count = 0;
    if (png_get_PLTE(reader->png, reader->info, &palette, &count) == 0)
        return true;
    for (int i = 0; i < count; i++)
        if (palette[i].red != palette[i].green || palette[i].red != palette[i].blue)
            return true;
    return false;
}

int png_probe(const uint8_t *data, size_t size, struct image_info *info, struct error *error)
{
    struct png reader;
    int status = png_open(&reader, data, size, error);
    if (status == 0) {
        int type = png_get_color_type(reader.png, reader.info);
        info->width = png_get_image_width(reader.png, reader.info);
        info->height = png_get_image_height(reader.png, reader.info);
        info->has_colour = type == PNG_COLOR_TYPE_PALETTE ? palette_has_colour(&reader)
                                                          : (type & PNG_COLOR_MASK_COLOR) != 0;
    }
    png_close(&reader);
    return status;
}

/* All kinds of PNG to four bytes a pixel. */
static void read_pixels(struct png *reader)
{
    png_set_expand(reader->png);
    png_set_scale_16(reader->png);
    png_set_gray_to_rgb(reader->png);
    png_set_add_alpha(reader->png, 255, PNG_FILLER_AFTER);
    png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    if (png_get_rowbytes(reader->png, reader->info) !=
        (size_t)png_get_image_width(reader->png, reader->info) * 4)
        png_error(reader->png, "its pixels are of an unknown kind");
    png_read_image(reader->png, reader->rows);
    png_read_end(reader->png, NULL);
}

/* A colour seen on white. */
static uint8_t blend(uint8_t value, uint8_t alpha)
{
    return (uint8_t)((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

static int decode(struct png *reader, const struct image_info *info, int channels, uint8_t *pixels,
                  struct error *error)
{
    size_t width = (size_t)info->width, height = (size_t)info->height;
    if ((int64_t)png_get_image_width(reader->png, reader->info) != info->width ||
        (int64_t)png_get_image_height(reader->png, reader->info) != info->height)
        return error_set(error, ERROR_IO, "the uploaded file was changed while it was read");
    reader->pixels = malloc(width * height * 4);
    reader->rows = malloc(height * sizeof(*reader->rows));
    if (reader->pixels == NULL || reader->rows == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for an image");
    for (size_t y = 0; y < height; y++)
        reader->rows[y] = reader->pixels + y * width * 4;
    if (!guard(reader, read_pixels))
        return error_set(error, ERROR_INVALID, "is damaged: %s", reader->message);
    for (size_t i = 0; i < width * height; i++)
        for (size_t c = 0; c < (size_t)channels; c++)
            pixels[i * (size_t)channels + c] =
                blend(reader->pixels[4 * i + c], reader->pixels[4 * i + 3]);
    return 0;
}

int png_decode(const uint8_t *data, size_t size, const struct image_info *info, int channels,
               uint8_t *pixels, struct error *error)
{
    struct png reader;
    int status = png_open(&reader, data, size, error);
    if (status == 0)
        status = decode(&reader, info, channels, pixels, error);
    png_close(&reader);
    return status;
}

/* Pixels to PNG. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/image.h"

#include <png.h>
#include <setjmp.h>

struct png_writer {
    png_structp png;
    png_infop info;
    const uint8_t *pixels;
    uint32_t width, height;
    int channels;
    struct bytes *out;
};

static void write_bytes(png_structp png, png_bytep data, size_t size)
{
    bytes_append(((struct png_writer *)png_get_io_ptr(png))->out, data, size);
}

static void flush_nothing(png_structp png UNUSED) {}

static void jump(png_structp png, png_const_charp message UNUSED)
{
    png_longjmp(png, 1);
}

static void ignore_warning(png_structp png UNUSED, png_const_charp message UNUSED) {}

/* False where libpng jumped; nothing is kept in variables of this frame. */
static bool write_all(struct png_writer *writer)
{
    if (setjmp(png_jmpbuf(writer->png)) != 0)
        return false;
    png_set_write_fn(writer->png, writer, write_bytes, flush_nothing);
    png_set_IHDR(writer->png, writer->info, writer->width, writer->height, 8,
                 writer->channels == 1   ? PNG_COLOR_TYPE_GRAY
                 : writer->channels == 3 ? PNG_COLOR_TYPE_RGB
                                         : PNG_COLOR_TYPE_RGB_ALPHA,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(writer->png, writer->info);
    for (uint32_t y = 0; y < writer->height; y++)
        png_write_row(writer->png,
                      writer->pixels + (size_t)y * writer->width * (size_t)writer->channels);
    png_write_end(writer->png, NULL);
    return true;
}

int image_write_png(const uint8_t *pixels, int64_t width, int64_t height, int channels,
                    struct bytes *png, struct error *error)
{
    struct png_writer writer = {.pixels = pixels,
                                .width = (uint32_t)width,
                                .height = (uint32_t)height,
                                .channels = channels,
                                .out = png};
    writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, jump, ignore_warning);
    if (writer.png != NULL)
        writer.info = png_create_info_struct(writer.png);
    bool written = writer.info != NULL && write_all(&writer);
    png_destroy_write_struct(&writer.png, &writer.info);
    if (!written)
        return error_set(error, ERROR_MEMORY, "out of memory for a PNG");
    return bytes_check(png, error);
}

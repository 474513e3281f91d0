/* Pictures as PNG files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/png.h"

#include <assert.h>
#include <png.h>
#include <string.h>

static png_uint_32 format_of(int64_t channels)
{
    return channels == 1 ? PNG_FORMAT_GRAY : channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_RGBA;
}

int png_append(struct bytes *file, int64_t height, int64_t width, int64_t channels,
               const uint8_t *pixels, struct error *error)
{
    assert(height > 0 && height <= PNG_SIDE_MAX && width > 0 && width <= PNG_SIDE_MAX);
    assert(png_takes_channels(channels));
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = format_of(channels)};
    /* The simplified interface: its errors come back, no jumps. */
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image), most = size;
    uint8_t *place = bytes_extend(file, most);
    if (place == NULL)
        return bytes_check(file, error);
    if (!png_image_write_to_memory(&image, place, &size, 0, pixels, 0, NULL)) {
        file->size -= most;
        return error_set(error, ERROR_MEMORY, "a picture cannot be written: %s", image.message);
    }
    file->size -= most - size;
    return 0;
}

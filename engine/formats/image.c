/* Which kind an image is, and whether it may be so large. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/image.h"
#include "engine/formats/image_inside.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static bool is_png(const uint8_t *data, size_t size)
{
    return size >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0;
}

static bool is_jpeg(const uint8_t *data, size_t size)
{
    return size >= 3 && memcmp(data, "\xff\xd8\xff", 3) == 0;
}

int image_probe(const uint8_t *data, size_t size, struct image_info *info, struct error *error)
{
    if (!is_png(data, size) && !is_jpeg(data, size))
        return error_set(error, ERROR_INVALID, "is neither PNG nor JPEG");
    if ((is_png(data, size) ? png_probe : jpeg_probe)(data, size, info, error) != 0)
        return -1;
    assert(info->width >= 1 && info->height >= 1);
    if (info->width <= IMAGE_SIDE_MAX && info->height <= IMAGE_SIDE_MAX &&
        info->width * info->height <= IMAGE_PIXELS_MAX)
        return 0;
    return error_set(error, ERROR_INVALID,
                     "has %" PRId64 " x %" PRId64 " pixels; at most %d on a side and %d together "
                     "can be read",
                     info->width, info->height, IMAGE_SIDE_MAX, IMAGE_PIXELS_MAX);
}

int image_decode(const uint8_t *data, size_t size, const struct image_info *info, int channels,
                 uint8_t *pixels, struct error *error)
{
    assert(channels == 3 || (channels == 1 && !info->has_colour));
    return (is_png(data, size) ? png_decode : jpeg_decode)(data, size, info, channels, pixels,
                                                           error);
}

/* JPEG by libjpeg-turbo, with the exact inverse transform, so that every machine sees the same
 * pixels. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/image_inside.h"

#include <turbojpeg.h>

static int damaged(tjhandle handle, struct error *error)
{
    return error_set(error, ERROR_INVALID, "is damaged: %s", tjGetErrorStr2(handle));
}

static int read_head(tjhandle handle, const uint8_t *data, size_t size, struct image_info *info,
                     struct error *error)
{
    int width = 0, height = 0, sampling = 0, colours = 0;
    if (tjDecompressHeader3(handle, data, (unsigned long)size, &width, &height, &sampling,
                            &colours) != 0)
        return damaged(handle, error);
    if (width < 1 || height < 1) /* a file of tables alone */
        return error_set(error, ERROR_INVALID, "is damaged: it has no pixels");
    if (colours == TJCS_CMYK || colours == TJCS_YCCK)
        return error_set(error, ERROR_INVALID, "has colours for printing (CMYK): save it as RGB");
    *info = (struct image_info){width, height, colours != TJCS_GRAY};
    return 0;
}

int jpeg_probe(const uint8_t *data, size_t size, struct image_info *info, struct error *error)
{
    tjhandle handle = tjInitDecompress();
    if (handle == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for an image");
    int status = read_head(handle, data, size, info, error);
    tjDestroy(handle);
    return status;
}

/* A warning is a damage too: what is missing would be made up. */
int jpeg_decode(const uint8_t *data, size_t size, const struct image_info *info, int channels,
                uint8_t *pixels, struct error *error)
{
    enum { FLAGS = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS };
    tjhandle handle = tjInitDecompress();
    if (handle == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for an image");
    int status = tjDecompress2(handle, data, (unsigned long)size, pixels, (int)info->width, 0,
                               (int)info->height, channels == 1 ? TJPF_GRAY : TJPF_RGB, FLAGS);
    if (status != 0)
        (void)damaged(handle, error);
    tjDestroy(handle);
    return status == 0 ? 0 : -1;
}

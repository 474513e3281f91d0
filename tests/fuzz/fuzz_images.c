/* Any bytes as an archive of images (first byte 0 or 1, where 1 brings them to a size), and as an
 * image that is decoded and scaled. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/image.h"
#include "tests/fuzz/fuzz_import.h"

enum { TAR = 9, PIXELS_MAX = 1 << 20 };

static void decode(const uint8_t *data, size_t size, int64_t width, int64_t height)
{
    struct image_info info;
    if (image_probe(data, size, &info, NULL) != 0 || info.width * info.height > PIXELS_MAX)
        return;
    int channels = info.has_colour ? 3 : 1;
    uint8_t *pixels = malloc((size_t)(info.width * info.height * channels));
    uint8_t *scaled = malloc((size_t)(width * height * channels));
    if (pixels == NULL || scaled == NULL)
        abort();
    if (image_decode(data, size, &info, channels, pixels, NULL) == 0 &&
        image_scale(pixels, &info, channels, scaled, width, height, NULL) != 0)
        abort();
    free(pixels);
    free(scaled);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char target[] = "4x3";
    if (size == 0)
        return 0;
    if (data[0] > 1) {
        decode(data + 1, size - 1, 1 + (data[0] & 7), 1 + (data[0] >> 3));
        return 0;
    }
    struct dataset_options options = {.format = TAR, .size = data[0] == 1 ? target : NULL};
    struct dataset_source source = {fuzz_file(data + 1, size - 1), "body"};
    fuzz_import(&source, 1, &options);
    close(source.file);
    return 0;
}

/* Any bytes as NPY, NPZ or raw numbers: the first byte chooses the format, and whether the layout
 * and types are asked for; with NPY also where a pair is cut in two. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz_import.h"

enum { NPY = 3, NPZ = 4, RAW = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int formats[] = {NPY, NPZ, RAW, NPY};
    char types[] = "column_1=category,label=text", dtype[] = "<f2";
    if (size < 2)
        return 0;
    struct dataset_options options = {.format = formats[data[0] & 3], .layout = data[0] >> 2 & 1};
    size_t cut = (data[0] & 3) == 3 ? 2 + data[1] * (size - 2) / 255 : size;
    if ((data[0] & 8) != 0)
        options.types = types;
    if (options.format == RAW) {
        options.shape =
            (struct sizes){.count = 1 + (data[1] & 3), .items = {2, data[1] >> 5, 3, 1}};
        options.labels = data[1] >> 3 & 3;
        options.dtype = (data[0] & 16) != 0 ? dtype : NULL;
    }
    struct dataset_source sources[] = {{fuzz_file(data + 2, cut - 2), "features"},
                                       {fuzz_file(data + cut, size - cut), "labels"}};
    fuzz_import(sources, cut < size ? 2 : 1, &options);
    close(sources[0].file);
    close(sources[1].file);
    return 0;
}

/* Any bytes as IDX: features alone, or features and labels cut at the first byte's place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct dataset_options options = {.format = 2};
    size_t cut = data[0] < size ? data[0] : size;
    int count = data[0] == 0 ? 1 : 2;
    if (count == 1)
        cut = size;
    struct dataset_source sources[] = {{fuzz_file(data + (cut > 0), cut - (cut > 0)), "features"},
                                       {fuzz_file(data + cut, size - cut), "labels"}};
    fuzz_import(sources, count, &options);
    close(sources[0].file);
    close(sources[1].file);
    return 0;
}

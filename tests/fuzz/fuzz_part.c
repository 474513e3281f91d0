/* Any bytes as the beginning of a file of any format: the first byte chooses it. What is left of
 * them is imported. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/part.h"
#include "tests/fuzz/fuzz_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct dataset_options options = {.format = data[0] % 10};
    enum { RAW = 8 };
    if (options.format == RAW)
        options.shape = (struct sizes){.count = 2, .items = {1 + data[0] / 10 % 4, 2}};
    struct dataset_source source = {fuzz_file(data + 1, size - 1), "body"};
    struct dataset_source made = {fuzz_file(NULL, 0), "body"};
    struct dataset_part part;
    struct error error = {0};
    if (dataset_part_make(&source, &options, made.file, &part, &error) == 0)
        fuzz_import(&made, 1, &options);
    else if (error.code == ERROR_NONE || error.code == ERROR_IO || error.code == ERROR_INTERNAL)
        abort();
    close(source.file);
    close(made.file);
    return 0;
}

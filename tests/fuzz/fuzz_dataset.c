/* Any bytes as a column file: refused, or every row can be read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    int file = fuzz_file(data, size);
    struct dataset *dataset = dataset_open(file, &error);
    close(file);
    for (int64_t row = 0; dataset != NULL && row < dataset->rows && row < 100; row++)
        json_decref(dataset_row(dataset, row));
    dataset_close(dataset);
    return 0;
}

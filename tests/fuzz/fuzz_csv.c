/* Any bytes as CSV under any options: the first byte chooses them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct dataset_options options = {
        .header = data[0] % 3, .separator = data[0] / 3 % 6, .format = data[0] & 0x80 ? 0 : 1};
    char types[] = "column_1=date,column_2=category", missing[] = "x,-1";
    if ((data[0] & 0x40) != 0)
        options.types = types;
    if ((data[0] & 0x20) != 0)
        options.missing = missing;
    struct dataset_source source = {fuzz_file(data + 1, size - 1), "body"};
    fuzz_import(&source, 1, &options);
    close(source.file);
    return 0;
}

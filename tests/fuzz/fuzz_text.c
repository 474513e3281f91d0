/* Any bytes as ARFF, JSON lines or LibSVM under any options: the first byte chooses them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz_import.h"

enum { ARFF = 5, JSONL = 6, LIBSVM = 7 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int formats[] = {ARFF, JSONL, LIBSVM, 0};
    char types[] = "a=category,b=date", numbers[] = "f1=category,label=category",
         missing[] = "x,-1";
    if (size == 0)
        return 0;
    struct dataset_options options = {.format = formats[data[0] & 3]};
    if ((data[0] & 4) != 0)
        options.types = options.format == LIBSVM ? numbers : types;
    if ((data[0] & 8) != 0 && options.format != LIBSVM)
        options.missing = missing;
    struct dataset_source source = {fuzz_file(data + 1, size - 1), "body"};
    fuzz_import(&source, 1, &options);
    close(source.file);
    return 0;
}

/* libFuzzer: any bytes as a model's file of whichever format its first bytes tell. A model that was
 * read must be written so that it reads again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/exchange.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { PARAMETERS_MAX = 1 << 20 };

static void write_again(const struct model *model, const char *format)
{
    struct bytes file = {0};
    if (model_format_find(format, NULL)->write(model, "fuzz@1", &file, NULL) == 0) {
        struct model *back = model_import(file.data, file.size, NULL);
        if (!back)
            abort();
        model_free(back);
    }
    bytes_clear(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model *model = model_import(data, size, NULL);
    if (model && model->network->parameter_count < PARAMETERS_MAX) {
        write_again(model, "npz");
        write_again(model, "keras");
    }
    model_free(model);
    return 0;
}

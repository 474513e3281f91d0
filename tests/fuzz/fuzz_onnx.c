/* libFuzzer: any bytes as an ONNX file, propd's own or another's. A model that was read must be
 * written so that it reads again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/exchange.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { PARAMETERS_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model *model = onnx_format.read(data, size, NULL);
    struct bytes file = {0};
    if (model && model->network->parameter_count < PARAMETERS_MAX &&
        onnx_format.write(model, "fuzz@1", &file, NULL) == 0) {
        struct model *back = onnx_format.read(file.data, file.size, NULL);
        if (!back)
            abort();
        model_free(back);
    }
    bytes_clear(&file);
    model_free(model);
    return 0;
}

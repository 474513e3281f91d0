/* libFuzzer: arbitrary JSON as what a model file says of preprocessing, and as instances for it.
 * The input is one JSON array: [preprocessing, instance …]. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/preprocessing.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { ELEMENTS_MAX = 1 << 20 };

static void encode_instances(const struct preprocessing *preprocessing, const json_t *array)
{
    struct shape shape = preprocessing_input_shape(preprocessing);
    int64_t elements = shape_elements(&shape, NULL);
    if (elements < 1)
        abort();
    if (elements > ELEMENTS_MAX)
        return;
    float *x = malloc((size_t)elements * sizeof(*x));
    for (size_t i = 1; x && i < json_array_size(array); i++)
        preprocessing_encode_json(preprocessing, json_array_get(array, i), "instances[0]", x, NULL);
    free(x);
}

/* What was read must be written so that it reads again. */
static void write_again(const struct preprocessing *preprocessing)
{
    json_t *written = preprocessing_write(preprocessing);
    struct preprocessing *back = preprocessing_read(written, NULL);
    if (!back)
        abort();
    preprocessing_free(back);
    json_decref(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *array = fields_parse((const char *)data, size, NULL);
    struct preprocessing *preprocessing = preprocessing_read(json_array_get(array, 0), NULL);
    if (preprocessing) {
        encode_instances(preprocessing, array);
        write_again(preprocessing);
    }
    preprocessing_free(preprocessing);
    json_decref(array);
    return 0;
}

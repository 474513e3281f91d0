/* Any bytes as layers in one line. What is taken can be written as JSON; what is not has a problem.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/layers.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static const char catalog_text[] =
    "{\"layers\": [{\"name\": \"dense\", \"fields\": [{\"name\": \"name\", \"type\": \"string\"},"
    "{\"name\": \"units\", \"type\": \"integer\", \"required\": true, \"word\": \"auto\"},"
    "{\"name\": \"activation\", \"type\": \"variant\", \"choices\": [\"relu\", \"softmax\"]}]},"
    "{\"name\": \"conv2d\", \"fields\": [{\"name\": \"name\", \"type\": \"string\"},"
    "{\"name\": \"kernel_size\", \"type\": \"sizes\"},"
    "{\"name\": \"bias\", \"type\": \"boolean\"}]}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text line TEXT_AUTO = {0}, problem TEXT_AUTO = {0};
    json_auto_t *catalog = json_loads(catalog_text, 0, NULL);
    text_append(&line, data, size);
    json_auto_t *layers = layers_parse(line.data, catalog, &problem);
    char *AUTO_FREE written = layers != NULL ? json_dumps(layers, 0) : NULL;
    if (layers != NULL ? written == NULL : problem.size == 0)
        abort();
    return 0;
}

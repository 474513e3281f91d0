/* libFuzzer: any bytes as requests for predictions in every form. The first byte says which, and of
 * which model: documents, CSV, NPY, or the Open Inference Protocol with the JSON part as long as
 * the next two bytes say. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/oip_request.h"
#include "engine/prediction.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { FORMS = 4, ROWS_MAX = 1000 };

static const char table[] =
    "{\"version\": 1, \"columns\": [{\"column\": \"length\", \"encoder\": \"number\", "
    "\"required\": "
    "false, \"scales\": [{\"shift\": 1.5, \"scale\": 2.0, \"fill\": 1.5}], \"indicator\": false}, "
    "{\"column\": \"colour\", \"encoder\": \"one_hot\", \"required\": false, \"categories\": "
    "[\"green\", \"red\"]}], \"left_out\": [], \"unused\": [], \"targets\": [{\"column\": "
    "\"kind\", "
    "\"type\": \"category\", \"scale\": {\"shift\": 0.0, \"scale\": 1.0, \"fill\": 0.0}}], "
    "\"classes\": [\"a\", \"b\"], \"task\": \"classes\"}";

/* Two numbers as they come, or a column of numbers and one of categories; two outputs. */
static struct model *make_model(bool of_table)
{
    static const float parameters[64];
    const struct shape two = {.rank = 1, .dims = {2}};
    json_auto_t *json = json_loads(table, 0, NULL);
    json_auto_t *document =
        json_loads("{\"layers\": [{\"type\": \"dense\", \"units\": 2}]}", 0, NULL);
    struct preprocessing *preprocessing =
        of_table ? preprocessing_read(json, NULL) : preprocessing_identity(&two, NULL, NULL);
    const struct shape input = preprocessing_input_shape(preprocessing);
    struct network *network = network_create(document, &input, 0, NULL);
    assert(network->parameter_count <= 64);
    return model_create(network, preprocessing, parameters, NULL, NULL);
}

static void read_oip(struct prediction *prediction, const uint8_t *data, size_t size)
{
    struct oip_request request = {0};
    char header[16];
    if (size < 2)
        return;
    (void)snprintf(header, sizeof header, "%d", data[0] | data[1] << 8);
    if (oip_request_read(&request, prediction->model, data + 2, size - 2, header, NULL) == 0)
        (void)prediction_read_tensors(prediction, request.inputs, request.input_count, ROWS_MAX,
                                      NULL);
    oip_request_clear(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct model *models[2];
    if (size == 0)
        return 0;
    const bool of_table = data[0] / FORMS % 2 != 0;
    struct model **model = &models[of_table];
    if (*model == NULL)
        *model = make_model(of_table);
    if (*model == NULL)
        abort();
    struct prediction prediction = {.model = *model};
    switch (data[0] % FORMS) {
    case 0:
        (void)prediction_read(&prediction, (const char *)data + 1, size - 1, ROWS_MAX, NULL);
        break;
    case 1:
        (void)prediction_read_csv(&prediction, (const char *)data + 1, size - 1, ROWS_MAX, NULL);
        break;
    case 2:
        (void)prediction_read_npy(&prediction, data + 1, size - 1, ROWS_MAX, NULL);
        break;
    default:
        read_oip(&prediction, data + 1, size - 1);
    }
    prediction_clear(&prediction);
    return 0;
}

/* Inference requests of the Open Inference Protocol (kserve/open-inference-protocol,
 * inference_rest.md) with the binary tensor extension (triton-inference-server/server,
 * extension_binary_data.md): a JSON part and, behind it, the bytes of its binary inputs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_HANDLERS_OIP_REQUEST_H
#define PROPD_API_HANDLERS_OIP_REQUEST_H

#include <jansson.h>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/model.h"
#include "engine/tensor.h"

enum { OIP_OUTPUTS_MAX = 2 };

struct oip_output {
    bool is_labels; /* PREDICTION_LABELS, else PREDICTION_OUTPUT */
    bool is_binary;
    int64_t classes; /* so many of the most probable classes in place of the values; 0: values */
};

struct oip_request {
    json_t *json;          /* owned; NULL of a raw request */
    const char *id;        /* borrowed from it; NULL */
    struct tensor *inputs; /* owned; checked; data borrowed from the body or from: */
    struct bytes *data;    /* owned; [input_count], what was JSON */
    size_t input_count;
    struct oip_output outputs[OIP_OUTPUTS_MAX];
    int output_count;
};

/* Reads the body for a model. `header_size`: the header Inference-Header-Content-Length, NULL:
 * all of the body is JSON; "0": there is none, the body is the bytes of the model's one input.
 * ERROR_INVALID, ERROR_MALFORMED. */
int oip_request_read(struct oip_request *request, const struct model *model, const uint8_t *body,
                     size_t size, const char *header_size, struct error *error);
void oip_request_clear(struct oip_request *request);

#endif

/* POST /v2/models/{model}[/versions/{version}]/infer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/handlers/oip_answer.h"

#include <stdlib.h>

struct work {
    struct inference inference; /* first: inference.h */
    struct oip_request asked;
};

static void work_free(void *work_taken)
{
    struct work *work = work_taken;
    oip_request_clear(&work->asked);
    inference_close(&work->inference);
    free(work);
}

static int begin(struct request *request, struct reply *reply, struct error *error)
{
    const struct bytes *body = &request->body.text;
    const char *header_size = request_header(request, "Inference-Header-Content-Length");
    struct work *work = calloc(1, sizeof *work);
    (void)reply;
    if (work == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the predictions");
    request->work = work;
    if (inference_open(&work->inference, request, error) != 0)
        return -1;
    struct prediction *prediction = &work->inference.prediction;
    const uint8_t *data = body->data != NULL ? body->data : (const uint8_t *)"";
    if (oip_request_read(&work->asked, prediction->model, data, body->size, header_size, error) !=
            0 ||
        prediction_read_tensors(prediction, work->asked.inputs, work->asked.input_count,
                                INFERENCE_ROWS_MAX, error) != 0)
        return -1;
    inference_begun(&work->inference);
    return 0;
}

static int end(struct request *request, struct reply *reply, struct error *error)
{
    struct work *work = request->work;
    if (inference_check(&work->inference, error) != 0 ||
        oip_answer(&work->inference, &work->asked, reply, error) != 0)
        return -1;
    inference_succeed(&work->inference);
    return 0;
}

const struct route_steps oip_infer_steps = {.begin = begin,
                                            .is_long = inference_is_long,
                                            .run = inference_run,
                                            .end = end,
                                            .free = work_free};

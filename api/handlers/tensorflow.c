/* What TensorFlow Serving's clients ask of a model beside predictions
 * (tensorflow.org/tfx/serving/api_rest). GET /v1/models/{model} itself is our own resource. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/handlers/inference.h"

int handle_tensorflow_status(struct request *request, struct reply *reply, struct error *error)
{
    struct model_title title;
    char version[VERSION_TEXT_SIZE];
    const struct model *model = inference_hold(request, &title, error);
    if (model == NULL)
        return -1;
    daemon_model_release(request->service->daemon, model);
    inference_version(&title, version);
    return reply_json(reply, 200,
                      json_pack("{s:[{s:s, s:s, s:{s:s, s:s}}]}", "model_version_status", "version",
                                version, "state", "AVAILABLE", "status", "error_code", "OK",
                                "error_message", ""),
                      error);
}

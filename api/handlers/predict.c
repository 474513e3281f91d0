/* POST /v1/models/{model}:predict, in TensorFlow Serving's form. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "daemon/daemon.h"

enum { PREDICT_ROWS_MAX = 1 << 20 };

int handle_predict(struct request *request, struct reply *reply, struct error *error)
{
    struct daemon *daemon = request->service->daemon;
    struct model_record record AUTO_CLEAR(model_record_clear) = {0};
    json_auto_t *instances = request_json(request, error);
    if (instances == NULL)
        return -1;
    const struct model *model = daemon_model_hold(daemon, request->captures[0], &record, error);
    if (model == NULL)
        return -1;
    json_t *answer = model_predict_json(model, instances, PREDICT_ROWS_MAX, error);
    daemon_model_release(daemon, model);
    if (answer == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the predictions");
    (void)json_object_set_new(answer, "model", json_string(record.name));
    (void)json_object_set_new(answer, "version", json_integer(record.version));
    return reply_json(reply, 200, answer, error);
}

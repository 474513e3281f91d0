/* POST /v1/models/{model}:trace, what a model computes for one row. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "daemon/daemon.h"
#include "engine/trace.h"

enum { VALUES = 256, VALUES_MAX = 65536 };

struct trace_asked {
    json_t *instance, *target;
    int64_t values;
};
static const struct field trace_fields[] = {
    FIELD_JSON(struct trace_asked, instance, .flags = FIELD_REQUIRED,
               .help = "a row as a prediction takes it: a list in column order, or an object"),
    FIELD_JSON(struct trace_asked, target,
               .help = "its label or numbers in original units: loss and gradients come with it"),
    FIELD_INTEGER(struct trace_asked, values, .min = 0, .max = VALUES_MAX, .number = VALUES,
                  .help = "values of a tensor that are shown at most"),
    FIELD_END};
const struct kind trace_kind = {.name = "trace",
                                .help = "one row through a model",
                                .size = sizeof(struct trace_asked),
                                .fields = trace_fields};

static json_t *trace(const struct model *model, const struct trace_asked *asked,
                     struct error *error)
{
    const struct trace_request request = {.instance = asked->instance,
                                          .target =
                                              json_is_null(asked->target) ? NULL : asked->target,
                                          .values = asked->values};
    return model_trace(model, &request, error);
}

int handle_trace(struct request *request, struct reply *reply, struct error *error)
{
    struct daemon *daemon = request->service->daemon;
    struct model_title title;
    struct trace_asked asked;
    if (request_read_body(request, &trace_kind, &asked, error) != 0)
        return -1;
    const struct model *model =
        daemon_model_hold_title(daemon, &request->viewer, request->captures[0], &title, error);
    json_t *answer = model != NULL ? trace(model, &asked, error) : NULL;
    fields_clear(&trace_kind, &asked);
    if (model == NULL)
        return -1;
    daemon_model_release(daemon, model);
    if (answer == NULL)
        return -1;
    model_title_write(&title, answer);
    return reply_json(reply, 200, answer, error);
}

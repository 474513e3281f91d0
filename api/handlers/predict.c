/* POST /v1/models/{model}:predict, in TensorFlow Serving's form. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "base/json_text.h"
#include "daemon/daemon.h"
#include "engine/prediction.h"

#include <stdlib.h>

enum {
    PREDICT_ROWS_MAX = 1 << 20,
    TOGETHER_MAX = 256,
    LONG_FLOPS = 20000000 /* half a millisecond, beside which another thread costs little */
};

struct work {
    struct daemon *daemon;
    struct model_title title;
    struct prediction prediction;
    struct error error; /* of run() */
};

static void work_free(void *work_taken)
{
    struct work *work = work_taken;
    daemon_model_release(work->daemon, work->prediction.model);
    prediction_clear(&work->prediction);
    free(work);
}

/* What is wrong with the body is told first, whether there is such a model or not. */
static int refuse_model(const struct request *request, const struct error *cause,
                        struct error *error)
{
    json_auto_t *json = request_json(request, error);
    if (json != NULL)
        *error = *cause;
    return -1;
}

static int begin(struct request *request, struct reply *reply, struct error *error)
{
    struct daemon *daemon = request->service->daemon;
    const struct bytes *body = &request->body.text;
    struct error cause = {0};
    struct work *work = calloc(1, sizeof *work);
    (void)reply;
    if (work == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the predictions");
    request->work = work;
    work->daemon = daemon;
    work->prediction.model = daemon_model_hold_title(daemon, &request->viewer, request->captures[0],
                                                     &work->title, &cause);
    if (work->prediction.model == NULL)
        return refuse_model(request, &cause, error);
    return prediction_read(&work->prediction, body->data != NULL ? (const char *)body->data : "",
                           body->size, PREDICT_ROWS_MAX, error);
}

static bool is_long(const struct request *request)
{
    const struct work *work = request->work;
    return prediction_flops(&work->prediction) > LONG_FLOPS;
}

/* As many at once as have the same model. */
static void run_some(struct request *const *requests, size_t count)
{
    struct prediction *predictions[TOGETHER_MAX];
    struct prediction **rest = predictions;
    for (size_t i = 0; i < count; i++)
        predictions[i] = &((struct work *)requests[i]->work)->prediction;
    while (count > 0) {
        struct error error = {0};
        int64_t done = predictions_run(rest, count, &error);
        if (done < 0) {
            for (size_t i = 0; i < count; i++)
                ((struct work *)(void *)((char *)rest[i] - offsetof(struct work, prediction)))
                    ->error = error;
            return;
        }
        rest += done;
        count -= (size_t)done;
    }
}

static void run(struct request *const *requests, size_t count)
{
    for (size_t i = 0; i < count; i += TOGETHER_MAX)
        run_some(requests + i, count - i < TOGETHER_MAX ? count - i : TOGETHER_MAX);
}

static int end(struct request *request, struct reply *reply, struct error *error)
{
    const struct work *work = request->work;
    struct bytes text = {0};
    if (work->error.code != ERROR_NONE) {
        *error = work->error;
        return -1;
    }
    bytes_append_u8(&text, '{');
    prediction_append(&work->prediction, &text);
    bytes_printf(&text, ",\"model\":");
    json_append_string(&text, work->title.name);
    bytes_printf(&text, ",\"version\":%lld}", (long long)work->title.version);
    return reply_json_text(reply, 200, &text, error);
}

const struct route_steps predict_steps = {
    .begin = begin, .is_long = is_long, .run = run, .end = end, .free = work_free};

/* /v1/jobs/{job}/checkpoints: those that are kept, and one of them as a model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/json.h"
#include "daemon/daemon.h"

#include <errno.h>
#include <stdlib.h>

/* The job of the path, whose owner may see it. */
static int get_job(struct request *request, struct job_record *record, struct error *error)
{
    int64_t position;
    return daemon_job_get(request->service->daemon, &request->viewer, request->captures[0], record,
                          &position, error);
}

static json_t *checkpoint_json(const struct checkpoint_record *checkpoint, int64_t best_step)
{
    return json_pack("{s:I, s:I, s:b}", "step", (json_int_t)checkpoint->step, "bytes",
                     (json_int_t)checkpoint->bytes, "best",
                     best_step > 0 && checkpoint->step == best_step);
}

int handle_checkpoints_list(struct request *request, struct reply *reply, struct error *error)
{
    struct job_record record AUTO_CLEAR(job_record_clear) = {0};
    struct checkpoint_record *checkpoints = NULL;
    size_t count = 0;
    if (get_job(request, &record, error) != 0 ||
        store_checkpoint_list(daemon_store(request->service->daemon), record.id, &checkpoints,
                              &count, error) != 0)
        return -1;
    json_auto_t *status = json_object_text(record.status);
    const int64_t best =
        json_integer_value(json_object_get(json_object_get(status, "best"), "step"));
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, checkpoint_json(&checkpoints[i], best));
    free(checkpoints);
    return reply_json(reply, 200, json_pack("{s:s, s:o}", "job", record.id, "checkpoints", list),
                      error);
}

static int read_step(const char *text, int64_t *step, struct error *error)
{
    char *end;
    errno = 0;
    *step = strtoll(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0)
        return 0;
    return error_set(error, ERROR_NOT_FOUND,
                     "a checkpoint is named by its step, a whole number, not \"%.40s\"", text);
}

int handle_checkpoints_promote(struct request *request, struct reply *reply, struct error *error)
{
    struct job_record job AUTO_CLEAR(job_record_clear) = {0};
    struct model_record model AUTO_CLEAR(model_record_clear) = {0};
    int64_t step;
    if (get_job(request, &job, error) != 0 || read_step(request->captures[1], &step, error) != 0 ||
        daemon_checkpoint_promote(request->service->daemon, job.id, step, &model, error) != 0 ||
        reply_header(reply, error, "Location", "/v1/models/%s", model.id) != 0)
        return -1;
    return reply_json(reply, 201, json_model(&model, true), error);
}

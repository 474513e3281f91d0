/* /v1/jobs: submitting, looking, moving. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/json.h"
#include "api/page.h"
#include "daemon/daemon.h"
#include "daemon/job_state.h"

#include <stdlib.h>
#include <string.h>

/* ---- one job */

static int reply_job(struct request *request, int status, const char *reference,
                     struct reply *reply, struct error *error)
{
    struct daemon *daemon = request->service->daemon;
    struct job_record record AUTO_CLEAR(job_record_clear) = {0};
    int64_t position = 0;
    if (daemon_job_get(daemon, &request->viewer, reference, &record, &position, error) != 0)
        return -1;
    return reply_json(reply, status, json_job(daemon, &record, position, true), error);
}

int handle_jobs_post(struct request *request, struct reply *reply, struct error *error)
{
    char id[ID_SIZE];
    json_t *answer = NULL;
    json_auto_t *document = request_json(request, error);
    if (document == NULL || daemon_job_submit(request->service->daemon, &request->viewer, document,
                                              id, &answer, error) != 0)
        return -1;
    if (answer != NULL)
        return reply_json(reply, 200, answer, error); /* a dry run */
    if (reply_header(reply, error, "Location", "/v1/jobs/%s", id) != 0)
        return -1;
    return reply_job(request, 202, id, reply, error);
}

int handle_jobs_get(struct request *request, struct reply *reply, struct error *error)
{
    return reply_job(request, 200, request->captures[0], reply, error);
}

int handle_jobs_evaluation(struct request *request, struct reply *reply, struct error *error)
{
    struct job_record record AUTO_CLEAR(job_record_clear) = {0};
    int64_t position = 0;
    if (daemon_job_get(request->service->daemon, &request->viewer, request->captures[0], &record,
                       &position, error) != 0)
        return -1;
    json_auto_t *status = json_object_text(record.status);
    json_t *evaluation = json_object_get(status, "evaluation");
    if (evaluation == NULL)
        return error_set(error, ERROR_NOT_FOUND,
                         "job %.64s, which is %s, has no evaluation: that comes with the end of a "
                         "job that has a validation",
                         record.id, record.state);
    return reply_json(reply, 200, json_incref(evaluation), error);
}

/* ---- the list */

enum { STATE_ANY };
static const char *const state_names[] = {
    "any",           STATE_QUEUED, STATE_RUNNING,   STATE_PAUSED,
    STATE_SUCCEEDED, STATE_FAILED, STATE_CANCELLED, NULL};

struct jobs_list_query {
    struct page_query page;
    int state;
    char *dataset;
};
static const struct field list_query_fields[] = {
    FIELD_CHOICE(struct jobs_list_query, state, .choices = state_names,
                 .help = "only jobs in this state"),
    FIELD_STRING(struct jobs_list_query, dataset, .help = "only jobs on this dataset"), FIELD_END};
const struct kind jobs_list_query_kind = {.name = "jobs",
                                          .help = "a page of the list of jobs, newest first",
                                          .size = sizeof(struct jobs_list_query),
                                          .fields = list_query_fields,
                                          .base = &page_query_kind};

/* A job that waits or runs is told as it is now and not as its row was last written. */
static json_t *item(struct daemon *daemon, const struct job_record *listed)
{
    struct job_record record AUTO_CLEAR(job_record_clear) = {0};
    struct error error = {0};
    int64_t position = 0;
    if (job_state_finished(listed->state) ||
        daemon_job_get(daemon, NULL, listed->id, &record, &position, &error) != 0)
        return json_job(daemon, listed, 0, false);
    return json_job(daemon, &record, position, false);
}

static int reply_list(struct request *request, const struct store_page *page, struct reply *reply,
                      struct error *error)
{
    struct daemon *daemon = request->service->daemon;
    struct job_record *records = NULL;
    size_t count = 0;
    bool more = false;
    if (store_job_list(daemon_store(daemon), page, &records, &count, &more, error) != 0)
        return -1;
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(items, item(daemon, &records[i]));
    int result = page_reply(request, reply, "jobs", items, count > 0 ? records[count - 1].id : "",
                            more, error);
    for (size_t i = 0; i < count; i++)
        job_record_clear(&records[i]);
    free(records);
    return result;
}

int handle_jobs_list(struct request *request, struct reply *reply, struct error *error)
{
    const struct jobs_list_query *query = request->query;
    struct daemon *daemon = request->service->daemon;
    struct dataset_record dataset AUTO_CLEAR(dataset_record_clear) = {0};
    struct store_page page = page_start(request, &query->page);
    if (query->dataset != NULL && store_dataset_get(daemon_store(daemon), &request->viewer,
                                                    query->dataset, &dataset, error) != 0)
        return -1;
    page.state = query->state != STATE_ANY ? state_names[query->state] : NULL;
    page.dataset = dataset.id;
    return reply_list(request, &page, reply, error);
}

/* ---- moves: each by id, since a name may go over to a newer job in between */

static int find_id(struct request *request, char id[ID_SIZE], struct error *error)
{
    struct job_record record AUTO_CLEAR(job_record_clear) = {0};
    if (store_job_find(daemon_store(request->service->daemon), &request->viewer,
                       request->captures[0], &record, error) != 0)
        return -1;
    (void)snprintf(id, ID_SIZE, "%s", record.id);
    return 0;
}

struct jobs_cancel {
    bool keep;
};
static const struct field cancel_fields[] = {
    FIELD_BOOLEAN(struct jobs_cancel, keep, .number = 1,
                  .help = "keep the best model that there is so far"),
    FIELD_END};
const struct kind jobs_cancel_kind = {.name = "cancel",
                                      .help = "ends a job",
                                      .size = sizeof(struct jobs_cancel),
                                      .fields = cancel_fields};
static const struct field move_fields[] = {FIELD_END};
const struct kind jobs_move_kind = {
    .name = "move", .help = "a change without options", .fields = move_fields};

int handle_jobs_cancel(struct request *request, struct reply *reply, struct error *error)
{
    char id[ID_SIZE];
    struct jobs_cancel cancel;
    if (request_read_body(request, &jobs_cancel_kind, &cancel, error) != 0 ||
        find_id(request, id, error) != 0 ||
        daemon_job_cancel(request->service->daemon, id, cancel.keep, error) != 0)
        return -1;
    return reply_job(request, 200, id, reply, error);
}

static int move(struct request *request,
                int (*mover)(struct daemon *daemon, const char *id, struct error *error),
                struct reply *reply, struct error *error)
{
    char id[ID_SIZE], none;
    if (request_read_body(request, &jobs_move_kind, &none, error) != 0 ||
        find_id(request, id, error) != 0 || mover(request->service->daemon, id, error) != 0)
        return -1;
    return reply_job(request, 200, id, reply, error);
}

int handle_jobs_pause(struct request *request, struct reply *reply, struct error *error)
{
    return move(request, daemon_job_pause, reply, error);
}

int handle_jobs_resume(struct request *request, struct reply *reply, struct error *error)
{
    return move(request, daemon_job_resume, reply, error);
}

int handle_jobs_delete(struct request *request, struct reply *reply, struct error *error)
{
    char id[ID_SIZE];
    if (find_id(request, id, error) != 0 ||
        daemon_job_remove(request->service->daemon, id, error) != 0)
        return -1;
    reply->status = 204;
    return 0;
}

int handle_jobs_retry(struct request *request, struct reply *reply, struct error *error)
{
    return move(request, daemon_job_retry, reply, error);
}

int handle_jobs_verify(struct request *request, struct reply *reply, struct error *error)
{
    char id[ID_SIZE], replay[ID_SIZE], none;
    if (request_read_body(request, &jobs_move_kind, &none, error) != 0 ||
        find_id(request, id, error) != 0 ||
        daemon_job_verify(request->service->daemon, id, replay, error) != 0 ||
        reply_header(reply, error, "Location", "/v1/jobs/%s", replay) != 0)
        return -1;
    return reply_job(request, 202, replay, reply, error);
}

int handle_jobs_patch(struct request *request, struct reply *reply, struct error *error)
{
    char id[ID_SIZE];
    json_auto_t *document = request_json(request, error);
    if (document == NULL || find_id(request, id, error) != 0 ||
        daemon_job_patch(request->service->daemon, id, document, error) != 0)
        return -1;
    return reply_job(request, 200, id, reply, error);
}

/* /v1/jobs: submitting, looking, moving. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/json.h"
#include "api/keys.h"
#include "api/page.h"
#include "daemon/daemon.h"
#include "daemon/job_state.h"

#include <stdlib.h>
#include <string.h>

/* ---- one job */

static int get(struct request *request, const char *reference, struct job_record *record,
               int64_t *position, struct error *error)
{
    if (daemon_job_get(request->service->daemon, &request->viewer, reference, record, position,
                       error) != 0)
        return -1;
    request_depends_on_job(request, record);
    request_depends(request, CHANGE_QUEUE);
    request_depends(request, CHANGE_MODELS);
    return 0;
}

static int reply_job(struct request *request, int status, const char *reference,
                     struct reply *reply, struct error *error)
{
    struct job_record record AUTO_CLEAR(job_record_clear) = {0};
    int64_t position = 0;
    if (get(request, reference, &record, &position, error) != 0)
        return -1;
    return reply_json(reply, status, json_job(request->service->daemon, &record, position, true),
                      error);
}

static int reply_made(void *context, const void *record, bool is_new, struct reply *reply,
                      struct error *error)
{
    const struct daemon_job *job = context;
    (void)record; /* job's */
    (void)is_new;
    if (reply_header(reply, error, "Location", "/v1/jobs/%s", job->record.id) != 0)
        return -1;
    return reply_json(reply, 202, json_job_made(job), error);
}

int handle_jobs_post(struct request *request, struct reply *reply, struct error *error)
{
    json_t *dry = NULL;
    struct daemon_job job AUTO_CLEAR(daemon_job_clear) = {0};
    const struct keys_answer answer = {.reply = reply_made, .context = &job};
    json_auto_t *document = request_json(request, error);
    job.terms = keys_terms(request, &answer);
    if (document == NULL || daemon_job_submit(request->service->daemon, &request->viewer, document,
                                              &job, &dry, error) != 0)
        return -1;
    if (dry != NULL)
        return reply_json(reply, 200, dry, error);
    return keys_reply(request, &answer, &job.record, true, reply, error);
}

int handle_jobs_get(struct request *request, struct reply *reply, struct error *error)
{
    return reply_job(request, 200, request->captures[0], reply, error);
}

int handle_jobs_evaluation(struct request *request, struct reply *reply, struct error *error)
{
    struct job_record record AUTO_CLEAR(job_record_clear) = {0};
    int64_t position = 0;
    if (get(request, request->captures[0], &record, &position, error) != 0)
        return -1;
    AUTO_FREE char *text = NULL;
    if (store_job_evaluation(daemon_store(request->service->daemon), record.id, &text, error) != 0)
        return -1;
    if (text == NULL)
        return error_set(error, ERROR_NOT_FOUND,
                         "job %.64s, which is %s, has no evaluation: that comes with the end of a "
                         "job that has a validation",
                         record.id, record.state);
    return reply_json(reply, 200, json_object_text(text), error);
}

/* ---- the list */

static const char *const sorts[] = {
    "-created_at", "created_at",  "name",         "-name", "state", "-state", "priority",
    "-priority",   "finished_at", "-finished_at", "best",  "-best", NULL};

struct jobs_list_query {
    struct tagged_query tagged;
    int sort;
    struct strings state;
    char *dataset;
};
static const struct field list_query_fields[] = {
    FIELD_CHOICE(struct jobs_list_query, sort, .choices = sorts,
                 .help = "the order; - before it: descending"),
    FIELD_STRINGS(struct jobs_list_query, state, .max = 6,
                  .help = "only jobs in these states: running,queued"),
    FIELD_STRING(struct jobs_list_query, dataset,
                 .help = "only jobs on this dataset: id, name or name@version"),
    FIELD_END};

static int check_states(const void *options, const char *path, struct error *error)
{
    const struct jobs_list_query *query = options;
    (void)path;
    for (size_t i = 0; i < query->state.count; i++)
        if (!job_state_known(query->state.items[i]))
            return error_set_at(error, ERROR_INVALID, "state",
                                "must be some of queued, running, paused, succeeded, failed and "
                                "cancelled, as in running,queued, not \"%.32s\"",
                                query->state.items[i]);
    return 0;
}
const struct kind jobs_list_query_kind = {.name = "jobs",
                                          .help = "a page of the list of jobs",
                                          .size = sizeof(struct jobs_list_query),
                                          .fields = list_query_fields,
                                          .base = &tagged_query_kind,
                                          .check = check_states};

/* A job that waits or runs is told as it is now and not as its row was last written. */
static json_t *item(struct daemon *daemon, struct job_record *listed)
{
    int64_t position = 0;
    if (!job_state_finished(listed->state))
        daemon_job_look(daemon, listed, &position);
    return json_job(daemon, listed, position, false);
}

static int reply_list(struct request *request, const struct page *page, struct reply *reply,
                      struct error *error)
{
    struct daemon *daemon = request->service->daemon;
    struct job_record *records = NULL;
    size_t count = 0;
    bool more = false;
    if (store_job_list(daemon_store(daemon), &page->store, &records, &count, &more, error) != 0)
        return -1;
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(items, item(daemon, &records[i]));
    for (size_t i = 0; i < count; i++)
        job_record_clear(&records[i]);
    free(records);
    return page_reply(request, reply, page, "jobs", items, error);
}

int handle_jobs_list(struct request *request, struct reply *reply, struct error *error)
{
    static const int made_of[] = {CHANGE_JOBS, CHANGE_QUEUE, CHANGE_MODELS, CHANGE_DATASETS};
    const struct jobs_list_query *query = request->query;
    struct dataset_record dataset AUTO_CLEAR(dataset_record_clear) = {0};
    struct page page AUTO_CLEAR(page_clear);
    for (size_t i = 0; i < ARRAY_COUNT(made_of); i++)
        request_depends(request, made_of[i]);
    if (page_open(&page, request, &query->tagged.page, sorts[query->sort], error) != 0 ||
        page_filter_tags(&page, &query->tagged.tag, error) != 0 ||
        page_filter_dataset(&page, request, query->dataset, &dataset, error) != 0)
        return -1;
    if (query->state.count > 0)
        page_filter(&page, (struct store_filter){.column = "state",
                                                 .texts = query->state.items,
                                                 .count = query->state.count});
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
        daemon_job_remove(request->service->daemon, id, &request->terms, error) != 0)
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
    char id[ID_SIZE], none;
    struct daemon_job job AUTO_CLEAR(daemon_job_clear) = {0};
    const struct keys_answer answer = {.reply = reply_made, .context = &job};
    job.terms = keys_terms(request, &answer);
    if (request_read_body(request, &jobs_move_kind, &none, error) != 0 ||
        find_id(request, id, error) != 0 ||
        daemon_job_verify(request->service->daemon, id, &job, error) != 0)
        return -1;
    return keys_reply(request, &answer, &job.record, true, reply, error);
}

int handle_jobs_patch(struct request *request, struct reply *reply, struct error *error)
{
    char id[ID_SIZE];
    json_auto_t *document = request_json(request, error);
    if (document == NULL || find_id(request, id, error) != 0 ||
        daemon_job_patch(request->service->daemon, id, document, &request->terms, error) != 0)
        return -1;
    return reply_job(request, 200, id, reply, error);
}

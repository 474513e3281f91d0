/* What was told to webhooks of a job's end, and telling it again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/json.h"
#include "base/clock.h"
#include "daemon/daemon.h"
#include "storage/deliveries.h"

#include <string.h>

/* The service's own address is its operator's affair. */
static json_t *delivery_json(const struct delivery_record *record)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:I, s:o, s:o, s:o, s:o, s:o}", "id",
                     record->id, "job", record->job_id, "type", record->type, "to",
                     record->is_service ? "service" : "job", "url",
                     json_text(record->is_service ? NULL : record->url), "state", record->state,
                     "tries", (json_int_t)record->tries, "status",
                     record->status > 0 ? json_integer(record->status) : json_null(), "failure",
                     json_text(record->failure), "created_at", json_time(record->created_ms),
                     "tried_at", json_time(record->tried_ms), "next_at",
                     json_time(strcmp(record->state, DELIVERY_PENDING) == 0 ? record->next_ms : 0));
}

int handle_jobs_webhooks(struct request *request, struct reply *reply, struct error *error)
{
    struct store *store = daemon_store(request->service->daemon);
    struct job_record job AUTO_CLEAR(job_record_clear) = {0};
    struct delivery_record *records = NULL;
    size_t count = 0;
    if (store_job_find(store, &request->viewer, request->captures[0], &job, error) != 0 ||
        store_delivery_list(store, job.id, &records, &count, error) != 0)
        return -1;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, delivery_json(&records[i]));
    deliveries_free(records, count);
    return reply_json(reply, 200, json_pack("{s:s, s:o}", "job", job.id, "webhooks", list), error);
}

/* The delivery, where its job is one that the viewer sees; else there is none. */
static int find(struct request *request, struct delivery_record *record, struct error *error)
{
    struct store *store = daemon_store(request->service->daemon);
    struct job_record job AUTO_CLEAR(job_record_clear) = {0};
    struct error hidden = {0};
    if (store_delivery_get(store, request->captures[0], record, error) != 0)
        return -1;
    if (store_job_find(store, &request->viewer, record->job_id, &job, &hidden) == 0)
        return 0;
    delivery_record_clear(record);
    return error_set(error, hidden.code, "there is no webhook delivery \"%.128s\"",
                     request->captures[0]);
}

int handle_webhooks_retry(struct request *request, struct reply *reply, struct error *error)
{
    struct delivery_record record AUTO_CLEAR(delivery_record_clear) = {0};
    char none;
    if (request_read_body(request, &jobs_move_kind, &none, error) != 0 ||
        find(request, &record, error) != 0 ||
        daemon_webhook_retry(request->service->daemon, record.id, error) != 0)
        return -1;
    delivery_record_clear(&record);
    if (find(request, &record, error) != 0)
        return -1;
    return reply_json(reply, 202, delivery_json(&record), error);
}

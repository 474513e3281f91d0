/* GET /v1/jobs/{job}/events: as a stream (server-sent events, WHATWG HTML section 9.2), or as JSON
 * after a sequence number, at once or by a long poll. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/json.h"
#include "api/media.h"
#include "daemon/daemon.h"
#include "daemon/job_state.h"

#include <stdlib.h>
#include <string.h>

enum { WAIT_MAX_S = 60, PAGE_SIZE = 500, STREAM_PAGE_SIZE = 64 };

struct events_query {
    int64_t after, wait;
    int format; /* enum media */
};
static const struct field query_fields[] = {
    FIELD_INTEGER(struct events_query, after, .min = 0, .max = 9e15,
                  .help = "only events after this sequence number"),
    FIELD_INTEGER(struct events_query, wait, .min = 0, .max = WAIT_MAX_S,
                  .help = "seconds to wait for one"),
    FIELD_CHOICE(struct events_query, format, .choices = media_row_names,
                 .help = "auto: what Accept says, a stream where nothing else is asked"),
    FIELD_END};
const struct kind events_query_kind = {.name = "events",
                                       .help = "events of a job",
                                       .size = sizeof(struct events_query),
                                       .fields = query_fields};

struct page {
    struct event_record *records;
    size_t count;
};

static void page_clear(struct page *page)
{
    for (size_t i = 0; i < page->count; i++)
        event_record_clear(&page->records[i]);
    free(page->records);
}

/* Nothing more will come: the job has ended, or is gone. */
static bool is_over(struct store *store, const char *job_id)
{
    struct job_record record AUTO_CLEAR(job_record_clear) = {0};
    struct error error = {0};
    if (store_job_get(store, job_id, &record, &error) != 0)
        return error.code == ERROR_NOT_FOUND;
    return job_state_finished(record.state);
}

/* ---- the stream */

struct event_stream {
    struct store *store;
    char job_id[ID_SIZE];
    int64_t after;
};

static int append_event(struct bytes *text, const struct event_record *record)
{
    json_auto_t *json = json_event(record);
    AUTO_FREE char *data = json != NULL ? fields_print(json) : NULL;
    if (data == NULL)
        return -1;
    bytes_printf(text, "id: %lld\nevent: %s\ndata: ", (long long)record->seq, record->type);
    bytes_append(text, data, strlen(data));
    bytes_append(text, "\n\n", 2);
    return 0;
}

static int stream_next(void *context, struct bytes *text, bool *ended)
{
    struct event_stream *stream = context;
    struct page page AUTO_CLEAR(page_clear) = {0};
    struct error error = {0};
    /* Asked first: an event that comes with the end must not be missed. */
    bool over = is_over(stream->store, stream->job_id);
    if (store_event_list(stream->store, stream->job_id, stream->after, STREAM_PAGE_SIZE,
                         &page.records, &page.count, &error) != 0)
        return -1;
    for (size_t i = 0; i < page.count; i++) {
        if (append_event(text, &page.records[i]) != 0)
            return -1;
        stream->after = page.records[i].seq;
    }
    *ended = over && page.count < STREAM_PAGE_SIZE;
    return 0;
}

static int reply_stream(struct request *request, const struct job_record *job, int64_t after,
                        struct reply *reply, struct error *error)
{
    struct event_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a stream");
    stream->store = daemon_store(request->service->daemon);
    stream->after = after;
    (void)snprintf(stream->job_id, sizeof stream->job_id, "%s", job->id);
    reply->content_type = "text/event-stream; charset=utf-8";
    reply->stream = (struct reply_stream){.next = stream_next, .free = free, .context = stream};
    return 0;
}

/* ---- JSON */

static json_t *page_list(const struct page *page)
{
    json_t *list = json_array();
    for (size_t i = 0; i < page->count; i++)
        if (json_array_append_new(list, json_event(&page->records[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static int link_next(const struct request *request, int64_t after, struct reply *reply,
                     struct error *error)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%lld", (long long)after);
    return media_link_next(request, "after", text, reply, error);
}

static int reply_events(const struct request *request, enum media media, const struct page *page,
                        int64_t after, struct reply *reply, struct error *error)
{
    json_auto_t *list = page_list(page);
    int64_t seq = page->count > 0 ? page->records[page->count - 1].seq : after;
    bool more = page->count == PAGE_SIZE;
    if (list == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the events");
    if (more && link_next(request, seq, reply, error) != 0)
        return -1;
    if (media != MEDIA_JSON)
        return media_reply_objects(reply, media, NULL, list, error);
    return reply_json(
        reply, 200,
        json_pack("{s:O, s:I, s:b}", "events", list, "seq", (json_int_t)seq, "more", more), error);
}

static uint64_t wait_end_ns(const struct request *request)
{
    const struct events_query *query = request->query;
    return request->started_ns + (uint64_t)query->wait * UINT64_C(1000000000);
}

/* A long poll with nothing to tell sleeps, and comes here again when something has happened. */
static int reply_page(struct request *request, enum media media, const struct job_record *job,
                      int64_t after, struct reply *reply, struct error *error)
{
    struct page page AUTO_CLEAR(page_clear) = {0};
    uint64_t end = wait_end_ns(request);
    if (store_event_list(daemon_store(request->service->daemon), job->id, after, PAGE_SIZE,
                         &page.records, &page.count, error) != 0)
        return -1;
    if (page.count == 0 && clock_now_ns() < end && !request->service->stopping &&
        !job_state_finished(job->state)) {
        reply->wait_until_ns = end;
        return 0;
    }
    return reply_events(request, media, &page, after, reply, error);
}

/* ---- the handler */

static int read_last_id(const struct request *request, int64_t *after, struct error *error)
{
    const char *last = request_header(request, "Last-Event-ID");
    if (last == NULL)
        return 0;
    if (*last == '\0' || strlen(last) > 18 || strspn(last, "0123456789") != strlen(last))
        return error_set(error, ERROR_MALFORMED, "Last-Event-ID must be a sequence number");
    *after = strtoll(last, NULL, 10);
    return 0;
}

/* A look at what was is asked for by its place; who asks for nothing wants to watch. */
static int choose_media(const struct request *request, struct reply *reply, struct error *error)
{
    static const enum media watching[] = {MEDIA_EVENT_STREAM, MEDIA_JSON, MEDIA_NDJSON, MEDIA_CSV,
                                          MEDIA_AUTO};
    static const enum media looking[] = {MEDIA_JSON, MEDIA_NDJSON, MEDIA_CSV, MEDIA_EVENT_STREAM,
                                         MEDIA_AUTO};
    const struct events_query *query = request->query;
    bool looks = request_has_parameter(request, "after") || request_has_parameter(request, "wait");
    return media_choose(request, (enum media)query->format, looks ? looking : watching, reply,
                        error);
}

int handle_events(struct request *request, struct reply *reply, struct error *error)
{
    const struct events_query *query = request->query;
    struct job_record job AUTO_CLEAR(job_record_clear) = {0};
    int64_t after = query->after;
    int media = choose_media(request, reply, error);
    if (media < 0 || read_last_id(request, &after, error) != 0 ||
        store_job_find(daemon_store(request->service->daemon), &request->viewer,
                       request->captures[0], &job, error) != 0)
        return -1;
    if (media != MEDIA_EVENT_STREAM)
        return reply_page(request, (enum media)media, &job, after, reply, error);
    if (job_state_finished(job.state) && after > 0 && after >= job.seq) {
        reply->status = 204; /* tells a browser's EventSource not to come back */
        return 0;
    }
    return reply_stream(request, &job, after, reply, error);
}

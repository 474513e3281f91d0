/* A job's history as an event file for TensorBoard: every point, an event a step. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/history_inside.h"
#include "api/json.h"
#include "api/media.h"
#include "api/tfevents.h"

#include <stdlib.h>

/* Steps that are read at once, so that little more than the file is in memory. */
enum { WINDOW = 20000, FILE_MOST = 64 << 20 };

/* When a step was done. Points have no times of their own: a run's steps share its time. */
struct pace {
    double started, seconds_a_step;
};

static struct pace pace_of(const struct job_record *job, const json_t *status, int64_t steps)
{
    double seconds = json_number_value(json_object_get(status, "running_s"));
    int64_t start = job->started_ms != 0 ? job->started_ms : job->created_ms;
    return (struct pace){1e-3 * (double)start, steps > 0 ? seconds / (double)steps : 0};
}

/* The least step that a series has next; INT64_MAX at the end of all. */
static int64_t next_step(const struct history_list *list, const size_t *next)
{
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < list->count; i++)
        if (next[i] < list->series[i].bucket_count &&
            list->series[i].buckets[next[i]].first_step < least)
            least = list->series[i].buckets[next[i]].first_step;
    return least;
}

/* The values at a step, past them. */
static size_t take_step(const struct history_list *list, size_t *next, int64_t step,
                        struct tfevents_value *values)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct history_series *series = &list->series[i];
        const struct history_bucket *bucket = series->buckets + next[i];
        if (next[i] == series->bucket_count || bucket->first_step != step)
            continue;
        next[i]++;
        values[count++] = (struct tfevents_value){
            series->metric, (float)(bucket->nonfinite ? bucket->worst : bucket->mean)};
    }
    return count;
}

static int append_list(const struct history_list *list, struct pace pace, struct bytes *file,
                       struct error *error)
{
    AUTO_FREE size_t *next = calloc(list->count + 1, sizeof *next);
    AUTO_FREE struct tfevents_value *values = calloc(list->count + 1, sizeof *values);
    if (next == NULL || values == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the events of a history");
    for (int64_t step; (step = next_step(list, next)) != INT64_MAX;) {
        size_t count = take_step(list, next, step, values);
        tfevents_append(file, pace.started + (double)step * pace.seconds_a_step, step, values,
                        count);
    }
    return bytes_check(file, error);
}

static int append_window(const struct request *request, const struct job_record *job,
                         const struct history_query *query, struct pace pace, struct bytes *file,
                         struct error *error)
{
    struct history_list list AUTO_CLEAR(history_list_clear) = {0};
    if (history_list_read(request, job, *query, &list, error) != 0 ||
        append_list(&list, pace, file, error) != 0)
        return -1;
    if (file->size <= FILE_MOST)
        return 0;
    return error_set(error, ERROR_TOO_LARGE,
                     "the events of this history are more than %d MiB: ask for a part of it, as in "
                     "?format=tfevents&from=%lld&to=%lld",
                     FILE_MOST >> 20, (long long)query->from, (long long)query->to);
}

int history_reply_tfevents(const struct request *request, const struct job_record *job,
                           struct reply *reply, struct error *error)
{
    const struct history_asked *asked = request->query;
    json_auto_t *status = json_object_text(job->status);
    int64_t steps = json_integer_value(json_object_get(status, "step"));
    int64_t last = asked->to != 0 ? asked->to : INT64_MAX;
    struct pace pace = pace_of(job, status, steps);
    tfevents_start(&reply->body, pace.started);
    for (int64_t from = asked->from; from <= last;) {
        /* What was written since the status was read comes with the last window. */
        int64_t end = steps - from > WINDOW ? from + WINDOW - 1 : last;
        const struct history_query query = {.from = from, .to = end < last ? end : last};
        if (append_window(request, job, &query, pace, &reply->body, error) != 0)
            return -1;
        if (query.to == last)
            break;
        from = query.to + 1;
    }
    reply->status = 200;
    reply->content_type = media_content_type(MEDIA_TFEVENTS);
    reply->takes_ranges = true;
    return reply_header(reply, error, "Content-Disposition",
                        "attachment; filename=\"events.out.tfevents.%lld.%s\"",
                        (long long)pace.started, job->id);
}

/* GET /v1/jobs/{job}/history: loss and metrics at any zoom, as JSON in columns, CSV or NDJSON;
 * every point for TensorBoard in history_tfevents.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/handlers/history_inside.h"
#include "api/json.h"
#include "api/media.h"
#include "base/csv_text.h"
#include "base/json_text.h"
#include "daemon/daemon.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 500, POINTS_MAX = 1000000, POINTS_LONG = 10000, METRICS_ASKED_MAX = 64 };

static const struct field query_fields[] = {
    FIELD_STRING(struct history_asked, metric,
                 .help = "names with commas between: loss,val_loss; absent: all"),
    FIELD_INTEGER(struct history_asked, from, .min = 0, .max = 9e15, .help = "first step"),
    FIELD_INTEGER(struct history_asked, to, .min = 0, .max = 9e15,
                  .help = "last step; 0: the newest"),
    FIELD_INTEGER(struct history_asked, points, .min = 1, .max = POINTS_MAX, .number = POINTS,
                  .help = "buckets a series at most"),
    FIELD_CHOICE(struct history_asked, format, .choices = media_history_names,
                 .help = "auto: what Accept says"),
    FIELD_END};

static int check_range(const void *options, const char *path, struct error *error)
{
    const struct history_asked *asked = options;
    (void)path;
    if (asked->to != 0 && asked->to < asked->from)
        return error_set_at(error, ERROR_INVALID, "to", "must not be before from");
    return 0;
}
const struct kind history_query_kind = {.name = "history",
                                        .help = "a piece of a job's history",
                                        .size = sizeof(struct history_asked),
                                        .fields = query_fields,
                                        .check = check_range};

bool history_is_long(const struct request *request)
{
    const struct history_asked *asked = request->query;
    return asked->points > POINTS_LONG || asked->format == MEDIA_TFEVENTS;
}

/* ---- JSON in columns */

struct series_column {
    const char *name;
    json_t *(*value)(const struct history_bucket *bucket);
};

static json_t *bucket_step(const struct history_bucket *bucket)
{
    return json_integer(bucket->first_step);
}
static json_t *bucket_epoch(const struct history_bucket *bucket)
{
    return json_integer(bucket->epoch);
}
static json_t *bucket_mean(const struct history_bucket *bucket)
{
    return json_finite(bucket->mean);
}
static json_t *bucket_min(const struct history_bucket *bucket)
{
    return json_finite(bucket->min);
}
static json_t *bucket_max(const struct history_bucket *bucket)
{
    return json_finite(bucket->max);
}
static json_t *bucket_first(const struct history_bucket *bucket)
{
    return json_finite(bucket->first);
}
static json_t *bucket_last(const struct history_bucket *bucket)
{
    return json_finite(bucket->last);
}
/* What a bucket has that is not finite; NULL: nothing. */
static const char *nonfinite_name(const struct history_bucket *bucket)
{
    if (!bucket->nonfinite)
        return NULL;
    if (isnan(bucket->worst))
        return "nan";
    return bucket->worst > 0 ? "inf" : "-inf";
}
static json_t *bucket_nonfinite(const struct history_bucket *bucket)
{
    return json_text(nonfinite_name(bucket));
}

static const struct series_column columns[] = {
    {"step", bucket_step}, {"epoch", bucket_epoch},
    {"mean", bucket_mean}, {"min", bucket_min},
    {"max", bucket_max},   {"first", bucket_first},
    {"last", bucket_last}, {"nonfinite", bucket_nonfinite}};

static bool has_nonfinite(const struct history_series *series)
{
    for (size_t i = 0; i < series->bucket_count; i++)
        if (series->buckets[i].nonfinite)
            return true;
    return false;
}

/* Epochs are there for series per epoch, "nonfinite" only where something is not finite. */
static bool has_column(const struct history_series *series, const struct series_column *column)
{
    if (column->value == bucket_epoch)
        return series->per_epoch;
    return column->value != bucket_nonfinite || has_nonfinite(series);
}

static json_t *column_json(const struct history_series *series, const struct series_column *column)
{
    json_t *values = json_array();
    for (size_t i = 0; i < series->bucket_count; i++)
        if (json_array_append_new(values, column->value(&series->buckets[i])) != 0) {
            json_decref(values);
            return NULL;
        }
    return values;
}

static json_t *series_json(const struct history_series *series)
{
    json_t *json = json_pack("{s:s, s:s, s:I, s:I}", "metric", series->metric, "per",
                             series->per_epoch ? "epoch" : "step", "count",
                             (json_int_t)series->count, "stride", (json_int_t)series->stride);
    for (size_t i = 0; json != NULL && i < ARRAY_COUNT(columns); i++)
        if (has_column(series, &columns[i]) &&
            json_object_set_new(json, columns[i].name, column_json(series, &columns[i])) != 0) {
            json_decref(json);
            return NULL;
        }
    return json;
}

static int reply_columns(const struct job_record *job, const json_t *best,
                         const struct history_series *series, size_t count, struct reply *reply,
                         struct error *error)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (json_array_append_new(list, series_json(&series[i])) != 0) {
            json_decref(list);
            return error_set(error, ERROR_MEMORY, "no memory for the history");
        }
    return reply_json(reply, 200,
                      json_pack("{s:s, s:I, s:O?, s:o}", "job", job->id, "seq",
                                (json_int_t)job->seq, "best", best, "series", list),
                      error);
}

/* ---- rows */

static void append_value(struct bytes *text, double value, const char *missing)
{
    if (isfinite(value))
        json_append_number(text, value);
    else
        bytes_append(text, missing, strlen(missing));
}

static void append_csv(struct bytes *text, const struct history_series *series,
                       const struct history_bucket *bucket)
{
    const double values[] = {bucket->mean, bucket->min, bucket->max, bucket->first, bucket->last};
    csv_append_text(text, series->metric);
    bytes_printf(text, ",%s,%lld,", series->per_epoch ? "epoch" : "step",
                 (long long)bucket->first_step);
    if (series->per_epoch)
        bytes_printf(text, "%lld", (long long)bucket->epoch);
    bytes_printf(text, ",%lld", (long long)bucket->count);
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        bytes_append(text, ",", 1);
        append_value(text, values[i], "");
    }
    csv_end_line(text);
}

static void append_ndjson(struct bytes *text, const struct history_series *series,
                          const struct history_bucket *bucket)
{
    const char *const names[] = {"mean", "min", "max", "first", "last"};
    const double values[] = {bucket->mean, bucket->min, bucket->max, bucket->first, bucket->last};
    bytes_printf(text, "{\"metric\":");
    json_append_string(text, series->metric);
    bytes_printf(text, ",\"per\":\"%s\",\"step\":%lld", series->per_epoch ? "epoch" : "step",
                 (long long)bucket->first_step);
    if (series->per_epoch)
        bytes_printf(text, ",\"epoch\":%lld", (long long)bucket->epoch);
    bytes_printf(text, ",\"count\":%lld", (long long)bucket->count);
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        bytes_printf(text, ",\"%s\":", names[i]);
        append_value(text, values[i], "null");
    }
    if (bucket->nonfinite)
        bytes_printf(text, ",\"nonfinite\":\"%s\"", nonfinite_name(bucket));
    bytes_printf(text, "}\n");
}

static int reply_rows(enum media media, const struct history_series *series, size_t count,
                      struct reply *reply, struct error *error)
{
    void (*append)(struct bytes *, const struct history_series *, const struct history_bucket *) =
        media == MEDIA_CSV ? append_csv : append_ndjson;
    if (media == MEDIA_CSV)
        bytes_printf(&reply->body, "metric,per,step,epoch,count,mean,min,max,first,last\r\n");
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < series[i].bucket_count; j++)
            append(&reply->body, &series[i], &series[i].buckets[j]);
    reply->content_type = media_content_type(media);
    return bytes_check(&reply->body, error);
}

/* ---- the handler */

/* Cuts "loss,val_loss" up in place. */
static int split_metrics(char *text, const char *metrics[METRICS_ASKED_MAX + 1],
                         struct error *error)
{
    int count = 0;
    char *rest = NULL;
    for (char *name = strtok_r(text, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        if (count == METRICS_ASKED_MAX)
            return error_set_at(error, ERROR_INVALID, "metric", "must be at most %d names",
                                METRICS_ASKED_MAX);
        metrics[count++] = name;
    }
    metrics[count] = NULL;
    return count;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int history_list_read(const struct request *request, const struct job_record *job,
                      struct history_query query, struct history_list *list, struct error *error)
{
    const struct history_asked *asked = request->query;
    const char *metrics[METRICS_ASKED_MAX + 1];
    AUTO_FREE char *names = asked->metric != NULL ? strdup(asked->metric) : NULL;
    int metric_count = 0;
    if (names != NULL)
        metric_count = split_metrics(names, metrics, error);
    if (metric_count < 0)
        return -1;
    query.job_id = job->id;
    query.metrics = metric_count > 0 ? metrics : NULL;
    query.from = query.from > asked->from ? query.from : asked->from;
    if (query.to == 0)
        query.to = INT64_MAX;
    query.to = asked->to != 0 ? earlier(query.to, asked->to) : query.to;
    return store_history_query(daemon_store(request->service->daemon), &query, &list->series,
                               &list->count, error);
}

void history_list_clear(struct history_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        history_series_clear(&list->series[i]);
    free(list->series);
    *list = (struct history_list){0};
}

static int reply_buckets(const struct request *request, enum media media,
                         const struct job_record *job, struct reply *reply, struct error *error)
{
    const struct history_asked *asked = request->query;
    struct history_list list AUTO_CLEAR(history_list_clear) = {0};
    json_auto_t *status = json_object_text(job->status);
    const json_t *best = json_object_get(status, "best");
    const struct history_query query = {
        .points = asked->points, .keep_step = json_integer_value(json_object_get(best, "step"))};
    if (history_list_read(request, job, query, &list, error) != 0)
        return -1;
    return media == MEDIA_JSON ? reply_columns(job, best, list.series, list.count, reply, error)
                               : reply_rows(media, list.series, list.count, reply, error);
}

int handle_history(struct request *request, struct reply *reply, struct error *error)
{
    const struct history_asked *asked = request->query;
    struct job_record job AUTO_CLEAR(job_record_clear) = {0};
    int64_t position;
    int media = media_choose_rows(request, (enum media)asked->format, reply, error);
    if (media < 0 || daemon_job_get(request->service->daemon, &request->viewer,
                                    request->captures[0], &job, &position, error) != 0)
        return -1;
    request_depends_on_job(request, &job);
    return media == MEDIA_TFEVENTS ? history_reply_tfevents(request, &job, reply, error)
                                   : reply_buckets(request, (enum media)media, &job, reply, error);
}

/* GET /v1/jobs/{job}/history: loss and metrics at any zoom, as JSON in columns, CSV or NDJSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/json.h"
#include "base/json_text.h"
#include "daemon/daemon.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 500, POINTS_MAX = 1000000, POINTS_LONG = 10000, METRICS_ASKED_MAX = 64 };
enum { FORMAT_AUTO, FORMAT_JSON, FORMAT_CSV, FORMAT_NDJSON, FORMAT_TFEVENTS };
static const char *const format_names[] = {"auto", "json", "csv", "ndjson", "tfevents", NULL};

struct history_asked {
    char *metric; /* comma-separated; NULL: all */
    int64_t from, to, points;
    int format;
};
static const struct field query_fields[] = {
    FIELD_STRING(struct history_asked, metric,
                 .help = "names with commas between: loss,val_loss; absent: all"),
    FIELD_INTEGER(struct history_asked, from, .min = 0, .max = 9e15, .help = "first step"),
    FIELD_INTEGER(struct history_asked, to, .min = 0, .max = 9e15,
                  .help = "last step; 0: the newest"),
    FIELD_INTEGER(struct history_asked, points, .min = 1, .max = POINTS_MAX, .number = POINTS,
                  .help = "buckets a series at most"),
    FIELD_CHOICE(struct history_asked, format, .choices = format_names,
                 .help = "auto: what Accept says"),
    FIELD_END};

static int check_range(const void *options, const char *path, struct error *error)
{
    const struct history_asked *asked = options;
    (void)path;
    if (asked->to != 0 && asked->to < asked->from)
        return error_set_at(error, ERROR_INVALID, "to", "must not be before from");
    if (asked->format == FORMAT_TFEVENTS)
        return error_set_at(error, ERROR_NOT_BUILT, "format",
                            "tfevents is specified but not built yet");
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
    return asked->points > POINTS_LONG;
}

static int choose_format(const struct request *request, struct error *error)
{
    const struct history_asked *asked = request->query;
    const char *accept = request_header(request, "Accept");
    if (asked->format != FORMAT_AUTO)
        return asked->format;
    if (request_prefers(request, "text/csv"))
        return FORMAT_CSV;
    if (request_prefers(request, "application/x-ndjson"))
        return FORMAT_NDJSON;
    if (accept == NULL || request_prefers(request, "application/json") ||
        request_prefers(request, "*/*") || request_prefers(request, "application/*"))
        return FORMAT_JSON;
    return error_set(error, ERROR_NOT_ACCEPTABLE,
                     "a history comes as application/json, text/csv or application/x-ndjson");
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
static json_t *bucket_nonfinite(const struct history_bucket *bucket)
{
    if (!bucket->nonfinite)
        return json_null();
    if (isnan(bucket->worst))
        return json_string("nan");
    return json_string(bucket->worst > 0 ? "inf" : "-inf");
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
    bytes_printf(text, "%s,%s,%lld,", series->metric, series->per_epoch ? "epoch" : "step",
                 (long long)bucket->first_step);
    if (series->per_epoch)
        bytes_printf(text, "%lld", (long long)bucket->epoch);
    bytes_printf(text, ",%lld", (long long)bucket->count);
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        bytes_append(text, ",", 1);
        append_value(text, values[i], "");
    }
    bytes_append(text, "\r\n", 2);
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
    bytes_printf(text, "}\n");
}

static int reply_rows(int format, const struct history_series *series, size_t count,
                      struct reply *reply, struct error *error)
{
    void (*append)(struct bytes *, const struct history_series *, const struct history_bucket *) =
        format == FORMAT_CSV ? append_csv : append_ndjson;
    if (format == FORMAT_CSV)
        bytes_printf(&reply->body, "metric,per,step,epoch,count,mean,min,max,first,last\r\n");
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < series[i].bucket_count; j++)
            append(&reply->body, &series[i], &series[i].buckets[j]);
    reply->content_type = format == FORMAT_CSV ? "text/csv; charset=utf-8" : "application/x-ndjson";
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

static int query_history(struct request *request, const struct job_record *job, const json_t *best,
                         struct history_series **series, size_t *count, struct error *error)
{
    const struct history_asked *asked = request->query;
    const char *metrics[METRICS_ASKED_MAX + 1];
    AUTO_FREE char *names = asked->metric != NULL ? strdup(asked->metric) : NULL;
    int metric_count = 0;
    if (names != NULL)
        metric_count = split_metrics(names, metrics, error);
    if (metric_count < 0)
        return -1;
    const struct history_query query = {
        .job_id = job->id,
        .metrics = metric_count > 0 ? metrics : NULL,
        .from = asked->from,
        .to = asked->to != 0 || asked->from == 0 ? asked->to : INT64_MAX,
        .points = asked->points,
        .keep_step = json_integer_value(json_object_get(best, "step"))};
    return store_history_query(daemon_store(request->service->daemon), &query, series, count,
                               error);
}

int handle_history(struct request *request, struct reply *reply, struct error *error)
{
    struct job_record job AUTO_CLEAR(job_record_clear) = {0};
    struct history_series *series = NULL;
    size_t count = 0;
    int64_t position;
    int format = choose_format(request, error);
    if (format < 0 || daemon_job_get(request->service->daemon, &request->viewer,
                                     request->captures[0], &job, &position, error) != 0)
        return -1;
    json_auto_t *status = json_object_text(job.status);
    const json_t *best = json_object_get(status, "best");
    if (query_history(request, &job, best, &series, &count, error) != 0)
        return -1;
    int result = format == FORMAT_JSON ? reply_columns(&job, best, series, count, reply, error)
                                       : reply_rows(format, series, count, reply, error);
    for (size_t i = 0; i < count; i++)
        history_series_clear(&series[i]);
    free(series);
    return result;
}

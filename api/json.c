/* Records as JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/json.h"
#include "base/clock.h"
#include "base/fields.h"
#include "daemon/daemon.h"
#include "daemon/job_state.h"
#include "engine/dataset_options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

json_t *json_time(int64_t unix_ms)
{
    char text[CLOCK_TEXT_SIZE];
    if (unix_ms == 0)
        return json_null();
    clock_format(unix_ms, text);
    return json_string(text);
}

json_t *json_text(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

json_t *json_finite(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_object_text(const char *text)
{
    struct error error = {0};
    json_t *json = text != NULL ? fields_parse(text, strlen(text), &error) : NULL;
    if (json_is_object(json))
        return json;
    json_decref(json);
    return json_object();
}

/* A JSON array of our own; [] for NULL. */
static json_t *json_list_text(const char *text)
{
    json_t *json = text != NULL ? fields_parse(text, strlen(text), NULL) : NULL;
    return json != NULL ? json : json_array();
}

/* A name, or a list of several. */
static json_t *json_targets(const char *text)
{
    struct error error = {0};
    json_auto_t *names = dataset_targets(text, &error);
    if (json_array_size(names) == 0)
        return json_null();
    return json_incref(json_array_size(names) == 1 ? json_array_get(names, 0) : names);
}

/* Nobody's where there are no tokens: null. */
static json_t *json_owner(const char *owner)
{
    return json_text(owner != NULL && owner[0] != '\0' ? owner : NULL);
}

static int add_saying(json_t *json, const char *owner, const char *tags, const char *about)
{
    return json_object_set_new(json, "owner", json_owner(owner)) != 0 ||
                   json_object_set_new(json, "tags", json_object_text(tags)) != 0 ||
                   json_object_set_new(json, "about", json_text(about)) != 0
               ? -1
               : 0;
}

json_t *json_dataset(const struct dataset_record *record, bool whole)
{
    json_t *json = json_pack(
        "{s:s, s:s, s:I, s:I, s:o, s:s, s:s, s:I, s:I, s:o}", "id", record->id, "name",
        record->name, "version", (json_int_t)record->version, "rows", (json_int_t)record->rows,
        "target", json_targets(record->target), "sha256", record->source_sha256, "file_sha256",
        record->file_sha256, "bytes", (json_int_t)record->source_bytes, "file_bytes",
        (json_int_t)record->file_bytes, "created_at", json_time(record->created_ms));
    if (json == NULL || add_saying(json, record->owner, record->tags, record->about) != 0 || !whole)
        return json;
    struct error error = {0};
    json_auto_t *description =
        fields_parse(record->description, strlen(record->description), &error);
    if (json_is_array(description))
        (void)json_object_set(json, "columns", description);
    else if (json_is_object(description))
        (void)json_object_update_missing(json, description);
    return json;
}

static json_t *status_json(const struct job_record *record)
{
    json_t *json = json_pack("{s:i, s:i, s:n, s:i, s:n, s:n, s:n, s:i, s:{}, s:n, s:n}", "progress",
                             0, "epoch", 0, "epochs", "step", 0, "steps", "eta_s", "samples_per_s",
                             "running_s", 0, "metrics", "best", "patience_left");
    json_auto_t *status = json_object_text(record->status);
    (void)json_object_update(json, status);
    /* The status is of the last step: a job that failed or was cancelled had some before it. */
    if (job_state_finished(record->state))
        (void)json_object_set_new(json, "eta_s", json_null());
    return json;
}

static json_t *failure_json(const struct job_record *record)
{
    if (record->error_code == NULL)
        return json_null();
    json_t *json = json_pack("{s:s, s:o}", "code", record->error_code, "message",
                             json_text(record->error_message));
    json_auto_t *details = json_object_text(record->error_details);
    (void)json_object_update_missing(json, details);
    return json;
}

/* [{"step", "at", "changes"}] */
static json_t *settings_json(const struct setting_record *settings, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, json_pack("{s:I, s:o, s:o}", "step",
                                                    (json_int_t)settings[i].step, "at",
                                                    json_time(settings[i].at_ms), "changes",
                                                    json_object_text(settings[i].changes)));
    return list;
}

static json_t *settings_read(struct daemon *daemon, const char *id)
{
    struct setting_record *settings = NULL;
    struct error error = {0};
    size_t count = 0;
    if (store_setting_list(daemon_store(daemon), id, &settings, &count, &error) != 0)
        return json_array(); /* the job was removed just now */
    json_t *list = settings_json(settings, count);
    settings_free(settings, count);
    return list;
}

/* The job's document as it was understood; its webhook, which is kept apart, without the secret. */
static json_t *spec_json(const struct job_record *record)
{
    json_t *spec = json_object_text(record->spec);
    json_t *webhook =
        record->webhook_url != NULL ? json_pack("{s:s}", "url", record->webhook_url) : json_null();
    (void)json_object_set_new(spec, "webhook", webhook);
    return spec;
}

/* What only a look at one job tells. */
static json_t *add_whole(json_t *json_taken, const struct job_record *record,
                         json_t *settings_taken)
{
    json_auto_t *whole = json_pack(
        "{s:o, s:o, s:o, s:o}", "settings", settings_taken, "verifies", json_text(record->verifies),
        "verification",
        record->verification != NULL ? json_object_text(record->verification) : json_null(), "spec",
        spec_json(record));
    if (json_taken != NULL && json_object_update(json_taken, whole) == 0)
        return json_taken;
    json_decref(json_taken);
    return NULL;
}

static json_t *job_json(const struct job_record *record, int64_t position)
{
    json_t *json = json_pack("{s:s, s:o, s:s, s:I, s:o, s:o, s:o}", "id", record->id, "name",
                             json_text(record->name), "state", record->state, "priority",
                             (json_int_t)record->priority, "position",
                             position > 0 ? json_integer(position) : json_null(), "tags",
                             json_object_text(record->tags), "owner", json_owner(record->owner));
    json_auto_t *status = status_json(record);
    json_auto_t *rest = json_pack(
        "{s:o, s:o, s:I, s:I, s:o, s:o, s:o}", "model", json_text(record->model), "error",
        failure_json(record), "attempt", (json_int_t)record->attempt, "seq",
        (json_int_t)record->seq, "created_at", json_time(record->created_ms), "started_at",
        json_time(record->started_ms), "finished_at", json_time(record->finished_ms));
    if (json != NULL && json_object_update(json, status) == 0 &&
        json_object_update(json, rest) == 0)
        return json;
    json_decref(json);
    return NULL;
}

json_t *json_job(struct daemon *daemon, const struct job_record *record, int64_t position,
                 bool whole)
{
    json_t *json = job_json(record, position);
    return whole ? add_whole(json, record, settings_read(daemon, record->id)) : json;
}

json_t *json_job_made(const struct daemon_job *job)
{
    return add_whole(job_json(&job->record, job->position), &job->record,
                     settings_json(job->settings, job->setting_count));
}

json_t *json_job_found(struct daemon *daemon, const char *id)
{
    struct job_record record AUTO_CLEAR(job_record_clear) = {0};
    struct error error = {0};
    int64_t position = 0;
    if (daemon_job_get(daemon, NULL, id, &record, &position, &error) != 0)
        return NULL;
    return json_job(daemon, &record, position, true);
}

json_t *json_model(const struct model_record *record, bool whole)
{
    json_t *json = json_pack(
        "{s:s, s:s, s:I, s:o, s:o, s:s, s:s, s:I, s:o}", "id", record->id, "name", record->name,
        "version", (json_int_t)record->version, "job", json_text(record->job_id), "dataset",
        json_text(record->dataset_id), "sha256", record->sha256, "file_sha256", record->file_sha256,
        "file_bytes", (json_int_t)record->file_bytes, "created_at", json_time(record->created_ms));
    json_auto_t *info = json_object_text(record->info);
    if (json == NULL || add_saying(json, record->owner, record->tags, record->about) != 0 ||
        json_object_set_new(json, "aliases", json_list_text(record->aliases)) != 0) {
        json_decref(json);
        return NULL;
    }
    if (!whole) {
        (void)json_object_del(info, "lineage");
        (void)json_object_del(info, "description");
    }
    (void)json_object_update_missing(json, info);
    return json;
}

json_t *json_event(const struct event_record *record)
{
    json_t *json = json_pack("{s:I, s:s, s:o}", "seq", (json_int_t)record->seq, "type",
                             record->type, "at", json_time(record->at_ms));
    json_auto_t *body = json_object_text(record->body);
    if (json != NULL)
        (void)json_object_update_missing(json, body);
    return json;
}

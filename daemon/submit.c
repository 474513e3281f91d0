/* A submission: the whole document is checked, its defaults written out, then it is queued. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/submit.h"
#include "daemon/internal.h"
#include "daemon/job_setup.h"
#include "daemon/job_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "iris@2": what a reference stands for now, so that a later version changes nothing for this job.
 * Another owner's thing is named by its id, since names are one's own. */
static json_t *pinned(const struct job_setup *setup, const char *owner, const char *id,
                      const char *name, int64_t version)
{
    char text[128];
    if (strcmp(owner, setup->owner) != 0)
        return json_string(id);
    snprintf(text, sizeof text, "%s@%lld", name, (long long)version);
    return json_string(text);
}

static json_t *pinned_dataset(const struct job_setup *setup, const struct dataset_record *record)
{
    return pinned(setup, record->owner, record->id, record->name, record->version);
}

static json_t *pinned_model(const struct job_setup *setup, const struct model_record *record)
{
    return pinned(setup, record->owner, record->id, record->name, record->version);
}

json_t *submit_spec(const struct job_setup *setup, const json_t *resolved, struct error *error)
{
    json_t *spec = fields_write(&job_document_kind, &setup->document);
    const struct dataset_record *dataset = &setup->dataset_record;
    int failed = spec == NULL;
    if (!failed) {
        json_object_del(spec, "dry_run");
        json_object_del(spec, "webhook"); /* the record's alone: the spec goes into models */
        failed |= json_object_set_new(spec, "dataset", pinned_dataset(setup, dataset));
        failed |= json_object_set(spec, "network", json_object_get(resolved, "network"));
        failed |= json_object_set(spec, "training", json_object_get(resolved, "training"));
        if (setup->validation != NULL)
            failed |= json_object_set_new(
                json_object_get(json_object_get(spec, "training"), "validation"), "dataset",
                pinned_dataset(setup, &setup->validation_record));
        failed |=
            json_object_set(spec, "preprocessing", json_object_get(resolved, "preprocessing"));
        if (setup->document.name == NULL)
            failed |= json_object_set_new(spec, "name", json_string(dataset->name));
        if (json_object_get(resolved, "target") != NULL)
            failed |= json_object_set(spec, "target", json_object_get(resolved, "target"));
        if (setup->initial != NULL)
            failed |= json_object_set_new(spec, "initial_model",
                                          pinned_model(setup, &setup->initial_record));
    }
    if (!failed)
        return spec;
    json_decref(spec);
    error_set(error, ERROR_MEMORY, "no memory for a job's specification");
    return NULL;
}

/* What the answer shows before the first step; "left_out" names columns that take no part. */
static char *first_status(const struct job_document *document, json_t *resolved)
{
    json_auto_t *status = json_pack("{s:f, s:i, s:I, s:i, s:O*}", "progress", 0.0, "epoch", 0,
                                    "epochs", (json_int_t)document->training->epochs, "step", 0,
                                    "left_out", json_object_get(resolved, "left_out"));
    return status != NULL ? fields_print(status) : NULL;
}

/* NULL members where there is none; false: out of memory. */
static bool webhook_copy(const struct webhook_options *webhook, struct job_record *record)
{
    if (webhook == NULL)
        return true;
    record->webhook_url = strdup(webhook->url);
    record->webhook_secret = webhook->secret != NULL ? strdup(webhook->secret) : NULL;
    return record->webhook_url != NULL &&
           (webhook->secret == NULL || record->webhook_secret != NULL);
}

static int record_make(const struct job_setup *setup, size_t memory, const json_t *spec,
                       json_t *resolved, struct job_record *record, struct error *error)
{
    char id[ID_SIZE];
    if (id_make("job", id, error) != 0)
        return -1;
    const struct job_document *document = &setup->document;
    bool has_tags = json_is_object(document->tags);
    *record = (struct job_record){.id = strdup(id),
                                  .name = strdup(json_string_value(json_object_get(spec, "name"))),
                                  .owner = strdup(setup->owner),
                                  .state = strdup(STATE_QUEUED),
                                  .priority = document->priority,
                                  .threads = document->threads,
                                  .memory = (int64_t)memory,
                                  .dataset_id = strdup(setup->dataset_record.id),
                                  .spec = fields_print(spec),
                                  .tags = has_tags ? fields_print(document->tags) : NULL,
                                  .status = first_status(document, resolved),
                                  .attempt = 1,
                                  .created_ms = clock_unix_ms()};
    if (!webhook_copy(document->webhook, record) || record->id == NULL || record->name == NULL ||
        record->owner == NULL || record->state == NULL || record->dataset_id == NULL ||
        record->spec == NULL || record->status == NULL || (has_tags && record->tags == NULL))
        return error_set(error, ERROR_MEMORY, "no memory for a job's record");
    return 0;
}

int submit_limits(struct daemon *daemon, size_t memory, struct error *error)
{
    const struct scheduler_load load = scheduler_load(daemon->scheduler);
    if (load.queued >= daemon->config->max_queued)
        return error_set(error, ERROR_TOO_MANY, "%lld jobs wait already, which is the limit",
                         (long long)load.queued);
    if (memory > (size_t)load.memory)
        return error_set(error, ERROR_INVALID,
                         "the job needs %zu MiB of memory, more than the %lld MiB that jobs may "
                         "use; a smaller network or "
                         "batch_size needs less",
                         memory >> 20, (long long)load.memory >> 20);
    return 0;
}

static struct scheduler_job task_of(const struct job_record *record)
{
    return (struct scheduler_job){.id = record->id,
                                  .owner = record->owner,
                                  .priority = record->priority,
                                  .cores = record->threads,
                                  .memory = record->memory};
}

int daemon_job_schedule(struct daemon *daemon, const struct job_record *record, struct error *error)
{
    const struct scheduler_job job = task_of(record);
    return scheduler_add(daemon->scheduler, &job, error);
}

/* What waits and what is kept is looked at by the store, with the addition. */
static int quota_take(struct daemon *daemon, struct job_record *record, struct error *error)
{
    const struct token_quota quota = tokens_quota(daemon->tokens, record->owner);
    record->quota_jobs = quota.queued;
    record->quota_bytes = quota.bytes;
    if (quota.cores == 0 || record->threads <= quota.cores)
        return 0;
    return error_set(error, ERROR_QUOTA, "threads must be at most %lld, the quota of \"%.64s\"",
                     (long long)quota.cores, record->owner);
}

void daemon_job_clear(struct daemon_job *job)
{
    job_record_clear(&job->record);
    settings_free(job->settings, job->setting_count);
}

/* The task is made first: after the commit nothing may fail. */
int daemon_job_queue(struct daemon *daemon, struct daemon_job *job, struct error *error)
{
    struct job_record *record = &job->record;
    const struct scheduler_job asked = task_of(record);
    struct task *task =
        quota_take(daemon, record, error) == 0 ? scheduler_task(&asked, error) : NULL;
    if (task == NULL)
        return -1;
    job->position = scheduler_place(daemon->scheduler, record->priority);
    if (store_job_add(daemon->store, record, "state",
                      "{\"state\":\"queued\",\"reason\":\"submitted\"}", job->terms, error) != 0) {
        scheduler_task_free(task);
        return -1;
    }
    scheduler_queue(daemon->scheduler, task);
    return 0;
}

static int job_check_and_queue(struct daemon *daemon, const struct job_setup *setup,
                               struct daemon_job *job, struct error *error)
{
    json_auto_t *resolved = NULL;
    size_t memory = 0;
    if (trainer_check(&setup->trainer, &memory, &resolved, error) != 0 ||
        submit_limits(daemon, memory, error) != 0)
        return -1;
    json_auto_t *spec = submit_spec(setup, resolved, error);
    if (spec == NULL || record_make(setup, memory, spec, resolved, &job->record, error) != 0)
        return -1;
    return daemon_job_queue(daemon, job, error);
}

int daemon_job_submit(struct daemon *daemon, const struct viewer *viewer, const json_t *document,
                      struct daemon_job *job, json_t **answer, struct error *error)
{
    struct job_setup setup;
    int result;
    *answer = NULL;
    if (job_setup_open(daemon, viewer, document, &setup, error) != 0)
        return -1;
    if (webhook_check(setup.document.webhook, daemon->config->webhook_allow_private, error) != 0) {
        result = -1;
    } else if (setup.document.dry_run) {
        *answer = submit_rehearse(daemon, &setup, error);
        result = *answer != NULL ? 0 : -1;
    } else {
        result = job_check_and_queue(daemon, &setup, job, error);
    }
    job_setup_close(daemon, &setup);
    return result;
}

/* Replays: a job runs again from its record, and the digests of the weights are compared. A replay
 * is a job of its own, so that it waits its turn, survives restarts and can be watched. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/job_internal.h"
#include "daemon/job_state.h"
#include "daemon/submit.h"
#include "engine/kernels/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *kernels_name(void)
{
    const struct kernels *kernels = kernels_get(NULL);
    return kernels != NULL ? kernels->name : "";
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* Whether the bytes depend on what is not here. `made` has "engine" and "kernels". */
static int engine_check(const json_t *made, struct error *error)
{
    const char *engine = text_of(made, "engine"), *kernels = text_of(made, "kernels");
    if (strcmp(engine, PROPD_PRODUCT) == 0 && strcmp(kernels, kernels_name()) == 0)
        return 0;
    return error_set(
        error, ERROR_CONFLICT,
        "the model was made by %s with the kernels \"%s\", and this is %s with \"%s\": "
        "that gives other bytes, and a replay here would prove nothing",
        engine, kernels, PROPD_PRODUCT, kernels_name());
}

/* ---- the request */

/* {"expected", "engine", "kernels"} of the job's model. */
static json_t *expectation(struct daemon *daemon, const struct job_record *record,
                           struct error *error)
{
    AUTO_CLEAR(model_record_clear) struct model_record model = {0};
    struct error missing = {0};
    if (record->model_id == NULL ||
        store_model_get(daemon->store, NULL, record->model_id, &model, &missing) != 0) {
        error_set(error, ERROR_CONFLICT,
                  "the model of job %s was removed, and with it the digest to compare with",
                  record->id);
        return NULL;
    }
    json_auto_t *info = fields_parse(model.info, strlen(model.info), error);
    const json_t *lineage = json_object_get(info, "lineage");
    if (info == NULL || engine_check(lineage, error) != 0)
        return NULL;
    json_t *wanted = json_pack("{s:s, s:s, s:s}", "expected", model.sha256, "engine",
                               text_of(lineage, "engine"), "kernels", text_of(lineage, "kernels"));
    if (wanted == NULL)
        error_set(error, ERROR_MEMORY, "no memory for a verification");
    return wanted;
}

static int state_check(const struct job_record *record, struct error *error)
{
    if (record->verifies != NULL)
        return error_set(error, ERROR_CONFLICT, "job %s is itself a replay of job %s", record->id,
                         record->verifies);
    if (strcmp(record->state, STATE_SUCCEEDED) != 0)
        return error_set(error, ERROR_CONFLICT,
                         "job %s is %s: only one that has succeeded can be verified", record->id,
                         record->state);
    return 0;
}

static int record_make(const struct job_record *original, const json_t *wanted,
                       struct job_record *record, struct error *error)
{
    char id[ID_SIZE], name[ID_SIZE + 8];
    if (id_make("job", id, error) != 0)
        return -1;
    (void)snprintf(name, sizeof name, "verify-%s", original->id);
    *record = (struct job_record){.id = strdup(id),
                                  .name = strdup(name),
                                  .state = strdup(STATE_QUEUED),
                                  .priority = original->priority,
                                  .threads = original->threads,
                                  .memory = original->memory,
                                  .dataset_id = strdup(original->dataset_id),
                                  .owner = strdup(original->owner),
                                  .spec = strdup(original->spec),
                                  .status = strdup("{}"),
                                  .verifies = strdup(original->id),
                                  .verification = fields_print(wanted),
                                  .attempt = 1,
                                  .created_ms = clock_unix_ms()};
    if (record->id == NULL || record->name == NULL || record->owner == NULL ||
        record->state == NULL || record->dataset_id == NULL || record->spec == NULL ||
        record->status == NULL || record->verifies == NULL || record->verification == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a job's record");
    return 0;
}

int daemon_job_verify(struct daemon *daemon, const char *id, struct daemon_job *job,
                      struct error *error)
{
    AUTO_CLEAR(job_record_clear) struct job_record original = {0};
    if (store_job_get(daemon->store, id, &original, error) != 0 ||
        state_check(&original, error) != 0)
        return -1;
    json_auto_t *wanted = expectation(daemon, &original, error);
    if (wanted == NULL || job_setup_check(daemon, &original, "verified", error) != 0 ||
        submit_limits(daemon, (size_t)original.memory, error) != 0 ||
        record_make(&original, wanted, &job->record, error) != 0 ||
        store_setting_list(daemon->store, id, &job->settings, &job->setting_count, error) != 0)
        return -1;
    return daemon_job_queue(daemon, job, error);
}

/* ---- the replay */

static json_t *wanted_of(const struct job *job, struct error *error)
{
    const char *text = job->record.verification;
    if (text != NULL)
        return fields_parse(text, strlen(text), error);
    error_set(error, ERROR_CORRUPT, "job %s does not say what its replay must give",
              job->record.id);
    return NULL;
}

int job_verification_check(const struct job *job, struct error *error)
{
    if (job->record.verifies == NULL)
        return 0;
    json_auto_t *wanted = wanted_of(job, error);
    return wanted != NULL ? engine_check(wanted, error) : -1;
}

static int digest_of(const struct job *job, char digest[DIGEST_TEXT_SIZE], struct error *error)
{
    struct model *model = trainer_model(job->trainer, false, NULL, error);
    int result = model != NULL ? model_digest(model, digest, error) : -1;
    model_free(model);
    return result;
}

int job_verification_end(struct job *job, struct job_change *change, char **verification,
                         char **body, struct error *error)
{
    char digest[DIGEST_TEXT_SIZE];
    json_auto_t *found = wanted_of(job, error);
    if (found == NULL || digest_of(job, digest, error) != 0)
        return -1;
    const char *expected = text_of(found, "expected");
    bool is_same = strcmp(expected, digest) == 0;
    json_auto_t *event = json_pack("{s:s, s:b, s:s, s:s, s:s, s:s}", "message",
                                   is_same ? "verified: the replay gave the same weights"
                                           : "not verified: the replay gave other weights",
                                   "verified", is_same, "expected", expected, "sha256", digest,
                                   "job", job->record.verifies, "replay", job->record.id);
    (void)json_object_set_new(found, "sha256", json_string(digest));
    (void)json_object_set_new(found, "verified", json_boolean(is_same));
    *verification = fields_print(found);
    *body = event != NULL ? fields_print(event) : NULL;
    if (*verification == NULL || *body == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for what a replay gave");
    change->verification = *verification;
    change->also_id = job->record.verifies;
    change->also_event = change->events[1] = (struct job_event){.type = "log", .body = *body};
    return 0;
}

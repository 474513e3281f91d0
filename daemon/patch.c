/* PATCH of a job: priority, tags, and what it trains by. A job that runs writes the change down
 * itself, between two steps, since it alone knows where in its run that is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/patch.h"
#include "daemon/internal.h"
#include "daemon/job_document.h"
#include "daemon/job_setup.h"
#include "daemon/job_state.h"
#include "engine/schedule.h"

#include <stdlib.h>
#include <string.h>

/* ATTEMPTS: as in job_control.c, since the job may begin or leave off in between. */
enum { ATTEMPTS = 8, SETTINGS_MAX = 1000 };

static const struct field patch_fields[] = {
    FIELD_INTEGER(struct patch_document, priority, PRIORITY_RANGE, .flags = FIELD_NULLABLE,
                  .help = "higher ones run first"),
    FIELD_JSON(struct patch_document, tags, .flags = FIELD_NULLABLE, .schema = "tags",
               .help = "any strings by name, in place of those that are there"),
    FIELD_END};

static int patch_document_check(const void *options, const char *path, struct error *error)
{
    const struct patch_document *document = options;
    (void)path;
    return job_tags_check(document->tags, error);
}

const struct kind job_patch_kind = {.name = "patch",
                                    .help = "changes of a job; what is absent or null stays",
                                    .size = sizeof(struct patch_document),
                                    .fields = patch_fields,
                                    .base = &trainer_change_kind,
                                    .check = patch_document_check};

void patch_clear(struct patch *patch)
{
    fields_clear(&job_patch_kind, &patch->document);
    json_decref(patch->changes);
    free(patch->training);
    free(patch->tags);
    free(patch->status);
}

/* What is not null, of all that the trainer takes. */
static json_t *training_changes(const struct patch *patch)
{
    json_t *changes = fields_write(&trainer_change_kind, &patch->document.change), *value;
    const char *key;
    void *next;
    json_object_foreach_safe(changes, next, key, value)
    {
        if (json_is_null(value))
            (void)json_object_del(changes, key);
    }
    return changes;
}

/* The texts that are written, and the event's `changes`. */
static int patch_print(struct patch *patch, struct error *error)
{
    bool failed = (patch->changes = training_changes(patch)) == NULL;
    if (json_object_size(patch->changes) > 0)
        failed |= (patch->training = fields_print(patch->changes)) == NULL;
    if (patch->has_priority)
        failed |= json_object_set_new(patch->changes, "priority",
                                      json_integer(patch->document.priority)) != 0;
    if (patch->document.tags != NULL) {
        failed |= json_object_set(patch->changes, "tags", patch->document.tags) != 0;
        failed |= (patch->tags = fields_print(patch->document.tags)) == NULL;
    }
    return failed ? error_set(error, ERROR_MEMORY, "no memory to change a job") : 0;
}

int patch_read(const json_t *document, struct patch *patch, struct error *error)
{
    *patch = (struct patch){.has_priority = json_is_integer(json_object_get(document, "priority"))};
    if (fields_read(&job_patch_kind, document, &patch->document, "", error) != 0)
        return -1;
    if (patch_print(patch, error) == 0)
        return 0;
    patch_clear(patch);
    return -1;
}

/* ---- writing */

int patch_write(struct store *store, const char *id, const struct patch *patch,
                const struct job_setting *place, const char *const *from, struct error *error)
{
    struct job_setting setting = {0};
    json_auto_t *body = json_pack("{s:O}", "changes", patch->changes);
    if (place != NULL) {
        setting = *place;
        setting.at_ms = clock_unix_ms();
        setting.changes = patch->training;
        (void)json_object_set_new(body, "step", json_integer(place->step));
    }
    AUTO_FREE char *text = body != NULL ? fields_print(body) : NULL;
    if (text == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an event");
    const struct job_change change = {.id = id,
                                      .terms = patch->terms,
                                      .from = from,
                                      .tags = patch->tags,
                                      .priority =
                                          patch->has_priority ? &patch->document.priority : NULL,
                                      .setting = place != NULL ? &setting : NULL,
                                      .status_changes = patch->status,
                                      .events = {{"setting", text}}};
    return store_job_change(store, &change, NULL, error);
}

/* ---- what the trainer takes */

/* Whether the job's document can be changed so. */
static int training_check(const struct job_record *record, const struct patch *patch,
                          struct error *error)
{
    struct training training;
    json_auto_t *spec = fields_parse(record->spec, strlen(record->spec), error);
    if (spec == NULL || fields_read(&training_kind, json_object_get(spec, "training"), &training,
                                    "training", error) != 0)
        return -1;
    int result = trainer_change_check(&patch->document.change, &training, error);
    fields_clear(&training_kind, &training);
    return result;
}

/* A schedule that watches a figure needs one of the run's, which takes a look at the whole job. */
static int schedule_check(struct daemon *daemon, const struct job_record *record,
                          const struct variant *schedule, struct error *error)
{
    struct job_setup setup;
    size_t memory;
    if (schedule_monitor(schedule) == NULL)
        return 0;
    const struct viewer viewer = job_viewer(record);
    json_auto_t *spec = fields_parse(record->spec, strlen(record->spec), error);
    if (spec == NULL || job_setup_open(daemon, &viewer, spec, &setup, error) != 0)
        return -1;
    struct training *training = setup.document.training;
    const struct variant own = training->schedule;
    training->schedule = *schedule;
    int result = trainer_check(&setup.trainer, &memory, NULL, error);
    training->schedule = own;
    job_setup_close(daemon, &setup);
    return result;
}

static int count_check(struct daemon *daemon, const char *id, struct error *error)
{
    struct setting_record *settings;
    size_t count;
    if (store_setting_list(daemon->store, id, &settings, &count, error) != 0)
        return -1;
    settings_free(settings, count);
    if (count < SETTINGS_MAX)
        return 0;
    return error_set(error, ERROR_CONFLICT, "job %s was changed %d times, which is the limit", id,
                     SETTINGS_MAX);
}

static int job_check(struct daemon *daemon, const struct job_record *record,
                     const struct patch *patch, struct error *error)
{
    if (record->verifies != NULL)
        return error_set(error, ERROR_CONFLICT,
                         "job %s replays another from its record, and can change its priority and "
                         "tags alone",
                         record->id);
    if (job_state_finished(record->state))
        return error_set(error, ERROR_CONFLICT,
                         "job %s is %s, and can change its priority and tags alone", record->id,
                         record->state);
    if (training_check(record, patch, error) != 0 ||
        schedule_check(daemon, record, &patch->document.change.schedule, error) != 0)
        return -1;
    return count_check(daemon, record->id, error);
}

/* A job that runs tells by itself how far it will go. */
static int status_change(const struct job_record *record, struct patch *patch, struct error *error)
{
    const int64_t epochs = patch->document.change.epochs;
    if (epochs == 0)
        return 0;
    json_auto_t *status = fields_parse(record->status, strlen(record->status), error);
    if (status == NULL)
        return -1;
    const json_int_t done = json_integer_value(json_object_get(status, "epoch"));
    json_auto_t *changes = json_pack("{s:I, s:n, s:n}", "epochs",
                                     epochs > done ? (json_int_t)epochs : done, "steps", "eta_s");
    free(patch->status);
    patch->status = changes != NULL ? fields_print(changes) : NULL;
    return patch->status != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a status");
}

/* 0: done, 1: try again, -1: error. */
static int patch_waiting(struct daemon *daemon, const struct job_record *record,
                         struct patch *patch, struct error *error)
{
    const char *id = record->id;
    struct error failure = {0};
    struct job_setting place = {0};
    if (store_setting_place(daemon->store, id, &place, error) != 0 ||
        status_change(record, patch, error) != 0)
        return -1;
    if (patch_write(daemon->store, id, patch, &place, states_waiting, &failure) == 0)
        return 0;
    return failure.code == ERROR_CONFLICT ? 1
                                          : error_set(error, failure.code, "%s", failure.message);
}

static int patch_try(struct daemon *daemon, const char *id, struct patch *patch,
                     struct error *error)
{
    AUTO_CLEAR(job_record_clear) struct job_record record = {0};
    struct steering steering = {.what = patch};
    if (store_job_get(daemon->store, id, &record, error) != 0 ||
        job_check(daemon, &record, patch, error) != 0)
        return -1;
    switch (scheduler_steer(daemon->scheduler, id, &steering)) {
    case REQUEST_DONE:
        return steering.error.code == ERROR_NONE
                   ? 0
                   : error_set(error, steering.error.code, "%s", steering.error.message);
    case REQUEST_REFUSED:
        return error_set(error, ERROR_STORAGE_FULL,
                         "the disk is full: the job stays as it is; try again when there is room");
    case REQUEST_LEFT:
        return 1;
    case REQUEST_NOT_RUNNING:
        break;
    }
    return patch_waiting(daemon, &record, patch, error);
}

static int patch_training(struct daemon *daemon, const char *id, struct patch *patch,
                          struct error *error)
{
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int result = patch_try(daemon, id, patch, error);
        if (result <= 0)
            return result;
    }
    return error_set(error, ERROR_BUSY, "job %s changes its state just now; try again", id);
}

int daemon_job_patch(struct daemon *daemon, const char *id, const json_t *document,
                     const struct store_terms *terms, struct error *error)
{
    struct patch patch;
    int result = 0;
    if (patch_read(document, &patch, error) != 0)
        return -1;
    patch.terms = terms;
    if (patch.training != NULL)
        result = patch_training(daemon, id, &patch, error);
    else if (json_object_size(patch.changes) > 0)
        result = patch_write(daemon->store, id, &patch, NULL, NULL, error);
    if (result == 0 && patch.has_priority)
        scheduler_set_priority(daemon->scheduler, id, patch.document.priority);
    patch_clear(&patch);
    return result;
}

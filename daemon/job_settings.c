/* What is changed of a running job: each change is on disk before the step that uses it, and is
 * applied again at the same place when the job begins again from a checkpoint before it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/job_internal.h"
#include "daemon/live.h"
#include "daemon/job_state.h"
#include "daemon/patch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int job_settings_read(struct job *job, struct error *error)
{
    return store_setting_list(job->daemon->store, job->record.id, &job->settings,
                              &job->setting_count, error);
}

int job_settings_open(struct job *job, struct error *error)
{
    const struct trainer_progress progress = trainer_progress(job->trainer);
    job->setting_applied = (size_t)progress.changes;
    if (job->setting_applied <= job->setting_count)
        return 0;
    return error_set(error, ERROR_CORRUPT,
                     "the checkpoint has %lld changes, more than the %zu of the job's record",
                     (long long)progress.changes, job->setting_count);
}

void job_settings_close(struct job *job)
{
    settings_free(job->settings, job->setting_count);
    job->settings = NULL;
    job->setting_count = job->setting_applied = 0;
}

static int setting_apply(struct job *job, const struct setting_record *setting, struct error *error)
{
    struct trainer_change change;
    json_auto_t *json = fields_parse(setting->changes, strlen(setting->changes), error);
    if (json == NULL || fields_read(&trainer_change_kind, json, &change, "", error) != 0)
        return -1;
    trainer_apply(job->trainer, &change);
    job->setting_applied++;
    return 0;
}

int job_settings_apply(struct job *job, struct error *error)
{
    while (job->setting_applied < job->setting_count && trainer_takes_changes(job->trainer)) {
        const struct setting_record *next = &job->settings[job->setting_applied];
        int64_t tries = trainer_progress(job->trainer).tries;
        if (tries < next->tries)
            return 0;
        if (tries > next->tries)
            return error_set(error, ERROR_CORRUPT,
                             "the run is past step %lld, where it was changed",
                             (long long)next->step);
        if (setting_apply(job, next, error) != 0)
            return -1;
    }
    return 0;
}

/* ---- a new one */

/* Here, or behind changes that the run has still before it since it began again before them. */
static struct job_setting place_of(const struct job *job)
{
    const struct trainer_place next = trainer_next_place(job->trainer);
    struct job_setting place = {.step = next.step, .tries = next.tries};
    if (job->setting_applied < job->setting_count) {
        const struct setting_record *last = &job->settings[job->setting_count - 1];
        if (last->tries > place.tries)
            place = (struct job_setting){.step = last->step, .tries = last->tries};
    }
    return place;
}

/* Room for one more, and its text. */
static int room_make(struct job *job, const struct patch *patch, char **text, struct error *error)
{
    struct setting_record *settings =
        realloc(job->settings, (job->setting_count + 1) * sizeof *settings);
    if (settings != NULL)
        job->settings = settings;
    *text = strdup(patch->training);
    if (settings != NULL && *text != NULL)
        return 0;
    free(*text);
    return error_set(error, ERROR_MEMORY, "no memory to change a job");
}

static int setting_take(struct job *job, const struct patch *patch, struct error *error)
{
    const struct job_setting place = place_of(job);
    char *text;
    if (job->setting_applied == job->setting_count &&
        trainer_change_due(job->trainer, &patch->document.change, error) != 0)
        return -1;
    if (job_settle(job, error) != 0 || room_make(job, patch, &text, error) != 0)
        return -1;
    if (patch_write(job->daemon->store, job->record.id, patch, &place, states_running, error) !=
        0) {
        free(text);
        return -1;
    }
    job->settings[job->setting_count++] =
        (struct setting_record){.step = place.step, .tries = place.tries, .changes = text};
    if (job_settings_apply(job, error) != 0)
        return -1;
    job_publish(job); /* whoever asked looks at the job next */
    return 0;
}

static int snapshot_take(const struct job *job, struct snapshot *snapshot, struct error *error)
{
    const uint64_t start = clock_now_ns();
    snapshot->step = trainer_progress(job->trainer).step;
    snapshot->model = trainer_model_now(job->trainer, NULL, error);
    snapshot->cost_ns = clock_now_ns() - start;
    return snapshot->model != NULL ? 0 : -1;
}

void job_steer(struct job *job)
{
    struct steering *steering = scheduler_steering(job->task);
    if (steering != NULL && steering->kind == STEER_SNAPSHOT)
        (void)snapshot_take(job, steering->what, &steering->error);
    else if (steering != NULL)
        (void)setting_take(job, steering->what, &steering->error);
    scheduler_steered(job->task);
}

/* ---- training.limits.seconds: as the clock is no part of what a run is a function of, it makes a
 * change that is. */

bool job_time_is_up(const struct job *job)
{
    const struct limit_options *limits = job->setup.document.training->limits;
    return limits != NULL && !isnan(limits->seconds) && job->record.verifies == NULL &&
           job->ran_before_s + clock_since_s(job->started_ns) >= limits->seconds;
}

int job_limit_time(struct job *job, struct error *error)
{
    struct patch patch;
    struct error done = {0};
    const struct job_setting place = place_of(job);
    json_auto_t *document = json_pack("{s:I}", "steps", (json_int_t)place.step + 1);
    if (document == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to end a job");
    if (patch_read(document, &patch, error) != 0)
        return -1;
    int result = setting_take(job, &patch, &done);
    patch_clear(&patch);
    if (done.code == ERROR_STORAGE_FULL)
        job_wait_for_space(job, &done);
    if (result != 0 && done.code != ERROR_CONFLICT) /* else it has ended by itself */
        return error_set(error, done.code, "%s", done.message);
    job->time_limited = true;
    return 0;
}

int64_t job_epochs_asked(const struct job *job)
{
    int64_t epochs = 0;
    for (size_t i = job->setting_applied; i < job->setting_count; i++) {
        const char *text = job->settings[i].changes;
        json_auto_t *changes = fields_parse(text, strlen(text), NULL);
        const json_t *asked = json_object_get(changes, "epochs");
        epochs = asked != NULL ? json_integer_value(asked) : epochs;
    }
    return epochs;
}

json_t *job_settings_json(const struct job *job)
{
    json_t *list = json_array();
    for (size_t i = 0; i < job->setting_count; i++) {
        const struct setting_record *setting = &job->settings[i];
        json_t *changes = fields_parse(setting->changes, strlen(setting->changes), NULL);
        json_t *entry = json_pack("{s:I, s:I, s:o}", "step", (json_int_t)setting->step, "tries",
                                  (json_int_t)setting->tries, "changes", changes);
        if (json_array_append_new(list, entry) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* Everything that a running job writes: one transaction each, retried while the disk is full. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "daemon/job_internal.h"
#include "daemon/job_state.h"
#include "engine/kernels/kernels.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FULL_DISK_RETRY_MS = 200 };

static char *print_or_null(const json_t *json)
{
    return json != NULL ? fields_print(json) : NULL;
}

void job_wait_for_space(struct job *job, const struct error *failure)
{
    if (!job->waits_for_space)
        log_error("job_waits_for_space", failure, "job", job->task->id);
    job->waits_for_space = true;
    usleep(FULL_DISK_RETRY_MS * 1000);
}

void job_publish(struct job *job)
{
    job->published_ns = clock_now_ns();
    struct changes *changes = store_changes(job->daemon->store);
    const int noted[] = {change_of_job(job->record.number), CHANGE_JOBS};
    json_auto_t *status = job_status_make(job, false);
    for (size_t i = 0; i < ARRAY_COUNT(noted); i++)
        changes_begin(changes, noted[i]);
    scheduler_publish(job->task, print_or_null(status));
    for (size_t i = 0; i < ARRAY_COUNT(noted); i++)
        changes_end(changes, noted[i]);
}

/* While the job's end is on its way to the disk the next one may have its cores; not before, so
 * that its end comes first. Where it fails they are the job's again: on a full disk tiny ones must
 * not all run up to here and wait. */
static int write_once(struct job *job, const struct job_change *change, struct error *error)
{
    struct store *store = job->daemon->store;
    struct store_write *write = store_job_change_begin(store, change, error);
    if (write == NULL)
        return -1;
    if (change->to != NULL && job_state_finished(change->to) && job->from == states_running)
        scheduler_give_cores(job->task);
    int result = store_job_change_end(store, write, NULL, error);
    if (result != 0)
        scheduler_take_cores(job->task);
    return result;
}

int job_write(struct job *job, const struct job_change *change, struct error *error)
{
    struct error failure = {0};
    while (write_once(job, change, &failure) != 0) {
        if (failure.code == ERROR_CONFLICT && change != &job->start.change && job->start.is_open) {
            /* The start may have met a full disk before. */
            if (job_start_settle(job, error) != 0)
                return -1;
            error_clear(&failure);
            continue;
        }
        if (failure.code != ERROR_STORAGE_FULL || atomic_load(&job->task->request) != JOB_GO_ON)
            return error_set_at(error, failure.code, failure.path, "%s", failure.message);
        job_wait_for_space(job, &failure);
        error_clear(&failure);
    }
    job->waits_for_space = false;
    return 0;
}

/* What followers of the job see of it: at every write, and so at least once. */
static char *metrics_event(struct job *job)
{
    const struct trainer_progress progress = trainer_progress(job->trainer);
    json_auto_t *body = json_pack("{s:I, s:I, s:O}", "epoch", (json_int_t)progress.epoch, "step",
                                  (json_int_t)progress.step, "metrics", job_metrics(job));
    return print_or_null(body);
}

int job_progress_fill(struct job *job, bool finished, struct job_change *change, char **status,
                      char **metrics, struct error *error)
{
    json_auto_t *json = job_status_make(job, finished);
    *status = print_or_null(json);
    *metrics = metrics_event(job);
    if (*status == NULL || *metrics == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a job's status");
    change->id = job->record.id;
    change->status = *status;
    change->events[0] = (struct job_event){.type = "metrics", .body = *metrics};
    return 0;
}

/* Adds what the finished model does on its validation rows, where there are some; the caller frees
 * `*text`. */
static int evaluation_fill(struct job *job, struct job_change *change, char **text,
                           struct error *error)
{
    json_auto_t *evaluation = trainer_evaluation(job->trainer);
    if (evaluation == NULL)
        return 0;
    *text = print_or_null(evaluation);
    if (*text == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a job's evaluation");
    change->evaluation = *text;
    return 0;
}

/* A plain change where `to` is NULL, else a move. */
static int change_write(struct job *job, const struct job_change *change, const char *to,
                        const char *reason, struct error *error)
{
    AUTO_FREE char *body = NULL;
    struct job_change move;
    if (to == NULL)
        return job_write(job, change, error);
    if (job_move_make(change, job->from, to, reason, &move, &body, error) != 0)
        return -1;
    return job_write(job, &move, error);
}

/* Adds points, status and a "metrics" event to a change and writes it; the points are forgotten
 * once they are on disk.
 */
static int write_progress(struct job *job, struct job_change *change, const char *to,
                          const char *reason, struct error *error)
{
    AUTO_FREE char *status = NULL, *metrics = NULL, *evaluation = NULL;
    bool succeeds = to != NULL && strcmp(to, STATE_SUCCEEDED) == 0;
    bool moves_on = to != NULL && job->from == states_running;
    if ((moves_on ? job_batch_settle(job, error) : job_settle(job, error)) != 0 ||
        job_progress_fill(job, succeeds, change, &status, &metrics, error) != 0 ||
        (succeeds && evaluation_fill(job, change, &evaluation, error) != 0))
        return -1;
    change->points = recorder_points(job->recorder, &change->point_series_count);
    change->histograms = job->weights.pending;
    change->histogram_count = job->weights.pending_count;
    int result = change_write(job, change, to, reason, error);
    if (result == 0) {
        recorder_reset(job->recorder);
        weight_log_reset(&job->weights);
        job->flushed_ns = clock_now_ns();
    }
    return result;
}

/* Fills in a checkpoint of where the run stands; `bytes` must live as long as the change. */
static int checkpoint_fill(struct job *job, struct bytes *bytes, struct job_change *change,
                           struct error *error)
{
    if (trainer_save(job->trainer, bytes, error) != 0)
        return -1;
    change->checkpoint = bytes;
    const struct trainer_progress progress = trainer_progress(job->trainer);
    change->checkpoint_step = progress.step;
    change->checkpoint_tries = progress.tries;
    change->checkpoints_keep = job->setup.document.training->checkpoint->keep;
    return 0;
}

int job_checkpoint(struct job *job, struct error *error)
{
    if (job_settle(job, error) != 0)
        return -1;
    uint64_t start = clock_now_ns();
    AUTO_CLEAR(bytes_clear) struct bytes bytes = {0};
    struct job_change change = {.id = job->record.id};
    if (checkpoint_fill(job, &bytes, &change, error) != 0 ||
        write_progress(job, &change, NULL, NULL, error) != 0)
        return -1;
    job->checkpointed_ns = clock_now_ns();
    job->checkpoint_cost_ns = job->checkpointed_ns - start;
    job->checkpointed_epoch = trainer_progress(job->trainer).epoch;
    return 0;
}

int job_leave(struct job *job, const char *to, const char *reason, bool keep_checkpoint,
              struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes bytes = {0};
    struct job_change change = {.id = job->record.id};
    if (keep_checkpoint && checkpoint_fill(job, &bytes, &change, error) != 0)
        return -1;
    change.drop_checkpoints = !keep_checkpoint;
    return write_progress(job, &change, to, reason, error);
}

/* Where the model comes from, for its metadata: everything that a replay needs. */
static json_t *lineage_make(const struct job *job)
{
    const struct dataset_record *dataset = &job->setup.dataset_record;
    const struct kernels *kernels = kernels_get(NULL);
    json_auto_t *spec = fields_parse(job->record.spec, strlen(job->record.spec), NULL);
    json_auto_t *settings = job->setting_count > 0 ? job_settings_json(job) : NULL;
    return json_pack("{s:{s:s, s:s, s:I, s:s, s:s}, s:s, s:O?, s:O*, s:s, s:s}", "dataset", "id",
                     dataset->id, "name", dataset->name, "version", (json_int_t)dataset->version,
                     "sha256", dataset->source_sha256, "file_sha256", dataset->file_sha256, "job",
                     job->record.id, "spec", spec, "settings", settings, "engine", PROPD_PRODUCT,
                     "kernels", kernels != NULL ? kernels->name : "");
}

static int model_record_make(struct job *job, const struct model *model, const json_t *metrics,
                             struct model_record *record, struct error *error)
{
    char id[ID_SIZE], digest[DIGEST_TEXT_SIZE];
    if (id_make("mdl", id, error) != 0 || model_digest(model, digest, error) != 0)
        return -1;
    *record = (struct model_record){.id = strdup(id),
                                    .name = strdup(job->record.name),
                                    .owner = strdup(job->record.owner),
                                    .job_id = strdup(job->record.id),
                                    .dataset_id = strdup(job->record.dataset_id),
                                    .sha256 = strdup(digest),
                                    .info = daemon_model_info(model, metrics, error),
                                    .created_ms = clock_unix_ms()};
    if (record->id == NULL || record->name == NULL || record->owner == NULL ||
        record->job_id == NULL || record->dataset_id == NULL || record->sha256 == NULL ||
        record->info == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a model's record");
    return 0;
}

/* The weights that are the job's result, as a record and a file. */
static int result_make(struct job *job, bool best, struct model_record *record, struct bytes *file,
                       struct error *error)
{
    struct model *model = trainer_model(job->trainer, best, lineage_make(job), error);
    if (model == NULL)
        return -1;
    int result = model_record_make(job, model, job_metrics(job), record, error);
    if (result == 0)
        result = model_write(model, file, error);
    model_free(model);
    return result;
}

int job_checkpoint_model(struct job *job, struct model_record *record, struct bytes *file,
                         struct error *error)
{
    json_t *lineage = lineage_make(job);
    (void)json_object_set_new(lineage, "step",
                              json_integer((json_int_t)trainer_progress(job->trainer).step));
    struct model *model = trainer_model_now(job->trainer, lineage, error);
    if (model == NULL)
        return -1;
    /* The metrics that there are may be of later weights. */
    int result = model_record_make(job, model, NULL, record, error);
    if (result == 0)
        result = model_write(model, file, error);
    model_free(model);
    return result;
}

/* The error's members; *details is the caller's to free. */
static int failure_fill(const struct job *job, const struct error *failure,
                        struct job_change *change, char **details, struct error *error)
{
    json_auto_t *json = failure->code == ERROR_DIVERGED ? trainer_failure(job->trainer) : NULL;
    *details = print_or_null(json);
    if (json != NULL && *details == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an error's details");
    change->error_code = error_code_name(failure->code);
    change->error_message = failure->message;
    change->error_details = *details;
    return 0;
}

/* A job that can be tried again keeps its newest checkpoint. */
static bool is_final(const char *to, bool model)
{
    return strcmp(to, STATE_SUCCEEDED) == 0 || (strcmp(to, STATE_CANCELLED) == 0 && !model);
}

/* What of the checkpoints outlives the run. */
static void checkpoints_choose(const struct job *job, const char *to, bool model,
                               struct job_change *change)
{
    int64_t keep = job->daemon->config->keep_checkpoints;
    bool succeeds = strcmp(to, STATE_SUCCEEDED) == 0;
    change->drop_checkpoints = is_final(to, model) && !(succeeds && keep > 0);
    change->checkpoints_keep = keep > 0 ? keep : 1;
}

/* A replay ends with what it found and without a model. */
static int verification_finish(struct job *job, const char *to, const char *reason,
                               struct job_change *change, struct error *error)
{
    AUTO_FREE char *verification = NULL, *body = NULL;
    if (strcmp(to, STATE_SUCCEEDED) == 0 &&
        job_verification_end(job, change, &verification, &body, error) != 0)
        return -1;
    return write_progress(job, change, to, reason, error);
}

int job_finish(struct job *job, const char *to, const char *reason, bool model,
               const struct error *failure, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes file = {0};
    AUTO_CLEAR(model_record_clear) struct model_record record = {0};
    AUTO_FREE char *details = NULL;
    struct job_change change = {.id = job->record.id};
    checkpoints_choose(job, to, model, &change);
    bool best = strcmp(to, STATE_SUCCEEDED) != 0;
    if (failure != NULL && failure_fill(job, failure, &change, &details, error) != 0)
        return -1;
    if (job->record.verifies != NULL)
        return verification_finish(job, to, reason, &change, error);
    if (model && result_make(job, best, &record, &file, error) != 0)
        return -1;
    if (model) {
        change.model = &record;
        change.model_file = &file;
    }
    return write_progress(job, &change, to, reason, error);
}

int job_log(struct job *job, const char *message, struct error *error)
{
    json_auto_t *body = json_pack("{s:s}", "message", message);
    return job_log_json(job, body, error);
}

int job_log_json(struct job *job, const json_t *body, struct error *error)
{
    AUTO_FREE char *text = print_or_null(body);
    struct job_change change = {.id = job->record.id, .events = {{"log", text}}};
    if (text == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an event");
    return job_settle(job, error) == 0 ? job_write(job, &change, error) : -1;
}

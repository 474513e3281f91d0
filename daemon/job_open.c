/* A job's run as it is built: dataset, trainer, team, and where its last checkpoint left off. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/job_internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

enum { TRAINING_NICE = 10 };

void job_give_way(void)
{
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), TRAINING_NICE);
}

/* Keeps what earlier runs of this job have shown until there is something newer. */
static void status_recall(struct job *job)
{
    json_auto_t *status = fields_parse(job->record.status, strlen(job->record.status), NULL);
    json_t *metrics = json_object_get(status, "metrics");
    job->metrics = json_is_object(metrics) ? json_copy(metrics) : json_object();
    job->ran_before_s = json_number_value(json_object_get(status, "running_s"));
    job->left_out = json_incref(json_object_get(status, "left_out"));
}

/* A certain one. What is wrong with it is told. */
static int checkpoint_restore_at(struct job *job, int64_t step, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes checkpoint = {0};
    struct error failure = {0};
    if (store_checkpoint_load_at(job->daemon->store, job->record.id, step, &checkpoint, error) != 0)
        return -1;
    if (trainer_restore(job->trainer, checkpoint.data, checkpoint.size, &failure) == 0)
        return 0;
    return error_set(error, failure.code == ERROR_PRECONDITION ? ERROR_CONFLICT : failure.code,
                     "the checkpoint at step %lld is of no use here: %s", (long long)step,
                     failure.message);
}

static int checkpoint_restore(struct job *job, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes checkpoint = {0};
    struct error missing = {0};
    int64_t step = 0;
    if (job->checkpoint_step != NULL)
        return checkpoint_restore_at(job, *job->checkpoint_step, error);
    if (store_checkpoint_load(job->daemon->store, job->record.id, &checkpoint, &step, &missing) !=
        0)
        return missing.code == ERROR_NOT_FOUND
                   ? 0
                   : error_set(error, missing.code, "%s", missing.message);
    if (trainer_restore(job->trainer, checkpoint.data, checkpoint.size, &missing) == 0) {
        job->restored = true;
        return 0;
    }
    /* Such a checkpoint says nothing about the run as it is now: the run begins anew. */
    if (missing.code == ERROR_PRECONDITION) {
        job->outdated = missing;
        return 0;
    }
    return error_set(error, missing.code, "%s", missing.message);
}

static int trainer_build(struct job *job, struct error *error)
{
    if (job->task->cores > 1) {
        job->team = team_create((int)job->task->cores, job_give_way, error);
        if (job->team == NULL)
            return -1;
    }
    job->setup.trainer.team = job->team;
    job->trainer = trainer_create(&job->setup.trainer, error);
    return job->trainer != NULL ? checkpoint_restore(job, error) : -1;
}

int job_open(struct job *job, struct error *error)
{
    const struct viewer viewer = job_viewer(&job->record);
    json_auto_t *spec = fields_parse(job->record.spec, strlen(job->record.spec), error);
    if (spec == NULL || job_setup_open(job->daemon, &viewer, spec, &job->setup, error) != 0)
        return -1;
    status_recall(job);
    job->recorder = recorder_create(error);
    if (job->recorder == NULL || job->metrics == NULL) {
        error_set(error, ERROR_MEMORY, "no memory to run a job");
    } else if (job_verification_check(job, error) == 0 && trainer_build(job, error) == 0 &&
               job_settings_open(job, error) == 0) {
        const struct trainer_progress progress = trainer_progress(job->trainer);
        job->checkpointed_epoch = progress.epoch;
        job->started_ns = job->flushed_ns = job->checkpointed_ns = clock_now_ns();
        job->looked_ns = job->started_ns;
        job->turns_left = job->turn_stride = 1;
        weight_log_start(&job->weights, job->trainer);
        return 0;
    }
    job_release(job);
    return -1;
}

int job_go_on(struct job *job, struct error *error)
{
    const struct trainer_progress progress = trainer_progress(job->trainer);
    char message[1024];
    if (job->record.started_ms == 0)
        return 0; /* its first run: there is nothing to cut */
    if (job_settle(job, error) != 0 ||
        store_history_truncate(job->daemon->store, job->record.id, progress.step,
                               progress.epoch_end_step, error) != 0 ||
        store_histogram_truncate(job->daemon->store, job->record.id, progress.epoch, error) != 0)
        return -1;
    if (job->outdated.code != ERROR_NONE) {
        snprintf(message, sizeof message, "begins anew, since its checkpoint is of no use: %s",
                 job->outdated.message);
        return job_log(job, message, error);
    }
    if (!job->restored)
        return 0;
    snprintf(message, sizeof message, "goes on from the checkpoint at step %lld",
             (long long)progress.step);
    return job_log(job, message, error);
}

void job_release(struct job *job)
{
    trainer_free(job->trainer);
    team_free(job->team);
    recorder_free(job->recorder);
    weight_log_clear(&job->weights);
    json_decref(job->metrics);
    json_decref(job->left_out);
    json_decref(job->rollback);
    job_settings_close(job);
    job_setup_close(job->daemon, &job->setup);
    job->trainer = NULL;
    job->team = NULL;
    job->recorder = NULL;
    job->metrics = job->left_out = job->rollback = NULL;
}

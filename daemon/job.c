/* The loop around trainer_step(): what is asked of the job is looked at between two steps. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/job.h"
#include "base/log.h"
#include "daemon/job_internal.h"
#include "daemon/job_state.h"

#include <stdio.h>
#include <unistd.h>

#define US UINT64_C(1000)
#define MS (1000 * US)

enum {
    LOOK_US = 100,   /* the clock is looked at about so often, … */
    STRIDE_MAX = 64, /* … at least after so many turns */
    PUBLISH_MS = 50,
    FLUSH_MIN_MS = 250,  /* points reach the disk after 1/100 of the run's time, */
    FLUSH_MAX_MS = 5000, /* but at least and at most after these */
    CHECKPOINT_MIN_MS = 1000,
    CHECKPOINT_MAX_MS = 10000, /* no more work than this is repeated after a crash … */
    CHECKPOINT_SHARE = 100     /* … unless saving takes more than 1/100 of the time */
};

/* ---- running */

static void job_note(struct job *job, enum trainer_event event, const struct trainer_report *report)
{
    if (event == TRAINER_STEPPED) {
        recorder_add_step(job->recorder, report);
        job->rows_done += report->rows;
        job->steps_done++;
        job->loss = report->loss;
        job->has_loss = true;
        return;
    }
    if (event == TRAINER_EPOCH_ENDED) {
        recorder_add_epoch(job->recorder, report);
        weight_log_add(&job->weights, job->trainer, report);
    }
    if (event == TRAINER_FOLD_ENDED)
        weight_log_plan(&job->weights, job->trainer);
    if (event == TRAINER_EPOCH_ENDED || event == TRAINER_FOLD_ENDED)
        job_figures_note(job, report);
}

/* What the folds of a cross-validation gave on average, in the job's log; not worth failing for
 * where the disk is full and something else is asked. */
static int job_note_fold(struct job *job, const struct trainer_report *report, struct error *error)
{
    char message[256];
    struct error failure = {0};
    size_t size = (size_t)snprintf(message, sizeof message,
                                   "fold %lld of %lld is complete; means:", (long long)report->fold,
                                   (long long)trainer_progress(job->trainer).folds);
    for (int i = 0; i < report->metric_count && size < sizeof message; i++)
        size +=
            (size_t)snprintf(message + size, sizeof message - size, "%s %s %.6g", i == 0 ? "" : ",",
                             report->metrics[i].name, report->metrics[i].value);
    recorder_end_round(job->recorder);
    if (job_log(job, message, &failure) == 0 || failure.code == ERROR_STORAGE_FULL)
        return 0;
    return error_set(error, failure.code, "%s", failure.message);
}

static bool flush_due(const struct job *job, uint64_t now)
{
    uint64_t wait = (now - job->started_ns) / 100;
    if (wait < FLUSH_MIN_MS * MS)
        wait = FLUSH_MIN_MS * MS;
    else if (wait > FLUSH_MAX_MS * MS)
        wait = FLUSH_MAX_MS * MS;
    return now - job->flushed_ns >= wait && !job_flush_waits(job);
}

static bool checkpoint_due(const struct job *job, uint64_t now)
{
    const struct checkpoint_options *options = job->setup.document.training->checkpoint;
    uint64_t since = now - job->checkpointed_ns;
    if (since < CHECKPOINT_MIN_MS * MS || since < CHECKPOINT_SHARE * job->checkpoint_cost_ns)
        return false;
    return since >= CHECKPOINT_MAX_MS * MS || (double)since >= options->every_s * 1e9 ||
           trainer_progress(job->trainer).epoch >= job->checkpointed_epoch + options->epochs;
}

/* Finds after how many turns the clock is to be looked at again, so that looking at it takes no
 * time to speak of where turns are short. */
static void pace(struct job *job, uint64_t now)
{
    uint64_t passed = now - job->looked_ns;
    if (passed < LOOK_US * US / 2 && job->turn_stride < STRIDE_MAX)
        job->turn_stride *= 2;
    else if (passed > LOOK_US * US && job->turn_stride > 1)
        job->turn_stride /= 2;
    job->turns_left = job->turn_stride;
    job->looked_ns = now;
}

/* What depends on the clock. */
static int job_look(struct job *job, struct error *error)
{
    uint64_t now = clock_now_ns();
    pace(job, now);
    if (job_start_check(job, error) != 0)
        return -1;
    if (now - job->published_ns >= PUBLISH_MS * MS)
        job_publish(job);
    if (!job->time_limited && job_time_is_up(job))
        return job_limit_time(job, error);
    if (checkpoint_due(job, now))
        return job_checkpoint(job, error);
    return flush_due(job, now) ? job_flush(job, error) : 0;
}

/* Writes down what is due; cheap when nothing is. */
static int job_keep_up(struct job *job, struct error *error)
{
    if (job->rollback != NULL)
        return job_rollback_write(job, error);
    if (recorder_full(job->recorder) || weight_log_full(&job->weights))
        return job_flush(job, error);
    return --job->turns_left <= 0 ? job_look(job, error) : 0;
}

static int job_failed_turn(struct job *job, enum trainer_event event,
                           const struct trainer_report *report, struct error *reason,
                           struct error *error)
{
    if (event == TRAINER_FAILED)
        return error_set_at(error, reason->code, reason->path, "%s", reason->message);
    int result = job_roll_back(job, report, reason, error);
    error_clear(reason);
    return result;
}

static void job_count(struct job *job, const struct trainer_report *report)
{
    struct daemon *daemon = job->daemon;
    atomic_fetch_add_explicit(&daemon->steps, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&daemon->samples, (uint64_t)report->rows, memory_order_relaxed);
}

/* One piece of the run: 1 it is done, 0, or -1. `report` and `reason`, which is clear, are there
 * for the turn: setting them up each time would take as long as a small step. */
static int job_turn(struct job *job, struct trainer_report *report, struct error *reason,
                    struct error *error)
{
    if (job_settings_apply(job, error) != 0)
        return -1;
    enum trainer_event event = trainer_step(job->trainer, report, reason);
    if (event == TRAINER_ROLLED_BACK || event == TRAINER_FAILED)
        return job_failed_turn(job, event, report, reason, error);
    if (event == TRAINER_STEPPED)
        job_count(job, report);
    job_note(job, event, report);
    job->stop = report->stop;
    if (event == TRAINER_FOLD_ENDED)
        return job_note_fold(job, report, error);
    return event == TRAINER_FINISHED;
}

/* Turns the trainer until it is done (JOB_GO_ON), it fails (-1), or it is to leave its thread. */
static int job_loop(struct job *job, struct error *error)
{
    struct trainer_report report = {0};
    struct error reason = {0};
    for (;;) {
        int request = atomic_load_explicit(&job->task->request, memory_order_relaxed), done;
        if (request == JOB_STEER)
            job_steer(job);
        else if (request != JOB_GO_ON)
            return request;
        if (job_keep_up(job, error) != 0) {
            if (error->code != ERROR_STORAGE_FULL)
                return -1;
            error_clear(error); /* something was asked while it waited for space */
        } else if ((done = job_turn(job, &report, &reason, error)) != 0) {
            return done == 1 ? JOB_GO_ON : -1;
        }
    }
}

static const char *end_reason(const struct job *job)
{
    switch (job->stop) {
    case STOP_PATIENCE:
        return "stopped early: no improvement within its patience";
    case STOP_TARGET:
        return "the target of training.limits is reached";
    case STOP_STEPS:
        return job->time_limited ? "the seconds of training.limits are over"
                                 : "the steps of training.limits are done";
    case STOP_NONE:
    case STOP_EPOCHS:
        break;
    }
    return "all epochs are done";
}

/* Does what was asked; -1 where it could not be written down. */
static int job_obey(struct job *job, int request, struct error *error)
{
    bool has_steps = trainer_progress(job->trainer).step > 0;
    switch (request) {
    case JOB_PAUSE:
        return job_leave(job, STATE_PAUSED, "paused by a request", true, error);
    case JOB_STOP:
        return job_leave(job, STATE_QUEUED, "the daemon stops; goes on after its next start", true,
                         error);
    case JOB_CANCEL_KEEP:
        return job_finish(job, STATE_CANCELLED, "cancelled by a request", has_steps, NULL, error);
    default:
        return job_finish(job, STATE_CANCELLED, "cancelled by a request, nothing kept", false, NULL,
                          error);
    }
}

/* Moves the job to "failed" with all that it has shown. */
static int job_fail(struct job *job, struct error *error)
{
    bool has_best = trainer_progress(job->trainer).best_epoch > 0;
    return job_finish(job, STATE_FAILED, job->failure.message, has_best, &job->failure, error);
}

/* The same where there is nothing to show, or it cannot be written. */
static int job_fail_plainly(struct job *job, struct error *error)
{
    /* A checkpoint that cannot be read must not be in the way of another try. */
    struct job_change change = {.id = job->record.id,
                                .error_code = error_code_name(job->failure.code),
                                .error_message = job->failure.message,
                                .checkpoints_keep = 1,
                                .drop_checkpoints = job->failure.code == ERROR_CORRUPT};
    if (job_settle(job, error) != 0)
        return -1;
    return job_move(job->daemon->store, &change, states_running, STATE_FAILED, job->failure.message,
                    error);
}

static int job_begin(struct job *job, struct error *error)
{
    if (store_job_get(job->daemon->store, job->task->id, &job->record, error) != 0)
        return -1;
    return job_settings_read(job, error) == 0 ? job_start(job, error) : -1;
}

/* Does something that writes; on a full disk it tries until there is room again, refusing what is
 * asked of the job meanwhile, or until the daemon stops. */
static int job_insist(struct job *job, int (*stage)(struct job *job, struct error *error),
                      struct error *error)
{
    for (;;) {
        struct error failure = {0};
        if (stage(job, &failure) == 0)
            return 0;
        if (failure.code != ERROR_STORAGE_FULL || atomic_load(&job->task->request) == JOB_STOP)
            return error_set_at(error, failure.code, failure.path, "%s", failure.message);
        scheduler_refuse(job->task);
        job_wait_for_space(job, &failure);
    }
}

/* Fails the job for what its `failure` says. Where even that cannot be written down the job stays
 * "running" in its record, and the next start of the daemon takes it up again. */
static void job_give_up(struct job *job)
{
    struct error error = {0};
    if (job->is_taken || job->is_outdated)
        return;
    log_error("job_failed", &job->failure, "job", job->record.id);
    if (job->trainer != NULL && job_insist(job, job_fail, &error) == 0)
        return;
    if (error.code != ERROR_NONE)
        log_error("job_not_written", &error, "job", job->record.id);
    if (error.code == ERROR_STORAGE_FULL)
        return;
    error_clear(&error);
    if (job_insist(job, job_fail_plainly, &error) != 0 && !job->is_taken && !job->is_outdated)
        log_error("job_not_written", &error, "job", job->record.id);
}

/* From the first step to where the job leaves this thread. Only a full disk turns the loop again:
 * what was asked could not be done, or something was asked while the end waited for room. */
static void job_live(struct job *job)
{
    for (;;) {
        struct error failure = {0};
        int outcome = job_loop(job, &job->failure), result;
        if (outcome == -1) {
            job_give_up(job);
            return;
        }
        if (outcome == JOB_GO_ON)
            result = job_finish(job, STATE_SUCCEEDED, end_reason(job), true, NULL, &failure);
        else
            result = job_obey(job, outcome, &failure);
        if (result == 0)
            return;
        if (failure.code != ERROR_STORAGE_FULL) {
            job->failure = failure;
            job_give_up(job);
            return;
        }
        log_error("job_not_written", &failure, "job", job->record.id);
        if (outcome == JOB_STOP)
            return; /* stays "running": the next start goes on from the last checkpoint */
        scheduler_refuse(job->task);
    }
}

/* Lives if what it goes on from can be written. */
static void job_enter(struct job *job)
{
    if (job_insist(job, job_go_on, &job->failure) == 0)
        job_live(job);
    else if (job->failure.code != ERROR_STORAGE_FULL)
        job_give_up(job);
    /* else the daemon stops and the disk is full: as in job_live() */
}

/* One try; false where the job was changed before it was started, and is to begin again. */
static bool job_try(struct daemon *daemon, struct task *task)
{
    struct job job = {.daemon = daemon, .task = task, .from = states_running};
    struct error error = {0};
    if (job_begin(&job, &error) != 0) {
        if (error.code != ERROR_NOT_FOUND) /* else it was removed */
            log_error("job_not_started", &error, "job", task->id);
    } else if (job_open(&job, &job.failure) != 0) {
        job_give_up(&job);
    } else {
        job_enter(&job);
    }
    job_pending_clear(&job);
    job_release(&job);
    job_record_clear(&job.record);
    return !job.is_outdated;
}

void job_run(void *daemon, struct task *task)
{
    job_give_way();
    while (!job_try(daemon, task))
        ;
}

int job_cancel_waiting(struct daemon *daemon, const char *id, struct error *error)
{
    struct task task = {.cores = 1, .request = JOB_CANCEL_KEEP};
    struct job job = {.daemon = daemon, .task = &task, .from = states_waiting};
    int result = store_job_get(daemon->store, id, &job.record, error);
    if (result == 0)
        result = job_settings_read(&job, error);
    if (result == 0)
        result = job_open(&job, error);
    if (result == 0)
        result = job_obey(&job, JOB_CANCEL_KEEP, error);
    job_pending_clear(&job);
    job_release(&job);
    job_record_clear(&job.record);
    return result;
}

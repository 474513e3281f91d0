/* A running job, as the files job*.c see it. Belongs to the job's thread. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_JOB_INTERNAL_H
#define PROPD_DAEMON_JOB_INTERNAL_H

#include <jansson.h>

#include "daemon/internal.h"
#include "daemon/job_setup.h"
#include "daemon/recorder.h"
#include "daemon/weight_log.h"

struct job {
    struct daemon *daemon;
    struct task *task;
    const char *const *from; /* states that a move takes it out of */
    struct job_record record;
    struct job_setup setup;
    struct team *team;
    struct trainer *trainer;
    struct recorder *recorder;
    struct weight_log weights;
    struct error failure;   /* why it fails */
    enum trainer_stop stop; /* why it ended */
    json_t *metrics;        /* newest value of each, by name */
    json_t *left_out;       /* columns that take no part; NULL */
    struct setting_record
        *settings; /* what was changed of it; the trainer has the first `applied` */
    size_t setting_count, setting_applied;
    json_t *rollback; /* the event of a rollback whose history is still to be cut off; NULL */

    double ran_before_s;   /* in its runs before this one */
    bool time_limited;     /* its time was up, and what ends it is written down */
    uint64_t started_ns;   /* of this run of it, not of the ones before a pause */
    bool restored;         /* from a checkpoint */
    struct error outdated; /* why the checkpoint that there is cannot be gone on from */
    int64_t steps_done, rows_done;
    double loss; /* of the newest step of this run, where it has one */
    bool has_loss;
    uint64_t published_ns, flushed_ns, checkpointed_ns;
    int64_t checkpointed_epoch;
    uint64_t checkpoint_cost_ns;
    bool waits_for_space;
};

/* daemon/job_open.c. */

/* Training gives way to the threads that answer requests: Linux keeps a nice value for each thread.
 */
void job_give_way(void);
/* Builds what the run of job->record needs and goes to its last checkpoint; writes nothing. */
int job_open(struct job *job, struct error *error);
/* Forgets the history after the checkpoint, which the run will write again, and says so. */
int job_go_on(struct job *job, struct error *error);
/* Frees all but the record. */
void job_release(struct job *job);

/* daemon/job_settings.c */

/* What was changed of the job so far, and how much of that its checkpoint has. */
int job_settings_open(struct job *job, struct error *error);
void job_settings_close(struct job *job);
/* Applies what takes effect here. */
int job_settings_apply(struct job *job, struct error *error);
/* Answers JOB_STEER. */
void job_steer(struct job *job);
/* Whether the job has run for as long as training.limits lets it. */
bool job_time_is_up(const struct job *job);
/* Ends it with the next update, as a change that is written down. */
int job_limit_time(struct job *job, struct error *error);
/* [{"step", "tries", "changes"}] for a lineage; NULL only when out of memory. */
json_t *job_settings_json(const struct job *job);

/* daemon/job_rollback.c: the trainer went back (TRAINER_ROLLED_BACK) for what `reason` says. */
int job_roll_back(struct job *job, const struct trainer_report *report, const struct error *reason,
                  struct error *error);
/* Cuts the history and saves; job->rollback is NULL afterwards. */
int job_rollback_write(struct job *job, struct error *error);

/* daemon/verify.c: whether this daemon's replay can give the bytes that job->record.verification
 * expects. */
int job_verification_check(const struct job *job, struct error *error);
/* What the replay gave, and an event of it on both jobs; *body is the change's events' text, the
 * caller's to free. */
int job_verification_end(struct job *job, struct job_change *change, char **verification,
                         char **body, struct error *error);

/* daemon/job_write.c: what a running job writes. Each returns once it is on disk; a full disk is
 * waited for, until something is asked of the job. */

/* Says so in the log the first time, and lets some time pass. */
void job_wait_for_space(struct job *job, const struct error *failure);
/* Shows the live status to whoever asks. */
void job_publish(struct job *job);
/* Points and status, and a "metrics" event. */
int job_flush(struct job *job, struct error *error);
/* The same with a checkpoint. */
int job_checkpoint(struct job *job, struct error *error);
/* Moves on to `to` (see job_move) with points and status; with a checkpoint where
 * `keep_checkpoint`, else all checkpoints go. */
int job_leave(struct job *job, const char *to, const char *reason, bool keep_checkpoint,
              struct error *error);
/* Moves to a finished state; with `model`, the best weights so far (or the result) become the next
 * version of the model. `failure` (NULL: none) goes into the record. */
int job_finish(struct job *job, const char *to, const char *reason, bool model,
               const struct error *failure, struct error *error);
/* A "log" event. */
int job_log(struct job *job, const char *message, struct error *error);
int job_log_json(struct job *job, const json_t *body, struct error *error);

/* daemon/job_status.c. */

/* A value that is not finite shows as null. */
void job_metric_set(struct job *job, const char *name, double value);
/* The live part of a job's answer: progress, epoch … patience_left, evaluation. NULL only when out
 * of memory. */
json_t *job_status_make(struct job *job, bool finished);

#endif

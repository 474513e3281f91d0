/* A running job, as the files job*.c see it. Belongs to the job's thread. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_JOB_INTERNAL_H
#define PROPD_DAEMON_JOB_INTERNAL_H

#include <jansson.h>

#include "daemon/internal.h"
#include "daemon/job_setup.h"
#include "daemon/recorder.h"
#include "daemon/weight_log.h"

/* A write that is on its way to the disk while the run goes on. */
struct pending {
    bool is_open;              /* it is not known to be on disk */
    struct store_write *write; /* NULL where it was begun in vain */
    struct job_change change;
    char *status, *body; /* owned: what the change points to */
};

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
    struct pending start, batch; /* the move to "running"; a batch of the history: */
    struct recorder *batch_recorder;
    struct weight_log batch_weights;
    int64_t start_settings;         /* that it was started with */
    const int64_t *checkpoint_step; /* the one to open it at; NULL: the newest */
    bool is_taken; /* it could not start, since it was cancelled or removed: it is no more ours */
    bool is_outdated; /* it could not start, since it was changed meanwhile: it is to begin again */
    struct error failure;                      /* why it fails */
    enum trainer_stop stop;                    /* why it ended */
    json_t *metrics;                           /* newest value of each, by name, but for: */
    int figure_count;                          /* of the newest epoch, which are not in there yet */
    const char *figure_names[METRICS_MAX + 2]; /* the trainer's */
    double figures[METRICS_MAX + 2];
    json_t *left_out; /* columns that take no part; NULL */
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
    uint64_t looked_ns; /* when the clock was looked at; next after so many turns: */
    int turns_left, turn_stride;
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

/* What was changed of the job so far: before job_open(). */
int job_settings_read(struct job *job, struct error *error);
/* How much of that its checkpoint has. */
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
/* That changes which the trainer has still to take ask for; 0: none does. */
int64_t job_epochs_asked(const struct job *job);

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
/* Points and status, a "metrics" event and a checkpoint. */
int job_checkpoint(struct job *job, struct error *error);
/* Moves on to `to` (see job_move) with points and status; with a checkpoint where
 * `keep_checkpoint`, else all checkpoints go. */
int job_leave(struct job *job, const char *to, const char *reason, bool keep_checkpoint,
              struct error *error);
/* Moves to a finished state; with `model`, the best weights so far (or the result) become the next
 * version of the model. `failure` (NULL: none) goes into the record. */
int job_finish(struct job *job, const char *to, const char *reason, bool model,
               const struct error *failure, struct error *error);
/* What the job's trainer has right now, as a record and a file of a model whose lineage names the
 * step. */
int job_checkpoint_model(struct job *job, struct model_record *record, struct bytes *file,
                         struct error *error);
/* A "log" event. */
int job_log(struct job *job, const char *message, struct error *error);
int job_log_json(struct job *job, const json_t *body, struct error *error);

/* Writes a change, and again while the disk is full and nothing is asked of the job. A move out of
 * "running" needs not wait for the start: it comes after it. */
int job_write(struct job *job, const struct job_change *change, struct error *error);
/* The texts of a job's status and of a "metrics" event, in a change; the caller frees them. */
int job_progress_fill(struct job *job, bool finished, struct job_change *change, char **status,
                      char **metrics, struct error *error);

/* daemon/job_pending.c: what is written while the run goes on. It is settled before the job writes
 * anything else, so that all comes into effect in order. */

/* Begins to move the job from "queued" to "running", if it still has the settings that were read.
 */
int job_start(struct job *job, struct error *error);
/* Begins to write points, status and a "metrics" event. */
int job_flush(struct job *job, struct error *error);
/* Whether a flush would have to wait for the one before. */
bool job_flush_waits(const struct job *job);
/* Looks whether the start is on disk, without waiting. */
int job_start_check(struct job *job, struct error *error);
/* Return once it is on disk; as job_write(). An error where the job could not start, and
 * job->is_taken or is_outdated says so. */
int job_start_settle(struct job *job, struct error *error);
int job_batch_settle(struct job *job, struct error *error);
/* Both. */
int job_settle(struct job *job, struct error *error);
/* Waits and frees, whatever came of it. */
void job_pending_clear(struct job *job);

/* daemon/job_status.c. */

/* The figures of an epoch or fold become the newest. */
void job_figures_note(struct job *job, const struct trainer_report *report);
/* The newest value of each metric, by name; one that is not finite is null. The job's. */
json_t *job_metrics(struct job *job);
/* The live part of a job's answer: progress, epoch … patience_left, evaluation. NULL only when out
 * of memory. */
json_t *job_status_make(struct job *job, bool finished);

#endif

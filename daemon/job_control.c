/* What is asked of jobs from outside: each is one move of the state, whoever makes it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "daemon/internal.h"
#include "daemon/job.h"
#include "daemon/job_setup.h"
#include "daemon/job_state.h"

#include <stdlib.h>
#include <string.h>

/* Tries to reach a state: by a move of our own while the job waits, by a request while it runs; a
 * few times, since it may change from one to the other in between. */
enum { ATTEMPTS = 8 };

struct wish {
    const char *verb; /* for messages: "cancelled" */
    const char *to, *reason;
    const char *const *from;    /* states that we move it out of ourselves */
    enum job_request request;   /* for a running one */
    const char *const *reached; /* states that a request leads to */
};

static int refuse(const struct wish *wish, const struct job_record *record, struct error *error)
{
    return error_set(error, ERROR_CONFLICT, "job %s is %s and cannot be %s", record->id,
                     record->state, wish->verb);
}

/* After a request that made the job leave its thread: where did it get to? 0: there, 1: try again,
 * -1: error. */
static int outcome_check(struct daemon *daemon, const struct wish *wish, const char *id,
                         struct error *error)
{
    AUTO_CLEAR(job_record_clear) struct job_record record = {0};
    if (store_job_get(daemon->store, id, &record, error) != 0)
        return -1;
    if (job_state_in(record.state, wish->reached))
        return 0;
    if (job_state_finished(record.state))
        return refuse(wish, &record, error);
    return 1;
}

/* Asks a running job; 2: it does not run, else as wish_try(). */
static int wish_ask(struct daemon *daemon, const struct wish *wish, const char *id,
                    struct error *error)
{
    if (wish->request == JOB_GO_ON)
        return 2;
    switch (scheduler_request(daemon->scheduler, id, wish->request)) {
    case REQUEST_LEFT:
        return outcome_check(daemon, wish, id, error);
    case REQUEST_REFUSED:
        return error_set(error, ERROR_STORAGE_FULL,
                         "the disk is full: the job runs on; try again when there is room");
    case REQUEST_NOT_RUNNING:
    case REQUEST_DONE: /* no answer to these */
        break;
    }
    return 2;
}

/* Moves a job that waits. One that has run is cancelled with the model of its last checkpoint;
 * where that cannot be made any more (its dataset is damaged …) it is cancelled all the same. */
static int wish_move(struct daemon *daemon, const struct wish *wish,
                     const struct job_record *record, struct error *error)
{
    struct job_change change = {.id = record->id,
                                .drop_checkpoints = wish->request == JOB_CANCEL_DROP,
                                .checkpoints_keep = job_state_finished(wish->to)};
    if (wish->request == JOB_CANCEL_KEEP && record->started_ms != 0) {
        struct error failure = {0};
        if (job_cancel_waiting(daemon, record->id, &failure) == 0)
            return 0;
        if (failure.code == ERROR_CONFLICT || failure.code == ERROR_STORAGE_FULL)
            return error_set(error, failure.code, "%s", failure.message);
        log_error("model_not_kept", &failure, "job", record->id);
    }
    return job_move(daemon->store, &change, wish->from, wish->to, wish->reason, error);
}

/* 0: done, 1: try again, -1: error. */
static int wish_try(struct daemon *daemon, const struct wish *wish, const char *id,
                    struct error *error)
{
    AUTO_CLEAR(job_record_clear) struct job_record record = {0};
    struct error failure = {0};
    if (store_job_get(daemon->store, id, &record, error) != 0)
        return -1;
    if (job_state_finished(record.state))
        return refuse(wish, &record, error);
    int asked = wish_ask(daemon, wish, id, error);
    if (asked != 2)
        return asked;
    if (!job_state_in(record.state, wish->from))
        return strcmp(record.state, STATE_RUNNING) == 0 && wish->request != JOB_GO_ON
                   ? 1
                   : refuse(wish, &record, error);
    if (wish_move(daemon, wish, &record, &failure) == 0) {
        scheduler_remove(daemon->scheduler, id);
        return 0;
    }
    return failure.code == ERROR_CONFLICT ? 1
                                          : error_set(error, failure.code, "%s", failure.message);
}

static int wish_fulfil(struct daemon *daemon, const struct wish *wish, const char *id,
                       struct error *error)
{
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int result = wish_try(daemon, wish, id, error);
        if (result <= 0)
            return result;
    }
    return error_set(error, ERROR_BUSY, "job %s changes its state just now; try again", id);
}

int daemon_job_cancel(struct daemon *daemon, const char *id, bool keep, struct error *error)
{
    static const char *const cancelled[] = {STATE_CANCELLED, NULL};
    const struct wish wish = {.verb = "cancelled",
                              .to = STATE_CANCELLED,
                              .reason = "cancelled by a request",
                              .from = states_waiting,
                              .request = keep ? JOB_CANCEL_KEEP : JOB_CANCEL_DROP,
                              .reached = cancelled};
    return wish_fulfil(daemon, &wish, id, error);
}

int daemon_job_pause(struct daemon *daemon, const char *id, struct error *error)
{
    const struct wish wish = {.verb = "paused",
                              .to = STATE_PAUSED,
                              .reason = "paused by a request",
                              .from = states_queued,
                              .request = JOB_PAUSE,
                              .reached = states_paused};
    return wish_fulfil(daemon, &wish, id, error);
}

int daemon_job_resume(struct daemon *daemon, const char *id, struct error *error)
{
    AUTO_CLEAR(job_record_clear) struct job_record record = {0};
    const struct wish wish = {.verb = "resumed",
                              .to = STATE_QUEUED,
                              .reason = "resumed by a request",
                              .from = states_paused,
                              .request = JOB_GO_ON,
                              .reached = states_queued};
    if (store_job_get(daemon->store, id, &record, error) != 0 ||
        wish_fulfil(daemon, &wish, id, error) != 0)
        return -1;
    return daemon_job_schedule(daemon, &record, error);
}

int daemon_job_retry(struct daemon *daemon, const char *id, struct error *error)
{
    static const char *const from[] = {STATE_FAILED, STATE_CANCELLED, NULL};
    AUTO_CLEAR(job_record_clear) struct job_record record = {0};
    const struct wish wish = {.verb = "tried again"};
    const struct job_change change = {.id = id, .add_attempts = 1, .forget_end = true};
    if (store_job_get(daemon->store, id, &record, error) != 0)
        return -1;
    if (!job_state_in(record.state, from))
        return refuse(&wish, &record, error);
    if (job_setup_check(daemon, &record, "tried again", error) != 0 ||
        job_move(daemon->store, &change, from, STATE_QUEUED, "tried again by a request", error) !=
            0)
        return -1;
    return daemon_job_schedule(daemon, &record, error);
}

int daemon_job_remove(struct daemon *daemon, const char *id, const struct store_terms *terms,
                      struct error *error)
{
    return store_job_remove(daemon->store, id, states_finished, terms, error);
}

int daemon_job_get(struct daemon *daemon, const struct viewer *viewer, const char *reference,
                   struct job_record *record, int64_t *position, struct error *error)
{
    if (store_job_find(daemon->store, viewer, reference, record, error) != 0)
        return -1;
    daemon_job_look(daemon, record, position);
    return 0;
}

void daemon_job_look(struct daemon *daemon, struct job_record *record, int64_t *position)
{
    char *live = scheduler_look(daemon->scheduler, record->id, position);
    if (live != NULL && strcmp(record->state, STATE_RUNNING) == 0) {
        free(record->status);
        record->status = live;
    } else {
        free(live);
    }
}

/* One change of a job, in one transaction: compare-and-set of the state, columns, an event, a
 * model, history, checkpoint. Members left zero (NULL) change nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_JOB_CHANGE_H
#define PROPD_STORAGE_JOB_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "storage/histograms.h"
#include "storage/history.h"
#include "storage/models.h"
#include "storage/settings.h"
#include "storage/terms.h"

struct store;

enum { CHANGE_EVENTS_MAX = 4 };
struct job_event {
    const char *type, *body; /* body: JSON object text */
};
struct job_change {
    const char *id;
    const struct store_terms *terms;
    const char *const *from; /* NULL-terminated states, one of which the job must be in, else
                                ERROR_CONFLICT; NULL: any */
    const int64_t *settings; /* how many settings the job must have, else ERROR_PRECONDITION; NULL:
                                any number */
    const char *to;          /* new state; NULL: stays */
    const char *status;      /* JSON text */
    const char *status_changes; /* JSON object text, merged into the status (RFC 7396) */
    const char *evaluation;     /* JSON object text */
    const char *spec;
    const char *tags; /* JSON text */
    const char *error_code, *error_message, *error_details;
    bool forget_end; /* no error, evaluation and time of an end any more: it begins again */
    const char *verification;
    const int64_t *priority;
    int64_t started_ms, finished_ms;
    int64_t add_attempts;
    const struct history_points *points; /* appended */
    size_t point_series_count;
    const struct job_histogram *histograms; /* added, one after the other; one of an epoch that has
                                               one takes its place */
    size_t histogram_count;
    struct job_event events[CHANGE_EVENTS_MAX]; /* in this order; a NULL type ends them */
    const struct job_setting *setting;
    const char *also_id; /* another job, which gets an event too where it is still there; NULL */
    struct job_event also_event;
    const struct bytes *checkpoint;            /* a new one, at: */
    int64_t checkpoint_step, checkpoint_tries; /* where in the run it is */
    int64_t checkpoints_keep; /* older ones go; 0: one stays with a new one, else all do */
    bool drop_checkpoints;
    struct model_record *model; /* added, its version set; job.model_id = its id */
    const struct bytes *model_file;
};
/* Returns after the commit. *seq (may be NULL): of the newest event. */
int store_job_change(struct store *store, const struct job_change *change, int64_t *seq,
                     struct error *error);

/* The same in two parts, for a thread that has something else to do until the commit. The change
 * and all that it points to must stay as they are until store_job_change_end(). Changes of one
 * thread come into effect in the order in which it began them. NULL: nothing was begun. */
struct store_write;
struct store_write *store_job_change_begin(struct store *store, const struct job_change *change,
                                           struct error *error);
/* One that nobody waits for: it comes with the next write, or after 20 ms. */
struct store_write *store_job_change_begin_patiently(struct store *store,
                                                     const struct job_change *change,
                                                     struct error *error);
/* Whether store_job_change_end() would return at once. */
bool store_job_change_is_done(struct store *store, const struct store_write *write);
int store_job_change_end(struct store *store, struct store_write *write_taken, int64_t *seq,
                         struct error *error);

#endif

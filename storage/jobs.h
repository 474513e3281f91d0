/* Jobs: what they are to do, and where they stand. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_JOBS_H
#define PROPD_STORAGE_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/lists.h"
#include "storage/terms.h"

struct store;

struct job_record {
    int64_t number; /* of its row: for change_of_job() */
    char *id, *name;
    char *owner;                       /* NULL when it is added: nobody's, "" */
    int64_t quota_jobs;                /* when it is added: most that the owner may have in its
                                          state (ERROR_TOO_MANY); 0: no limit */
    int64_t quota_bytes;               /* the same of bytes kept, which must leave some room */
    char *state;                       /* a word of the daemon's */
    int64_t priority, threads, memory; /* memory: bytes it will need */
    char *dataset_id;
    char *spec;                       /* JSON text: the document with every default */
    char *status;                     /* JSON text: progress, metrics, best …; "{}" at first */
    char *tags;                       /* JSON object text; NULL: none */
    char *webhook_url;                /* told of the end (storage/deliveries.h); NULL: none */
    char *webhook_secret;             /* when it is added alone: never read again; NULL */
    char *error_code, *error_message; /* NULL */
    char *error_details;              /* JSON object text: further members of the error; NULL */
    char *model_id;                   /* NULL until there is one */
    char *model;        /* its name@version; NULL also where it was removed; not when it is added */
    char *verifies;     /* id of the job that this one replays; NULL */
    char *verification; /* JSON object text: what of that; NULL */
    int64_t attempt;    /* 1, one more each time it starts again after a crash */
    int64_t seq;        /* of its newest event */
    int64_t created_ms, started_ms, finished_ms; /* 0: not yet */
};
void job_record_clear(struct job_record *record);

/* Adds a job and its first event (type, JSON body text) in one transaction. The dataset must exist
 * (ERROR_NOT_FOUND), and where the job verifies another, that one, whose settings it takes over. */
int store_job_add(struct store *store, struct job_record *record, const char *event_type,
                  const char *event_body, const struct store_terms *terms, struct error *error);
int store_job_get(struct store *store, const char *id, struct job_record *record,
                  struct error *error);
/* By id, or the newest job of that name. */
int store_job_find(struct store *store, const struct viewer *viewer, const char *reference,
                   struct job_record *record, struct error *error);
/* What the job's model does on its validation rows; *text is JSON object text, which the caller
 * frees, NULL where there is none. */
int store_job_evaluation(struct store *store, const char *id, char **text, struct error *error);
/* Sorted by created_at, name, state, priority, finished_at or best (of the validation, those
 * without last). */
int store_job_list(struct store *store, const struct store_page *page, struct job_record **records,
                   size_t *count, bool *more, struct error *error);
/* Ids of all jobs in `state`, by priority (high first), then age: for the scheduler at start. */
int store_job_ids(struct store *store, const char *state, char ***ids, size_t *count,
                  struct error *error);
/* How many are in each of `states`, whosever they are. */
int store_job_counts(struct store *store, const char *const *states, size_t state_count,
                     int64_t *counts, struct error *error);
/* Removes a job with its history, events and checkpoints; its models stay. ERROR_CONFLICT unless
 * its state is in `states` (NULL-terminated). */
int store_job_remove(struct store *store, const char *id, const char *const *states,
                     const struct store_terms *terms, struct error *error);

#endif

/* What a table's file offers to other tables' files within one transaction. Numbers are those of
 * rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_TABLES_H
#define PROPD_STORAGE_TABLES_H

#include "storage/blobs.h"
#include "storage/connection.h"
#include "storage/store.h"

/* terms.c: first and last in an operation; `terms` may be NULL. */
int terms_check(struct connection *connection, const struct store_terms *terms,
                struct error *error);
int terms_answer(struct connection *connection, const struct store_terms *terms, const void *record,
                 bool is_new, struct error *error);

/* answers.c: ERROR_CONFLICT where the key has an answer. */
int answer_add(struct connection *connection, const struct store_answer *answer,
               const struct answer_record *record, struct error *error);

/* jobs.c */
int job_number(struct connection *connection, const char *id, int64_t *number, struct error *error);
/* The newest event of the job. */
int job_seq_set(struct connection *connection, int64_t job, int64_t seq, struct error *error);
/* job_change.c: the number of a job that is in one of `states` (NULL: any), else ERROR_CONFLICT. */
int job_state_check(struct connection *connection, const char *id, const char *const *states,
                    int64_t *number, struct error *error);

/* datasets.c: ERROR_NOT_FOUND where there is none. */
int dataset_check(struct connection *connection, const char *id, struct error *error);
/* 1: a record refers to the file; 0: none does; -1. Reads by itself. */
int dataset_file_is_used(struct store *store, const char *sha256, struct error *error);
/* The same for files_sweep(): `context` is the store. */
int dataset_file_is_wanted(void *context, const char *sha256, struct error *error);

/* No dataset file is removed until the release. ERROR_BUSY where somebody else holds them. */
int dataset_files_hold(struct store *store, struct error *error);
void dataset_files_release(struct store *store);

/* quotas.c: whether an owner may have `more` bytes of datasets and models in addition to those that
 * he has, `most` in all (ERROR_QUOTA), or one more job in `state` (ERROR_TOO_MANY). most 0: no
 * limit. */
int quota_bytes_check(struct connection *connection, const char *owner, int64_t most, int64_t more,
                      struct error *error);
int quota_jobs_check(struct connection *connection, const char *owner, const char *state,
                     int64_t most, struct error *error);

/* settings.c: ERROR_CONFLICT where it would come before what is there. */
int setting_add(struct connection *connection, int64_t job, const struct job_setting *setting,
                struct error *error);
/* Those of job `from` for job `to`. */
int settings_copy(struct connection *connection, int64_t from, int64_t to, struct error *error);

/* events.c */
int event_add(struct connection *connection, int64_t job, const char *type, const char *body,
              int64_t *seq, struct error *error);

/* deliveries.c: for a job that has come to its end in `state`; *added: there is one. */
int deliveries_add(struct connection *connection, int64_t job, const char *state, bool to_service,
                   bool *added, struct error *error);
/* After the commit of such. */
void deliveries_tell(struct store *store);

/* history.c: ERROR_INVALID unless the steps ascend. */
int history_append(struct connection *connection, int64_t job, const struct history_points *points,
                   struct error *error);

/* histograms.c */
int histogram_add(struct connection *connection, int64_t job, const struct job_histogram *histogram,
                  struct error *error);

/* checkpoints.c: adds change->checkpoint. */
int checkpoint_add(struct connection *connection, int64_t job, const struct job_change *change,
                   const struct blob *blob, struct error *error);
/* Removes all but the newest `keep`. */
int checkpoints_prune(struct connection *connection, int64_t job, int64_t keep,
                      struct error *error);

/* aliases.c: ERROR_CONFLICT where one is this model. */
int aliases_check(struct connection *connection, int64_t model, struct error *error);

/* models.c: gives the version; file_sha256 and file_bytes are the blob's. */
int model_add(struct connection *connection, const struct model_record *record,
              const struct blob *blob, int64_t *version, struct error *error);
/* Sets what the record says of its file, ahead of the addition: after the commit nothing may fail.
 */
int model_record_seal(struct model_record *record, const struct blob *blob, struct error *error);

#endif

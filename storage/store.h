/* What must survive: one SQLite database and a folder of dataset files. Rows and bytes, no meaning:
 * states, documents and blobs are whatever the daemon says they are.
 *
 * Every writing function here returns after its transaction is on disk: writes from all threads go
 * through one writer thread that commits many of them with one fsync (group commit, a savepoint
 * each). Reading functions use read-only connections of their own and may be called from any
 * thread. All texts in records are owned by the record: clear them with the matching …_clear().
 * ERROR_STORAGE_FULL: the disk is full or below the floor; nothing was written; later writes work
 * again once there is room. A failed fsync or a corrupt database ends the process with exit
 * code 70. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_STORE_H
#define PROPD_STORAGE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "storage/terms.h"
#include "base/timing.h"

struct store;

/* Who looks. Names are one's own: two owners may both have an "iris", and others' things are not
 * there. Who sees all finds things by id whosever they are, and by name their own first. NULL, in
 * place of a viewer, sees all and owns what nobody owns. */
struct viewer {
    const char *owner; /* "": nobody, as where there are no tokens */
    bool sees_all;
};

struct store_options {
    const char *folder; /* made (0700) if absent; holds propd.db, datasets/, uploads/, lock */
    uint64_t free_space_floor; /* bytes that must stay free; 0: max of 1 GiB and 5 % of the file
                                  system, but at most a quarter of what is free when opened, so that
                                  a small disk is usable */
    int reader_count;          /* read connections; 0: 4 */
};

/* Opens or makes the folder: takes the lock (ERROR_CONFLICT when another daemon has it), migrates
 * after a VACUUM INTO copy, refuses a newer schema, quick_check after an unclean stop, removes
 * orphaned files. */
struct store *store_open(const struct store_options *options, struct error *error);
/* Ends the writer after what is queued, truncates the WAL, marks the stop clean. */
void store_close(struct store *store);

/* Called by the writer thread after each commit that added events, with the newest seq. Set once,
 * before use. */
void store_on_events(struct store *store, void (*notify)(void *context, int64_t seq),
                     void *context);

/* What has changed lately; the store's. */
struct changes *store_changes(struct store *store);

/* `terms` of a writing function: what else belongs to its transaction; NULL: nothing. */

/* ---- datasets (storage/datasets.c) */

struct dataset_record {
    char *id, *name;
    char *owner;         /* NULL when it is added: nobody's, "" */
    int64_t quota_bytes; /* when it is added: most that the owner's datasets and models may have
                            (ERROR_QUOTA); 0: no limit */
    int64_t version;     /* of the name, from 1; set by store_dataset_add */
    char *source_sha256; /* of the bytes that were uploaded */
    char *file_sha256;   /* of the column file: its name on disk */
    int64_t source_bytes, file_bytes, rows;
    char *target;      /* NULL: none; a name, or several as the engine's dataset_targets() reads */
    char *description; /* JSON text */
    char *tags;        /* JSON object text; NULL: none */
    char *about;       /* what its owner says of it; NULL */
    int64_t created_ms;
};
void dataset_record_clear(struct dataset_record *record);

/* A new empty file in uploads/ for bytes that come in: returns its descriptor (O_CLOEXEC), sets
 * path (caller frees). Uploads left by a crash are removed at the next open. */
int store_upload_create(struct store *store, char **path, struct error *error);
/* How many more bytes may be written before the floor is reached. */
uint64_t store_free_space(struct store *store);

/* Makes the file at `path` (in uploads/) part of the store under its SHA-256, fsynced and renamed,
 * and adds the record. When name's newest version has the same source_sha256, file_sha256 and
 * target nothing is added: *existing = true and `record` becomes that one. The upload file is gone
 * afterwards in every case. record->id, name, source…, rows, target, description, created_ms are
 * given; version, file_sha256 and file_bytes are set. A version is never given twice, also after a
 * removal. */
int store_dataset_add(struct store *store, const char *path, struct dataset_record *record,
                      bool *existing, const struct store_terms *terms, struct error *error);
/* By id, name (newest version) or name@version. ERROR_NOT_FOUND. */
int store_dataset_get(struct store *store, const struct viewer *viewer, const char *reference,
                      struct dataset_record *record, struct error *error);
/* Opens the column file read-only. */
int store_dataset_file(struct store *store, const struct dataset_record *record,
                       struct error *error);
/* ERROR_CONFLICT while a job that is not finished refers to it. The file goes with its last record.
 */
int store_dataset_remove(struct store *store, const char *id, const struct store_terms *terms,
                         struct error *error);

/* What an owner says of a dataset or model; nothing of it is part of a digest. */
struct record_saying {
    bool has_tags, has_about; /* whether they change */
    const char *tags;         /* JSON object text; NULL: none any more */
    const char *about;        /* NULL: nothing any more */
};
int store_dataset_say(struct store *store, const char *id, const struct record_saying *says,
                      const struct store_terms *terms, struct error *error);

/* ---- pages of lists (storage/lists.c) */

/* A condition on one column of the table, which is named by the caller and not by a client. */
enum store_match {
    MATCH_ANY,    /* one of `texts` */
    MATCH_PREFIX, /* begins with `text` */
    MATCH_TAG,    /* a JSON object of strings in which `text` is there, as `other` (NULL: any) */
    MATCH_FROM,   /* at least `number` */
    MATCH_BELOW,  /* below `number` */
};
struct store_filter {
    const char *column;
    enum store_match match;
    const char *text, *other;
    char *const *texts;
    size_t count;
    int64_t number;
};

/* Where a page ended: the id of its last record, and what it is sorted by as text. */
enum { PLACE_KEY_SIZE = 128 };
struct store_place {
    char key[PLACE_KEY_SIZE]; /* "" where the order is by time */
    char id[ID_SIZE];
};

/* Lists are stable while things come and go: what is there throughout is on one page, unless what
 * it is sorted by changes. The caller clears and frees the array. */
struct store_page {
    const struct viewer *viewer; /* NULL: all of it */
    const char *sort;            /* a column's name; NULL: "created_at" */
    bool ascending;
    const struct store_place *after; /* NULL: from the beginning */
    const struct store_filter *filters;
    size_t filter_count;
    int64_t limit;
    struct store_place *next; /* set to where it ended, id "" where nothing follows; NULL */
};
/* Sorted by created_at, name, rows or bytes. */
int store_dataset_list(struct store *store, const struct store_page *page,
                       struct dataset_record **records, size_t *count, bool *more,
                       struct error *error);

/* ---- jobs (storage/jobs.c) */

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

/* One change of a job, in one transaction: compare-and-set of the state, columns, an event, a
 * model, history, checkpoint. Members left zero (NULL) change nothing. */
struct history_points {
    const char *metric; /* "loss" */
    bool per_epoch;
    int64_t count;
    const int64_t *steps;  /* ascending, after all that the series has, else ERROR_INVALID */
    const int64_t *epochs; /* per_epoch only, else NULL */
    const double *values;  /* may be NaN or infinite */
};
/* Of the end of an epoch. */
struct job_histogram {
    int64_t epoch;
    int64_t stride;    /* when it is added: older ones at other epochs than 1, 1 + stride, … go */
    struct bytes body; /* whatever the daemon puts there */
};
struct model_record;

/* A change of what the job trains by, and where in its run it takes effect. */
struct job_setting {
    int64_t step;  /* updates done */
    int64_t tries; /* the run's clock, in which a rollback does not go back; never before that of a
                      checkpoint or setting that the job has, else ERROR_CONFLICT */
    int64_t at_ms;
    const char *changes; /* JSON object text */
};
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
    const char *evaluation;  /* JSON object text */
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

/* Newest checkpoint whose digest holds (a damaged one is passed over); ERROR_NOT_FOUND where there
 * is none. */
int store_checkpoint_load(struct store *store, const char *job_id, struct bytes *checkpoint,
                          int64_t *step, struct error *error);
/* A certain one: the newest of those at `step`. ERROR_NOT_FOUND;
 * ERROR_CORRUPT where it is damaged. */
int store_checkpoint_load_at(struct store *store, const char *job_id, int64_t step,
                             struct bytes *checkpoint, struct error *error);
/* Those that are kept, newest first; the caller frees the array. */
struct checkpoint_record {
    int64_t step, bytes;
};
int store_checkpoint_list(struct store *store, const char *job_id,
                          struct checkpoint_record **records, size_t *count, struct error *error);

/* ---- settings (storage/settings.c) */

struct setting_record {
    int64_t step, tries, at_ms;
    char *changes; /* JSON object text */
};
void settings_free(struct setting_record *records, size_t count);
/* In the order in which they were made. ERROR_NOT_FOUND: no such job. */
int store_setting_list(struct store *store, const char *job_id, struct setting_record **records,
                       size_t *count, struct error *error);
/* Where a change of a job that waits takes effect: at its newest checkpoint, or at its last setting
 * where that comes later. setting->changes is left alone. */
int store_setting_place(struct store *store, const char *job_id, struct job_setting *setting,
                        struct error *error);

struct event_record {
    int64_t seq, at_ms;
    char *job_id, *type, *body; /* body: JSON object text */
};
void event_record_clear(struct event_record *record);
/* Events of a job after `after`, ascending, at most `limit`. ERROR_NOT_FOUND: no such job. */
int store_event_list(struct store *store, const char *job_id, int64_t after, int64_t limit,
                     struct event_record **records, size_t *count, struct error *error);

/* ---- history (storage/history.c): any zoom at a cost by points, not by length */

struct history_bucket {
    int64_t first_step;                 /* step of the bucket's first point */
    int64_t epoch;                      /* of the bucket's first point; per-epoch series only */
    int64_t count;                      /* points inside */
    double min, max, first, last, mean; /* over the finite points; NaN where there is none. The mean
                                           is summed in double precision, by pairs of runs */
    bool nonfinite;                     /* a point inside was NaN or infinite */
    double worst; /* that point's value, where nonfinite: NaN before inf before
                     -inf where there are several; else 0 */
};
struct history_series {
    char *metric;
    bool per_epoch;
    int64_t count;  /* points in [from, to] */
    int64_t stride; /* points a bucket: 1 where count <= points */
    struct history_bucket *buckets;
    size_t bucket_count;
};
void history_series_clear(struct history_series *series);

struct history_query {
    const char *job_id;
    const char *const *metrics; /* NULL-terminated; NULL: all */
    int64_t from, to;           /* steps, inclusive; 0, 0: all */
    int64_t points;             /* at most so many buckets a series; 0: every point */
    int64_t keep_step; /* a bucket is split so that one begins at this step where it is in range; 0:
                          none */
};
int store_history_query(struct store *store, const struct history_query *query,
                        struct history_series **series, size_t *count, struct error *error);
/* Forgets all points with a step after `step`, in series per epoch after `epoch_step`: before a run
 * goes on from a checkpoint, which may lie between the last step of an epoch and its end. */
int store_history_truncate(struct store *store, const char *job_id, int64_t step,
                           int64_t epoch_step, struct error *error);

/* ---- histograms (storage/histograms.c) */

/* Those of a job, in the order of their epochs; `epoch` not 0: of that one. */
int store_histogram_list(struct store *store, const char *job_id, int64_t epoch,
                         struct job_histogram **histograms, size_t *count, struct error *error);
void store_histograms_free(struct job_histogram *histograms, size_t count);
/* Forgets those after `epoch`, as store_history_truncate() does points. */
int store_histogram_truncate(struct store *store, const char *job_id, int64_t epoch,
                             struct error *error);

/* ---- models (storage/models.c) */

struct model_record {
    char *id, *name;
    char *owner;               /* NULL when it is added: nobody's, "" */
    int64_t quota_bytes;       /* as a dataset's */
    int64_t version;           /* of the name, from 1; set when it is added */
    char *job_id, *dataset_id; /* NULL for an import */
    char *sha256;              /* of the weights: model_digest() */
    char *file_sha256;         /* of the file; set when it is added */
    int64_t file_bytes;        /* set when it is added */
    char *info;                /* JSON text: metrics, lineage, description */
    char *tags;                /* JSON object text; NULL: none */
    char *about;               /* what its owner says of it; NULL */
    char *aliases;             /* JSON array text; not when it is added */
    int64_t created_ms;
};
void model_record_clear(struct model_record *record);

int store_model_add(struct store *store, struct model_record *record, const struct bytes *file,
                    const struct store_terms *terms, struct error *error);
/* By id, name (newest), name@version, name@latest or name@alias. */
int store_model_get(struct store *store, const struct viewer *viewer, const char *reference,
                    struct model_record *record, struct error *error);
/* The whole file, its SHA-256 checked (ERROR_CORRUPT). */
int store_model_file(struct store *store, const char *id, struct bytes *file, struct error *error);
/* Sorted by created_at, name or bytes. */
int store_model_list(struct store *store, const struct store_page *page,
                     struct model_record **records, size_t *count, bool *more, struct error *error);
int store_model_say(struct store *store, const char *id, const struct record_saying *says,
                    const struct store_terms *terms, struct error *error);
/* ERROR_CONFLICT while an alias is it. */
int store_model_remove(struct store *store, const char *id, const struct store_terms *terms,
                       struct error *error);
/* ---- tokens (storage/tokens.c) */

struct token_record {
    char *id, *name, *owner;
    char *sha256; /* of its text */
    char *scopes; /* as the daemon writes them */
    char *quotas; /* JSON object text; NULL: none */
    int64_t created_ms;
    int64_t expires_ms, revoked_ms, used_ms; /* 0: never */
};
void token_record_clear(struct token_record *record);
int store_token_add(struct store *store, struct token_record *record, struct error *error);
/* By id, or the newest of that name. */
int store_token_get(struct store *store, const char *reference, struct token_record *record,
                    struct error *error);
int store_token_list(struct store *store, const struct store_page *page,
                     struct token_record **records, size_t *count, bool *more, struct error *error);
/* All of them, those that expired or were revoked too. */
struct token_list {
    struct token_record *records;
    size_t count;
};
int store_token_all(struct store *store, struct token_list *list, struct error *error);
void token_list_clear(struct token_list *list);
/* The first revocation stays. */
int store_token_revoke(struct store *store, const char *id, int64_t revoked_ms,
                       struct error *error);
struct token_use {
    const char *id;
    int64_t used_ms;
};
int store_token_uses(struct store *store, const struct token_use *uses, size_t count,
                     struct error *error);

/* ---- aliases (storage/aliases.c): name@alias is a version of the name, until it is moved */

struct alias_record {
    char *alias, *model_id;
    int64_t version, changed_ms;
};
void alias_record_clear(struct alias_record *record);
/* Of all versions of the model's name, in the order of their names. */
int store_alias_list(struct store *store, const struct model_record *model,
                     struct alias_record **records, size_t *count, struct error *error);
void alias_records_free(struct alias_record *records, size_t count);
/* From here on the alias is this version. */
int store_alias_set(struct store *store, const struct model_record *model, const char *alias,
                    bool *is_new, const struct store_terms *terms, struct error *error);
int store_alias_remove(struct store *store, const struct model_record *model, const char *alias,
                       const struct store_terms *terms, struct error *error);

/* ---- idempotency keys (storage/answers.c): kept for a day */

/* The answer kept for an owner's key, NULL members where there is none. */
int store_answer_get(struct store *store, const char *owner, const char *key,
                     struct answer_record *record, struct error *error);
/* An answer that nothing in the store goes with; answer->fill is not asked. ERROR_CONFLICT where
 * the key has one. */
int store_answer_put(struct store *store, const struct store_answer *answer,
                     const struct answer_record *record, struct error *error);

/* For /v1/system: bytes of the database and of dataset files; commits, operations and reads so far.
 */
struct store_statistics {
    uint64_t database_bytes, dataset_bytes, free_bytes, floor_bytes;
    uint64_t commits, operations, reads;
    int schema_version;
};
int store_statistics(struct store *store, struct store_statistics *statistics, struct error *error);
/* How long transactions took, fsync included; lives as long as the store. */
const struct timing *store_commit_timing(const struct store *store);

#endif

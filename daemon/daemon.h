/* The service without its HTTP: what the handlers call. Thread-safe. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_DAEMON_H
#define PROPD_DAEMON_DAEMON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "daemon/config.h"
#include "daemon/statistics.h"
#include "engine/augment_preview.h"
#include "engine/dataset.h"
#include "engine/model.h"
#include "storage/store.h"

/* Program and version, for lineages and the Server header. */
#define PROPD_PRODUCT "propd/" PROPD_VERSION

struct daemon;
struct tokens;

/* Opens the store, marks jobs that a crash left running as queued again (attempt + 1, an event says
 * why) and starts the scheduler. The configuration is borrowed. */
struct daemon *daemon_start(const struct config *config, struct error *error);
/* Tells running jobs to save and stop, calls imports off, starts no more, and returns at once. */
void daemon_quiesce(struct daemon *daemon);
/* No new job starts, running ones save a checkpoint and are queued again so that the next start
 * goes on; returns when all threads have ended (within 8 s), then closes the store. */
void daemon_stop(struct daemon *daemon);

struct store *daemon_store(struct daemon *daemon);
const struct config *daemon_config(const struct daemon *daemon);
struct tokens *daemon_tokens(struct daemon *daemon);

/* ---- datasets (daemon/dataset_cache.c, daemon/upload.c) */

/* Imports upload files (already complete, in the store's uploads/) as the next version of `name`:
 * parses into a column file, fsyncs, adds the record. *existing: the same bytes were there already.
 * Takes a while: call it where that is fine. */
struct daemon_upload {
    const char *owner, *name;
    const char *paths[2];        /* [1] NULL, or the labels */
    const char *source_names[2]; /* "body", or "features" and "labels" */
    const char *source_sha256;   /* of the bytes as they came (of both, one after the other) */
    int64_t source_bytes;
    const struct dataset_options *options;
    const struct store_terms *terms;
};
int daemon_dataset_import(struct daemon *daemon, const struct daemon_upload *upload,
                          struct dataset_record *record, bool *existing, struct error *error);

/* A mapped dataset out of the cache; release what was held. */
const struct dataset *daemon_dataset_hold(struct daemon *daemon,
                                          const struct dataset_record *record, struct error *error);
void daemon_dataset_release(struct daemon *daemon, const struct dataset *dataset);
/* Removes it from the store (see store_dataset_remove) and lets go of its file, so that the disk
 * space comes back as soon as nobody holds it. */
int daemon_dataset_remove(struct daemon *daemon, const struct dataset_record *record,
                          const struct store_terms *terms, struct error *error);

/* ---- models (daemon/model_cache.c) */

/* By id, name, name@version; *record (may be NULL) is the caller's to clear. */
const struct model *daemon_model_hold(struct daemon *daemon, const struct viewer *viewer,
                                      const char *reference, struct model_record *record,
                                      struct error *error);
void daemon_model_release(struct daemon *daemon, const struct model *model);
/* What answers say of a model. */
struct model_title {
    char id[ID_SIZE]; /* of a live one: its job's */
    char name[128];
    int64_t version;
    bool is_live; /* it is a job's that runs, as it stood after `step` updates */
    int64_t step;
};
/* Adds "model" and "version" to an answer, of a live one also "job" and "step". */
void model_title_write(const struct model_title *title, json_t *answer);
/* The version, or the reference behind '@', of what a running job trains. */
#define MODEL_LIVE "live"
/* The same for those who ask often: once a reference was found, the store is not asked again until
 * one of its models changes. */
const struct model *daemon_model_hold_title(struct daemon *daemon, const struct viewer *viewer,
                                            const char *reference, struct model_title *title,
                                            struct error *error);
/* Counts a request for predictions; and what was counted of a model since the start. */
void daemon_statistics_add(struct daemon *daemon, const char *id,
                           const struct inference_sample *sample);
void daemon_statistics_get(struct daemon *daemon, const char *id, struct model_statistics *model);
/* The model's file in another format than the one it is kept in (engine/exchange/exchange.h). */
struct model_format;
int daemon_model_export(struct daemon *daemon, const struct model_record *record,
                        const struct model_format *format, struct bytes *file, struct error *error);
/* Removes it from the store and from memory, there once nobody holds it. */
int daemon_model_remove(struct daemon *daemon, const char *id, const struct store_terms *terms,
                        struct error *error);
/* Checks and keeps a model file of any format that can be read under `name` (NULL: "imported"). */
int daemon_model_import(struct daemon *daemon, const char *owner, const char *name,
                        const void *file, size_t size, const struct store_terms *terms,
                        struct model_record *record, struct error *error);

/* ---- jobs (daemon/scheduler.c, daemon/job.c) */

/* Checks the whole document (dataset, network, training) and queues it: *answer is NULL and `job`
 * is what was made, the caller's to clear. With "dry_run": true in the document nothing is kept and
 * *answer is what daemon_network_check() gives. */
struct daemon_job {
    const struct store_terms *terms; /* given: of its addition; NULL: none */
    struct job_record record;
    struct setting_record *settings; /* those of the job that it replays */
    size_t setting_count;
    int64_t position; /* in the queue as it comes into it; set before the terms are asked */
};
void daemon_job_clear(struct daemon_job *job);
int daemon_job_submit(struct daemon *daemon, const struct viewer *viewer, const json_t *document,
                      struct daemon_job *job, json_t **answer, struct error *error);

/* What a list of augmentations makes of rows: `document` is a job's (network may be absent) with
 * "augmentation", "rows" or "count", "epoch" and "seed" beside it. The caller frees the preview. */
struct augment_preview *daemon_augmentation_preview(struct daemon *daemon,
                                                    const struct viewer *viewer,
                                                    const json_t *document, struct error *error);
/* A job document, tried out for some seconds and not run: {"dry_run": true, "spec", "memory",
 * "left_out", what rehearsal_describe() says, "ms_per_step", "predicted_s", "gradient_check"}.
 * Without a dataset, {"network", "input": {"shape"}, "target": {"classes"} or {"values"},
 * "batch_size"}: the layers alone. */
json_t *daemon_network_check(struct daemon *daemon, const struct viewer *viewer,
                             const json_t *document, struct error *error);
extern const struct kind network_shapes_kind; /* the second of these documents */

/* Each is one move of the state; ERROR_CONFLICT says which state it is in. They return once the
 * move is on disk (a running job reacts within one step). */
int daemon_job_cancel(struct daemon *daemon, const char *id, bool keep, struct error *error);
int daemon_job_pause(struct daemon *daemon, const char *id, struct error *error);
int daemon_job_resume(struct daemon *daemon, const char *id, struct error *error);
/* Queues a failed or cancelled job again, from its last checkpoint where it has one. */
int daemon_job_retry(struct daemon *daemon, const char *id, struct error *error);
/* Changes priority and tags, and of a job that is not finished what it trains by: a struct of
 * job_patch_kind as JSON; what is absent stays. What is trained by takes effect at the next step
 * and is on disk, with its place in the run, before that step. */
int daemon_job_patch(struct daemon *daemon, const char *id, const json_t *document,
                     const struct store_terms *terms, struct error *error);
extern const struct kind job_patch_kind;
/* Queues a job that replays a succeeded one from its record and compares the digests of the
 * weights: `job`. ERROR_CONFLICT where that cannot be, e.g. by another
 * version of the engine. */
int daemon_job_verify(struct daemon *daemon, const char *id, struct daemon_job *job,
                      struct error *error);
/* Makes the weights of a kept checkpoint the next version of the job's model, whatever the job
 * does. Takes as long as preparing a run does. ERROR_NOT_FOUND where there is no such checkpoint.
 */
int daemon_checkpoint_promote(struct daemon *daemon, const char *job_id, int64_t step,
                              struct model_record *record, struct error *error);
/* Only finished ones (succeeded, failed, cancelled); else ERROR_CONFLICT. */
int daemon_job_remove(struct daemon *daemon, const char *id, const struct store_terms *terms,
                      struct error *error);

/* The record with the live status of a running job in `status`; *position: place in the queue from
 * 1, 0 where it does not wait. By id or name. */
int daemon_job_get(struct daemon *daemon, const struct viewer *viewer, const char *reference,
                   struct job_record *record, int64_t *position, struct error *error);

/* ---- upkeep */

/* store_backup_begin(), called off when the daemon stops. */
/* Begins to call webhooks, with what `describe` says of jobs (daemon/webhooks.h); before there are
 * requests. */
int daemon_webhooks_start(struct daemon *daemon,
                          json_t *(*describe)(struct daemon *daemon, const char *job_id),
                          struct error *error);
/* Makes a delivery due now, as if it had never been tried. */
int daemon_webhook_retry(struct daemon *daemon, const char *id, struct error *error);

struct store_backup *daemon_backup_begin(struct daemon *daemon, struct error *error);
/* The same of a record that was read already. */
void daemon_job_look(struct daemon *daemon, struct job_record *record, int64_t *position);

/* ---- the machine */

struct daemon_load {
    int64_t cores, cores_used, memory, memory_used;
    int64_t running, queued;
};
struct daemon_load daemon_load(struct daemon *daemon);

/* What was done since the start. */
struct daemon_work {
    uint64_t steps, samples; /* of training */
    uint64_t dataset_hits, dataset_misses, model_hits, model_misses;
    const struct timing *waits; /* of jobs in the queue; lives as long as the daemon */
};
struct daemon_work daemon_work(struct daemon *daemon);

#endif

/* What the files of the daemon share and nobody else sees. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_INTERNAL_H
#define PROPD_DAEMON_INTERNAL_H

#include <unistd.h>

#include "daemon/cache.h"
#include "daemon/daemon.h"
#include "daemon/scheduler.h"
#include "daemon/tokens.h"
#include "daemon/upkeep.h"
#include "daemon/webhooks.h"

struct daemon {
    const struct config *config;
    struct store *store;
    struct cache *datasets, *models, *model_names;
    struct scheduler *scheduler;
    struct statistics *statistics;
    struct live *live; /* daemon/live.h */
    struct tokens *tokens;
    struct upkeep *upkeep;
    struct webhooks *webhooks;       /* NULL until daemon_webhooks_start() */
    atomic_bool stopping;            /* imports under way are called off */
    _Atomic uint64_t steps, samples; /* that jobs trained since the start */
};

/* daemon/model_cache.c: what a model's record says beside its file, JSON text for the caller to
 * free. `metrics` may be NULL. */
char *daemon_model_info(const struct model *model, const json_t *metrics, struct error *error);

/* daemon/model_names.c: references to titles. */
struct cache *model_names_create(struct error *error);
int model_title_find(struct daemon *daemon, const struct viewer *viewer, const char *reference,
                     struct model_title *title, struct error *error);

/* daemon/submit.c: adds job->record, in state "queued", as far as its owner's quota goes, and gives
 * it to the scheduler. */
int daemon_job_queue(struct daemon *daemon, struct daemon_job *job, struct error *error);
/* Gives a job that is in the store to the scheduler. */
int daemon_job_schedule(struct daemon *daemon, const struct job_record *record,
                        struct error *error);

/* A file descriptor that is closed when its scope ends. */
static inline void close_file(const int *file)
{
    if (*file >= 0)
        (void)close(*file);
}
#define AUTO_CLOSE AUTO_CLEAR(close_file)

#endif

/* What rules of retention let go. Looking alone: the removals are the ordinary ones, each of which
 * asks again whether it may. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_UPKEEP_H
#define PROPD_STORAGE_UPKEEP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/store.h"

struct upkeep_rules {
    int64_t keep_jobs;           /* newest ends of each owner; 0: all */
    int64_t jobs_before_ms;      /* what ended before goes; 0: none */
    int64_t keep_model_versions; /* newest of each owner's name; 0: all */
    /* Of jobs that have ended: in `final_state` so many, in any other one at least the last. */
    int64_t keep_checkpoints;
    const char *final_state;
    int64_t checkpoints_before_ms; /* where the job ended before all go; 0: never */
};

struct upkeep_item {
    char *id; /* of the job or model */
    char *name;
    int64_t keep, count; /* of checkpoints: how many stay, how many go */
};
void upkeep_items_free(struct upkeep_item *items, size_t count);

/* All three give at most `limit` items, oldest first. */

/* Ended jobs, but those whose end is still to be told to a webhook, or that a replay which is not
 * finished needs. */
int store_upkeep_jobs(struct store *store, const struct upkeep_rules *rules, int64_t limit,
                      struct upkeep_item **items, size_t *count, struct error *error);
/* Models, but those that an alias points to, or that a job which is not finished begins from. */
int store_upkeep_models(struct store *store, const struct upkeep_rules *rules, int64_t limit,
                        struct upkeep_item **items, size_t *count, struct error *error);
/* Ended jobs that have more checkpoints than they may keep. */
int store_upkeep_checkpoints(struct store *store, const struct upkeep_rules *rules, int64_t limit,
                             struct upkeep_item **items, size_t *count, struct error *error);

/* Removes all but the newest `keep` of a job that is in one of `states`, else ERROR_CONFLICT. */
int store_checkpoints_prune(struct store *store, const char *job_id, const char *const *states,
                            int64_t keep, struct error *error);

#endif

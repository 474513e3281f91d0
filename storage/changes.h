/* What has changed lately, in memory: so that whoever keeps something that was made of records
 * knows whether it still holds without asking the database. Thread-safe.
 *
 *     uint64_t since = changes_now(changes);       before looking
 *     … look, and keep what was seen with `since` and the set of what it was made of …
 *     if (!changes_any(changes, &set, since))      it still holds
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_CHANGES_H
#define PROPD_STORAGE_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* What can change. The writer's connection notes every row of these tables by itself. */
enum change_kind {
    CHANGE_DATASETS,
    CHANGE_MODELS,   /* and their aliases */
    CHANGE_JOB_LIST, /* a job came or went */
    CHANGE_JOBS,     /* anything of any job */
    CHANGE_QUEUE,    /* places in the scheduler's queue; noted by the scheduler */
    CHANGE_JOB,      /* the first of CHANGE_JOB_SLOTS, which jobs share: change_of_job() */
};
enum { CHANGE_JOB_SLOTS = 1019, CHANGE_COUNT = CHANGE_JOB + CHANGE_JOB_SLOTS };

/* That of the job whose row has this number. Two jobs may have the same one: then either seems to
 * have changed where the other did. */
static inline int change_of_job(int64_t number)
{
    return CHANGE_JOB + (int)((uint64_t)number % CHANGE_JOB_SLOTS);
}

enum { CHANGE_SET_MAX = 8 };
struct change_set {
    int count;
    int items[CHANGE_SET_MAX];
};
void change_set_add(struct change_set *set, int what);

struct changes;
struct changes *changes_create(struct error *error);
void changes_free(struct changes *changes);

/* Around a change: from before anybody can see it until everybody does. Of one thing several may be
 * under way. */
void changes_begin(struct changes *changes, int what);
void changes_end(struct changes *changes, int what);

/* A time; anything that ends later ends at a later one. */
uint64_t changes_now(struct changes *changes);
/* Whether one of them has changed after `since`, or is changing. */
bool changes_any(struct changes *changes, const struct change_set *set, uint64_t since);

#endif

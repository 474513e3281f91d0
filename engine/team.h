/* A team of threads that run one job's steps. Whoever owns the job makes the team and hands it to
 * the engine; the engine never starts a thread by itself.
 *
 * Work is given as a number of items. Which member runs an item is not defined; so that results do
 * not depend on the number of members, an item must write only what is its own, and sums over items
 * are made afterwards in the order of the items. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TEAM_H
#define PROPD_ENGINE_TEAM_H

#include <stdint.h>

#include "base/error.h"

struct team;

/* Runs items [begin, end). `member` (0 … team_size()-1) tells members apart, for scratch memory of
 * their own. */
typedef void team_task_fn(void *context, int64_t begin, int64_t end, int member);

/* A team of `size` members, the caller's thread being member 0; `start`, when not NULL, runs once
 * in each other thread before its first task (to set priorities). NULL only for ERROR_MEMORY or no
 * more threads. */
struct team *team_create(int size, void (*start)(void), struct error *error);
void team_free(struct team *team);

/* Members; 1 for NULL: a NULL team is the caller alone. */
int team_size(const struct team *team);

/* Runs `items` items and returns when all are done. Runs of at least `grain` items are given to one
 * member, in multiples of `grain` but for the last; with one such run or one member it is a plain
 * call task(context, 0, items, 0). Members spin briefly for the next task, then sleep. Not
 * reentrant. */
void team_run(struct team *team, int64_t items, int64_t grain, team_task_fn *task, void *context);

#endif

/* Connections that sleep until something happens to a job or their time is over: event streams and
 * long polls. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_WAITS_H
#define PROPD_API_WAITS_H

#include <stdint.h>

#include "base/error.h"

struct waits;

/* One that waits; part of the caller's struct, which must live until wake() was called. */
struct wait {
    void (*wake)(struct wait *wait);
    struct wait *next; /* set by waits_add() */
    uint64_t until_ns;
};

struct waits *waits_start(struct error *error);
/* Wakes all, and every later one at once. */
void waits_end(struct waits *waits);
/* After waits_end(). */
void waits_stop(struct waits *waits);

/* How often something has happened: take it before looking at what there is, so that nothing that
 * comes between looking and waits_add() is slept through. */
uint64_t waits_happened(struct waits *waits);

/* Calls wait->wake(wait) once, in another thread: when something happened after `happened`, or at
 * until_ns. */
void waits_add(struct waits *waits, struct wait *wait, uint64_t happened, uint64_t until_ns);

/* Something happened; returns at once. For store_on_events(): `context` is the struct waits. */
void waits_notify(void *context, int64_t seq);

#endif

/* A few threads for handlers that take long, so that quick requests never stand behind them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_WORKERS_H
#define PROPD_API_WORKERS_H

#include "base/error.h"

struct workers;

/* Part of the caller's struct, which must live until run() was called. */
struct work {
    void (*run)(struct work *work);
    struct work *next; /* set by workers_add() */
};

struct workers *workers_start(int count, struct error *error);
/* Runs all that was added, then ends. */
void workers_stop(struct workers *workers);
void workers_add(struct workers *workers, struct work *work);

#endif

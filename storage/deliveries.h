/* What is to be told to webhooks: a row for each job's end and place that wants to hear of it,
 * added in the transaction of the end, so that none is lost. Rows go with their job. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_DELIVERIES_H
#define PROPD_STORAGE_DELIVERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/store.h"

#define DELIVERY_PENDING "pending"     /* due at next_ms */
#define DELIVERY_DELIVERED "delivered" /* some 2xx */
#define DELIVERY_FAILED "failed"       /* given up */

struct delivery_record {
    char *id, *job_id;
    char *type;         /* "job.succeeded" */
    bool is_service;    /* to the service's own webhook, else to the job's: */
    char *url, *secret; /* NULL; of the job's */
    char *state;
    int64_t tries;
    int64_t status; /* of the last answer; 0: there was none */
    char *failure;  /* of the last try; NULL */
    char *body;     /* as it was first sent, and is every time; NULL before */
    int64_t created_ms, tried_ms, next_ms; /* 0: not yet; no more */
};
void delivery_record_clear(struct delivery_record *record);
void deliveries_free(struct delivery_record *records, size_t count);

/* From now on every job's end is told to the service's webhook, too. Before the first change. */
void store_announce_ends(struct store *store);
/* Called after the commit of a change that added deliveries, by the thread that made the change.
 * Set once, before use, and with NULL when no change can come any more. */
void store_on_deliveries(struct store *store, void (*notify)(void *context), void *context);

/* Those that are due at now_ms, longest first, at most `limit`; *next_ms: when the next after these
 * is due, 0: none waits. */
int store_delivery_due(struct store *store, int64_t now_ms, int64_t limit,
                       struct delivery_record **records, size_t *count, int64_t *next_ms,
                       struct error *error);
/* Of a job, oldest first. ERROR_NOT_FOUND: no such job. */
int store_delivery_list(struct store *store, const char *job_id, struct delivery_record **records,
                        size_t *count, struct error *error);
int store_delivery_get(struct store *store, const char *id, struct delivery_record *record,
                       struct error *error);

/* What became of a try, or what is to be sent before the first: NULL and 0 members stay as they
 * are, but for status and failure, which are set where `tried_ms` is. Nothing happens where the
 * delivery has gone with its job. */
struct delivery_change {
    const char *id;
    const char *state, *body;
    const char *failure;
    int64_t status, tried_ms, next_ms;
    bool forget_tries; /* it begins again */
};
int store_delivery_change(struct store *store, const struct delivery_change *change,
                          struct error *error);

#endif

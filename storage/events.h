/* Events of jobs, numbered over all of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_EVENTS_H
#define PROPD_STORAGE_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct store;

struct event_record {
    int64_t seq, at_ms;
    char *job_id, *type, *body; /* body: JSON object text */
};
void event_record_clear(struct event_record *record);
/* Events of a job after `after`, ascending, at most `limit`. ERROR_NOT_FOUND: no such job. */
int store_event_list(struct store *store, const char *job_id, int64_t after, int64_t limit,
                     struct event_record **records, size_t *count, struct error *error);

#endif

/* JSON forms of the store's records as answers have them, and small helpers for building
 * answers. All give NULL only when out of memory; the caller owns what they give. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_JSON_H
#define PROPD_API_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "storage/store.h"

struct daemon;
struct daemon_job;

/* RFC 3339, null for 0. */
json_t *json_time(int64_t unix_ms);
json_t *json_text(const char *text); /* null for NULL */
json_t *json_finite(double value);   /* null for NaN and infinities */
/* Text that we wrote ourselves, an object of its own; {} where it is damaged. */
json_t *json_object_text(const char *text);

/* `whole`: with what a list leaves out: columns, spec, description. */
json_t *json_dataset(const struct dataset_record *record, bool whole);
/* With `whole` also what was changed of it, which is read for it. */
json_t *json_job(struct daemon *daemon, const struct job_record *record, int64_t position,
                 bool whole);
/* The same with all of it, of the job with this id; NULL also where there is none. */
json_t *json_job_found(struct daemon *daemon, const char *id);
/* The same, whole, of one that is just being made: nothing is read for it. */
json_t *json_job_made(const struct daemon_job *job);
json_t *json_model(const struct model_record *record, bool whole);
json_t *json_event(const struct event_record *record);

#endif

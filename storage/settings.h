/* Settings of a job: what was changed of its training on the way. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_SETTINGS_H
#define PROPD_STORAGE_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct store;

/* A change of what the job trains by, and where in its run it takes effect. */
struct job_setting {
    int64_t step;  /* updates done */
    int64_t tries; /* the run's clock, in which a rollback does not go back; never before that of a
                      checkpoint or setting that the job has, else ERROR_CONFLICT */
    int64_t at_ms;
    const char *changes; /* JSON object text */
};

struct setting_record {
    int64_t step, tries, at_ms;
    char *changes; /* JSON object text */
};
void settings_free(struct setting_record *records, size_t count);
/* In the order in which they were made. ERROR_NOT_FOUND: no such job. */
int store_setting_list(struct store *store, const char *job_id, struct setting_record **records,
                       size_t *count, struct error *error);
/* Where a change of a job that waits takes effect: at its newest checkpoint, or at its last setting
 * where that comes later. setting->changes is left alone. */
int store_setting_place(struct store *store, const char *job_id, struct job_setting *setting,
                        struct error *error);

#endif

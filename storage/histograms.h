/* Histograms of a job's weights and gradients. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_HISTOGRAMS_H
#define PROPD_STORAGE_HISTOGRAMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

struct store;

/* Of the end of an epoch. */
struct job_histogram {
    int64_t epoch;
    int64_t stride;    /* when it is added: older ones at other epochs than 1, 1 + stride, … go */
    struct bytes body; /* whatever the daemon puts there */
};

/* Those of a job, in the order of their epochs; `epoch` not 0: of that one. */
int store_histogram_list(struct store *store, const char *job_id, int64_t epoch,
                         struct job_histogram **histograms, size_t *count, struct error *error);
void store_histograms_free(struct job_histogram *histograms, size_t count);
/* Forgets those after `epoch`, as store_history_truncate() does points. */
int store_histogram_truncate(struct store *store, const char *job_id, int64_t epoch,
                             struct error *error);

#endif

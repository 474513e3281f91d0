/* The rows that tell which series a job's history has. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_HISTORY_SERIES_H
#define PROPD_STORAGE_HISTORY_SERIES_H

#include "storage/records.h"

struct history_series_row {
    int64_t number;
    char *metric;
    bool per_epoch;
};
extern const struct record_kind history_series_kind;

/* All series of a job in the order in which they began, for records_free(). ERROR_NOT_FOUND where
 * there is no such job. */
int history_series_list(struct connection *connection, const char *job_id,
                        struct history_series_row **rows, size_t *count, struct error *error);

#endif

/* Histories of metrics: any zoom at a cost by points, not by length. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_HISTORY_H
#define PROPD_STORAGE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct store;

struct history_points {
    const char *metric; /* "loss" */
    bool per_epoch;
    int64_t count;
    const int64_t *steps;  /* ascending, after all that the series has, else ERROR_INVALID */
    const int64_t *epochs; /* per_epoch only, else NULL */
    const double *values;  /* may be NaN or infinite */
};

struct history_bucket {
    int64_t first_step;                 /* step of the bucket's first point */
    int64_t epoch;                      /* of the bucket's first point; per-epoch series only */
    int64_t count;                      /* points inside */
    double min, max, first, last, mean; /* over the finite points; NaN where there is none. The mean
                                           is summed in double precision, by pairs of runs */
    bool nonfinite;                     /* a point inside was NaN or infinite */
    double worst; /* that point's value, where nonfinite: NaN before inf before
                     -inf where there are several; else 0 */
};
struct history_series {
    char *metric;
    bool per_epoch;
    int64_t count;  /* points in [from, to] */
    int64_t stride; /* points a bucket: 1 where count <= points */
    struct history_bucket *buckets;
    size_t bucket_count;
};
void history_series_clear(struct history_series *series);

struct history_query {
    const char *job_id;
    const char *const *metrics; /* NULL-terminated; NULL: all */
    int64_t from, to;           /* steps, inclusive; 0, 0: all */
    int64_t points;             /* at most so many buckets a series; 0: every point */
    int64_t keep_step; /* a bucket is split so that one begins at this step where it is in range; 0:
                          none */
};
int store_history_query(struct store *store, const struct history_query *query,
                        struct history_series **series, size_t *count, struct error *error);
/* Forgets all points with a step after `step`, in series per epoch after `epoch_step`: before a run
 * goes on from a checkpoint, which may lie between the last step of an epoch and its end. */
int store_history_truncate(struct store *store, const char *job_id, int64_t step,
                           int64_t epoch_step, struct error *error);

#endif

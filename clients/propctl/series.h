/* Curves of jobs as /history tells them: buckets with what is least, most and in the middle. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_SERIES_H
#define PROPCTL_SERIES_H

#include "clients/propctl/session.h"

/* NaN where a value is not finite. */
struct series {
    char *name;
    size_t count;
    double *step, *least, *most, *mean;
};

enum { SERIES_MAX = 12 };

struct series_list {
    struct series items[SERIES_MAX];
    size_t count;
};

/* Adds the series of a history whose name is one of `metrics` (between commas; NULL: all), in the
 * order of `metrics`, "prefix name" as its name. At most SERIES_MAX stay. */
void series_add(struct series_list *list, const json_t *history, const char *metrics,
                const char *prefix);
void series_clear(struct series_list *list);

/* Appends the path of the series of `metrics` (between commas), at most `points` buckets each. */
void series_path(struct text *path, const char *job, const char *metrics, int points);

/* Adds from the daemon: at most `points` buckets each. */
enum outcome series_fetch(struct http *http, const char *job, const char *metrics,
                          const char *prefix, int points, struct series_list *list);

#endif

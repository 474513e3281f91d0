/* What the forms of a job's history share: the query, and its series. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_HANDLERS_HISTORY_INSIDE_H
#define PROPD_API_HANDLERS_HISTORY_INSIDE_H

#include <jansson.h>

#include "api/reply.h"
#include "api/request.h"
#include "storage/store.h"

struct history_asked {
    char *metric;             /* comma-separated; NULL: all */
    int64_t from, to, points; /* to 0: the newest */
    int format;               /* enum media */
};

/* Series in a span of steps, of the metrics that the request names. The job, metrics and steps of
 * `query` are filled in here, its steps within those that the request names. */
struct history_list {
    struct history_series *series;
    size_t count;
};
int history_list_read(const struct request *request, const struct job_record *job,
                      struct history_query query, struct history_list *list, struct error *error);
void history_list_clear(struct history_list *list);

/* Every point as an event file (history_tfevents.c). */
int history_reply_tfevents(const struct request *request, const struct job_record *job,
                           struct reply *reply, struct error *error);

#endif

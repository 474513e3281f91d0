/* The forms in which rows and lists go out, and which of them a request gets. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_MEDIA_H
#define PROPD_API_MEDIA_H

#include "api/reply.h"
#include "api/request.h"

/* In the order of media_names, so that a FIELD_CHOICE of `format` holds one of them. */
enum media {
    MEDIA_AUTO, /* what Accept says */
    MEDIA_JSON,
    MEDIA_CSV,
    MEDIA_NDJSON,
    MEDIA_TFEVENTS,
    MEDIA_EVENT_STREAM /* by Accept alone */
};
/* The choices of ?format= where rows come back, and of a history, which TensorBoard can read too.
 */
extern const char *const media_row_names[], *const media_history_names[];

/* As the answer's Content-Type says it. */
const char *media_content_type(enum media media);

/* One of `offered` (ended by MEDIA_AUTO), of which the first is what a client gets that does not
 * care: `asked` where it is not MEDIA_AUTO, else what Accept wants most. ERROR_NOT_ACCEPTABLE
 * names all that there are. The answer is marked as one that Accept decides about. */
int media_choose(const struct request *request, enum media asked, const enum media *offered,
                 struct reply *reply, struct error *error);
/* The same of JSON, CSV and NDJSON. */
int media_choose_rows(const struct request *request, enum media asked, struct reply *reply,
                      struct error *error);

/* Objects as CSV with these columns (a list of names; NULL: csv_flat_columns()), or as NDJSON. */
int media_reply_objects(struct reply *reply, enum media media, const json_t *columns,
                        const json_t *objects, struct error *error);
/* A Link header to the next page (RFC 8288): this request with a parameter set to `value`. */
int media_link_next(const struct request *request, const char *name, const char *value,
                    struct reply *reply, struct error *error);

#endif

/* Pages of lists: what every list's query has, and the frame of its answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_PAGE_H
#define PROPD_API_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "api/reply.h"
#include "api/request.h"
#include "base/error.h"
#include "base/fields.h"
#include "storage/store.h"

enum { PAGE_LIMIT = 50, PAGE_LIMIT_MAX = 500 };

struct page_query {
    int64_t limit;
    char *cursor; /* NULL: from the newest */
    char *name;   /* filter; NULL */
    int format;   /* enum media */
};
extern const struct kind page_query_kind;

/* The page of the store that a request and its query ask for; borrows from both. */
struct store_page page_start(const struct request *request, const struct page_query *query);

/* {"<name>": items, "next": id of the last or null}; or the items as CSV or NDJSON, as the query
 * (the request's, or the base of it) and Accept say. A header links to the next page in all of
 * them. */
int page_reply(const struct request *request, struct reply *reply, const char *name,
               json_t *items_taken, const char *last_id, bool more, struct error *error);

#endif

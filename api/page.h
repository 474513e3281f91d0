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

enum { PAGE_LIMIT = 50, PAGE_LIMIT_MAX = 500, PAGE_TAGS_MAX = 8, PAGE_FILTERS_MAX = 16 };

struct page_query {
    int64_t limit;
    char *cursor;                         /* NULL: from the beginning */
    char *name;                           /* filter; "ir*": those that begin so; NULL */
    char *created_after, *created_before; /* RFC 3339; NULL */
    int format;                           /* enum media */
};
extern const struct kind page_query_kind;

/* Of lists of what has tags. */
struct tagged_query {
    struct page_query page;
    struct strings tag; /* "team:vision" or "team" */
};
extern const struct kind tagged_query_kind;

/* A page on its way to the store; borrows from the request. */
struct page {
    struct store_page store;
    struct store_filter filters[PAGE_FILTERS_MAX];
    struct store_place after, next;
    uint64_t query; /* list, order and filters, for cursors */
    int format;     /* enum media */
    char *prefix;   /* owned */
    char *tags[PAGE_TAGS_MAX];
};

/* The page that a request asks for; `sort` is one of the list's words, "-name" for descending.
 * page_clear() in every case. */
int page_open(struct page *page, const struct request *request, const struct page_query *query,
              const char *sort, struct error *error);
void page_clear(struct page *page);
/* Only those with all of these tags. */
int page_filter_tags(struct page *page, const struct strings *tags, struct error *error);
/* One more condition; its texts are borrowed. */
void page_filter(struct page *page, struct store_filter filter);

/* Only those of the dataset that a reference is (NULL: of any). `record` is the caller's to clear,
 * after the page was asked for. */
int page_filter_dataset(struct page *page, const struct request *request, const char *reference,
                        struct dataset_record *record, struct error *error);

/* {"<name>": items, "next": a cursor or null}; or the items as CSV or NDJSON, as the query and
 * Accept say. A header links to the next page in all of them. */
int page_reply(const struct request *request, struct reply *reply, const struct page *page,
               const char *name, json_t *items_taken, struct error *error);

#endif

/* Pages of lists. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/page.h"
#include "api/cursor.h"
#include "api/media.h"
#include "base/clock.h"
#include "base/fnv.h"
#include "daemon/daemon.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct field page_query_fields[] = {
    FIELD_INTEGER(struct page_query, limit, .min = 1, .max = PAGE_LIMIT_MAX, .number = PAGE_LIMIT,
                  .help = "how many at most"),
    FIELD_STRING(struct page_query, cursor, .max = CURSOR_SIZE,
                 .help = "\"next\" of the page before"),
    FIELD_STRING(struct page_query, name, .max = 65,
                 .help = "only those of this name; ir*: those whose name begins so"),
    FIELD_STRING(struct page_query, created_after, .help = "2026-01-31T12:00:00Z, or a day"),
    FIELD_STRING(struct page_query, created_before, .help = "the same"),
    FIELD_CHOICE(struct page_query, format, .choices = media_row_names,
                 .help = "auto: what Accept says"),
    FIELD_END};
const struct kind page_query_kind = {.name = "page",
                                     .help = "a page of a list",
                                     .size = sizeof(struct page_query),
                                     .fields = page_query_fields};

static const struct field tagged_query_fields[] = {
    FIELD_STRINGS(struct tagged_query, tag, .max = PAGE_TAGS_MAX,
                  .help = "only those with this tag: team:vision; several, with commas between: "
                          "with all of them"),
    FIELD_END};
const struct kind tagged_query_kind = {.name = "page",
                                       .help = "a page of a list",
                                       .size = sizeof(struct tagged_query),
                                       .fields = tagged_query_fields,
                                       .base = &page_query_kind};

/* With its end, so that two texts are not the same as one. */
static uint64_t hash_add(uint64_t hash, const char *text)
{
    return fnv_add(hash, text, strlen(text) + 1);
}

/* What cursors hold for: the path and all parameters, in any order, but for where the page begins,
 * how long it is and how it looks. */
static uint64_t query_hash(const struct request *request)
{
    static const char *const others[] = {"cursor", "limit", "pretty", "format", NULL};
    uint64_t sum = hash_add(FNV_START, request->path);
    for (size_t i = 0; i < request->parameter_count; i++) {
        const struct parameter *parameter = &request->parameters[i];
        const char *const *other = others;
        while (*other != NULL && strcmp(*other, parameter->name) != 0)
            other++;
        if (*other == NULL)
            sum += hash_add(hash_add(FNV_START, parameter->name), parameter->value);
    }
    return sum;
}

void page_filter(struct page *page, struct store_filter filter)
{
    assert(page->store.filter_count < PAGE_FILTERS_MAX);
    page->filters[page->store.filter_count++] = filter;
}

int page_filter_dataset(struct page *page, const struct request *request, const char *reference,
                        struct dataset_record *record, struct error *error)
{
    if (reference == NULL)
        return 0;
    if (store_dataset_get(daemon_store(request->service->daemon), &request->viewer, reference,
                          record, error) != 0)
        return -1;
    page_filter(page,
                (struct store_filter){.column = "dataset_id", .texts = &record->id, .count = 1});
    return 0;
}

static int filter_name(struct page *page, const struct page_query *query, struct error *error)
{
    if (query->name == NULL)
        return 0;
    size_t size = strlen(query->name);
    if (size == 0 || query->name[size - 1] != '*') {
        page_filter(page,
                    (struct store_filter){.column = "name", .texts = &query->name, .count = 1});
        return 0;
    }
    page->prefix = strndup(query->name, size - 1);
    if (page->prefix == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a filter");
    page_filter(
        page, (struct store_filter){.column = "name", .match = MATCH_PREFIX, .text = page->prefix});
    return 0;
}

static int filter_time(struct page *page, const char *name, const char *text,
                       enum store_match match, struct error *error)
{
    int64_t ms;
    if (text == NULL)
        return 0;
    if (clock_parse(text, &ms) != 0)
        return error_set_at(error, ERROR_INVALID, name,
                            "must be a time as in 2026-01-31T12:00:00Z or a day as in 2026-01-31, "
                            "not \"%.40s\"",
                            text);
    page_filter(page, (struct store_filter){.column = "created_ms",
                                            .match = match,
                                            .number = ms + (match == MATCH_FROM ? 1 : 0)});
    return 0;
}

int page_filter_tags(struct page *page, const struct strings *tags, struct error *error)
{
    for (size_t i = 0; i < tags->count; i++) {
        char *tag = page->tags[i] = strdup(tags->items[i]);
        if (tag == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for a filter");
        char *colon = strchr(tag, ':');
        if (colon != NULL)
            *colon = '\0';
        page_filter(page, (struct store_filter){.column = "tags",
                                                .match = MATCH_TAG,
                                                .text = tag,
                                                .other = colon != NULL ? colon + 1 : NULL});
    }
    return 0;
}

int page_open(struct page *page, const struct request *request, const struct page_query *query,
              const char *sort, struct error *error)
{
    bool descends = *sort == '-';
    *page = (struct page){.query = query_hash(request),
                          .format = query->format,
                          .store = {.viewer = &request->viewer,
                                    .limit = query->limit,
                                    .sort = sort + descends,
                                    .ascending = !descends,
                                    .filters = page->filters,
                                    .next = &page->next}};
    if (query->cursor != NULL) {
        if (cursor_read(query->cursor, page->query, &page->after, error) != 0)
            return -1;
        page->store.after = &page->after;
    }
    if (filter_name(page, query, error) != 0 ||
        filter_time(page, "created_after", query->created_after, MATCH_FROM, error) != 0)
        return -1;
    return filter_time(page, "created_before", query->created_before, MATCH_BELOW, error);
}

void page_clear(struct page *page)
{
    free(page->prefix);
    for (size_t i = 0; i < PAGE_TAGS_MAX; i++)
        free(page->tags[i]);
}

int page_reply(const struct request *request, struct reply *reply, const struct page *page,
               const char *name, json_t *items_taken, struct error *error)
{
    char cursor[CURSOR_SIZE];
    bool more = page->next.id[0] != '\0';
    json_auto_t *items = items_taken;
    if (items == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the list");
    if (more)
        cursor_write(&page->next, page->query, cursor);
    int media = media_choose_rows(request, (enum media)page->format, reply, error);
    if (media < 0 || (more && media_link_next(request, "cursor", cursor, reply, error) != 0))
        return -1;
    if (media != MEDIA_JSON)
        return media_reply_objects(reply, (enum media)media, NULL, items, error);
    return reply_json(
        reply, 200,
        json_pack("{s:O, s:o}", name, items, "next", more ? json_string(cursor) : json_null()),
        error);
}

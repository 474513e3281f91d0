/* Pages of lists. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/page.h"
#include "api/media.h"

static const struct field page_query_fields[] = {
    FIELD_INTEGER(struct page_query, limit, .min = 1, .max = PAGE_LIMIT_MAX, .number = PAGE_LIMIT,
                  .help = "how many at most"),
    FIELD_STRING(struct page_query, cursor, .max = 64, .help = "\"next\" of the page before"),
    FIELD_STRING(struct page_query, name, .max = 64, .help = "only those of this name"),
    FIELD_CHOICE(struct page_query, format, .choices = media_row_names,
                 .help = "auto: what Accept says"),
    FIELD_END};
const struct kind page_query_kind = {.name = "page",
                                     .help = "a page of a list, newest first",
                                     .size = sizeof(struct page_query),
                                     .fields = page_query_fields};

struct store_page page_start(const struct request *request, const struct page_query *query)
{
    return (struct store_page){.viewer = &request->viewer,
                               .after = query->cursor,
                               .limit = query->limit,
                               .name = query->name};
}

int page_reply(const struct request *request, struct reply *reply, const char *name,
               json_t *items_taken, const char *last_id, bool more, struct error *error)
{
    const struct page_query *query = request->query;
    json_auto_t *items = items_taken;
    if (items == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the list");
    int media = media_choose_rows(request, (enum media)query->format, reply, error);
    if (media < 0 || (more && media_link_next(request, "cursor", last_id, reply, error) != 0))
        return -1;
    if (media != MEDIA_JSON)
        return media_reply_objects(reply, (enum media)media, NULL, items, error);
    return reply_json(
        reply, 200,
        json_pack("{s:O, s:o}", name, items, "next", more ? json_string(last_id) : json_null()),
        error);
}

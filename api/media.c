/* Forms of answers as a table, and the choice among them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/media.h"
#include "api/accept.h"
#include "base/csv_text.h"
#include "base/json_text.h"

const char *const media_row_names[] = {"auto", "json", "csv", "ndjson", NULL};
const char *const media_history_names[] = {"auto", "json", "csv", "ndjson", "tfevents", NULL};

static const struct {
    const char *name; /* as Accept has it; NULL: by ?format= alone */
    const char *content_type;
} types[] = {
    [MEDIA_JSON] = {"application/json", "application/json"},
    [MEDIA_CSV] = {"text/csv", "text/csv; charset=utf-8"},
    [MEDIA_NDJSON] = {"application/x-ndjson", "application/x-ndjson"},
    [MEDIA_TFEVENTS] = {NULL, "application/octet-stream"},
    [MEDIA_EVENT_STREAM] = {"text/event-stream", "text/event-stream; charset=utf-8"},
};

const char *media_content_type(enum media media)
{
    return types[media].content_type;
}

static int refuse(const enum media *offered, struct error *error)
{
    struct bytes list AUTO_CLEAR(bytes_clear) = {0};
    for (size_t i = 0; offered[i] != MEDIA_AUTO; i++)
        bytes_printf(&list, "%s%s",
                     i == 0                         ? ""
                     : offered[i + 1] == MEDIA_AUTO ? " or "
                                                    : ", ",
                     types[offered[i]].name);
    const char *text = bytes_text(&list);
    return error_set(error, ERROR_NOT_ACCEPTABLE,
                     "this comes as %s; Accept must name one of them, as in -H 'Accept: %s', or "
                     "be absent",
                     text != NULL ? text : "JSON", types[offered[0]].name);
}

/* By weight, then what is named rather than meant by an asterisk, then the order of `offered`. */
static enum media find_best(const struct request *request, const enum media *offered)
{
    struct wish best = {0};
    enum media found = MEDIA_AUTO;
    for (; *offered != MEDIA_AUTO; offered++) {
        struct wish wish = accept_type(request, types[*offered].name);
        if (wish.quality < best.quality || wish.quality == 0 ||
            (wish.quality == best.quality && wish.precision <= best.precision))
            continue;
        best = wish;
        found = *offered;
    }
    return found;
}

int media_choose(const struct request *request, enum media asked, const enum media *offered,
                 struct reply *reply, struct error *error)
{
    if (asked != MEDIA_AUTO)
        return (int)asked;
    reply->varies_by_accept = true;
    enum media found = find_best(request, offered);
    return found != MEDIA_AUTO ? (int)found : refuse(offered, error);
}

int media_choose_rows(const struct request *request, enum media asked, struct reply *reply,
                      struct error *error)
{
    static const enum media offered[] = {MEDIA_JSON, MEDIA_CSV, MEDIA_NDJSON, MEDIA_AUTO};
    return media_choose(request, asked, offered, reply, error);
}

static int append_table(struct bytes *csv, const json_t *columns, const json_t *objects,
                        struct error *error)
{
    json_auto_t *flat = columns == NULL ? csv_flat_columns(objects) : NULL;
    if (columns == NULL && flat == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the columns of a table");
    csv_append_table(csv, columns != NULL ? columns : flat, objects);
    return 0;
}

int media_reply_objects(struct reply *reply, enum media media, const json_t *columns,
                        const json_t *objects, struct error *error)
{
    reply->status = 200;
    reply->content_type = media_content_type(media);
    if (media == MEDIA_CSV && append_table(&reply->body, columns, objects, error) != 0)
        return -1;
    for (size_t i = 0; media == MEDIA_NDJSON && i < json_array_size(objects); i++) {
        json_append(&reply->body, json_array_get(objects, i));
        bytes_append(&reply->body, "\n", 1);
    }
    return bytes_check(&reply->body, error);
}

int media_link_next(const struct request *request, const char *name, const char *value,
                    struct reply *reply, struct error *error)
{
    struct bytes target AUTO_CLEAR(bytes_clear) = {0};
    request_append_target(request, name, value, &target);
    const char *text = bytes_text(&target);
    if (text == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a link");
    return reply_header(reply, error, "Link", "<%s>; rel=\"next\"", text);
}

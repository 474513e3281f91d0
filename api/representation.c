/* Conditions first, then indentation, then a range or a packed whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/representation.h"
#include "api/coding.h"
#include "api/guard.h"
#include "api/problem.h"
#include "api/route.h"
#include "base/digest.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Memory that runs out shows in the body. */
#define ADD_HEADER(reply, ...) ((reply)->body.failed |= reply_header(reply, NULL, __VA_ARGS__) != 0)

/* ---- indentation */

static void append_line(struct bytes *text, int depth)
{
    bytes_printf(text, "\n%*s", 2 * depth, "");
}

/* Compact JSON text on many lines; its numbers stay as they are written. */
static void indent(const char *text, struct bytes *indented)
{
    int depth = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"') {
            size_t size = 1;
            while (at[size] != '"')
                size += at[size] == '\\' ? 2 : 1;
            bytes_append(indented, at, size + 1);
            at += size;
            continue;
        }
        bool opens = *at == '{' || *at == '[', closes = *at == '}' || *at == ']';
        bool is_empty = closes && (at[-1] == '{' || at[-1] == '[');
        depth -= closes;
        if (closes && !is_empty)
            append_line(indented, depth);
        bytes_append(indented, at, 1);
        depth += opens;
        if (*at == ',' || (opens && at[1] != '}' && at[1] != ']'))
            append_line(indented, depth);
        if (*at == ':')
            bytes_append(indented, " ", 1);
    }
    bytes_append(indented, "\n", 1);
}

static void indent_body(struct reply *reply)
{
    struct bytes indented = {0};
    const char *text = bytes_text(&reply->body);
    if (text != NULL)
        indent(text, &indented);
    else
        indented.failed = true;
    bytes_clear(&reply->body);
    reply->body = indented;
}

/* ---- content coding */

/* Less gains nothing that is worth the time; more than the second is packed on workers only, so
 * that it does not keep the server's own threads. */
enum { PACKED_LEAST = 1 << 10, PACKED_AT_ONCE = 1 << 20 };
enum { LEVEL = 6, LEVEL_OF_LARGE = 1, LARGE = 64 << 10 };

/* Text packs well; images and weights do not. */
static bool is_text(const char *content_type)
{
    static const char *const types[] = {"application/json",       "application/problem+json",
                                        "application/x-ndjson",   "application/openapi+json",
                                        "application/javascript", "image/svg+xml"};
    size_t size = strcspn(content_type, "; ");
    if (strncasecmp(content_type, "text/", 5) == 0)
        return true;
    for (size_t i = 0; i < ARRAY_COUNT(types); i++)
        if (strlen(types[i]) == size && strncasecmp(content_type, types[i], size) == 0)
            return true;
    return false;
}

static bool may_be_packed(const struct reply *reply)
{
    return reply->stream.context == NULL && reply->content_type != NULL && !reply->takes_ranges &&
           (reply->is_packed_always || is_text(reply->content_type));
}

static bool runs_on_worker(const struct request *request)
{
    const struct route *route = request->route;
    return route != NULL && route->is_slow != NULL && route->is_slow(request);
}

static enum coding choose_coding(const struct reply *reply, const struct request *request)
{
    if (!may_be_packed(reply) || reply_header_value(reply, "Content-Encoding") != NULL)
        return CODING_IDENTITY;
    if (!reply->is_packed_always &&
        (reply->body.size < PACKED_LEAST ||
         (reply->body.size > PACKED_AT_ONCE && !runs_on_worker(request))))
        return CODING_IDENTITY;
    return coding_accepted(request_header(request, "Accept-Encoding"));
}

static void pack_body(struct reply *reply, enum coding coding)
{
    struct error error = {0};
    struct bytes packed = {0};
    int level = reply->is_packed_always || reply->body.size > LARGE ? LEVEL_OF_LARGE : LEVEL;
    if (coding_deflate(coding, level, reply->body.data, reply->body.size, &packed, &error) != 0)
        packed.failed = true;
    bytes_clear(&reply->body);
    reply->body = packed;
    reply_header_static(reply, "Content-Encoding", coding_name(coding));
}

/* ---- conditions */

/* Stand before the last quote of a tag, in this order. */
static const char indented_mark[] = "-pretty";
enum { ETAG_MARK_SIZE = 24, CODING_COUNT = CODING_DEFLATE + 1 };

static void make_mark(bool is_indented, enum coding coding, char mark[ETAG_MARK_SIZE])
{
    (void)snprintf(mark, ETAG_MARK_SIZE, "%s%s%s", is_indented ? indented_mark : "",
                   coding != CODING_IDENTITY ? "-" : "",
                   coding != CODING_IDENTITY ? coding_name(coding) : "");
}

/* Whether a tag of a client's is `etag` with or without marks. */
static bool tag_means(const char *tag, size_t size, const char *etag)
{
    size_t core = strlen(etag) - 1;
    if (size == 1 && *tag == '*')
        return true;
    if (size <= core || strncmp(tag, etag, core) != 0 || tag[size - 1] != '"')
        return false;
    for (int i = 0; i < 2 * CODING_COUNT; i++) {
        char mark[ETAG_MARK_SIZE];
        make_mark(i % 2 != 0, (enum coding)(i / 2), mark);
        if (strlen(mark) == size - core - 1 && strncmp(tag + core, mark, strlen(mark)) == 0)
            return true;
    }
    return false;
}

const char *representation_find_tag(const struct request *request, const char *header,
                                    const char *etag, size_t *size)
{
    bool weakly = strcmp(header, "If-None-Match") == 0;
    const char *list = request_header(request, header);
    if (list == NULL)
        return NULL;
    for (const char *tag = list + strspn(list, ", \t"); *tag != '\0';
         tag += *size, tag += strspn(tag, ", \t")) {
        if (weakly && strncmp(tag, "W/", 2) == 0)
            tag += 2;
        *size = strcspn(tag, ", \t");
        if (tag_means(tag, *size, etag))
            return tag;
    }
    return NULL;
}

static bool is_read(const struct request *request)
{
    return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

static void digest_body(struct reply *reply)
{
    char digest[DIGEST_TEXT_SIZE];
    digest_bytes(reply->body.data, reply->body.size, digest);
    (void)snprintf(reply->etag, sizeof reply->etag, "\"%.32s\"", digest);
}

/* reply->etag with a mark. */
static void add_tag(struct reply *reply, const char *mark)
{
    int core = (int)strlen(reply->etag) - 1;
    ADD_HEADER(reply, "ETag", "%.*s%s\"", core, reply->etag, mark);
}

bool reply_unchanged(struct reply *reply, const struct request *request, const char *etag)
{
    size_t size = 0;
    (void)snprintf(reply->etag, sizeof reply->etag, "%s", etag);
    const char *tag =
        is_read(request) ? representation_find_tag(request, "If-None-Match", etag, &size) : NULL;
    if (tag == NULL)
        return false;
    /* In the form that the client has. */
    if (*tag != '*')
        (void)snprintf(reply->etag, sizeof reply->etag, "%.*s", (int)size, tag);
    reply->status = 304;
    return true;
}

/* ---- ranges */

enum range { RANGE_ABSENT, RANGE_INSIDE, RANGE_OUTSIDE };

/* Digits at *text as a number, past them; what is too large for one is the largest. False where
 * there are none. */
static bool read_position(const char **text, uint64_t *position)
{
    const char *start = *text;
    *position = 0;
    for (; **text >= '0' && **text <= '9'; ++*text) {
        uint64_t digit = (uint64_t)(**text - '0');
        *position = *position > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *position * 10 + digit;
    }
    return *text > start;
}

/* One range of bytes: "bytes=a-b", "bytes=a-", "bytes=-n". What is none, or several, is passed
 * over, as section 14.2 allows: the whole is the answer. */
static enum range read_range(const char *text, uint64_t size, uint64_t *first, uint64_t *last)
{
    static const char unit[] = "bytes=";
    if (text == NULL || strncasecmp(text, unit, strlen(unit)) != 0)
        return RANGE_ABSENT;
    text += strlen(unit);
    text += strspn(text, " \t");
    bool has_first = read_position(&text, first);
    if (*text++ != '-')
        return RANGE_ABSENT;
    bool has_last = read_position(&text, last);
    text += strspn(text, " \t");
    if (*text != '\0' || (!has_first && !has_last) || (has_first && has_last && *last < *first))
        return RANGE_ABSENT;
    if (!has_first) { /* so many at the end */
        if (*last == 0 || size == 0)
            return RANGE_OUTSIDE;
        *first = *last < size ? size - *last : 0;
        *last = size - 1;
        return RANGE_INSIDE;
    }
    if (*first >= size)
        return RANGE_OUTSIDE;
    *last = has_last && *last < size ? *last : size - 1;
    return RANGE_INSIDE;
}

/* If-Range: the rest of something that has changed since would not fit its beginning. There are no
 * dates of changes here, so that one never holds (section 13.1.5). */
static bool range_still_fits(const struct reply *reply, const struct request *request)
{
    const char *tag = request_header(request, "If-Range");
    return tag == NULL || strcmp(tag, reply->etag) == 0;
}

static void refuse_range(struct reply *reply, const struct request *request)
{
    struct error error = {0};
    size_t size = reply->body.size;
    (void)error_set(&error, ERROR_RANGE,
                    "Range must begin within the %zu bytes that there are, as in bytes=0-99, not "
                    "%.60s",
                    size, request_header(request, "Range"));
    problem_reply(request, &error, reply);
    reply_print(reply);
    ADD_HEADER(reply, "Content-Range", "bytes */%zu", size);
}

static void cut_range(struct reply *reply, const struct request *request)
{
    uint64_t first, last;
    size_t size = reply->body.size;
    assert(request->route == NULL || (request->route->flags & ROUTE_RANGES) != 0);
    reply_header_static(reply, "Accept-Ranges", "bytes");
    if (strcmp(request->method, "GET") != 0 || !range_still_fits(reply, request))
        return;
    switch (read_range(request_header(request, "Range"), size, &first, &last)) {
    case RANGE_ABSENT:
        return;
    case RANGE_OUTSIDE:
        refuse_range(reply, request);
        return;
    case RANGE_INSIDE:
        ADD_HEADER(reply, "Content-Range", "bytes %ju-%ju/%zu", (uintmax_t)first, (uintmax_t)last,
                   size);
        reply->status = 206;
        reply->body_start = (size_t)first;
        reply->body.size = (size_t)last + 1;
        return;
    }
}

/* ---- all of it */

/* Where origins are listed, a cache must not hand the answer for one, or for none, to another. */
static void add_vary(struct reply *reply, const struct request *request)
{
    bool has_origins = request->service->config->allowed_origins.count > 0;
    const char *const names[] = {reply->varies_by_accept ? "Accept" : NULL,
                                 may_be_packed(reply) ? "Accept-Encoding" : NULL,
                                 has_origins ? "Origin" : NULL};
    char list[64] = "";
    size_t used = 0;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (names[i] != NULL)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "",
                                     names[i]);
    if (used > 0)
        ADD_HEADER(reply, "Vary", "%s", list);
}

/* Its length is not told, though RFC 9110 section 8.6 would have it: clients on a common parser,
 * wrk among them, wait for a body of that length. */
static void drop_body(struct reply *reply)
{
    bytes_clear(&reply->body);
    reply->status = 304;
}

/* A tag is told by the bytes before they are indented and packed. */
static void choose_form(struct reply *reply, const struct request *request)
{
    char mark[ETAG_MARK_SIZE];
    size_t size;
    bool is_tagged = reply->status == 200 && is_read(request);
    bool is_indented = reply->is_json && request->pretty;
    if (is_tagged && reply->etag[0] == '\0')
        digest_body(reply);
    if (is_indented)
        indent_body(reply);
    enum coding coding = choose_coding(reply, request);
    make_mark(is_indented, coding, mark);
    if (coding != CODING_IDENTITY)
        pack_body(reply, coding);
    if (is_tagged && representation_find_tag(request, "If-None-Match", reply->etag, &size) != NULL)
        drop_body(reply);
    else if (is_tagged && reply->takes_ranges)
        cut_range(reply, request);
    if (is_tagged && reply->status != 416)
        add_tag(reply, mark);
}

void representation_choose(struct reply *reply, const struct request *request)
{
    if (reply->status == 304)
        add_tag(reply, "");
    else if (reply->stream.context == NULL)
        choose_form(reply, request);
    add_vary(reply, request);
}

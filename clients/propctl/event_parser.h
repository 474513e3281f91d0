/* Server-sent events out of bytes that come in pieces of any size (WHATWG HTML, section 9.2.6). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_EVENT_PARSER_H
#define PROPCTL_EVENT_PARSER_H

#include "clients/propctl/text.h"

struct server_event {
    const char *type; /* "message" where the stream names none */
    const char *id;   /* of this or the last event that had one */
    const char *data; /* lines, with \n between them */
};
typedef void server_event_fn(void *context, const struct server_event *event);

/* All zero at the beginning of a stream, but for the function that is called with every event. */
struct event_parser {
    server_event_fn *take;
    void *context;
    struct text line, data, type, id;
    bool had_return, has_data, has_begun;
};

/* false: a line or an event is larger than any that propd sends; the parser is then of no use. */
bool event_parser_feed(struct event_parser *parser, const char *data, size_t size);
void event_parser_clear(struct event_parser *parser);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/event_parser.h"

#include <string.h>

/* Far above propd's longest event, far below what would hurt. */
enum { LARGEST = 4 << 20 };

static void text_set(struct text *text, const char *value)
{
    text->size = 0;
    text_append(text, value, strlen(value));
}

static void dispatch(struct event_parser *parser)
{
    struct server_event event = {
        .type = parser->type.size > 0 ? parser->type.data : "message",
        .id = text_string(&parser->id),
        .data = text_string(&parser->data),
    };
    if (parser->has_data)
        parser->take(parser->context, &event);
    text_set(&parser->data, "");
    text_set(&parser->type, "");
    parser->has_data = false;
}

/* Any other field is passed over, `retry` too: how long to wait is ours to say. */
static void take_field(struct event_parser *parser, const char *name, const char *value)
{
    if (strcmp(name, "data") == 0) {
        if (parser->has_data)
            text_add(&parser->data, "\n");
        text_add(&parser->data, value);
        parser->has_data = true;
    } else if (strcmp(name, "event") == 0) {
        text_set(&parser->type, value);
    } else if (strcmp(name, "id") == 0) {
        text_set(&parser->id, value);
    }
}

static void take_line(struct event_parser *parser)
{
    char *line = parser->line.data != NULL ? parser->line.data : (char[]){""};
    if (!parser->has_begun && strncmp(line, "\xEF\xBB\xBF", 3) == 0)
        line += 3;
    parser->has_begun = true;
    char *colon = strchr(line, ':');
    if (*line == '\0') {
        dispatch(parser);
    } else if (colon != line) {
        char *value = colon != NULL ? colon + 1 : line + strlen(line);
        if (colon != NULL)
            *colon = '\0';
        take_field(parser, line, value + (*value == ' '));
    }
    text_set(&parser->line, "");
}

/* Lines end in CR, LF or both, and a CR may be the last byte of a piece. */
bool event_parser_feed(struct event_parser *parser, const char *data, size_t size)
{
    for (size_t i = 0; i < size;) {
        if (parser->had_return && data[i] == '\n')
            i++;
        parser->had_return = false;
        size_t length = 0;
        while (i + length < size && data[i + length] != '\n' && data[i + length] != '\r')
            length++;
        text_append(&parser->line, data + i, length);
        i += length;
        if (parser->line.size + parser->data.size > LARGEST)
            return false;
        if (i < size) {
            parser->had_return = data[i++] == '\r';
            take_line(parser);
        }
    }
    return true;
}

void event_parser_clear(struct event_parser *parser)
{
    text_clear(&parser->line);
    text_clear(&parser->data);
    text_clear(&parser->type);
    text_clear(&parser->id);
}

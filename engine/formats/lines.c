/* Lines out of the sliding window. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/lines.h"

#include <inttypes.h>
#include <string.h>

int lines_open(struct lines *lines, struct input *input, enum text_encoding without_mark,
               struct error *error)
{
    *lines = (struct lines){.number = 0};
    return text_input_open(&lines->text, input, without_mark, error);
}

void lines_close(struct lines *lines)
{
    text_input_close(&lines->text);
    *lines = (struct lines){0};
}

static size_t find_end(const char *at, size_t size)
{
    const char *feed = memchr(at, '\n', size);
    if (feed != NULL)
        size = (size_t)(feed - at);
    const char *carriage = memchr(at, '\r', size);
    return carriage != NULL ? (size_t)(carriage - at) : size;
}

/* Makes the first `length` bytes of the window the line, and goes past its end. */
static int take_line(struct lines *lines, size_t length, struct error *error)
{
    struct text_input *text = &lines->text;
    const char *start = text->data + text->begin;
    size_t left = text->end - text->begin - length, end = 0;
    if (left > 0)
        end = start[length] == '\r' && left > 1 && start[length + 1] == '\n' ? 2 : 1;
    text->begin += length + end;
    lines->number++;
    lines->line = start;
    lines->length = length;
    if (memchr(start, 0, length) != NULL)
        return error_set(error, ERROR_INVALID, "line %" PRId64 " has a NUL byte", lines->number);
    return 1;
}

int lines_next(struct lines *lines, struct error *error)
{
    struct text_input *text = &lines->text;
    size_t seen = 0;
    for (;;) {
        size_t size = text->end - text->begin;
        seen += find_end(text->data + text->begin + seen, size - seen);
        bool ended = seen < size && (text->data[text->begin + seen] == '\n' || seen + 1 < size);
        if (ended || (text->ended && size > 0))
            return take_line(lines, seen, error);
        int more = text_input_more(text, error);
        if (more < 0)
            return -1;
        if (more == 0 && text->begin == text->end)
            return 0;
    }
}

int lines_refuse(const struct lines *lines, const struct error *inner, struct error *error)
{
    if (inner->code != ERROR_INVALID && inner->code != ERROR_MALFORMED)
        return error_set(error, inner->code, "%s", inner->message);
    return error_set(error, ERROR_INVALID, "line %" PRId64 ": %s", lines->number, inner->message);
}

/* Any bytes as an event stream, in two pieces: the first byte says where it is cut. Whole or cut,
 * the events must be the same. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/event_parser.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void note(void *context, const struct server_event *event)
{
    text_printf(context, "[%s|%s|%s]", event->id, event->type, event->data);
}

static void parse(const char *data, size_t size, size_t cut, struct text *events)
{
    struct event_parser parser AUTO_CLEANUP(event_parser_clear) = {.take = note, .context = events};
    if (event_parser_feed(&parser, data, cut))
        (void)event_parser_feed(&parser, data + cut, size - cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text whole TEXT_AUTO = {0}, pieces TEXT_AUTO = {0};
    if (size < 1)
        return 0;
    const char *stream = (const char *)data + 1;
    parse(stream, size - 1, size - 1, &whole);
    parse(stream, size - 1, data[0] * (size - 1) / 255, &pieces);
    if (strcmp(text_string(&whole), text_string(&pieces)) != 0)
        abort();
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/list.h"

#include <string.h>

static bool is_common(const char *name)
{
    for (const struct option *option = settings_options; option->name != NULL; option++)
        if (strcmp(option->name, name) == 0)
            return true;
    return false;
}

enum outcome list_fetch(struct session *session, const struct arguments *arguments,
                        const char *path, json_t **json)
{
    struct text full TEXT_AUTO = {0};
    char before = '?';
    text_add(&full, path);
    for (size_t i = 0; i < arguments->given_count; i++) {
        const struct given *given = &arguments->given[i];
        if (is_common(given->option->name))
            continue;
        text_append(&full, &before, 1);
        http_path(&full, "%s=%s", given->option->name, given->value);
        before = '&';
    }
    enum outcome outcome = session_ask(session, &(struct http_request){.path = full.data}, json);
    const char *limit = option_text(arguments, "limit");
    bool is_most = limit != NULL && strcmp(limit, "500") == 0;
    if (json_is_string(json_object_get(*json, "next")))
        (void)complain(outcome, "there are more; %s",
                       is_most ? "--name finds one, --sort has others first"
                               : "--limit=500 shows them, or --name finds one");
    return outcome;
}

/* Names of things, and their end: alias, delete. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/layers.h"
#include "clients/propctl/value.h"

#include <string.h>

static enum outcome run_alias(struct session *session, const struct arguments *arguments)
{
    const char *model = arguments->words[0], *at = strchr(model, '@');
    struct text name TEXT_AUTO = {0}, path TEXT_AUTO = {0}, line TEXT_AUTO = {0};
    json_auto_t *answer = NULL;
    if (at == NULL || at[1] == '\0')
        return complain(OUTCOME_USAGE,
                        "expected MODEL@VERSION, as in propctl alias iris@3 production, not \"%s\"",
                        model);
    text_append(&name, model, (size_t)(at - model));
    json_auto_t *question = json_pack("{s:o}", "version", layers_value(at + 1));
    char *AUTO_FREE body = json_dumps(question, 0);
    http_path(&path, "/v1/models/%s/aliases/%s", name.data, arguments->words[1]);
    struct http_request request = {
        .method = "PUT", .path = path.data, .body = body, .body_size = strlen(body)};
    enum outcome outcome = session_ask(session, &request, &answer);
    if (answer == NULL)
        return outcome;
    text_printf(&line, "%s@%s is version %.0f", name.data, arguments->words[1],
                value_number(answer, "version"));
    terminal_print_line(&session->out, line.data);
    return outcome;
}

const struct command command_alias = {
    .name = "alias",
    .words = "MODEL@VERSION NAME",
    .help = "Gives a version of a model a name: iris@production",
    .example = "propctl alias iris@3 production",
    .options = no_options,
    .least = 2,
    .most = 2,
    .run = run_alias,
};

/* ---- delete */

static enum outcome run_delete(struct session *session, const struct arguments *arguments)
{
    static const char *const kinds[] = {"dataset", "job", "model", "token", "alias"};
    static const char *const paths[] = {"/v1/datasets/%s", "/v1/jobs/%s", "/v1/models/%s",
                                        "/v1/tokens/%s"};
    const char *kind = arguments->words[0], *name = arguments->words[1], *at = strchr(name, '@');
    struct text path TEXT_AUTO = {0}, model TEXT_AUTO = {0};
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++)
        if (strcmp(kind, kinds[i]) == 0) {
            http_path(&path, paths[i], name);
            return session_delete(session, path.data, "deleted");
        }
    if (strcmp(kind, "alias") != 0)
        return complain(OUTCOME_USAGE,
                        "expected dataset, job, model, alias or token, as in propctl delete "
                        "dataset iris, not \"%s\"",
                        kind);
    if (at == NULL)
        return complain(OUTCOME_USAGE, "expected MODEL@ALIAS, as in iris@production, not \"%s\"",
                        name);
    text_append(&model, name, (size_t)(at - name));
    http_path(&path, "/v1/models/%s/aliases/%s", model.data, at + 1);
    return session_delete(session, path.data, "deleted");
}

const struct command command_delete = {
    .name = "delete",
    .words = "dataset|job|model|alias|token NAME",
    .help = "Removes a thing",
    .example = "propctl delete model iris@1",
    .options = no_options,
    .least = 2,
    .most = 2,
    .run = run_delete,
};

/* complete: what may stand next on a command line, for the shells' completion. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/value.h"

#include <string.h>

/* Nobody waits longer for a suggestion. */
static const double limit_s = 1;

static void offer(const struct session *session, const char *word)
{
    terminal_print_line(&session->out, word);
}

static void offer_options(const struct session *session, const struct option *options)
{
    for (; options->name != NULL; options++) {
        struct text word TEXT_AUTO = {0};
        text_printf(&word, "--%s%s", options->name, options->value != NULL ? "=" : "");
        offer(session, word.data);
    }
}

static void offer_commands(const struct session *session)
{
    for (size_t i = 0; commands[i] != NULL; i++)
        offer(session, commands[i]->name);
}

/* Names of the daemon's things, each once; nothing where it cannot be asked. */
static void offer_names(struct session *session, const char *kind)
{
    json_auto_t *list = NULL, *seen = json_object();
    struct text path TEXT_AUTO = {0};
    size_t i;
    json_t *thing;
    text_printf(&path, "/v1/%s?limit=500", kind);
    struct http_request request = {.path = path.data, .is_quiet = true, .limit_s = limit_s};
    if (http_json(&session->http, &request, &list) != OUTCOME_OK)
        return;
    json_array_foreach(json_object_get(list, kind), i, thing)
    {
        const char *name = value_string(thing, "name");
        if (json_object_get(seen, name) == NULL)
            offer(session, name);
        json_object_set_new(seen, name, json_true());
    }
}

/* "a|b|c" or one word that stands for names. */
static void offer_place(struct session *session, const char *place)
{
    static const struct {
        const char *place, *kind;
    } kinds[] = {{"JOB", "jobs"}, {"MODEL", "models"}, {"DATASET", "datasets"}};
    char *AUTO_FREE copy = memory_copy(place);
    char *rest = copy, *word;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        if (strncmp(place, kinds[i].place, strlen(kinds[i].place)) == 0)
            offer_names(session, kinds[i].kind);
    if (strcmp(place, "COMMAND") == 0)
        offer_commands(session);
    while (strchr(place, '|') != NULL && (word = strsep(&rest, "|")) != NULL)
        if (strspn(word, "abcdefghijklmnopqrstuvwxyz") == strlen(word))
            offer(session, word);
}

/* What stands at a place of "[JOB]" or "MODEL FILE|VALUE..."; the last one may go on. Empty behind
 * the last. */
static char *place_at(const char *words, size_t number)
{
    char *AUTO_FREE copy = memory_copy(words);
    char *rest = copy, *word, *place = NULL;
    for (size_t i = 0; i <= number && (word = strsep(&rest, " ")) != NULL; i++)
        place = i == number || strstr(word, "...") != NULL ? word : NULL;
    if (place == NULL)
        return memory_copy("");
    place += strspn(place, "[");
    place[strcspn(place, "].")] = '\0';
    return memory_copy(place);
}

static void offer_word(struct session *session, const struct command *command, size_t number,
                       const char *const *before)
{
    char *AUTO_FREE place = place_at(command->words, number);
    if (command == &command_delete && number == 1) {
        struct text kind TEXT_AUTO = {0};
        text_printf(&kind, "%ss", strcmp(before[0], "alias") == 0 ? "model" : before[0]);
        offer_names(session, kind.data);
    } else {
        offer_place(session, place);
    }
}

static const struct option *find_option(const struct command *command, const char *word)
{
    const struct option *const tables[] = {command->options, settings_options};
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++)
        for (const struct option *option = tables[i]; option->name != NULL; option++) {
            size_t length = strlen(option->name);
            if (strncmp(word, "--", 2) == 0 && strncmp(word + 2, option->name, length) == 0 &&
                (word[2 + length] == '\0' || word[2 + length] == '='))
                return option;
        }
    return NULL;
}

static void offer_value(struct session *session, const struct option *option)
{
    if (strcmp(option->name, "dataset") == 0)
        offer_names(session, "datasets");
    else if (strcmp(option->name, "job") == 0)
        offer_names(session, "jobs");
    else if (option->value != NULL)
        offer_place(session, option->value);
}

/* The words so far, the one that is being written last. */
static enum outcome run_complete(struct session *session, const struct arguments *arguments)
{
    const char *last = arguments->count > 0 ? arguments->words[arguments->count - 1] : "";
    const struct command *command = arguments->count > 1 ? command_find(arguments->words[0]) : NULL;
    if (arguments->count < 2)
        offer_commands(session);
    if (command == NULL)
        return OUTCOME_OK;
    const char *before = arguments->words[arguments->count - 2];
    const struct option *option = find_option(command, last),
                        *waiting = find_option(command, before);
    const char **words = memory_get(arguments->count, sizeof *words);
    size_t number = 0;
    for (size_t i = 1; i + 1 < arguments->count; i++)
        if (arguments->words[i][0] != '-')
            words[number++] = arguments->words[i];
    if (option != NULL && option->value != NULL && strchr(last, '=') != NULL) {
        offer_value(session, option);
    } else if (waiting != NULL && waiting->value != NULL && strchr(before, '=') == NULL) {
        offer_value(session, waiting);
    } else if (last[0] == '-') {
        offer_options(session, command->options);
        offer_options(session, settings_options);
    } else {
        offer_word(session, command, number, words);
    }
    memory_free(&words);
    return OUTCOME_OK;
}

const struct command command_complete = {
    .name = "complete",
    .words = "WORD...",
    .help = "Lists what may stand next, for the completion of shells",
    .example = "propctl complete train --da",
    .options = no_options,
    .most = 65536,
    .run = run_complete,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/help.h"
#include "clients/propctl/table.h"

#include <jansson.h>
#include <string.h>

static void append_options(struct text *out, const struct option *options)
{
    for (; options->name != NULL; options++) {
        struct text left TEXT_AUTO = {0};
        if (options->letter != 0)
            text_printf(&left, "-%c, ", options->letter);
        text_printf(&left, "--%s%s%s", options->name, options->value != NULL ? "=" : "",
                    options->value != NULL ? options->value : "");
        text_printf(out, "  %-26s %s\n", left.data, options->help);
    }
}

void help_print(const struct terminal *terminal, const struct command *command)
{
    struct text out TEXT_AUTO = {0};
    text_printf(&out, "propctl %s %s\n\n%s.\n\nFor example:\n  %s\n", command->name, command->words,
                command->help, command->example);
    if (command->options->name != NULL) {
        text_add(&out, "\nOptions:\n");
        append_options(&out, command->options);
    }
    text_add(&out, "\nOptions of every command:\n");
    append_options(&out, settings_options);
    struct text safe TEXT_AUTO = {0};
    text_append_safe_lines(&safe, out.data, out.size);
    (void)fputs(safe.data, terminal->file);
}

static void print_all(const struct terminal *terminal)
{
    struct table table TABLE_AUTO = {0};
    table_start(&table, "command|what it does");
    for (size_t i = 0; commands[i] != NULL; i++) {
        struct text usage TEXT_AUTO = {0};
        text_printf(&usage, "%s %s", commands[i]->name, commands[i]->words);
        table_take(&table, &usage);
        table_cell(&table, commands[i]->help);
    }
    (void)fputs("propctl COMMAND ... [OPTIONS]: the command line of propd, a training service for "
                "neural networks\n\n",
                terminal->file);
    table_print(&table, terminal, "");
    (void)fputs("\npropctl help COMMAND shows its options and an example. The daemon is "
                "http://127.0.0.1:8420, or\nPROPD_URL; PROPD_TOKEN says who asks. man propctl has "
                "it all.\n",
                terminal->file);
}

static json_t *options_json(const struct option *options)
{
    json_t *list = json_array();
    for (; options->name != NULL; options++) {
        char letter[] = {options->letter, 0};
        json_array_append_new(list, json_pack("{s:s, s:s?, s:s?, s:s}", "name", options->name,
                                              "letter", options->letter != 0 ? letter : NULL,
                                              "value", options->value, "help", options->help));
    }
    return list;
}

static void print_json(const struct terminal *terminal)
{
    json_auto_t *list = json_array();
    for (size_t i = 0; commands[i] != NULL; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", commands[i]->name, "words",
                            commands[i]->words, "help", commands[i]->help, "example",
                            commands[i]->example, "options", options_json(commands[i]->options)));
    json_auto_t *all =
        json_pack("{s:O, s:o}", "commands", list, "options", options_json(settings_options));
    (void)json_dumpf(all, terminal->file, JSON_INDENT(2));
    (void)fputc('\n', terminal->file);
}

static enum outcome run_help(struct session *session, const struct arguments *arguments)
{
    if (session->http.prints_json) {
        print_json(&session->out);
        return OUTCOME_OK;
    }
    if (arguments->count == 0) {
        print_all(&session->out);
        return OUTCOME_OK;
    }
    const struct command *command = command_find(arguments->words[0]);
    if (command == NULL)
        return command_unknown(arguments->words[0]);
    help_print(&session->out, command);
    return OUTCOME_OK;
}

const struct command command_help = {
    .name = "help",
    .words = "[COMMAND]",
    .help = "Lists the commands, or tells one's options (--json: all as JSON)",
    .example = "propctl help train",
    .options = no_options,
    .most = 1,
    .is_offline = true,
    .run = run_help,
};

static enum outcome run_version(struct session *session, const struct arguments *arguments)
{
    (void)arguments;
    if (session->http.prints_json)
        (void)fprintf(session->out.file, "{\"version\": \"%s\"}\n", PROPD_VERSION);
    else
        (void)fprintf(session->out.file, "propctl %s (%s)\n", PROPD_VERSION, curl_version());
    return OUTCOME_OK;
}

const struct command command_version = {
    .name = "version",
    .words = "",
    .help = "Says which propctl this is; the daemon's own version is in propctl system",
    .example = "propctl version",
    .options = no_options,
    .is_offline = true,
    .run = run_version,
};

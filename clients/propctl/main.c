/* propctl: the command-line client of propd. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/help.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static enum outcome connect_and_run(const struct command *command, struct session *session,
                                    const struct arguments *arguments)
{
    enum outcome outcome = settings_read(&session->settings, arguments);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return complain(OUTCOME_LOST, "libcurl could not be started");
    session->http.settings = &session->settings;
    outcome = command->run(session, arguments);
    http_close(&session->http);
    curl_global_cleanup();
    return outcome;
}

static enum outcome wrong_count(const struct command *command, const struct arguments *arguments)
{
    const char *what = arguments->count < command->least ? "more is needed" : "that is too much";
    return complain(OUTCOME_USAGE, "%s: usage: propctl %s %s; for example: %s", what, command->name,
                    command->words, command->example);
}

/* A full disk behind standard output must not look like success; that `head` has seen enough is
 * none of our business. */
static enum outcome flush(enum outcome outcome)
{
    bool is_written = fflush(stdout) == 0 && ferror(stdout) == 0;
    if (is_written || outcome != OUTCOME_OK || errno == EPIPE)
        return outcome;
    return complain(OUTCOME_REFUSED, "standard output cannot be written: %s", strerror(errno));
}

static enum outcome run(const struct command *command, const struct arguments *arguments)
{
    struct session session = {.out = terminal_of(stdout), .err = terminal_of(stderr)};
    session.http.prints_json = option_given(arguments, "json");
    enum outcome outcome = OUTCOME_OK;
    if (option_given(arguments, "help"))
        help_print(&session.out, command);
    else if (arguments->count < command->least || arguments->count > command->most)
        outcome = wrong_count(command, arguments);
    else if (command->is_offline)
        outcome = command->run(&session, arguments);
    else
        outcome = connect_and_run(command, &session, arguments);
    settings_clear(&session.settings);
    return flush(outcome);
}

/* --help and --version are what everybody tries first. */
static const char *name_of(const char *word)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return command_help.name;
    return strcmp(word, "--version") == 0 ? command_version.name : word;
}

int main(int count, char **words)
{
    struct arguments arguments AUTO_CLEANUP(arguments_clear) = {0};
    (void)setlocale(LC_CTYPE, "");
    (void)signal(SIGPIPE, SIG_IGN);
    terminal_watch_interrupts();
    const char *name = name_of(count > 1 ? words[1] : command_help.name);
    const struct command *command = command_find(name);
    if (command == NULL)
        return name[0] == '-' ? complain(OUTCOME_USAGE,
                                         "the command comes first, then its options: "
                                         "propctl jobs --json, not \"%s\"",
                                         name)
                              : command_unknown(name);
    size_t more = count > 2 ? (size_t)count - 2 : 0;
    /* What is completed may look like an option of propctl's own. */
    enum outcome outcome = OUTCOME_OK;
    if (command == &command_complete)
        arguments.words = memory_get(more, sizeof *arguments.words);
    else
        outcome = arguments_read(&arguments, (const char *const *)(words + 2), more,
                                 command->options, settings_options);
    for (; command == &command_complete && arguments.count < more; arguments.count++)
        arguments.words[arguments.count] = words[2 + arguments.count];
    return outcome == OUTCOME_OK ? run(command, &arguments) : outcome;
}

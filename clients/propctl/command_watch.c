/* watch: a job until it ends, or all jobs again and again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/follow.h"
#include "clients/propctl/jobs_table.h"
#include "clients/propctl/patience.h"

#include <string.h>

static const double every_s = 1;

/* Lines that are lower than the screen is high. */
static void keep_screen(struct text *out, int height)
{
    int lines = 0;
    for (size_t i = 0; i < out->size; i++)
        if (out->data[i] == '\n' && ++lines == height - 1) {
            out->size = i + 1;
            out->data[out->size] = '\0';
        }
}

static enum outcome show(struct session *session, bool is_first)
{
    struct http_request request = {.path = "/v1/jobs?limit=100", .is_quiet = !is_first};
    json_auto_t *list = NULL;
    enum outcome outcome = session_ask(session, &request, &list);
    if (list == NULL)
        return outcome;
    struct text out TEXT_AUTO = {0};
    terminal_measure(&session->out);
    jobs_table_write(list, &session->out, &out);
    if (session->out.is_terminal) {
        keep_screen(&out, session->out.height);
        (void)fputs("\033[H\033[2J", session->out.file);
    }
    (void)fputs(text_string(&out), session->out.file);
    (void)fflush(session->out.file);
    return OUTCOME_OK;
}

/* Looks again without a word while the daemon is away; a refusal is an end, and is told. */
static enum outcome show_again(struct session *session)
{
    enum outcome outcome = show(session, false);
    bool is_refused = outcome == OUTCOME_REFUSED || outcome == OUTCOME_FORBIDDEN;
    if (is_refused && ferror(session->out.file) == 0)
        (void)complain(outcome, "the jobs cannot be seen any more");
    return outcome;
}

static enum outcome watch_all(struct session *session)
{
    struct patience patience = {.session = session};
    enum outcome outcome = show(session, true);
    while (outcome == OUTCOME_OK && session->out.is_terminal && !session->http.prints_json) {
        patience_sleep(every_s);
        outcome = terminal_interrupted() ? OUTCOME_INTERRUPTED : show_again(session);
        if (outcome == OUTCOME_OK)
            patience_renew(&patience);
        if (outcome == OUTCOME_LOST)
            outcome = patience_wait(&patience);
    }
    return outcome;
}

static enum outcome run_watch(struct session *session, const struct arguments *arguments)
{
    if (arguments->count > 0)
        return follow_job(session, arguments->words[0]);
    if (session->out.is_terminal)
        terminal_hide_cursor(&session->out);
    enum outcome outcome = watch_all(session);
    if (session->out.is_terminal)
        terminal_show_cursor(&session->out);
    return outcome;
}

const struct command command_watch = {
    .name = "watch",
    .words = "[JOB]",
    .help = "Shows a job until it ends, or all jobs until Ctrl-C",
    .example = "propctl watch iris",
    .options = no_options,
    .most = 1,
    .run = run_watch,
};

/* What is done to jobs: pause, resume, cancel, retry, set. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/document.h"
#include "clients/propctl/layers.h"
#include "clients/propctl/value.h"

#include <string.h>

static enum outcome change(struct session *session, const struct http_request *request)
{
    json_auto_t *job = NULL;
    struct text line TEXT_AUTO = {0};
    enum outcome outcome = session_ask(session, request, &job);
    if (job == NULL)
        return outcome;
    text_printf(&line, "%s (%s) is %s", value_string(job, "name"), value_string(job, "id"),
                value_string(job, "state"));
    terminal_print_line(&session->out, line.data);
    return outcome;
}

static enum outcome move(struct session *session, const struct arguments *arguments,
                         const char *verb, const char *body)
{
    struct text path TEXT_AUTO = {0};
    http_path(&path, "/v1/jobs/%s", arguments->words[0]);
    text_printf(&path, ":%s", verb);
    return change(session, &(struct http_request){
                               .path = path.data, .body = body, .body_size = strlen(body)});
}

static enum outcome run_pause(struct session *session, const struct arguments *arguments)
{
    return move(session, arguments, "pause", "{}");
}

static enum outcome run_resume(struct session *session, const struct arguments *arguments)
{
    return move(session, arguments, "resume", "{}");
}

static enum outcome run_retry(struct session *session, const struct arguments *arguments)
{
    return move(session, arguments, "retry", "{}");
}

static enum outcome run_cancel(struct session *session, const struct arguments *arguments)
{
    bool keeps = !option_given(arguments, "discard");
    return move(session, arguments, "cancel", keeps ? "{}" : "{\"keep\": false}");
}

static enum outcome run_set(struct session *session, const struct arguments *arguments)
{
    json_auto_t *changes = json_object();
    struct text path TEXT_AUTO = {0};
    for (size_t i = 1; i < arguments->count; i++) {
        const char *word = arguments->words[i], *equals = strchr(word, '=');
        struct text key TEXT_AUTO = {0};
        text_append(&key, word, equals != NULL ? (size_t)(equals - word) : 0);
        if (equals == NULL || !document_set(changes, key.data, layers_value(equals + 1)))
            return complain(OUTCOME_USAGE,
                            "expected KEY=VALUE, as in learning_rate=0.001, not \"%s\"", word);
    }
    char *AUTO_FREE body = json_dumps(changes, 0);
    http_path(&path, "/v1/jobs/%s", arguments->words[0]);
    return change(session, &(struct http_request){.method = "PATCH",
                                                  .path = path.data,
                                                  .body = body,
                                                  .body_size = strlen(body)});
}

const struct command command_pause = {
    .name = "pause",
    .words = "JOB",
    .help = "Stops a job so that it can go on where it was",
    .example = "propctl pause iris",
    .options = no_options,
    .least = 1,
    .most = 1,
    .run = run_pause,
};

const struct command command_resume = {
    .name = "resume",
    .words = "JOB",
    .help = "Lets a paused job go on",
    .example = "propctl resume iris",
    .options = no_options,
    .least = 1,
    .most = 1,
    .run = run_resume,
};

const struct command command_retry = {
    .name = "retry",
    .words = "JOB",
    .help = "Queues a failed or cancelled job again, from its last checkpoint",
    .example = "propctl retry iris",
    .options = no_options,
    .least = 1,
    .most = 1,
    .run = run_retry,
};

static const struct option cancel_options[] = {
    {"discard", NULL, "make no model of what it has learned", 0}, {.name = NULL}};

const struct command command_cancel = {
    .name = "cancel",
    .words = "JOB",
    .help = "Ends a job; what it has learned becomes a model",
    .example = "propctl cancel iris",
    .options = cancel_options,
    .least = 1,
    .most = 1,
    .run = run_cancel,
};

const struct command command_set = {
    .name = "set",
    .words = "JOB KEY=VALUE...",
    .help = "Changes what a job trains by while it runs: learning_rate, epochs, priority",
    .example = "propctl set iris learning_rate=0.001 epochs=50",
    .options = no_options,
    .least = 2,
    .most = 64,
    .run = run_set,
};

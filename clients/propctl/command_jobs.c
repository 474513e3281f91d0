/* Looking at jobs: jobs, job, log. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/jobs_table.h"
#include "clients/propctl/list.h"
#include "clients/propctl/progress.h"
#include "clients/propctl/sheet.h"
#include "clients/propctl/value.h"

#include <string.h>

static enum outcome run_jobs(struct session *session, const struct arguments *arguments)
{
    json_auto_t *list = NULL;
    enum outcome outcome = list_fetch(session, arguments, "/v1/jobs", &list);
    if (list != NULL) {
        struct text out TEXT_AUTO = {0};
        jobs_table_write(list, &session->out, &out);
        (void)fputs(text_string(&out), session->out.file);
    }
    return outcome;
}

static const struct option jobs_options[] = {
    LIST_OPTIONS,
    {"state", "STATES", "only queued, running, paused, succeeded, failed or cancelled ones", 0},
    {"dataset", "NAME", "only those that learn from it", 0},
    {.name = NULL}};

const struct command command_jobs = {
    .name = "jobs",
    .words = "",
    .help = "Lists jobs, newest first",
    .example = "propctl jobs --state=running",
    .options = jobs_options,
    .run = run_jobs,
};

/* ---- one job */

static void print_job(const struct session *session, const json_t *job)
{
    struct text value TEXT_AUTO = {0};
    struct sheet sheet AUTO_CLEANUP(sheet_clear) = {0};
    static const char *const plain[] = {"id", "name", "state", "model", "attempt", "priority"};
    for (size_t i = 0; i < ARRAY_COUNT(plain); i++)
        sheet_member(&sheet, job, plain[i]);
    text_printf(&value, "%.0f of %.0f, step %.0f", value_number(job, "epoch"),
                value_number(job, "epochs"), value_number(job, "step"));
    sheet_take(&sheet, "epoch", &value);
    value_append_duration(&value, value_number(job, "running_s"));
    sheet_take(&sheet, "ran for", &value);
    value_append_amount(&value, value_number(job, "samples_per_s"));
    sheet_take(&sheet, "samples/s", &value);
    sheet_members(&sheet, json_object_get(job, "metrics"));
    progress_append_best(&value, job);
    sheet_take(&sheet, "best so far", &value);
    sheet_members(&sheet, json_object_get(job, "error"));
    static const char *const times[] = {"created_at", "started_at", "finished_at"};
    for (size_t i = 0; i < ARRAY_COUNT(times); i++) {
        value_append_time(&value, value_string(job, times[i]));
        sheet_take(&sheet, times[i], &value);
    }
    sheet_print(&sheet, &session->out);
}

static enum outcome run_job(struct session *session, const struct arguments *arguments)
{
    json_auto_t *job = NULL;
    struct text path TEXT_AUTO = {0};
    enum outcome outcome = options_exclude(arguments, "json", "spec");
    if (outcome != OUTCOME_OK)
        return outcome;
    http_path(&path, "/v1/jobs/%s", arguments->words[0]);
    outcome = session_ask(session, &(struct http_request){.path = path.data}, &job);
    if (job != NULL && option_given(arguments, "spec"))
        session_print_document(session, json_object_get(job, "spec"));
    else if (job != NULL)
        print_job(session, job);
    return outcome;
}

static const struct option job_options[] = {
    {"spec", NULL, "its whole document, every default written out", 0}, {.name = NULL}};

const struct command command_job = {
    .name = "job",
    .words = "JOB",
    .help = "Shows a job: state, progress, metrics, model, or why it failed",
    .example = "propctl job iris",
    .options = job_options,
    .least = 1,
    .most = 1,
    .run = run_job,
};

/* ---- what happened to it */

static void print_events(const struct session *session, const json_t *events)
{
    struct table table TABLE_AUTO = {0};
    table_start(&table, ">seq|at|type|what");
    size_t i;
    json_t *event;
    json_array_foreach(events, i, event)
    {
        struct text cell TEXT_AUTO = {0};
        value_append(&cell, json_object_get(event, "seq"));
        table_take(&table, &cell);
        value_append_time(&cell, value_string(event, "at"));
        table_take(&table, &cell);
        table_cell(&table, value_string(event, "type"));
        json_object_del(event, "seq");
        json_object_del(event, "at");
        json_object_del(event, "type");
        if (json_is_string(json_object_get(event, "reason")))
            json_object_del(json_object_get(event, "error"), "message"); /* the same words */
        sheet_append_object(&cell, event);
        table_take(&table, &cell);
    }
    table_print(&table, &session->out, "nothing happened yet");
}

static enum outcome run_log(struct session *session, const struct arguments *arguments)
{
    json_auto_t *events = NULL;
    struct text path TEXT_AUTO = {0};
    double after = 0;
    enum outcome outcome = option_number(arguments, "after", 0, 9e15, &after);
    if (outcome != OUTCOME_OK)
        return outcome;
    http_path(&path, "/v1/jobs/%s/events?format=json&after=", arguments->words[0]);
    text_printf(&path, "%.0f", after);
    outcome = session_ask(session, &(struct http_request){.path = path.data}, &events);
    if (events != NULL)
        print_events(session, json_object_get(events, "events"));
    if (json_is_true(json_object_get(events, "more")))
        (void)complain(outcome, "there are more: --after=%.0f", value_number(events, "seq"));
    return outcome;
}

static const struct option log_options[] = {{"after", "SEQ", "only what came after this number", 0},
                                            {.name = NULL}};

const struct command command_log = {
    .name = "log",
    .words = "JOB",
    .help = "Lists what happened to a job: states, metrics, changes, messages",
    .example = "propctl log iris",
    .options = log_options,
    .least = 1,
    .most = 1,
    .run = run_log,
};

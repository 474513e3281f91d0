/* train and check: a document, from a file or flags, to be run or looked at. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/document.h"
#include "clients/propctl/follow.h"
#include "clients/propctl/layers_table.h"
#include "clients/propctl/sheet.h"
#include "clients/propctl/value.h"

#include <string.h>

/* ---- check */

static void print_layers(const struct session *session, const json_t *check)
{
    struct table table TABLE_AUTO = {0};
    size_t i;
    json_t *layer;
    table_start(&table, LAYERS_TABLE_TITLES "|>flops|>memory");
    json_array_foreach(json_object_get(check, "layers"), i, layer)
    {
        struct text cell TEXT_AUTO = {0};
        layers_table_add(&table, layer);
        value_append_amount(&cell, value_number(layer, "flops"));
        table_take(&table, &cell);
        value_append_size(&cell, value_number(layer, "memory_bytes"));
        table_take(&table, &cell);
    }
    table_print(&table, &session->out, "there are no layers");
}

static void print_check(const struct session *session, const json_t *check)
{
    struct sheet sheet AUTO_CLEANUP(sheet_clear) = {0};
    struct text value TEXT_AUTO = {0};
    const json_t *totals = json_object_get(check, "totals");
    const json_t *gradients = json_object_get(check, "gradient_check");
    print_layers(session, check);
    (void)fputc('\n', session->out.file);
    sheet_member(&sheet, totals, "parameters");
    sheet_member(&sheet, check, "training_rows");
    sheet_member(&sheet, check, "validation_rows");
    sheet_member(&sheet, check, "steps");
    value_append_size(&value, value_number(check, "memory"));
    sheet_take(&sheet, "memory", &value);
    value_append_duration(&value, value_number(check, "predicted_s"));
    sheet_take(&sheet, "will take about", &value);
    text_printf(&value, "%s, worst %.2g at %s",
                json_is_true(json_object_get(gradients, "passed")) ? "passed" : "FAILED",
                value_number(gradients, "worst"), value_string(gradients, "where"));
    if (json_is_object(gradients))
        sheet_take(&sheet, "gradient check", &value);
    sheet_print(&sheet, &session->out);
}

static enum outcome check(struct session *session, const json_t *document)
{
    json_auto_t *answer = NULL;
    char *AUTO_FREE body = json_dumps(document, 0);
    struct http_request request = {
        .path = "/v1/networks:check", .body = body, .body_size = strlen(body)};
    enum outcome outcome = session_ask(session, &request, &answer);
    if (answer != NULL)
        print_check(session, answer);
    return outcome;
}

static enum outcome run_check(struct session *session, const struct arguments *arguments)
{
    json_auto_t *document = NULL;
    enum outcome outcome = document_read(session, arguments, &document);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (!option_given(arguments, "print"))
        return check(session, document);
    session_print_document(session, document);
    return OUTCOME_OK;
}

static const struct option check_options[] = {
    DOCUMENT_OPTIONS,
    {"print", NULL, "only print the document that the options make", 0},
    {.name = NULL}};

const struct command command_check = {
    .name = "check",
    .words = "[FILE]",
    .help = "Tries a document without running it: layers, gradients, memory, time",
    .example = "propctl check --dataset iris --layers 'dense 16 relu, dense auto softmax'",
    .options = check_options,
    .most = 1,
    .run = run_check,
};

/* ---- train */

static enum outcome wait_for(struct session *session, const char *id)
{
    struct text path TEXT_AUTO = {0};
    http_path(&path, "/v1/jobs/%s", id);
    enum outcome outcome = follow_wait(session, id);
    if (!session->http.prints_json || (outcome != OUTCOME_OK && outcome != OUTCOME_JOB))
        return outcome;
    enum outcome printed = session_print_answer(session, &(struct http_request){.path = path.data});
    return printed != OUTCOME_OK ? printed : outcome;
}

static enum outcome submit_and_leave(struct session *session, const struct http_request *request)
{
    json_auto_t *job = NULL;
    struct text line TEXT_AUTO = {0};
    enum outcome outcome = session_ask(session, request, &job);
    if (job == NULL)
        return outcome;
    const char *id = value_string(job, "id");
    text_printf(&line, "%s is %s as %s; propctl watch %s shows it", value_string(job, "name"),
                value_string(job, "state"), id, id);
    terminal_print_line(&session->out, line.data);
    return outcome;
}

static enum outcome submit_and_follow(struct session *session, const struct http_request *request,
                                      enum outcome (*follow)(struct session *, const char *id))
{
    json_auto_t *job = NULL;
    enum outcome outcome = http_json(&session->http, request, &job);
    return outcome == OUTCOME_OK ? follow(session, value_string(job, "id")) : outcome;
}

static enum outcome run_train(struct session *session, const struct arguments *arguments)
{
    json_auto_t *document = NULL;
    enum outcome outcome = document_read(session, arguments, &document);
    if (outcome != OUTCOME_OK)
        return outcome;
    if (option_given(arguments, "check"))
        return check(session, document);
    char *AUTO_FREE body = json_dumps(document, 0);
    struct http_request request = {.path = "/v1/jobs", .body = body, .body_size = strlen(body)};
    if (option_given(arguments, "follow"))
        return submit_and_follow(session, &request, follow_job);
    if (option_given(arguments, "wait"))
        return submit_and_follow(session, &request, wait_for);
    return submit_and_leave(session, &request);
}

static const struct option train_options[] = {
    DOCUMENT_OPTIONS,
    {"follow", NULL, "show it until it ends", 'f'},
    {"wait", NULL, "wait until it ends", 'w'},
    {"check", NULL, "only try it, as propctl check does", 0},
    {.name = NULL}};

const struct command command_train = {
    .name = "train",
    .words = "[FILE]",
    .help = "Trains what a document (- for standard input) or flags say; flags win",
    .example = "propctl train --dataset iris --layers 'dense 16 relu, dense auto softmax' --follow",
    .options = train_options,
    .most = 1,
    .run = run_train,
};

/* models, model, evaluate. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/layers_table.h"
#include "clients/propctl/list.h"
#include "clients/propctl/sheet.h"
#include "clients/propctl/value.h"

#include <string.h>

static void append_aliases(struct text *cell, const json_t *model)
{
    size_t i;
    json_t *alias;
    json_array_foreach(json_object_get(model, "aliases"), i, alias)
    {
        text_add(cell, i > 0 ? ", " : "");
        value_append(cell, alias);
    }
}

static enum outcome run_models(struct session *session, const struct arguments *arguments)
{
    json_auto_t *list = NULL;
    struct table table TABLE_AUTO = {0};
    size_t i;
    json_t *model;
    enum outcome outcome = list_fetch(session, arguments, "/v1/models", &list);
    if (list == NULL)
        return outcome;
    table_start(&table, "name|>version|aliases|metrics|?>size|?created|?id");
    json_array_foreach(json_object_get(list, "models"), i, model)
    {
        struct text cell TEXT_AUTO = {0};
        table_cell(&table, value_string(model, "name"));
        text_printf(&cell, "%.0f", value_number(model, "version"));
        table_take(&table, &cell);
        append_aliases(&cell, model);
        table_take(&table, &cell);
        sheet_append_object(&cell, json_object_get(model, "metrics"));
        table_take(&table, &cell);
        value_append_size(&cell, value_number(model, "file_bytes"));
        table_take(&table, &cell);
        value_append_time(&cell, value_string(model, "created_at"));
        table_take(&table, &cell);
        table_cell(&table, value_string(model, "id"));
    }
    table_print(&table, &session->out, "there are no models; propctl train makes one");
    return outcome;
}

static const struct option models_options[] = {
    LIST_OPTIONS,
    {"job", "JOB", "only those of this job: its id", 0},
    {"dataset", "NAME", "only those that learned from it", 0},
    {.name = NULL}};

const struct command command_models = {
    .name = "models",
    .words = "",
    .help = "Lists models, newest first",
    .example = "propctl models --name=iris",
    .options = models_options,
    .run = run_models,
};

/* ---- one model */

static void print_layers(const struct session *session, const json_t *description)
{
    struct table table TABLE_AUTO = {0};
    size_t i;
    json_t *layer;
    table_start(&table, LAYERS_TABLE_TITLES);
    json_array_foreach(json_object_get(description, "layers"), i, layer)
        layers_table_add(&table, layer);
    table_print(&table, &session->out, "it has no layers");
}

static void print_model(const struct session *session, const json_t *model)
{
    struct sheet sheet AUTO_CLEANUP(sheet_clear) = {0};
    static const char *const members[] = {"id", "name", "version", "job", "about", "sha256"};
    const json_t *description = json_object_get(model, "description");
    const json_t *lineage = json_object_get(model, "lineage");
    for (size_t i = 0; i < ARRAY_COUNT(members); i++)
        sheet_member(&sheet, model, members[i]);
    struct text value TEXT_AUTO = {0};
    append_aliases(&value, model);
    sheet_take(&sheet, "aliases", &value);
    value_append(&value, json_object_get(json_object_get(lineage, "dataset"), "name"));
    sheet_take(&sheet, "learned from", &value);
    sheet_members(&sheet, json_object_get(model, "metrics"));
    sheet_member(&sheet, description, "task");
    sheet_member(&sheet, description, "columns");
    sheet_member(&sheet, description, "classes");
    sheet_member(&sheet, model, "weights");
    sheet_print(&sheet, &session->out);
    (void)fputc('\n', session->out.file);
    print_layers(session, description);
}

static enum outcome run_model(struct session *session, const struct arguments *arguments)
{
    json_auto_t *model = NULL;
    struct text path TEXT_AUTO = {0};
    http_path(&path, "/v1/models/%s", arguments->words[0]);
    enum outcome outcome = session_ask(session, &(struct http_request){.path = path.data}, &model);
    if (model != NULL)
        print_model(session, model);
    return outcome;
}

const struct command command_model = {
    .name = "model",
    .words = "MODEL",
    .help = "Shows a model: inputs, classes, layers, metrics, where it comes from",
    .example = "propctl model iris@1",
    .options = no_options,
    .least = 1,
    .most = 1,
    .run = run_model,
};

/* ---- evaluate */

static void print_classes(const struct session *session, const json_t *evaluation)
{
    struct table table TABLE_AUTO = {0};
    size_t i, j;
    json_t *entry, *row, *count;
    table_start(&table, "class|>precision|>recall|>f1|>rows");
    json_array_foreach(json_object_get(evaluation, "classes"), i, entry)
    {
        struct text title TEXT_AUTO = {0};
        text_add(&title, "as ");
        value_append(&title, entry);
        table_column(&table, title.data, true);
    }
    size_t matrix_columns = table.column_count - 5;
    json_array_foreach(json_object_get(evaluation, "per_class"), i, entry)
    {
        static const char *const members[] = {"class", "precision", "recall", "f1", "support"};
        struct text cell TEXT_AUTO = {0};
        for (j = 0; j < ARRAY_COUNT(members); j++) {
            value_append(&cell, json_object_get(entry, members[j]));
            table_take(&table, &cell);
        }
        row = json_array_get(json_object_get(evaluation, "confusion_matrix"), i);
        for (j = 0; j < matrix_columns; j++) {
            count = json_array_get(row, j);
            value_append(&cell, count);
            table_take(&table, &cell);
        }
    }
    table_print(&table, &session->out, "");
}

static void print_evaluation(const struct session *session, const json_t *answer)
{
    struct sheet sheet AUTO_CLEANUP(sheet_clear) = {0};
    const json_t *evaluation = json_object_get(answer, "evaluation");
    static const char *const members[] = {"model", "version", "dataset", "rows", "skipped", "loss"};
    for (size_t i = 0; i < ARRAY_COUNT(members); i++)
        sheet_member(&sheet, answer, members[i]);
    sheet_members(&sheet, json_object_get(answer, "metrics"));
    sheet_print(&sheet, &session->out);
    if (json_is_array(json_object_get(evaluation, "per_class"))) {
        (void)fputc('\n', session->out.file);
        print_classes(session, evaluation);
    }
}

static enum outcome run_evaluate(struct session *session, const struct arguments *arguments)
{
    static const char *const names[] = {"dataset", "rows"};
    json_auto_t *question = json_object(), *answer = NULL;
    struct text path TEXT_AUTO = {0};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (option_given(arguments, names[i]))
            json_object_set_new(question, names[i], json_string(option_text(arguments, names[i])));
    http_path(&path, "/v1/models/%s:evaluate", arguments->words[0]);
    char *AUTO_FREE body = json_dumps(question, 0);
    struct http_request request = {.path = path.data, .body = body, .body_size = strlen(body)};
    enum outcome outcome = session_ask(session, &request, &answer);
    if (answer != NULL)
        print_evaluation(session, answer);
    return outcome;
}

static const struct option evaluate_options[] = {
    {"dataset", "NAME", "the rows to look at; else those it learned from", 0},
    {"rows", "all|training|validation", "of the dataset it learned from", 0},
    {.name = NULL}};

const struct command command_evaluate = {
    .name = "evaluate",
    .words = "MODEL",
    .help = "Says how good a model is on a dataset: metrics, and each class by itself",
    .example = "propctl evaluate iris --dataset=iris --rows=validation",
    .options = evaluate_options,
    .least = 1,
    .most = 1,
    .run = run_evaluate,
};

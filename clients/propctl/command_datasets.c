/* datasets, dataset. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/list.h"
#include "clients/propctl/sheet.h"
#include "clients/propctl/value.h"

static enum outcome run_datasets(struct session *session, const struct arguments *arguments)
{
    json_auto_t *list = NULL;
    struct table table TABLE_AUTO = {0};
    size_t i;
    json_t *dataset;
    enum outcome outcome = list_fetch(session, arguments, "/v1/datasets", &list);
    if (list == NULL)
        return outcome;
    table_start(&table, "name|>version|>rows|target|?>size|?created|?id");
    json_array_foreach(json_object_get(list, "datasets"), i, dataset)
    {
        struct text cell TEXT_AUTO = {0};
        table_cell(&table, value_string(dataset, "name"));
        text_printf(&cell, "%.0f", value_number(dataset, "version"));
        table_take(&table, &cell);
        text_printf(&cell, "%.0f", value_number(dataset, "rows"));
        table_take(&table, &cell);
        value_append(&cell, json_object_get(dataset, "target"));
        table_take(&table, &cell);
        value_append_size(&cell, value_number(dataset, "bytes"));
        table_take(&table, &cell);
        value_append_time(&cell, value_string(dataset, "created_at"));
        table_take(&table, &cell);
        table_cell(&table, value_string(dataset, "id"));
    }
    table_print(&table, &session->out, "there are no datasets; propctl upload makes one");
    return outcome;
}

static const struct option datasets_options[] = {LIST_OPTIONS, {.name = NULL}};

const struct command command_datasets = {
    .name = "datasets",
    .words = "",
    .help = "Lists datasets, newest first",
    .example = "propctl datasets --sort=name",
    .options = datasets_options,
    .run = run_datasets,
};

/* ---- one dataset */

/* What there is to say depends on the type: a range, or the most frequent categories. */
static void append_content(struct text *cell, const json_t *column)
{
    size_t i;
    json_t *category;
    if (json_object_get(column, "mean") != NULL) {
        text_add(cell, "mean ");
        value_append_number(cell, value_number(column, "mean"));
        text_add(cell, ", deviation ");
        value_append_number(cell, value_number(column, "deviation"));
    }
    json_array_foreach(json_object_get(column, "categories"), i, category)
    {
        text_add(cell, i > 0 ? ", " : "");
        value_append(cell, json_object_get(category, "value"));
        text_printf(cell, " %.0f", value_number(category, "count"));
    }
}

static void print_columns(const struct session *session, const json_t *dataset)
{
    struct table table TABLE_AUTO = {0};
    size_t i;
    json_t *column;
    table_start(&table, "column|type|>missing|>distinct|>min|>max|values");
    json_array_foreach(json_object_get(dataset, "columns"), i, column)
    {
        static const char *const members[] = {"missing", "distinct", "min", "max"};
        struct text cell TEXT_AUTO = {0};
        table_cell(&table, value_string(column, "name"));
        table_cell(&table, value_string(column, "type"));
        for (size_t j = 0; j < ARRAY_COUNT(members); j++) {
            value_append(&cell, json_object_get(column, members[j]));
            table_take(&table, &cell);
        }
        append_content(&cell, column);
        table_take(&table, &cell);
    }
    table_print(&table, &session->out, "it has no columns");
}

static void print_dataset(const struct session *session, const json_t *dataset)
{
    struct sheet sheet AUTO_CLEANUP(sheet_clear) = {0};
    static const char *const members[] = {"id",     "name",   "version", "rows",
                                          "target", "format", "about",   "sha256"};
    for (size_t i = 0; i < ARRAY_COUNT(members); i++)
        sheet_member(&sheet, dataset, members[i]);
    sheet_print(&sheet, &session->out);
    (void)fputc('\n', session->out.file);
    print_columns(session, dataset);
}

/* As many values as there are columns, by the names of the first row. */
static void add_row(struct table *table, const json_t *row, json_t *first)
{
    const char *name;
    json_t *value;
    size_t count = 0;
    json_object_foreach(first, name, value)
    {
        struct text cell TEXT_AUTO = {0};
        if (count++ == table->column_count)
            break;
        value_append(&cell, json_object_get(row, name));
        table_take(table, &cell);
    }
}

/* Rows as a table: the columns are those of the first one. */
static void print_rows(const struct session *session, const json_t *rows)
{
    struct table table TABLE_AUTO = {0};
    const char *name;
    size_t i;
    json_t *row, *value;
    json_object_foreach(json_array_get(rows, 0), name, value)
        table_column(&table, name, json_is_number(value));
    json_array_foreach(rows, i, row) add_row(&table, row, json_array_get(rows, 0));
    table_print(&table, &session->out, "there are no such rows");
}

static enum outcome run_rows(struct session *session, const struct arguments *arguments)
{
    json_auto_t *answer = NULL;
    struct text path TEXT_AUTO = {0};
    double count = 0, offset = 0;
    enum outcome outcome = option_number(arguments, "rows", 1, 1000, &count);
    if (outcome == OUTCOME_OK)
        outcome = option_number(arguments, "offset", 0, 9e15, &offset);
    if (outcome != OUTCOME_OK)
        return outcome;
    http_path(&path, "/v1/datasets/%s/rows", arguments->words[0]);
    text_printf(&path, "?limit=%.0f&offset=%.0f", count, offset);
    outcome = session_ask(session, &(struct http_request){.path = path.data}, &answer);
    if (answer != NULL)
        print_rows(session, json_object_get(answer, "rows"));
    return outcome;
}

static enum outcome run_dataset(struct session *session, const struct arguments *arguments)
{
    json_auto_t *dataset = NULL;
    struct text path TEXT_AUTO = {0};
    if (option_given(arguments, "rows"))
        return run_rows(session, arguments);
    if (option_given(arguments, "offset"))
        return complain(OUTCOME_USAGE, "--offset is of rows: --rows=10 --offset=%s",
                        option_text(arguments, "offset"));
    http_path(&path, "/v1/datasets/%s", arguments->words[0]);
    enum outcome outcome =
        session_ask(session, &(struct http_request){.path = path.data}, &dataset);
    if (dataset != NULL)
        print_dataset(session, dataset);
    return outcome;
}

static const struct option dataset_options[] = {
    {"rows", "N", "so many of its rows instead", 0},
    {"offset", "N", "with --rows: the first of them, from 0", 0},
    {.name = NULL}};

const struct command command_dataset = {
    .name = "dataset",
    .words = "DATASET",
    .help = "Shows a dataset: columns with types, ranges and categories; or rows of it",
    .example = "propctl dataset iris --rows=5",
    .options = dataset_options,
    .least = 1,
    .most = 1,
    .run = run_dataset,
};

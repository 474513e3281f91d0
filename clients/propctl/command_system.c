/* system, catalog: what the daemon is, and what it can do. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/nearest.h"
#include "clients/propctl/sheet.h"
#include "clients/propctl/value.h"

#include <string.h>

static void print_system(const struct session *session, const json_t *system)
{
    struct sheet sheet AUTO_CLEANUP(sheet_clear) = {0};
    struct text value TEXT_AUTO = {0};
    const json_t *cores = json_object_get(system, "cores");
    const json_t *memory = json_object_get(system, "memory");
    const json_t *storage = json_object_get(system, "storage");
    sheet_member(&sheet, system, "version");
    sheet_member(&sheet, system, "instruction_set");
    value_append_duration(&value, value_number(system, "uptime_s"));
    sheet_take(&sheet, "up for", &value);
    text_printf(&value, "%.0f of %.0f", value_number(cores, "used"), value_number(cores, "total"));
    sheet_take(&sheet, "cores in use", &value);
    value_append_size(&value, value_number(memory, "used"));
    text_add(&value, " of ");
    value_append_size(&value, value_number(memory, "budget"));
    sheet_take(&sheet, "memory in use", &value);
    sheet_append_object(&value, json_object_get(system, "jobs"));
    sheet_take(&sheet, "jobs", &value);
    value_append_size(&value, value_number(storage, "free_bytes"));
    sheet_take(&sheet, "free on disk", &value);
    value_append_size(&value, value_number(storage, "database_bytes"));
    sheet_take(&sheet, "database", &value);
    value_append_size(&value, value_number(storage, "dataset_bytes"));
    sheet_take(&sheet, "datasets", &value);
    sheet_print(&sheet, &session->out);
}

static enum outcome run_system(struct session *session, const struct arguments *arguments)
{
    (void)arguments;
    json_auto_t *system = NULL;
    struct http_request request = {.path = "/v1/system"};
    enum outcome outcome = session_ask(session, &request, &system);
    if (system != NULL)
        print_system(session, system);
    return outcome;
}

const struct command command_system = {
    .name = "system",
    .words = "",
    .help = "Says how the daemon is: version, cores, memory, disk, jobs",
    .example = "propctl system",
    .options = no_options,
    .run = run_system,
};

/* ---- catalog */

static void print_kinds(const struct session *session, const json_t *catalog)
{
    struct table table TABLE_AUTO = {0};
    const char *kind;
    json_t *list, *entry;
    size_t i;
    table_start(&table, "kind|name|what it is");
    json_object_foreach(value_iterated(catalog), kind, list) json_array_foreach(list, i, entry)
    {
        table_cell(&table, kind);
        table_cell(&table, value_string(entry, "name"));
        table_cell(&table, value_string(entry, "help"));
    }
    table_print(&table, &session->out, "");
}

static void print_entry(const struct session *session, const char *kind, const json_t *entry)
{
    struct table table TABLE_AUTO = {0};
    struct text title TEXT_AUTO = {0};
    size_t i;
    json_t *field;
    text_printf(&title, "%s (%s): %s", value_string(entry, "name"), kind,
                value_string(entry, "help"));
    terminal_print_line(&session->out, title.data);
    terminal_print_line(&session->out, "");
    table_start(&table, "field|type|default|what it is");
    json_array_foreach(json_object_get(entry, "fields"), i, field)
    {
        struct text cell TEXT_AUTO = {0};
        bool is_required = json_is_true(json_object_get(field, "required"));
        table_cell(&table, value_string(field, "name"));
        table_cell(&table, value_string(field, "type"));
        if (is_required)
            text_add(&cell, "required");
        else
            value_append(&cell, json_object_get(field, "default"));
        table_take(&table, &cell);
        table_cell(&table, value_string(field, "help"));
    }
    table_print(&table, &session->out, "it has no fields");
}

/* A name may stand in several lists. */
static enum outcome print_named(const struct session *session, const json_t *catalog,
                                const char *name)
{
    struct nearest nearest = nearest_start(name);
    const char *kind;
    json_t *list, *entry;
    size_t i, found = 0;
    json_object_foreach(value_iterated(catalog), kind, list) json_array_foreach(list, i, entry)
    {
        nearest_consider(&nearest, value_string(entry, "name"));
        if (strcmp(value_string(entry, "name"), name) != 0)
            continue;
        found++;
        print_entry(session, kind, entry);
    }
    if (found > 0)
        return OUTCOME_OK;
    return complain(OUTCOME_REFUSED, "the catalog has no \"%s\"%s%s; propctl catalog lists all",
                    name, nearest.name != NULL ? "; did you mean " : "",
                    nearest.name != NULL ? nearest.name : "");
}

static enum outcome run_catalog(struct session *session, const struct arguments *arguments)
{
    json_auto_t *catalog = NULL;
    struct http_request request = {.path = "/v1/catalog"};
    enum outcome outcome = session_ask(session, &request, &catalog);
    if (catalog == NULL)
        return outcome;
    if (arguments->count > 0)
        return print_named(session, catalog, arguments->words[0]);
    print_kinds(session, catalog);
    return outcome;
}

const struct command command_catalog = {
    .name = "catalog",
    .words = "[NAME]",
    .help = "Lists layers, losses, optimizers …, or one of them with its fields",
    .example = "propctl catalog dense",
    .options = no_options,
    .most = 1,
    .run = run_catalog,
};

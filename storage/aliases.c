/* Aliases: names for versions of a model, that can be moved. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/aliases.h"
#include "base/clock.h"
#include "storage/internal.h"
#include "storage/records.h"
#include "storage/tables.h"

#include <stdlib.h>
#include <string.h>

void alias_record_clear(struct alias_record *record)
{
    free(record->alias);
    free(record->model_id);
    memset(record, 0, sizeof(*record));
}

static void alias_read(struct statement *row, void *record)
{
    struct alias_record *alias = record;
    alias->alias = statement_read_text(row);
    alias->model_id = statement_read_text(row);
    alias->version = statement_read_integer(row);
    alias->changed_ms = statement_read_integer(row);
}

static void alias_clear(void *record)
{
    alias_record_clear(record);
}

static const struct record_kind alias_kind = {
    .noun = "alias",
    .select = "SELECT alias, models.id, version, changed_ms FROM aliases JOIN models ON "
              "models.number = model WHERE aliases.owner = ? AND aliases.name = ? ORDER BY alias",
    .size = sizeof(struct alias_record),
    .read = alias_read,
    .clear = alias_clear,
};

struct alias_list {
    const struct model_record *model;
    void *records;
    size_t count;
};

static int alias_list_run(struct connection *connection, void *context, struct error *error)
{
    struct alias_list *list = context;
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(connection, alias_kind.select);
    statement_bind_text(&select, list->model->owner);
    statement_bind_text(&select, list->model->name);
    return records_collect(&select, &alias_kind, &list->records, &list->count, error);
}

int store_alias_list(struct store *store, const struct model_record *model,
                     struct alias_record **records, size_t *count, struct error *error)
{
    struct alias_list list = {.model = model};
    if (store_read(store, alias_list_run, &list, error) != 0)
        return -1;
    *records = list.records;
    *count = list.count;
    return 0;
}

void alias_records_free(struct alias_record *records, size_t count)
{
    records_free(&alias_kind, records, count);
}

struct alias_change {
    const struct model_record *model;
    const char *alias;
    const struct store_terms *terms;
    bool is_new;
};

static int alias_find(struct connection *connection, const struct alias_change *change,
                      struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement find = statement_start(
        connection, "SELECT 1 FROM aliases WHERE owner = ? AND name = ? AND alias = ?");
    statement_bind_text(&find, change->model->owner);
    statement_bind_text(&find, change->model->name);
    statement_bind_text(&find, change->alias);
    return statement_step(&find, error);
}

static int alias_set_run(struct connection *connection, void *context, struct error *error)
{
    struct alias_change *change = context;
    int64_t number;
    if (terms_check(connection, change->terms, error) != 0 ||
        record_number(connection, "model", "SELECT number FROM models WHERE id = ?",
                      change->model->id, &number, error) != 0)
        return -1;
    int found = alias_find(connection, change, error);
    if (found < 0)
        return -1;
    change->is_new = found == 0;
    AUTO_CLEAR(statement_end)
    struct statement set = statement_start(
        connection, "INSERT INTO aliases (owner, name, alias, model, changed_ms) VALUES (?, ?, ?, "
                    "?, ?) ON CONFLICT (owner, name, alias) DO UPDATE SET model = excluded.model, "
                    "changed_ms = excluded.changed_ms");
    statement_bind_text(&set, change->model->owner);
    statement_bind_text(&set, change->model->name);
    statement_bind_text(&set, change->alias);
    statement_bind_integer(&set, number);
    statement_bind_integer(&set, clock_unix_ms());
    return statement_run(&set, error);
}

int store_alias_set(struct store *store, const struct model_record *model, const char *alias,
                    bool *is_new, const struct store_terms *terms, struct error *error)
{
    struct alias_change change = {.model = model, .alias = alias, .terms = terms};
    if (store_write_growing(store, strlen(alias), alias_set_run, &change, error) != 0)
        return -1;
    *is_new = change.is_new;
    return 0;
}

static int alias_remove_run(struct connection *connection, void *context, struct error *error)
{
    const struct alias_change *change = context;
    if (terms_check(connection, change->terms, error) != 0)
        return -1;
    int found = alias_find(connection, change, error);
    if (found == 0)
        return error_set(error, ERROR_NOT_FOUND, "model \"%.64s\" has no alias \"%.64s\"",
                         change->model->name, change->alias);
    AUTO_CLEAR(statement_end)
    struct statement delete = statement_start(
        connection, "DELETE FROM aliases WHERE owner = ? AND name = ? AND alias = ?");
    statement_bind_text(&delete, change->model->owner);
    statement_bind_text(&delete, change->model->name);
    statement_bind_text(&delete, change->alias);
    return found < 0 ? -1 : statement_run(&delete, error);
}

int store_alias_remove(struct store *store, const struct model_record *model, const char *alias,
                       const struct store_terms *terms, struct error *error)
{
    struct alias_change change = {.model = model, .alias = alias, .terms = terms};
    return store_write(store, alias_remove_run, &change, error);
}

int aliases_check(struct connection *connection, int64_t model, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement find = statement_start(
        connection, "SELECT name, alias FROM aliases WHERE model = ? ORDER BY alias LIMIT 1");
    statement_bind_integer(&find, model);
    int row = statement_step(&find, error);
    if (row != 1)
        return row;
    const char *name = statement_borrow_text(&find), *alias = statement_borrow_text(&find);
    return error_set(error, ERROR_CONFLICT,
                     "the alias %s@%s is this version: it must be moved or removed first", name,
                     alias);
}

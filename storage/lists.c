/* Pages of lists: SQL put together out of a kind's columns and a page's filters. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/lists.h"
#include "base/bytes.h"
#include "base/compiler.h"
#include "storage/internal.h"
#include "storage/records.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct record_column by_id = {.name = "created_at", .sql = "id"};

static const struct record_column *column_find(const struct record_kind *kind, const char *name)
{
    for (const struct record_column *column = kind->columns; column && column->name; column++)
        if (strcmp(column->name, name) == 0)
            return column;
    assert(strcmp(name, by_id.name) == 0);
    return &by_id;
}

struct record_list {
    const struct record_kind *kind;
    const struct store_page *page;
    const struct record_column *sort;
    void *records;
    size_t count;
    bool more;
};

/* ---- the SQL */

static void filter_write(const struct store_filter *filter, struct bytes *sql)
{
    switch (filter->match) {
    case MATCH_ANY:
        bytes_printf(sql, " AND %s IN (", filter->column);
        for (size_t i = 0; i < filter->count; i++)
            bytes_printf(sql, i > 0 ? ", ?" : "?");
        bytes_printf(sql, ")");
        break;
    case MATCH_PREFIX: /* names are ASCII */
        bytes_printf(sql, " AND %s >= ? AND %s < ? || char(127)", filter->column, filter->column);
        break;
    case MATCH_TAG:
        bytes_printf(sql, " AND EXISTS (SELECT 1 FROM json_each(%s) WHERE key = ?%s)",
                     filter->column, filter->other ? " AND value = ?" : "");
        break;
    case MATCH_FROM:
        bytes_printf(sql, " AND %s >= ?", filter->column);
        break;
    case MATCH_BELOW:
        bytes_printf(sql, " AND %s < ?", filter->column);
        break;
    }
}

static const char *sort_sql(const struct record_list *list)
{
    const struct record_column *sort = list->sort;
    return !list->page->ascending && sort->descending ? sort->descending : sort->sql;
}

/* Ids sort by time. Behind a place comes what sorts behind its key and id, whether the record that
 * it was taken of is still there or not. */
static void list_write(const struct record_list *list, struct bytes *sql)
{
    const struct store_page *page = list->page;
    const char *key = sort_sql(list), *beyond = page->ascending ? ">" : "<";
    const char *direction = page->ascending ? "ASC" : "DESC";
    bool sorts = list->sort != &by_id;
    bytes_printf(sql, "%s WHERE true", list->kind->select);
    if (page->viewer && !page->viewer->sees_all)
        bytes_printf(sql, " AND owner = ?");
    for (size_t i = 0; i < page->filter_count; i++)
        filter_write(&page->filters[i], sql);
    if (page->after && sorts)
        bytes_printf(sql, " AND (%s, id) %s (?, ?)", key, beyond);
    else if (page->after)
        bytes_printf(sql, " AND id %s ?", beyond);
    bytes_printf(sql, " ORDER BY ");
    if (sorts)
        bytes_printf(sql, "%s %s, ", key, direction);
    bytes_printf(sql, "id %s LIMIT ?", direction);
}

/* ---- its values */

static void filter_bind(const struct store_filter *filter, struct statement *statement)
{
    switch (filter->match) {
    case MATCH_ANY:
        for (size_t i = 0; i < filter->count; i++)
            statement_bind_text(statement, filter->texts[i]);
        break;
    case MATCH_PREFIX:
        statement_bind_text(statement, filter->text);
        statement_bind_text(statement, filter->text);
        break;
    case MATCH_TAG:
        statement_bind_text(statement, filter->text);
        if (filter->other)
            statement_bind_text(statement, filter->other);
        break;
    case MATCH_FROM:
    case MATCH_BELOW:
        statement_bind_integer(statement, filter->number);
        break;
    }
}

static void place_bind(const struct record_list *list, struct statement *statement)
{
    const struct store_place *after = list->page->after;
    if (list->sort != &by_id) {
        if (list->sort->type == COLUMN_TEXT)
            statement_bind_text(statement, after->key);
        else if (list->sort->type == COLUMN_INTEGER)
            statement_bind_integer(statement, strtoll(after->key, NULL, 10));
        else
            statement_bind_number(statement, strtod(after->key, NULL));
    }
    statement_bind_text(statement, after->id);
}

static void list_bind(const struct record_list *list, struct statement *statement)
{
    const struct store_page *page = list->page;
    if (page->viewer && !page->viewer->sees_all)
        statement_bind_text(statement, page->viewer->owner);
    for (size_t i = 0; i < page->filter_count; i++)
        filter_bind(&page->filters[i], statement);
    if (page->after)
        place_bind(list, statement);
    statement_bind_integer(statement, page->limit + 1);
}

/* ---- the page */

/* The key of the record that a page ends with. */
static int place_key(struct connection *connection, const struct record_list *list,
                     struct store_place *place, struct error *error)
{
    struct bytes sql AUTO_CLEAR(bytes_clear) = {0};
    const char *key = sort_sql(list);
    bytes_printf(&sql,
                 list->sort->type == COLUMN_NUMBER ? "SELECT printf('%%!.17g', %s)" : "SELECT %s",
                 key);
    bytes_printf(&sql, " FROM %s WHERE id = ?", list->kind->table);
    const char *text = bytes_text(&sql);
    if (!text)
        return error_set(error, ERROR_MEMORY, "no memory for a list");
    AUTO_CLEAR(statement_end) struct statement find = statement_start_once(connection, text);
    statement_bind_text(&find, place->id);
    if (statement_step(&find, error) != 1)
        return -1;
    const char *found = statement_borrow_text(&find);
    if (statement_check(&find, error) != 0)
        return -1;
    (void)snprintf(place->key, sizeof(place->key), "%s", found);
    return 0;
}

static const char *record_id(const struct record_list *list, size_t index)
{
    const char *record = (const char *)list->records + index * list->kind->size;
    return *(char *const *)(const void *)(record + list->kind->id_offset);
}

static int place_take(struct connection *connection, const struct record_list *list,
                      struct error *error)
{
    struct store_place *next = list->page->next;
    if (!next)
        return 0;
    *next = (struct store_place){0};
    if (!list->more)
        return 0;
    (void)snprintf(next->id, sizeof(next->id), "%s", record_id(list, list->count - 1));
    return list->sort == &by_id ? 0 : place_key(connection, list, next, error);
}

static int record_list_run(struct connection *connection, void *context, struct error *error)
{
    struct record_list *list = context;
    struct bytes sql AUTO_CLEAR(bytes_clear) = {0};
    list_write(list, &sql);
    const char *text = bytes_text(&sql);
    if (!text)
        return error_set(error, ERROR_MEMORY, "no memory for a list");
    AUTO_CLEAR(statement_end) struct statement select = statement_start_once(connection, text);
    list_bind(list, &select);
    if (records_collect(&select, list->kind, &list->records, &list->count, error) != 0)
        return -1;
    list->more = list->count > (size_t)list->page->limit;
    if (list->more)
        list->kind->clear((char *)list->records + --list->count * list->kind->size);
    if (place_take(connection, list, error) == 0)
        return 0;
    records_free(list->kind, list->records, list->count);
    return -1;
}

int store_record_list(struct store *store, const struct record_kind *kind,
                      const struct store_page *page, void **records, size_t *count, bool *more,
                      struct error *error)
{
    assert(page->limit > 0 && page->limit < INT64_MAX);
    struct record_list list = {
        .kind = kind, .page = page, .sort = page->sort ? column_find(kind, page->sort) : &by_id};
    if (store_read(store, record_list_run, &list, error) != 0)
        return -1;
    *more = list.more;
    *records = list.records;
    *count = list.count;
    return 0;
}

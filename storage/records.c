/* Records by reference, and pages of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/records.h"
#include "base/compiler.h"
#include "storage/internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_SIZE = 1024, NAME_SIZE = 128 };

static struct statement record_select(struct connection *connection, const struct record_kind *kind,
                                      const char *condition)
{
    char sql[SQL_SIZE];
    int size = snprintf(sql, sizeof(sql), "%s WHERE %s", kind->select, condition);
    assert(size < SQL_SIZE);
    (void)size;
    return statement_start(connection, sql);
}

static int record_absent(const struct record_kind *kind, const char *reference, struct error *error)
{
    return error_set(error, ERROR_NOT_FOUND, "there is no %s \"%.128s\"", kind->noun, reference);
}

/* Reads the one row of `find`: 1, 0 where there is none, -1. */
static int record_take(struct statement *find, const struct record_kind *kind, void *record,
                       struct error *error)
{
    int row = statement_step(find, error);
    if (row != 1)
        return row;
    kind->read(find, record);
    if (statement_check(find, error) == 0)
        return 1;
    kind->clear(record);
    return -1;
}

static const struct viewer everyone = {.owner = "", .sees_all = true};

const char *record_owner(const char *owner)
{
    return owner ? owner : "";
}

/* 1, 0 where there is none, -1. `owner` NULL: whosever. */
static int record_by_id(struct connection *connection, const struct record_kind *kind,
                        const char *owner, const char *id, void *record, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement find =
        record_select(connection, kind, owner ? "id = ? AND owner = ?" : "id = ?");
    statement_bind_text(&find, id);
    if (owner)
        statement_bind_text(&find, owner);
    return record_take(&find, kind, record, error);
}

/* `owner` NULL: whosever was made last. */
static int record_by_name(struct connection *connection, const struct record_kind *kind,
                          const char *owner, const char *name, int64_t version, void *record,
                          struct error *error)
{
    char condition[128];
    (void)snprintf(condition, sizeof(condition), "name = ?%s%s ORDER BY %s DESC LIMIT 1",
                   owner ? " AND owner = ?" : "", version > 0 ? " AND version = ?" : "",
                   owner && kind->versioned ? "version" : "id");
    AUTO_CLEAR(statement_end) struct statement find = record_select(connection, kind, condition);
    statement_bind_text(&find, name);
    if (owner)
        statement_bind_text(&find, owner);
    if (version > 0)
        statement_bind_integer(&find, version);
    return record_take(&find, kind, record, error);
}

int record_find_id(struct connection *connection, const struct record_kind *kind, const char *id,
                   void *record, struct error *error)
{
    int row = record_by_id(connection, kind, NULL, id, record, error);
    return row == 0 ? record_absent(kind, id, error) : row < 0 ? -1 : 0;
}

int record_find_name(struct connection *connection, const struct record_kind *kind,
                     const char *owner, const char *name, int64_t version, void *record,
                     struct error *error)
{
    int row = record_by_name(connection, kind, owner, name, version, record, error);
    return row == 0 ? record_absent(kind, name, error) : row < 0 ? -1 : 0;
}

/* "latest" or a number from 1. */
static int version_parse(const char *text, int64_t *version)
{
    if (strcmp(text, "latest") == 0) {
        *version = 0;
        return 0;
    }
    int64_t number = 0;
    for (const char *digit = text; *digit; digit++) {
        if (*digit < '0' || *digit > '9' || number > INT64_MAX / 10 - 1)
            return -1;
        number = number * 10 + (*digit - '0');
    }
    *version = number;
    return number > 0 ? 0 : -1;
}

int record_find(struct connection *connection, const struct record_kind *kind,
                const struct viewer *viewer, const char *reference, void *record,
                struct error *error)
{
    const struct viewer *who = viewer ? viewer : &everyone;
    char name[NAME_SIZE];
    int64_t version = 0;
    const char *at = kind->versioned ? strrchr(reference, '@') : NULL;
    size_t size = at ? (size_t)(at - reference) : strlen(reference);
    if (size >= sizeof(name) || (at && version_parse(at + 1, &version) != 0))
        return record_absent(kind, reference, error);
    memcpy(name, reference, size);
    name[size] = '\0';
    int row = 0;
    if (!at && strncmp(reference, kind->prefix, strlen(kind->prefix)) == 0)
        row = record_by_id(connection, kind, who->sees_all ? NULL : who->owner, reference, record,
                           error);
    if (row == 0) /* a name may begin like an id */
        row = record_by_name(connection, kind, who->owner, name, version, record, error);
    if (row == 0 && who->sees_all)
        row = record_by_name(connection, kind, NULL, name, version, record, error);
    return row == 0 ? record_absent(kind, reference, error) : row < 0 ? -1 : 0;
}

struct record_get {
    const struct record_kind *kind;
    const struct viewer *viewer;
    const char *reference;
    void *record;
};

static int record_get_run(struct connection *connection, void *context, struct error *error)
{
    const struct record_get *get = context;
    return record_find(connection, get->kind, get->viewer, get->reference, get->record, error);
}

int store_record_get(struct store *store, const struct record_kind *kind,
                     const struct viewer *viewer, const char *reference, void *record,
                     struct error *error)
{
    struct record_get get = {
        .kind = kind, .viewer = viewer, .reference = reference, .record = record};
    return store_read(store, record_get_run, &get, error);
}

void records_free(const struct record_kind *kind, void *records, size_t count)
{
    for (size_t i = 0; i < count; i++)
        kind->clear((char *)records + i * kind->size);
    free(records);
}

static int records_grow(const struct record_kind *kind, void **records, size_t count,
                        size_t *capacity, struct error *error)
{
    if (count < *capacity)
        return 0;
    size_t wanted = *capacity ? *capacity * 2 : 16;
    void *larger = reallocarray(*records, wanted, kind->size);
    if (!larger)
        return error_set(error, ERROR_MEMORY, "no memory for %zu records of a %s", wanted,
                         kind->noun);
    *records = larger;
    *capacity = wanted;
    return 0;
}

int records_collect(struct statement *statement, const struct record_kind *kind, void **records,
                    size_t *count, struct error *error)
{
    void *found = NULL;
    size_t found_count = 0, capacity = 0;
    int row;
    while ((row = statement_step(statement, error)) == 1) {
        if (records_grow(kind, &found, found_count, &capacity, error) != 0)
            break;
        void *record = (char *)found + found_count++ * kind->size;
        memset(record, 0, kind->size);
        kind->read(statement, record);
        if (statement_check(statement, error) != 0)
            break;
    }
    if (row != 0) {
        records_free(kind, found, found_count);
        return -1;
    }
    *records = found;
    *count = found_count;
    return 0;
}

struct record_list {
    const struct record_kind *kind;
    const struct store_page *page;
    void *records;
    size_t count;
};

/* Ids sort by time, so that "newest first" is by id and a page goes on where the last one ended,
 * also when that record is gone. */
static struct statement list_select(struct connection *connection, const struct record_list *list)
{
    const struct store_page *page = list->page;
    char sql[SQL_SIZE];
    const char *owner = page->viewer && !page->viewer->sees_all ? page->viewer->owner : NULL;
    int size =
        snprintf(sql, sizeof(sql), "%s WHERE true%s%s%s%s%s ORDER BY id DESC LIMIT ?",
                 list->kind->select, owner ? " AND owner = ?" : "",
                 page->after ? " AND id < ?" : "", page->name ? " AND name = ?" : "",
                 page->state ? " AND state = ?" : "", page->dataset ? " AND dataset_id = ?" : "");
    assert(size < SQL_SIZE);
    (void)size;
    struct statement statement = statement_start(connection, sql);
    const char *const texts[] = {owner, page->after, page->name, page->state, page->dataset};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        if (texts[i])
            statement_bind_text(&statement, texts[i]);
    statement_bind_integer(&statement, page->limit + 1);
    return statement;
}

static int record_list_run(struct connection *connection, void *context, struct error *error)
{
    struct record_list *list = context;
    AUTO_CLEAR(statement_end) struct statement select = list_select(connection, list);
    return records_collect(&select, list->kind, &list->records, &list->count, error);
}

int store_record_list(struct store *store, const struct record_kind *kind,
                      const struct store_page *page, void **records, size_t *count, bool *more,
                      struct error *error)
{
    assert(page->limit > 0 && page->limit < INT64_MAX);
    struct record_list list = {.kind = kind, .page = page};
    if (store_read(store, record_list_run, &list, error) != 0)
        return -1;
    *more = list.count > (size_t)page->limit;
    if (*more)
        kind->clear((char *)list.records + --list.count * kind->size);
    *records = list.records;
    *count = list.count;
    return 0;
}

int version_next(struct connection *connection, const struct record_kind *kind, const char *owner,
                 const char *name, int64_t *version, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement next = statement_start(
        connection, "INSERT INTO versions (noun, owner, name, newest) VALUES (?, ?, ?, 1) ON "
                    "CONFLICT (noun, owner, name) DO UPDATE SET newest = newest + 1 "
                    "RETURNING newest");
    statement_bind_text(&next, kind->noun);
    statement_bind_text(&next, record_owner(owner));
    statement_bind_text(&next, name);
    if (statement_step(&next, error) != 1)
        return -1;
    *version = statement_read_integer(&next);
    return 0;
}

int record_number(struct connection *connection, const char *noun, const char *sql, const char *id,
                  int64_t *number, struct error *error)
{
    AUTO_CLEAR(statement_end) struct statement find = statement_start(connection, sql);
    statement_bind_text(&find, id);
    int row = statement_step(&find, error);
    if (row == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no %s \"%.128s\"", noun, id);
    if (row < 0)
        return -1;
    *number = statement_read_integer(&find);
    return 0;
}

/* Records by reference, and pages of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/records.h"
#include "storage/internal.h"
#include "storage/tables.h"

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

/* `owner` NULL: whosever was set last. */
static int record_by_alias(struct connection *connection, const struct record_kind *kind,
                           const char *owner, const char *name, const char *alias, void *record,
                           struct error *error)
{
    char condition[256];
    (void)snprintf(condition, sizeof(condition),
                   "number = (SELECT model FROM aliases WHERE name = ? AND alias = ?%s ORDER BY "
                   "changed_ms DESC LIMIT 1)",
                   owner ? " AND owner = ?" : "");
    AUTO_CLEAR(statement_end) struct statement find = record_select(connection, kind, condition);
    statement_bind_text(&find, name);
    statement_bind_text(&find, alias);
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

/* What a reference is taken apart into. */
struct reference {
    char name[NAME_SIZE];
    const char *alias; /* NULL: a version */
    int64_t version;   /* 0: the newest */
    bool has_version;  /* it is said */
};

static int reference_parse(const struct record_kind *kind, const char *text,
                           struct reference *reference)
{
    const char *at = kind->versioned ? strrchr(text, '@') : NULL;
    size_t size = at ? (size_t)(at - text) : strlen(text);
    *reference = (struct reference){.has_version = at != NULL};
    if (size >= sizeof(reference->name))
        return -1;
    memcpy(reference->name, text, size);
    if (!at || version_parse(at + 1, &reference->version) == 0)
        return 0;
    reference->alias = at + 1;
    return kind->aliased ? 0 : -1;
}

static int record_by_reference(struct connection *connection, const struct record_kind *kind,
                               const char *owner, const struct reference *reference, void *record,
                               struct error *error)
{
    if (reference->alias)
        return record_by_alias(connection, kind, owner, reference->name, reference->alias, record,
                               error);
    return record_by_name(connection, kind, owner, reference->name, reference->version, record,
                          error);
}

int record_find(struct connection *connection, const struct record_kind *kind,
                const struct viewer *viewer, const char *reference, void *record,
                struct error *error)
{
    const struct viewer *who = viewer ? viewer : &everyone;
    struct reference parts;
    int row = 0;
    if (reference_parse(kind, reference, &parts) != 0)
        return record_absent(kind, reference, error);
    if (!parts.has_version && strncmp(reference, kind->prefix, strlen(kind->prefix)) == 0)
        row = record_by_id(connection, kind, who->sees_all ? NULL : who->owner, reference, record,
                           error);
    if (row == 0) /* a name may begin like an id */
        row = record_by_reference(connection, kind, who->owner, &parts, record, error);
    if (row == 0 && who->sees_all)
        row = record_by_reference(connection, kind, NULL, &parts, record, error);
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

/* ---- what its owner says of it */

struct saying {
    const struct record_kind *kind;
    const char *id;
    const struct record_saying *says;
    const struct store_terms *terms;
};

static int saying_run(struct connection *connection, void *context, struct error *error)
{
    const struct saying *saying = context;
    const struct record_saying *says = saying->says;
    char sql[SQL_SIZE];
    int64_t number;
    (void)snprintf(sql, sizeof(sql), "SELECT number FROM %s WHERE id = ?", saying->kind->table);
    if (terms_check(connection, saying->terms, error) != 0 ||
        record_number(connection, saying->kind->noun, sql, saying->id, &number, error) != 0)
        return -1;
    (void)snprintf(
        sql, sizeof(sql),
        "UPDATE %s SET tags = iif(?, ?, tags), about = iif(?, ?, about) WHERE number = ?",
        saying->kind->table);
    AUTO_CLEAR(statement_end) struct statement update = statement_start(connection, sql);
    statement_bind_integer(&update, says->has_tags);
    statement_bind_text(&update, says->tags);
    statement_bind_integer(&update, says->has_about);
    statement_bind_text(&update, says->about);
    statement_bind_integer(&update, number);
    return statement_run(&update, error);
}

int store_record_say(struct store *store, const struct record_kind *kind, const char *id,
                     const struct record_saying *says, const struct store_terms *terms,
                     struct error *error)
{
    struct saying saying = {.kind = kind, .id = id, .says = says, .terms = terms};
    size_t size = (says->tags ? strlen(says->tags) : 0) + (says->about ? strlen(says->about) : 0);
    return store_write_growing(store, size, saying_run, &saying, error);
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

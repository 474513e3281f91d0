/* What datasets, jobs and models have in common: rows read into records, by id or by name and
 * version, one at a time or as pages of a list. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_RECORDS_H
#define PROPD_STORAGE_RECORDS_H

#include <stdbool.h>

#include "storage/statement.h"
#include "storage/store.h"

/* A column that lists can be sorted by. */
struct record_column {
    const char *name;       /* as the outside calls it; NULL ends the list */
    const char *sql;        /* an expression over the kind's table that is never NULL */
    const char *descending; /* in its place where the order is descending; NULL: the same */
    enum { COLUMN_TEXT, COLUMN_INTEGER, COLUMN_NUMBER } type;
};

struct record_kind {
    const char *noun;   /* "dataset": in messages and in the table of versions */
    const char *table;  /* "datasets" */
    const char *prefix; /* of its ids: "ds_" */
    const char *select; /* "SELECT … FROM …", to which conditions are added */
    bool versioned;     /* names have versions, else the newest of a name is by id */
    bool aliased;       /* versions have aliases */
    const struct record_column *columns; /* beside "created_at", which is by id; NULL: none */
    size_t id_offset;                    /* of the record's id; in lists */
    size_t size;                         /* of the record struct */
    void (*read)(struct statement *row, void *record);
    void (*clear)(void *record);
};

/* All give ERROR_NOT_FOUND where there is none. `version` 0: the newest. */
int record_find_id(struct connection *connection, const struct record_kind *kind, const char *id,
                   void *record, struct error *error);
int record_find_name(struct connection *connection, const struct record_kind *kind,
                     const char *owner, const char *name, int64_t version, void *record,
                     struct error *error);
/* By id, name, name@version, name@latest or name@alias. */
int record_find(struct connection *connection, const struct record_kind *kind,
                const struct viewer *viewer, const char *reference, void *record,
                struct error *error);

/* store_read() of record_find(). */
int store_record_get(struct store *store, const struct record_kind *kind,
                     const struct viewer *viewer, const char *reference, void *record,
                     struct error *error);
int store_record_list(struct store *store, const struct record_kind *kind,
                      const struct store_page *page, void **records, size_t *count, bool *more,
                      struct error *error);
/* Changes what its owner says of it. */
int store_record_say(struct store *store, const struct record_kind *kind, const char *id,
                     const struct record_saying *says, const struct store_terms *terms,
                     struct error *error);

/* Runs `statement`, whose every row kind->read() understands, into a growing array. */
int records_collect(struct statement *statement, const struct record_kind *kind, void **records,
                    size_t *count, struct error *error);
void records_free(const struct record_kind *kind, void *records, size_t count);

/* The next version of an owner's name, from 1; never one that was there before. */
int version_next(struct connection *connection, const struct record_kind *kind, const char *owner,
                 const char *name, int64_t *version, struct error *error);

/* "" for NULL: nobody. */
const char *record_owner(const char *owner);

/* The row's `number` by its id; ERROR_NOT_FOUND names the noun. */
int record_number(struct connection *connection, const char *noun, const char *sql, const char *id,
                  int64_t *number, struct error *error);

#endif

/* Models: a record a version, and the bytes of its file. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_MODELS_H
#define PROPD_STORAGE_MODELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "storage/lists.h"
#include "storage/saying.h"
#include "storage/terms.h"

struct store;

struct model_record {
    char *id, *name;
    char *owner;               /* NULL when it is added: nobody's, "" */
    int64_t quota_bytes;       /* as a dataset's */
    int64_t version;           /* of the name, from 1; set when it is added */
    char *job_id, *dataset_id; /* NULL for an import */
    char *sha256;              /* of the weights: model_digest() */
    char *file_sha256;         /* of the file; set when it is added */
    int64_t file_bytes;        /* set when it is added */
    char *info;                /* JSON text: metrics, lineage, description */
    char *tags;                /* JSON object text; NULL: none */
    char *about;               /* what its owner says of it; NULL */
    char *aliases;             /* JSON array text; not when it is added */
    int64_t created_ms;
};
void model_record_clear(struct model_record *record);

int store_model_add(struct store *store, struct model_record *record, const struct bytes *file,
                    const struct store_terms *terms, struct error *error);
/* By id, name (newest), name@version, name@latest or name@alias. */
int store_model_get(struct store *store, const struct viewer *viewer, const char *reference,
                    struct model_record *record, struct error *error);
/* The whole file, its SHA-256 checked (ERROR_CORRUPT). */
int store_model_file(struct store *store, const char *id, struct bytes *file, struct error *error);
/* Sorted by created_at, name or bytes. */
int store_model_list(struct store *store, const struct store_page *page,
                     struct model_record **records, size_t *count, bool *more, struct error *error);
int store_model_say(struct store *store, const char *id, const struct record_saying *says,
                    const struct store_terms *terms, struct error *error);
/* ERROR_CONFLICT while an alias is it. */
int store_model_remove(struct store *store, const char *id, const struct store_terms *terms,
                       struct error *error);

#endif

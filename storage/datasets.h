/* Datasets: a record a version, and files that are named by their digest. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_DATASETS_H
#define PROPD_STORAGE_DATASETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/lists.h"
#include "storage/saying.h"
#include "storage/terms.h"

struct store;

struct dataset_record {
    char *id, *name;
    char *owner;         /* NULL when it is added: nobody's, "" */
    int64_t quota_bytes; /* when it is added: most that the owner's datasets and models may have
                            (ERROR_QUOTA); 0: no limit */
    int64_t version;     /* of the name, from 1; set by store_dataset_add */
    char *source_sha256; /* of the bytes that were uploaded */
    char *file_sha256;   /* of the column file: its name on disk */
    int64_t source_bytes, file_bytes, rows;
    char *target;      /* NULL: none; a name, or several as the engine's dataset_targets() reads */
    char *description; /* JSON text */
    char *tags;        /* JSON object text; NULL: none */
    char *about;       /* what its owner says of it; NULL */
    int64_t created_ms;
};
void dataset_record_clear(struct dataset_record *record);

/* A new empty file in uploads/ for bytes that come in: returns its descriptor (O_CLOEXEC), sets
 * path (caller frees). Uploads left by a crash are removed at the next open. */
int store_upload_create(struct store *store, char **path, struct error *error);
/* How many more bytes may be written before the floor is reached. */
uint64_t store_free_space(struct store *store);

/* Makes the file at `path` (in uploads/) part of the store under its SHA-256, fsynced and renamed,
 * and adds the record. When name's newest version has the same source_sha256, file_sha256 and
 * target nothing is added: *existing = true and `record` becomes that one. The upload file is gone
 * afterwards in every case. record->id, name, source…, rows, target, description, created_ms are
 * given; version, file_sha256 and file_bytes are set. A version is never given twice, also after a
 * removal. */
int store_dataset_add(struct store *store, const char *path, struct dataset_record *record,
                      bool *existing, const struct store_terms *terms, struct error *error);
/* By id, name (newest version) or name@version. ERROR_NOT_FOUND. */
int store_dataset_get(struct store *store, const struct viewer *viewer, const char *reference,
                      struct dataset_record *record, struct error *error);
/* Opens the column file read-only. */
int store_dataset_file(struct store *store, const struct dataset_record *record,
                       struct error *error);
/* ERROR_CONFLICT while a job that is not finished refers to it. The file goes with its last record.
 */
int store_dataset_remove(struct store *store, const char *id, const struct store_terms *terms,
                         struct error *error);

/* Sorted by created_at, name, rows or bytes. */
int store_dataset_list(struct store *store, const struct store_page *page,
                       struct dataset_record **records, size_t *count, bool *more,
                       struct error *error);

int store_dataset_say(struct store *store, const char *id, const struct record_saying *says,
                      const struct store_terms *terms, struct error *error);

#endif

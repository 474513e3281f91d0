/* What a backup's first member says of the others:
 *
 *     {"format": "propd-backup", "format_version": 1, "propd": "0.1.0", "schema_version": 6,
 *      "created_at": "2026-01-01T00:00:00.000Z",
 *      "files": [{"path": "propd.db", "size": 4096, "sha256": "…"},
 *                {"path": "datasets/<sha256>", "size": 512, "sha256": "…"}, …]}
 *
 * Files in the archive come in this order. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_BACKUP_MANIFEST_H
#define PROPD_STORAGE_BACKUP_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"

#define MANIFEST_NAME "manifest.json"
#define DATABASE_NAME "propd.db"
#define DATASETS_FOLDER "datasets/"

enum {
    MANIFEST_SIZE_MAX = 64 << 20, /* some 300,000 dataset files */
    MEMBER_PATH_SIZE = sizeof DATASETS_FOLDER + DIGEST_TEXT_SIZE
};

struct manifest_file {
    char path[MEMBER_PATH_SIZE];
    char sha256[DIGEST_TEXT_SIZE];
    int64_t size;
};

struct manifest {
    int64_t schema_version;
    char created_at[64];
    struct manifest_file *files; /* owned */
    size_t count;
};
void manifest_clear(struct manifest *manifest);

/* Appends a file; -1 with ERROR_MEMORY. */
int manifest_add(struct manifest *manifest, const char *path, const char *sha256, int64_t size,
                 struct error *error);
void manifest_print(const struct manifest *manifest, struct bytes *text);

/* ERROR_MALFORMED or ERROR_INVALID unless it is a manifest of this format, not of a newer schema
 * than `schema_newest`, whose paths are propd.db and datasets/<sha256>, each once, with sizes that
 * do not overflow in sum. */
int manifest_parse(const char *text, size_t size, int64_t schema_newest, struct manifest *manifest,
                   struct error *error);
/* Of all files. */
int64_t manifest_bytes(const struct manifest *manifest);

#endif

/* A whole store as one tar archive, made while it is in use, and such an archive as a store again.
 *
 * The archive (POSIX.1-2001 pax interchange format, by libarchive) begins with manifest.json, which
 * names every other member with its size and SHA-256 (storage/backup_manifest.h); propd.db and one
 * datasets/<SHA-256> for each file that the database refers to follow. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_BACKUP_H
#define PROPD_STORAGE_BACKUP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "storage/store.h"

struct store_backup;

/* Takes the snapshot, which is as long as the copy of the database takes; writers go on meanwhile.
 * Until store_backup_end() the copy takes up its room on the disk, and no dataset file goes. One at
 * a time: ERROR_BUSY. ERROR_STORAGE_FULL where the copy would go below the floor; ERROR_CANCELLED
 * once *stop is set. Neither `stop` nor the store may go before the backup's end. */
struct store_backup *store_backup_begin(struct store *store, const atomic_bool *stop,
                                        struct error *error);
/* Appends the next piece of the archive, some 64 KiB; *ended with the last one. ERROR_CORRUPT where
 * a file is not what its name says: what was read so far is then no backup. */
int store_backup_read(struct store_backup *backup, struct bytes *piece, bool *ended,
                      struct error *error);
void store_backup_end(struct store_backup *backup);

struct restored {
    char created_at[64]; /* as the manifest says it */
    int64_t datasets;    /* files */
    int64_t bytes;
};
/* Reads an archive, plain or gzip, from a descriptor, and makes a store of it in `folder`, which is
 * made if absent and must hold no database (ERROR_CONFLICT). Nothing of it is trusted: names, kinds
 * and sizes of members, their digests, the database's soundness and what it refers to are checked.
 * All or nothing: the database gets its name last, when everything is on disk. */
int store_restore(const char *folder, int archive, struct restored *restored, struct error *error);

#endif

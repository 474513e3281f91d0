/* What must survive: one SQLite database and a folder of dataset files. Rows and bytes, no meaning:
 * states, documents and blobs are whatever the daemon says they are.
 *
 * Every writing function here returns after its transaction is on disk: writes from all threads go
 * through one writer thread that commits many of them with one fsync (group commit, a savepoint
 * each). Reading functions use read-only connections of their own and may be called from any
 * thread. All texts in records are owned by the record: clear them with the matching …_clear().
 * ERROR_STORAGE_FULL: the disk is full or below the floor; nothing was written; later writes work
 * again once there is room. A failed fsync or a corrupt database ends the process with exit
 * code 70.
 *
 * What a table offers stands in the header of its name; this one has the store as a whole, and all
 * of them. `terms` of a writing function: what else belongs to its transaction; NULL: nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_STORE_H
#define PROPD_STORAGE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/timing.h"
#include "storage/aliases.h"
#include "storage/answers.h"
#include "storage/checkpoints.h"
#include "storage/datasets.h"
#include "storage/events.h"
#include "storage/histograms.h"
#include "storage/history.h"
#include "storage/job_change.h"
#include "storage/jobs.h"
#include "storage/lists.h"
#include "storage/models.h"
#include "storage/saying.h"
#include "storage/settings.h"
#include "storage/terms.h"
#include "storage/tokens.h"

struct store;

struct store_options {
    const char *folder; /* made (0700) if absent; holds propd.db, datasets/, uploads/, lock */
    uint64_t free_space_floor; /* bytes that must stay free; 0: max of 1 GiB and 5 % of the file
                                  system, but at most a quarter of what is free when opened, so that
                                  a small disk is usable */
    int reader_count;          /* read connections; 0: 4 */
};

/* Opens or makes the folder: takes the lock (ERROR_CONFLICT when another daemon has it), migrates
 * after a VACUUM INTO copy, refuses a newer schema, quick_check after an unclean stop, removes
 * orphaned files. */
struct store *store_open(const struct store_options *options, struct error *error);
/* Ends the writer after what is queued, truncates the WAL, marks the stop clean. */
void store_close(struct store *store);

/* Called by the writer thread after each commit that added events, with the newest seq. Set once,
 * before use. */
void store_on_events(struct store *store, void (*notify)(void *context, int64_t seq),
                     void *context);

/* What has changed lately; the store's. */
struct changes *store_changes(struct store *store);

/* For /v1/system: bytes of the database and of dataset files; commits, operations and reads so far.
 */
struct store_statistics {
    uint64_t database_bytes, dataset_bytes, free_bytes, floor_bytes;
    uint64_t commits, operations, reads;
    int schema_version;
};
int store_statistics(struct store *store, struct store_statistics *statistics, struct error *error);
/* How long transactions took, fsync included; lives as long as the store. */
const struct timing *store_commit_timing(const struct store *store);

#endif

/* Checkpoints of jobs: bytes, each with its digest. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_CHECKPOINTS_H
#define PROPD_STORAGE_CHECKPOINTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

struct store;

/* Newest checkpoint whose digest holds (a damaged one is passed over); ERROR_NOT_FOUND where there
 * is none. */
int store_checkpoint_load(struct store *store, const char *job_id, struct bytes *checkpoint,
                          int64_t *step, struct error *error);
/* A certain one: the newest of those at `step`. ERROR_NOT_FOUND;
 * ERROR_CORRUPT where it is damaged. */
int store_checkpoint_load_at(struct store *store, const char *job_id, int64_t step,
                             struct bytes *checkpoint, struct error *error);
/* Those that are kept, newest first; the caller frees the array. */
struct checkpoint_record {
    int64_t step, bytes;
};
int store_checkpoint_list(struct store *store, const char *job_id,
                          struct checkpoint_record **records, size_t *count, struct error *error);

#endif

/* Big values (checkpoints, model files) within transactions: cut into rows, stored once by their
 * SHA-256 and counted. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_BLOBS_H
#define PROPD_STORAGE_BLOBS_H

#include "base/bytes.h"
#include "base/digest.h"
#include "storage/connection.h"

enum { BLOB_CHUNK_SIZE = 4 << 20 };

/* A value and its digest, taken before the transaction, so that the writer does not compute it. */
struct blob {
    const struct bytes *bytes;
    char sha256[DIGEST_TEXT_SIZE];
};
struct blob blob_prepare(const struct bytes *bytes);

/* Adds a use of the value and gives its number. Where a damaged copy is stored it is replaced. */
int blob_put(struct connection *connection, const struct blob *blob, int64_t *number,
             struct error *error);
/* Takes a use back; the value goes with its last one. */
int blob_release(struct connection *connection, int64_t number, struct error *error);
/* Appends the value to `bytes`; ERROR_CORRUPT where it is not what was put. */
int blob_load(struct connection *connection, int64_t number, struct bytes *bytes,
              struct error *error);

#endif

/* Big values as counted, content-addressed rows of chunks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/blobs.h"
#include "storage/statement.h"

#include <inttypes.h>
#include <string.h>

struct blob blob_prepare(const struct bytes *bytes)
{
    struct blob blob = {.bytes = bytes};
    digest_bytes(bytes->data, bytes->size, blob.sha256);
    return blob;
}

static size_t chunk_size(const struct bytes *bytes, size_t start)
{
    size_t left = bytes->size - start;
    return left < BLOB_CHUNK_SIZE ? left : BLOB_CHUNK_SIZE;
}

static int chunk_insert(struct connection *connection, int64_t number, int64_t position,
                        const uint8_t *data, size_t size, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT INTO blob_chunks (blob, position, data) VALUES (?, ?, ?)");
    statement_bind_integer(&insert, number);
    statement_bind_integer(&insert, position);
    statement_bind_blob(&insert, data, size);
    return statement_run(&insert, error);
}

static int chunks_insert(struct connection *connection, int64_t number, const struct bytes *bytes,
                         struct error *error)
{
    int64_t position = 0;
    for (size_t start = 0; start < bytes->size; start += BLOB_CHUNK_SIZE, position++)
        if (chunk_insert(connection, number, position, bytes->data + start,
                         chunk_size(bytes, start), error) != 0)
            return -1;
    return 0;
}

static struct statement chunks_select(struct connection *connection, int64_t number)
{
    struct statement select = statement_start(
        connection, "SELECT data FROM blob_chunks WHERE blob = ? ORDER BY position");
    statement_bind_integer(&select, number);
    return select;
}

/* 1: what is stored is what is given; 0: it is not; -1: error. */
static int chunks_compare(struct connection *connection, int64_t number, const struct bytes *bytes,
                          struct error *error)
{
    AUTO_CLEAR(statement_end) struct statement select = chunks_select(connection, number);
    size_t start = 0;
    int row;
    while ((row = statement_step(&select, error)) == 1) {
        size_t size;
        const void *data = statement_borrow_blob(&select, &size);
        if (statement_check(&select, error) != 0)
            return -1;
        if (size > bytes->size - start ||
            (size > 0 && memcmp(data, bytes->data + start, size) != 0))
            return 0;
        start += size;
    }
    return row < 0 ? -1 : start == bytes->size;
}

static int chunks_delete(struct connection *connection, int64_t number, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement delete = statement_start(connection, "DELETE FROM blob_chunks WHERE blob = ?");
    statement_bind_integer(&delete, number);
    return statement_run(&delete, error);
}

/* The same bytes may come again just because what is stored was found damaged: a job that went back
 * to an older checkpoint makes the newer one once more. */
static int chunks_repair(struct connection *connection, int64_t number, const struct bytes *bytes,
                         struct error *error)
{
    int same = chunks_compare(connection, number, bytes, error);
    if (same != 0)
        return same < 0 ? -1 : 0;
    if (chunks_delete(connection, number, error) != 0)
        return -1;
    return chunks_insert(connection, number, bytes, error);
}

/* Counts one more use; *uses tells whether the row is new. */
static int blob_count(struct connection *connection, const struct blob *blob, int64_t *number,
                      int64_t *uses, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT INTO blobs (sha256, size, uses) VALUES (?, ?, 1) "
                    "ON CONFLICT (sha256) DO UPDATE SET uses = uses + 1 RETURNING number, uses");
    statement_bind_text(&insert, blob->sha256);
    statement_bind_integer(&insert, (int64_t)blob->bytes->size);
    if (statement_step(&insert, error) != 1)
        return -1;
    *number = statement_read_integer(&insert);
    *uses = statement_read_integer(&insert);
    return 0;
}

int blob_put(struct connection *connection, const struct blob *blob, int64_t *number,
             struct error *error)
{
    int64_t uses = 0;
    if (blob_count(connection, blob, number, &uses, error) != 0)
        return -1;
    return uses == 1 ? chunks_insert(connection, *number, blob->bytes, error)
                     : chunks_repair(connection, *number, blob->bytes, error);
}

static int blob_discount(struct connection *connection, int64_t number, int64_t *uses,
                         struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement update = statement_start(
        connection, "UPDATE blobs SET uses = uses - 1 WHERE number = ? RETURNING uses");
    statement_bind_integer(&update, number);
    int row = statement_step(&update, error);
    if (row == 0)
        return error_set(error, ERROR_INTERNAL, "there is no blob %" PRId64, number);
    if (row < 0)
        return -1;
    *uses = statement_read_integer(&update);
    return 0;
}

int blob_release(struct connection *connection, int64_t number, struct error *error)
{
    int64_t uses = 0;
    if (blob_discount(connection, number, &uses, error) != 0)
        return -1;
    if (uses > 0)
        return 0;
    AUTO_CLEAR(statement_end)
    struct statement delete = statement_start(connection, "DELETE FROM blobs WHERE number = ?");
    statement_bind_integer(&delete, number);
    return statement_run(&delete, error);
}

static int blob_describe(struct connection *connection, int64_t number,
                         char sha256[DIGEST_TEXT_SIZE], size_t *size, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement find =
        statement_start(connection, "SELECT sha256, size FROM blobs WHERE number = ?");
    statement_bind_integer(&find, number);
    int row = statement_step(&find, error);
    if (row == 0)
        return error_set(error, ERROR_CORRUPT, "blob %" PRId64 " is missing", number);
    if (row < 0)
        return -1;
    const char *text = statement_borrow_text(&find);
    strncpy(sha256, text ? text : "", DIGEST_TEXT_SIZE - 1);
    sha256[DIGEST_TEXT_SIZE - 1] = '\0';
    *size = (size_t)statement_read_integer(&find);
    return statement_check(&find, error);
}

static int chunks_append(struct connection *connection, int64_t number, struct bytes *bytes,
                         struct error *error)
{
    AUTO_CLEAR(statement_end) struct statement select = chunks_select(connection, number);
    int row;
    while ((row = statement_step(&select, error)) == 1) {
        size_t size;
        const void *data = statement_borrow_blob(&select, &size);
        if (statement_check(&select, error) != 0)
            return -1;
        bytes_append(bytes, data, size);
    }
    return row < 0 ? -1 : bytes_check(bytes, error);
}

int blob_load(struct connection *connection, int64_t number, struct bytes *bytes,
              struct error *error)
{
    char wanted[DIGEST_TEXT_SIZE], found[DIGEST_TEXT_SIZE];
    size_t size = 0, start = bytes->size;
    if (blob_describe(connection, number, wanted, &size, error) != 0 ||
        chunks_append(connection, number, bytes, error) != 0)
        return -1;
    digest_bytes(bytes->data + start, bytes->size - start, found);
    if (bytes->size - start == size && strcmp(wanted, found) == 0)
        return 0;
    return error_set(error, ERROR_CORRUPT,
                     "blob %" PRId64 " must have %zu bytes of SHA-256 %s, not %zu of %s", number,
                     size, wanted, bytes->size - start, found);
}

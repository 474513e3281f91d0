/* Making a backup: a copy of the database that SQLite makes of one snapshot, and the files that the
 * copy refers to, which are held against removal until they are read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/backup.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "storage/backup_manifest.h"
#include "storage/internal.h"
#include "storage/migrations.h"
#include "storage/statement.h"
#include "storage/tables.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_SIZE = 64 << 10, STEPS_BETWEEN_LOOKS = 1000 };

struct store_backup {
    struct store *store;
    struct manifest manifest;
    struct bytes manifest_text;
    int64_t created_ms;
    int database; /* the copy, which has no name any more */
    struct archive *archive;
    struct bytes *piece; /* where the archive's bytes go */
    bool has_manifest;   /* written */
    size_t next;         /* file to begin */
    int file;            /* of manifest.files[next - 1], of which `left` bytes are to come; or -1 */
    int64_t at, left;
    struct digest digest;
    uint8_t buffer[PIECE_SIZE];
};

/* ---- the snapshot */

static int stop_asked(void *context)
{
    return atomic_load((const atomic_bool *)context);
}

/* VACUUM INTO reads one snapshot, which a connection that may write nothing but the copy is enough
 * for; query_only would forbid that, too. */
static int database_copy(struct store *store, const char *path, const atomic_bool *stop,
                         struct error *error)
{
    struct connection *connection = connection_open_reader(store->database_path, error);
    if (connection == NULL)
        return -1;
    sqlite3_progress_handler(connection->database, STEPS_BETWEEN_LOOKS, stop_asked,
                             (void *)(uintptr_t)stop);
    int result = connection_execute(connection, "PRAGMA query_only=OFF", error);
    if (result == 0) {
        AUTO_CLEAR(statement_end)
        struct statement copy = statement_start(connection, "VACUUM INTO ?");
        statement_bind_text(&copy, path);
        result = statement_run(&copy, error);
    }
    connection_close(connection);
    if (atomic_load(stop)) {
        error_clear(error); /* "interrupted" */
        return error_set(error, ERROR_CANCELLED, "the backup was called off: propd stops");
    }
    return result;
}

/* What the copy refers to. */
static int files_list(struct connection *connection, struct manifest *manifest, struct error *error)
{
    char path[MEMBER_PATH_SIZE];
    AUTO_CLEAR(statement_end)
    struct statement select =
        statement_start(connection, "SELECT file_sha256, max(file_bytes) FROM datasets "
                                    "GROUP BY file_sha256 ORDER BY min(id)");
    int row;
    while ((row = statement_step(&select, error)) == 1) {
        const char *sha256 = statement_borrow_text(&select);
        if (statement_check(&select, error) != 0)
            return -1;
        (void)snprintf(path, sizeof path, DATASETS_FOLDER "%s", sha256);
        if (manifest_add(manifest, path, sha256, statement_read_integer(&select), error) != 0)
            return -1;
    }
    return row;
}

static int manifest_fill(struct store_backup *backup, const char *path, struct error *error)
{
    struct manifest *manifest = &backup->manifest;
    char sha256[DIGEST_TEXT_SIZE];
    int64_t size;
    int version = 0;
    if (files_digest(backup->database, sha256, &size, error) != 0 ||
        manifest_add(manifest, DATABASE_NAME, sha256, size, error) != 0)
        return -1;
    struct connection *copy = connection_open_reader(path, error);
    if (copy == NULL)
        return -1;
    int result = schema_version(copy, &version, error);
    if (result == 0)
        result = files_list(copy, manifest, error);
    connection_close(copy);
    backup->created_ms = clock_unix_ms();
    clock_format(backup->created_ms, manifest->created_at);
    manifest->schema_version = version;
    manifest_print(manifest, &backup->manifest_text);
    return result == 0 ? bytes_check(&backup->manifest_text, error) : -1;
}

static int snapshot_take(struct store_backup *backup, const atomic_bool *stop, struct error *error)
{
    AUTO_FREE char *path = NULL;
    struct store_statistics statistics;
    struct store *store = backup->store;
    if (store_statistics(store, &statistics, error) != 0 ||
        store_reserve(store, statistics.database_bytes, error) != 0)
        return -1;
    backup->database = files_upload_create(&store->files, &path, error);
    if (backup->database < 0)
        return -1;
    int result = database_copy(store, path, stop, error);
    if (result == 0)
        result = manifest_fill(backup, path, error);
    (void)unlink(path); /* nothing is left of it, whatever becomes of us */
    return result;
}

/* ---- the archive */

static la_ssize_t piece_add(struct archive *archive, void *context, const void *data, size_t size)
{
    struct store_backup *backup = context;
    if (backup->piece == NULL) {
        archive_set_error(archive, ECANCELED, "called off");
        return -1;
    }
    bytes_append(backup->piece, data, size);
    if (!backup->piece->failed)
        return (la_ssize_t)size;
    archive_set_error(archive, ENOMEM, "no memory");
    return -1;
}

static int archive_fail(const struct store_backup *backup, struct error *error)
{
    const char *text = archive_error_string(backup->archive);
    return error_set(error, ERROR_INTERNAL, "the backup's archive cannot be written: %s",
                     text != NULL ? text : "unknown");
}

static int archive_start(struct store_backup *backup, struct error *error)
{
    backup->archive = archive_write_new();
    if (backup->archive == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an archive");
    if (archive_write_set_format_pax_restricted(backup->archive) != ARCHIVE_OK ||
        archive_write_set_bytes_per_block(backup->archive, 0) != ARCHIVE_OK ||
        archive_write_open(backup->archive, backup, NULL, piece_add, NULL) != ARCHIVE_OK)
        return archive_fail(backup, error);
    return 0;
}

struct store_backup *store_backup_begin(struct store *store, const atomic_bool *stop,
                                        struct error *error)
{
    struct store_backup *backup = calloc(1, sizeof *backup);
    if (backup == NULL) {
        error_set(error, ERROR_MEMORY, "no memory for a backup");
        return NULL;
    }
    backup->store = store;
    backup->database = backup->file = -1;
    if (dataset_files_hold(store, error) != 0) {
        free(backup);
        return NULL;
    }
    if (snapshot_take(backup, stop, error) != 0 || archive_start(backup, error) != 0) {
        store_backup_end(backup);
        return NULL;
    }
    return backup;
}

static int member_begin(struct store_backup *backup, const char *path, int64_t size,
                        struct error *error)
{
    struct archive_entry *entry = archive_entry_new();
    if (entry == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an archive");
    archive_entry_set_pathname(entry, path);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_size(entry, size);
    archive_entry_set_mtime(entry, backup->created_ms / 1000, 0);
    int code = archive_write_header(backup->archive, entry);
    archive_entry_free(entry);
    return code == ARCHIVE_OK ? 0 : archive_fail(backup, error);
}

static int data_add(struct store_backup *backup, const void *data, size_t size, struct error *error)
{
    return archive_write_data(backup->archive, data, size) == (la_ssize_t)size
               ? 0
               : archive_fail(backup, error);
}

static int manifest_write(struct store_backup *backup, struct error *error)
{
    const struct bytes *text = &backup->manifest_text;
    backup->has_manifest = true;
    if (member_begin(backup, MANIFEST_NAME, (int64_t)text->size, error) != 0)
        return -1;
    return data_add(backup, text->data, text->size, error);
}

static int file_open(struct store_backup *backup, const struct manifest_file *file)
{
    if (strcmp(file->path, DATABASE_NAME) == 0)
        return fcntl(backup->database, F_DUPFD_CLOEXEC, 0);
    return files_dataset_open(&backup->store->files, file->sha256, NULL);
}

static int file_begin(struct store_backup *backup, struct error *error)
{
    const struct manifest_file *file = &backup->manifest.files[backup->next++];
    struct stat status;
    backup->file = file_open(backup, file);
    if (backup->file < 0)
        return error_set_errno(error, "%s cannot be opened for the backup", file->path);
    if (fstat(backup->file, &status) != 0 || status.st_size != file->size)
        return error_set(error, ERROR_CORRUPT, "%s must have %lld bytes: it is damaged", file->path,
                         (long long)file->size);
    (void)posix_fadvise(backup->file, 0, 0, POSIX_FADV_SEQUENTIAL);
    backup->at = 0;
    backup->left = file->size;
    digest_start(&backup->digest);
    return member_begin(backup, file->path, file->size, error);
}

/* A backup that could not be restored must not look like one. */
static int file_finish(struct store_backup *backup, struct error *error)
{
    const struct manifest_file *file = &backup->manifest.files[backup->next - 1];
    char sha256[DIGEST_TEXT_SIZE];
    close(backup->file);
    backup->file = -1;
    digest_finish(&backup->digest, sha256);
    if (strcmp(sha256, file->sha256) != 0)
        return error_set(error, ERROR_CORRUPT, "%s has the SHA-256 %s: it is damaged", file->path,
                         sha256);
    return 0;
}

static int file_add(struct store_backup *backup, struct error *error)
{
    size_t size = backup->left < PIECE_SIZE ? (size_t)backup->left : PIECE_SIZE;
    ssize_t got = size > 0 ? pread(backup->file, backup->buffer, size, backup->at) : 0;
    if (got < 0 || (size > 0 && got == 0))
        return error_set_errno(error, "%s cannot be read for the backup",
                               backup->manifest.files[backup->next - 1].path);
    digest_add(&backup->digest, backup->buffer, (size_t)got);
    backup->at += got;
    backup->left -= got;
    if (data_add(backup, backup->buffer, (size_t)got, error) != 0)
        return -1;
    return backup->left == 0 ? file_finish(backup, error) : 0;
}

int store_backup_read(struct store_backup *backup, struct bytes *piece, bool *ended,
                      struct error *error)
{
    size_t start = piece->size;
    backup->piece = piece;
    *ended = false;
    while (piece->size - start < PIECE_SIZE && !*ended) {
        int result;
        if (!backup->has_manifest) {
            result = manifest_write(backup, error);
        } else if (backup->file >= 0) {
            result = file_add(backup, error);
        } else if (backup->next < backup->manifest.count) {
            result = file_begin(backup, error);
        } else {
            *ended = true;
            result = archive_write_close(backup->archive) == ARCHIVE_OK
                         ? 0
                         : archive_fail(backup, error);
        }
        if (result != 0)
            return -1;
    }
    return bytes_check(piece, error);
}

void store_backup_end(struct store_backup *backup)
{
    if (backup == NULL)
        return;
    if (backup->archive != NULL) {
        backup->piece = NULL; /* what the library writes now goes nowhere, and ends at once */
        (void)archive_write_free(backup->archive);
    }
    if (backup->file >= 0)
        close(backup->file);
    if (backup->database >= 0)
        close(backup->database);
    dataset_files_release(backup->store);
    manifest_clear(&backup->manifest);
    bytes_clear(&backup->manifest_text);
    free(backup);
}

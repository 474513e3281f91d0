/* A store out of a backup: every member is written under a temporary name and held to the manifest;
 * then all get their names, the database last. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "storage/backup.h"
#include "storage/backup_manifest.h"
#include "storage/files.h"
#include "storage/migrations.h"
#include "storage/restore_check.h"
#include "storage/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { BLOCK_SIZE = 64 << 10 };

struct restore {
    struct files files;
    struct archive *archive;
    struct manifest manifest;
    char **paths; /* of each of the manifest's files while it has no name yet; owned */
};

/* ---- the folder */

static int absence_check(const struct restore *restore, const char *name, struct error *error)
{
    struct stat status;
    AUTO_FREE char *path = text_print(error, "%s/%s", restore->files.folder, name);
    if (path == NULL)
        return -1;
    if (stat(path, &status) != 0 || status.st_size == 0)
        return 0;
    return error_set(error, ERROR_CONFLICT,
                     "%s is there already: a backup is restored into a folder without a database",
                     path);
}

static int folder_open(struct restore *restore, const char *folder, struct error *error)
{
    if (files_open(&restore->files, folder, error) != 0 ||
        absence_check(restore, DATABASE_NAME, error) != 0 ||
        absence_check(restore, DATABASE_NAME "-wal", error) != 0 ||
        absence_check(restore, DATABASE_NAME "-journal", error) != 0)
        return -1;
    return 0;
}

static int space_check(const struct restore *restore, struct error *error)
{
    struct statvfs system;
    if (statvfs(restore->files.folder, &system) != 0)
        return error_set_errno(error, "the free space of %s cannot be read", restore->files.folder);
    int64_t needed = manifest_bytes(&restore->manifest);
    uint64_t left = (uint64_t)system.f_bavail * system.f_frsize;
    if ((uint64_t)needed <= left)
        return 0;
    return error_set(error, ERROR_STORAGE_FULL,
                     "the backup needs %" PRId64 " bytes, but %s has %" PRIu64 " free", needed,
                     restore->files.folder, left);
}

/* ---- the archive */

static int archive_fail(struct restore *restore, struct error *error)
{
    const char *text = archive_error_string(restore->archive);
    return error_set(error, ERROR_CORRUPT,
                     "the backup must be a whole tar archive, plain or gzip: %.200s",
                     text != NULL ? text : "it cannot be read");
}

static int archive_open(struct restore *restore, int descriptor, struct error *error)
{
    restore->archive = archive_read_new();
    if (restore->archive == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to read an archive");
    if (archive_read_support_filter_gzip(restore->archive) != ARCHIVE_OK ||
        archive_read_support_format_tar(restore->archive) != ARCHIVE_OK ||
        archive_read_open_fd(restore->archive, descriptor, BLOCK_SIZE) != ARCHIVE_OK)
        return archive_fail(restore, error);
    return 0;
}

/* The next member, which must be a plain file with this name: what we write comes in the manifest's
 * order, and nothing else is asked for. 1: it is there; 0: the archive ends. */
static int member_next(struct restore *restore, const char *name, struct archive_entry **entry,
                       struct error *error)
{
    int code = archive_read_next_header(restore->archive, entry);
    if (code == ARCHIVE_EOF)
        return 0;
    if (code != ARCHIVE_OK)
        return archive_fail(restore, error);
    const char *path = archive_entry_pathname(*entry);
    if (path == NULL || strcmp(path, name) != 0)
        return error_set(error, ERROR_INVALID, "the backup has \"%.200s\" where %s must be",
                         path != NULL ? path : "", name[0] != '\0' ? name : "its end");
    if (archive_entry_filetype(*entry) != AE_IFREG || archive_entry_hardlink(*entry) != NULL ||
        archive_entry_symlink(*entry) != NULL || !archive_entry_size_is_set(*entry))
        return error_set(error, ERROR_INVALID, "%s must be a plain file in the backup", name);
    return 1;
}

static int member_find(struct restore *restore, const char *name, int64_t *size,
                       struct error *error)
{
    struct archive_entry *entry;
    int found = member_next(restore, name, &entry, error);
    if (found == 0)
        return error_set(error, ERROR_INVALID, "the backup ends before %s", name);
    if (found == 1)
        *size = archive_entry_size(entry);
    return found == 1 ? 0 : -1;
}

static int manifest_read(struct restore *restore, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes text = {0};
    int64_t size;
    if (member_find(restore, MANIFEST_NAME, &size, error) != 0)
        return -1;
    if (size > MANIFEST_SIZE_MAX)
        return error_set(error, ERROR_TOO_LARGE, MANIFEST_NAME " must have at most %d MiB",
                         MANIFEST_SIZE_MAX >> 20);
    void *room = bytes_extend(&text, (size_t)size);
    if (room == NULL && size > 0)
        return bytes_check(&text, error);
    if (archive_read_data(restore->archive, room, (size_t)size) != size)
        return archive_fail(restore, error);
    return manifest_parse((const char *)text.data, text.size, (int64_t)migration_count,
                          &restore->manifest, error);
}

static int write_whole(int descriptor, const char *data, size_t size, const char *name,
                       struct error *error)
{
    while (size > 0) {
        ssize_t written = write(descriptor, data, size);
        if (written <= 0)
            return error_set_errno(error, "%s cannot be written", name);
        data += written;
        size -= (size_t)written;
    }
    return 0;
}

/* The member's bytes, of which there are as many as its head said. */
static int data_copy(struct restore *restore, int descriptor, const char *name, struct error *error)
{
    char block[BLOCK_SIZE];
    la_ssize_t got;
    while ((got = archive_read_data(restore->archive, block, sizeof block)) > 0)
        if (write_whole(descriptor, block, (size_t)got, name, error) != 0)
            return -1;
    return got == 0 ? 0 : archive_fail(restore, error);
}

static int digest_check(const char *path, const struct manifest_file *file, struct error *error)
{
    char sha256[DIGEST_TEXT_SIZE];
    int64_t size;
    if (files_seal(path, sha256, &size, error) != 0)
        return -1;
    if (size == file->size && strcmp(sha256, file->sha256) == 0)
        return 0;
    return error_set(error, ERROR_CORRUPT,
                     "%s must have %" PRId64 " bytes of SHA-256 %s, not %" PRId64 " of %s",
                     file->path, file->size, file->sha256, size, sha256);
}

static int file_restore(struct restore *restore, size_t index, struct error *error)
{
    const struct manifest_file *file = &restore->manifest.files[index];
    int64_t size;
    if (member_find(restore, file->path, &size, error) != 0)
        return -1;
    if (size != file->size)
        return error_set(error, ERROR_INVALID,
                         "%s has %" PRId64 " bytes in the backup, but the manifest says %" PRId64,
                         file->path, size, file->size);
    int descriptor = files_upload_create(&restore->files, &restore->paths[index], error);
    if (descriptor < 0)
        return -1;
    int result = data_copy(restore, descriptor, file->path, error);
    close(descriptor);
    return result == 0 ? digest_check(restore->paths[index], file, error) : -1;
}

static int end_check(struct restore *restore, struct error *error)
{
    struct archive_entry *entry;
    int found = member_next(restore, "", &entry, error);
    return found == 0 ? 0 : -1; /* nothing has that name: it is an error then */
}

static int files_restore(struct restore *restore, struct error *error)
{
    size_t count = restore->manifest.count;
    restore->paths = calloc(count, sizeof *restore->paths);
    if (restore->paths == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a backup's list of files");
    for (size_t i = 0; i < count; i++)
        if (file_restore(restore, i, error) != 0)
            return -1;
    return end_check(restore, error);
}

/* ---- the end */

static size_t database_index(const struct restore *restore)
{
    size_t index = 0;
    while (strcmp(restore->manifest.files[index].path, DATABASE_NAME) != 0)
        index++;
    return index;
}

static int file_name(struct restore *restore, size_t index, struct error *error)
{
    AUTO_FREE char *target =
        text_print(error, "%s/%s", restore->files.folder, restore->manifest.files[index].path);
    if (target == NULL)
        return -1;
    if (rename(restore->paths[index], target) != 0)
        return error_set_errno(error, "%s cannot be renamed", restore->paths[index]);
    free(restore->paths[index]);
    restore->paths[index] = NULL;
    return 0;
}

/* Dataset files that no database refers to go at the next start: until the database has its name
 * nothing was restored. */
static int files_name(struct restore *restore, struct error *error)
{
    size_t database = database_index(restore);
    for (size_t i = 0; i < restore->manifest.count; i++)
        if (i != database && file_name(restore, i, error) != 0)
            return -1;
    if (files_sync_folder(restore->files.datasets, error) != 0 ||
        file_name(restore, database, error) != 0)
        return -1;
    return files_sync_folder(restore->files.folder, error);
}

static int restore_run(struct restore *restore, const char *folder, int archive,
                       struct error *error)
{
    if (folder_open(restore, folder, error) != 0 || archive_open(restore, archive, error) != 0 ||
        manifest_read(restore, error) != 0 || space_check(restore, error) != 0 ||
        files_restore(restore, error) != 0)
        return -1;
    const char *database = restore->paths[database_index(restore)];
    return restore_check_database(database, &restore->manifest, error) == 0
               ? files_name(restore, error)
               : -1;
}

static void restore_clear(struct restore *restore)
{
    if (restore->archive != NULL)
        (void)archive_read_free(restore->archive);
    for (size_t i = 0; restore->paths != NULL && i < restore->manifest.count; i++) {
        if (restore->paths[i] != NULL)
            (void)unlink(restore->paths[i]);
        free(restore->paths[i]);
    }
    free(restore->paths);
    manifest_clear(&restore->manifest);
    files_close(&restore->files);
}

int store_restore(const char *folder, int archive, struct restored *restored, struct error *error)
{
    struct restore restore = {.files = {.lock = -1}};
    int result = restore_run(&restore, folder, archive, error);
    if (result == 0) {
        restored->datasets = (int64_t)restore.manifest.count - 1;
        restored->bytes = manifest_bytes(&restore.manifest);
        (void)snprintf(restored->created_at, sizeof restored->created_at, "%s",
                       restore.manifest.created_at);
    }
    restore_clear(&restore);
    return result;
}

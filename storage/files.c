/* The store's folder and the files in it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/files.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/file_view.h"
#include "storage/fatal.h"
#include "storage/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VIEW_SIZE = 1 << 20 };

/* fsync reports a lost write only once, so there is no trying again. A delayed ENOSPC is not lost:
 * the file is not part of the store yet. */
static int descriptor_sync(int descriptor, const char *path, struct error *error)
{
    if (fsync(descriptor) == 0)
        return 0;
    if (errno == ENOSPC || errno == EDQUOT)
        return error_set_errno(error, "%s cannot be written", path);
    fatal_stop("fsync of %s failed: %s", path, strerror(errno));
}

int files_sync_folder(const char *folder, struct error *error)
{
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set_errno(error, "the folder %s cannot be opened", folder);
    int result = descriptor_sync(descriptor, folder, error);
    close(descriptor);
    return result;
}

/* What is acknowledged in a new folder must not go with its entry in the parent. */
static int folder_make(const char *path, struct error *error)
{
    if (mkdir(path, 0700) != 0)
        return errno == EEXIST ? 0 : error_set_errno(error, "the folder %s cannot be made", path);
    AUTO_FREE char *parent = text_print(error, "%s/..", path);
    return parent ? files_sync_folder(parent, error) : -1;
}

static int lock_take(struct files *files, struct error *error)
{
    AUTO_FREE char *path = text_print(error, "%s/lock", files->folder);
    if (!path)
        return -1;
    files->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (files->lock < 0)
        return error_set_errno(error, "the lock %s cannot be opened", path);
    if (flock(files->lock, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (errno == EWOULDBLOCK)
        return error_set(error, ERROR_CONFLICT, "%s is in use by another propd", files->folder);
    return error_set_errno(error, "the lock %s cannot be taken", path);
}

static int folder_walk(const char *folder,
                       int (*each)(void *context, int at, const char *name, struct error *error),
                       void *context, struct error *error)
{
    DIR *directory = opendir(folder);
    if (!directory)
        return error_set_errno(error, "the folder %s cannot be read", folder);
    int result = 0;
    struct dirent *entry;
    while (result == 0 && (entry = readdir(directory)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            result = each(context, dirfd(directory), entry->d_name, error);
    closedir(directory);
    return result;
}

static int upload_remove(void *context UNUSED, int at, const char *name, struct error *error UNUSED)
{
    unlinkat(at, name, 0);
    return 0;
}

int files_open(struct files *files, const char *folder, struct error *error)
{
    files->lock = -1;
    if (!(files->folder = strdup(folder)) ||
        !(files->datasets = text_print(error, "%s/datasets", folder)) ||
        !(files->uploads = text_print(error, "%s/uploads", folder)))
        return error_set(error, ERROR_MEMORY, "no memory for the paths of %s", folder);
    if (folder_make(folder, error) != 0 || lock_take(files, error) != 0 ||
        folder_make(files->datasets, error) != 0 || folder_make(files->uploads, error) != 0)
        return -1;
    return folder_walk(files->uploads, upload_remove, NULL, error);
}

void files_close(struct files *files)
{
    if (files->lock >= 0)
        close(files->lock);
    free(files->folder);
    free(files->datasets);
    free(files->uploads);
}

int files_upload_create(struct files *files, char **path, struct error *error)
{
    char id[ID_SIZE];
    if (id_make("upload", id, error) != 0)
        return -1;
    AUTO_FREE char *made = text_print(error, "%s/%s", files->uploads, id);
    if (!made)
        return -1;
    int descriptor = open(made, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return error_set_errno(error, "the upload %s cannot be made", made);
    *path = made;
    made = NULL;
    return descriptor;
}

int files_digest(int descriptor, char sha256[DIGEST_TEXT_SIZE], int64_t *size, struct error *error)
{
    struct stat status;
    struct digest digest;
    struct file_view view;
    if (fstat(descriptor, &status) != 0)
        return error_set_errno(error, "a dataset file cannot be read");
    digest_start(&digest);
    for (int64_t at = 0; at < status.st_size; at += VIEW_SIZE) {
        int64_t left = status.st_size - at;
        if (file_view_open(&view, descriptor, (uint64_t)at,
                           left < VIEW_SIZE ? (size_t)left : VIEW_SIZE) != 0)
            return error_set_errno(error, "a dataset file cannot be read");
        digest_add(&digest, view.data, view.size);
        file_view_close(&view);
    }
    digest_finish(&digest, sha256);
    *size = status.st_size;
    return 0;
}

int files_seal(const char *path, char sha256[DIGEST_TEXT_SIZE], int64_t *size, struct error *error)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set_errno(error, "%s cannot be opened", path);
    /* The disk begins while the digest is taken; fsync below waits for it. */
    (void)sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
    int result = files_digest(descriptor, sha256, size, error);
    if (result == 0)
        result = descriptor_sync(descriptor, path, error);
    close(descriptor);
    return result;
}

int files_adopt(struct files *files, const char *path, const char *sha256, struct error *error)
{
    AUTO_FREE char *target = text_print(error, "%s/%s", files->datasets, sha256);
    if (!target)
        return -1;
    if (rename(path, target) != 0)
        return error_set_errno(error, "%s cannot be moved to %s", path, target);
    return files_sync_folder(files->datasets, error);
}

int files_dataset_open(struct files *files, const char *sha256, struct error *error)
{
    AUTO_FREE char *path = text_print(error, "%s/%s", files->datasets, sha256);
    if (!path)
        return -1;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set_errno(error, "the dataset file %s cannot be opened", path);
    return descriptor;
}

void files_dataset_remove(struct files *files, const char *sha256)
{
    AUTO_FREE char *path = text_print(NULL, "%s/%s", files->datasets, sha256);
    if (path)
        unlink(path);
}

struct sweep {
    int (*is_used)(void *context, const char *sha256, struct error *error);
    void *context;
};

static int sweep_each(void *context, int at, const char *name, struct error *error)
{
    const struct sweep *sweep = context;
    int used = sweep->is_used(sweep->context, name, error);
    if (used == 0)
        unlinkat(at, name, 0);
    return used < 0 ? -1 : 0;
}

int files_sweep(struct files *files,
                int (*is_used)(void *context, const char *sha256, struct error *error),
                void *context, struct error *error)
{
    struct sweep sweep = {.is_used = is_used, .context = context};
    return folder_walk(files->datasets, sweep_each, &sweep, error);
}

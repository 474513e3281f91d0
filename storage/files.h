/* The store's folder: the lock, uploads that come in, dataset files by their SHA-256. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_FILES_H
#define PROPD_STORAGE_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"

struct files {
    char *folder, *datasets, *uploads;
    int lock;
};

/* Makes the folders (0700) and takes the lock: ERROR_CONFLICT when another process has it. Removes
 * what uploads a crash left. */
int files_open(struct files *files, const char *folder, struct error *error);
void files_close(struct files *files);

/* Makes the entries of a folder durable. A failed fsync ends the process, here and below. */
int files_sync_folder(const char *folder, struct error *error);

int files_upload_create(struct files *files, char **path, struct error *error);

/* Reads the file for its digest and size. */
int files_digest(int descriptor, char sha256[DIGEST_TEXT_SIZE], int64_t *size, struct error *error);
/* The same, and makes its bytes durable. */
int files_seal(const char *path, char sha256[DIGEST_TEXT_SIZE], int64_t *size, struct error *error);
/* Moves a sealed file to datasets/<sha256>; the same bytes there are replaced. */
int files_adopt(struct files *files, const char *path, const char *sha256, struct error *error);
int files_dataset_open(struct files *files, const char *sha256, struct error *error);
void files_dataset_remove(struct files *files, const char *sha256);

/* Removes every dataset file that `is_used` does not want: 1 keeps it, 0 removes it, -1 ends the
 * walk with the error set. */
int files_sweep(struct files *files,
                int (*is_used)(void *context, const char *sha256, struct error *error),
                void *context, struct error *error);

#endif

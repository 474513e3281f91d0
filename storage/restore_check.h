/* Whether a database that came from outside is one that a store may be made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_RESTORE_CHECK_H
#define PROPD_STORAGE_RESTORE_CHECK_H

#include "base/error.h"
#include "storage/backup_manifest.h"

/* Ours by its application id, of the manifest's schema version, sound in every table and index,
 * without triggers or views (we have none), and every dataset file that it refers to in the
 * manifest with its size; else ERROR_CORRUPT or ERROR_INVALID. */
int restore_check_database(const char *path, const struct manifest *manifest, struct error *error);

#endif

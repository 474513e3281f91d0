/* Mapped datasets, shared by the jobs that train on them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/internal.h"

static struct dataset *dataset_load(struct store *store, const struct dataset_record *record,
                                    struct error *error)
{
    AUTO_CLOSE int file = store_dataset_file(store, record, error);
    return file >= 0 ? dataset_open(file, error) : NULL;
}

const struct dataset *daemon_dataset_hold(struct daemon *daemon,
                                          const struct dataset_record *record, struct error *error)
{
    struct dataset *dataset = cache_hold(daemon->datasets, record->file_sha256);
    if (dataset != NULL)
        return dataset;
    dataset = dataset_load(daemon->store, record, error);
    if (dataset == NULL)
        return NULL;
    return cache_add(daemon->datasets, record->file_sha256, dataset, 1, error);
}

void daemon_dataset_release(struct daemon *daemon, const struct dataset *dataset)
{
    cache_release(daemon->datasets, dataset);
}

int daemon_dataset_remove(struct daemon *daemon, const struct dataset_record *record,
                          const struct store_terms *terms, struct error *error)
{
    if (store_dataset_remove(daemon->store, record->id, terms, error) != 0)
        return -1;
    cache_forget(daemon->datasets, record->file_sha256); /* one that shares the file maps it anew */
    return 0;
}

/* From uploaded bytes to a dataset: parsed once into a column file, made durable, recorded. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/internal.h"
#include "engine/dataset_options.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 16384 };

static int sources_open(const struct daemon_upload *upload, struct dataset_source sources[2],
                        struct error *error)
{
    int count = 0;
    for (; count < 2 && upload->paths[count] != NULL; count++) {
        int file = open(upload->paths[count], O_RDONLY | O_CLOEXEC);
        if (file < 0)
            return error_set_errno(error, "cannot read the upload again");
        sources[count] = (struct dataset_source){.file = file, .name = upload->source_names[count]};
    }
    return count;
}

/* Writes the column file and reads its description back, as every later user will. */
static struct dataset *column_file_make(struct daemon *daemon, const struct daemon_upload *upload,
                                        int file, struct error *error)
{
    struct dataset_source sources[2] = {{.file = -1}, {.file = -1}};
    const struct dataset_limits limits = {.bytes = (uint64_t)daemon->config->max_dataset,
                                          .columns = COLUMNS_MAX,
                                          .called_off = &daemon->stopping};
    int count = sources_open(upload, sources, error);
    int result =
        count < 0 ? -1 : dataset_import(sources, count, upload->options, &limits, file, error);
    close_file(&sources[0].file);
    close_file(&sources[1].file);
    return result == 0 ? dataset_open(file, error) : NULL;
}

static int record_fill(const struct daemon_upload *upload, const struct dataset *dataset,
                       struct dataset_record *record, struct error *error)
{
    char id[ID_SIZE];
    const json_t *target = json_object_get(dataset->description, "target");
    if (id_make("ds", id, error) != 0)
        return -1;
    *record =
        (struct dataset_record){.id = strdup(id),
                                .name = strdup(upload->name),
                                .owner = strdup(upload->owner),
                                .source_sha256 = strdup(upload->source_sha256),
                                .source_bytes = upload->source_bytes,
                                .rows = dataset->rows,
                                .target = target != NULL ? dataset_targets_text(target) : NULL,
                                .description = fields_print(dataset->description),
                                .created_ms = clock_unix_ms()};
    if (record->id == NULL || record->name == NULL || record->owner == NULL ||
        record->source_sha256 == NULL || record->description == NULL ||
        (target != NULL && record->target == NULL))
        return error_set(error, ERROR_MEMORY, "no memory for a dataset's record");
    return 0;
}

int daemon_dataset_import(struct daemon *daemon, const struct daemon_upload *upload,
                          struct dataset_record *record, bool *existing, struct error *error)
{
    AUTO_FREE char *path = NULL;
    AUTO_CLOSE int file = store_upload_create(daemon->store, &path, error);
    if (file < 0)
        return -1;
    struct dataset_record made = {0};
    struct dataset *dataset = column_file_make(daemon, upload, file, error);
    int result = dataset != NULL ? record_fill(upload, dataset, &made, error) : -1;
    dataset_close(dataset);
    made.quota_bytes = tokens_quota(daemon->tokens, upload->owner).bytes;
    if (result == 0)
        result = store_dataset_add(daemon->store, path, &made, existing, upload->terms, error);
    else
        (void)unlink(path);
    if (result == 0)
        *record = made;
    else
        dataset_record_clear(&made);
    return result;
}

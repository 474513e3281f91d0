/* Models: a record and its file, by name and version. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/models.h"
#include "storage/internal.h"
#include "storage/records.h"
#include "storage/tables.h"
#include "storage/text.h"

#include <stdlib.h>
#include <string.h>

void model_record_clear(struct model_record *record)
{
    free(record->id);
    free(record->name);
    free(record->job_id);
    free(record->dataset_id);
    free(record->sha256);
    free(record->file_sha256);
    free(record->info);
    free(record->owner);
    free(record->tags);
    free(record->about);
    free(record->aliases);
    memset(record, 0, sizeof(*record));
}

static void model_read(struct statement *row, void *record)
{
    struct model_record *model = record;
    model->id = statement_read_text(row);
    model->name = statement_read_text(row);
    model->version = statement_read_integer(row);
    model->job_id = statement_read_text(row);
    model->dataset_id = statement_read_text(row);
    model->sha256 = statement_read_text(row);
    model->file_sha256 = statement_read_text(row);
    model->file_bytes = statement_read_integer(row);
    model->info = statement_read_text(row);
    model->created_ms = statement_read_integer(row);
    model->owner = statement_read_text(row);
    model->tags = statement_read_text(row);
    model->about = statement_read_text(row);
    model->aliases = statement_read_text(row);
}

static void model_clear(void *record)
{
    model_record_clear(record);
}

static const struct record_column model_columns[] = {
    {.name = "name", .sql = "name", .type = COLUMN_TEXT},
    {.name = "bytes", .sql = "file_bytes", .type = COLUMN_INTEGER},
    {.name = NULL}};

static const struct record_kind model_kind = {
    .noun = "model",
    .table = "models",
    .prefix = "mdl_",
    .select = "SELECT id, name, version, job_id, dataset_id, sha256, file_sha256, file_bytes, "
              "info, created_ms, owner, tags, about, (SELECT json_group_array(alias) FROM "
              "(SELECT alias FROM aliases WHERE model = models.number ORDER BY alias)) FROM models",
    .versioned = true,
    .aliased = true,
    .columns = model_columns,
    .id_offset = offsetof(struct model_record, id),
    .size = sizeof(struct model_record),
    .read = model_read,
    .clear = model_clear,
};

int model_add(struct connection *connection, const struct model_record *record,
              const struct blob *blob, int64_t *version, struct error *error)
{
    int64_t number;
    if (quota_bytes_check(connection, record->owner, record->quota_bytes,
                          (int64_t)blob->bytes->size, error) != 0 ||
        version_next(connection, &model_kind, record->owner, record->name, version, error) != 0 ||
        blob_put(connection, blob, &number, error) != 0)
        return -1;
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT INTO models (id, name, version, job_id, dataset_id, sha256, "
                    "file_sha256, file_bytes, info, created_ms, owner, blob) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    statement_bind_text(&insert, record->id);
    statement_bind_text(&insert, record->name);
    statement_bind_integer(&insert, *version);
    statement_bind_text(&insert, record->job_id);
    statement_bind_text(&insert, record->dataset_id);
    statement_bind_text(&insert, record->sha256);
    statement_bind_text(&insert, blob->sha256);
    statement_bind_integer(&insert, (int64_t)blob->bytes->size);
    statement_bind_text(&insert, record->info);
    statement_bind_integer(&insert, record->created_ms);
    statement_bind_text(&insert, record_owner(record->owner));
    statement_bind_integer(&insert, number);
    return statement_run(&insert, error);
}

int model_record_seal(struct model_record *record, const struct blob *blob, struct error *error)
{
    record->file_bytes = (int64_t)blob->bytes->size;
    return text_replace(&record->file_sha256, blob->sha256, error);
}

struct model_addition {
    struct model_record *record;
    const struct store_terms *terms;
    struct blob blob;
};

static int model_addition_run(struct connection *connection, void *context, struct error *error)
{
    struct model_addition *addition = context;
    if (terms_check(connection, addition->terms, error) != 0 ||
        model_add(connection, addition->record, &addition->blob, &addition->record->version,
                  error) != 0)
        return -1;
    return terms_answer(connection, addition->terms, addition->record, true, error);
}

int store_model_add(struct store *store, struct model_record *record, const struct bytes *file,
                    const struct store_terms *terms, struct error *error)
{
    struct model_addition addition = {.record = record, .terms = terms, .blob = blob_prepare(file)};
    if (model_record_seal(record, &addition.blob, error) != 0)
        return -1;
    return store_write_growing(store, file->size, model_addition_run, &addition, error);
}

int store_model_get(struct store *store, const struct viewer *viewer, const char *reference,
                    struct model_record *record, struct error *error)
{
    return store_record_get(store, &model_kind, viewer, reference, record, error);
}

int store_model_list(struct store *store, const struct store_page *page,
                     struct model_record **records, size_t *count, bool *more, struct error *error)
{
    void *found;
    if (store_record_list(store, &model_kind, page, &found, count, more, error) != 0)
        return -1;
    *records = found;
    return 0;
}

struct model_file {
    const char *id;
    struct bytes bytes;
};

static int model_file_run(struct connection *connection, void *context, struct error *error)
{
    struct model_file *file = context;
    int64_t blob;
    if (record_number(connection, "model", "SELECT blob FROM models WHERE id = ?", file->id, &blob,
                      error) != 0)
        return -1;
    int result = blob_load(connection, blob, &file->bytes, error);
    if (result != 0)
        bytes_clear(&file->bytes);
    return result;
}

int store_model_file(struct store *store, const char *id, struct bytes *file, struct error *error)
{
    struct model_file load = {.id = id};
    if (store_read(store, model_file_run, &load, error) != 0)
        return -1;
    *file = load.bytes;
    return 0;
}

static int model_delete(struct connection *connection, const char *id, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement delete = statement_start(connection, "DELETE FROM models WHERE id = ?");
    statement_bind_text(&delete, id);
    return statement_run(&delete, error);
}

int store_model_say(struct store *store, const char *id, const struct record_saying *says,
                    const struct store_terms *terms, struct error *error)
{
    return store_record_say(store, &model_kind, id, says, terms, error);
}

struct model_removal {
    const char *id;
    const struct store_terms *terms;
};

static int model_removal_run(struct connection *connection, void *context, struct error *error)
{
    const struct model_removal *removal = context;
    int64_t number, blob;
    if (terms_check(connection, removal->terms, error) != 0 ||
        record_number(connection, "model", "SELECT number FROM models WHERE id = ?", removal->id,
                      &number, error) != 0 ||
        aliases_check(connection, number, error) != 0 ||
        record_number(connection, "model", "SELECT blob FROM models WHERE id = ?", removal->id,
                      &blob, error) != 0 ||
        model_delete(connection, removal->id, error) != 0)
        return -1;
    return blob_release(connection, blob, error);
}

int store_model_remove(struct store *store, const char *id, const struct store_terms *terms,
                       struct error *error)
{
    struct model_removal removal = {.id = id, .terms = terms};
    return store_write(store, model_removal_run, &removal, error);
}

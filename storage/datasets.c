/* Datasets: a record in the database and a column file beside it, by its SHA-256. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/datasets.h"
#include "storage/internal.h"
#include "storage/records.h"
#include "storage/tables.h"
#include "storage/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void dataset_record_clear(struct dataset_record *record)
{
    free(record->id);
    free(record->name);
    free(record->source_sha256);
    free(record->file_sha256);
    free(record->target);
    free(record->description);
    free(record->owner);
    free(record->tags);
    free(record->about);
    memset(record, 0, sizeof(*record));
}

static void dataset_read(struct statement *row, void *record)
{
    struct dataset_record *dataset = record;
    dataset->id = statement_read_text(row);
    dataset->name = statement_read_text(row);
    dataset->version = statement_read_integer(row);
    dataset->source_sha256 = statement_read_text(row);
    dataset->file_sha256 = statement_read_text(row);
    dataset->source_bytes = statement_read_integer(row);
    dataset->file_bytes = statement_read_integer(row);
    dataset->rows = statement_read_integer(row);
    dataset->target = statement_read_text(row);
    dataset->description = statement_read_text(row);
    dataset->created_ms = statement_read_integer(row);
    dataset->owner = statement_read_text(row);
    dataset->tags = statement_read_text(row);
    dataset->about = statement_read_text(row);
}

static void dataset_clear(void *record)
{
    dataset_record_clear(record);
}

static const struct record_column dataset_columns[] = {
    {.name = "name", .sql = "name", .type = COLUMN_TEXT},
    {.name = "rows", .sql = "rows", .type = COLUMN_INTEGER},
    {.name = "bytes", .sql = "source_bytes", .type = COLUMN_INTEGER},
    {.name = NULL}};

static const struct record_kind dataset_kind = {
    .noun = "dataset",
    .table = "datasets",
    .prefix = "ds_",
    .select = "SELECT id, name, version, source_sha256, file_sha256, source_bytes, file_bytes, "
              "rows, target, description, created_ms, owner, tags, about FROM datasets",
    .versioned = true,
    .columns = dataset_columns,
    .id_offset = offsetof(struct dataset_record, id),
    .size = sizeof(struct dataset_record),
    .read = dataset_read,
    .clear = dataset_clear,
};

static int dataset_number(struct connection *connection, const char *id, int64_t *number,
                          struct error *error)
{
    return record_number(connection, "dataset", "SELECT number FROM datasets WHERE id = ?", id,
                         number, error);
}

int dataset_check(struct connection *connection, const char *id, struct error *error)
{
    int64_t number;
    return dataset_number(connection, id, &number, error);
}

struct dataset_addition {
    struct dataset_record *record;
    const struct store_terms *terms;
    bool existing;
    struct dataset_record found; /* where existing */
};

static bool text_equal(const char *left, const char *right)
{
    return left && right ? strcmp(left, right) == 0 : left == right;
}

/* Whether the name's newest version is the same thing. */
static int addition_look(struct connection *connection, struct dataset_addition *addition,
                         struct error *error)
{
    const struct dataset_record *record = addition->record;
    struct dataset_record newest = {0};
    struct error absence = {0};
    if (record_find_name(connection, &dataset_kind, record_owner(record->owner), record->name, 0,
                         &newest, &absence) != 0) {
        if (absence.code == ERROR_NOT_FOUND)
            return 0;
        return error_set(error, absence.code, "%s", absence.message);
    }
    addition->existing = text_equal(newest.source_sha256, record->source_sha256) &&
                         text_equal(newest.file_sha256, record->file_sha256) &&
                         text_equal(newest.target, record->target);
    if (addition->existing)
        addition->found = newest;
    else
        dataset_record_clear(&newest);
    return 0;
}

static int dataset_insert(struct connection *connection, const struct dataset_record *record,
                          int64_t version, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT INTO datasets (id, name, version, source_sha256, file_sha256, "
                    "source_bytes, file_bytes, rows, target, description, created_ms, "
                    "owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    statement_bind_text(&insert, record->id);
    statement_bind_text(&insert, record->name);
    statement_bind_integer(&insert, version);
    statement_bind_text(&insert, record->source_sha256);
    statement_bind_text(&insert, record->file_sha256);
    statement_bind_integer(&insert, record->source_bytes);
    statement_bind_integer(&insert, record->file_bytes);
    statement_bind_integer(&insert, record->rows);
    statement_bind_text(&insert, record->target);
    statement_bind_text(&insert, record->description);
    statement_bind_integer(&insert, record->created_ms);
    statement_bind_text(&insert, record_owner(record->owner));
    return statement_run(&insert, error);
}

static int addition_run(struct connection *connection, void *context, struct error *error)
{
    struct dataset_addition *addition = context;
    struct dataset_record *record = addition->record;
    if (terms_check(connection, addition->terms, error) != 0 ||
        addition_look(connection, addition, error) != 0)
        return -1;
    if (addition->existing)
        return terms_answer(connection, addition->terms, &addition->found, false, error);
    if (quota_bytes_check(connection, record->owner, record->quota_bytes, record->file_bytes,
                          error) != 0 ||
        version_next(connection, &dataset_kind, record->owner, record->name, &record->version,
                     error) != 0 ||
        dataset_insert(connection, record, record->version, error) != 0)
        return -1;
    return terms_answer(connection, addition->terms, record, true, error);
}

struct file_use {
    const char *sha256;
    bool found;
};

static int file_use_run(struct connection *connection, void *context, struct error *error)
{
    struct file_use *use = context;
    AUTO_CLEAR(statement_end)
    struct statement find =
        statement_start(connection, "SELECT 1 FROM datasets WHERE file_sha256 = ? LIMIT 1");
    statement_bind_text(&find, use->sha256);
    int row = statement_step(&find, error);
    use->found = row == 1;
    return row < 0 ? -1 : 0;
}

int dataset_file_is_used(struct store *store, const char *sha256, struct error *error)
{
    struct file_use use = {.sha256 = sha256};
    return store_read(store, file_use_run, &use, error) == 0 ? use.found : -1;
}

/* Removes the file unless a record refers to it. A file that stays by mistake goes at the next
 * open. */
static void file_drop_unused(struct store *store, const char *sha256)
{
    if (store->dataset_files_held)
        store->dataset_files_dropped = true;
    else if (dataset_file_is_used(store, sha256, NULL) == 0)
        files_dataset_remove(&store->files, sha256);
}

int dataset_files_hold(struct store *store, struct error *error)
{
    pthread_mutex_lock(&store->dataset_files);
    bool was_held = store->dataset_files_held;
    store->dataset_files_held = true;
    pthread_mutex_unlock(&store->dataset_files);
    return was_held ? error_set(error, ERROR_BUSY,
                                "another backup is being made: there can be one at a time")
                    : 0;
}

int dataset_file_is_wanted(void *context, const char *sha256, struct error *error)
{
    return dataset_file_is_used(context, sha256, error);
}

void dataset_files_release(struct store *store)
{
    pthread_mutex_lock(&store->dataset_files);
    store->dataset_files_held = false;
    if (store->dataset_files_dropped)
        (void)files_sweep(&store->files, dataset_file_is_wanted, store, NULL);
    store->dataset_files_dropped = false;
    pthread_mutex_unlock(&store->dataset_files);
}

/* The file is in place before the row that refers to it is, and its removal comes after the row's;
 * the mutex keeps a removal from between the two steps of an addition. */
static int addition_commit(struct store *store, const char *path, struct dataset_addition *addition,
                           struct error *error)
{
    const struct dataset_record *record = addition->record;
    pthread_mutex_lock(&store->dataset_files);
    int result = files_adopt(&store->files, path, record->file_sha256, error);
    if (result == 0)
        result =
            store_write_growing(store, strlen(record->description), addition_run, addition, error);
    if (result != 0)
        file_drop_unused(store, record->file_sha256);
    pthread_mutex_unlock(&store->dataset_files);
    if (result != 0)
        dataset_record_clear(&addition->found);
    return result;
}

int store_dataset_add(struct store *store, const char *path, struct dataset_record *record,
                      bool *existing, const struct store_terms *terms, struct error *error)
{
    char sha256[DIGEST_TEXT_SIZE];
    struct dataset_addition addition = {.record = record, .terms = terms};
    int result = files_seal(path, sha256, &record->file_bytes, error);
    if (result == 0)
        result = text_replace(&record->file_sha256, sha256, error);
    if (result == 0)
        result = addition_commit(store, path, &addition, error);
    if (result != 0) {
        unlink(path);
        return -1;
    }
    *existing = addition.existing;
    if (addition.existing) {
        dataset_record_clear(record);
        *record = addition.found;
    }
    return 0;
}

int store_dataset_get(struct store *store, const struct viewer *viewer, const char *reference,
                      struct dataset_record *record, struct error *error)
{
    return store_record_get(store, &dataset_kind, viewer, reference, record, error);
}

int store_dataset_file(struct store *store, const struct dataset_record *record,
                       struct error *error)
{
    return files_dataset_open(&store->files, record->file_sha256, error);
}

int store_dataset_list(struct store *store, const struct store_page *page,
                       struct dataset_record **records, size_t *count, bool *more,
                       struct error *error)
{
    void *found;
    if (store_record_list(store, &dataset_kind, page, &found, count, more, error) != 0)
        return -1;
    *records = found;
    return 0;
}

int store_dataset_say(struct store *store, const char *id, const struct record_saying *says,
                      const struct store_terms *terms, struct error *error)
{
    return store_record_say(store, &dataset_kind, id, says, terms, error);
}

struct dataset_removal {
    const char *id;
    const struct store_terms *terms;
    char file_sha256[DIGEST_TEXT_SIZE];
};

/* Jobs that have not finished need the dataset that they learn from and the one that validates. */
static int jobs_check(struct connection *connection, const char *id, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement find = statement_start(
        connection,
        "SELECT jobs.id, state FROM jobs JOIN job_specs ON job = jobs.number"
        " JOIN datasets ON datasets.id = ?1 WHERE finished_ms = 0 AND (dataset_id = ?1 OR"
        "  (json_valid(spec) AND json_extract(spec, '$.training.validation.dataset') ="
        "   datasets.name || '@' || datasets.version)) LIMIT 1");
    statement_bind_text(&find, id);
    int row = statement_step(&find, error);
    if (row != 1)
        return row;
    const char *job = statement_borrow_text(&find);
    const char *state = statement_borrow_text(&find);
    return error_set(error, ERROR_CONFLICT,
                     "dataset \"%.128s\" is needed by job %s, which is %s: it must be finished", id,
                     job, state);
}

static int removal_run(struct connection *connection, void *context, struct error *error)
{
    struct dataset_removal *removal = context;
    if (terms_check(connection, removal->terms, error) != 0 ||
        dataset_check(connection, removal->id, error) != 0 ||
        jobs_check(connection, removal->id, error) != 0)
        return -1;
    AUTO_CLEAR(statement_end)
    struct statement delete =
        statement_start(connection, "DELETE FROM datasets WHERE id = ? RETURNING file_sha256");
    statement_bind_text(&delete, removal->id);
    if (statement_step(&delete, error) != 1)
        return -1;
    const char *sha256 = statement_borrow_text(&delete);
    if (sha256)
        strncpy(removal->file_sha256, sha256, DIGEST_TEXT_SIZE - 1);
    return statement_check(&delete, error);
}

int store_dataset_remove(struct store *store, const char *id, const struct store_terms *terms,
                         struct error *error)
{
    struct dataset_removal removal = {.id = id, .terms = terms};
    pthread_mutex_lock(&store->dataset_files);
    int result = store_write(store, removal_run, &removal, error);
    if (result == 0)
        file_drop_unused(store, removal.file_sha256);
    pthread_mutex_unlock(&store->dataset_files);
    return result;
}

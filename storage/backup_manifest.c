/* The manifest of a backup. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/backup_manifest.h"
#include "base/fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_NAME "propd-backup"
enum { FORMAT_VERSION = 1 };

void manifest_clear(struct manifest *manifest)
{
    free(manifest->files);
    *manifest = (struct manifest){0};
}

int manifest_add(struct manifest *manifest, const char *path, const char *sha256, int64_t size,
                 struct error *error)
{
    size_t count = manifest->count;
    if ((count & (count - 1)) == 0) { /* room for the next power of two */
        struct manifest_file *files =
            reallocarray(manifest->files, count == 0 ? 1 : 2 * count, sizeof *files);
        if (files == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for a backup's list of files");
        manifest->files = files;
    }
    struct manifest_file *file = &manifest->files[manifest->count++];
    file->size = size;
    (void)snprintf(file->path, sizeof file->path, "%s", path);
    (void)snprintf(file->sha256, sizeof file->sha256, "%s", sha256);
    return 0;
}

void manifest_print(const struct manifest *manifest, struct bytes *text)
{
    bytes_printf(text,
                 "{\"format\":\"" FORMAT_NAME "\",\"format_version\":%d,\"propd\":\"" PROPD_VERSION
                 "\",\"schema_version\":%" PRId64 ",\"created_at\":\"%s\",\"files\":[",
                 FORMAT_VERSION, manifest->schema_version, manifest->created_at);
    for (size_t i = 0; i < manifest->count; i++)
        bytes_printf(text, "%s\n{\"path\":\"%s\",\"size\":%" PRId64 ",\"sha256\":\"%s\"}",
                     i > 0 ? "," : "", manifest->files[i].path, manifest->files[i].size,
                     manifest->files[i].sha256);
    bytes_printf(text, "\n]}\n");
}

int64_t manifest_bytes(const struct manifest *manifest)
{
    int64_t sum = 0;
    for (size_t i = 0; i < manifest->count; i++)
        sum += manifest->files[i].size;
    return sum;
}

/* ---- reading */

struct manifest_options {
    char *format, *propd, *created_at;
    int64_t format_version, schema_version;
    json_t *files;
};
static const struct field manifest_fields[] = {
    FIELD_STRING(struct manifest_options, format, .flags = FIELD_REQUIRED,
                 .help = "\"" FORMAT_NAME "\""),
    FIELD_STRING(struct manifest_options, propd, .flags = FIELD_REQUIRED,
                 .help = "version of the program that made it"),
    FIELD_STRING(struct manifest_options, created_at, .flags = FIELD_REQUIRED, .min = 1, .max = 63,
                 .help = "when"),
    FIELD_INTEGER(struct manifest_options, format_version, .flags = FIELD_REQUIRED, .min = 1,
                  .max = 1e9, .help = "of the archive"),
    FIELD_INTEGER(struct manifest_options, schema_version, .flags = FIELD_REQUIRED, .min = 1,
                  .max = 1e9, .help = "of the database"),
    FIELD_JSON(struct manifest_options, files, .flags = FIELD_REQUIRED,
               .help = "path, size and SHA-256 of each"),
    FIELD_END};
static const struct kind manifest_kind = {.name = "manifest",
                                          .help = "what a backup holds",
                                          .size = sizeof(struct manifest_options),
                                          .fields = manifest_fields};

struct file_options {
    char *path, *sha256;
    int64_t size;
};
static const struct field file_fields[] = {
    FIELD_STRING(struct file_options, path, .flags = FIELD_REQUIRED, .help = "in the archive"),
    FIELD_STRING(struct file_options, sha256, .flags = FIELD_REQUIRED, .help = "64 digits"),
    FIELD_INTEGER(struct file_options, size, .flags = FIELD_REQUIRED, .max = 1e15, .help = "bytes"),
    FIELD_END};
static const struct kind file_kind = {.name = "file",
                                      .help = "a member of the archive",
                                      .size = sizeof(struct file_options),
                                      .fields = file_fields};

static bool digest_is_valid(const char *sha256)
{
    return strlen(sha256) == DIGEST_TEXT_SIZE - 1 &&
           strspn(sha256, "0123456789abcdef") == DIGEST_TEXT_SIZE - 1;
}

/* The database, or a dataset's file under its digest: nothing else has a place in a store. */
static bool path_is_valid(const struct file_options *file)
{
    size_t folder = strlen(DATASETS_FOLDER);
    if (strcmp(file->path, DATABASE_NAME) == 0)
        return true;
    return strncmp(file->path, DATASETS_FOLDER, folder) == 0 &&
           strcmp(file->path + folder, file->sha256) == 0;
}

static int file_check(const struct file_options *file, const char *path, struct error *error)
{
    if (!digest_is_valid(file->sha256))
        return error_set_at(error, ERROR_INVALID, path,
                            "must have a sha256 of 64 lower-case hexadecimal digits");
    if (!path_is_valid(file))
        return error_set_at(error, ERROR_INVALID, path,
                            "has the path \"%.100s\", which must be " DATABASE_NAME
                            " or " DATASETS_FOLDER "<its sha256>",
                            file->path);
    return 0;
}

static int file_read(const json_t *json, size_t index, struct manifest *manifest,
                     struct error *error)
{
    char path[32];
    struct file_options file;
    (void)snprintf(path, sizeof path, "files[%zu]", index);
    if (fields_read(&file_kind, json, &file, path, error) != 0)
        return -1;
    int result = file_check(&file, path, error);
    if (result == 0)
        result = manifest_add(manifest, file.path, file.sha256, file.size, error);
    fields_clear(&file_kind, &file);
    return result;
}

static int path_compare(const void *left, const void *right)
{
    const struct manifest_file *const *a = left, *const *b = right;
    return strcmp((*a)->path, (*b)->path);
}

/* Each path once, the database among them. */
static int paths_check(const struct manifest *manifest, struct error *error)
{
    const struct manifest_file **sorted = calloc(manifest->count + 1, sizeof *sorted);
    bool has_database = false;
    int result = 0;
    if (sorted == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a backup's list of files");
    for (size_t i = 0; i < manifest->count; i++) {
        sorted[i] = &manifest->files[i];
        has_database |= strcmp(sorted[i]->path, DATABASE_NAME) == 0;
    }
    qsort(sorted, manifest->count, sizeof *sorted, path_compare);
    for (size_t i = 1; result == 0 && i < manifest->count; i++)
        if (strcmp(sorted[i - 1]->path, sorted[i]->path) == 0)
            result =
                error_set(error, ERROR_INVALID, "the manifest names %s twice", sorted[i]->path);
    free(sorted);
    if (result == 0 && !has_database)
        return error_set(error, ERROR_INVALID, "the manifest must name " DATABASE_NAME);
    return result;
}

static int head_check(const struct manifest_options *options, int64_t schema_newest,
                      struct error *error)
{
    if (strcmp(options->format, FORMAT_NAME) != 0)
        return error_set(error, ERROR_INVALID, "format must be \"" FORMAT_NAME "\", not \"%.64s\"",
                         options->format);
    if (options->format_version > FORMAT_VERSION || options->schema_version > schema_newest)
        return error_set(error, ERROR_INVALID,
                         "the backup was made by propd %.32s with schema version %" PRId64
                         ", but this propd knows versions up to %" PRId64
                         ": a newer propd is needed",
                         options->propd, options->schema_version, schema_newest);
    if (!json_is_array(options->files))
        return error_set_at(error, ERROR_INVALID, "files", "must be a list of files");
    return 0;
}

static int files_read(const json_t *files, struct manifest *manifest, struct error *error)
{
    size_t index;
    json_t *file;
    int64_t sum = 0;
    json_array_foreach(files, index, file)
    {
        if (file_read(file, index, manifest, error) != 0)
            return -1;
        if (__builtin_add_overflow(sum, manifest->files[index].size, &sum))
            return error_set(error, ERROR_INVALID, "the sizes of the files must not overflow");
    }
    return paths_check(manifest, error);
}

int manifest_parse(const char *text, size_t size, int64_t schema_newest, struct manifest *manifest,
                   struct error *error)
{
    struct manifest_options options;
    struct manifest made = {0};
    json_auto_t *json = fields_parse(text, size, error);
    if (json == NULL || fields_read(&manifest_kind, json, &options, "", error) != 0)
        return -1;
    int result = head_check(&options, schema_newest, error);
    if (result == 0)
        result = files_read(options.files, &made, error);
    made.schema_version = options.schema_version;
    (void)snprintf(made.created_at, sizeof made.created_at, "%s", options.created_at);
    fields_clear(&manifest_kind, &options);
    if (result == 0)
        *manifest = made;
    else
        manifest_clear(&made);
    return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/engine/imported.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct dataset_limits limits = {.bytes = 64 << 20, .columns = 16384};

int temporary_file(const void *bytes, size_t size)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    fflush(file);
    int copy = dup(fileno(file));
    fclose(file);
    ck_assert_int_ge(copy, 0);
    return copy;
}

static void read_options(struct dataset_options *options, const char *text)
{
    struct error error = {0};
    ck_assert_int_eq(fields_default(&dataset_options_kind, options, &error), 0);
    char *copy = strdup(text == NULL ? "" : text), *rest = copy;
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        char *value = strchr(word, '=');
        ck_assert_ptr_nonnull(value);
        *value++ = 0;
        ck_assert_int_eq(fields_set(&dataset_options_kind, options, word, value, &error), 0);
    }
    free(copy);
}

static struct dataset *import(const struct dataset_source *sources, int count, const char *text,
                              int *column_file, struct error *error)
{
    struct dataset_options options;
    struct dataset *dataset = NULL;
    int file = temporary_file("", 0);
    read_options(&options, text);
    if (dataset_import(sources, count, &options, &limits, file, error) == 0) {
        dataset = dataset_open(file, error);
        ck_assert_ok(*error);
    }
    fields_clear(&dataset_options_kind, &options);
    if (column_file != NULL)
        *column_file = file;
    else
        close(file);
    return dataset;
}

struct dataset *import_file(int file, const char *options, int *column_file, struct error *error)
{
    struct dataset_source source = {file, "body"};
    return import(&source, 1, options, column_file, error);
}

struct dataset *import_bytes(const void *bytes, size_t size, const char *options,
                             struct error *error)
{
    int file = temporary_file(bytes, size);
    struct dataset *dataset = import_file(file, options, NULL, error);
    close(file);
    return dataset;
}

struct dataset *import_text(const char *text, const char *options, struct error *error)
{
    return import_bytes(text, strlen(text), options, error);
}

struct dataset *import_pair(const void *features, size_t features_size, const void *labels,
                            size_t labels_size, const char *options, struct error *error)
{
    struct dataset_source sources[] = {{temporary_file(features, features_size), "features"},
                                       {temporary_file(labels, labels_size), "labels"}};
    struct dataset *dataset = import(sources, 2, options, NULL, error);
    close(sources[0].file);
    close(sources[1].file);
    return dataset;
}

struct dataset *good(const char *text, const char *options)
{
    struct error error = {0};
    struct dataset *dataset = import_text(text, options, &error);
    ck_assert_ok(error);
    ck_assert_ptr_nonnull(dataset);
    return dataset;
}

void refused(const char *text, const char *options, const char *message)
{
    struct error error = {0};
    ck_assert_ptr_null(import_text(text, options, &error));
    ck_assert_error(error, ERROR_INVALID, message);
}

void row_is(const struct dataset *dataset, int64_t row, const char *json)
{
    json_t *value = dataset_row(dataset, row);
    char *text = fields_print(value);
    ck_assert_str_eq(text, json);
    free(text);
    json_decref(value);
}

void types_are(const struct dataset *dataset, const char *letters)
{
    ck_assert_int_eq(dataset->column_count, (int)strlen(letters));
    for (int i = 0; i < dataset->column_count; i++)
        ck_assert_msg(column_type_names[dataset->columns[i].type][0] == letters[i],
                      "column %s is a %s, not %c", dataset->columns[i].name,
                      column_type_names[dataset->columns[i].type], letters[i]);
}

json_t *described(const struct dataset *dataset, const char *column)
{
    int index = dataset_find(dataset, column);
    ck_assert_int_ge(index, 0);
    return json_array_get(json_object_get(dataset->description, "columns"), (size_t)index);
}

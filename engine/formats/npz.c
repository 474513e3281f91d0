/* NPZ: a ZIP archive of NumPy arrays, one a member, stored or deflated.
 *
 * Arrays of one number of rows become columns side by side, each under its member's name. Where one
 * is called x, features, data … and one y, labels, target …, they are features and labels as two
 * files of them would be, and what else there is (a test set, names of classes) is left out and
 * named in the description. The archive is read from start to end two or three times: headers, then
 * text for its categories, then all values. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/archive.h"
#include "engine/formats/array.h"
#include "engine/formats/format.h"
#include "engine/formats/npy_header.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct member_array {
    struct array array;
    char *name; /* of the member, owned; array.name too */
    uint64_t header_size;
    char *refusal; /* why it cannot be read; NULL: it can; owned */
    bool used;
};

struct npz_reader {
    struct import *import;
    struct table_builder table;
    struct member_array *members;
    size_t count, capacity;
};

static const char *const feature_names[] = {"x",       "X",       "features",     "data", "images",
                                            "x_train", "X_train", "train_images", NULL};
static const char *const label_names[] = {"y",       "Y",       "labels",  "label",        "target",
                                          "targets", "y_train", "Y_train", "train_labels", NULL};

enum { SUFFIX_SIZE = 4 }; /* ".npy" */

static size_t name_length(const struct member_array *member)
{
    return strlen(member->name) - SUFFIX_SIZE;
}

static bool is_npy(const char *name, size_t length)
{
    return length > SUFFIX_SIZE && memcmp(name + length - SUFFIX_SIZE, ".npy", SUFFIX_SIZE) == 0;
}

/* ---- headers */

static int check_member(const struct npz_reader *reader, const struct member *member,
                        struct error *error)
{
    if (member->kind != MEMBER_FILE || !is_npy(member->name, strlen(member->name)))
        return error_set(error, ERROR_INVALID,
                         "%s holds \"%.100s\", which is no .npy file: an NPZ archive holds NumPy "
                         "arrays alone",
                         reader->import->inputs[0].name, member->name);
    if (reader->count == (size_t)reader->import->limits->columns)
        return error_set(error, ERROR_TOO_LARGE, "%s has more than %zu arrays",
                         reader->import->inputs[0].name, reader->count);
    for (size_t i = 0; i < reader->count; i++)
        if (strcmp(reader->members[i].name, member->name) == 0)
            return error_set(error, ERROR_INVALID, "%s holds \"%.100s\" twice",
                             reader->import->inputs[0].name, member->name);
    return 0;
}

static struct member_array *append_member(struct npz_reader *reader, const char *name,
                                          struct error *error)
{
    if (reader->count == reader->capacity) {
        size_t capacity = reader->capacity == 0 ? 16 : reader->capacity * 2;
        struct member_array *members = realloc(reader->members, capacity * sizeof(*members));
        if (members != NULL) {
            reader->members = members;
            reader->capacity = capacity;
        }
    }
    char *copy = reader->count < reader->capacity ? strdup(name) : NULL;
    if (copy == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for the arrays of an archive");
        return NULL;
    }
    struct member_array *member = &reader->members[reader->count++];
    *member = (struct member_array){.name = copy, .array.name = copy};
    return member;
}

/* An array that cannot be read is refused only if it is wanted. */
static int read_header(struct npz_reader *reader, struct archive_reader *archive,
                       const struct member *member, struct error *error)
{
    struct error cause = {0};
    struct byte_source source = archive_reader_source(archive, member);
    if (check_member(reader, member, error) != 0)
        return -1;
    struct member_array *added = append_member(reader, member->name, error);
    if (added == NULL)
        return -1;
    if (npy_header_read(&added->array, &source, &added->header_size, &cause) == 0)
        return 0;
    if (cause.code != ERROR_INVALID)
        return error_set(error, cause.code, "%s", cause.message);
    added->refusal = strdup(cause.message);
    return added->refusal != NULL ? 0 : error_set(error, ERROR_MEMORY, "out of memory for a name");
}

/* Folders are only names. */
static int next_member(struct archive_reader *archive, struct member *member, struct error *error)
{
    int status;
    do
        status = archive_reader_next(archive, member, error);
    while (status == 1 && member->kind == MEMBER_FOLDER);
    return status;
}

static int read_headers(struct npz_reader *reader, struct error *error)
{
    struct member member;
    struct archive_reader *archive =
        archive_reader_open(&reader->import->inputs[0], reader->import->limits, error);
    int status = archive == NULL ? -1 : 1;
    while (status == 1 && (status = next_member(archive, &member, error)) == 1)
        if (read_header(reader, archive, &member, error) != 0)
            status = -1;
    archive_reader_close(archive);
    if (status == 0 && reader->count == 0)
        return error_set(error, ERROR_INVALID, "%s has no arrays: a dataset has at least one row",
                         reader->import->inputs[0].name);
    return status;
}

/* ---- which arrays become what */

/* The member that has the first of these names; NULL. */
static struct member_array *find_named(const struct npz_reader *reader, const char *const *names)
{
    for (const char *const *name = names; *name != NULL; name++)
        for (size_t i = 0; i < reader->count; i++) {
            struct member_array *member = &reader->members[i];
            if (strlen(*name) == name_length(member) &&
                memcmp(*name, member->array.name, name_length(member)) == 0)
                return member;
        }
    return NULL;
}

static int use(struct member_array *member, struct error *error)
{
    member->used = true;
    return member->refusal == NULL ? 0 : error_set(error, ERROR_INVALID, "%s", member->refusal);
}

static int add_pair(struct npz_reader *reader, struct member_array *features,
                    struct member_array *labels, struct error *error)
{
    if (use(features, error) != 0 || use(labels, error) != 0 ||
        array_check_labels(&features->array, &labels->array, error) != 0 ||
        array_set_layout(&features->array, reader->import->options, error) != 0 ||
        array_add_features(&features->array, &reader->table, error) != 0)
        return -1;
    reader->table.rows = features->array.rows;
    return array_add_labels(&labels->array, &reader->table, error);
}

static int add_array(struct npz_reader *reader, struct member_array *member, struct error *error)
{
    struct array *first = &reader->members[0].array, *array = &member->array;
    if (use(member, error) != 0)
        return -1;
    if (array->rows != first->rows)
        return error_set(error, ERROR_INVALID,
                         "%s has %" PRId64 " rows and %s %" PRId64
                         ": arrays side by side have one number of rows, unless they are called x "
                         "and y",
                         first->name, first->rows, array->name, array->rows);
    if (array->shape.rank == 3 && array_set_layout(array, reader->import->options, error) != 0)
        return -1;
    AUTO_FREE char *name = strndup(array->name, name_length(member));
    if (name == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a name");
    return array_add(array, &reader->table, name, error);
}

static int add_all(struct npz_reader *reader, struct error *error)
{
    bool has_planes = reader->import->options->layout == DATASET_LAYOUT_HWC;
    for (size_t i = 0; i < reader->count; i++) {
        if (add_array(reader, &reader->members[i], error) != 0)
            return -1;
        has_planes = has_planes || reader->members[i].array.planes;
    }
    reader->table.rows = reader->members[0].array.rows;
    return has_planes ? 0
                      : error_set(error, ERROR_INVALID,
                                  "layout=chw is for rows of rank 3, and %s has none",
                                  reader->import->inputs[0].name);
}

static int add_columns(struct npz_reader *reader, struct error *error)
{
    struct member_array *features = find_named(reader, feature_names);
    struct member_array *labels = find_named(reader, label_names);
    bool is_pair = features != NULL && labels != NULL;
    if ((is_pair ? add_pair(reader, features, labels, error) : add_all(reader, error)) != 0)
        return -1;
    reader->table.written = reader->table.rows;
    if (table_builder_check_names(&reader->table, error) != 0)
        return -1;
    return array_check_missing(&reader->table, error);
}

/* ---- values */

typedef int (*pass_fn)(const struct array *array, struct table_builder *table,
                       const struct byte_source *source, struct error *error);

static int pass_array(struct npz_reader *reader, struct archive_reader *archive,
                      const struct member *member, size_t index, bool survey, struct error *error)
{
    const struct member_array *expected = &reader->members[index];
    const struct array *array = &expected->array;
    struct byte_source source = archive_reader_source(archive, member);
    if (index >= reader->count || strcmp(member->name, array->name) != 0)
        return error_set(error, ERROR_IO, "the uploaded file was changed while it was read");
    if (!expected->used || (survey && !array_needs_survey(array, &reader->table)))
        return 0;
    if (byte_source_skip(&source, expected->header_size, error) < 0)
        return -1;
    pass_fn pass = survey ? array_survey : array_write;
    return pass(array, &reader->table, &source, error);
}

static int pass_arrays(struct npz_reader *reader, bool survey, struct error *error)
{
    struct member member;
    size_t index = 0;
    struct archive_reader *archive =
        archive_reader_open(&reader->import->inputs[0], reader->import->limits, error);
    int status = archive == NULL ? -1 : 1;
    while (status == 1 && (status = next_member(archive, &member, error)) == 1)
        if (pass_array(reader, archive, &member, index++, survey, error) != 0)
            status = -1;
    archive_reader_close(archive);
    return status;
}

static int read_values(struct npz_reader *reader, struct error *error)
{
    bool needs_survey = false;
    for (size_t i = 0; i < reader->count; i++)
        needs_survey =
            needs_survey || (reader->members[i].used &&
                             array_needs_survey(&reader->members[i].array, &reader->table));
    if (needs_survey && pass_arrays(reader, true, error) != 0)
        return -1;
    if (table_builder_layout(&reader->table, error) != 0)
        return -1;
    return pass_arrays(reader, false, error);
}

/* ---- all together */

static json_t *describe(const struct npz_reader *reader)
{
    json_t *left_out = json_array();
    for (size_t i = 0; i < reader->count; i++)
        if (!reader->members[i].used)
            json_array_append_new(left_out, json_stringn(reader->members[i].array.name,
                                                         name_length(&reader->members[i])));
    if (json_array_size(left_out) > 0)
        return json_pack("{s:s, s:o}", "format", "npz", "left_out", left_out);
    json_decref(left_out);
    return json_pack("{s:s}", "format", "npz");
}

static int read_arrays(struct npz_reader *reader, struct error *error)
{
    if (read_headers(reader, error) != 0 || add_columns(reader, error) != 0 ||
        read_values(reader, error) != 0)
        return -1;
    json_t *about = describe(reader);
    if (about == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the description of a dataset");
    return table_builder_finish(&reader->table, about, error);
}

static int read_npz(struct import *import, struct error *error)
{
    struct npz_reader reader = {.import = import};
    int status = table_builder_start(&reader.table, import, missing_words_usual, error);
    if (status == 0)
        status = read_arrays(&reader, error);
    for (size_t i = 0; i < reader.count; i++) {
        free(reader.members[i].name);
        free(reader.members[i].refusal);
    }
    free(reader.members);
    table_builder_clear(&reader.table);
    return status;
}

/* A ZIP archive whose first member's name ends in .npy. */
static bool sniff_npz(const uint8_t *head, size_t size)
{
    enum { NAME_AT = 30, LENGTH_AT = 26 };
    if (size < NAME_AT || memcmp(head, "PK\x03\x04", 4) != 0)
        return false;
    size_t length = head[LENGTH_AT] | (size_t)head[LENGTH_AT + 1] << 8;
    return length <= size - NAME_AT && is_npy((const char *)head + NAME_AT, length);
}

const struct format npz_format = {
    .kind = {.name = "npz", .help = "an archive of NumPy arrays: columns side by side, or x and y"},
    .title = "NPZ",
    .options = OPTION_TYPES | OPTION_MISSING | OPTION_LAYOUT,
    .sniff = sniff_npz,
    .read = read_npz};

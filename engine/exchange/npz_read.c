/* Reading a model out of an NPZ archive, with distrust. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/exchange/npz.h"
#include "engine/exchange/tensor_pile.h"
#include "engine/formats/npy_header.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

enum { BLOCK_SIZE = 1 << 16, BLOCK_ELEMENTS = 1024, SUFFIX_SIZE = 4 /* ".npy" */ };
enum { UNPACKED_ALWAYS = 16 << 20, UNPACKED_TIMES = 8 };

struct npz_reader {
    struct archive *archive;
    size_t left; /* bytes that members may still unpack to */
    struct tensor_pile pile;
    json_t *metadata; /* NULL: not found yet */
    struct error *error;
};

static int refuse_archive(const struct npz_reader *reader)
{
    const char *why = archive_error_string(reader->archive);
    if (archive_errno(reader->archive) == ENOMEM)
        return error_set(reader->error, ERROR_MEMORY, "out of memory for an NPZ archive");
    return error_set(reader->error, ERROR_MALFORMED, "not an NPZ archive: %s",
                     why != NULL ? why : "it cannot be read");
}

/* All bytes of the current member. Grows with what is there, not with what is promised. */
static int read_member(struct npz_reader *reader, struct bytes *bytes)
{
    la_ssize_t got;
    char block[BLOCK_SIZE];
    while ((got = archive_read_data(reader->archive, block, sizeof(block))) > 0) {
        if ((size_t)got > reader->left)
            return error_set(reader->error, ERROR_TOO_LARGE,
                             "the archive unpacks to more than 16 MiB and eight times its size");
        reader->left -= (size_t)got;
        bytes_append(bytes, block, (size_t)got);
    }
    return got < 0 ? refuse_archive(reader) : bytes_check(bytes, reader->error);
}

static ssize_t read_bytes(void *from, void *data, size_t size, struct error *error)
{
    struct bytes_reader *reader = from;
    const size_t left = reader->size - reader->at, taken = size < left ? size : left;
    (void)error;
    memcpy(data, bytes_read(reader, taken), taken);
    return (ssize_t)taken;
}

/* Sets the array's form, and *elements to what comes behind its header. */
static int read_header(const char *name, const struct bytes *bytes, struct array *array,
                       const uint8_t **elements, struct error *error)
{
    struct bytes_reader from = {.data = bytes->data, .size = bytes->size};
    const struct byte_source source = {
        .name = name, .size = bytes->size, .from = &from, .read = read_bytes};
    uint64_t header_size;
    *array = (struct array){.name = name};
    if (npy_header_read(array, &source, &header_size, error))
        return -1;
    if (array_type_is_text(&array->type) || array->fortran)
        return error_set(error, ERROR_INVALID,
                         "%.100s must be numbers in C order, as numpy.ascontiguousarray() gives",
                         name);
    *elements = bytes->data + header_size;
    return 0;
}

static int read_metadata(struct npz_reader *reader, const struct bytes *bytes)
{
    struct array array;
    const uint8_t *elements;
    if (read_header(NPZ_METADATA_NAME, bytes, &array, &elements, reader->error))
        return -1;
    if (array.type.size != 1 || array.shape.rank != 0)
        return error_set(reader->error, ERROR_INVALID,
                         NPZ_METADATA_NAME " must be the bytes of a JSON text, of type u1");
    if (reader->metadata)
        return error_set(reader->error, ERROR_INVALID,
                         "the archive has " NPZ_METADATA_NAME " twice");
    reader->metadata = fields_parse((const char *)elements, (size_t)array.rows, reader->error);
    if (reader->metadata && !json_is_object(reader->metadata))
        return error_set(reader->error, ERROR_INVALID,
                         NPZ_METADATA_NAME " must hold a JSON object of texts");
    return reader->metadata ? 0 : -1;
}

static void to_floats(const struct array_type *type, const uint8_t *raw, size_t count, float *x)
{
    double block[BLOCK_ELEMENTS];
    for (size_t done = 0; done < count; done += BLOCK_ELEMENTS) {
        const size_t part = count - done < BLOCK_ELEMENTS ? count - done : BLOCK_ELEMENTS;
        array_to_doubles(type, raw + done * type->size, part, block);
        for (size_t i = 0; i < part; i++)
            x[done + i] = (float)block[i];
    }
}

static int read_tensor(struct npz_reader *reader, const char *member, const struct bytes *bytes)
{
    struct array array;
    const uint8_t *elements;
    if (read_header(member, bytes, &array, &elements, reader->error))
        return -1;
    if (array.shape.rank == SHAPE_RANK_MAX)
        return error_set(reader->error, ERROR_INVALID, "%.100s must have at most %d dimensions",
                         member, SHAPE_RANK_MAX);
    struct shape shape = {.rank = array.shape.rank + 1, .dims = {array.rows}};
    memcpy(shape.dims + 1, array.shape.dims, (size_t)array.shape.rank * sizeof(*shape.dims));
    AUTO_FREE char *name = strndup(member, strlen(member) - SUFFIX_SIZE);
    if (!name)
        return error_set(reader->error, ERROR_MEMORY, "out of memory for a tensor's name");
    float *values = tensor_pile_add(&reader->pile, name, &shape, reader->error);
    if (!values)
        return -1;
    to_floats(&array.type, elements, (size_t)array.rows * array.elements, values);
    return 0;
}

static int take_member(struct npz_reader *reader, struct archive_entry *entry)
{
    AUTO_CLEAR(bytes_clear) struct bytes bytes = {0};
    const char *name = archive_entry_pathname(entry);
    const size_t length = name ? strlen(name) : 0;
    if (length <= SUFFIX_SIZE || strcmp(name + length - SUFFIX_SIZE, ".npy") != 0)
        return error_set(reader->error, ERROR_INVALID,
                         "the archive holds \"%.100s\", which is no .npy file: a model's has "
                         "<layer>/<tensor>.npy and " NPZ_METADATA_NAME,
                         name ? name : "?");
    if (read_member(reader, &bytes))
        return -1;
    return strcmp(name, NPZ_METADATA_NAME) == 0 ? read_metadata(reader, &bytes)
                                                : read_tensor(reader, name, &bytes);
}

static int read_members(struct npz_reader *reader, const void *file, size_t size)
{
    struct archive_entry *entry;
    int status;
    if (reader->archive == NULL ||
        archive_read_support_format_zip_streamable(reader->archive) != ARCHIVE_OK)
        return error_set(reader->error, ERROR_MEMORY, "out of memory for an NPZ archive");
    if (archive_read_open_memory(reader->archive, file, size) != ARCHIVE_OK)
        return refuse_archive(reader);
    while ((status = archive_read_next_header(reader->archive, &entry)) == ARCHIVE_OK ||
           status == ARCHIVE_WARN)
        if (take_member(reader, entry))
            return -1;
    if (status != ARCHIVE_EOF)
        return refuse_archive(reader);
    return reader->metadata ? 0
                            : error_set(reader->error, ERROR_INVALID,
                                        "the archive lacks " NPZ_METADATA_NAME
                                        ", which says what the weights belong to: only archives "
                                        "that ?format=npz gave are read");
}

struct model *npz_read_model(const void *file, size_t size, struct error *error)
{
    struct npz_reader reader = {.archive = archive_read_new(),
                                .left = size <= SIZE_MAX / UNPACKED_TIMES - UNPACKED_ALWAYS
                                            ? size * UNPACKED_TIMES + UNPACKED_ALWAYS
                                            : SIZE_MAX,
                                .error = error};
    struct model *model = NULL;
    if (read_members(&reader, file, size) == 0)
        model = tensor_pile_read(&reader.pile, reader.metadata, error);
    archive_read_free(reader.archive);
    tensor_pile_clear(&reader.pile);
    json_decref(reader.metadata);
    return model;
}

/* Writing a model as an NPZ archive, the same bytes for the same model: members in document order,
 * without times. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/exchange/npz.h"
#include "engine/formats/npy_header.h"
#include "engine/model_parts.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { HEADER_ALIGNMENT = 64, HEADER_SIZE_MAX = 256, FILE_MODE = 0644 };

struct npz_writer {
    const struct model *model;
    struct archive *archive;
    struct bytes *file;
    struct error *error;
};

static la_ssize_t write_block(struct archive *archive, void *context, const void *block,
                              size_t size)
{
    struct bytes *file = context;
    bytes_append(file, block, size);
    if (!file->failed)
        return (la_ssize_t)size;
    archive_set_error(archive, ENOMEM, "out of memory");
    return -1;
}

static int refuse(const struct npz_writer *writer)
{
    const char *why = archive_error_string(writer->archive);
    if (archive_errno(writer->archive) == ENOMEM)
        return error_set(writer->error, ERROR_MEMORY, "out of memory for an NPZ archive");
    return error_set(writer->error, ERROR_INVALID, "the model cannot be an NPZ archive: %s",
                     why != NULL ? why : "it cannot be written");
}

/* The header of an array, padded so that the data are aligned. Returns its size. */
static size_t make_header(const char *type, const struct shape *shape, char header[HEADER_SIZE_MAX])
{
    enum { PREFIX_SIZE = NPY_MAGIC_SIZE + 4 };
    char *text = header + PREFIX_SIZE;
    const size_t room = HEADER_SIZE_MAX - PREFIX_SIZE;
    size_t used =
        (size_t)snprintf(text, room, "{'descr': '%s', 'fortran_order': False, 'shape': (", type);
    for (int i = 0; i < shape->rank; i++)
        used += (size_t)snprintf(text + used, room - used,
                                 shape->rank == 1 ? "%lld,"
                                 : i == 0         ? "%lld"
                                                  : ", %lld",
                                 (long long)shape->dims[i]);
    used += (size_t)snprintf(text + used, room - used, "), }");
    const size_t size =
        (PREFIX_SIZE + used + 1 + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
    assert(size <= HEADER_SIZE_MAX);
    memset(text + used, ' ', size - PREFIX_SIZE - used - 1);
    header[size - 1] = '\n';
    memcpy(header, NPY_MAGIC "\x01", NPY_MAGIC_SIZE + 2); /* version 1.0 */
    header[PREFIX_SIZE - 2] = (char)((size - PREFIX_SIZE) & 0xff);
    header[PREFIX_SIZE - 1] = (char)((size - PREFIX_SIZE) >> 8);
    return size;
}

static bool write_member(const struct npz_writer *writer, struct archive_entry *entry,
                         const char *header, size_t header_size, const void *data, size_t size)
{
    return archive_write_header(writer->archive, entry) == ARCHIVE_OK &&
           archive_write_data(writer->archive, header, header_size) == (la_ssize_t)header_size &&
           archive_write_data(writer->archive, data, size) == (la_ssize_t)size;
}

static int write_array(const struct npz_writer *writer, const char *name, const char *type,
                       const struct shape *shape, const void *data, size_t size)
{
    char header[HEADER_SIZE_MAX];
    const size_t header_size = make_header(type, shape, header);
    struct archive_entry *entry = archive_entry_new();
    if (entry == NULL)
        return error_set(writer->error, ERROR_MEMORY, "out of memory for an NPZ archive");
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, FILE_MODE);
    archive_entry_set_size(entry, (la_int64_t)(header_size + size));
    const bool written = write_member(writer, entry, header, header_size, data, size);
    archive_entry_free(entry);
    return written ? 0 : refuse(writer);
}

static int write_tensor(void *context, const char *name, const struct layer_tensor *tensor)
{
    const struct npz_writer *writer = context;
    AUTO_CLEAR(bytes_clear) struct bytes member = {0};
    bytes_printf(&member, "%s.npy", name);
    const char *text = bytes_text(&member);
    if (text == NULL)
        return bytes_check(&member, writer->error);
    return write_array(writer, text, "<f4", &tensor->shape,
                       writer->model->parameters + tensor->offset,
                       (size_t)tensor->count * sizeof(float));
}

static int write_metadata(const struct npz_writer *writer)
{
    json_auto_t *metadata = model_metadata(writer->model);
    AUTO_FREE char *text = metadata ? fields_print(metadata) : NULL;
    if (text == NULL)
        return error_set(writer->error, ERROR_MEMORY, "out of memory for a model's metadata");
    const size_t size = strlen(text);
    const struct shape shape = {.rank = 1, .dims = {(int64_t)size}};
    return write_array(writer, NPZ_METADATA_NAME, "|u1", &shape, text, size);
}

static int open_archive(struct npz_writer *writer)
{
    struct archive *archive = writer->archive;
    if (archive == NULL)
        return error_set(writer->error, ERROR_MEMORY, "out of memory for an NPZ archive");
    if (archive_write_set_format_zip(archive) != ARCHIVE_OK ||
        archive_write_zip_set_compression_store(archive) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(archive, 1) != ARCHIVE_OK ||
        archive_write_open(archive, writer->file, NULL, write_block, NULL) != ARCHIVE_OK)
        return refuse(writer);
    return 0;
}

static int npz_write_model(const struct model *model, const char *title UNUSED, struct bytes *file,
                           struct error *error)
{
    struct npz_writer writer = {
        .model = model, .archive = archive_write_new(), .file = file, .error = error};
    int status = open_archive(&writer);
    if (status == 0)
        status = write_metadata(&writer);
    if (status == 0)
        status = network_each_tensor(model->network, write_tensor, &writer);
    if (status == 0 && archive_write_close(writer.archive) != ARCHIVE_OK)
        status = refuse(&writer);
    archive_write_free(writer.archive);
    return status != 0 ? -1 : bytes_check(file, error);
}

/* Any ZIP file: no other format that is read begins like it. */
static bool sniff_npz(const void *file, size_t size)
{
    return size > 4 && memcmp(file, "PK\x03\x04", 4) == 0;
}

const struct model_format npz_model_format = {
    .name = "npz",
    .help = "weights as NumPy arrays by layer and tensor, with all else beside them as JSON; read "
            "again",
    .content_type = "application/zip",
    .ending = ".npz",
    .write = npz_write_model,
    .sniff = sniff_npz,
    .read = npz_read_model,
};

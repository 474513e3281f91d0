/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/engine/format_bytes.h"
#include "base/png.h"
#include "tests/check.h"
#include "tests/engine/imported.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>
#include <turbojpeg.h>

struct bytes npy_with_header(int version, const char *dictionary, const void *data, size_t size)
{
    struct bytes bytes = {0};
    size_t length = strlen(dictionary);
    bytes_append(&bytes, "\x93NUMPY", 6);
    bytes_append_u8(&bytes, (uint8_t)version);
    bytes_append_u8(&bytes, 0);
    if (version == 1) {
        bytes_append_u8(&bytes, (uint8_t)length);
        bytes_append_u8(&bytes, (uint8_t)(length >> 8));
    } else {
        bytes_append_u32(&bytes, (uint32_t)length);
    }
    bytes_append(&bytes, dictionary, length);
    bytes_append(&bytes, data, size);
    return bytes;
}

struct bytes npy_bytes(const char *descr, bool fortran, const char *shape, const void *data,
                       size_t size)
{
    char dictionary[256];
    snprintf(dictionary, sizeof(dictionary),
             "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }   \n", descr,
             fortran ? "True" : "False", shape);
    return npy_with_header(1, dictionary, data, size);
}

struct dataset *import_npy(struct bytes npy_taken, const char *options, struct error *error)
{
    struct dataset *dataset = import_bytes(npy_taken.data, npy_taken.size, options, error);
    bytes_clear(&npy_taken);
    return dataset;
}

void refused_npy(struct bytes npy_taken, const char *options, const char *message)
{
    struct error error = {0};
    ck_assert_ptr_null(import_npy(npy_taken, options, &error));
    ck_assert_error(error, ERROR_INVALID, message);
}

static void write_member(struct archive *archive, const struct archive_bytes_member *member)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, member->name);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_filetype(entry, member->is_folder      ? AE_IFDIR
                                      : member->link != NULL ? AE_IFLNK
                                                             : AE_IFREG);
    if (member->link != NULL)
        archive_entry_set_symlink(entry, member->link);
    archive_entry_set_size(entry, (la_int64_t)member->content.size);
    ck_assert_int_eq(archive_write_header(archive, entry), ARCHIVE_OK);
    ck_assert_int_eq(archive_write_data(archive, member->content.data, member->content.size),
                     (la_ssize_t)member->content.size);
    archive_entry_free(entry);
}

struct bytes archive_bytes(enum archive_bytes_kind kind, const struct archive_bytes_member *members)
{
    struct bytes bytes = {0};
    size_t room = 1 << 16, used = 0;
    for (const struct archive_bytes_member *member = members; member->name != NULL; member++)
        room += member->content.size + 4096;
    struct archive *archive = archive_write_new();
    if (kind == ARCHIVE_TAR)
        ck_assert_int_eq(archive_write_set_format_ustar(archive), ARCHIVE_OK);
    else
        ck_assert_int_eq(archive_write_set_format_zip(archive), ARCHIVE_OK);
    if (kind == ARCHIVE_ZIP_DEFLATED)
        ck_assert_int_eq(archive_write_set_options(archive, "zip:compression-level=1"), ARCHIVE_OK);
    if (kind == ARCHIVE_ZIP_STORED)
        ck_assert_int_eq(archive_write_zip_set_compression_store(archive), ARCHIVE_OK);
    ck_assert_int_eq(archive_write_open_memory(archive, bytes_extend(&bytes, room), room, &used),
                     ARCHIVE_OK);
    for (; members->name != NULL; members++) {
        struct bytes content = members->content;
        write_member(archive, members);
        bytes_clear(&content);
    }
    ck_assert_int_eq(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
    bytes.size = used;
    return bytes;
}

struct dataset *import_archive(struct bytes archive_taken, const char *options, struct error *error)
{
    return import_npy(archive_taken, options, error);
}

struct bytes png_bytes(int width, int height, int channels, const uint8_t *pixels)
{
    struct bytes bytes = {0};
    struct error error = {0};
    ck_assert_int_eq(png_append(&bytes, height, width, channels, pixels, &error), 0);
    return bytes;
}

struct bytes jpeg_bytes(int width, int height, int channels, const uint8_t *pixels)
{
    struct bytes bytes = {0};
    unsigned char *jpeg = NULL;
    unsigned long size = 0;
    tjhandle handle = tjInitCompress();
    ck_assert_int_eq(tjCompress2(handle, pixels, width, 0, height,
                                 channels == 1 ? TJPF_GRAY : TJPF_RGB, &jpeg, &size,
                                 channels == 1 ? TJSAMP_GRAY : TJSAMP_444, 100, TJFLAG_ACCURATEDCT),
                     0);
    bytes_append(&bytes, jpeg, size);
    tjFree(jpeg);
    tjDestroy(handle);
    return bytes;
}

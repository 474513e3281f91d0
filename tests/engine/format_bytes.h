/* Files of the binary formats, made in memory: NumPy arrays, archives, images. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_ENGINE_FORMAT_BYTES_H
#define PROPD_TESTS_ENGINE_FORMAT_BYTES_H

#include "base/bytes.h"
#include "engine/dataset.h"

#include <stdarg.h>

/* An NPY file of version 1: "<f4", "(2, 3)", and the bytes of its values. */
struct bytes npy_bytes(const char *descr, bool fortran, const char *shape, const void *data,
                       size_t size);
/* The same with a whole dictionary and any version. */
struct bytes npy_with_header(int version, const char *dictionary, const void *data, size_t size);
struct dataset *import_npy(struct bytes npy_taken, const char *options, struct error *error);
void refused_npy(struct bytes npy_taken, const char *options, const char *message);

enum archive_bytes_kind { ARCHIVE_TAR, ARCHIVE_ZIP_STORED, ARCHIVE_ZIP_DEFLATED };

/* One member; all zero ends a list. */
struct archive_bytes_member {
    const char *name;
    struct bytes content; /* freed by archive_bytes() */
    const char *link;     /* a symbolic link to it */
    bool is_folder;
};
struct bytes archive_bytes(enum archive_bytes_kind kind,
                           const struct archive_bytes_member *members);
struct dataset *import_archive(struct bytes archive_taken, const char *options,
                               struct error *error);

/* A PNG and a JPEG of width * height * channels bytes. */
struct bytes png_bytes(int width, int height, int channels, const uint8_t *pixels);
struct bytes jpeg_bytes(int width, int height, int channels, const uint8_t *pixels);

#endif

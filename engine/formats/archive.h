/* An archive, ZIP or tar, read from its first byte to its last through libarchive. Nothing is ever
 * written to a file system: members are names, kinds and bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_ARCHIVE_H
#define PROPD_ENGINE_FORMATS_ARCHIVE_H

#include "engine/formats/byte_source.h"

struct archive_reader;

enum member_kind {
    MEMBER_FILE,
    MEMBER_FOLDER,
    MEMBER_OTHER /* a link, a device */
};

struct member {
    const char *name; /* as it stands in the archive, UTF-8; until the next member */
    enum member_kind kind;
    uint64_t size; /* INPUT_SIZE_UNKNOWN where the archive does not say it before the bytes */
};

/* Starts at the input's first byte. Members may unpack to limits->bytes together. */
struct archive_reader *archive_reader_open(struct input *input, const struct dataset_limits *limits,
                                           struct error *error);
void archive_reader_close(struct archive_reader *reader);
/* 1: `member` is the next one; 0: there is none; -1 with ERROR_INVALID for a damaged archive and
 * for names that are not UTF-8. */
int archive_reader_next(struct archive_reader *reader, struct member *member,
                        struct error *error) MUST_CHECK;
/* The current member's bytes. */
struct byte_source archive_reader_source(struct archive_reader *reader,
                                         const struct member *member);

#endif

/* libarchive behind a handful of functions: its readers for tar and ZIP alone, no filters, no
 * metadata beside name, kind and size. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/archive.h"
#include "base/utf8.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 1 << 16 };

struct archive_reader {
    struct input *input;
    struct archive *archive;
    uint64_t left;      /* bytes that members may still unpack to */
    uint64_t limit;     /* what that was at the start */
    struct error cause; /* of the input, under what libarchive says */
    bool is_open;       /* a member is, whose bytes may not all be read */
    locale_t locale;    /* of UTF-8: libarchive goes by the thread's for names; 0: there is none */
    uint8_t block[BLOCK_SIZE];
};

static la_ssize_t read_block(struct archive *archive, void *context, const void **block)
{
    struct archive_reader *reader = context;
    ssize_t got = input_read(reader->input, reader->block, BLOCK_SIZE, &reader->cause);
    *block = reader->block;
    if (got < 0)
        archive_set_error(archive, EIO, "the input cannot be read");
    return got;
}

/* Always -1. The input's own error goes before what libarchive makes of it. */
static int damaged(const struct archive_reader *reader, struct error *error)
{
    if (reader->cause.code != ERROR_NONE)
        return error_set(error, reader->cause.code, "%s", reader->cause.message);
    const char *why = archive_error_string(reader->archive);
    if (archive_errno(reader->archive) == ENOMEM)
        return error_set(error, ERROR_MEMORY, "out of memory for the archive %s",
                         reader->input->name);
    return error_set(error, ERROR_INVALID, "%s is a damaged archive: %s", reader->input->name,
                     why != NULL ? why : "it cannot be read");
}

static int start(struct archive_reader *reader, struct error *error)
{
    struct archive *archive = reader->archive;
    if (input_rewind(reader->input, error) != 0)
        return -1;
    if (archive == NULL || archive_read_support_format_tar(archive) != ARCHIVE_OK ||
        archive_read_support_format_zip_streamable(archive) != ARCHIVE_OK)
        return error_set(error, ERROR_MEMORY, "out of memory for an archive");
    if (archive_read_open(archive, reader, NULL, read_block, NULL) != ARCHIVE_OK)
        return damaged(reader, error);
    return 0;
}

struct archive_reader *archive_reader_open(struct input *input, const struct dataset_limits *limits,
                                           struct error *error)
{
    struct archive_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for an archive");
        return NULL;
    }
    reader->input = input;
    reader->left = reader->limit = limits->bytes;
    reader->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    reader->archive = archive_read_new();
    if (start(reader, error) == 0)
        return reader;
    archive_reader_close(reader);
    return NULL;
}

void archive_reader_close(struct archive_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->archive != NULL)
        archive_read_free(reader->archive);
    if (reader->locale != (locale_t)0)
        freelocale(reader->locale);
    free(reader);
}

/* As it stands, where that is UTF-8. */
static const char *member_name(struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    return name != NULL && utf8_is_valid(name) && name[0] != '\0' ? name : NULL;
}

static ssize_t read_member(void *from, void *data, size_t size, struct error *error)
{
    struct archive_reader *reader = from;
    size_t used = 0;
    while (used < size) {
        la_ssize_t got = archive_read_data(reader->archive, (char *)data + used, size - used);
        if (got < 0)
            return damaged(reader, error);
        if (got == 0)
            break;
        used += (size_t)got;
        if ((uint64_t)got > reader->left)
            return error_set(error, ERROR_TOO_LARGE,
                             "%s is larger than the limit of %" PRIu64 " bytes when unpacked",
                             reader->input->name, reader->limit);
        reader->left -= (uint64_t)got;
    }
    return (ssize_t)used;
}

/* What nobody wants counts too: libarchive would unpack it all the same. */
static int pass_member(struct archive_reader *reader, struct error *error)
{
    char block[4096];
    ssize_t got = reader->is_open ? 1 : 0;
    while (got > 0)
        got = read_member(reader, block, sizeof(block), error);
    reader->is_open = false;
    return (int)got;
}

static int read_header(struct archive_reader *reader, struct archive_entry **entry,
                       const char **name)
{
    locale_t before = reader->locale != (locale_t)0 ? uselocale(reader->locale) : (locale_t)0;
    int status = archive_read_next_header(reader->archive, entry);
    if (status == ARCHIVE_OK || status == ARCHIVE_WARN)
        *name = member_name(*entry);
    if (before != (locale_t)0)
        uselocale(before);
    return status;
}

int archive_reader_next(struct archive_reader *reader, struct member *member, struct error *error)
{
    struct archive_entry *entry;
    *member = (struct member){.size = INPUT_SIZE_UNKNOWN};
    if (pass_member(reader, error) != 0)
        return -1;
    int status = read_header(reader, &entry, &member->name);
    if (status == ARCHIVE_EOF)
        return 0;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
        return damaged(reader, error);
    if (member->name == NULL)
        return error_set(error, ERROR_INVALID, "%s has a member whose name is not UTF-8",
                         reader->input->name);
    bool is_link = archive_entry_hardlink(entry) != NULL || archive_entry_symlink(entry) != NULL;
    member->kind = is_link                                     ? MEMBER_OTHER
                   : archive_entry_filetype(entry) == AE_IFREG ? MEMBER_FILE
                   : archive_entry_filetype(entry) == AE_IFDIR ? MEMBER_FOLDER
                                                               : MEMBER_OTHER;
    if (archive_entry_size_is_set(entry) && archive_entry_size(entry) >= 0)
        member->size = (uint64_t)archive_entry_size(entry);
    reader->is_open = member->kind == MEMBER_FILE;
    return 1;
}

struct byte_source archive_reader_source(struct archive_reader *reader, const struct member *member)
{
    return (struct byte_source){
        .name = member->name, .size = member->size, .from = reader, .read = read_member};
}

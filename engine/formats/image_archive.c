/* Archives of images, tar or ZIP: every PNG and JPEG is a row, the folder that it lies in its
 * label.
 *
 * All images must have one size, unless the upload names one that they are brought to. They are
 * gray where all are, and of three channels where one has colour. The archive is read twice: heads
 * and labels, then pixels. What is hidden (a name that begins with a dot, __MACOSX) is passed over;
 * everything else that is no image is refused by its name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/archive.h"
#include "engine/formats/format.h"
#include "engine/formats/image.h"
#include "engine/number_text.h"
#include "engine/table_builder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FILE_SIZE_MAX = 64 << 20, LABEL_SIZE_MAX = 255, COLUMN_FEATURES = 0, COLUMN_LABEL = 1 };

struct image_reader {
    struct import *import;
    struct table_builder table;
    struct bytes file;          /* the image at hand */
    struct bytes pixels;        /* of it */
    struct bytes scaled;        /* of it, in the size that all have */
    int64_t width, height;      /* that all have; 0: not known yet */
    bool is_scaled, has_colour; /* size was given; some image has colour */
    int64_t rows;
};

/* ---- names */

static bool is_hidden(const char *part, size_t length)
{
    return (length > 1 && part[0] == '.' && !(length == 2 && part[1] == '.')) ||
           (length == 8 && memcmp(part, "__MACOSX", 8) == 0);
}

/* Looks at a path's parts. 1: an image's, with its folder's name as *label; 0: hidden; -1. */
static int read_path(const char *path, char label[LABEL_SIZE_MAX + 1 + NUMBER_TEXT_ROOM],
                     struct error *error)
{
    if (path[0] == '/')
        return error_set(error, ERROR_INVALID, "begins at the root, which no image does");
    label[0] = 0;
    for (const char *part = path;;) {
        size_t length = strcspn(part, "/");
        if (is_hidden(part, length))
            return 0;
        if (length == 2 && memcmp(part, "..", 2) == 0)
            return error_set(error, ERROR_INVALID, "leads out of the archive");
        if (part[length] == 0)
            break;
        if (length > LABEL_SIZE_MAX)
            return error_set(error, ERROR_INVALID, "lies in a folder whose name is over %d bytes",
                             LABEL_SIZE_MAX);
        if (length > 0 && !(length == 1 && part[0] == '.')) {
            memcpy(label, part, length);
            label[length] = 0;
        }
        part += length + 1;
    }
    if (label[0] != 0)
        return 1;
    return error_set(error, ERROR_INVALID,
                     "lies in no folder: the folder is an image's label, as in cat/1.png");
}

/* ---- files */

static int read_file(struct image_reader *reader, const struct byte_source *source,
                     struct error *error)
{
    enum { PART = 1 << 16 };
    struct bytes *file = &reader->file;
    file->size = 0;
    for (;;) {
        uint8_t *part = bytes_extend(file, PART);
        if (part == NULL)
            return bytes_check(file, error);
        ssize_t got = byte_source_read(source, part, PART, error);
        if (got < 0)
            return -1;
        file->size -= PART - (size_t)got;
        if (file->size > FILE_SIZE_MAX)
            return error_set(error, ERROR_INVALID, "%.200s has more than %d MiB", source->name,
                             FILE_SIZE_MAX >> 20);
        if (got < PART)
            return 0;
    }
}

/* What is done with an image in reader->file; errors without its name. */
typedef int (*image_fn)(struct image_reader *reader, const char *label, struct error *error);

/* Puts the name before what is wrong with an image. */
static int refuse_member(const struct member *member, const struct error *cause,
                         struct error *error)
{
    if (cause->code != ERROR_INVALID)
        return error_set(error, cause->code, "%s", cause->message);
    return error_set(error, ERROR_INVALID, "%.200s %s", member->name, cause->message);
}

static int read_member(struct image_reader *reader, struct archive_reader *archive,
                       const struct member *member, image_fn each, struct error *error)
{
    char label[LABEL_SIZE_MAX + 1 + NUMBER_TEXT_ROOM] = "";
    struct error cause = {0};
    struct byte_source source = archive_reader_source(archive, member);
    if (member->kind == MEMBER_FOLDER)
        return 0;
    int status = read_path(member->name, label, &cause);
    if (status == 0)
        return 0;
    if (status == 1 && member->kind == MEMBER_OTHER)
        status = error_set(&cause, ERROR_INVALID, "is a link or a device, not a file");
    if (status == 1 && read_file(reader, &source, error) != 0)
        return -1;
    if (status == -1 || each(reader, label, &cause) != 0)
        return refuse_member(member, &cause, error);
    reader->rows++;
    return 0;
}

static int read_members(struct image_reader *reader, image_fn each, struct error *error)
{
    struct member member;
    struct archive_reader *archive =
        archive_reader_open(&reader->import->inputs[0], reader->import->limits, error);
    int status = archive == NULL ? -1 : 1;
    reader->rows = 0;
    while (status == 1 && (status = archive_reader_next(archive, &member, error)) == 1)
        if (read_member(reader, archive, &member, each, error) != 0)
            status = -1;
    archive_reader_close(archive);
    return status;
}

/* ---- the first time: sizes, colours, labels */

static int take_size(struct image_reader *reader, const struct image_info *info,
                     struct error *error)
{
    if (reader->is_scaled)
        return 0;
    if (reader->width == 0) {
        reader->width = info->width;
        reader->height = info->height;
    }
    if (info->width == reader->width && info->height == reader->height)
        return 0;
    return error_set(error, ERROR_INVALID,
                     "has %" PRId64 " x %" PRId64 " pixels, and those before it %" PRId64
                     " x %" PRId64 ": ?size=%" PRId64 "x%" PRId64 " brings all to one size",
                     info->width, info->height, reader->width, reader->height, reader->width,
                     reader->height);
}

static int survey_image(struct image_reader *reader, const char *label, struct error *error)
{
    struct image_info info;
    struct cell cell = {.text = label, .length = (uint32_t)strlen(label)};
    if (image_probe(reader->file.data, reader->file.size, &info, error) != 0 ||
        take_size(reader, &info, error) != 0)
        return -1;
    reader->has_colour = reader->has_colour || info.has_colour;
    return column_builder_survey(&reader->table.columns[COLUMN_LABEL], &cell, reader->rows, error);
}

/* ---- the second time: pixels */

static uint8_t *make_room(struct bytes *bytes, int64_t width, int64_t height, int channels)
{
    bytes->size = 0;
    return bytes_extend(bytes, (size_t)width * (size_t)height * (size_t)channels);
}

static int write_image(struct image_reader *reader, const char *label, struct error *error)
{
    struct image_info info;
    struct cell cell = {.text = label, .length = (uint32_t)strlen(label)};
    int channels = reader->has_colour ? 3 : 1;
    if (image_probe(reader->file.data, reader->file.size, &info, error) != 0)
        return -1;
    uint8_t *pixels = make_room(&reader->pixels, info.width, info.height, channels);
    uint8_t *scaled = make_room(&reader->scaled, reader->width, reader->height, channels);
    if (pixels == NULL || scaled == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for an image");
    if ((info.has_colour && !reader->has_colour) || take_size(reader, &info, error) != 0)
        return error_set(error, ERROR_IO, "the uploaded file was changed while it was read");
    if (image_decode(reader->file.data, reader->file.size, &info, channels, pixels, error) != 0)
        return -1;
    bool fits = info.width == reader->width && info.height == reader->height;
    if (!fits &&
        image_scale(pixels, &info, channels, scaled, reader->width, reader->height, error) != 0)
        return -1;
    if (column_builder_write_tensor(&reader->table.columns[COLUMN_FEATURES], fits ? pixels : scaled,
                                    reader->scaled.size, error) != 0)
        return -1;
    return column_builder_write(&reader->table.columns[COLUMN_LABEL], &cell, error);
}

/* ---- all together */

static int start_table(struct image_reader *reader, struct error *error)
{
    static const char *const no_words[] = {NULL};
    struct table_builder *table = &reader->table;
    if (table_builder_start(table, reader->import, no_words, error) != 0 ||
        table_builder_add_column(table, "features", 8, error) != COLUMN_FEATURES ||
        table_builder_add_column(table, "label", 5, error) != COLUMN_LABEL ||
        table_builder_add_target(table, COLUMN_LABEL, error) != 0 ||
        table_builder_check_names(table, error) != 0 ||
        dataset_image_size(reader->import->options, &reader->width, &reader->height, error) != 0)
        return -1;
    table_builder_expect_type(table, COLUMN_LABEL, COLUMN_CATEGORY);
    reader->is_scaled = reader->width > 0;
    return 0;
}

static int read_images(struct image_reader *reader, struct error *error)
{
    struct table_builder *table = &reader->table;
    if (start_table(reader, error) != 0 || read_members(reader, survey_image, error) != 0)
        return -1;
    if (reader->rows == 0)
        return error_set(error, ERROR_INVALID, "%s has no images: a dataset has at least one row",
                         reader->import->inputs[0].name);
    const struct shape shape = {3, {reader->height, reader->width, reader->has_colour ? 3 : 1}};
    table->rows = reader->rows;
    if (table_builder_hold_tensors(table, COLUMN_FEATURES, &shape, true, error) != 0 ||
        table_builder_layout(table, error) != 0 || read_members(reader, write_image, error) != 0)
        return -1;
    table->written = reader->rows;
    json_t *about = json_pack("{s:s}", "format", "tar");
    if (about == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the description of a dataset");
    return table_builder_finish(table, about, error);
}

static int read_archive(struct import *import, struct error *error)
{
    struct image_reader reader = {.import = import};
    int status = read_images(&reader, error);
    table_builder_clear(&reader.table);
    bytes_clear(&reader.file);
    bytes_clear(&reader.pixels);
    bytes_clear(&reader.scaled);
    return status;
}

static bool ends_like_an_image(const char *name, size_t length)
{
    static const char *const endings[] = {"/", ".png", ".jpg", ".jpeg"};
    for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
        size_t size = strlen(endings[i]);
        if (length >= size && strncasecmp(name + length - size, endings[i], size) == 0)
            return true;
    }
    return false;
}

/* A tar of POSIX or GNU, or a ZIP archive whose first member is a folder or an image. */
static bool sniff_archive(const uint8_t *head, size_t size)
{
    enum { MAGIC_AT = 257, NAME_AT = 30, LENGTH_AT = 26 };
    if (size >= MAGIC_AT + 5 && memcmp(head + MAGIC_AT, "ustar", 5) == 0)
        return true;
    if (size < NAME_AT || memcmp(head, "PK\x03\x04", 4) != 0)
        return false;
    size_t length = head[LENGTH_AT] | (size_t)head[LENGTH_AT + 1] << 8;
    return length <= size - NAME_AT && ends_like_an_image((const char *)head + NAME_AT, length);
}

const struct format tar_format = {
    .kind = {.name = "tar",
             .help = "an archive of PNG and JPEG images, tar or ZIP, in a folder a class"},
    .title = "an archive of images",
    .options = OPTION_TYPES | OPTION_SIZE,
    .sniff = sniff_archive,
    .read = read_archive};

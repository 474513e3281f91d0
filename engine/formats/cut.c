/* Lines, quotes and brackets, followed no further than to know where a row ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/cut.h"
#include "engine/formats/json_records.h"

#include <string.h>

/* ---- lines: units of one byte, or two of UTF-16 */

struct units {
    const uint8_t *data;
    size_t count, width, start; /* start: behind a byte-order mark */
    bool big_endian;
};

static struct units units_of(const struct bytes *part)
{
    struct units units = {.data = part->data, .count = part->size, .width = 1};
    bool little = part->size >= 2 && part->data[0] == 0xff && part->data[1] == 0xfe;
    units.big_endian = part->size >= 2 && part->data[0] == 0xfe && part->data[1] == 0xff;
    if (little || units.big_endian) {
        units.width = 2;
        units.count = part->size / 2;
        units.start = 1;
    }
    return units;
}

/* 0 behind the end. */
static unsigned unit_at(const struct units *units, size_t i)
{
    if (i >= units->count)
        return 0;
    const uint8_t *at = units->data + i * units->width;
    if (units->width == 1)
        return at[0];
    return units->big_endian ? (unsigned)at[0] << 8 | at[1] : (unsigned)at[1] << 8 | at[0];
}

/* CR LF, LF, or a CR alone. */
static bool ends_line(const struct units *units, size_t i)
{
    unsigned unit = unit_at(units, i);
    return unit == '\n' || (unit == '\r' && unit_at(units, i + 1) != '\n');
}

static void keep_units(struct bytes *part, const struct units *units, size_t count)
{
    if (count > 0)
        part->size = count * units->width;
}

int cut_lines(struct bytes *part, const struct dataset_options *options UNUSED,
              struct error *error UNUSED)
{
    const struct units units = units_of(part);
    size_t end = units.count;
    while (end > units.start && !ends_line(&units, end - 1))
        end--;
    keep_units(part, &units, end > units.start ? end : 0);
    return 0;
}

/* Where a quote opens a field rather than standing in one. */
static bool begins_field(const struct units *units, size_t i)
{
    unsigned before = i == units->start ? '\n' : unit_at(units, i - 1);
    return before != 0 && before < 0x80 && strchr(",;\t| \r\n", (int)before) != NULL;
}

int cut_csv(struct bytes *part, const struct dataset_options *options UNUSED,
            struct error *error UNUSED)
{
    const struct units units = units_of(part);
    bool is_quoted = false;
    size_t end = 0;
    for (size_t i = units.start; i < units.count; i++) {
        bool is_quote = unit_at(&units, i) == '"';
        if (is_quote && is_quoted && unit_at(&units, i + 1) == '"')
            i++;
        else if (is_quote && (is_quoted || begins_field(&units, i)))
            is_quoted = !is_quoted;
        else if (!is_quoted && ends_line(&units, i))
            end = i + 1;
    }
    keep_units(part, &units, end);
    return 0;
}

/* ---- brackets */

static bool begins_array(const struct bytes *part)
{
    size_t at = part->size >= 3 && memcmp(part->data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < part->size && memchr(" \t\r\n", part->data[at], 4) != NULL)
        at++;
    return at < part->size && part->data[at] == '[';
}

int cut_json(struct bytes *part, const struct dataset_options *options UNUSED, struct error *error)
{
    struct json_brackets brackets = {0};
    bool in_array = begins_array(part);
    size_t end = 0;
    for (size_t i = 0; i < part->size && brackets.depth >= 0; i++) {
        if (!json_brackets_close(&brackets, (char)part->data[i]))
            continue;
        if (brackets.depth == 0 && in_array)
            return 0; /* the array is closed: the file is whole */
        if (brackets.depth == (in_array ? 1 : 0))
            end = i + 1;
    }
    if (end == 0)
        return 0;
    part->size = end;
    if (in_array)
        bytes_append(part, "]", 1);
    return bytes_check(part, error);
}

/* ---- a source */

static ssize_t read_part(void *from, void *data, size_t size, struct error *error UNUSED)
{
    struct part_reader *reader = from;
    size_t left = reader->part->size - reader->at;
    size = size < left ? size : left;
    memcpy(data, reader->part->data + reader->at, size);
    reader->at += size;
    return (ssize_t)size;
}

struct byte_source byte_source_of_part(struct part_reader *reader, const char *name)
{
    return (struct byte_source){name, INPUT_SIZE_UNKNOWN, reader, read_part};
}

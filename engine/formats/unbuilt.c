/* Formats of the specification that are not built yet: known by their first bytes, so that they are
 * refused by name and not as broken CSV. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/format.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool begins(const uint8_t *head, size_t size, const char *text, size_t length)
{
    return size >= length && memcmp(head, text, length) == 0;
}

static bool sniff_npy(const uint8_t *head, size_t size)
{
    return begins(head, size, "\x93NUMPY", 6);
}

/* A ZIP archive whose first member's name ends in .npy. */
static bool sniff_npz(const uint8_t *head, size_t size)
{
    enum { NAME_AT = 30, LENGTH_AT = 26 };
    if (!begins(head, size, "PK\x03\x04", 4) || size < NAME_AT)
        return false;
    size_t length = head[LENGTH_AT] | (size_t)head[LENGTH_AT + 1] << 8;
    return length >= 4 && length <= size - NAME_AT &&
           memcmp(head + NAME_AT + length - 4, ".npy", 4) == 0;
}

static bool sniff_tar(const uint8_t *head, size_t size)
{
    return size >= 262 && memcmp(head + 257, "ustar", 5) == 0;
}

static const uint8_t *skip_blanks(const uint8_t *at, const uint8_t *end)
{
    while (at < end && isspace(*at))
        at++;
    return at;
}

/* Comments begin with %; the first thing that is none is @relation. A head of nothing but comments
 * is one too: no CSV begins like that. */
static bool sniff_arff(const uint8_t *head, size_t size)
{
    const uint8_t *end = head + size;
    const uint8_t *at = skip_blanks(head, end);
    while (at < end && *at == '%') {
        at = memchr(at, '\n', (size_t)(end - at));
        if (at == NULL)
            return size == FORMAT_HEAD_SIZE;
        at = skip_blanks(at, end);
    }
    if (at == end && size == FORMAT_HEAD_SIZE)
        return true;
    return end - at >= 9 && strncasecmp((const char *)at, "@relation", 9) == 0;
}

static bool sniff_jsonl(const uint8_t *head, size_t size)
{
    const uint8_t *end = head + size;
    const uint8_t *at = skip_blanks(head, end);
    if (at == end || *at != '{')
        return false;
    at = skip_blanks(at + 1, end);
    return at < end && *at == '"';
}

/* "label index:value index:value …". */
static bool sniff_libsvm(const uint8_t *head, size_t size)
{
    const uint8_t *at = head, *end = head + size;
    while (at < end && (isdigit(*at) || strchr("+-.,eE", *at) != NULL) && *at != 0)
        at++;
    const uint8_t *index = at;
    while (index < end && *index == ' ')
        index++;
    if (at == head || index == at)
        return false;
    for (at = index; at < end && isdigit(*at);)
        at++;
    if (at == index || at + 1 >= end || *at != ':' || !(isdigit(at[1]) || strchr("+-.", at[1])))
        return false;
    while (++at < end && (isdigit(*at) || (*at != 0 && strchr("+-.eE", *at) != NULL)))
        continue;
    return at == end || *at == ' ' || *at == '\n' || *at == '\r';
}

/* Raw bytes look like nothing: only the option names them. */
static bool sniff_nothing(const uint8_t *head UNUSED, size_t size UNUSED)
{
    return false;
}

const struct format npy_format = {{.name = "npy", .help = "a NumPy array"}, "NPY", sniff_npy, NULL};
const struct format npz_format = {
    {.name = "npz", .help = "an archive of NumPy arrays"}, "NPZ", sniff_npz, NULL};
const struct format tar_format = {
    {.name = "tar", .help = "an archive of images by class"}, "TAR", sniff_tar, NULL};
const struct format arff_format = {
    {.name = "arff", .help = "Weka's attribute-relation file"}, "ARFF", sniff_arff, NULL};
const struct format jsonl_format = {
    {.name = "jsonl", .help = "one JSON object a line"}, "JSON lines", sniff_jsonl, NULL};
const struct format libsvm_format = {
    {.name = "libsvm", .help = "sparse rows, label index:value …"}, "LibSVM", sniff_libsvm, NULL};
const struct format raw_format = {
    {.name = "raw", .help = "bare numbers of a given shape"}, "raw", sniff_nothing, NULL};

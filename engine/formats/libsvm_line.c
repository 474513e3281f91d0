/* Reading of one line, by the pieces that blanks cut it into. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/libsvm_line.h"
#include "engine/number_text.h"

#include <string.h>

enum { SHOWN_MAX = 40, INDEX_DIGITS_MAX = 10 };

static int refuse(const char *text, size_t length, const char *expected, struct error *error)
{
    int shown = length < SHOWN_MAX ? (int)length : SHOWN_MAX;
    return error_set(error, ERROR_INVALID, "\"%.*s\" is not %s", shown, text, expected);
}

/* The next piece; false at the end. */
static bool take_piece(struct libsvm_line *line, const char **text, size_t *length)
{
    while (line->at < line->end && (*line->at == ' ' || *line->at == '\t'))
        line->at++;
    *text = line->at;
    while (line->at < line->end && *line->at != ' ' && *line->at != '\t')
        line->at++;
    *length = (size_t)(line->at - *text);
    return *length > 0;
}

static bool read_number(const char *text, size_t length, double *value)
{
    return number_text_read(text, length, value) == NUMBER_FINITE;
}

/* "qid:3" */
static int take_query(struct libsvm_line *line, struct error *error)
{
    const char *text;
    size_t length;
    struct libsvm_line ahead = *line;
    if (!take_piece(&ahead, &text, &length) || length < 4 || memcmp(text, "qid:", 4) != 0)
        return 0;
    line->at = ahead.at;
    line->has_query = true;
    return read_number(text + 4, length - 4, &line->query)
               ? 0
               : refuse(text, length, "a query like qid:3", error);
}

int libsvm_line_start(struct libsvm_line *line, const struct lines *lines, struct error *error)
{
    const char *comment = memchr(lines->line, '#', lines->length);
    const char *text;
    size_t length;
    *line = (struct libsvm_line){.at = lines->line, .last_index = -1};
    line->end = comment != NULL ? comment : lines->line + lines->length;
    struct libsvm_line ahead = *line;
    if (!take_piece(&ahead, &text, &length))
        return 0;
    line->labels = (struct cell){.text = text, .length = (uint32_t)length};
    if (memchr(text, ':', length) == NULL)
        line->at = ahead.at;
    else
        line->labels.length = 0; /* a row of many labels may have none */
    return take_query(line, error) == 0 ? 1 : -1;
}

static bool read_index(const char *text, size_t length, int64_t *index)
{
    *index = 0;
    if (length == 0 || length > INDEX_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *index = *index * 10 + (text[i] - '0');
    }
    return true;
}

int libsvm_line_next(struct libsvm_line *line, int64_t *index, double *value, struct error *error)
{
    const char *text;
    size_t length;
    if (!take_piece(line, &text, &length))
        return 0;
    const char *colon = memchr(text, ':', length);
    size_t index_length = colon != NULL ? (size_t)(colon - text) : length;
    if (colon == NULL || !read_index(text, index_length, index) ||
        !read_number(colon + 1, length - index_length - 1, value))
        return refuse(text, length, "an index and a finite value like 3:0.5", error);
    if (*index <= line->last_index)
        return refuse(text, length, "an index above the one before it", error);
    line->last_index = *index;
    return 1;
}

bool libsvm_labels_are_many(const struct cell *labels)
{
    return labels->length == 0 || memchr(labels->text, ',', labels->length) != NULL;
}

int libsvm_labels_next(struct cell *labels, struct cell *label, struct error *error)
{
    double number;
    if (labels->length == 0)
        return 0;
    const char *comma = memchr(labels->text, ',', labels->length);
    uint32_t length = comma != NULL ? (uint32_t)(comma - labels->text) : labels->length;
    *label = (struct cell){.text = labels->text, .length = length};
    uint32_t passed = length + (comma != NULL);
    labels->text += passed;
    labels->length -= passed;
    return read_number(label->text, label->length, &number)
               ? 1
               : refuse(label->text, label->length, "a label like 1, +1 or 4,9,18", error);
}

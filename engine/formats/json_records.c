/* The end of an object is found by its brackets, outside of strings; whether it is JSON at all, the
 * parser says. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/json_records.h"
#include "base/fields.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int json_records_open(struct json_records *records, struct input *input, struct error *error)
{
    *records = (struct json_records){.next_line = 1};
    return text_input_open(&records->text, input, TEXT_UTF8, error);
}

void json_records_close(struct json_records *records)
{
    text_input_close(&records->text);
    *records = (struct json_records){0};
}

static int refuse(int64_t line, const char *what, struct error *error)
{
    return error_set(error, ERROR_INVALID, "line %" PRId64 ": %s", line, what);
}

/* 1: the window begins with something that is not blank; 0: there is nothing more. */
static int skip_blanks(struct json_records *records, struct error *error)
{
    struct text_input *text = &records->text;
    for (;;) {
        for (; text->begin < text->end; text->begin++) {
            char c = text->data[text->begin];
            records->next_line += c == '\n';
            if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
                return 1;
        }
        int more = text_input_more(text, error);
        if (more < 0 || (more == 0 && text->begin == text->end))
            return more;
    }
}

static char first(const struct json_records *records)
{
    return records->text.data[records->text.begin];
}

static bool take(struct json_records *records, char wanted)
{
    if (first(records) != wanted)
        return false;
    records->text.begin++;
    return true;
}

/* skip_blanks() within an array, which does not end there. */
static int skip_within(struct json_records *records, struct error *error)
{
    int status = skip_blanks(records, error);
    return status == 0 ? refuse(records->next_line, "the array is never closed", error) : status;
}

/* 0 where the array is closed and nothing comes behind it. */
static int close_array(struct json_records *records, struct error *error)
{
    if (!take(records, ']'))
        return refuse(records->next_line, "objects of an array must be separated by commas", error);
    records->has_ended = true;
    int status = skip_blanks(records, error);
    return status == 1 ? refuse(records->next_line, "there is more behind the array", error)
                       : status;
}

/* To the next object: 1; 0 where there is none; -1. */
static int pass_between(struct json_records *records, struct error *error)
{
    int64_t line = records->next_line;
    bool is_first = !records->has_begun;
    if (records->has_ended)
        return 0;
    int status = records->in_array ? skip_within(records, error) : skip_blanks(records, error);
    if (status != 1)
        return status;
    records->has_begun = true;
    if (is_first)
        records->in_array = take(records, '[');
    else if (!records->in_array && records->next_line == line)
        return refuse(line, "there is more behind the object: one object a line", error);
    else if (records->in_array && !take(records, ','))
        return close_array(records, error);
    if (!records->in_array)
        return 1;
    status = skip_within(records, error);
    return status == 1 && is_first && first(records) == ']' ? close_array(records, error) : status;
}

bool json_brackets_close(struct json_brackets *brackets, char c)
{
    if (brackets->is_escaped)
        brackets->is_escaped = false;
    else if (brackets->is_in_string && c == '\\')
        brackets->is_escaped = true;
    else if (c == '"')
        brackets->is_in_string = !brackets->is_in_string;
    else if (!brackets->is_in_string && (c == '{' || c == '['))
        brackets->depth++;
    else if (!brackets->is_in_string && (c == '}' || c == ']'))
        return brackets->depth--, true;
    return false;
}

/* Where the object that begins the window ends, looked for from *at on; false where the window has
 * not all of it. */
static bool find_end(struct json_brackets *brackets, const struct text_input *text, size_t *at)
{
    for (; text->begin + *at < text->end; ++*at)
        if (json_brackets_close(brackets, text->data[text->begin + *at]) && brackets->depth == 0)
            return ++*at, true;
    return false;
}

/* The parser counts lines from the object's first. */
static int refuse_text(const struct json_records *records, const struct error *cause,
                       struct error *error)
{
    static const char begin[] = "line ";
    const char *text = cause->message;
    int64_t line = 1;
    char *end;
    if (cause->code != ERROR_MALFORMED)
        return error_set(error, cause->code, "%s", cause->message);
    if (strncmp(text, begin, strlen(begin)) == 0) {
        line = strtoll(text + strlen(begin), &end, 10);
        text = strncmp(end, ", ", 2) == 0 ? end + 2 : end;
    }
    return error_set(error, ERROR_INVALID, "line %" PRId64 ", %s", records->line + line - 1, text);
}

static int parse(struct json_records *records, size_t size, json_t **object, struct error *error)
{
    struct text_input *text = &records->text;
    const char *start = text->data + text->begin;
    struct error cause = {0};
    *object = fields_parse(start, size, &cause);
    if (*object == NULL)
        return refuse_text(records, &cause, error);
    for (size_t i = 0; i < size; i++)
        records->next_line += start[i] == '\n';
    text->begin += size;
    return 1;
}

int json_records_next(struct json_records *records, json_t **object, struct error *error)
{
    struct json_brackets brackets = {0};
    size_t size = 0;
    int status = pass_between(records, error);
    if (status != 1)
        return status;
    records->line = records->next_line;
    if (first(records) != '{')
        return refuse(records->line, "expected an object like {\"a\": 1}", error);
    while (!find_end(&brackets, &records->text, &size)) {
        struct error cause = {0};
        int more = text_input_more(&records->text, &cause);
        if (more < 0)
            return json_records_refuse(records, &cause, error);
        if (more == 0 && records->text.begin + size == records->text.end)
            return refuse(records->line, "the object is never closed", error);
    }
    return parse(records, size, object, error);
}

int json_records_refuse(const struct json_records *records, const struct error *inner,
                        struct error *error)
{
    if (inner->code != ERROR_INVALID)
        return error_set(error, inner->code, "%s", inner->message);
    return refuse(records->line, inner->message, error);
}

/* JSON text to a document, by jansson; the limits that it leaves open are set here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"

#include <errno.h>
#include <string.h>

enum { JSON_DEPTH_MAX = 32 };

/* Where the bracket stands that opens level JSON_DEPTH_MAX + 1, outside of strings; `size` if none
 * does. Whether the text is JSON at all is not its business: jansson recurses only where brackets
 * open. */
static size_t find_too_deep(const char *text, size_t size)
{
    size_t depth = 0;
    bool is_in_string = false;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (is_in_string && c == '\\')
            i++;
        else if (c == '"')
            is_in_string = !is_in_string;
        else if (!is_in_string && (c == '[' || c == '{') && depth++ == JSON_DEPTH_MAX)
            return i;
        else if (!is_in_string && (c == ']' || c == '}') && depth > 0)
            depth--;
    }
    return size;
}

/* Lines and columns (of bytes) count from 1. Always NULL. */
static json_t *refuse_at(const char *text, size_t at, const char *why, struct error *error)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < at; i++) {
        column = text[i] == '\n' ? 1 : column + 1;
        line += text[i] == '\n';
    }
    error_set(error, ERROR_MALFORMED, "line %zu, column %zu: %s", line, column, why);
    return NULL;
}

static bool is_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (strchr(" \t\r\n", text[i]) == NULL || text[i] == '\0')
            return false;
    }
    return true;
}

static json_t *refuse_cause(const json_error_t *cause, size_t size, struct error *error)
{
    /* jansson tells a failed allocation in a string or number as a syntax error; malloc does not.
     */
    if (errno == ENOMEM || json_error_code(cause) == json_error_out_of_memory)
        error_set(error, ERROR_MEMORY, "out of memory for %zu bytes of JSON", size);
    else if (json_error_code(cause) == json_error_null_character)
        error_set(error, ERROR_MALFORMED, "line %d, column %d: a text may not hold \\u0000",
                  cause->line, cause->column);
    else
        error_set(error, ERROR_MALFORMED, "line %d, column %d: %s", cause->line, cause->column,
                  cause->text);
    return NULL;
}

json_t *fields_parse(const char *text, size_t size, struct error *error)
{
    if (is_blank(text, size))
        return refuse_at(text, 0, "the text is empty, expected JSON", error);
    /* jansson takes a NUL behind a number for the end of the text. */
    const char *nul = memchr(text, '\0', size);
    if (nul != NULL)
        return refuse_at(text, (size_t)(nul - text), "a NUL byte is not JSON", error);
    size_t too_deep = find_too_deep(text, size);
    if (too_deep < size)
        return refuse_at(text, too_deep, "lists and objects may be nested 32 deep, not deeper",
                         error);
    json_error_t cause;
    errno = 0;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &cause);
    return json != NULL ? json : refuse_cause(&cause, size, error);
}

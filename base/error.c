/* Setting and naming errors. Messages may quote what a client sent, so they are made safe for JSON
 * and logs here, once, whatever the caller formats in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What error.h tells the analyzer about their calls. */
#undef error_set
#undef error_set_at
#undef error_set_errno

static const char *const code_names[] = {
#define ERROR_NAME(code, name) [code] = (name),
    ERROR_CODES(ERROR_NAME)
#undef ERROR_NAME
};

/* Control characters and what is not UTF-8 become '?'; a character that the buffer's end cut in two
 * goes with them. */
static void make_printable(char *text)
{
    while (*text != '\0') {
        size_t size = utf8_size(text);
        if (size == 0 || (unsigned char)*text < 0x20 || *text == 0x7f) {
            *text = '?';
            size = 1;
        }
        text += size;
    }
}

/* Fills an error that is not set yet: `path` (and a space), then the formatted message. */
static void fill(struct error *error, enum error_code code, const char *path, const char *format,
                 va_list arguments) __attribute__((format(printf, 4, 0)));
static void fill(struct error *error, enum error_code code, const char *path, const char *format,
                 va_list arguments)
{
    size_t size = sizeof(error->message);
    snprintf(error->path, sizeof(error->path), "%s", path);
    size_t used = 0;
    if (error->path[0] != '\0')
        used = (size_t)snprintf(error->message, size, "%s ", error->path);
    vsnprintf(error->message + used, size - used, format, arguments);
    make_printable(error->path);
    make_printable(error->message);
    error->code = code;
}

static bool is_settable(const struct error *error)
{
    return error != NULL && error->code == ERROR_NONE;
}

int error_set(struct error *error, enum error_code code, const char *format, ...)
{
    if (is_settable(error)) {
        va_list arguments;
        va_start(arguments, format);
        fill(error, code, "", format, arguments);
        va_end(arguments);
    }
    return -1;
}

int error_set_at(struct error *error, enum error_code code, const char *path, const char *format,
                 ...)
{
    if (is_settable(error)) {
        va_list arguments;
        va_start(arguments, format);
        fill(error, code, path, format, arguments);
        va_end(arguments);
    }
    return -1;
}

static enum error_code code_of_errno(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
        return ERROR_STORAGE_FULL;
    case ENOMEM:
        return ERROR_MEMORY;
    default:
        return ERROR_IO;
    }
}

int error_set_errno(struct error *error, const char *format, ...)
{
    int number = errno;
    if (is_settable(error)) {
        va_list arguments;
        va_start(arguments, format);
        fill(error, code_of_errno(number), "", format, arguments);
        va_end(arguments);
        size_t used = strlen(error->message);
        /* strerror has a buffer for each thread in glibc and none to share in musl. */
        snprintf(error->message + used, sizeof(error->message) - used, ": %s", strerror(number));
        make_printable(error->message);
    }
    errno = number;
    return -1;
}

void error_clear(struct error *error)
{
    memset(error, 0, sizeof(*error));
}

const char *error_code_name(enum error_code code)
{
    if ((size_t)code >= ARRAY_COUNT(code_names))
        return code_names[ERROR_INTERNAL];
    return code_names[code];
}

enum error_code error_code_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(code_names); i++) {
        if (strcmp(code_names[i], name) == 0)
            return (enum error_code)i;
    }
    return ERROR_INTERNAL;
}

/* Texts on the heap. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *text_print(struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = size < 0 ? NULL : malloc((size_t)size + 1);
    if (!text) {
        error_set(error, ERROR_MEMORY, "no memory for a text");
        return NULL;
    }
    va_start(arguments, format);
    vsnprintf(text, (size_t)size + 1, format, arguments);
    va_end(arguments);
    return text;
}

int text_replace(char **text, const char *other, struct error *error)
{
    char *copy = text_print(error, "%s", other);
    if (!copy)
        return -1;
    free(*text);
    *text = copy;
    return 0;
}

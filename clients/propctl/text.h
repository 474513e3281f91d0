/* Texts that grow, and what a terminal may be shown of a text that came from elsewhere. A process
 * without memory for a text has nothing left to do: it says so and ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_TEXT_H
#define PROPCTL_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTO_CLEANUP(function) __attribute__((cleanup(function)))
#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* All zero: empty. `data` ends in a zero byte wherever it is not NULL. */
struct text {
    char *data;
    size_t size, room;
};
#define TEXT_AUTO AUTO_CLEANUP(text_clear)

void text_clear(struct text *text);
void text_append(struct text *text, const void *data, size_t size);
void text_add(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* Never NULL; holds until the text changes. */
const char *text_string(const struct text *text);

/* Appends what a terminal may be shown: control characters, marks that turn the direction of
 * writing, broken UTF-8, and, where the locale is not UTF-8, all that is not ASCII become '?'. */
void text_append_safe(struct text *text, const char *string);

/* The same, the ends of lines kept. */
void text_append_safe_lines(struct text *text, const char *data, size_t size);

/* Columns that a safe text takes on a terminal. */
int text_columns(const char *string);

/* Appends at most `columns` columns of a safe text, the last one an ellipsis where it is cut. */
void text_append_cut(struct text *text, const char *string, int columns);

/* Whether the locale writes UTF-8; by setlocale() in main(). */
bool text_is_utf8(void);

/* malloc() and friends that end the process instead of giving NULL. */
void *memory_get(size_t count, size_t size);
char *memory_copy(const char *string);
void memory_free(void *pointer_to_pointer);
#define AUTO_FREE AUTO_CLEANUP(memory_free)

#endif

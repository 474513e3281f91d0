/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/text.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static void *checked(void *memory)
{
    if (memory == NULL) {
        (void)fputs("propctl: no memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

void *memory_get(size_t count, size_t size)
{
    return checked(calloc(count > 0 ? count : 1, size));
}

char *memory_copy(const char *string)
{
    return checked(strdup(string));
}

void memory_free(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}

void text_clear(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}

static void text_reserve(struct text *text, size_t more)
{
    if (text->size + more < text->room)
        return;
    text->room = (text->size + more + 1) * 2;
    text->data = checked(realloc(text->data, text->room));
}

void text_append(struct text *text, const void *data, size_t size)
{
    text_reserve(text, size);
    if (size > 0)
        memcpy(text->data + text->size, data, size);
    text->size += size;
    text->data[text->size] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_append(text, string, strlen(string));
}

void text_vprintf(struct text *text, const char *format, va_list arguments)
{
    char *AUTO_FREE line = NULL;
    int size = vasprintf(&line, format, arguments);
    checked(size < 0 ? NULL : line);
    text_append(text, line, (size_t)size);
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(text, format, arguments);
    va_end(arguments);
}

const char *text_string(const struct text *text)
{
    return text->data != NULL ? text->data : "";
}

bool text_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* The character at `data` and its bytes; 0 bytes where it is no UTF-8 (RFC 3629). */
static size_t decode(const unsigned char *data, size_t size, uint32_t *character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = data[0] < 0x80 ? 1 : data[0] >> 5 == 6 ? 2 : data[0] >> 4 == 14 ? 3 : 4;
    if (length > size || (length == 4 && data[0] >> 3 != 30))
        return 0;
    *character = length == 1 ? data[0] : data[0] & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if (data[i] >> 6 != 2)
            return 0;
        *character = *character << 6 | (data[i] & 0x3FU);
    }
    bool is_surrogate = *character >= 0xD800 && *character <= 0xDFFF;
    return *character < least[length] || *character > 0x10FFFF || is_surrogate ? 0 : length;
}

/* C0, DEL, C1, and marks that are not seen and turn the order of what is (Unicode TR 36). */
static bool is_harmful(uint32_t character)
{
    return character < 0x20 || (character >= 0x7F && character < 0xA0) || character == 0x61C ||
           (character >= 0x200B && character <= 0x200F) ||
           (character >= 0x2028 && character <= 0x202E) ||
           (character >= 0x2060 && character <= 0x206F) || character == 0xFEFF;
}

/* Both ends of lines: "\n", and the "\r\n" of CSV (RFC 4180). */
static bool ends_line(const char *data, size_t size)
{
    return data[0] == '\n' || (size > 1 && data[0] == '\r' && data[1] == '\n');
}

static void append_safe(struct text *text, const char *data, size_t size, bool keeps_lines)
{
    bool utf8 = text_is_utf8();
    for (size_t i = 0; i < size;) {
        uint32_t character = 0;
        size_t length = decode((const unsigned char *)data + i, size - i, &character);
        bool is_line = keeps_lines && ends_line(data + i, size - i);
        if (length == 0 || (is_harmful(character) && !is_line) || (length > 1 && !utf8))
            text_append(text, "?", 1);
        else
            text_append(text, data + i, length);
        i += length > 0 ? length : 1;
    }
}

void text_append_safe(struct text *text, const char *string)
{
    append_safe(text, string, strlen(string), false);
}

void text_append_safe_lines(struct text *text, const char *data, size_t size)
{
    append_safe(text, data, size, true);
}

/* Bytes of the next character, at least 1, and its columns. */
static size_t next_character(const char *string, int *columns)
{
    uint32_t character = 0;
    size_t length = decode((const unsigned char *)string, strlen(string), &character);
    int width = length > 0 ? wcwidth((wchar_t)character) : 1;
    *columns = width < 0 ? 1 : width;
    return length > 0 ? length : 1;
}

int text_columns(const char *string)
{
    int all = 0, columns;
    while (*string != '\0') {
        string += next_character(string, &columns);
        all += columns;
    }
    return all;
}

void text_append_cut(struct text *text, const char *string, int columns)
{
    const char *ellipsis = text_is_utf8() ? "…" : "~";
    if (text_columns(string) <= columns) {
        text_add(text, string);
        return;
    }
    int room = columns - 1, wide;
    for (size_t length; *string != '\0'; string += length, room -= wide) {
        length = next_character(string, &wide);
        if (wide > room)
            break;
        text_append(text, string, length);
    }
    if (columns > 0)
        text_add(text, ellipsis);
}

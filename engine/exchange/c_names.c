/* Names and constants of C, of whatever a model's columns, classes and weights are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "base/float_text.h"
#include "engine/exchange/c_source.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Words of C and C++, and macros in lower case that compilers or headers define. */
static const char *const reserved[] = {
    "alignas",  "alignof",      "and",       "and_eq",       "asm",       "assert",
    "auto",     "bitand",       "bitor",     "bool",         "break",     "case",
    "catch",    "char",         "char16_t",  "char32_t",     "class",     "compl",
    "const",    "const_cast",   "constexpr", "continue",     "decltype",  "default",
    "delete",   "do",           "double",    "dynamic_cast", "else",      "enum",
    "errno",    "explicit",     "export",    "extern",       "false",     "float",
    "for",      "friend",       "goto",      "i386",         "if",        "inline",
    "int",      "linux",        "long",      "mutable",      "namespace", "new",
    "noexcept", "not",          "not_eq",    "nullptr",      "operator",  "or",
    "or_eq",    "private",      "protected", "public",       "register",  "restrict",
    "return",   "short",        "signed",    "sizeof",       "static",    "static_assert",
    "stderr",   "stdin",        "stdout",    "struct",       "switch",    "template",
    "this",     "thread_local", "throw",     "true",         "try",       "typedef",
    "typeid",   "typename",     "typeof",    "union",        "unix",      "unsigned",
    "using",    "virtual",      "void",      "volatile",     "wchar_t",   "while",
    "xor",      "xor_eq"};

static bool is_reserved(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(reserved); i++)
        if (strcmp(reserved[i], name) == 0)
            return true;
    return false;
}

void c_identifier(const char *text, char name[C_NAME_SIZE])
{
    enum { LENGTH_MAX = 60 }; /* room behind it for what tells equal ones apart */
    size_t length = 0;
    bool gap = false;
    for (; *text != '\0' && length < LENGTH_MAX; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c >= 0x80 || !isalnum(c)) {
            gap = length > 0;
            continue;
        }
        if (length == 0 && isdigit(c))
            name[length++] = 'n';
        else if (gap)
            name[length++] = '_';
        name[length++] = (char)tolower(c);
        gap = false;
    }
    name[length] = '\0';
    if (length == 0 || is_reserved(name))
        snprintf(name + length, C_NAME_SIZE - length, length == 0 ? "unnamed" : "_");
}

void c_string(struct bytes *bytes, const char *text, size_t length)
{
    bytes_append_u8(bytes, '"');
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\' || c == '?') /* ? for trigraphs */
            bytes_append_u8(bytes, '\\');
        if (c >= ' ' && c <= '~')
            bytes_append_u8(bytes, c);
        else
            bytes_printf(bytes, "\\%03o", c);
    }
    bytes_append_u8(bytes, '"');
}

void c_comment(struct bytes *bytes, const char *text)
{
    char before = ' ';
    for (; *text != '\0'; text++) {
        const bool is_plain = *text >= ' ' && *text <= '~' && *text != '\\' && *text != '?' &&
                              !(*text == '/' && before == '*') && !(*text == '*' && before == '/');
        before = is_plain ? *text : '.';
        bytes_append_u8(bytes, (uint8_t)before);
    }
}

/* A number's text with a point or an exponent, so that it is no whole one. */
static void append_real(struct bytes *bytes, const char *text)
{
    bytes_printf(bytes, "%s%s", text, strpbrk(text, ".eE") != NULL ? "" : ".0");
}

void c_float(struct bytes *bytes, float value)
{
    char text[FLOAT_TEXT_SIZE];
    if (!isfinite(value)) {
        bytes_printf(bytes, "NAN");
        return;
    }
    float_text(value, text);
    append_real(bytes, text);
    bytes_append_u8(bytes, 'F');
}

void c_double(struct bytes *bytes, double value)
{
    char text[32];
    if (!isfinite(value)) {
        bytes_printf(bytes, "NAN");
        return;
    }
    snprintf(text, sizeof(text), "%.17g", value);
    append_real(bytes, text);
}

void c_floats(struct bytes *bytes, const char *name, const float *values, int64_t count)
{
    enum { ON_A_LINE = 8 };
    bytes_printf(bytes, "static const float %s[%lld] = {", name, (long long)count);
    for (int64_t i = 0; i < count; i++) {
        bytes_printf(bytes, "%s", i % ON_A_LINE == 0 ? "\n    " : " ");
        c_float(bytes, values[i]);
        bytes_append_u8(bytes, ',');
    }
    bytes_printf(bytes, "\n};\n");
}

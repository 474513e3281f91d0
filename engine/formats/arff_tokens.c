/* Words of ARFF. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/arff_tokens.h"
#include "base/utf8.h"

#include <string.h>
#include <strings.h>

struct arff_cursor arff_cursor_of(const struct lines *lines)
{
    char *start = lines->text.data + (lines->line - lines->text.data);
    return (struct arff_cursor){.at = start, .end = start + lines->length};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f' || c == '\v';
}

void arff_skip_blanks(struct arff_cursor *cursor)
{
    while (cursor->at < cursor->end && is_blank(*cursor->at))
        cursor->at++;
}

bool arff_at_end(struct arff_cursor *cursor)
{
    arff_skip_blanks(cursor);
    return cursor->at == cursor->end || *cursor->at == '%';
}

bool arff_take(struct arff_cursor *cursor, char wanted)
{
    arff_skip_blanks(cursor);
    if (cursor->at == cursor->end || *cursor->at != wanted)
        return false;
    cursor->at++;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    int lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Four digits behind \u; false where there are none, or half of a surrogate or NUL. */
static bool take_unicode(struct arff_cursor *cursor, uint32_t *character)
{
    *character = 0;
    for (int i = 0; i < 4; i++) {
        int digit = cursor->at < cursor->end ? hex_digit(*cursor->at) : -1;
        if (digit < 0)
            return false;
        *character = *character << 4 | (uint32_t)digit;
        cursor->at++;
    }
    return *character != 0 && (*character < 0xd800 || *character > 0xdfff);
}

/* The character behind a backslash, written at `out`; its size, 0 for none. */
static size_t take_escape(struct arff_cursor *cursor, char *out)
{
    static const char letters[] = "nrt", meanings[] = "\n\r\t";
    uint32_t character;
    if (cursor->at == cursor->end)
        return 0;
    char c = *cursor->at++;
    if (c == 'u')
        return take_unicode(cursor, &character) ? utf8_put(character, out) : 0;
    const char *letter = strchr(letters, c);
    *out = letter != NULL ? meanings[letter - letters] : c;
    return 1;
}

static bool ends_word(const struct arff_cursor *cursor)
{
    return cursor->at == cursor->end || is_blank(*cursor->at) || *cursor->at == ',' ||
           *cursor->at == '%' || (cursor->in_braces && *cursor->at == '}');
}

/* Never longer than what stood there: \u00e9 is six bytes and two. */
static int take_quoted(struct arff_cursor *cursor, struct cell *word, struct error *error)
{
    char quote = *cursor->at++, *out = cursor->at;
    const char *start = out;
    while (cursor->at < cursor->end && *cursor->at != quote) {
        if (*cursor->at != '\\') {
            *out++ = *cursor->at++;
            continue;
        }
        cursor->at++;
        size_t size = take_escape(cursor, out);
        if (size == 0)
            return error_set(error, ERROR_INVALID,
                             "a backslash is followed by nothing that it can "
                             "escape");
        out += size;
    }
    if (cursor->at == cursor->end)
        return error_set(error, ERROR_INVALID, "a quote is never closed");
    cursor->at++;
    *word = (struct cell){.text = start, .length = (uint32_t)(out - start), .quoted = true};
    return 0;
}

int arff_take_word(struct arff_cursor *cursor, struct cell *word, struct error *error)
{
    arff_skip_blanks(cursor);
    if (cursor->at < cursor->end && (*cursor->at == '\'' || *cursor->at == '"')) {
        if (take_quoted(cursor, word, error) != 0)
            return -1;
        return ends_word(cursor)
                   ? 0
                   : error_set(error, ERROR_INVALID, "there is text behind a closing quote");
    }
    char *start = cursor->at;
    while (cursor->at < cursor->end && !is_blank(*cursor->at) && *cursor->at != ',' &&
           !(cursor->in_braces && *cursor->at == '}'))
        cursor->at++;
    *word = (struct cell){.text = start, .length = (uint32_t)(cursor->at - start)};
    return 0;
}

int arff_take_name(struct arff_cursor *cursor, struct cell *name, struct error *error)
{
    arff_skip_blanks(cursor);
    if (cursor->at < cursor->end && (*cursor->at == '\'' || *cursor->at == '"'))
        return take_quoted(cursor, name, error);
    char *start = cursor->at;
    while (cursor->at < cursor->end && !is_blank(*cursor->at) && *cursor->at != '{')
        cursor->at++;
    *name = (struct cell){.text = start, .length = (uint32_t)(cursor->at - start)};
    return name->length > 0 ? 0 : error_set(error, ERROR_INVALID, "a name is missing");
}

bool arff_word_is(const struct cell *word, const char *text)
{
    return strlen(text) == word->length && strncasecmp(text, word->text, word->length) == 0;
}

/* The scanner. A row is found whole before it is given: where the window ends within one, more is
 * read and the row is scanned again, so that only whole rows are ever looked at. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/csv_scanner.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum class { CLASS_OTHER, CLASS_SEPARATOR, CLASS_LINE_END, CLASS_NUL };

enum scan {
    SCAN_ROW,    /* a row, or a blank line */
    SCAN_MORE,   /* the window ends within the row */
    SCAN_FAILED, /* an error is set */
    SCAN_FIELD,  /* a field, and its row goes on */
};

enum { FIRST_CELLS = 64, PATIENCE_MOST = 64 };

int csv_scanner_start(struct csv_scanner *scanner, struct text_input *text, char separator,
                      int64_t columns_max, struct error *error)
{
    *scanner = (struct csv_scanner){.text = text,
                                    .separator = separator,
                                    .columns_max = columns_max,
                                    .next_line = 1,
                                    .capacity = FIRST_CELLS,
                                    .patience = 1};
    scanner->classes[(unsigned char)separator] = CLASS_SEPARATOR;
    if (separator == ' ')
        scanner->classes['\t'] = CLASS_SEPARATOR;
    scanner->classes['\n'] = scanner->classes['\r'] = CLASS_LINE_END;
    scanner->classes[0] = CLASS_NUL;
    scanner->cells = malloc(FIRST_CELLS * sizeof(*scanner->cells));
    if (scanner->cells == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the fields of a row");
    return csv_block_start(&scanner->block, error);
}

void csv_scanner_stop(struct csv_scanner *scanner)
{
    free(scanner->cells);
    csv_block_stop(&scanner->block);
    *scanner = (struct csv_scanner){0};
}

static int refuse(const struct csv_scanner *scanner, int64_t line, const char *what,
                  struct error *error)
{
    return error_set(error, ERROR_INVALID, "line %" PRId64 " %s (field %" PRId64 ")", line, what,
                     scanner->count + 1);
}

static int add_cell(struct csv_scanner *scanner, const char *start, const char *end, bool quoted,
                    struct error *error)
{
    if (scanner->count == scanner->columns_max)
        return error_set(error, ERROR_TOO_LARGE,
                         "line %" PRId64 " has more than %" PRId64 " fields", scanner->line,
                         scanner->columns_max);
    assert(scanner->capacity > 0);
    if (scanner->count == scanner->capacity) {
        struct cell *cells =
            realloc(scanner->cells, (size_t)scanner->capacity * 2 * sizeof(*cells));
        if (cells == NULL)
            return error_set(error, ERROR_MEMORY, "out of memory for the fields of a row");
        scanner->cells = cells;
        scanner->capacity *= 2;
    }
    scanner->cells[scanner->count++] =
        (struct cell){.text = start, .length = (uint32_t)(end - start), .quoted = quoted};
    return 0;
}

static inline bool is_blank(const struct csv_scanner *scanner, char c)
{
    return c == ' ' || (c == '\t' && scanner->separator != '\t');
}

static const char *skip_blanks(const struct csv_scanner *scanner, const char *at, const char *end)
{
    while (at < end && is_blank(scanner, *at))
        at++;
    return at;
}

/* Passes the separator or the line end at *at, where a field has ended. */
static enum scan pass_end(struct csv_scanner *scanner, const char **at, const char *end)
{
    if (*at == end) /* only at the end of the source */
        return SCAN_ROW;
    if (scanner->classes[(unsigned char)**at] == CLASS_SEPARATOR) {
        if (scanner->separator != ' ') {
            ++*at;
            return SCAN_FIELD;
        }
        *at = skip_blanks(scanner, *at, end);
        if (*at == end)
            return scanner->text->ended ? SCAN_ROW : SCAN_MORE;
        if (scanner->classes[(unsigned char)**at] != CLASS_LINE_END)
            return SCAN_FIELD;
    }
    if (**at == '\r') {
        if (*at + 1 == end && !scanner->text->ended)
            return SCAN_MORE;
        *at += *at + 1 < end && (*at)[1] == '\n';
    }
    ++*at;
    scanner->next_line++;
    return SCAN_ROW;
}

/* The first character from `at` on that ends an unquoted field, or `end`. */
static inline const char *find_stop(const struct csv_scanner *scanner, const char *at,
                                    const char *end)
{
#ifdef __SSE2__
    const __m128i separator = _mm_set1_epi8(scanner->separator);
    for (; at < end; at += 16) {
        __m128i text = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i stops = _mm_cmpeq_epi8(text, separator);
        /* NUL, \n, \r, and with them all from \0 to \r, looked at one by one below. */
        stops = _mm_or_si128(stops, _mm_cmpeq_epi8(_mm_min_epu8(text, _mm_set1_epi8('\r')), text));
        int mask = _mm_movemask_epi8(stops);
        if (mask != 0) {
            at += __builtin_ctz((unsigned)mask);
            break;
        }
    }
#endif
    while (at < end && scanner->classes[(unsigned char)*at] == CLASS_OTHER)
        at++;
    return at < end ? at : end;
}

static enum scan scan_unquoted(struct csv_scanner *scanner, const char **at, const char *end,
                               struct error *error)
{
    const char *start = *at, *stop = find_stop(scanner, *at, end);
    if (stop == end && !scanner->text->ended)
        return SCAN_MORE;
    if (stop < end && *stop == 0) {
        refuse(scanner, scanner->next_line, "has a NUL byte", error);
        return SCAN_FAILED;
    }
    *at = stop;
    while (stop > start && is_blank(scanner, stop[-1]))
        stop--;
    if (add_cell(scanner, start, stop, false, error) != 0)
        return SCAN_FAILED;
    return pass_end(scanner, at, end);
}

/* The closing quote of the field whose first character is `at`; NULL where the window has none. */
static const char *find_quote(struct csv_scanner *scanner, const char *at, const char *end,
                              bool *doubled)
{
    for (; at < end; at++) {
        if (*at == '"') {
            if (at + 1 == end || at[1] != '"')
                return at;
            at++;
            *doubled = true;
        } else if (*at == '\n' || (*at == '\r' && (at + 1 == end || at[1] != '\n'))) {
            scanner->next_line++;
        }
    }
    return NULL;
}

static const char *find_nul(const char *start, const char *end)
{
    return memchr(start, 0, (size_t)(end - start));
}

static enum scan scan_quoted(struct csv_scanner *scanner, const char **at, const char *end,
                             struct error *error)
{
    const char *start = *at + 1;
    int64_t line = scanner->next_line;
    bool doubled = false;
    const char *stop = find_quote(scanner, start, end, &doubled);
    if (stop == NULL && scanner->text->ended) {
        refuse(scanner, line, "opens a quote that is never closed", error);
        return SCAN_FAILED;
    }
    if (stop == NULL)
        return SCAN_MORE;
    const char *after = skip_blanks(scanner, stop + 1, end);
    if (after == end && !scanner->text->ended)
        return SCAN_MORE;
    bool ends = after == end || scanner->classes[(unsigned char)*after] == CLASS_LINE_END ||
                scanner->classes[(unsigned char)*after] == CLASS_SEPARATOR ||
                (scanner->separator == ' ' && after > stop + 1);
    if (!ends) {
        refuse(scanner, line, "has text behind a closing quote; quotes within are doubled", error);
        return SCAN_FAILED;
    }
    if (add_cell(scanner, start, stop, true, error) != 0)
        return SCAN_FAILED;
    if (doubled || find_nul(start, stop) != NULL)
        scanner->unclean++;
    *at = scanner->separator == ' ' ? stop + 1 : after;
    return pass_end(scanner, at, end);
}

/* Runs through unquoted fields that end at a separator, which most do; stops before any other, at a
 * blank, a quote, or where the cells need more room. */
static void scan_plain(struct csv_scanner *scanner, const char **at, const char *end)
{
    const char *start = *at;
    int64_t room =
        scanner->capacity < scanner->columns_max ? scanner->capacity : scanner->columns_max;
    int64_t count = scanner->count;
    while (count < room && start < end && *start != '"' && !is_blank(scanner, *start)) {
        const char *stop = find_stop(scanner, start, end);
        if (stop == end || *stop != scanner->separator ||
            (stop > start && is_blank(scanner, stop[-1])))
            break;
        scanner->cells[count++] =
            (struct cell){.text = start, .length = (uint32_t)(stop - start), .quoted = false};
        start = stop + 1;
    }
    scanner->count = count;
    *at = start;
}

static enum scan scan_row(struct csv_scanner *scanner, const char **at, const char *end,
                          struct error *error)
{
    enum scan scan = SCAN_FIELD;
    while (scan == SCAN_FIELD) {
        if (scanner->separator != ' ')
            scan_plain(scanner, at, end);
        *at = skip_blanks(scanner, *at, end);
        scan = *at < end && **at == '"' ? scan_quoted(scanner, at, end, error)
                                        : scan_unquoted(scanner, at, end, error);
    }
    return scan;
}

/* Quotes that were written twice become one, and NUL bytes, which a quoted text can hold by
 * accident, go, in place: the row is complete and not scanned again. */
static void clean(struct csv_scanner *scanner)
{
    char *data = scanner->text->data;
    for (int64_t i = 0; i < scanner->count; i++) {
        struct cell *cell = &scanner->cells[i];
        if (!cell->quoted)
            continue;
        char *text = data + (cell->text - data);
        uint32_t kept = 0;
        for (uint32_t j = 0; j < cell->length; j++) {
            if (text[j] == 0)
                continue;
            text[kept++] = text[j];
            j += text[j] == '"';
        }
        cell->length = kept;
    }
}

int csv_scanner_next(struct csv_scanner *scanner, struct error *error)
{
    struct text_input *text = scanner->text;
    for (;;) {
        if (text->begin == text->end) {
            int more = text_input_more(text, error);
            if (more <= 0)
                return more;
            continue;
        }
        const char *at = text->data + text->begin;
        int64_t line = scanner->line = scanner->next_line;
        scanner->count = scanner->unclean = 0;
        enum scan scan = scan_row(scanner, &at, text->data + text->end, error);
        if (scan == SCAN_FAILED)
            return -1;
        if (scan == SCAN_MORE) {
            scanner->next_line = line;
            if (text_input_more(text, error) < 0)
                return -1;
            continue;
        }
        text->begin = (size_t)(at - text->data);
        if (scanner->count == 1 && scanner->cells[0].length == 0 && !scanner->cells[0].quoted)
            continue; /* a blank line */
        if (scanner->unclean > 0)
            clean(scanner);
        return 1;
    }
}

/* Where blocks are found in vain, they are looked for less and less often. */
static int64_t scan_instead(struct csv_scanner *scanner)
{
    scanner->unusual = scanner->patience;
    if (scanner->patience < PATIENCE_MOST)
        scanner->patience *= 2;
    return 0;
}

int64_t csv_scanner_next_block(struct csv_scanner *scanner, int64_t width)
{
    struct text_input *text = scanner->text;
    if (scanner->separator == ' ')
        return 0;
    if (scanner->unusual > 0) {
        scanner->unusual--;
        return 0;
    }
    int64_t rows = csv_block_find(&scanner->block, text->data, text->begin, text->end,
                                  scanner->separator, width);
    if (rows == 0)
        return scan_instead(scanner);
    scanner->patience = 1;
    scanner->line = scanner->next_line;
    scanner->next_line += rows;
    text->begin += scanner->block.size;
    return rows;
}

int csv_scanner_pad(struct csv_scanner *scanner, int64_t count, struct error *error)
{
    static const char empty[TEXT_ROOM];
    while (scanner->count < count)
        if (add_cell(scanner, empty, empty, false, error) != 0)
            return -1;
    return 0;
}

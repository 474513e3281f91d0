/* Judging by a sample: the first rows, read with each separator. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/csv_dialect.h"
#include "engine/formats/csv_scanner.h"

#include <stdlib.h>
#include <string.h>

enum { SAMPLE_ROWS = 1000 };

/* A copy of the window that a scanner may change, as if the file were no longer. */
struct sample {
    struct text_input text;
    struct csv_scanner scanner;
};

static int sample_start(struct sample *sample, const struct text_input *text, char separator,
                        int64_t columns_max, struct error *error)
{
    size_t size = text->end - text->begin;
    *sample = (struct sample){.text = {.input = text->input, .end = size, .ended = true}};
    sample->text.data = calloc(1, size + TEXT_ROOM);
    if (sample->text.data == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a sample of %s",
                         text->input->name);
    memcpy(sample->text.data, text->data + text->begin, size);
    return csv_scanner_start(&sample->scanner, &sample->text, separator, columns_max, error);
}

static void sample_stop(struct sample *sample)
{
    csv_scanner_stop(&sample->scanner);
    free(sample->text.data);
}

/* A row that is whole: the sample's last one may be cut, unless the file ends there too. */
static bool sample_next(struct sample *sample, bool whole_file)
{
    if (csv_scanner_next(&sample->scanner, NULL) != 1)
        return false;
    return whole_file || sample->text.begin < sample->text.end;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The share of rows that have the commonest width above one. */
static double share_of_commonest(int64_t *widths, int count)
{
    int best = 0;
    qsort(widths, (size_t)count, sizeof(*widths), by_value);
    for (int i = 0; i < count;) {
        int end = i;
        while (end < count && widths[end] == widths[i])
            end++;
        if (widths[i] > 1 && end - i > best)
            best = end - i;
        i = end;
    }
    return count == 0 ? 0 : (double)best / count;
}

/* How well a separator explains the sample, from 0 to 1; -1 out of memory. */
static double judge_separator(const struct text_input *text, char separator, int64_t columns_max,
                              struct error *error)
{
    int64_t widths[SAMPLE_ROWS];
    struct sample sample;
    double share = -1;
    if (sample_start(&sample, text, separator, columns_max, error) == 0) {
        int count = 0;
        while (count < SAMPLE_ROWS && sample_next(&sample, text->ended))
            widths[count++] = sample.scanner.count;
        /* Text that stops making sense counts as one more row that does not fit. */
        if (text->ended && count < SAMPLE_ROWS && sample.text.begin < sample.text.end)
            widths[count++] = 0;
        share = share_of_commonest(widths, count);
    }
    sample_stop(&sample);
    return share;
}

/* Blanks stand in many texts and dates: they separate only where nothing else does. */
static int find_separator(const struct text_input *text, int64_t columns_max, char *separator,
                          struct error *error)
{
    static const char candidates[] = {'\t', ';', ',', '|', ' '};
    double best = 0;
    *separator = ',';
    for (size_t i = 0; i < sizeof(candidates); i++) {
        double share = judge_separator(text, candidates[i], columns_max, error);
        if (share < 0)
            return -1;
        if (candidates[i] == ' ' && best >= 0.5)
            break;
        if (share > best) {
            best = share;
            *separator = candidates[i];
        }
    }
    return 0;
}

/* What the rows behind the first say about one column. */
struct column_evidence {
    struct cell first;
    bool any_value;
    bool all_typed; /* numbers, dates or booleans */
    bool recurs;    /* the first row's value is there again */
};

static bool is_typed(const struct cell *cell, bool with_booleans)
{
    bool ambiguous;
    unsigned readings = cell_readings(cell, READS_ALL, &ambiguous);
    return with_booleans ? readings != 0 : (readings & ~(unsigned)READS_BOOLEAN) != 0;
}

static void weigh(struct column_evidence *column, const struct cell *cell,
                  const struct missing_words *missing)
{
    if (cell_classify(cell, missing) != CELL_VALUE)
        return;
    column->any_value = true;
    column->all_typed = column->all_typed && is_typed(cell, true);
    column->recurs = column->recurs || (cell->length == column->first.length &&
                                        memcmp(cell->text, column->first.text, cell->length) == 0);
}

/* Names: a word over numbers. No names: a number, a date or a word for missing in the first row.
 * Words over words: names where none of them is a value too. */
static bool has_names(const struct column_evidence *columns, int64_t count,
                      const struct missing_words *missing)
{
    bool has_typed = false, recurs = false, has_word = false;
    for (int64_t i = 0; i < count; i++) {
        const struct column_evidence *column = &columns[i];
        bool empty = column->first.length == 0;
        bool typed = !empty && (is_typed(&column->first, false) ||
                                cell_classify(&column->first, missing) != CELL_VALUE);
        if (!empty && !typed && !is_typed(&column->first, true) && column->any_value &&
            column->all_typed)
            return true;
        has_typed = has_typed || typed;
        has_word = has_word || !empty;
        recurs = recurs || (!empty && column->recurs);
    }
    return has_word && !has_typed && !recurs;
}

static struct column_evidence *start_evidence(const struct csv_scanner *scanner)
{
    struct column_evidence *columns = calloc((size_t)scanner->count, sizeof(*columns));
    for (int64_t i = 0; columns != NULL && i < scanner->count; i++)
        columns[i] = (struct column_evidence){.first = scanner->cells[i], .all_typed = true};
    return columns;
}

static int find_header(struct sample *sample, bool whole_file, const struct missing_words *missing,
                       bool *header, struct error *error)
{
    *header = false;
    if (!sample_next(sample, true))
        return 0;
    struct csv_scanner *scanner = &sample->scanner;
    int64_t count = scanner->count;
    AUTO_FREE struct column_evidence *columns = start_evidence(scanner);
    if (columns == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a sample");
    for (int row = 1; row < SAMPLE_ROWS && sample_next(sample, whole_file); row++)
        for (int64_t i = 0; i < count && i < scanner->count; i++)
            weigh(&columns[i], &scanner->cells[i], missing);
    *header = has_names(columns, count, missing);
    return 0;
}

int csv_dialect_find(const struct text_input *text, char separator, const bool *header,
                     int64_t columns_max, const struct missing_words *missing,
                     struct csv_dialect *dialect, struct error *error)
{
    struct csv_dialect found = {.separator = separator};
    if (separator == 0 && find_separator(text, columns_max, &found.separator, error) != 0)
        return -1;
    if (header != NULL) {
        found.header = *header;
        *dialect = found;
        return 0;
    }
    struct sample sample;
    int status = sample_start(&sample, text, found.separator, columns_max, error);
    if (status == 0)
        status = find_header(&sample, text->ended, missing, &found.header, error);
    sample_stop(&sample);
    if (status == 0)
        *dialect = found;
    return status;
}

/* Cells of text: words for missing, and what a cell can be read as. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cell.h"
#include "engine/date_text.h"
#include "engine/number_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const missing_words_usual[] = {"?",    "NA",   "N/A", "n/a", "#N/A", "null",
                                           "NULL", "Null", "NaN", "nan", "NAN",  NULL};

static int add_word(struct missing_words *missing, const char *text, size_t length,
                    struct error *error)
{
    struct strings *words = &missing->words;
    char **items = realloc(words->items, (words->count + 1) * sizeof(*items));
    if (items != NULL)
        words->items = items;
    char *word = items == NULL ? NULL : strndup(text, length);
    if (word == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the words for missing values");
    words->items[words->count++] = word;
    missing->begins[(unsigned char)text[0]] = true;
    if (length > missing->longest)
        missing->longest = length;
    double value;
    if (number_text_read(text, length, &value) != NUMBER_NONE)
        missing->has_number = true;
    return 0;
}

int missing_words_read(struct missing_words *missing, const char *const *words, const char *more,
                       struct error *error)
{
    *missing = (struct missing_words){0};
    for (const char *const *word = words; *word != NULL; word++)
        if (add_word(missing, *word, strlen(*word), error) != 0)
            return -1;
    while (more != NULL && *more != 0) {
        size_t length = strcspn(more, ",");
        size_t blanks = strspn(more, " ");
        if (length > blanks && add_word(missing, more + blanks, length - blanks, error) != 0)
            return -1;
        more += length + (more[length] == ',');
    }
    return 0;
}

void missing_words_clear(struct missing_words *missing)
{
    for (size_t i = 0; i < missing->words.count; i++)
        free(missing->words.items[i]);
    free(missing->words.items);
    *missing = (struct missing_words){0};
}

static bool is_missing_word(const struct cell *cell, const struct missing_words *missing)
{
    if (cell->length > missing->longest || !missing->begins[(unsigned char)cell->text[0]])
        return false;
    for (size_t i = 0; i < missing->words.count; i++) {
        const char *word = missing->words.items[i];
        if (word[0] == cell->text[0] && strlen(word) == cell->length &&
            memcmp(word, cell->text, cell->length) == 0)
            return true;
    }
    return false;
}

enum cell_class cell_classify(const struct cell *cell, const struct missing_words *missing)
{
    if (cell->length > 0 && !is_missing_word(cell, missing))
        return CELL_VALUE;
    return cell->quoted ? CELL_QUOTED_MISSING : CELL_MISSING;
}

bool cell_read_boolean(const struct cell *cell, bool *value)
{
    static const char *const words[] = {"false", "true", "no", "yes", "f", "t"};
    for (int i = 0; i < 6; i++) {
        if (strlen(words[i]) != cell->length ||
            strncasecmp(words[i], cell->text, cell->length) != 0)
            continue;
        *value = i % 2 == 1;
        return true;
    }
    return false;
}

static bool begins_with_year(const struct cell *cell)
{
    for (int i = 0; i < 4; i++)
        if (cell->length <= 4 || (unsigned char)(cell->text[i] - '0') > 9)
            return false;
    return true;
}

static unsigned date_readings(const struct cell *cell, unsigned asked, bool *ambiguous)
{
    enum { DATE_LONGEST = 64 };
    int64_t day_first = 0, month_first = 0;
    unsigned readings = 0;
    if (cell->length > DATE_LONGEST)
        return 0;
    if ((asked & READS_DAY_FIRST) != 0 &&
        date_text_read(cell->text, cell->length, DATE_DAY_FIRST, &day_first))
        readings |= READS_DAY_FIRST;
    /* Where the year comes first, there is no other order. */
    if (readings != 0 && begins_with_year(cell))
        return asked & (READS_DAY_FIRST | READS_MONTH_FIRST);
    if ((asked & READS_MONTH_FIRST) != 0 &&
        date_text_read(cell->text, cell->length, DATE_MONTH_FIRST, &month_first))
        readings |= READS_MONTH_FIRST;
    if (readings == (READS_DAY_FIRST | READS_MONTH_FIRST) && day_first != month_first)
        *ambiguous = true;
    return readings;
}

/* What reads as a number or a boolean reads as no date. */
unsigned cell_readings(const struct cell *cell, unsigned asked, bool *ambiguous)
{
    double number;
    bool boolean;
    if ((asked & READS_NUMBER) != 0 &&
        number_text_read(cell->text, cell->length, &number) != NUMBER_NONE)
        return READS_NUMBER;
    if ((asked & READS_BOOLEAN) != 0 && cell_read_boolean(cell, &boolean))
        return READS_BOOLEAN;
    if ((asked & (READS_DAY_FIRST | READS_MONTH_FIRST)) == 0)
        return 0;
    return date_readings(cell, asked, ambiguous);
}

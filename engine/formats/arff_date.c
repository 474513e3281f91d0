/* Patterns of dates, walked along with the text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/arff_date.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct clock {
    int year, month, day, hour, minute, second;
    bool is_afternoon, has_half; /* of 12 hours */
    int zone;                    /* minutes east */
};

struct walk {
    const char *pattern;
    const char *at, *end; /* of the text */
    struct clock clock;
};

static const char letters[] = "yMdHkhKmsSaEzZX";

/* Behind a quoted part; NULL where it is not closed. */
static const char *skip_quoted(const char *pattern)
{
    const char *end = strchr(pattern + 1, '\'');
    return end == NULL ? NULL : end + 1;
}

int arff_date_check(const char *pattern, struct error *error)
{
    for (const char *at = pattern; *at != 0;) {
        if (*at == '\'') {
            at = skip_quoted(at);
            if (at == NULL)
                return error_set(error, ERROR_INVALID, "the date format %.60s has an open quote",
                                 pattern);
            continue;
        }
        if (isalpha((unsigned char)*at) && strchr(letters, *at) == NULL)
            return error_set(error, ERROR_INVALID,
                             "the date format %.60s has a letter %c; known are %s", pattern, *at,
                             letters);
        at++;
    }
    return 0;
}

/* Digits: exactly `width` of them, or with 0 as many as there are up to nine. */
static bool take_number(struct walk *walk, int width, int *value)
{
    int count = 0;
    *value = 0;
    while (walk->at < walk->end && isdigit((unsigned char)*walk->at) &&
           count < (width > 0 ? width : 9)) {
        *value = *value * 10 + (*walk->at++ - '0');
        count++;
    }
    return count > 0 && (width == 0 || count == width);
}

static bool take_letters(struct walk *walk)
{
    const char *start = walk->at;
    while (walk->at < walk->end && isalpha((unsigned char)*walk->at))
        walk->at++;
    return walk->at > start;
}

static bool take_month_name(struct walk *walk)
{
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    const char *start = walk->at;
    if (!take_letters(walk))
        return false;
    size_t length = (size_t)(walk->at - start);
    for (int i = 0; i < 12; i++)
        if ((length == 3 || length == strlen(names[i])) &&
            strncasecmp(start, names[i], length) == 0) {
            walk->clock.month = i + 1;
            return true;
        }
    return false;
}

static bool take_half(struct walk *walk)
{
    if (walk->end - walk->at < 2)
        return false;
    bool am = strncasecmp(walk->at, "am", 2) == 0, pm = strncasecmp(walk->at, "pm", 2) == 0;
    walk->clock.has_half = true;
    walk->clock.is_afternoon = pm;
    walk->at += 2;
    return am || pm;
}

/* Z, UTC, GMT, +0200, +02:00, GMT+02:00 */
static bool take_zone(struct walk *walk)
{
    const char *start = walk->at;
    if (take_letters(walk)) {
        size_t length = (size_t)(walk->at - start);
        bool known = (length == 1 && (*start | 0x20) == 'z') ||
                     (length == 3 &&
                      (strncasecmp(start, "UTC", 3) == 0 || strncasecmp(start, "GMT", 3) == 0));
        if (!known || walk->at == walk->end || (*walk->at != '+' && *walk->at != '-'))
            return known;
    }
    if (walk->at == walk->end || (*walk->at != '+' && *walk->at != '-'))
        return false;
    int sign = *walk->at++ == '+' ? 1 : -1, hours, minutes = 0;
    if (!take_number(walk, 2, &hours))
        return false;
    walk->at += walk->at < walk->end && *walk->at == ':';
    if (walk->at < walk->end && isdigit((unsigned char)*walk->at) &&
        !take_number(walk, 2, &minutes))
        return false;
    walk->clock.zone = sign * (hours * 60 + minutes);
    return hours < 24 && minutes < 60;
}

static bool take_year(struct walk *walk, int count, int width)
{
    const char *start = walk->at;
    if (!take_number(walk, width, &walk->clock.year))
        return false;
    if (count <= 2 && walk->at - start == 2)
        walk->clock.year += walk->clock.year < 69 ? 2000 : 1900;
    return true;
}

/* The part of the clock that a letter of digits stands for; NULL: nothing that is kept. */
static int *clock_part(struct clock *clock, char letter)
{
    switch (letter) {
    case 'M':
        return &clock->month;
    case 'd':
        return &clock->day;
    case 'm':
        return &clock->minute;
    case 's':
        return &clock->second;
    case 'S':
        return NULL;
    default: /* H, K, k and h */
        return &clock->hour;
    }
}

/* k counts hours from 1 to 24, h from 1 to 12. */
static bool take_digits(struct walk *walk, char letter, int width)
{
    int ignored, *part = clock_part(&walk->clock, letter);
    if (!take_number(walk, width, part != NULL ? part : &ignored))
        return false;
    if ((letter == 'k' && *part == 24) || (letter == 'h' && *part == 12))
        *part = 0;
    return true;
}

/* A run of `count` equal letters. `width`: of its digits where another number follows at once. */
static bool take_field(struct walk *walk, char letter, int count, int width)
{
    switch (letter) {
    case 'y':
        return take_year(walk, count, width);
    case 'a':
        return take_half(walk);
    case 'E':
        return take_letters(walk);
    case 'z':
    case 'Z':
    case 'X':
        return take_zone(walk);
    default:
        return letter == 'M' && count > 2 ? take_month_name(walk)
                                          : take_digits(walk, letter, width);
    }
}

static bool is_numeric(const char *pattern)
{
    if (*pattern == 'M')
        return strncmp(pattern, "MMM", 3) != 0;
    return *pattern != 0 && strchr("ydHkhKmsS", *pattern) != NULL;
}

static bool take_literal(struct walk *walk, char wanted)
{
    if (walk->at == walk->end || *walk->at != wanted)
        return false;
    walk->at++;
    return true;
}

/* '' is an apostrophe, 'T' is T. */
static bool take_quoted(struct walk *walk)
{
    const char *end = skip_quoted(walk->pattern);
    bool took = end - walk->pattern > 2 || take_literal(walk, '\'');
    for (const char *at = walk->pattern + 1; took && at < end - 1; at++)
        took = take_literal(walk, *at);
    walk->pattern = end;
    return took;
}

static bool take_part(struct walk *walk)
{
    char letter = *walk->pattern;
    if (letter == '\'')
        return take_quoted(walk);
    if (!isalpha((unsigned char)letter)) {
        walk->pattern++;
        return take_literal(walk, letter);
    }
    const char *start = walk->pattern;
    while (*walk->pattern == letter)
        walk->pattern++;
    int count = (int)(walk->pattern - start);
    return take_field(walk, letter, count, is_numeric(walk->pattern) ? count : 0);
}

bool arff_date_read(const char *pattern, const char *text, size_t length, char iso[ARFF_DATE_SIZE])
{
    struct walk walk = {.pattern = pattern,
                        .at = text,
                        .end = text + length,
                        .clock = {.year = 1970, .month = 1, .day = 1}};
    while (*walk.pattern != 0)
        if (!take_part(&walk))
            return false;
    const struct clock *clock = &walk.clock;
    int hour = clock->hour + (clock->has_half && clock->is_afternoon ? 12 : 0);
    int zone = clock->zone < 0 ? -clock->zone : clock->zone;
    if (walk.at != walk.end || clock->year > 9999 || clock->month > 12 || clock->day > 31 ||
        hour > 23 || clock->minute > 59 || clock->second > 60)
        return false;
    snprintf(iso, ARFF_DATE_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", clock->year,
             clock->month, clock->day, hour, clock->minute, clock->second,
             clock->zone < 0 ? '-' : '+', zone / 60, zone % 60);
    return true;
}

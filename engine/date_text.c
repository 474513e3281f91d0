/* Dates by a cursor over the text: a day, then perhaps a time of day, then perhaps an offset. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/date_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct cursor {
    const char *at, *end;
};

struct day {
    int64_t year;
    int month, day;
};

enum { DAY_S = 86400 };

static const char *const month_names[] = {"january",   "february", "march",    "april",
                                          "may",       "june",     "july",     "august",
                                          "september", "october",  "november", "december"};

/* Days since 1970-01-01 in the proleptic Gregorian calendar, with years that begin in March so that
 * the leap day is the last. */
static int64_t day_number(struct day day)
{
    int64_t year = day.month <= 2 ? day.year - 1 : day.year;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (day.month + (day.month > 2 ? -3 : 9)) + 2) / 5 + day.day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static struct day day_from_number(int64_t number)
{
    number += 719468;
    int64_t era = (number >= 0 ? number : number - 146096) / 146097;
    int64_t day_of_era = number - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct day day = {.day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
                      .month = (int)(month < 10 ? month + 3 : month - 9)};
    day.year = year_of_era + era * 400 + (day.month <= 2);
    return day;
}

static bool day_exists(struct day day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (day.year < 1 || day.month < 1 || day.month > 12 || day.day < 1)
        return false;
    bool leap = (day.year % 4 == 0 && day.year % 100 != 0) || day.year % 400 == 0;
    return day.day <= lengths[day.month - 1] + (leap && day.month == 2);
}

static bool take(struct cursor *cursor, char c)
{
    if (cursor->at == cursor->end || *cursor->at != c)
        return false;
    cursor->at++;
    return true;
}

/* A run of least … most digits; returns how many, 0 where there are fewer or more. */
static int take_digits(struct cursor *cursor, int least, int most, int *value)
{
    int count = 0, sum = 0;
    const char *at = cursor->at;
    for (; at < cursor->end && (unsigned char)(*at - '0') < 10; at++) {
        if (++count > most)
            return 0;
        sum = sum * 10 + (*at - '0');
    }
    if (count < least)
        return 0;
    cursor->at = at;
    *value = sum;
    return count;
}

/* A month's English name or its first three letters. */
static bool take_month(struct cursor *cursor, int *month)
{
    const char *at = cursor->at;
    while (at < cursor->end && ((*at | 32) >= 'a' && (*at | 32) <= 'z'))
        at++;
    size_t length = (size_t)(at - cursor->at);
    for (int i = 0; i < 12; i++) {
        if (strncasecmp(cursor->at, month_names[i], length) != 0)
            continue;
        if (length != 3 && length != strlen(month_names[i]))
            continue;
        cursor->at = at;
        *month = i + 1;
        return true;
    }
    return false;
}

static bool take_year(struct cursor *cursor, int64_t *year)
{
    int value;
    if (take_digits(cursor, 4, 4, &value) == 0)
        return false;
    *year = value;
    return true;
}

/* 2015-03-16, or 2015-03, after the year. */
static bool take_after_year(struct cursor *cursor, struct day *day)
{
    char separator = cursor->at < cursor->end ? *cursor->at : 0;
    if (separator != '-' && separator != '/' && separator != '.')
        return false;
    cursor->at++;
    if (take_digits(cursor, 1, 2, &day->month) == 0)
        return false;
    if (take(cursor, separator))
        return take_digits(cursor, 1, 2, &day->day) != 0;
    day->day = 1;
    return separator == '-' && cursor->at == cursor->end;
}

/* 16/03/2015, 16.03.2015, 16-Mar-2015, 16 March 2015, after the first number. */
static bool take_after_number(struct cursor *cursor, enum date_order order, int first,
                              struct day *day)
{
    char separator = cursor->at < cursor->end ? *cursor->at : 0;
    if (separator != '-' && separator != '/' && separator != '.' && separator != ' ')
        return false;
    cursor->at++;
    int second = 0;
    bool named = separator != '.' && take_month(cursor, &second);
    if (!named && (separator == ' ' || take_digits(cursor, 1, 2, &second) == 0))
        return false;
    if (!take(cursor, separator) || !take_year(cursor, &day->year))
        return false;
    bool month_first = !named && separator != '.' && order == DATE_MONTH_FIRST;
    day->month = month_first ? first : second;
    day->day = month_first ? second : first;
    return true;
}

static bool take_day(struct cursor *cursor, enum date_order order, struct day *day)
{
    int number;
    switch (take_digits(cursor, 1, 4, &number)) {
    case 0: /* Mar 16, 2015 */
        if (!take_month(cursor, &day->month) || !take(cursor, ' ') ||
            take_digits(cursor, 1, 2, &day->day) == 0)
            return false;
        take(cursor, ',');
        return take(cursor, ' ') && take_year(cursor, &day->year);
    case 4:
        day->year = number;
        return take_after_year(cursor, day);
    case 3:
        return false;
    default:
        return take_after_number(cursor, order, number, day);
    }
}

/* AM or PM turns hour 1 … 12 into 0 … 23. */
static bool take_half(struct cursor *cursor, int *hour)
{
    struct cursor after = *cursor;
    take(&after, ' ');
    if (after.end - after.at < 2 || (after.at[1] | 32) != 'm')
        return true;
    bool afternoon = (after.at[0] | 32) == 'p';
    if (!afternoon && (after.at[0] | 32) != 'a')
        return true;
    if (*hour < 1 || *hour > 12)
        return false;
    *hour = *hour % 12 + (afternoon ? 12 : 0);
    cursor->at = after.at + 2;
    return true;
}

static bool take_clock(struct cursor *cursor, int64_t *seconds)
{
    int hour, minute, second = 0;
    if (take_digits(cursor, 1, 2, &hour) == 0 || !take(cursor, ':') ||
        take_digits(cursor, 2, 2, &minute) == 0)
        return false;
    if (take(cursor, ':')) {
        if (take_digits(cursor, 2, 2, &second) == 0)
            return false;
        if (take(cursor, '.') || take(cursor, ',')) {
            const char *start = cursor->at;
            while (cursor->at < cursor->end && (unsigned char)(*cursor->at - '0') < 10)
                cursor->at++;
            if (cursor->at == start)
                return false;
        }
    }
    if (!take_half(cursor, &hour) || hour > 23 || minute > 59 || second > 60)
        return false;
    *seconds += (hour * 60 + minute) * 60 + second;
    return true;
}

/* Z, +02:00, +0200, +02, or nothing. */
static bool take_offset(struct cursor *cursor, int64_t *seconds)
{
    take(cursor, ' ');
    if (take(cursor, 'Z') || cursor->at == cursor->end)
        return true;
    bool east = *cursor->at == '+';
    if (!take(cursor, '+') && !take(cursor, '-'))
        return false;
    int hours = 0, minutes = 0;
    int digits = take_digits(cursor, 2, 4, &hours);
    if (digits == 4) {
        minutes = hours % 100;
        hours /= 100;
    } else if (digits != 2 || (take(cursor, ':') && take_digits(cursor, 2, 2, &minutes) == 0)) {
        return false;
    }
    if (hours > 23 || minutes > 59)
        return false;
    int64_t offset = (hours * 60 + minutes) * 60;
    *seconds += east ? -offset : offset;
    return true;
}

bool date_text_read(const char *text, size_t length, enum date_order order, int64_t *seconds)
{
    struct cursor cursor = {text, text + length};
    struct day day;
    if (!take_day(&cursor, order, &day) || !day_exists(day))
        return false;
    int64_t sum = day_number(day) * DAY_S;
    if (cursor.at < cursor.end) {
        if (!take(&cursor, 'T') && !take(&cursor, ' '))
            return false;
        if (!take_clock(&cursor, &sum))
            return false;
        if (cursor.at < cursor.end && !take_offset(&cursor, &sum))
            return false;
    }
    if (cursor.at != cursor.end)
        return false;
    *seconds = sum;
    return true;
}

void date_text_write(int64_t seconds, char text[DATE_TEXT_SIZE])
{
    int64_t number = seconds / DAY_S;
    int rest = (int)(seconds % DAY_S);
    if (rest < 0) {
        rest += DAY_S;
        number--;
    }
    struct day day = day_from_number(number);
    int used =
        snprintf(text, DATE_TEXT_SIZE, "%04" PRId64 "-%02d-%02d", day.year, day.month, day.day);
    if (rest != 0)
        snprintf(text + used, DATE_TEXT_SIZE - (size_t)used, "T%02d:%02d:%02dZ", rest / 3600,
                 rest / 60 % 60, rest % 60);
}

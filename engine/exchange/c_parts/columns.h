/* Values of columns to the network's numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_C_PARTS_COLUMNS_H
#define PROPD_ENGINE_EXCHANGE_C_PARTS_COLUMNS_H

#include <float.h>
#include <math.h>
#include <string.h>

/* part: narrow */
/* The nearest finite float. */
static float narrow(double value)
{
    const double most = FLT_MAX;
    return (float)(value >= most ? most : value > -most ? value : -most);
}

/* part: scaled */
/* encoded = (value - shift) * factor, of `fill` where the value is missing (NAN). */
struct scale {
    double shift, factor, fill;
};

static float scaled(double value, const struct scale *scale)
{
    return narrow(((value != value ? scale->fill : value) - scale->shift) * scale->factor);
}

/* part: truth */
/* A boolean as a number; below 0: missing. */
static double truth(int value)
{
    return value < 0 ? NAN : value != 0;
}

/* part: find */
/* The place of a text in a list in the order of its bytes, -1 where it is not in it or NULL. */
static int find(const char *text, const char *const *texts, int count)
{
    int begin = 0, end = text ? count : 0;
    while (begin < end) {
        const int middle = begin + (end - begin) / 2, order = strcmp(text, texts[middle]);
        if (order == 0)
            return middle;
        if (order < 0)
            end = middle;
        else
            begin = middle + 1;
    }
    return -1;
}

/* part: category */
/* The number of a category, by where it stands in the list; -1 for the unseen and the missing. */
static int category(const char *text, const char *const *texts, const int *numbers, int count)
{
    const int place = find(text, texts, count);
    return place < 0 ? -1 : numbers[place];
}

/* part: one_hot */
/* The last of the `count` + 1 numbers stands for all other categories. */
static void one_hot(int number, int count, float *x)
{
    for (int i = 0; i <= count; i++)
        x[i] = 0.0F;
    x[number < 0 ? count : number] = 1.0F;
}

/* part: hash */
/* FNV-1a, 64 bits; 0xcbf29ce484222325 to begin with. */
static unsigned long long hash(unsigned long long before, const char *text, int length)
{
    for (int i = 0; i < length; i++)
        before = ((before ^ (unsigned char)text[i]) * 0x100000001b3ULL) & 0xffffffffffffffffULL;
    return before;
}

/* part: hashed */
static void hashed(const char *text, int slots, float *x)
{
    for (int i = 0; i < slots; i++)
        x[i] = 0.0F;
    if (text && *text)
        x[hash(0xcbf29ce484222325ULL, text, (int)strlen(text)) % (unsigned)slots] = 1.0F;
}

/* part: date */
/* Year, month, day, weekday (Monday 0) and hour in UTC of seconds since 1970, each scaled; NAN:
 * missing. By Hinnant's "chrono-Compatible Low-Level Date Algorithms". */
static void date(double seconds, const struct scale *scales, float *x)
{
    double parts[5] = {NAN, NAN, NAN, NAN, NAN};
    if (seconds == seconds) {
        const double days = floor(seconds / 86400.0), shifted = days + 719468.0;
        const double era = floor(shifted / 146097.0);
        const int of_era = (int)(shifted - era * 146097.0);
        const int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
        const int of_year = of_era - (365 * year + year / 4 - year / 100);
        const int from_march = (5 * of_year + 2) / 153;
        const int day_of_month = of_year - (153 * from_march + 2) / 5 + 1;
        const double weekday = days + 3.0 - 7.0 * floor((days + 3.0) / 7.0);
        parts[0] = era * 400.0 + year + (from_march >= 10);
        parts[1] = from_march < 10 ? from_march + 3 : from_march - 9;
        parts[2] = day_of_month;
        parts[3] = weekday;
        parts[4] = floor((seconds - days * 86400.0) / 3600.0);
    }
    for (int i = 0; i < 5; i++)
        x[i] = scaled(parts[i], &scales[i]);
}

/* part: bytes */
static void bytes(const unsigned char *raw, int count, float *x)
{
    for (int i = 0; i < count; i++)
        x[i] = (float)raw[i] / 255.0F;
}

/* parts end */

#endif

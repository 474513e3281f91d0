/* Clocks by clock_gettime and ids after the ULID specification (github.com/ulid/spec). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/secret.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ID_RANDOM_SIZE = 10, ID_RAW_SIZE = 16, ID_DIGITS = 26 };

/* The last id made, so that the next one is greater. */
static struct {
    pthread_mutex_t mutex;
    int64_t ms;
    uint8_t random[ID_RANDOM_SIZE]; /* most significant byte first */
} last_id = {.mutex = PTHREAD_MUTEX_INITIALIZER};

uint64_t clock_now_ns(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

double clock_since_s(uint64_t start_ns)
{
    return (double)(clock_now_ns() - start_ns) * 1e-9;
}

int64_t clock_unix_ms(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + (int64_t)now.tv_nsec / 1000000;
}

void clock_format(int64_t unix_ms, char text[CLOCK_TEXT_SIZE])
{
    bool is_rounded_up = unix_ms % 1000 < 0; /* as / does below zero */
    int64_t ms = unix_ms % 1000 + (is_rounded_up ? 1000 : 0);
    time_t seconds = (time_t)(unix_ms / 1000 - is_rounded_up);
    struct tm date = {0};
    /* RFC 3339 has four digits for the year. */
    if (gmtime_r(&seconds, &date) == NULL || date.tm_year < -1900 || date.tm_year > 8099) {
        snprintf(text, CLOCK_TEXT_SIZE, "0000-00-00T00:00:00.000Z");
        return;
    }
    size_t used = strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &date);
    snprintf(text + used, CLOCK_TEXT_SIZE - used, ".%03dZ", (int)ms);
}

/* `count` digits as a number; -1 where they are none. */
static int digits(const char **text, int count)
{
    int number = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return -1;
        number = number * 10 + (**text - '0');
    }
    return number;
}

static bool take_byte(const char **text, char byte)
{
    if (**text != byte)
        return false;
    (*text)++;
    return true;
}

static int parse_day(const char **text, struct tm *date)
{
    *date = (struct tm){.tm_year = digits(text, 4) - 1900};
    bool right = date->tm_year >= -1900 && take_byte(text, '-');
    date->tm_mon = right ? digits(text, 2) - 1 : -1;
    right = right && date->tm_mon >= 0 && date->tm_mon < 12 && take_byte(text, '-');
    date->tm_mday = right ? digits(text, 2) : 0;
    if (date->tm_mday < 1)
        return -1;
    struct tm same = *date;
    (void)timegm(&same); /* brings 31 April into May */
    return same.tm_mday == date->tm_mday && same.tm_mon == date->tm_mon ? 0 : -1;
}

static int parse_time(const char **text, struct tm *date, int *ms)
{
    *ms = 0;
    date->tm_hour = digits(text, 2);
    date->tm_min = take_byte(text, ':') ? digits(text, 2) : -1;
    date->tm_sec = date->tm_min >= 0 && take_byte(text, ':') ? digits(text, 2) : -1;
    if (date->tm_hour < 0 || date->tm_hour > 23 || date->tm_min < 0 || date->tm_min > 59 ||
        date->tm_sec < 0 || date->tm_sec > 60)
        return -1;
    if (!take_byte(text, '.'))
        return 0;
    int place = 100;
    if (**text < '0' || **text > '9')
        return -1;
    for (; **text >= '0' && **text <= '9'; (*text)++, place /= 10)
        *ms += place * (**text - '0');
    return 0;
}

/* In minutes. */
static int parse_offset(const char **text, int *offset)
{
    *offset = 0;
    if (take_byte(text, 'Z') || take_byte(text, 'z'))
        return 0;
    int sign = **text == '-' ? -1 : 1;
    if (!take_byte(text, '+') && !take_byte(text, '-'))
        return -1;
    int hours = digits(text, 2);
    int minutes = hours >= 0 && take_byte(text, ':') ? digits(text, 2) : -1;
    if (hours > 23 || minutes < 0 || minutes > 59)
        return -1;
    *offset = sign * (60 * hours + minutes);
    return 0;
}

int clock_parse(const char *text, int64_t *unix_ms)
{
    struct tm date;
    int ms = 0, offset = 0;
    if (parse_day(&text, &date) != 0)
        return -1;
    if (*text != '\0' && ((!take_byte(&text, 'T') && !take_byte(&text, 't')) ||
                          parse_time(&text, &date, &ms) != 0 || parse_offset(&text, &offset) != 0))
        return -1;
    if (*text != '\0')
        return -1;
    *unix_ms = ((int64_t)timegm(&date) - 60 * (int64_t)offset) * 1000 + ms;
    return 0;
}

/* False when all 80 bits were ones. */
static bool increment(uint8_t random[ID_RANDOM_SIZE])
{
    for (size_t i = ID_RANDOM_SIZE; i-- > 0;) {
        if (++random[i] != 0)
            return true;
    }
    return false;
}

/* Moves last_id on, whose mutex is held. Within one millisecond, or after the calendar was set
 * back, the random part counts up. */
static int advance(struct error *error)
{
    int64_t now = clock_unix_ms();
    if (now <= last_id.ms) {
        if (increment(last_id.random))
            return 0;
        now = last_id.ms + 1;
    }
    uint8_t random[ID_RANDOM_SIZE];
    if (secret_fill(random, sizeof(random), error) != 0)
        return -1;
    last_id.ms = now;
    memcpy(last_id.random, random, sizeof(random));
    return 0;
}

__extension__ typedef unsigned __int128 uint128; /* not ISO C, but in gcc and clang */

/* 128 bits as 26 digits of five bits, two leading zero bits before them. */
static void encode(const uint8_t raw[ID_RAW_SIZE], char text[ID_DIGITS + 1])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    uint128 value = 0;
    for (int i = 0; i < ID_RAW_SIZE; i++)
        value = value << 8 | raw[i];
    for (int i = 0; i < ID_DIGITS; i++)
        text[i] = digits[(unsigned)(value >> 5 * (ID_DIGITS - 1 - i)) & 31];
    text[ID_DIGITS] = '\0';
}

int id_make(const char *prefix, char id[ID_SIZE], struct error *error)
{
    assert(strlen(prefix) + 1 + ID_DIGITS < ID_SIZE);
    uint8_t raw[ID_RAW_SIZE];
    pthread_mutex_lock(&last_id.mutex);
    int result = advance(error);
    for (int i = 0; i < 6; i++)
        raw[i] = (uint8_t)(last_id.ms >> (40 - 8 * i));
    memcpy(raw + 6, last_id.random, ID_RANDOM_SIZE);
    pthread_mutex_unlock(&last_id.mutex);
    if (result != 0)
        return -1;
    size_t size = strlen(prefix);
    memcpy(id, prefix, size);
    id[size] = '_';
    encode(raw, id + size + 1);
    return 0;
}

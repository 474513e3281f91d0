/* One pass over the characters, eight digits at a time. A number whose digits and power of ten are
 * exact doubles is one division or product, which rounds once (Clinger 1990); the others are
 * number_text's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/number_list.h"
#include "engine/digits.h"
#include "engine/number_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    INTEGER_DIGITS = 18 /* of any such number an integer of jansson's can hold the value */
};

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

const char *number_list_skip_blanks(const char *at, const char *end)
{
    return skip_blanks(at, end);
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Appends the digits at `at` to the mantissa, which wraps beyond 19 of them. */
static inline const char *read_digits(const char *at, const char *end, uint64_t *mantissa)
{
    static const uint64_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    while (end - at >= 8) {
        uint64_t bytes;
        memcpy(&bytes, at, sizeof(bytes));
        uint64_t digits = bytes ^ 0x3030303030303030u;
        uint64_t others = above_nine(digits);
        int count = others != 0 ? __builtin_ctzll(others) / 8 : 8;
        if (count == 0)
            return at;
        *mantissa = *mantissa * tens[count] + join_digits(digits << 8 * (8 - count));
        at += count;
        if (count < 8)
            return at;
    }
    for (; at < end && is_digit(*at); at++)
        *mantissa = *mantissa * 10 + (uint64_t)(*at - '0');
    return at;
}
#else
static inline const char *read_digits(const char *at, const char *end, uint64_t *mantissa)
{
    for (; at < end && is_digit(*at); at++)
        *mantissa = *mantissa * 10 + (uint64_t)(*at - '0');
    return at;
}
#endif

/* The same of what stands before a point: mostly one digit, which branches foretell. */
static inline const char *read_whole(const char *at, const char *end, uint64_t *mantissa)
{
    if (end - at < 2 || !is_digit(at[0]) || is_digit(at[1]))
        return read_digits(at, end, mantissa);
    *mantissa = (uint64_t)(*at - '0');
    return at + 1;
}

/* A number's text and what was found in it. */
struct number {
    const char *begin;
    bool negative;
    uint64_t mantissa;
    int64_t digit_count; /* zeros at the beginning count */
    int64_t power;       /* value = mantissa * 10^power */
};

/* The digits behind e or E. */
static const char *read_exponent(const char *at, const char *end, struct number *number)
{
    enum { DIGITS_MAX = 4 };
    uint64_t exponent = 0;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    const char *digits = at;
    at = read_digits(at, end, &exponent);
    if (at == digits || at - digits > DIGITS_MAX)
        return NULL;
    number->power += negative ? -(int64_t)exponent : (int64_t)exponent;
    return at;
}

/* What the short way does not round once. `at`: behind the number. */
static const char *read_long(const struct number *number, const char *at, double *value)
{
    return number_text_read(number->begin, (size_t)(at - number->begin), value) == NUMBER_FINITE
               ? at
               : NULL;
}

static inline const char *finish(const struct number *number, const char *at, double *value)
{
    if (number->digit_count > 19 || number->mantissa > (uint64_t)1 << 53 ||
        number->power < -EXACT_POWER || number->power > EXACT_POWER)
        return read_long(number, at, value);
    double magnitude = (double)number->mantissa;
    magnitude = number->power <= 0 ? magnitude / exact_powers[-number->power]
                                   : magnitude * exact_powers[number->power];
    *value = number->negative ? -magnitude : magnitude;
    return at;
}

/* A whole number without an exponent; jansson has no whole -0. */
static inline const char *finish_integer(const struct number *number, const char *at, double *value)
{
    if (number->digit_count > INTEGER_DIGITS)
        return NULL;
    double magnitude = (double)number->mantissa;
    *value = number->negative && number->mantissa != 0 ? -magnitude : magnitude;
    return at;
}

static inline const char *read_number(const char *at, const char *end, double *value)
{
    struct number number = {.begin = at, .negative = at < end && *at == '-'};
    at += number.negative;
    const char *digits = at;
    at = read_whole(at, end, &number.mantissa);
    number.digit_count = at - digits;
    if (at == digits || (*digits == '0' && at - digits > 1))
        return NULL;
    bool is_whole = true;
    if (at < end && *at == '.') {
        digits = ++at;
        at = read_digits(at, end, &number.mantissa);
        number.digit_count += at - digits;
        number.power = digits - at;
        is_whole = false;
        if (at == digits)
            return NULL;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        is_whole = false;
        at = read_exponent(at + 1, end, &number);
        if (at == NULL)
            return NULL;
    }
    return is_whole ? finish_integer(&number, at, value) : finish(&number, at, value);
}

const char *number_list_read(const char *at, const char *end, double *values, size_t count)
{
    if (at == end || *at != '[')
        return NULL;
    for (size_t i = 0; i < count; i++) {
        at = read_number(skip_blanks(at + 1, end), end, &values[i]);
        if (at == NULL)
            return NULL;
        at = skip_blanks(at, end);
        if (at == end || *at != (i + 1 < count ? ',' : ']'))
            return NULL;
    }
    return count > 0 ? at + 1 : NULL;
}

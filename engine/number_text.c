/* Decimal numbers: three ways to the nearest double, from fast to general. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/number_text.h"
#include "engine/digits.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A decimal taken apart: mantissa * 10^exponent. */
struct decimal {
    bool negative;
    uint64_t mantissa; /* of all digits; only valid for digit_count <= MANTISSA_DIGITS */
    size_t digit_count;
    int64_t exponent;
    const char *digits; /* first digit or the point */
    const char *digits_end;
};

__extension__ typedef unsigned __int128 uint128; /* not ISO C, but in gcc and clang */

enum {
    MANTISSA_DIGITS = 19,   /* 10^19 < 2^64 */
    DIVIDED_POWER = 19,     /* 10^19 < 2^64 */
    SIGNIFICANT_MAX = 780,  /* more digits than any half-way point between two doubles has (767) */
    EXPONENT_MAX = 1 << 30, /* far beyond what the digits of one field can balance */
    EXPONENT_WRITTEN = 9999 /* beyond this all is 0 or infinite */
};

/* The exponent's digits after its e; NULL where there are none. */
static const char *scan_exponent(const char *at, const char *end, int64_t *exponent)
{
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (at == end)
        return NULL;
    int64_t value = 0;
    for (; at < end && is_digit(*at); at++)
        if (value < EXPONENT_MAX)
            value = value * 10 + (*at - '0');
    *exponent += negative ? -value : value;
    return at;
}

static bool scan_decimal(const char *at, const char *end, struct decimal *decimal)
{
    decimal->negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    decimal->digits = at;
    uint64_t mantissa = 0;
    const char *start = at;
    for (; at < end && is_digit(*at); at++)
        mantissa = mantissa * 10 + (uint64_t)(*at - '0');
    decimal->digit_count = (size_t)(at - start);
    decimal->exponent = 0;
    if (at < end && *at == '.') {
        start = ++at;
        for (; at < end && is_digit(*at); at++)
            mantissa = mantissa * 10 + (uint64_t)(*at - '0');
        decimal->digit_count += (size_t)(at - start);
        decimal->exponent = start - at;
    }
    decimal->mantissa = mantissa;
    decimal->digits_end = at;
    if (decimal->digit_count == 0)
        return false;
    if (at < end && (*at == 'e' || *at == 'E'))
        at = scan_exponent(at + 1, end, &decimal->exponent);
    return at == end;
}

/* mantissa / 10^power, rounded once: the quotient keeps at least 62 bits and its last bit says
 * whether anything was cut off. */
static double divide_exactly(uint64_t mantissa, int power)
{
    uint64_t divisor = 1;
    for (int i = 0; i < power; i++)
        divisor *= 10;
    int shift = __builtin_clzll(mantissa);
    uint128 dividend = (uint128)(mantissa << shift) << 63;
    uint128 quotient = dividend / divisor;
    bool rest = quotient * divisor != dividend;
    int cut = 0;
    uint64_t high = (uint64_t)(quotient >> 64);
    if (high != 0) {
        cut = 64 - __builtin_clzll(high);
        rest = rest || (quotient & (((uint128)1 << cut) - 1)) != 0;
        quotient >>= cut;
    }
    return ldexp((double)((uint64_t)quotient | rest), cut - 63 - shift);
}

/* By strtod, which sees whole digits and an exponent only: no point, so no locale. */
static double convert_any(const struct decimal *decimal)
{
    char text[SIGNIFICANT_MAX + 16];
    size_t used = 0;
    int64_t exponent = decimal->exponent;
    bool rest = false;
    for (const char *at = decimal->digits; at < decimal->digits_end; at++) {
        if (*at == '.' || (used == 0 && *at == '0'))
            continue;
        if (used < SIGNIFICANT_MAX) {
            text[used++] = *at;
            continue;
        }
        exponent++;
        rest = rest || *at != '0';
    }
    if (used == 0)
        return 0.0;
    if (rest)
        text[used - 1] |= 1; /* '0' … '8' become the odd digit above: never half-way */
    if (exponent > EXPONENT_WRITTEN)
        exponent = EXPONENT_WRITTEN;
    if (exponent < -EXPONENT_WRITTEN)
        exponent = -EXPONENT_WRITTEN;
    snprintf(text + used, sizeof(text) - used, "e%d", (int)exponent);
    return strtod(text, NULL);
}

static double convert(const struct decimal *decimal)
{
    if (decimal->digit_count > MANTISSA_DIGITS)
        return convert_any(decimal);
    if (decimal->mantissa <= (uint64_t)1 << 53) {
        /* Both factors are exact doubles, so one operation rounds once (Clinger 1990). */
        double mantissa = (double)decimal->mantissa;
        if (decimal->exponent <= 0 && decimal->exponent >= -EXACT_POWER)
            return mantissa / exact_powers[-decimal->exponent];
        if (decimal->exponent > 0 && decimal->exponent <= EXACT_POWER)
            return mantissa * exact_powers[decimal->exponent];
    } else if (decimal->exponent < 0 && decimal->exponent >= -DIVIDED_POWER) {
        return divide_exactly(decimal->mantissa, (int)-decimal->exponent);
    }
    return convert_any(decimal);
}

static enum number_kind read_infinity(const char *text, size_t length, double *value)
{
    bool negative = length > 0 && text[0] == '-';
    if (length > 0 && (text[0] == '-' || text[0] == '+')) {
        text++;
        length--;
    }
    if (!(length == 3 && strncasecmp(text, "inf", 3) == 0) &&
        !(length == 8 && strncasecmp(text, "infinity", 8) == 0))
        return NUMBER_NONE;
    *value = (double)(negative ? -INFINITY : INFINITY);
    return NUMBER_INFINITE;
}

enum number_kind number_text_read(const char *text, size_t length, double *value)
{
    struct decimal decimal;
    if (!scan_decimal(text, text + length, &decimal))
        return read_infinity(text, length, value);
    double magnitude = convert(&decimal);
    *value = decimal.negative ? -magnitude : magnitude;
    return isinf(magnitude) ? NUMBER_INFINITE : NUMBER_FINITE;
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Up to eight characters, digits with at most one point, in one register. False for all else. */
static inline bool read_eight(const char *text, size_t length, uint64_t *mantissa, int *power)
{
    const uint64_t zeros = 0x3030303030303030u;
    uint64_t characters;
    memcpy(&characters, text, sizeof(characters));
    /* The first character to the lowest byte; what lies behind the text is shifted out. */
    uint64_t digits = (characters ^ zeros) << (64 - 8 * length);
    uint64_t others = above_nine(digits);
    *power = 0;
    if (others != 0) {
        int place = 63 - __builtin_clzll(others);
        uint64_t up_to_point = others | (others - 1);
        *power = (63 - place) / 8;
        if ((others & (others - 1)) != 0 || (uint8_t)(digits >> (place - 7)) != ('.' ^ '0') ||
            length == 1)
            return false;
        digits = (digits & ~up_to_point) | (digits << 8 & up_to_point);
    }
    *mantissa = join_digits(digits);
    return true;
}

/* The same for up to sixteen in two registers. */
static inline bool read_sixteen(const char *text, size_t length, uint64_t *mantissa, int *power)
{
    enum { LONGEST = 16 };
    uint128 characters;
    memcpy(&characters, text, sizeof(characters));
    uint128 zeros = (uint128)0x3030303030303030u << 64 | 0x3030303030303030u;
    uint128 digits = (characters ^ zeros) << 8 * (LONGEST - length);
    uint128 others =
        (uint128)above_nine((uint64_t)(digits >> 64)) << 64 | above_nine((uint64_t)digits);
    *power = 0;
    if (others != 0) {
        uint64_t high = (uint64_t)(others >> 64);
        int place =
            high != 0 ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll((uint64_t)others);
        uint128 bit = (uint128)1 << place;
        uint128 up_to_point = bit | (bit - 1);
        *power = (127 - place) / 8;
        if (others != bit || (uint8_t)(digits >> (place - 7)) != ('.' ^ '0'))
            return false;
        digits = (digits & ~up_to_point) | (digits << 8 & up_to_point);
    }
    *mantissa = join_digits((uint64_t)digits) * 100000000 + join_digits((uint64_t)(digits >> 64));
    return *mantissa <= (uint64_t)1 << 53;
}

static inline bool read_short(const char *text, size_t length, double *value)
{
    uint64_t mantissa;
    int power;
    bool negative = length > 0 && *text == '-';
    text += negative;
    length -= negative;
    if (length - 1 < 8) {
        if (!read_eight(text, length, &mantissa, &power))
            return false;
    } else if (length - 1 >= 16 || !read_sixteen(text, length, &mantissa, &power)) {
        return false;
    }
    /* The sign by its bit: a branch for it would be foretold wrongly half of the time. */
    double magnitude = (double)(int64_t)mantissa / exact_powers[power];
    uint64_t bits;
    memcpy(&bits, &magnitude, sizeof(bits));
    bits |= (uint64_t)negative << 63;
    memcpy(value, &bits, sizeof(bits));
    return true;
}

enum number_kind number_text_read_roomy(const char *text, size_t length, double *value)
{
    return read_short(text, length, value) ? NUMBER_FINITE : number_text_read(text, length, value);
}
#else
enum number_kind number_text_read_roomy(const char *text, size_t length, double *value)
{
    return number_text_read(text, length, value);
}
#endif

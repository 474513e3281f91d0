/* The digits come out of one product of 24 by 64 bits, value times power of ten. Its fraction is
 * known to about 2^-33: what lies nearer than that to a tie, and the few floats of other shapes, is
 * left to the C library. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/float_text.h"
#include "base/json_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 uint128; /* not ISO C, but in gcc and clang */

enum { DIGITS_MIN = 6, DIGITS_MAX = 9, EXACT_POWER = 27 };

/* 5^27 is the largest power of five below 2^64. */
static const uint64_t fives[EXACT_POWER + 1] = {1u,
                                                5u,
                                                25u,
                                                125u,
                                                625u,
                                                3125u,
                                                15625u,
                                                78125u,
                                                390625u,
                                                1953125u,
                                                9765625u,
                                                48828125u,
                                                244140625u,
                                                1220703125u,
                                                6103515625u,
                                                30517578125u,
                                                152587890625u,
                                                762939453125u,
                                                3814697265625u,
                                                19073486328125u,
                                                95367431640625u,
                                                476837158203125u,
                                                2384185791015625u,
                                                11920928955078125u,
                                                59604644775390625u,
                                                298023223876953125u,
                                                1490116119384765625u,
                                                7450580596923828125u};

static const uint32_t tens[DIGITS_MAX + 1] = {1,      10,      100,      1000,      10000,
                                              100000, 1000000, 10000000, 100000000, 1000000000};

/* mantissa * 2^exponent; the mantissa's top bit is set. */
struct power {
    uint64_t mantissa;
    int exponent;
};

static struct power five_power(int power)
{
    int shift = __builtin_clzll(fives[power]);
    return (struct power){fives[power] << shift, -shift};
}

/* 10^power, cut off at 64 bits: exact up to EXACT_POWER, and defined up to twice that. */
static struct power ten_power(int power)
{
    struct power made = five_power(power < EXACT_POWER ? power : EXACT_POWER);
    if (power > EXACT_POWER) {
        struct power rest = five_power(power - EXACT_POWER);
        uint128 product = (uint128)made.mantissa * rest.mantissa;
        int shift = (uint64_t)(product >> 127) != 0 ? 64 : 63;
        made.mantissa = (uint64_t)(product >> shift);
        made.exponent += rest.exponent + shift;
    }
    made.exponent += power;
    return made;
}

/* A positive float taken apart: mantissa * 2^exponent, the mantissa of 24 bits. */
struct binary {
    uint32_t mantissa;
    int exponent;
};

/* A decimal of `count` digits, the first of which stands for 10^power. */
struct decimal {
    uint64_t digits;
    int count, power;
};

enum outcome { FITS, TOO_SHORT, UNSURE };

/* What an error of the power's last bit makes of the product, and some more. */
static const uint64_t doubt = 1u << 26;

/* The decimal nearest to the value with decimal->count digits, and whether it reads back: it does
 * where it is less than half of the float's last place away. */
static enum outcome round_to(const struct binary *value, struct decimal *decimal)
{
    struct power scale = ten_power(decimal->count - 1 - decimal->power);
    int shift = -(value->exponent + scale.exponent);
    if (shift < 40 || shift > 120)
        return UNSURE;
    uint128 product = (uint128)value->mantissa * scale.mantissa;
    uint128 half = (uint128)1 << (shift - 1);
    uint128 rest = product & ((half << 1) - 1);
    uint128 from_tie = rest > half ? rest - half : half - rest;
    if (from_tie <= doubt)
        return UNSURE;
    bool up = rest > half;
    uint128 away = up ? (half << 1) - rest : rest;
    uint64_t reach = scale.mantissa / 2;
    decimal->digits = (uint64_t)(product >> shift) + up;
    if (away + doubt < reach)
        return FITS;
    return away > reach + (uint128)doubt ? TOO_SHORT : UNSURE;
}

/* floor(log10(value)), or one less. */
static int guess_power(const struct binary *value)
{
    /* log10(2) is 1233 / 4096 as far as it matters here. */
    int exponent = value->exponent + 23;
    return (exponent * 1233 - (exponent < 0 ? 4095 : 0)) / 4096;
}

/* False where the way by one product does not tell. */
static bool find_shortest(const struct binary *value, struct decimal *decimal)
{
    decimal->power = guess_power(value);
    decimal->count = DIGITS_MAX;
    enum outcome outcome = UNSURE;
    while (decimal->power < DIGITS_MIN - 1) {
        outcome = round_to(value, decimal);
        if (outcome == UNSURE || decimal->digits < tens[DIGITS_MAX])
            break;
        decimal->power++;
    }
    if (outcome == UNSURE || decimal->digits >= tens[DIGITS_MAX] ||
        decimal->digits < tens[DIGITS_MAX - 1])
        return false;
    for (decimal->count = DIGITS_MIN; decimal->count <= DIGITS_MAX; decimal->count++) {
        outcome = round_to(value, decimal);
        if (outcome != TOO_SHORT)
            break;
    }
    return outcome == FITS && decimal->digits < tens[decimal->count];
}

/* "123" and their number, without the zeros at the end. */
static int print_digits(struct decimal decimal, char digits[DIGITS_MAX])
{
    while (decimal.digits % 10 == 0) {
        decimal.digits /= 10;
        decimal.count--;
    }
    for (int i = decimal.count - 1; i >= 0; i--) {
        digits[i] = (char)('0' + decimal.digits % 10);
        decimal.digits /= 10;
    }
    return decimal.count;
}

static char *put(char *at, const char *text, int size)
{
    memcpy(at, text, (size_t)size);
    return at + size;
}

/* As "%.15g" prints it, with ".0" behind whole numbers. */
static char *print_decimal(const struct decimal *decimal, char *at)
{
    char digits[DIGITS_MAX] = {0};
    int count = print_digits(*decimal, digits);
    if (decimal->power < -4) {
        at = put(at, digits, 1);
        if (count > 1) {
            *at++ = '.';
            at = put(at, digits + 1, count - 1);
        }
        *at++ = 'e';
        *at++ = '-';
        *at++ = (char)('0' - decimal->power / 10);
        *at++ = (char)('0' - decimal->power % 10);
        return at;
    }
    if (decimal->power < 0) {
        at = put(at, "0.000", 1 - decimal->power);
        return put(at, digits, count);
    }
    int whole = decimal->power + 1;
    for (int i = 0; i < whole; i++)
        *at++ = i < count ? digits[i] : '0';
    *at++ = '.';
    return count > whole ? put(at, digits + whole, count - whole) : put(at, "0", 1);
}

static size_t format_by_library(float value, char text[FLOAT_TEXT_SIZE])
{
    char digits[FLOAT_TEXT_SIZE];
    for (int count = DIGITS_MIN; count <= DIGITS_MAX; count++) {
        (void)snprintf(digits, sizeof(digits), "%.*g", count, (double)value);
        float read = strtof(digits, NULL);
        if (!(read < value) && !(read > value))
            break;
    }
    _Static_assert((int)FLOAT_TEXT_SIZE >= (int)JSON_NUMBER_SIZE, "a number fits");
    json_format_number(isfinite(value) ? strtod(digits, NULL) : (double)value, text);
    return strlen(text);
}

size_t float_text(float value, char text[FLOAT_TEXT_SIZE])
{
    enum { BIAS = 127, MANTISSA_BITS = 23 };
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    int exponent = (int)(bits >> MANTISSA_BITS & 0xff);
    uint32_t fraction = bits & ((1u << MANTISSA_BITS) - 1);
    struct decimal decimal;
    /* Zero, subnormal, not finite; and a power of two, whose lower neighbour is nearer. */
    if (exponent == 0 || exponent == 0xff || fraction == 0)
        return format_by_library(value, text);
    const struct binary binary = {fraction | 1u << MANTISSA_BITS, exponent - BIAS - MANTISSA_BITS};
    if (!find_shortest(&binary, &decimal))
        return format_by_library(value, text);
    char *at = text;
    if (bits >> 31 != 0)
        *at++ = '-';
    at = print_decimal(&decimal, at);
    *at = '\0';
    return (size_t)(at - text);
}

/* Decimal digits, one by one and eight at a time in a register: the first in the lowest byte. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_DIGITS_H
#define PROPD_ENGINE_DIGITS_H

#include <stdbool.h>
#include <stdint.h>

enum { EXACT_POWER = 22 }; /* 10^22 is the largest power of ten that is a double */

static const double exact_powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Every byte's top bit, where it is more than 9. */
static inline uint64_t above_nine(uint64_t bytes)
{
    const uint64_t top = 0x8080808080808080u;
    return (((bytes & ~top) + 0x7676767676767676u) | bytes) & top;
}

/* The number that eight digits make: pairs, then fours, then all, are joined at once. */
static inline uint64_t join_digits(uint64_t digits)
{
    digits = digits * 10 + (digits >> 8);
    digits = (digits & 0x00ff00ff00ff00ffu) * 100 + (digits >> 16 & 0x00ff00ff00ff00ffu);
    return (uint32_t)((digits & 0xffff) * 10000 + (digits >> 32 & 0xffff));
}

#endif

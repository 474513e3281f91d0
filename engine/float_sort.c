/* Sorting of floats: by insertion where there are few, else by three passes over parts of the key
 * (least significant digit first). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/float_sort.h"

#include <string.h>

enum { FEW = 64, DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, PASSES = 3 };

static const uint32_t SIGN = UINT32_C(1) << 31;

uint32_t float_key(float value)
{
    float number = value + 0.0F; /* of -0 it makes 0 */
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits & SIGN ? ~bits : bits | SIGN;
}

float float_of_key(uint32_t key)
{
    uint32_t bits = key & SIGN ? key & ~SIGN : ~key;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void sort_few(uint32_t *keys, int64_t count)
{
    for (int64_t i = 1; i < count; i++) {
        uint32_t key = keys[i];
        int64_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

static void pass(const uint32_t *from, uint32_t *to, int64_t count, int shift)
{
    int64_t starts[DIGITS] = {0}, start = 0;
    for (int64_t i = 0; i < count; i++)
        starts[from[i] >> shift & (DIGITS - 1)]++;
    for (int digit = 0; digit < DIGITS; digit++) {
        int64_t size = starts[digit];
        starts[digit] = start;
        start += size;
    }
    for (int64_t i = 0; i < count; i++)
        to[starts[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

void float_keys_sort(uint32_t *keys, int64_t count, uint32_t *scratch)
{
    uint32_t *from = keys, *to = scratch;
    if (count <= FEW) {
        sort_few(keys, count);
        return;
    }
    for (int i = 0; i < PASSES; i++) {
        pass(from, to, count, i * DIGIT_BITS);
        uint32_t *last = from;
        from = to;
        to = last;
    }
    memcpy(keys, from, (size_t)count * sizeof *keys);
}

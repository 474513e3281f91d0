/* Columns of numbers, two at a time: what number_text.c does with the bytes of one register, for
 * those of two at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/number_text.h"

#include <stdbool.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#ifdef __SSE2__
enum {
    SHORT = 8, /* characters of a number without its sign, which half a register holds */
    RUN = 64   /* numbers that are taken apart before the first of them is put together */
};

/* The last characters of a number, as many as it has. */
static const uint64_t keep_last[SHORT + 1] = {0,
                                              0xff00000000000000,
                                              0xffff000000000000,
                                              0xffffff0000000000,
                                              0xffffffff00000000,
                                              0xffffffffff000000,
                                              0xffffffffffff0000,
                                              0xffffffffffffff00,
                                              0xffffffffffffffff};

/* What a number's digits are divided by: its places behind the point, and NEGATIVE more. */
enum { NEGATIVE = SHORT };
static const double divisors[NEGATIVE + SHORT] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                  -1e0, -1e1, -1e2, -1e3, -1e4, -1e5, -1e6, -1e7};
static const uint64_t divisor_of[2] = {0, NEGATIVE};

/* Numbers taken apart, two and two, so that none waits for the division of the one before. */
struct run {
    __m128i digits[RUN / 2];   /* as 32 bits in the low half */
    __m128i divisors[RUN / 2]; /* places in the table, as 64 bits */
};

struct place {
    const char *stop;
    size_t length; /* without its sign */
    bool negative;
};

static inline struct place find_place(const char *text, const uint32_t *stops)
{
    const char *start = text + (uint32_t)(stops[-1] + 1), *stop = text + stops[0];
    bool negative = *start == '-';
    return (struct place){stop, (size_t)(stop - start) - negative, negative};
}

static inline __m128i load_pair(const void *first, const void *second)
{
    return _mm_castps_si128(_mm_loadh_pi(_mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)first)),
                                         (const __m64 *)second));
}

/* Eight digits to a number: twos, fours, all. Both are in the low half, as 32 bits. */
static inline __m128i join_digits(__m128i digits)
{
    __m128i tens = _mm_mullo_epi16(_mm_and_si128(digits, _mm_set1_epi16(0xff)), _mm_set1_epi16(10));
    __m128i twos = _mm_add_epi16(tens, _mm_srli_epi16(digits, 8));
    __m128i fours = _mm_madd_epi16(twos, _mm_set1_epi32(1 << 16 | 100));
    return _mm_madd_epi16(_mm_packs_epi32(fours, fours), _mm_set1_epi32(1 << 16 | 10000));
}

/* Two numbers of one to eight characters, digits with at most one point that is not the last
 * character, to pair `at` of the run. False for all else. */
static inline bool take_pair(const struct place *a, const struct place *b, struct run *run,
                             int64_t at)
{
    const __m128i zero = _mm_setzero_si128();
    __m128i digits = _mm_xor_si128(load_pair(a->stop - SHORT, b->stop - SHORT), _mm_set1_epi8('0'));
    digits = _mm_and_si128(digits, load_pair(&keep_last[a->length], &keep_last[b->length]));
    __m128i others = _mm_cmpeq_epi8(_mm_max_epu8(digits, _mm_set1_epi8(10)), digits);
    __m128i points = _mm_cmpeq_epi8(digits, _mm_set1_epi8('.' ^ '0'));
    /* One bit at each point; a second one, or any other character, is none of ours. */
    __m128i bits = _mm_and_si128(points, _mm_set1_epi8(1));
    __m128i below = _mm_sub_epi64(bits, _mm_set_epi32(0, 1, 0, 1));
    __m128i last = _mm_set_epi32(1 << 24, 0, 1 << 24, 0);
    __m128i bad =
        _mm_or_si128(_mm_xor_si128(others, points), _mm_and_si128(bits, _mm_or_si128(below, last)));
    if (_mm_movemask_epi8(_mm_cmpeq_epi8(bad, zero)) != 0xffff)
        return false;
    /* What is before the point moves up to close the gap; all ones where there is a point. */
    __m128i has_point = _mm_sub_epi64(zero, _mm_sad_epu8(bits, zero));
    below = _mm_and_si128(below, has_point);
    __m128i up_to_point = _mm_or_si128(below, points);
    __m128i behind = _mm_andnot_si128(up_to_point, has_point);
    __m128i before = _mm_slli_epi64(_mm_and_si128(digits, below), 8);
    digits = _mm_or_si128(_mm_andnot_si128(up_to_point, digits), before);
    __m128i places = _mm_sad_epu8(_mm_and_si128(behind, _mm_set1_epi8(1)), zero);
    __m128i signs = load_pair(&divisor_of[a->negative], &divisor_of[b->negative]);
    run->divisors[at] = _mm_add_epi64(places, signs);
    run->digits[at] = join_digits(digits);
    return true;
}

static inline int64_t take_run(const char *text, const uint32_t *stops, int64_t stride,
                               int64_t count, struct run *run)
{
    int64_t i = 0;
    for (; i + 2 <= count && i + 2 <= RUN; i += 2, stops += 2 * stride) {
        struct place a = find_place(text, stops), b = find_place(text, stops + stride);
        if (stops[0] < SHORT || a.length - 1 >= SHORT || b.length - 1 >= SHORT ||
            !take_pair(&a, &b, run, i / 2))
            break;
    }
    return i;
}

/* As many short numbers as there are before another, or at most a run of them. Both factors are
 * exact doubles, so one division rounds once (Clinger 1990). */
static int64_t read_run(const char *text, const uint32_t *stops, int64_t stride, int64_t count,
                        double *values)
{
    struct run run;
    int64_t taken = take_run(text, stops, stride, count, &run);
    for (int64_t i = 0; i < taken; i += 2) {
        __m128i places = run.divisors[i / 2];
        __m128d two = _mm_loadh_pd(_mm_load_sd(&divisors[_mm_extract_epi16(places, 0)]),
                                   &divisors[_mm_extract_epi16(places, 4)]);
        _mm_storeu_pd(&values[i], _mm_div_pd(_mm_cvtepi32_pd(run.digits[i / 2]), two));
    }
    return taken;
}
#else
static int64_t read_run(const char *text UNUSED, const uint32_t *stops UNUSED,
                        int64_t stride UNUSED, int64_t count UNUSED, double *values UNUSED)
{
    return 0;
}
#endif

int64_t number_text_read_column(const char *text, const uint32_t *stops, int64_t stride,
                                int64_t count, double *values)
{
    int64_t i = 0;
    while (i < count) {
        const uint32_t *stop = stops + i * stride;
        int64_t run = read_run(text, stop, stride, count - i, &values[i]);
        i += run;
        if (run > 0)
            continue;
        const char *start = text + (uint32_t)(stop[-1] + 1);
        size_t length = (size_t)(text + stop[0] - start);
        if (length == 0 || number_text_read_roomy(start, length, &values[i]) != NUMBER_FINITE)
            break;
        i++;
    }
    return i;
}

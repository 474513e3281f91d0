/* Vectors of floats of the instruction set that a file is compiled for: 16 lanes with AVX-512, 8
 * with AVX2 and FMA, 4 elsewhere (SSE2, NEON).
 *
 * The types are vectors of the compiler, so that + - * / work on them; what operators cannot say is
 * a function here. Parts of a vector are loaded and stored by a count of lanes; a constant count of
 * LANES costs nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_KERNELS_SIMD_H
#define PROPD_ENGINE_KERNELS_SIMD_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#if defined(__AVX512F__)
enum { LANES = 16 };
#elif defined(__AVX2__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif

typedef float floats __attribute__((vector_size(LANES * 4)));
typedef int32_t ints __attribute__((vector_size(LANES * 4)));

ALWAYS_INLINE floats floats_load(const float *from)
{
    floats x;
    memcpy(&x, from, sizeof(x));
    return x;
}

ALWAYS_INLINE void floats_store(float *to, floats x)
{
    memcpy(to, &x, sizeof(x));
}

#if defined(__AVX512F__)

/* One bit a lane. */
typedef __mmask16 mask;

ALWAYS_INLINE floats floats_set(float x)
{
    return _mm512_set1_ps(x);
}
/* a * b + c, rounded once where the instruction set can. */
ALWAYS_INLINE floats floats_fma(floats a, floats b, floats c)
{
    return _mm512_fmadd_ps(a, b, c);
}
ALWAYS_INLINE floats floats_sqrt(floats x)
{
    return _mm512_sqrt_ps(x);
}
ALWAYS_INLINE mask floats_less(floats a, floats b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}
ALWAYS_INLINE mask floats_is_nan(floats x)
{
    return _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
}
ALWAYS_INLINE floats floats_select(mask condition, floats yes, floats no)
{
    return _mm512_mask_blend_ps(condition, no, yes);
}
ALWAYS_INLINE mask lanes_mask(int64_t count)
{
    return (mask)(count >= LANES ? 0xffffU : (1U << (unsigned)count) - 1U);
}
ALWAYS_INLINE floats floats_load_part(const float *from, int64_t count)
{
    return _mm512_maskz_loadu_ps(lanes_mask(count), from);
}
ALWAYS_INLINE void floats_store_part(float *to, floats x, int64_t count)
{
    _mm512_mask_storeu_ps(to, lanes_mask(count), x);
}
/* Four floats from column `at` of each of rows[0], rows[4], rows[8] …: as many as there are. */
ALWAYS_INLINE floats floats_load_quads(const float *const *rows, int64_t at)
{
    __m512 x = _mm512_castps128_ps512(_mm_loadu_ps(rows[0] + at));
    x = _mm512_insertf32x4(x, _mm_loadu_ps(rows[4] + at), 1);
    x = _mm512_insertf32x4(x, _mm_loadu_ps(rows[8] + at), 2);
    return _mm512_insertf32x4(x, _mm_loadu_ps(rows[12] + at), 3);
}
/* In each quad: a0 b0 a1 b1, a2 b2 a3 b3; a0 a1 b0 b1, a2 a3 b2 b3. */
ALWAYS_INLINE floats quads_interleave_low(floats a, floats b)
{
    return _mm512_unpacklo_ps(a, b);
}
ALWAYS_INLINE floats quads_interleave_high(floats a, floats b)
{
    return _mm512_unpackhi_ps(a, b);
}
ALWAYS_INLINE floats quads_join_low(floats a, floats b)
{
    return _mm512_shuffle_ps(a, b, 0x44);
}
ALWAYS_INLINE floats quads_join_high(floats a, floats b)
{
    return _mm512_shuffle_ps(a, b, 0xee);
}

#else

/* All bits of a lane set or none. */
typedef ints mask;

ALWAYS_INLINE mask floats_less(floats a, floats b)
{
    return a < b;
}
ALWAYS_INLINE mask floats_is_nan(floats x)
{
    return x != x;
}
ALWAYS_INLINE floats floats_select(mask condition, floats yes, floats no)
{
    return (floats)(((ints)yes & condition) | ((ints)no & ~condition));
}

#if defined(__AVX2__)

ALWAYS_INLINE floats floats_set(float x)
{
    return _mm256_set1_ps(x);
}
ALWAYS_INLINE floats floats_fma(floats a, floats b, floats c)
{
    return _mm256_fmadd_ps(a, b, c);
}
ALWAYS_INLINE floats floats_sqrt(floats x)
{
    return _mm256_sqrt_ps(x);
}
ALWAYS_INLINE __m256i lanes_mask(int64_t count)
{
    static const int32_t edge[2 * LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i *)(const void *)(edge + LANES - count));
}
ALWAYS_INLINE floats floats_load_part(const float *from, int64_t count)
{
    if (count >= LANES)
        return floats_load(from);
    return _mm256_maskload_ps(from, lanes_mask(count));
}
ALWAYS_INLINE void floats_store_part(float *to, floats x, int64_t count)
{
    if (count >= LANES)
        floats_store(to, x);
    else
        _mm256_maskstore_ps(to, lanes_mask(count), x);
}
ALWAYS_INLINE floats floats_load_quads(const float *const *rows, int64_t at)
{
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(rows[0] + at)),
                                _mm_loadu_ps(rows[4] + at), 1);
}
ALWAYS_INLINE floats quads_interleave_low(floats a, floats b)
{
    return _mm256_unpacklo_ps(a, b);
}
ALWAYS_INLINE floats quads_interleave_high(floats a, floats b)
{
    return _mm256_unpackhi_ps(a, b);
}
ALWAYS_INLINE floats quads_join_low(floats a, floats b)
{
    return _mm256_shuffle_ps(a, b, 0x44);
}
ALWAYS_INLINE floats quads_join_high(floats a, floats b)
{
    return _mm256_shuffle_ps(a, b, 0xee);
}

#else

ALWAYS_INLINE floats floats_set(float x)
{
    return (floats){x, x, x, x};
}
ALWAYS_INLINE floats floats_fma(floats a, floats b, floats c)
{
#if defined(__ARM_NEON) && defined(__ARM_FEATURE_FMA)
    return (floats)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
    return a * b + c;
#endif
}
ALWAYS_INLINE floats floats_sqrt(floats x)
{
#if defined(__x86_64__)
    return _mm_sqrt_ps(x);
#else
    return (floats){sqrtf(x[0]), sqrtf(x[1]), sqrtf(x[2]), sqrtf(x[3])};
#endif
}
ALWAYS_INLINE floats floats_load_part(const float *from, int64_t count)
{
    if (count >= LANES)
        return floats_load(from);
    return (floats){count > 0 ? from[0] : 0, count > 1 ? from[1] : 0, count > 2 ? from[2] : 0, 0};
}
ALWAYS_INLINE void floats_store_part(float *to, floats x, int64_t count)
{
    if (count >= LANES) {
        floats_store(to, x);
        return;
    }
    for (int64_t lane = 0; lane < count; lane++)
        to[lane] = x[lane];
}
ALWAYS_INLINE floats floats_load_quads(const float *const *rows, int64_t at)
{
    return floats_load(rows[0] + at);
}
ALWAYS_INLINE floats quads_interleave_low(floats a, floats b)
{
    return __builtin_shufflevector(a, b, 0, 4, 1, 5);
}
ALWAYS_INLINE floats quads_interleave_high(floats a, floats b)
{
    return __builtin_shufflevector(a, b, 2, 6, 3, 7);
}
ALWAYS_INLINE floats quads_join_low(floats a, floats b)
{
    return __builtin_shufflevector(a, b, 0, 1, 4, 5);
}
ALWAYS_INLINE floats quads_join_high(floats a, floats b)
{
    return __builtin_shufflevector(a, b, 2, 3, 6, 7);
}

#endif
#endif

/* For sums that floats would be too coarse for: from and to half a vector of floats. */
enum { DOUBLE_LANES = LANES / 2 };
typedef double doubles __attribute__((vector_size(DOUBLE_LANES * 8)));
typedef float half_floats __attribute__((vector_size(DOUBLE_LANES * 4)));

ALWAYS_INLINE doubles doubles_load(const float *from)
{
    half_floats x;
    memcpy(&x, from, sizeof(x));
    return __builtin_convertvector(x, doubles);
}
ALWAYS_INLINE void doubles_store(float *to, doubles sums)
{
    const half_floats x = __builtin_convertvector(sums, half_floats);
    memcpy(to, &x, sizeof(x));
}

ALWAYS_INLINE floats floats_abs(floats x)
{
    return (floats)((ints)x & 0x7fffffff);
}
/* The larger; NaN where b is NaN, b where a is. */
ALWAYS_INLINE floats floats_max(floats a, floats b)
{
    return floats_select(floats_less(b, a), a, b);
}
/* The smaller; NaN where b is NaN, b where a is. */
ALWAYS_INLINE floats floats_min(floats a, floats b)
{
    return floats_select(floats_less(a, b), a, b);
}

/* The first `count` lanes of x, `rest` in the others. */
ALWAYS_INLINE floats floats_keep(floats x, int64_t count, float rest)
{
    static const float numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    if (count >= LANES)
        return x;
    return floats_select(floats_less(floats_load(numbers), floats_set((float)count)), x,
                         floats_set(rest));
}

/* Over the lanes, in pairs at a distance of half the lanes, then a quarter, and so on. */
ALWAYS_INLINE float floats_sum(floats x)
{
    float lanes[LANES];
    floats_store(lanes, x);
#pragma GCC unroll 4
    for (int half = LANES / 2; half > 0; half /= 2) {
#pragma GCC unroll 8
        for (int lane = 0; lane < half; lane++)
            lanes[lane] += lanes[lane + half];
    }
    return lanes[0];
}
ALWAYS_INLINE float floats_largest(floats x)
{
    float lanes[LANES];
    floats_store(lanes, x);
    for (int half = LANES / 2; half > 0; half /= 2) {
#pragma GCC unroll 8
        for (int lane = 0; lane < half; lane++)
            lanes[lane] = lanes[lane] > lanes[lane + half] ? lanes[lane] : lanes[lane + half];
    }
    return lanes[0];
}

/* Does `statement` for the vectors of [0, count): `at` is the first lane's index, `lanes` how many
 * there are, a constant but for the last vector. */
#define EACH_VECTOR(count, statement)                                                              \
    do {                                                                                           \
        int64_t at = 0;                                                                            \
        for (; at + LANES <= (count); at += LANES) {                                               \
            const int64_t lanes = LANES;                                                           \
            statement;                                                                             \
        }                                                                                          \
        if (at < (count)) {                                                                        \
            const int64_t lanes = (count)-at;                                                      \
            statement;                                                                             \
        }                                                                                          \
    } while (0)

#endif

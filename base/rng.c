/* Philox4x32-10 and the draws made of it.
 *
 * The 128-bit counter is the caller's 64-bit counter (low words) and the stream (high words); the
 * key is the seed. Which lanes of which block a draw takes is part of the contract with saved
 * checkpoints: u32 and float c take lane c % 4 of block c / 4, double c lanes 2(c % 2) and the next
 * of block c / 2, normal, below and beta c all of block c. One stream serves one kind of draw. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

__extension__ typedef unsigned __int128 uint128;

/* LANES: blocks that are drawn at once. */
enum { PHILOX_ROUNDS = 10, LANES = 16 };
static const uint32_t philox_multiplier[2] = {0xd2511f53, 0xcd9e8d57};
static const uint32_t philox_weyl[2] = {0x9e3779b9, 0xbb67ae85};

void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        uint64_t p0 = (uint64_t)philox_multiplier[0] * c0;
        uint64_t p1 = (uint64_t)philox_multiplier[1] * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += philox_weyl[0];
        k1 += philox_weyl[1];
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/* FNV-1a (Fowler, Noll, Vo), 64 bits. */
static uint64_t hash_byte(uint64_t hash, uint8_t byte)
{
    return (hash ^ byte) * UINT64_C(0x100000001b3);
}

/* The text and its NUL, so that "ab","c" and "a","bc" differ. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = hash_byte(hash, (uint8_t)*text);
    return hash_byte(hash, 0);
}

/* The finalizer of SplitMix64 (Steele, Lea, Flood 2014): FNV alone leaves neighbours alike. */
static uint64_t hash_finish(uint64_t hash)
{
    hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ (hash >> 27)) * UINT64_C(0x94d049bb133111eb);
    return hash ^ (hash >> 31);
}

struct rng rng_stream(uint64_t seed, const char *purpose, const char *name, uint64_t number)
{
    uint64_t hash = hash_text(hash_text(UINT64_C(0xcbf29ce484222325), purpose), name);
    for (int i = 0; i < 8; i++)
        hash = hash_byte(hash, (uint8_t)(number >> (8 * i)));
    hash = hash_finish(hash);
    return (struct rng){
        .key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
        .stream = {(uint32_t)hash, (uint32_t)(hash >> 32)},
    };
}

static void draw_block(const struct rng *rng, uint64_t block, uint32_t out[4])
{
    uint32_t counter[4] = {(uint32_t)block, (uint32_t)(block >> 32), rng->stream[0],
                           rng->stream[1]};
    rng_philox(counter, rng->key, out);
}

static uint64_t join(uint32_t low, uint32_t high)
{
    return (uint64_t)high << 32 | low;
}

static float unit_float(uint32_t bits)
{
    return (float)(bits >> 8) * 0x1p-24F;
}

static double unit_double(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

uint32_t rng_u32(const struct rng *rng, uint64_t counter)
{
    uint32_t out[4];
    draw_block(rng, counter / 4, out);
    return out[counter % 4];
}

float rng_float(const struct rng *rng, uint64_t counter)
{
    return unit_float(rng_u32(rng, counter));
}

double rng_double(const struct rng *rng, uint64_t counter)
{
    uint32_t out[4];
    draw_block(rng, counter / 2, out);
    uint64_t lane = 2 * (counter % 2);
    return unit_double(join(out[lane], out[lane + 1]));
}

double rng_normal(const struct rng *rng, uint64_t counter)
{
    static const double two_pi = 6.283185307179586476925;
    uint32_t out[4];
    draw_block(rng, counter, out);
    /* In (0, 1], for the logarithm. */
    double radius = 1.0 - unit_double(join(out[0], out[1]));
    double angle = two_pi * unit_double(join(out[2], out[3]));
    return sqrt(-2.0 * log(radius)) * cos(angle);
}

/* The block of a further attempt lies far from those of other counters. */
static uint64_t attempt_block(uint64_t counter, uint64_t attempt)
{
    return counter ^ (attempt << 56);
}

/* Two uniform numbers in (0, 1]. */
static void draw_pair(const struct rng *rng, uint64_t block, double pair[2])
{
    uint32_t out[4];
    draw_block(rng, block, out);
    pair[0] = 1.0 - unit_double(join(out[0], out[1]));
    pair[1] = 1.0 - unit_double(join(out[2], out[3]));
}

/* u^(1/shape) / (u^(1/shape) + v^(1/shape)) where the sum is at most 1; by logarithms, since the
 * powers of a small shape are both 0 in a double. False: drawn in vain. */
static bool beta_johnk(const double pair[2], double shape, double *result)
{
    double log_x = log(pair[0]) / shape, log_y = log(pair[1]) / shape;
    if (exp(log_x) + exp(log_y) > 1)
        return false;
    *result = 1 / (1 + exp(log_y - log_x));
    return true;
}

/* Names as in the paper, for a = b = shape. */
static bool beta_cheng(const double pair[2], double shape, double *result)
{
    if (pair[0] == 1)
        return false;
    double v = log(pair[0] / (1 - pair[0])) / sqrt(shape), w = shape * exp(v);
    double r = (shape + sqrt(shape)) * v - log(4), z = pair[0] * pair[0] * pair[1];
    if (r + 2 * shape * log(2 * shape / (shape + w)) < log(z))
        return false;
    *result = w / (shape + w);
    return true;
}

double rng_beta(const struct rng *rng, uint64_t counter, double shape)
{
    assert(shape > 0);
    for (uint64_t attempt = 0;; attempt++) {
        double pair[2], result;
        draw_pair(rng, attempt_block(counter, attempt), pair);
        if (shape <= 1 ? beta_johnk(pair, shape, &result) : beta_cheng(pair, shape, &result))
            return result;
    }
}

/* D. Lemire, "Fast random integer generation in an interval", 2019. Low halves under 2^64 mod bound
 * are the ones that would favour some results; those of at least `bound` are known to be none
 * without the division. */
static bool favours(uint128 product, uint64_t bound)
{
    return (uint64_t)product < bound && (uint64_t)product < (0 - bound) % bound;
}

uint64_t rng_below(const struct rng *rng, uint64_t counter, uint64_t bound)
{
    assert(bound > 0);
    for (uint64_t attempt = 0;; attempt++) {
        uint32_t out[4];
        draw_block(rng, attempt_block(counter, attempt), out);
        uint128 product = (uint128)join(out[0], out[1]) * bound;
        if (!favours(product, bound))
            return (uint64_t)(product >> 64);
    }
}

void rng_floats(const struct rng *rng, uint64_t block, float out[4])
{
    uint32_t bits[4];
    draw_block(rng, block, bits);
    for (int i = 0; i < 4; i++)
        out[i] = unit_float(bits[i]);
}

void rng_normals(const struct rng *rng, uint64_t block, float out[4])
{
    static const float two_pi = 6.28318531F;
    uint32_t bits[4];
    draw_block(rng, block, bits);
    for (int i = 0; i < 4; i += 2) {
        /* In (0, 1], for the logarithm. */
        float radius = sqrtf(-2.0F * logf(1.0F - unit_float(bits[i])));
        float angle = two_pi * unit_float(bits[i + 1]);
        out[i] = radius * cosf(angle);
        out[i + 1] = radius * sinf(angle);
    }
}

#ifdef __x86_64__
enum { VECTORS = LANES / 4 };

/* Rounds of many blocks side by side, since those of one wait for each other; 4 a vector: words lie
 * in the low halves, and what is in the high ones is left out by the product. */
__attribute__((target("avx2"))) static void draw_lanes_avx2(const struct rng *rng, uint64_t first,
                                                            uint64_t draws[LANES])
{
    const __m256i multiplier0 = _mm256_set1_epi64x(philox_multiplier[0]);
    const __m256i multiplier1 = _mm256_set1_epi64x(philox_multiplier[1]);
    __m256i c0[VECTORS], c1[VECTORS], c2[VECTORS], c3[VECTORS];
    uint32_t k0 = rng->key[0], k1 = rng->key[1];
    for (int i = 0; i < VECTORS; i++) {
        c0[i] = _mm256_add_epi64(_mm256_set1_epi64x((int64_t)first + 4 * i),
                                 _mm256_set_epi64x(3, 2, 1, 0));
        c1[i] = _mm256_srli_epi64(c0[i], 32);
        c2[i] = _mm256_set1_epi64x(rng->stream[0]);
        c3[i] = _mm256_set1_epi64x(rng->stream[1]);
    }
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        const __m256i key0 = _mm256_set1_epi64x(k0), key1 = _mm256_set1_epi64x(k1);
        for (int i = 0; i < VECTORS; i++) {
            __m256i p0 = _mm256_mul_epu32(multiplier0, c0[i]);
            __m256i p1 = _mm256_mul_epu32(multiplier1, c2[i]);
            __m256i high0 = _mm256_srli_epi64(p0, 32), high1 = _mm256_srli_epi64(p1, 32);
            c0[i] = _mm256_xor_si256(_mm256_xor_si256(high1, key0), c1[i]);
            c1[i] = p1;
            c2[i] = _mm256_xor_si256(_mm256_xor_si256(high0, key1), c3[i]);
            c3[i] = p0;
        }
        k0 += philox_weyl[0];
        k1 += philox_weyl[1];
    }
    for (int i = 0; i < VECTORS; i++) {
        __m256i low = _mm256_blend_epi32(c0[i], _mm256_slli_epi64(c1[i], 32), 0xaa);
        _mm256_storeu_si256((__m256i_u *)(draws + 4 * i), low);
    }
}
#endif

/* The first 64 bits of blocks first, first + 1, … */
static void draw_blocks(const struct rng *rng, uint64_t first, uint64_t draws[LANES])
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) {
        draw_lanes_avx2(rng, first, draws);
        return;
    }
#endif
    for (uint64_t i = 0; i < LANES; i++) {
        uint32_t out[4];
        draw_block(rng, first + i, out);
        draws[i] = join(out[0], out[1]);
    }
}

static void exchange(const struct rng *rng, uint32_t *order, size_t last, uint64_t draw)
{
    uint128 product = (uint128)draw * (last + 1);
    size_t other = favours(product, last + 1) ? (size_t)rng_below(rng, last, last + 1)
                                              : (size_t)(product >> 64);
    uint32_t moved = order[last];
    order[last] = order[other];
    order[other] = moved;
}

void rng_permutation(const struct rng *rng, uint32_t *order, size_t count)
{
    assert(count <= UINT32_MAX);
    uint64_t draws[LANES];
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    size_t last = count > 0 ? count - 1 : 0;
    for (; last >= LANES; last -= LANES) {
        draw_blocks(rng, last - LANES + 1, draws);
        for (size_t i = 0; i < LANES; i++)
            exchange(rng, order, last - i, draws[LANES - 1 - i]);
    }
    draw_blocks(rng, 0, draws);
    for (; last > 0; last--)
        exchange(rng, order, last, draws[last]);
}

/* exp, log, tanh and their like on vectors: the same result for a value in any lane.
 *
 * The polynomials are minimax fits made for this file (Remez, relative error); the error bounds are
 * what test_kernels measures over the range against libm in double. NaN gives NaN everywhere. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_KERNELS_SIMD_MATH_H
#define PROPD_ENGINE_KERNELS_SIMD_MATH_H

#include "engine/kernels/simd.h"

/* Horner's scheme, the highest power last. */
ALWAYS_INLINE floats floats_polynomial(floats x, const float *coefficients, const int count)
{
    floats y = floats_set(coefficients[count - 1]);
#pragma GCC unroll 10
    for (int i = count - 2; i >= 0; i--)
        y = floats_fma(y, x, floats_set(coefficients[i]));
    return y;
}

/* What exp is made of: x = n ln 2 + rest, |rest| <= ln 2 / 2, and exp(rest) - 1. */
struct exponent {
    ints n;
    floats fraction;
};

/* x within ±126 or NaN. */
ALWAYS_INLINE struct exponent exponent_split(floats x)
{
    static const float tail[] = {4.999999404e-01F, 1.666651517e-01F, 4.166845605e-02F,
                                 8.369418792e-03F, 1.381314476e-03F};
    /* Adding 1.5 * 2^23 rounds to a whole number, which then stands in the low bits. */
    const floats rounder = floats_set(12582912.0F);
    floats shifted = floats_fma(x, floats_set(1.44269504F), rounder);
    floats n = shifted - rounder;
    /* ln 2 in two parts, the first so short that n times it is exact without FMA too. */
    floats rest = floats_fma(n, floats_set(-0.693359375F), x);
    rest = floats_fma(n, floats_set(2.12194440e-4F), rest);
    floats q = floats_polynomial(rest, tail, 5);
    return (struct exponent){.n = (ints)shifted - (ints)rounder,
                             .fraction = floats_fma(q, rest * rest, rest)};
}

/* x * 2^n, in two steps, so that results below the smallest normal number come out rounded. */
ALWAYS_INLINE floats floats_scale(floats x, ints n)
{
    ints half = n >> 1;
    return x * (floats)((half + 127) << 23) * (floats)((n - half + 127) << 23);
}

/* Within 1.5 ulp; 0 and infinity beyond the range, subnormal results included. */
ALWAYS_INLINE floats floats_exp(floats x)
{
    struct exponent split =
        exponent_split(floats_max(floats_set(-105), floats_min(floats_set(89), x)));
    return floats_scale(split.fraction + 1, split.n);
}

/* exp(x) - 1, within 2 ulp, for x <= 0 (above, exp is as good); -1 far below. */
ALWAYS_INLINE floats floats_exp_minus_1(floats x)
{
    struct exponent split =
        exponent_split(floats_max(floats_set(-30), floats_min(floats_set(0), x)));
    floats power = (floats)((split.n + 127) << 23);
    return floats_fma(split.fraction, power, power - 1);
}

/* log(x) within 1 ulp for normal x; infinity and NaN stay. After fdlibm: log(1 + f) = f - (f^2/2 -
 * s (f^2/2 + R)), s = f / (2 + f). */
ALWAYS_INLINE floats floats_log(floats x)
{
    static const float series[] = {0.66666667F, 0.4F, 0.28571429F, 0.22222222F, 0.18181818F};
    /* Taking sqrt(1/2)'s bits off moves the mantissa into [sqrt(1/2), sqrt(2)). */
    ints bits = (ints)x - 0x3f3504f3;
    ints n = bits >> 23;
    floats f = (floats)((bits & 0x007fffff) + 0x3f3504f3) - 1;
    floats exponent = __builtin_convertvector(n, floats);
    floats s = f / (f + 2), z = s * s, half = 0.5F * f * f;
    floats r = z * floats_polynomial(z, series, 5);
    floats y = f - (half - floats_fma(s, half + r, exponent * -2.12194440e-4F));
    y = floats_fma(exponent, floats_set(0.693359375F), y);
    return floats_select(floats_less(x, floats_set(INFINITY)), y, x);
}

/* log(1 + x) within 2 ulp for finite x >= 0. */
ALWAYS_INLINE floats floats_log_plus_1(floats x)
{
    floats sum = x + 1;
    return floats_log(sum) + (x - (sum - 1)) / sum;
}

/* 1 / (1 + exp(-x)) and what it lacks to 1, each within 2.5 ulp. */
struct logistic {
    floats share, rest;
};

ALWAYS_INLINE struct logistic floats_logistic(floats x)
{
    floats e = floats_exp(-floats_abs(x)), large = 1 / (e + 1), small = e * large;
    mask negative = floats_less(x, floats_set(0));
    return (struct logistic){
        .share = floats_select(negative, small, large),
        .rest = floats_select(negative, large, small),
    };
}

ALWAYS_INLINE floats floats_sigmoid(floats x)
{
    return floats_logistic(x).share;
}

/* Within 2 ulp. */
ALWAYS_INLINE floats floats_tanh(floats x)
{
    static const float tail[] = {-3.333328366e-01F, 1.333149076e-01F, -5.374349654e-02F,
                                 2.065058611e-02F, -5.717043299e-03F};
    floats size = floats_abs(x), square = x * x;
    floats small = floats_fma(floats_polynomial(square, tail, 5) * square, x, x);
    floats large = 1 - 2 / (floats_exp(size + size) + 1);
    large = (floats)((ints)large | ((ints)x & INT32_MIN));
    return floats_select(floats_less(size, floats_set(0.625F)), small, large);
}

/* The normal distribution: its density at x, and the share below x, which keeps its relative
 * precision in the lower tail: within (6 + x^2 / 2) ulp. */
struct normal {
    floats density, share;
};

ALWAYS_INLINE struct normal floats_normal(floats x)
{
    /* Share above t over exp(-t^2 / 2), by u = 1 / (1 + 0.35 t), for t from 0 to 14.5. */
    static const float tail[] = {1.396213025e-01F,  1.398635060e-01F,  1.198213026e-01F,
                                 1.055524275e-01F,  -2.321215905e-02F, 1.593194008e-01F,
                                 -2.558387220e-01F, 1.440307796e-01F,  -2.915785462e-02F};
    floats u = 1 / floats_fma(floats_abs(x), floats_set(0.35F), floats_set(1));
    floats power = floats_exp(-0.5F * x * x);
    floats above = power * (u * floats_polynomial(u, tail, 9));
    return (struct normal){
        .density = power * 0.398942280F,
        .share = floats_select(floats_less(x, floats_set(0)), above, 1 - above),
    };
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/peak.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { PEAK_ROUNDS = 5000, PEAK_CHAINS = 12 };

#if defined(__x86_64__)
/* Of this thread's processor time. */
static uint64_t cpu_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

#define PEAK(name, target_text, vector, set, fma, lanes)                                           \
    __attribute__((target(target_text))) static double name(void)                                  \
    {                                                                                              \
        vector sums[PEAK_CHAINS], factor = set(0.999F), more = set(0.001F);                        \
        float out[(lanes)];                                                                        \
        for (int i = 0; i < PEAK_CHAINS; i++)                                                      \
            sums[i] = set((float)i);                                                               \
        const uint64_t start = cpu_now_ns();                                                       \
        for (int round = 0; round < PEAK_ROUNDS; round++)                                          \
            _Pragma("GCC unroll 12") for (int i = 0; i < PEAK_CHAINS; i++) sums[i] =               \
                fma(sums[i], factor, more);                                                        \
        const double ns = (double)(cpu_now_ns() - start);                                          \
        for (int i = 1; i < PEAK_CHAINS; i++)                                                      \
            sums[0] = fma(sums[0], factor, sums[i]);                                               \
        memcpy(out, &sums[0], sizeof(out));                                                        \
        return isnan(out[0]) ? 0 : 2.0 * (lanes)*PEAK_CHAINS * PEAK_ROUNDS / ns;                   \
    }
PEAK(peak_avx512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps, 16)
PEAK(peak_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps, 8)
#endif

double peak_measure(const char *set)
{
#if defined(__x86_64__)
    if (strcmp(set, "avx512") == 0)
        return peak_avx512();
    if (strcmp(set, "avx2") == 0)
        return peak_avx2();
#endif
    (void)set;
    return 0;
}

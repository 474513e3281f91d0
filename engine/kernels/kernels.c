/* Which set of kernels this process uses. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine/kernels/kernels.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/kernels/sets.h"

enum { SETS_MAX = 5 };

/* Filled once. */
static const struct kernels *sets[SETS_MAX];
static const struct kernels *chosen; /* NULL: PROPD_KERNELS names none of them */
static char wanted[32];              /* what PROPD_KERNELS said */
static pthread_once_t sets_once = PTHREAD_ONCE_INIT;

static void sets_choose(void)
{
    const char *name = getenv("PROPD_KERNELS");
    if (!name || !*name) {
        chosen = sets[0];
        return;
    }
    snprintf(wanted, sizeof(wanted), "%s", name);
    for (const struct kernels *const *set = sets; *set; set++)
        if (strcmp((*set)->name, name) == 0)
            chosen = *set;
}

static void sets_find(void)
{
    int count = 0;
#ifdef WITH_AVX512
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("fma"))
        sets[count++] = &kernels_avx512;
#endif
#ifdef WITH_AVX2
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        sets[count++] = &kernels_avx2;
#endif
    sets[count++] = &kernels_baseline;
    sets[count++] = kernels_reference();
    sets[count] = NULL;
    sets_choose();
}

const struct kernels *const *kernels_list(void)
{
    pthread_once(&sets_once, sets_find);
    return sets;
}

static void refuse(struct error *error)
{
    char names[128] = "";
    size_t size = 0;
    for (const struct kernels *const *set = sets; *set; set++)
        size += (size_t)snprintf(names + size, sizeof(names) - size, "%s%s", size ? ", " : "",
                                 (*set)->name);
    error_set(error, ERROR_INVALID, "PROPD_KERNELS must be one of %s on this machine, not %s",
              names, wanted);
}

const struct kernels *kernels_get(struct error *error)
{
    pthread_once(&sets_once, sets_find);
    if (!chosen)
        refuse(error);
    return chosen;
}

int activation_needs_input(enum activation_code code)
{
    switch (code) {
    case ACTIVATION_LEAKY_RELU:
    case ACTIVATION_ELU:
    case ACTIVATION_GELU:
    case ACTIVATION_GELU_TANH:
    case ACTIVATION_SILU:
    case ACTIVATION_MISH:
    case ACTIVATION_HARD_SIGMOID:
    case ACTIVATION_SOFTPLUS:
    case ACTIVATION_SOFTSIGN:
        return 1;
    case ACTIVATION_LINEAR:
    case ACTIVATION_RELU:
    case ACTIVATION_SELU:
    case ACTIVATION_SIGMOID:
    case ACTIVATION_TANH:
    case ACTIVATION_SOFTMAX:
    case ACTIVATION_LOG_SOFTMAX:
    case ACTIVATION_COUNT:
        break;
    }
    return 0;
}

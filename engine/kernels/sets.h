/* The tables that kernels.c chooses from; which of them are linked, config.h says. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_KERNELS_SETS_H
#define PROPD_ENGINE_KERNELS_SETS_H

#include "engine/kernels/kernels.h"

extern const struct kernels kernels_avx512, kernels_avx2, kernels_baseline;

#endif

/* What the files of a convolution share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LAYERS_CONVOLUTION_PARTS_H
#define PROPD_ENGINE_LAYERS_CONVOLUTION_PARTS_H

#include "engine/layers/convolution.h"
#include "engine/layers/patches.h"

/* Whole vectors of any instruction set, and whole lines of a cache. */
enum { PANEL_ALIGN = 16 };

/* One group of a convolution: its part of a patch, and of the filters. */
struct group {
    struct patch_part part;
    int64_t filter, filters;
};

struct group convolution_group(const struct convolution *convolution, int64_t index);

/* convolution_run() and convolution_add() of windows that slide, and their gradients. */
void convolution_run_sliding(const struct convolution_pass *pass, const float *images,
                             const float *bias, int64_t begin, int64_t end, float *results,
                             bool relu, bool adds);
void convolution_d_images_sliding(const struct convolution_pass *pass, const float *d_results,
                                  int64_t begin, int64_t end, float *d_images, bool overwrite);
void convolution_d_kernel_sliding(const struct convolution_pass *pass, const float *images,
                                  const float *d_results, int64_t samples, int64_t begin,
                                  int64_t end, float *d_kernel);

#endif

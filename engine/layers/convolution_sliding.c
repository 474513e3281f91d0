/* Convolutions whose windows slide over the images: products of patches where they lie, with the
 * kernel packed as panels once a call. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/convolution_parts.h"

#include <stddef.h>

/* Places in the work memory. */
static float *panels_at(const struct convolution_pass *pass, const struct sliding *sliding)
{
    return pass->work + (sliding_copy_size(sliding) + PANEL_ALIGN - 1) / PANEL_ALIGN * PANEL_ALIGN;
}

void convolution_run_sliding(const struct convolution_pass *pass, const float *images,
                             const float *bias, int64_t begin, int64_t end, float *results,
                             bool relu, bool adds)
{
    const struct convolution *convolution = pass->convolution;
    const struct sliding *sliding = &convolution->sliding;
    const int64_t filters = convolution->filters;
    const int64_t positions = window_positions(&convolution->window);
    float *panels = panels_at(pass, sliding);
    const int64_t size =
        pass->kernels->panels_size(convolution->depth, filters / convolution->groups);

    for (int64_t i = 0; i < convolution->groups; i++) {
        const struct group group = convolution_group(convolution, i);
        pass->kernels->panels_fill(convolution->depth, group.filters, 0, convolution->depth,
                                   pass->kernel + group.filter, filters, false, panels + i * size);
    }
    for (int64_t sample = begin; sample < end; sample++)
        for (int64_t i = 0; i < convolution->groups; i++) {
            const struct group group = convolution_group(convolution, i);
            const struct patch_grid grid =
                sliding_grid(sliding, images + sample * window_image_elements(&convolution->window),
                             i, pass->work);
            float *y = results + sample * positions * filters + group.filter;
            pass->kernels->patch_product(&grid, group.filters, panels + i * size,
                                         adds           ? y
                                         : bias != NULL ? bias + group.filter
                                                        : NULL,
                                         adds ? filters : 0, y, filters,
                                         relu ? ACTIVATION_RELU : ACTIVATION_LINEAR);
        }
}

/* The kernel of each group turned around and transposed: [height, width, filters, channels]. */
static void fill_turned(const struct convolution_pass *pass, const struct group *group,
                        float *panels)
{
    const struct convolution *convolution = pass->convolution;
    const int64_t channels = group->part.channels;
    const int64_t cells = convolution->depth / channels;

    for (int64_t cell = 0; cell < cells; cell++)
        pass->kernels->panels_fill(
            cells * group->filters, channels, cell * group->filters, group->filters,
            pass->kernel + (cells - 1 - cell) * channels * convolution->filters + group->filter,
            convolution->filters, true, panels);
}

void convolution_d_images_sliding(const struct convolution_pass *pass, const float *d_results,
                                  int64_t begin, int64_t end, float *d_images, bool overwrite)
{
    const struct convolution *convolution = pass->convolution;
    const struct window *window = &convolution->window;
    const struct sliding *sliding = &convolution->sliding_back;
    const int64_t elements = window_positions(window) * convolution->filters;
    const int64_t channels = window->channels / convolution->groups;
    float *panels = panels_at(pass, sliding);
    const int64_t size = pass->kernels->panels_size(
        convolution->depth / channels * (convolution->filters / convolution->groups), channels);

    for (int64_t i = 0; i < convolution->groups; i++) {
        const struct group group = convolution_group(convolution, i);
        fill_turned(pass, &group, panels + i * size);
    }
    for (int64_t sample = begin; sample < end; sample++)
        for (int64_t i = 0; i < convolution->groups; i++) {
            const struct patch_grid grid =
                sliding_grid(sliding, d_results + sample * elements, i, pass->work);
            float *d = d_images + sample * window_image_elements(window) + i * channels;
            pass->kernels->patch_product(&grid, channels, panels + i * size, overwrite ? NULL : d,
                                         window->channels, d, window->channels, ACTIVATION_LINEAR);
        }
}

void convolution_d_kernel_sliding(const struct convolution_pass *pass, const float *images,
                                  const float *d_results, int64_t samples, int64_t begin,
                                  int64_t end, float *d_kernel)
{
    const struct convolution *convolution = pass->convolution;
    const int64_t filters = convolution->filters;
    const int64_t positions = window_positions(&convolution->window);
    float *panels = panels_at(pass, &convolution->sliding);

    for (int64_t sample = 0; sample < samples; sample++)
        for (int64_t i = 0; i < convolution->groups; i++) {
            const struct group group = convolution_group(convolution, i);
            const struct patch_grid grid = sliding_grid(
                &convolution->sliding,
                images + sample * window_image_elements(&convolution->window), i, pass->work);
            pass->kernels->panels_fill(positions, group.filters, 0, positions,
                                       d_results + sample * positions * filters + group.filter,
                                       filters, false, panels);
            pass->kernels->patch_product_d_kernel(&grid, begin, end, group.filters, panels,
                                                  d_kernel + begin * filters + group.filter,
                                                  filters);
        }
}

/* The gradients that backward gives, beside those that forward's values say: central differences.
 *
 * A difference is extrapolated from two steps (Richardson), which also tells kinks: where the two
 * disagree, the function bends within the step. Then, and where the gradient is not that slope,
 * smaller steps are tried. A gradient is wrong where two of them agree on another slope. An element
 * that bends within all, or whose slope cannot be told from the rounding of the function's value,
 * is skipped. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_GRADIENT_CHECK_H
#define PROPD_ENGINE_GRADIENT_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* Right gradients keep within this of the numeric ones, by the measure below; float32 and the steps
 * allow a quarter of it. */
#define GRADIENT_TOLERANCE 0.001

/* A function of floats in memory, in double. */
struct gradient_probe {
    double (*value)(void *context);
    void *context;
    double resolution; /* smallest relative change of its value that means something; 0: any */
};

struct gradient_report {
    double worst;    /* greatest difference, over the scale that was given with it */
    char where[128]; /* "dense_1/kernel[3]" */
    int checked, skipped;
};

/* The greatest absolute value. */
double gradient_largest(const float *values, int64_t count);

/* Compares a gradient with the slope by the float at `place`, which is moved and put back: element
 * `index` of `name`. `scale` is the size of the gradients around it. */
void gradient_compare(const struct gradient_probe *probe, const char *name, int64_t index,
                      float *place, float gradient, double scale, struct gradient_report *report);

#endif

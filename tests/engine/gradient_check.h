/* The gradients that backward gives, beside those that forward's values say: central differences.
 *
 * A difference is extrapolated from two steps (Richardson), which also tells kinks: where the two
 * disagree, the function bends within the step and the element is skipped. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_ENGINE_GRADIENT_CHECK_H
#define PROPD_TESTS_ENGINE_GRADIENT_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/loss.h"
#include "tests/engine/trial.h"

/* Right gradients keep within this of the numeric ones, by the measure below; float32 and the steps
 * allow a quarter of it. */
#define GRADIENT_TOLERANCE 0.001

struct gradient_report {
    double worst; /* greatest difference, over the largest gradient of its tensor, or a twentieth of
                     the largest of all where that is more */
    char where[96]; /* "dense_1/kernel[3]" */
    int checked, skipped;
};

/* All trained tensors of a trial's network, for a random projection of its output: the sum over all
 * outputs, each times a fixed random number. */
struct gradient_report gradient_check_network(struct trial *trial, uint64_t seed);

/* A loss by what it is given: batch->output is moved and put back. */
struct gradient_report gradient_check_loss(const struct loss_type *type, const void *options,
                                           struct loss_batch *batch, float *output);

/* Whether the report is one of right gradients: all within the tolerance, and at least three
 * quarters were checked. */
bool gradient_report_is_right(const struct gradient_report *report);

#endif

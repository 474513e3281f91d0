/* Numeric checks of whole networks and of losses (engine/gradient_check.h). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_ENGINE_GRADIENT_CHECK_H
#define PROPD_TESTS_ENGINE_GRADIENT_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/gradient_check.h"
#include "engine/loss.h"
#include "tests/engine/trial.h"

/* All trained tensors of a trial's network, for a random projection of its output: the sum over all
 * outputs, each times a fixed random number. The scale is the largest gradient of a tensor, or a
 * twentieth of the largest of all where that is more. */
struct gradient_report gradient_check_network(struct trial *trial, uint64_t seed);

/* A loss by what it is given: batch->output is moved and put back. */
struct gradient_report gradient_check_loss(const struct loss_type *type, const void *options,
                                           struct loss_batch *batch, float *output);

/* Whether the report is one of right gradients: all within the tolerance, and at least three
 * quarters were checked. */
bool gradient_report_is_right(const struct gradient_report *report);

#endif

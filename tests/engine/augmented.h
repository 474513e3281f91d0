/* Augmentations out of JSON texts, run on rows made by hand, for their tests. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_ENGINE_AUGMENTED_H
#define PROPD_TESTS_ENGINE_AUGMENTED_H

#include "engine/augmentation.h"

/* A list, read like training.augmentation; fails the test where it cannot be. */
struct variants augmented_list(const char *text);

/* Images, series or tables by the number of dimensions (0 ends them). */
struct augment_input augmented_input(int64_t a, int64_t b, int64_t c, bool is_bytes);

/* Runs the list over a batch of `count` rows whose numbers in the dataset begin at `first`. */
void augmented_run(const char *text, const struct augment_input *input, int64_t epoch,
                   uint32_t first, int64_t count, float *x);

/* Fails the test where a value differs by more than `tolerance`. */
void augmented_expect(const float *x, const float *expected, int64_t count, double tolerance);

#endif

/* The augmentation of a run's training batches: rows are changed where the network reads them, and
 * mixed rows get mixed targets. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TRAINER_AUGMENT_H
#define PROPD_ENGINE_TRAINER_AUGMENT_H

#include <stdint.h>

#include "engine/augmentation.h"
#include "engine/step.h"
#include "engine/trainer_plan.h"

struct trainer_augment {
    struct augmentation *augmentation; /* owned; NULL: none */
    int64_t output_elements;           /* of a row */
    /* Mixed targets, owned; NULL where nothing mixes. */
    int32_t *classes;   /* [parts][rows]; NULL where the target is numbers */
    float *values;      /* [rows][output elements]; NULL where it is classes */
    float *row_weights; /* [parts][rows] of classes, [rows] of numbers */
};

int trainer_augment_create(struct trainer_augment *augment, const struct trainer_plan *plan,
                           struct error *error);
void trainer_augment_clear(struct trainer_augment *augment);
/* Bytes that trainer_augment_create() will take. */
int trainer_augment_memory(const struct trainer_plan *plan, size_t *size, struct error *error);

/* Changes a training batch of epoch `epoch` (from 0) whose features are in x; rows: which rows of
 * the dataset they are. Returns the batch with the targets to learn, good until the next call.
 *
 * Where rows are mixed, numbers are learned as λ y + (1 - λ) y' with the weight mixed likewise, and
 * classes by λ w L(y) + (1 - λ) w' L(y'): every part counts with the weight of the row that its
 * target is from. */
struct step_batch trainer_augment_run(struct trainer_augment *augment, int64_t epoch,
                                      const uint32_t *rows, const struct step_batch *batch,
                                      float *x);

#endif

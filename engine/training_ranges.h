/* Ranges of what a run can be given at its start and anew while it runs: written once for the
 * tables of training.c, the optimizers and trainer_change.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TRAINING_RANGES_H
#define PROPD_ENGINE_TRAINING_RANGES_H

/* Members of a struct field (base/fields.h). */
#define LEARNING_RATE_RANGE .min = 0, .max = 1e6
#define EPOCHS_RANGE .min = 1, .max = 1e7
#define STEPS_RANGE .min = 1, .max = 1e15
#define PATIENCE_RANGE .min = 1, .max = 1e9
#define PENALTY_RANGE .min = 0, .max = 1e6

#endif

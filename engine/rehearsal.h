/* A job tried out without being run: what it would train, how long a step takes on its real rows,
 * and whether the gradients of exactly its network and loss are right. The caller turns it, as a
 * trainer, and looks at the clock in between. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_REHEARSAL_H
#define PROPD_ENGINE_REHEARSAL_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "engine/gradient_check.h"
#include "engine/trainer.h"

struct rehearsal;

/* Everything that trainer_create() checks is checked; the memory is that of a run over a few
 * batches. What `setup` holds must outlive it. */
struct rehearsal *rehearsal_create(const struct trainer_setup *setup, struct error *error);
void rehearsal_free(struct rehearsal *rehearsal);

/* As trainer_check() gives them: the memory of the whole run, and the resolved documents, borrowed.
 */
size_t rehearsal_memory(const struct rehearsal *rehearsal);
const json_t *rehearsal_resolved(const struct rehearsal *rehearsal);

/* What network_describe() says, and {"input", "target", "steps", "steps_per_epoch",
 * "epochs", "folds", "training_rows", "validation_rows", "validation_batches", "learning_rate":
 * {"step", "value"}}, the rate at 500 steps at most, as the schedule has it before anything is
 * known of the run. NULL only when out of memory. */
json_t *rehearsal_describe(const struct rehearsal *rehearsal);

/* Compares the gradient by one more weight, at the first weights and on a few rows; false where all
 * that were drawn are compared: at most about 200, some of every tensor, the same in every call.
 * Before the first step. */
bool rehearsal_compare(struct rehearsal *rehearsal);
/* Of what was compared. The scale is that of tests: the largest gradient of a tensor, or a
 * twentieth of the largest of all where that is more. */
struct gradient_report rehearsal_gradients(const struct rehearsal *rehearsal);

/* One update on the next rows; false where its loss is not finite. */
bool rehearsal_step(struct rehearsal *rehearsal);
/* One batch of the validation; nothing without a validation. */
void rehearsal_validate(struct rehearsal *rehearsal);

#endif

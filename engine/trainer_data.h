/* The rows of a run as batches: a small set is encoded once, targets and all, a large one batch by
 * batch, with the same bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TRAINER_DATA_H
#define PROPD_ENGINE_TRAINER_DATA_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/step.h"
#include "engine/trainer_plan.h"

/* The training rows, or the validation rows. */
struct trainer_set {
    const uint32_t *rows;                        /* borrowed: indices into the dataset */
    const struct preprocessing_binding *binding; /* borrowed: of that dataset */
    int64_t count;
    bool is_training; /* class and sample weights apply */
    float *x; /* owned, as all below: [count][input elements]; NULL: encoded batch by batch */
    int32_t *classes; /* [count] where x is there and the target is classes, else NULL */
    float *values;    /* [count][output elements] where x is there and it is numbers, else NULL */
};

struct trainer_data {
    const struct trainer_plan *plan; /* borrowed */
    struct trainer_set training, validation;
    /* The batch, owned; each of plan->rows rows. */
    uint32_t *rows;
    uint32_t *positions; /* in the set */
    int32_t *classes;    /* NULL where the target is numbers */
    float *values;       /* [rows][output elements]; NULL where it is classes */
    float *row_weights;  /* NULL where all rows weigh the same */
};

int trainer_data_create(struct trainer_data *data, const struct trainer_plan *plan,
                        struct error *error);
void trainer_data_clear(struct trainer_data *data);
/* Bytes that trainer_data_create() will take. */
int trainer_data_memory(const struct trainer_plan *plan, size_t *size, struct error *error);

/* Rows [begin, begin + count) of `order` (positions in the set; NULL: the set's own order): encodes
 * their features to `x` and their targets and weights into the batch that it returns, which stays
 * good until the next call. */
struct step_batch trainer_data_fill(struct trainer_data *data, const struct trainer_set *set,
                                    const uint32_t *order, int64_t begin, int64_t count, float *x);

#endif

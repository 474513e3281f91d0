/* A list of augmentations, checked against the rows that it is for and ready to change batches.
 *
 * What is drawn for a row depends on (seed, epoch, row of the dataset, position in the list) alone:
 * not on the batch, the order, the number of threads or a restart. mixup and cutmix take their
 * partner from the row's batch: which of the others it is, is drawn in the same way, so partners
 * are a function of the order of the epoch and of batch_size besides; a restored run has the same
 * batches and so the same partners. The partner is mixed as it is at this place in the list. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_AUGMENTATION_H
#define PROPD_ENGINE_AUGMENTATION_H

#include <stdint.h>

#include "base/error.h"
#include "engine/augment.h"
#include "engine/team.h"

/* Entries of a list, and those of them that mix rows: each doubles the targets of a row. */
enum { AUGMENTATION_MAX = 32, AUGMENTATION_MIXES_MAX = 2 };

/* The input that `preprocessing` makes; augment_input_clear() frees its columns. */
int augment_input_make(struct augment_input *input, const struct preprocessing *preprocessing,
                       struct error *error);
void augment_input_clear(struct augment_input *input);

/* Whether every entry can be applied to such rows; errors name `path`[2].type and what fits. */
int augmentation_check(const struct variants *list, const struct augment_input *input,
                       const char *path, struct error *error);

/* Everything is borrowed and must outlive the augmentation, but for `input`, which is copied: of it
 * the columns must. */
struct augmentation_setup {
    const struct variants *list; /* checked */
    const struct augment_input *input;
    uint64_t seed;
    int64_t rows;      /* of the largest batch */
    struct team *team; /* NULL: the caller's thread */
    int members;       /* of the team, for the memory; 0: as `team` has */
};

struct augmentation;

struct augmentation *augmentation_create(const struct augmentation_setup *setup,
                                         struct error *error);
void augmentation_free(struct augmentation *augmentation);
/* Bytes that augmentation_create() will take. */
int augmentation_memory(const struct augmentation_setup *setup, size_t *size, struct error *error);

/* Targets that a row may have after mixing: 1, 2 or 4. */
int augmentation_parts(const struct variants *list);

/* Whose targets a batch's rows have: part p of row i is that of row sources[p * stride + i] of the
 * batch, counted by shares[p * stride + i]. The shares of a row make 1. */
struct augmentation_mix {
    int parts;
    int64_t stride;
    const int32_t *sources;
    const double *shares;
};

/* Changes x[count][elements], the rows of a batch, in epoch `epoch` (from 0). rows[i]: which row of
 * the dataset the i-th is. The answer stays good until the next call. Allocates nothing. */
struct augmentation_mix augmentation_run(struct augmentation *augmentation, int64_t epoch,
                                         const uint32_t *rows, int64_t count, float *x);

#endif

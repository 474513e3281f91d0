/* The inside of a trainer: what trainer.c turns, trainer_validation.c measures, trainer_epoch.c
 * judges and trainer_checkpoint.c saves. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TRAINER_STATE_H
#define PROPD_ENGINE_TRAINER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "engine/step.h"
#include "engine/trainer.h"
#include "engine/trainer_data.h"
#include "engine/trainer_plan.h"

enum trainer_phase {
    PHASE_TRAINING,   /* the next piece is an update */
    PHASE_VALIDATING, /* the next piece is one of the validation */
    PHASE_EPOCH_END,  /* all that the epoch's report needs is there */
    PHASE_FINISHED
};

/* What a checkpoint holds beside weights, optimizer state and metrics. */
struct trainer_counters {
    enum trainer_phase phase;
    int64_t epoch;                 /* complete ones */
    int64_t step;                  /* updates done */
    int64_t position;              /* rows of the current epoch that were trained on */
    double loss_sum;               /* of the current epoch: each batch's loss times its rows */
    int64_t best_epoch, best_step; /* 0: none yet */
    double best_value;
    double patience_value; /* the last that was better by min_delta; NaN: none yet */
    int64_t waited;        /* epochs since then */
    bool stopped_early;
};

struct trainer {
    struct trainer_plan plan;
    struct trainer_data data;
    struct step *step;
    float *parameters;            /* [network->parameter_count], as best_parameters */
    float *best_parameters;       /* NULL: not kept */
    struct metrics *best_metrics; /* of the best epoch; plan.metrics: of the last validation */
    uint32_t *order;              /* [training rows], of order_epoch */
    int64_t order_epoch;          /* -1: none yet */
    struct trainer_counters counters;
    /* The validation in progress; not saved, it starts again. */
    int64_t validation_position;
    double validation_loss_sum;
    char fingerprint[DIGEST_TEXT_SIZE]; /* of the setup, for checkpoints */
};

bool trainer_has_validation(const struct trainer *trainer);

/* trainer_validation.c: some batches of the validation rows; true when all were. */
bool trainer_validate_piece(struct trainer *trainer);
void trainer_validation_start(struct trainer *trainer);

/* trainer_epoch.c: fills the report of an epoch that is complete, keeps the best, and says whether
 * it is time to stop. */
void trainer_epoch_end(struct trainer *trainer, struct trainer_report *report);

/* trainer_divergence.c: what was not finite, where, and for which rows. */
int trainer_diverged(const struct trainer *trainer, enum step_outcome outcome,
                     const struct step_batch *batch, struct error *error);

/* trainer_checkpoint.c: the digest of everything that a run is a function of. */
int trainer_fingerprint(const struct trainer_plan *plan, char text[DIGEST_TEXT_SIZE],
                        struct error *error);

#endif

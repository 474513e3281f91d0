/* One update on one batch that is already in memory: forward, loss, backward, penalties, clipping,
 * optimizer. No dataset, no epochs.
 *
 * Nothing allocates after step_create(). Work is cut by rows of the output or by blocks of the
 * parameters, and sums are made in an order fixed by the document, so that any team gives the same
 * bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_STEP_H
#define PROPD_ENGINE_STEP_H

#include <stdint.h>

#include "base/error.h"
#include "engine/loss.h"
#include "engine/network.h"
#include "engine/schedule.h"
#include "engine/team.h"
#include "engine/training.h"

/* Everything is borrowed and must outlive the step. */
struct step_setup {
    const struct network *network;
    const struct training *training; /* optimizer, schedule, penalties, clipping, smoothing, seed */
    const struct loss_type *loss;
    const void *loss_options;
    const struct kernels *kernels;
    struct team *team; /* NULL: the caller's thread */
    int members;       /* of the team, for the memory; 0: as `team` has */
    int64_t rows;      /* of the largest batch */
    int parts;         /* targets that a row may have; 0: one */
    int64_t steps_per_epoch, total_steps;
};

/* A row may have several targets with a weight each (mixup): its loss is then the sum over these
 * parts, with classes and row_weights of every part behind those of the one before. */
struct step_batch {
    int64_t rows;
    int parts;                /* 0: one */
    const int32_t *classes;   /* [parts][rows]; a loss of values takes them as 0 and 1 */
    const float *values;      /* [rows][output elements]; NULL where classes are given */
    const float *row_weights; /* [parts][rows]; NULL: all 1 (of one part) */
};

struct step_result {
    double loss; /* of the update's rows before it, penalties included */
    double learning_rate;
    double gradient_norm; /* before clipping */
};

enum step_outcome { STEP_DONE, STEP_LOSS_NOT_FINITE, STEP_GRADIENT_NOT_FINITE };

struct step;

struct step *step_create(const struct step_setup *setup, struct error *error);
void step_free(struct step *step);
/* Bytes that step_create() will take. */
int step_memory(const struct step_setup *setup, size_t *size, struct error *error);

/* From the next update on: what it trains by (the optimizer stays the same), how many updates there
 * will be in all, as far as schedules count them, and a factor of the rates that they give (1 at
 * first). */
void step_set_course(struct step *step, const struct training *training, int64_t total_steps,
                     double rate_factor);
/* The learning rate of update `index` (0-based). */
double step_learning_rate(const struct step *step, int64_t index);

/* Where the caller puts a batch: [rows][input elements]. */
float *step_input(struct step *step);

/* The gradients of one update come from one batch, or from several that are added up: begin, add
 * each, end. The result is the one of a batch of all their `update_rows` rows, but for rounding and
 * for statistics over a batch. `draw` is the key of the batch's random draws: its number among all
 * batches of the run. After a failure the workspace and the gradients stay for a look at what was
 * not finite. */
void step_begin(struct step *step, struct step_result *result);
enum step_outcome step_add(struct step *step, float *parameters, int64_t draw,
                           const struct step_batch *batch, int64_t update_rows,
                           struct step_result *result);
/* Penalties, learning rate and norm of update `index` (0-based). */
enum step_outcome step_end(struct step *step, const float *parameters, int64_t index,
                           struct step_result *result);
/* All three for one batch. */
enum step_outcome step_differentiate(struct step *step, float *parameters, int64_t index,
                                     const struct step_batch *batch, struct step_result *result);
/* The loss that step_differentiate() gives, without its gradients. */
double step_loss(struct step *step, float *parameters, int64_t index,
                 const struct step_batch *batch);
/* Clips the gradients and updates the parameters, within their layers' max_norm. */
void step_update(struct step *step, float *parameters, int64_t index,
                 const struct step_result *result);

/* Without dropout and with the moving statistics: the outputs of the batch, and the sum of its
 * rows' losses, penalties left out, where `batch` has targets (else 0). */
double step_evaluate(struct step *step, float *parameters, const struct step_batch *batch);
/* [rows][output elements], after the output activation; of the last step_evaluate(). */
const float *step_output(const struct step *step);
const struct workspace *step_workspace(const struct step *step);

/* [network->trained_count]. */
const float *step_gradients(const struct step *step);
/* The optimizer's state: arrays of network->trained_count floats, for a checkpoint. */
int step_slot_count(const struct step *step);
float *step_slot(struct step *step, int slot);
/* What the schedule has seen: for whoever ends epochs, and for a checkpoint. */
struct schedule_state *step_schedule_state(const struct step *step);

#endif

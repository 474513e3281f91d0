/* Everything about a run that is decided before its memory is taken: which rows, learned
 * preprocessing, planned network, loss, weights of rows, what is monitored. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TRAINER_PLAN_H
#define PROPD_ENGINE_TRAINER_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/augmentation.h"
#include "engine/sampler.h"
#include "engine/step.h"
#include "engine/trainer.h"
#include "engine/trainer_task.h"

/* Which run of a trainer: the only one, or one of a cross-validation, whose last is on all rows. */
struct trainer_round {
    int64_t fold;   /* that validates; -1: none */
    bool is_last;   /* all rows train, none validates */
    int64_t epochs; /* of the last; 0: as the document says */
};

/* A figure of an epoch's report that is good enough. */
struct trainer_goal {
    const char *name; /* borrowed */
    double value;
};

struct trainer_plan {
    struct trainer_setup setup; /* borrowed members */
    struct trainer_round round;
    struct trainer_task task;
    const struct kernels *kernels;

    struct preprocessing *preprocessing; /* owned, as all pointers below but where said */
    struct preprocessing_binding *binding;
    struct preprocessing_binding *validation_binding; /* NULL: the same dataset */
    struct row_sets sets;
    struct network *network;
    struct variant default_loss;        /* kind NULL where the document names one */
    const struct loss_type *loss;       /* static */
    const void *loss_options;           /* borrowed */
    float *class_weights;               /* [classes]; NULL: all 1 */
    const double *sample_weights;       /* the column's numbers, borrowed; NULL: all 1 */
    struct metrics *metrics;            /* of the last validation */
    struct augment_input augment_input; /* what the augmentation changes */

    const struct early_stopping_options *stopping; /* borrowed; NULL: none */
    struct trainer_goal *goals;                    /* [goal_count] of limits.target */
    int goal_count;
    const char *monitor;         /* borrowed or static: "train_loss", "val_loss", "val_accuracy" */
    const char *schedule_figure; /* that the schedule watches, as monitor; NULL: none */
    int64_t input_elements;      /* of one row */
    int64_t output_elements;     /* of one row */
    int64_t epochs, update_rows; /* rows of an update: of `accumulate` batches */
    int64_t steps_per_epoch, steps;
    int64_t step_limit; /* limits.steps, or `steps` */
    int64_t rows;       /* of the largest batch that is run, in training or validation */
    struct step_setup step_setup;
};

int trainer_plan_make(struct trainer_plan *plan, const struct trainer_setup *setup,
                      const struct trainer_round *round, struct error *error);
/* The epochs of this round, and what follows from them. */
void trainer_plan_set_epochs(struct trainer_plan *plan, int64_t epochs);
/* Updates of a round of so many epochs at most. */
int64_t trainer_plan_step_limit(const struct trainer_plan *plan, int64_t epochs, int64_t limit);
/* limits.steps of a document; 0: none. */
int64_t trainer_step_limit(const struct training *training);
/* The first run of a setup. */
struct trainer_round trainer_round_first(const struct trainer_setup *setup);
void trainer_plan_clear(struct trainer_plan *plan);

/* A run that may end with other weights than its last keeps the best; every other one keeps those
 * of the last epoch's end, for the case that it diverges. */
bool trainer_plan_keeps_best(const struct trainer_plan *plan);
/* Bytes of one block of weights. */
size_t trainer_plan_parameter_size(const struct trainer_plan *plan);

/* trainer_goals.c: what is monitored, and limits.target. */
int trainer_plan_goals(struct trainer_plan *plan, struct error *error);
/* trainer_network.c: the network's document with what the learned input asks for; the caller owns
 * it. Before the network is planned. */
json_t *trainer_plan_document(const struct trainer_plan *plan, struct error *error);
/* The figure of the epochs' reports that a schedule watches, NULL where it watches none or there is
 * none of the name. */
const char *trainer_plan_schedule_figure(const struct trainer_plan *plan,
                                         const struct variant *schedule);

/* trainer_check.c: *memory: bytes that a trainer of this plan will take; *resolved (may be NULL):
 * see trainer_check(). */
int trainer_plan_check(const struct trainer_plan *plan, size_t *memory, json_t **resolved,
                       struct error *error);

/* trainer_rows.c: which rows train and validate, and the preprocessing learned from them. */
int trainer_plan_rows(struct trainer_plan *plan, struct error *error);

/* trainer_validation_rows.c: the rows of a dataset of its own that validate. */
int trainer_plan_validation(struct trainer_plan *plan, struct error *error);

/* trainer_weights.c: finds the column of sample weights, before the rows are looked at. */
int trainer_plan_sample_column(struct trainer_plan *plan, struct error *error);
/* Class weights, and whether the training rows' sample weights can be. */
int trainer_plan_weights(struct trainer_plan *plan, struct error *error);

#endif

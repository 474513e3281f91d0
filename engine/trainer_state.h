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
#include "engine/trainer_augment.h"
#include "engine/trainer_change.h"
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
    int64_t epoch_end_step;        /* updates of the complete epochs */
    int64_t position;              /* rows of the current epoch that were trained on */
    double loss_sum;               /* of the current epoch: each batch's loss times its rows */
    int64_t best_epoch, best_step; /* 0: none yet */
    double best_value;
    double patience_value; /* the last that was better by min_delta; NaN: none yet */
    int64_t waited;        /* epochs since then */
    enum trainer_stop stop;
};

/* The same, but a rollback does not take it back, and it goes on from fold to fold. */
struct trainer_course {
    int64_t tries;   /* updates that were done or failed, those that were taken back too: a clock */
    int64_t changes; /* applied */
    int64_t rollbacks;  /* done */
    double rate_factor; /* halved by each rollback, 1 after a change of the learning rate */
    double good_loss;   /* what an epoch must not be above to be gone back to; NaN: any will do */
};

/* What the run trains by, for the plan and the step to point to. */
struct trainer_settings {
    const struct training *document;              /* borrowed */
    struct training training;                     /* the document's but for what was changed */
    struct variant optimizer;                     /* owned copy, as training.optimizer */
    struct variant schedule;                      /* owned copy, as training.schedule */
    struct early_stopping_options early_stopping; /* as training.early_stopping */
    struct limit_options limits;                  /* as training.limits */
};

/* Where and over what a run failed; the rows of the batch are still in data.rows. */
struct trainer_failure {
    bool failed;
    int layer;        /* the first whose output, or else gradient, is not finite; -1: none */
    int64_t row;      /* of the dataset, whose output is not; -1: none */
    char tensor[128]; /* whose gradient is not; "" where it is an output */
    int64_t rows;     /* of the batch */
};

/* Gradient norms of the last updates that are kept for the report of a failure. */
enum { NORMS_KEPT = 8 };

enum { FIGURE_NAME_SIZE = 48 };

/* An epoch's figures: train_loss, val_loss, val_<metric> … */
struct trainer_figures {
    int count;
    double values[METRICS_MAX + 2];
};

/* The complete folds of a cross-validation. */
struct trainer_folds {
    int64_t done;
    int64_t steps, epochs;           /* that they took together */
    int64_t *best_epochs;            /* owned: [folds], each counted from the fold's first */
    struct trainer_figures *figures; /* owned: [folds], of the weights that each ended with */
};

struct trainer {
    struct trainer_plan plan;
    struct trainer_settings *settings; /* owned */
    struct trainer_course course;
    struct trainer_folds folds;
    struct trainer_data data;
    struct trainer_augment augment;
    struct step *step;
    float *parameters;            /* [network->parameter_count], as best_parameters */
    float *average;               /* of the weights, training.average; NULL: none */
    float *best_parameters;       /* the best's, or the last epoch's: trainer_plan_keeps_best() */
    struct metrics *best_metrics; /* of the best epoch; plan.metrics: of the last validation */
    uint32_t *order;              /* [training rows], of order_epoch */
    int64_t order_epoch;          /* -1: none yet */
    struct trainer_counters counters;
    struct trainer_figures last_figures, best_figures; /* of the last epoch, and of the best */
    char figure_names[METRICS_MAX + 2][FIGURE_NAME_SIZE];
    double norms[NORMS_KEPT]; /* of update i (0-based) at [i % NORMS_KEPT] */
    struct bytes snapshot;    /* what a rollback goes back to; empty where there is none */
    struct trainer_failure failure;
    /* The update in progress, where it takes several batches; not saved, it starts again. */
    int64_t update_done; /* rows that were added */
    float
        *update_states; /* what is not trained, as it was before the update: its batches move it */
    struct step_result update;
    int64_t gradient_step; /* updates done when the step's gradients were made; another: there are
                              none */
    /* Weights before the last update of an epoch, for its histograms; not saved. */
    float *watched;       /* [trained_count]; NULL: never asked for */
    bool is_watched;      /* the epoch that runs is asked for */
    int64_t watched_step; /* the update that they are of */
    /* The validation in progress; not saved, it starts again. */
    int64_t validation_position;
    double validation_loss_sum;
    char fingerprint[DIGEST_TEXT_SIZE]; /* of the setup, for checkpoints */
};

/* Bytes of what a network keeps beside its trained tensors. */
static inline size_t trainer_state_size(const struct network *network)
{
    return (size_t)(network->parameter_count - network->trained_count) * sizeof(float);
}

bool trainer_has_validation(const struct trainer *trainer);

/* trainer_validation.c: some batches of the validation rows; true when all were. */
bool trainer_validate_piece(struct trainer *trainer);
void trainer_validation_start(struct trainer *trainer);

/* trainer_histograms.c: before an update of `rows` rows. */
void trainer_watch_update(struct trainer *trainer, int64_t rows);

/* trainer_average.c: moves the average towards the weights after an update. */
void trainer_average_add(struct trainer *trainer);
/* What validates and becomes the model. */
float *trainer_result_parameters(const struct trainer *trainer);

/* trainer_epoch.c: fills the report of an epoch that is complete, keeps the best, and says whether
 * it is time to stop. */
void trainer_epoch_end(struct trainer *trainer, struct trainer_report *report);

/* trainer_divergence.c: what was not finite, where, and for which rows: as an error, and in
 * trainer->failure. */
int trainer_diverged(struct trainer *trainer, enum step_outcome outcome,
                     const struct step_batch *batch, struct error *error);

/* trainer_change.c: copies of what can be changed of the document's training; the plan is to point
 * to them. */
int trainer_settings_open(struct trainer *trainer, struct error *error);
void trainer_settings_free(struct trainer_settings *settings);
/* The setup with the document's training, as trainer_create() was given it. */
struct trainer_setup trainer_document_setup(const struct trainer *trainer);
/* Lets plan and step have what they must know of settings and course. */
void trainer_settings_steer(struct trainer *trainer);
/* Goes over to another round with settings and course; the old one gets those of the new. */
void trainer_settings_pass(struct trainer *from, struct trainer *to);
int trainer_settings_save(const struct trainer *trainer, struct bytes *bytes, struct error *error);
/* Reads what was saved into a change of all values; ERROR_CORRUPT. */
int trainer_settings_read(struct bytes_reader *reader, struct trainer_change *settings,
                          struct error *error);
void trainer_settings_restore(struct trainer *trainer, struct trainer_change *settings_taken);

/* trainer_rollback.c: whether the run goes back where it diverges. */
bool trainer_rolls_back(const struct trainer_plan *plan);
/* Bytes of a snapshot. */
int trainer_snapshot_memory(const struct trainer_plan *plan, size_t *size, struct error *error);
/* Takes the memory of the first snapshot, where the run needs one. */
int trainer_snapshot_create(struct trainer *trainer, struct error *error);
/* The loss of an update, which counts where it is the first. */
void trainer_snapshot_first(struct trainer *trainer, double loss);
/* Keeps the state at an epoch's end where its training loss is good. */
void trainer_snapshot_epoch(struct trainer *trainer, double loss);
/* After trainer_diverged(): back to the snapshot, or the failure. */
enum trainer_event trainer_roll_back(struct trainer *trainer, struct trainer_report *report);

/* trainer.c: a trainer for another round of the same setup; its folds are empty. */
struct trainer *trainer_create_round(const struct trainer_setup *setup,
                                     const struct trainer_round *round, struct error *error);
/* Goes over to the run of `next`, which is freed; the folds stay. */
void trainer_adopt(struct trainer *trainer, struct trainer *next_taken);

/* trainer_folds.c: cross-validation. */
int64_t trainer_fold_count(const struct trainer_setup *setup);
int trainer_folds_create(struct trainer_folds *folds, int64_t count, struct error *error);
void trainer_folds_clear(struct trainer_folds *folds);
bool trainer_has_next_round(const struct trainer *trainer);
/* Keeps what the fold gave and goes over to the next round. */
int trainer_next_round(struct trainer *trainer, struct trainer_report *report, struct error *error);
/* The round that follows `done` complete folds. */
struct trainer_round trainer_round_after(const struct trainer_setup *setup,
                                         const struct trainer_folds *folds);
/* {"folds": [...], "mean": {...}, "deviation": {...}} of the complete folds; NULL: out of memory.
 */
json_t *trainer_folds_report(const struct trainer *trainer);

/* Whether the run ends with its best weights and not with its last. */
bool trainer_restores_best(const struct trainer *trainer);
/* Fills figure_names. */
void trainer_name_figures(struct trainer *trainer);

/* trainer_checkpoint.c: the digest of everything that a run is a function of. */
int trainer_fingerprint(const struct trainer_plan *plan, char text[DIGEST_TEXT_SIZE],
                        struct error *error);

/* trainer_body.c: what a rollback takes back. */
void trainer_body_save(const struct trainer *trainer, struct bytes *bytes);
/* Whether these bytes are a body that this run can have, with so many epochs, and at most
 * `limit` steps where that is not 0. */
bool trainer_body_check(const struct trainer *trainer, struct bytes_reader reader, int64_t epochs,
                        int64_t limit);
/* After trainer_body_check(); fails never. */
void trainer_body_restore(struct trainer *trainer, const void *body, size_t size);
void trainer_figures_save(const struct trainer_figures *figures, struct bytes *bytes);
bool trainer_figures_read(struct bytes_reader *reader, struct trainer_figures *figures);

#endif

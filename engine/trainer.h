/* One training run as a state machine that its caller turns: trainer_step() runs one update, or one
 * piece of a validation. The caller owns the loop, so pausing, cancelling, checkpointing and
 * recording are plain code there.
 *
 * Same bytes: a run is a function of (dataset, documents, kernels). 2N steps equal N steps + save +
 * restore + N steps, bit for bit, on any number of threads. Nothing is allocated in a step. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TRAINER_H
#define PROPD_ENGINE_TRAINER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/dataset.h"
#include "engine/metrics.h"
#include "engine/model.h"
#include "engine/preprocessing.h"
#include "engine/team.h"
#include "engine/training.h"

/* What a run is made of; everything is borrowed and must outlive the trainer. */
struct trainer_setup {
    const struct dataset *dataset;
    const struct dataset *validation; /* training.validation.dataset; NULL */
    const json_t *network;            /* job.network */
    const struct training *training;
    const struct preprocessing_options *preprocessing;
    const struct feature_options *features; /* NULL: all columns */
    const struct series_options *window;    /* NULL: a sample is a row */
    const struct strings *targets;          /* empty: default_targets, else the last column */
    const json_t *default_targets; /* the dataset's own: a list of names; NULL or empty: none */
    const struct model
        *initial; /* start from its weights (and its preprocessing where the columns agree); NULL */
    struct team *team; /* NULL: the caller's thread */
    int members;       /* of the team that will run it, for trainer_check(); 0: as `team` has */
};

struct trainer;

/* Plans everything and allocates everything. Errors name paths of the job document:
 * "network.layers[0].units", "training.loss". */
struct trainer *trainer_create(const struct trainer_setup *setup, struct error *error);
void trainer_free(struct trainer *trainer);

/* The same checks without the memory for the run: what a submission is checked with. *memory: bytes
 * that trainer_create() will take. *resolved (may be NULL): {"network": …, "training": …,
 * "preprocessing": …, "target": […], "left_out": […]} with every default filled in, for the job's
 * spec; owned by the caller. */
int trainer_check(const struct trainer_setup *setup, size_t *memory, json_t **resolved,
                  struct error *error);

/* The rows that a run of `setup` trains on or, with `validation`, those that validate (indices into
 * setup->validation where that is given): the caller frees them. ERROR_INVALID where none
 * validates, and after a cross-validation. */
int trainer_split(const struct trainer_setup *setup, bool validation, uint32_t **rows,
                  int64_t *count, struct error *error);

enum trainer_event {
    TRAINER_STEPPED,     /* one update; report->loss … are set */
    TRAINER_WORKED,      /* one batch of an update of several, or one piece of a validation */
    TRAINER_EPOCH_ENDED, /* an epoch and its validation are complete; report->metrics … are set */
    TRAINER_FOLD_ENDED,  /* a fold of a cross-validation is complete; report->metrics: means over
                            the folds so far */
    TRAINER_FINISHED,    /* nothing more to do: all epochs, or stopped early; the last epoch was
                            reported before */
    TRAINER_ROLLED_BACK, /* it diverged, as the error says, and went back to the last good epoch's
                            end, with half the learning rate: clear the error and go on;
                            report->step and ->learning_rate tell where it stands */
    TRAINER_FAILED       /* error is set: ERROR_DIVERGED names step, layer, rows */
};

/* Why a run ends; in the order in which they are looked at. */
enum trainer_stop {
    STOP_NONE,     /* it goes on */
    STOP_PATIENCE, /* early_stopping */
    STOP_TARGET,   /* limits.target is met */
    STOP_STEPS,    /* limits.steps are done */
    STOP_EPOCHS    /* all epochs are done */
};

struct trainer_report {
    int64_t fold;  /* 1-based: of a cross-validation; 0: there is none, or all rows train */
    int64_t epoch; /* 1-based: of this step, or the epoch that ended */
    int64_t step;  /* 1-based: updates done */
    int64_t rows;  /* samples of this update */
    /* After TRAINER_STEPPED. */
    double loss, learning_rate, gradient_norm; /* loss of the rows before their update, penalties
                                                  included; norm before clipping */
    /* After TRAINER_EPOCH_ENDED: train_loss (mean over the epoch's rows of their batches' losses),
     * val_loss, val_<metric>. */
    int metric_count; /* 0 after every other event */
    struct {
        const char *name; /* the trainer's; good until a fold ends */
        double value;
    } metrics[METRICS_MAX + 2];
    bool is_best; /* this epoch is the best so far by the monitored value */
    enum trainer_stop stop;
};

/* One piece of work. */
enum trainer_event trainer_step(struct trainer *trainer, struct trainer_report *report,
                                struct error *error);

/* Where it stands. */
struct trainer_progress {
    int64_t fold, folds;                /* complete and planned; 0: no cross-validation */
    int64_t epoch, epochs, step, steps; /* epochs and steps done, and planned */
    int64_t epoch_end_step;             /* steps that the complete epochs took */
    int64_t rows_per_epoch, steps_per_epoch, validation_rows;
    int64_t best_epoch, best_step; /* 0: none yet */
    double best_value;
    const char *best_metric; /* "val_loss"; borrowed */
    int64_t patience_left;   /* -1: no early stopping */
    int64_t tries; /* updates done or failed, those that a rollback took back too: it only grows */
    int64_t changes; /* applied so far (engine/trainer_change.h) */
};
struct trainer_progress trainer_progress(const struct trainer *trainer);

/* The last update of the epoch that runs will be looked at, so that trainer_histograms() knows its
 * size: its weights are copied before. For each epoch anew. */
int trainer_watch(struct trainer *trainer, struct error *error);
/* After TRAINER_EPOCH_ENDED, before the next call: how what is trained is spread, appended as
 * histograms_read() takes it. Gradients are those of the last update, as it used them. */
int trainer_histograms(const struct trainer *trainer, struct bytes *bytes, struct error *error);

/* Everything that the next step reads: weights, optimizer state, counters, running sums, best
 * model, early stopping. Between two calls of trainer_step(); a validation in progress starts again
 * after a restore. */
int trainer_save(const struct trainer *trainer, struct bytes *checkpoint, struct error *error);
/* Into a trainer created with the same setup. ERROR_CORRUPT where it does not fit;
 * ERROR_PRECONDITION where another version or another set of kernels made it, so that the run must
 * begin anew. */
int trainer_restore(struct trainer *trainer, const void *checkpoint, size_t size,
                    struct error *error);

/* After TRAINER_FAILED with ERROR_DIVERGED: {"step", "epoch", "layer" (the first whose output, or
 * else gradient, is not finite), "row" (of the dataset, whose output it is), "tensor" (whose
 * gradient), "rows" (of the batch, the first 100), "row_count", "gradient_norms" (of the last
 * updates before, oldest first)}. The caller owns it; NULL where the run has not failed so, or out
 * of memory. */
json_t *trainer_failure(const struct trainer *trainer);

/* The result: the best weights where early_stopping.restore_best says so (or with `best`, e.g.
 * after a cancel, when there was a validation), else the current ones. Of a run that has failed
 * the best, without validation those at the last epoch's end. The caller owns it. */
struct model *trainer_model(const struct trainer *trainer, bool best, json_t *lineage_taken,
                            struct error *error);

/* The current weights (or their average, where the run keeps one), between two calls of
 * trainer_step(). The caller owns it. */
struct model *trainer_model_now(const struct trainer *trainer, json_t *lineage_taken,
                                struct error *error);

/* metrics_report() of the best (or last) validation; NULL without validation. The caller owns it.
 */
json_t *trainer_evaluation(const struct trainer *trainer);

#endif

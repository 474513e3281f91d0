/* The training document (job.training) as a struct. Fields and formulas: docs of the job document.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TRAINING_H
#define PROPD_ENGINE_TRAINING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fields.h"

struct validation_options {
    double split;  /* 0.2, where there is neither of the others */
    char *dataset; /* id, name or name@version; NULL */
    int64_t folds; /* of a cross-validation; 0: none */
};
struct early_stopping_options {
    char *monitor; /* "val_loss", "loss" or a metric */
    int64_t patience;
    double min_delta;
    bool restore_best;
};
struct checkpoint_options {
    double every_s;
    int64_t epochs, keep;
};

struct average_options {
    double ema; /* what stays of the average at each update */
};
struct limit_options {
    double seconds; /* of running; NAN: none. Whoever owns the loop has the clock */
    int64_t steps;  /* 0: none */
    json_t *target; /* {"val_accuracy": 0.98}; NULL: none */
};

enum { DIVERGENCE_FAIL, DIVERGENCE_ROLLBACK };

struct training {
    struct variant loss;      /* kind NULL: by the target */
    struct variant optimizer; /* adam */
    struct variant schedule;  /* constant */
    int64_t epochs, batch_size;
    bool shuffle;
    struct validation_options *validation;         /* NULL: none */
    struct early_stopping_options *early_stopping; /* NULL: none */
    double clip_norm, clip_value;                  /* NAN: none */
    double l1, l2;
    double label_smoothing;
    json_t *class_weights; /* NULL, "balanced", a map by label, or a list by class index */
    char *sample_weight;   /* NULL or a column */
    json_t *metrics;       /* names and objects, see metrics.h; NULL or empty: by the task */
    struct checkpoint_options *checkpoint;
    struct variants augmentation; /* of the training batches, in this order */
    int on_divergence;            /* DIVERGENCE_… */
    int64_t seed;
    int64_t accumulate;              /* batches of an update */
    struct average_options *average; /* NULL: none */
    struct limit_options *limits;    /* NULL: none */
};
extern const struct kind training_kind;

#endif

/* Which columns of a dataset become inputs, how each is treated, and which are left out and why. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FEATURES_H
#define PROPD_ENGINE_FEATURES_H

#include "base/error.h"
#include "engine/encoder.h"
#include "engine/preprocessing.h"
#include "engine/target.h"

#include <jansson.h>

struct feature {
    int column;                    /* index in the dataset */
    bool is_text;                  /* text, or categories that are taken as texts */
    struct column_options options; /* the job's, and over them those of preprocessing.columns; text
                                      is decided */
};

/* All zero are none. */
struct features {
    int count;
    struct feature *items; /* owned; in the order of the dataset's columns */
    json_t *left_out;      /* owned; [{"column", "reason"}]: by propd itself */
    json_t *unused;        /* owned; names of columns that the job does not want */
};

/* Paths in errors are those of the job document: features.include[0], preprocessing.columns.age. */
int features_choose(struct features *features, const struct dataset *dataset,
                    const struct preprocessing_options *options,
                    const struct feature_options *wanted, const struct task_request *request,
                    const struct targets *targets, struct error *error);
void features_clear(struct features *features);

#endif

/* What a network learns to give: the target columns of a dataset, as classes or as numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TARGET_H
#define PROPD_ENGINE_TARGET_H

#include "base/error.h"
#include "engine/dataset.h"
#include "engine/labels.h"
#include "engine/preprocessing.h"
#include "engine/scale.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* One target column. */
struct target {
    char *column;     /* owned */
    int column_index; /* where it was found last: a hint */
    enum column_type type;
    struct scale scale; /* numbers as values: what was learned; else shift 0, scale 1 */
};

/* A class label that is a number, and its index. */
struct class_number {
    double number;
    int32_t index;
};

/* All zero are none. */
struct targets {
    int count;
    struct target *items; /* owned */
    enum task_type task;
    /* The labels of the classes; empty where there are none. */
    json_t *classes;              /* strings, numbers or booleans; NULL: none */
    struct labels labels;         /* the same as text */
    struct class_number *numbers; /* by number, where the labels are numbers; NULL */
};

/* Chooses the target columns that `request` means and finds the classes in `usable` rows. Scales
 * are not learned yet. */
int targets_choose(struct targets *targets, const struct dataset *dataset,
                   const struct task_request *request, struct error *error);
int targets_learn_classes(struct targets *targets, const struct dataset *dataset,
                          const uint32_t *usable, int64_t row_count, int64_t outputs,
                          struct error *error);
int targets_learn_scales(struct targets *targets, const struct dataset *dataset,
                         const uint32_t *rows, int64_t row_count, struct error *error);
void targets_clear(struct targets *targets);

/* The column that is the target where none is named: the last one that can be a target, so that a
 * table may end with texts; the very last where none can. The dataset has columns. */
int target_default_column(const struct dataset *dataset);

/* Takes class labels as JSON: an array of different strings, numbers or booleans. */
int targets_set_classes(struct targets *targets, const json_t *classes, const char *path,
                        struct error *error);
/* The type that a column with these labels has. */
enum column_type targets_class_type(const struct targets *targets);

/* A dataset's column, matched to a target. */
struct target_source {
    const struct column *column;
    int32_t *classes; /* CATEGORY: dictionary index to class, -1: none; owned */
};
int target_bind(const struct targets *targets, int index, const struct column *column,
                struct target_source *source, struct error *error);
void target_source_clear(struct target_source *source);

void target_encode_classes(const struct targets *targets, const struct target_source *source,
                           const uint32_t *rows, int64_t row_count, int32_t *classes);
/* To values[i * stride]. */
void target_encode_values(const struct targets *targets, int index,
                          const struct target_source *source, const uint32_t *rows,
                          int64_t row_count, float *values, int64_t stride);

/* Puts "task", "targets" and "classes" into an object, and reads them back. */
int targets_write(const struct targets *targets, json_t *object);
int targets_read(struct targets *targets, const json_t *object, struct error *error);

#endif

/* The inside of a rehearsal. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_REHEARSAL_STATE_H
#define PROPD_ENGINE_REHEARSAL_STATE_H

#include "engine/rehearsal.h"
#include "engine/step.h"
#include "engine/trainer_augment.h"
#include "engine/trainer_data.h"
#include "engine/trainer_plan.h"

/* A weight whose gradient is compared. */
struct rehearsal_weight {
    int layer, tensor;
    int64_t element;
    double scale;
};

struct rehearsal {
    struct trainer_plan plan;
    int64_t validation_rows, training_rows; /* of the run; those of the plan are a few batches */
    struct trainer_data data;
    struct trainer_augment augment;
    struct step *step;
    float *parameters; /* [parameter_count] */
    size_t memory;
    json_t *resolved;
    int64_t index;    /* of the next update */
    int64_t draw;     /* … and of its batch */
    int64_t position; /* of its rows in the set */

    struct step_batch batch;          /* the rows of the comparisons */
    struct rehearsal_weight *weights; /* owned; NULL before the first comparison */
    int64_t weight_count, compared;
    struct gradient_report report;
};

#endif

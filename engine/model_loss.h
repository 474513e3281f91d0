/* The loss that a model was trained with: its job's, as the lineage tells, else that of its output.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_MODEL_LOSS_H
#define PROPD_ENGINE_MODEL_LOSS_H

#include "engine/loss.h"
#include "engine/model.h"

struct model_loss {
    struct variant variant; /* owned */
    const struct loss_type *type;
    double l1, l2, label_smoothing;
    bool from_logits; /* what comes before the output's activation is what it takes */
    bool is_class;    /* targets are classes */
    int64_t group;    /* elements of the output's last axis */
};

/* A lineage may come from anywhere: what cannot be read of it is passed over. ERROR_INVALID where
 * the loss does not fit the output. */
int model_loss_create(struct model_loss *loss, const struct model *model, struct error *error);
void model_loss_clear(struct model_loss *loss);

/* Runs it over batch->rows rows; `batch` needs what the loss itself does not know. */
void model_loss_run(const struct model_loss *loss, struct loss_batch *batch);

#endif

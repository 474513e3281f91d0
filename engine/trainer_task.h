/* What a job learns: classes or numbers, and by which loss. Decided from the network's output, the
 * named loss and the target's columns, before anything is learned from the rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TRAINER_TASK_H
#define PROPD_ENGINE_TRAINER_TASK_H

#include "base/error.h"
#include "engine/trainer.h"

struct trainer_task {
    enum target_kind wanted;
    const char *loss_name; /* static; NULL: the document names one */
    bool raw_targets;      /* the target's numbers are learned as they are, not standardized */
    bool binary_values; /* numbers that are all 0 or 1, learned by a sigmoid: metrics of classes */
    int64_t outputs;    /* of the network; 0: by the target, or unknown */
    bool one_unit;      /* one sigmoid unit tells two classes apart */
};

int trainer_task_decide(const struct trainer_setup *setup, struct trainer_task *task,
                        struct error *error);
/* A network that can learn the setup's target, for those who want all of a job but its network: the
 * caller's; setup->network is not looked at. ERROR_INVALID where the target is no column. */
json_t *trainer_task_network(const struct trainer_setup *setup, struct error *error);

#endif

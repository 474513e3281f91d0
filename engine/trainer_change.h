/* What can be changed of a run while it goes on. A change is part of what the run is a function
 * of: its caller writes down, before the next step, what was changed after how many updates, and a
 * replay that applies the same changes at the same places gives the same bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TRAINER_CHANGE_H
#define PROPD_ENGINE_TRAINER_CHANGE_H

#include "engine/trainer.h"

/* New values; fields and ranges are those of the training document.
 *
 * A schedule counts from the first update of the run as if it had been there from the start, but
 * for one that watches a figure, which has seen nothing yet; and what it takes for the end of the
 * run is the end by the new `epochs`. Fewer epochs than are done end the run with the epoch that it
 * is in; in a cross-validation they count for each fold to come and for the round that the run is
 * in. Fewer steps than are done end it with the next one. A new learning rate is meant as it is
 * said: halvings by earlier rollbacks do not apply to it.
 */
struct trainer_change {
    double learning_rate;            /* NAN: stays */
    struct variant schedule;         /* kind NULL: stays */
    int64_t epochs, steps, patience; /* 0: stays; steps: as limits.steps */
    double l1, l2;                   /* NAN: stays */
};
extern const struct kind trainer_change_kind;

/* Whether a run of this document can be changed so: patience means nothing without
 * early_stopping … */
int trainer_change_check(const struct trainer_change *change, const struct training *training,
                         struct error *error);

/* Where in a run a change takes effect. */
struct trainer_place {
    int64_t step; /* updates done */
    int64_t
        tries; /* trainer_progress.tries: the one that counts, since a rollback takes steps back */
};
/* The place of a change that comes now. */
struct trainer_place trainer_next_place(const struct trainer *trainer);

/* Whether the run stands between two updates with all done that belongs to the last one: only there
 * changes are applied. */
bool trainer_takes_changes(const struct trainer *trainer);
/* Whether the change would do anything to the run where it stands: ERROR_CONFLICT where it has done
 * its last step, unless there are to be more epochs. */
int trainer_change_due(const struct trainer *trainer, const struct trainer_change *change,
                       struct error *error);
/* Applies a change that was checked; trainer_takes_changes() must be true. The change is empty
 * afterwards: its schedule was taken over. */
void trainer_apply(struct trainer *trainer, struct trainer_change *change_taken);

#endif

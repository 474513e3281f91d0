/* The validation, piece by piece, so that a caller can pause, save or cancel in between. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

/* Rows of one piece, rounded up to whole batches. */
enum { PIECE_ROWS = 1024 };

bool trainer_has_validation(const struct trainer *trainer)
{
    return trainer->plan.sets.validation_count > 0;
}

void trainer_validation_start(struct trainer *trainer)
{
    metrics_reset(trainer->plan.metrics);
    trainer->validation_position = 0;
    trainer->validation_loss_sum = 0;
    trainer->counters.phase = PHASE_VALIDATING;
}

bool trainer_validate_piece(struct trainer *trainer)
{
    int64_t all = trainer->data.validation.count;
    for (int64_t done = 0; done < PIECE_ROWS && trainer->validation_position < all;) {
        int64_t left = all - trainer->validation_position;
        int64_t rows = left < trainer->plan.rows ? left : trainer->plan.rows;
        struct step_batch batch =
            trainer_data_fill(&trainer->data, &trainer->data.validation, NULL,
                              trainer->validation_position, rows, step_input(trainer->step));
        trainer->validation_loss_sum +=
            step_evaluate(trainer->step, trainer_result_parameters(trainer), &batch);
        metrics_add(trainer->plan.metrics, step_output(trainer->step), batch.classes, batch.values,
                    rows);
        trainer->validation_position += rows;
        done += rows;
    }
    return trainer->validation_position == all;
}

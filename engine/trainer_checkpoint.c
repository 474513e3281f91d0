/* A run's state as bytes: everything that the next step reads.
 *
 * magic (16 bytes), version u32, complete folds, fingerprint of the setup and round (64 hexadecimal
 * digits), counters, the schedule's state, figures and metrics of the last and the best epoch,
 * weights, optimizer state, best weights, averaged weights; then the SHA-256 of all before it.
 * Floats are as they lie in memory: a checkpoint stays on its machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

#include <stdlib.h>
#include <string.h>

static const char magic[16] = "propd trainer\r\n";
enum { VERSION = 3, HASH_SIZE = DIGEST_TEXT_SIZE - 1 };

/* ---- the setup */

static int add_json(struct digest *digest, json_t *json_taken)
{
    char *text = json_taken == NULL ? NULL : fields_print(json_taken);
    json_decref(json_taken);
    if (text == NULL)
        return -1;
    digest_add(digest, text, strlen(text) + 1);
    free(text);
    return 0;
}

int trainer_fingerprint(const struct trainer_plan *plan, char text[DIGEST_TEXT_SIZE],
                        struct error *error)
{
    struct digest digest;
    const int64_t counts[] = {plan->setup.dataset->rows,
                              plan->sets.training_count,
                              plan->sets.validation_count,
                              plan->network->parameter_count,
                              plan->network->trained_count,
                              plan->round.fold,
                              plan->epochs};
    digest_start(&digest);
    digest_add(&digest, counts, sizeof counts);
    digest_add(&digest, plan->loss->kind.name, strlen(plan->loss->kind.name) + 1);
    /* What was learned from the training rows stands for the dataset. */
    if (add_json(&digest, json_incref(plan->network->document)) != 0 ||
        add_json(&digest, fields_write(&training_kind, plan->setup.training)) != 0 ||
        add_json(&digest, preprocessing_write(plan->preprocessing)) != 0)
        return error_set(error, ERROR_MEMORY, "out of memory for the run's fingerprint");
    digest_finish(&digest, text);
    return 0;
}

/* ---- saving */

static size_t slot_size(const struct trainer *trainer)
{
    return (size_t)trainer->plan.network->trained_count * sizeof(float);
}

static void save_counters(const struct trainer *trainer, struct bytes *bytes)
{
    const struct trainer_counters *counters = &trainer->counters;
    bytes_append_u32(bytes, (uint32_t)counters->phase);
    bytes_append_u64(bytes, (uint64_t)counters->epoch);
    bytes_append_u64(bytes, (uint64_t)counters->step);
    bytes_append_u64(bytes, (uint64_t)counters->epoch_end_step);
    bytes_append_u64(bytes, (uint64_t)counters->position);
    bytes_append_f64(bytes, counters->loss_sum);
    bytes_append_u64(bytes, (uint64_t)counters->best_epoch);
    bytes_append_u64(bytes, (uint64_t)counters->best_step);
    bytes_append_f64(bytes, counters->best_value);
    bytes_append_f64(bytes, counters->patience_value);
    bytes_append_u64(bytes, (uint64_t)counters->waited);
    bytes_append_u32(bytes, (uint32_t)counters->stop);
}

static void save_schedule(const struct schedule_state *state, struct bytes *bytes)
{
    bytes_append_f64(bytes, state->best);
    bytes_append_u64(bytes, (uint64_t)state->waited);
    bytes_append_u64(bytes, (uint64_t)state->resting);
    bytes_append_u64(bytes, (uint64_t)state->reductions);
}

static void save_figures(const struct trainer_figures *figures, struct bytes *bytes)
{
    bytes_append_u32(bytes, (uint32_t)figures->count);
    for (int i = 0; i < figures->count; i++)
        bytes_append_f64(bytes, figures->values[i]);
}

static void save_folds(const struct trainer_folds *folds, struct bytes *bytes)
{
    bytes_append_u64(bytes, (uint64_t)folds->done);
    bytes_append_u64(bytes, (uint64_t)folds->steps);
    bytes_append_u64(bytes, (uint64_t)folds->epochs);
    for (int64_t i = 0; i < folds->done; i++) {
        bytes_append_u64(bytes, (uint64_t)folds->best_epochs[i]);
        save_figures(&folds->figures[i], bytes);
    }
}

static void save_floats(const struct trainer *trainer, struct bytes *bytes)
{
    size_t size = trainer_plan_parameter_size(&trainer->plan);
    bytes_append(bytes, trainer->parameters, slot_size(trainer));
    bytes_append(bytes,
                 trainer->update_done > 0
                     ? trainer->update_states
                     : trainer->parameters + trainer->plan.network->trained_count,
                 size - slot_size(trainer));
    for (int i = 0; i < step_slot_count(trainer->step); i++)
        bytes_append(bytes, step_slot(trainer->step, i), slot_size(trainer));
    if (trainer->best_parameters != NULL)
        bytes_append(bytes, trainer->best_parameters, size);
    if (trainer->average != NULL)
        bytes_append(bytes, trainer->average, size);
}

int trainer_save(const struct trainer *trainer, struct bytes *checkpoint, struct error *error)
{
    char hash[DIGEST_TEXT_SIZE];
    size_t begin = checkpoint->size;
    bytes_append(checkpoint, magic, sizeof magic);
    bytes_append_u32(checkpoint, VERSION);
    save_folds(&trainer->folds, checkpoint);
    bytes_append(checkpoint, trainer->fingerprint, HASH_SIZE);
    save_counters(trainer, checkpoint);
    save_schedule(step_schedule_state(trainer->step), checkpoint);
    save_figures(&trainer->last_figures, checkpoint);
    save_figures(&trainer->best_figures, checkpoint);
    metrics_save(trainer->plan.metrics, checkpoint);
    metrics_save(trainer->best_metrics, checkpoint);
    save_floats(trainer, checkpoint);
    if (bytes_check(checkpoint, error) != 0)
        return -1;
    digest_bytes(checkpoint->data + begin, checkpoint->size - begin, hash);
    bytes_append(checkpoint, hash, HASH_SIZE);
    return bytes_check(checkpoint, error);
}

/* ---- restoring */

/* What is read before anything is changed. */
struct restored {
    struct trainer_folds folds; /* owned */
    struct trainer_counters counters;
    struct schedule_state schedule;
    struct trainer_figures last_figures, best_figures;
};

static void read_counters(struct bytes_reader *reader, struct trainer_counters *counters)
{
    counters->phase = bytes_read_u32(reader);
    counters->epoch = (int64_t)bytes_read_u64(reader);
    counters->step = (int64_t)bytes_read_u64(reader);
    counters->epoch_end_step = (int64_t)bytes_read_u64(reader);
    counters->position = (int64_t)bytes_read_u64(reader);
    counters->loss_sum = bytes_read_f64(reader);
    counters->best_epoch = (int64_t)bytes_read_u64(reader);
    counters->best_step = (int64_t)bytes_read_u64(reader);
    counters->best_value = bytes_read_f64(reader);
    counters->patience_value = bytes_read_f64(reader);
    counters->waited = (int64_t)bytes_read_u64(reader);
    counters->stop = bytes_read_u32(reader);
}

static void read_schedule(struct bytes_reader *reader, struct schedule_state *state)
{
    state->best = bytes_read_f64(reader);
    state->waited = (int64_t)bytes_read_u64(reader);
    state->resting = (int64_t)bytes_read_u64(reader);
    state->reductions = (int64_t)bytes_read_u64(reader);
}

static bool read_figures(struct bytes_reader *reader, struct trainer_figures *figures)
{
    uint32_t count = bytes_read_u32(reader);
    if (count > ARRAY_COUNT(figures->values))
        return false;
    figures->count = (int)count;
    for (uint32_t i = 0; i < count; i++)
        figures->values[i] = bytes_read_f64(reader);
    return true;
}

static int refuse_counters(struct error *error)
{
    return error_set(error, ERROR_CORRUPT, "the checkpoint's counters or sizes cannot be");
}

static int read_folds(struct bytes_reader *reader, int64_t count, struct trainer_folds *folds,
                      struct error *error)
{
    if (trainer_folds_create(folds, count, error) != 0)
        return -1;
    folds->done = (int64_t)bytes_read_u64(reader);
    folds->steps = (int64_t)bytes_read_u64(reader);
    folds->epochs = (int64_t)bytes_read_u64(reader);
    if (folds->done < 0 || folds->done > count || folds->steps < 0 || folds->epochs < 0)
        return refuse_counters(error);
    for (int64_t i = 0; i < folds->done; i++) {
        folds->best_epochs[i] = (int64_t)bytes_read_u64(reader);
        if (!read_figures(reader, &folds->figures[i]) || folds->figures[i].count < 1)
            return refuse_counters(error);
    }
    return 0;
}

/* Whether the counters are a state that this run can be in. */
static bool are_possible(const struct trainer_plan *plan, const struct trainer_counters *counters)
{
    int64_t rows = plan->sets.training_count, batch = plan->update_rows;
    if (counters->epoch < 0 || counters->epoch > plan->epochs || counters->position < 0 ||
        counters->position > rows || counters->best_epoch < 0 ||
        counters->best_epoch > counters->epoch || counters->waited < 0 ||
        counters->epoch_end_step < 0 ||
        counters->epoch_end_step > counters->epoch * plan->steps_per_epoch ||
        counters->stop > STOP_EPOCHS)
        return false;
    int64_t steps = counters->position / batch + (counters->position % batch != 0);
    if (counters->step != counters->epoch_end_step + steps || counters->step > plan->step_limit)
        return false;
    bool epoch_is_done = counters->position == rows || counters->step == plan->step_limit;
    switch (counters->phase) {
    case PHASE_TRAINING:
        return counters->epoch < plan->epochs && !epoch_is_done && counters->position % batch == 0;
    case PHASE_VALIDATING:
        return counters->epoch < plan->epochs && epoch_is_done && plan->sets.validation_count > 0;
    case PHASE_EPOCH_END:
        return counters->epoch < plan->epochs && epoch_is_done;
    case PHASE_FINISHED:
        return counters->position == 0;
    }
    return false;
}

static bool is_schedule_possible(const struct schedule_state *state, int64_t epoch)
{
    return state->waited >= 0 && state->waited <= epoch && state->resting >= 0 &&
           state->reductions >= 0 && state->reductions <= epoch;
}

static int check_frame(struct bytes_reader *reader, const uint8_t *data, size_t size,
                       struct error *error)
{
    char hash[DIGEST_TEXT_SIZE];
    if (size < sizeof magic + HASH_SIZE)
        return error_set(error, ERROR_CORRUPT, "the checkpoint is cut short");
    reader->size = size - HASH_SIZE;
    digest_bytes(data, reader->size, hash);
    if (memcmp(hash, data + reader->size, HASH_SIZE) != 0)
        return error_set(error, ERROR_CORRUPT, "the checkpoint's digest does not match its bytes");
    const void *begin = bytes_read(reader, sizeof magic);
    if (begin == NULL || memcmp(begin, magic, sizeof magic) != 0 ||
        bytes_read_u32(reader) != VERSION)
        return error_set(error, ERROR_CORRUPT, "the checkpoint is of another format");
    return 0;
}

static size_t float_size(const struct trainer *trainer)
{
    size_t blocks = 1 + (trainer->best_parameters != NULL) + (trainer->average != NULL);
    return trainer_plan_parameter_size(&trainer->plan) * blocks +
           slot_size(trainer) * (size_t)step_slot_count(trainer->step);
}

static void restore_floats(struct trainer *trainer, const uint8_t *from)
{
    size_t size = trainer_plan_parameter_size(&trainer->plan);
    memcpy(trainer->parameters, from, size);
    from += size;
    for (int i = 0; i < step_slot_count(trainer->step); i++, from += slot_size(trainer))
        memcpy(step_slot(trainer->step, i), from, slot_size(trainer));
    if (trainer->best_parameters != NULL) {
        memcpy(trainer->best_parameters, from, size);
        from += size;
    }
    if (trainer->average != NULL)
        memcpy(trainer->average, from, size);
}

/* Everything behind the folds, into a trainer of the right round: whole or not at all. */
static int restore_round(struct trainer *trainer, struct bytes_reader *reader,
                         struct restored *restored, struct error *error)
{
    const void *fingerprint = bytes_read(reader, HASH_SIZE);
    if (fingerprint == NULL || memcmp(fingerprint, trainer->fingerprint, HASH_SIZE) != 0)
        return error_set(error, ERROR_CORRUPT,
                         "the checkpoint is of another run: network, training or data differ");
    read_counters(reader, &restored->counters);
    read_schedule(reader, &restored->schedule);
    bool has_figures = read_figures(reader, &restored->last_figures) &&
                       read_figures(reader, &restored->best_figures);
    size_t rest = reader->failed ? 0 : reader->size - reader->at;
    if (!has_figures || !are_possible(&trainer->plan, &restored->counters) ||
        !is_schedule_possible(&restored->schedule, restored->counters.epoch) ||
        rest != 2 * metrics_size(trainer->plan.metrics) + float_size(trainer))
        return refuse_counters(error);
    metrics_restore(trainer->plan.metrics, reader);
    metrics_restore(trainer->best_metrics, reader);
    restore_floats(trainer, bytes_read(reader, float_size(trainer)));
    return 0;
}

/* The trainer itself, or a new one where it stands in another round. */
static struct trainer *trainer_of_round(struct trainer *trainer, const struct trainer_folds *folds,
                                        struct error *error)
{
    if (folds->done == trainer->folds.done)
        return trainer;
    const struct trainer_setup setup = trainer->plan.setup;
    struct trainer_round round = trainer_round_after(&setup, folds);
    return trainer_create_round(&setup, &round, error);
}

static void start_again(struct trainer *trainer)
{
    enum trainer_phase phase = trainer->counters.phase;
    trainer->order_epoch = -1;
    trainer->update_done = 0;
    if ((phase == PHASE_VALIDATING || phase == PHASE_EPOCH_END) && trainer_has_validation(trainer))
        trainer_validation_start(trainer);
}

static int restore(struct trainer *trainer, struct bytes_reader *reader, struct restored *restored,
                   struct error *error)
{
    int64_t count = trainer_fold_count(&trainer->plan.setup);
    if (read_folds(reader, count, &restored->folds, error) != 0)
        return -1;
    struct trainer *round = trainer_of_round(trainer, &restored->folds, error);
    if (round == NULL)
        return -1;
    if (restore_round(round, reader, restored, error) != 0) {
        if (round != trainer)
            trainer_free(round);
        return -1;
    }
    if (round != trainer)
        trainer_adopt(trainer, round);
    struct trainer_folds old = trainer->folds;
    trainer->folds = restored->folds;
    restored->folds = old;
    trainer->counters = restored->counters;
    *step_schedule_state(trainer->step) = restored->schedule;
    trainer->last_figures = restored->last_figures;
    trainer->best_figures = restored->best_figures;
    start_again(trainer);
    return 0;
}

int trainer_restore(struct trainer *trainer, const void *checkpoint, size_t size,
                    struct error *error)
{
    struct bytes_reader reader = {.data = checkpoint};
    struct restored restored = {0};
    if (check_frame(&reader, checkpoint, size, error) != 0)
        return -1;
    int result = restore(trainer, &reader, &restored, error);
    trainer_folds_clear(&restored.folds);
    return result;
}

/* A run's state as bytes: everything that the next step reads.
 *
 * magic (16 bytes), version u32, fingerprint of the setup (64 hexadecimal digits), counters, last
 * and best metrics, weights, optimizer state, best weights; then the SHA-256 of all before it.
 * Floats are as they lie in memory: a checkpoint stays on its machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

#include <stdlib.h>
#include <string.h>

static const char magic[16] = "propd trainer\r\n";
enum { VERSION = 1, HASH_SIZE = DIGEST_TEXT_SIZE - 1 };

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
    const int64_t counts[] = {plan->setup.dataset->rows, plan->sets.training_count,
                              plan->sets.validation_count, plan->network->parameter_count,
                              plan->network->trained_count};
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
    bytes_append_u64(bytes, (uint64_t)counters->position);
    bytes_append_f64(bytes, counters->loss_sum);
    bytes_append_u64(bytes, (uint64_t)counters->best_epoch);
    bytes_append_u64(bytes, (uint64_t)counters->best_step);
    bytes_append_f64(bytes, counters->best_value);
    bytes_append_f64(bytes, counters->patience_value);
    bytes_append_u64(bytes, (uint64_t)counters->waited);
    bytes_append_u8(bytes, counters->stopped_early);
}

static void save_floats(const struct trainer *trainer, struct bytes *bytes)
{
    size_t size = trainer_plan_parameter_size(&trainer->plan);
    bytes_append(bytes, trainer->parameters, size);
    for (int i = 0; i < step_slot_count(trainer->step); i++)
        bytes_append(bytes, step_slot(trainer->step, i), slot_size(trainer));
    if (trainer->best_parameters != NULL)
        bytes_append(bytes, trainer->best_parameters, size);
}

int trainer_save(const struct trainer *trainer, struct bytes *checkpoint, struct error *error)
{
    char hash[DIGEST_TEXT_SIZE];
    size_t begin = checkpoint->size;
    bytes_append(checkpoint, magic, sizeof magic);
    bytes_append_u32(checkpoint, VERSION);
    bytes_append(checkpoint, trainer->fingerprint, HASH_SIZE);
    save_counters(trainer, checkpoint);
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

static void read_counters(struct bytes_reader *reader, struct trainer_counters *counters)
{
    counters->phase = bytes_read_u32(reader);
    counters->epoch = (int64_t)bytes_read_u64(reader);
    counters->step = (int64_t)bytes_read_u64(reader);
    counters->position = (int64_t)bytes_read_u64(reader);
    counters->loss_sum = bytes_read_f64(reader);
    counters->best_epoch = (int64_t)bytes_read_u64(reader);
    counters->best_step = (int64_t)bytes_read_u64(reader);
    counters->best_value = bytes_read_f64(reader);
    counters->patience_value = bytes_read_f64(reader);
    counters->waited = (int64_t)bytes_read_u64(reader);
    counters->stopped_early = bytes_read_u8(reader) != 0;
}

/* Whether the counters are a state that this run can be in. */
static bool are_possible(const struct trainer_plan *plan, const struct trainer_counters *counters)
{
    int64_t epochs = plan->setup.training->epochs, rows = plan->sets.training_count;
    int64_t batch = plan->setup.training->batch_size;
    if (counters->epoch < 0 || counters->epoch > epochs || counters->position < 0 ||
        counters->position > rows || counters->best_epoch < 0 ||
        counters->best_epoch > counters->epoch || counters->waited < 0)
        return false;
    int64_t steps = counters->position / batch + (counters->position % batch != 0);
    if (counters->step != counters->epoch * plan->steps_per_epoch + steps)
        return false;
    switch (counters->phase) {
    case PHASE_TRAINING:
        return counters->epoch < epochs && counters->position < rows &&
               counters->position % batch == 0;
    case PHASE_VALIDATING:
        return counters->epoch < epochs && counters->position == rows &&
               plan->sets.validation_count > 0;
    case PHASE_EPOCH_END:
        return counters->epoch < epochs && counters->position == rows;
    case PHASE_FINISHED:
        return counters->position == 0;
    }
    return false;
}

static int check_frame(const struct trainer *trainer, struct bytes_reader *reader,
                       const uint8_t *data, size_t size, struct error *error)
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
    const void *fingerprint = bytes_read(reader, HASH_SIZE);
    if (fingerprint == NULL || memcmp(fingerprint, trainer->fingerprint, HASH_SIZE) != 0)
        return error_set(error, ERROR_CORRUPT,
                         "the checkpoint is of another run: network, training or data differ");
    return 0;
}

static size_t float_size(const struct trainer *trainer)
{
    size_t blocks = trainer->best_parameters == NULL ? 1 : 2;
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
    if (trainer->best_parameters != NULL)
        memcpy(trainer->best_parameters, from, size);
}

int trainer_restore(struct trainer *trainer, const void *checkpoint, size_t size,
                    struct error *error)
{
    struct bytes_reader reader = {.data = checkpoint};
    struct trainer_counters counters;
    if (check_frame(trainer, &reader, checkpoint, size, error) != 0)
        return -1;
    read_counters(&reader, &counters);
    size_t rest = reader.failed ? 0 : reader.size - reader.at;
    if (!are_possible(&trainer->plan, &counters) ||
        rest != 2 * metrics_size(trainer->plan.metrics) + float_size(trainer))
        return error_set(error, ERROR_CORRUPT, "the checkpoint's counters or sizes cannot be");
    /* From here on nothing can fail: a trainer is restored whole or not at all. */
    metrics_restore(trainer->plan.metrics, &reader);
    metrics_restore(trainer->best_metrics, &reader);
    restore_floats(trainer, bytes_read(&reader, float_size(trainer)));
    trainer->counters = counters;
    trainer->order_epoch = -1;
    bool has_to_validate = counters.phase == PHASE_VALIDATING || counters.phase == PHASE_EPOCH_END;
    if (has_to_validate && trainer_has_validation(trainer))
        trainer_validation_start(trainer);
    return 0;
}

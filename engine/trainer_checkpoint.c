/* A run's state as bytes: everything that the next step reads.
 *
 * magic (16 bytes), version u32, name of the kernels, complete folds, fingerprint of the setup and
 * round (64 hexadecimal digits), settings as JSON text, course, size and bytes of the snapshot, and
 * the body; then the SHA-256 of all before it. A snapshot is a body, too (engine/trainer_body.c). A
 * checkpoint stays on its machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

#include <stdlib.h>
#include <string.h>

static const char magic[16] = "propd trainer\r\n";
/* EPOCHS_MAX: keeps what are to be epochs from overflowing a product with steps. */
enum { VERSION = 5, HASH_SIZE = DIGEST_TEXT_SIZE - 1, EPOCHS_MAX = 100000000 };

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

static void save_folds(const struct trainer_folds *folds, struct bytes *bytes)
{
    bytes_append_u64(bytes, (uint64_t)folds->done);
    bytes_append_u64(bytes, (uint64_t)folds->steps);
    bytes_append_u64(bytes, (uint64_t)folds->epochs);
    for (int64_t i = 0; i < folds->done; i++) {
        bytes_append_u64(bytes, (uint64_t)folds->best_epochs[i]);
        trainer_figures_save(&folds->figures[i], bytes);
    }
}

static void save_course(const struct trainer *trainer, struct bytes *bytes)
{
    const struct trainer_course *course = &trainer->course;
    bytes_append_u64(bytes, (uint64_t)trainer->plan.epochs);
    bytes_append_u64(bytes, (uint64_t)course->tries);
    bytes_append_u64(bytes, (uint64_t)course->changes);
    bytes_append_u64(bytes, (uint64_t)course->rollbacks);
    bytes_append_f64(bytes, course->rate_factor);
    bytes_append_f64(bytes, course->good_loss);
}

int trainer_save(const struct trainer *trainer, struct bytes *checkpoint, struct error *error)
{
    char hash[DIGEST_TEXT_SIZE];
    size_t begin = checkpoint->size;
    bytes_append(checkpoint, magic, sizeof magic);
    bytes_append_u32(checkpoint, VERSION);
    bytes_append_string(checkpoint, trainer->plan.kernels->name);
    save_folds(&trainer->folds, checkpoint);
    bytes_append(checkpoint, trainer->fingerprint, HASH_SIZE);
    if (trainer_settings_save(trainer, checkpoint, error) != 0)
        return -1;
    save_course(trainer, checkpoint);
    bytes_append_u64(checkpoint, trainer->snapshot.size);
    bytes_append(checkpoint, trainer->snapshot.data, trainer->snapshot.size);
    trainer_body_save(trainer, checkpoint);
    if (bytes_check(checkpoint, error) != 0)
        return -1;
    digest_bytes(checkpoint->data + begin, checkpoint->size - begin, hash);
    bytes_append(checkpoint, hash, HASH_SIZE);
    return bytes_check(checkpoint, error);
}

/* ---- restoring */

/* What is read before anything is changed. */
struct restored {
    struct trainer_folds folds;     /* owned */
    struct trainer_change settings; /* owned */
    int64_t epochs;                 /* of the round */
    struct trainer_course course;
    struct bytes_reader snapshot, body; /* snapshot: size 0 where there is none */
};

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
        if (!trainer_figures_read(reader, &folds->figures[i]) || folds->figures[i].count < 1)
            return refuse_counters(error);
    }
    return 0;
}

/* Another instruction set rounds otherwise: what it began must not be gone on with unnoticed. */
static int check_kernels(const struct trainer *trainer, struct bytes_reader *reader,
                         struct error *error)
{
    AUTO_FREE char *name = bytes_read_string(reader);
    if (name != NULL && strcmp(name, trainer->plan.kernels->name) == 0)
        return 0;
    return error_set(error, ERROR_PRECONDITION,
                     "it was made with the kernels for %s, and these are for %s",
                     name != NULL ? name : "nothing", trainer->plan.kernels->name);
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
    if (begin == NULL || memcmp(begin, magic, sizeof magic) != 0)
        return error_set(error, ERROR_CORRUPT, "the checkpoint is of another format");
    if (bytes_read_u32(reader) != VERSION)
        return error_set(error, ERROR_PRECONDITION, "it was made by another version of propd");
    return check_kernels(trainer, reader, error);
}

static void read_course(struct bytes_reader *reader, struct restored *restored)
{
    struct trainer_course *course = &restored->course;
    restored->epochs = (int64_t)bytes_read_u64(reader);
    course->tries = (int64_t)bytes_read_u64(reader);
    course->changes = (int64_t)bytes_read_u64(reader);
    course->rollbacks = (int64_t)bytes_read_u64(reader);
    course->rate_factor = bytes_read_f64(reader);
    course->good_loss = bytes_read_f64(reader);
}

static bool check_course(const struct trainer *trainer, const struct restored *restored)
{
    const struct trainer_course *course = &restored->course;
    bool stops = trainer->settings->training.early_stopping != NULL;
    return restored->epochs >= 1 && restored->epochs <= EPOCHS_MAX && course->tries >= 0 &&
           course->changes >= 0 && course->rollbacks >= 0 &&
           (restored->settings.patience != 0) == stops;
}

static struct bytes_reader read_part(struct bytes_reader *reader, size_t size)
{
    return (struct bytes_reader){.data = bytes_read(reader, size), .size = size};
}

/* Takes it apart and checks all of it. A snapshot is of an epoch's end, be it the end of a run that
 * was given more epochs since. */
static int read_round(const struct trainer *trainer, struct bytes_reader *reader,
                      struct restored *restored, struct error *error)
{
    if (trainer_settings_read(reader, &restored->settings, error) != 0)
        return -1;
    read_course(reader, restored);
    restored->snapshot = read_part(reader, bytes_read_u64(reader));
    restored->body = read_part(reader, reader->size - reader->at);
    bool has_snapshot = restored->snapshot.size > 0;
    if (reader->failed || has_snapshot != trainer_rolls_back(&trainer->plan) ||
        !check_course(trainer, restored) ||
        !trainer_body_check(trainer, restored->body, restored->epochs, restored->settings.steps) ||
        (has_snapshot && !trainer_body_check(trainer, restored->snapshot, restored->epochs + 1,
                                             restored->settings.steps)))
        return refuse_counters(error);
    return 0;
}

/* Everything behind the folds, into a trainer of the right round: whole or not at all. */
static int restore_round(struct trainer *trainer, struct bytes_reader *reader,
                         struct restored *restored, struct error *error)
{
    const void *fingerprint = bytes_read(reader, HASH_SIZE);
    if (fingerprint == NULL || memcmp(fingerprint, trainer->fingerprint, HASH_SIZE) != 0)
        return error_set(error, ERROR_CORRUPT,
                         "the checkpoint is of another run: network, training or data differ");
    if (read_round(trainer, reader, restored, error) != 0)
        return -1;
    trainer->course = restored->course;
    trainer_plan_set_epochs(&trainer->plan, restored->epochs);
    trainer_settings_restore(trainer, &restored->settings);
    trainer_body_restore(trainer, restored->body.data, restored->body.size);
    trainer->snapshot.size = 0; /* has room for any of its kind */
    bytes_append(&trainer->snapshot, restored->snapshot.data, restored->snapshot.size);
    trainer->failure.failed = false;
    return 0;
}

/* The trainer itself, or a new one where it stands in another round. */
static struct trainer *trainer_of_round(struct trainer *trainer, const struct trainer_folds *folds,
                                        struct error *error)
{
    if (folds->done == trainer->folds.done)
        return trainer;
    const struct trainer_setup setup = trainer_document_setup(trainer);
    struct trainer_round round = trainer_round_after(&setup, folds);
    return trainer_create_round(&setup, &round, error);
}

static void start_again(struct trainer *trainer)
{
    enum trainer_phase phase = trainer->counters.phase;
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
    start_again(trainer);
    return 0;
}

int trainer_restore(struct trainer *trainer, const void *checkpoint, size_t size,
                    struct error *error)
{
    struct bytes_reader reader = {.data = checkpoint};
    struct restored restored = {0};
    if (check_frame(trainer, &reader, checkpoint, size, error) != 0)
        return -1;
    int result = restore(trainer, &reader, &restored, error);
    trainer_folds_clear(&restored.folds);
    fields_clear(&trainer_change_kind, &restored.settings);
    return result;
}

/* Runs with changes, restarts and teams. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/engine/steered.h"
#include "tests/check.h"

#include <string.h>

struct trainer_change steered_read(const char *text)
{
    struct trainer_change change;
    struct error error = {0};
    json_t *json = fields_parse(text, strlen(text), &error);
    ck_assert_ok(error);
    ck_assert_msg(fields_read(&trainer_change_kind, json, &change, "", &error) == 0, "%s",
                  error.message);
    json_decref(json);
    return change;
}

struct bytes state_of(const struct trainer *trainer)
{
    struct bytes bytes = {0};
    struct error error = {0};
    trainer_save(trainer, &bytes, &error);
    ck_assert_ok(error);
    return bytes;
}

/* Those that are due, as a daemon applies them from its record. */
static void apply_due(struct trainer *trainer, const struct steered_change *changes)
{
    while (changes != NULL && trainer_takes_changes(trainer)) {
        const struct trainer_progress progress = trainer_progress(trainer);
        const struct steered_change *next = &changes[progress.changes];
        if (next->text == NULL || next->tries != progress.tries)
            return;
        struct trainer_change change = steered_read(next->text);
        trainer_apply(trainer, &change);
    }
}

static struct trainer *restart(struct trainer *trainer, const struct trainer_setup *setup)
{
    struct error error = {0};
    struct bytes checkpoint = state_of(trainer);
    trainer_free(trainer);
    trainer = trainer_create(setup, &error);
    ck_assert_ok(error);
    trainer_restore(trainer, checkpoint.data, checkpoint.size, &error);
    ck_assert_ok(error);
    bytes_clear(&checkpoint);
    return trainer;
}

static enum trainer_event turn(struct trainer *trainer, int *rollbacks, struct error *failure)
{
    struct trainer_report report;
    struct error error = {0};
    enum trainer_event event = trainer_step(trainer, &report, &error);
    if (event == TRAINER_ROLLED_BACK && rollbacks != NULL)
        ++*rollbacks;
    if (event == TRAINER_FAILED) {
        ck_assert_msg(failure != NULL, "%s", error.message);
        *failure = error;
    }
    return event;
}

struct bytes steered_run(const struct steered *steered, int *rollbacks, struct error *failure)
{
    struct error error = {0};
    struct trainer_setup setup = steered->run->setup;
    struct team *team = steered->members > 0 ? team_create(steered->members, NULL, &error) : NULL;
    ck_assert_ok(error);
    setup.team = team;
    setup.members = steered->members;
    struct trainer *trainer = trainer_create(&setup, &error);
    ck_assert_ok(error);
    enum trainer_event event = TRAINER_STEPPED;
    for (int i = 1; event != TRAINER_FINISHED && event != TRAINER_FAILED; i++) {
        apply_due(trainer, steered->changes);
        event = turn(trainer, rollbacks, failure);
        if (steered->pieces > 0 && i % steered->pieces == 0 && event != TRAINER_FAILED)
            trainer = restart(trainer, &setup);
    }
    struct bytes end = state_of(trainer);
    trainer_free(trainer);
    team_free(team);
    return end;
}

void steered_check(const struct steered *steered)
{
    /* A restart begins a validation or an update again: fewer pieces might never get through. */
    static const int pieces[] = {3, 4, 7, 12};
    struct error failure = {0};
    struct bytes whole = steered_run(steered, NULL, &failure);
    for (int i = 0; i < 8; i++) {
        struct steered other = *steered;
        other.pieces = i < 4 ? pieces[i] : 5;
        other.members = i < 4 ? 0 : i - 3;
        struct bytes pieced = steered_run(&other, NULL, &failure);
        ck_assert_uint_eq(pieced.size, whole.size);
        ck_assert_msg(memcmp(pieced.data, whole.data, whole.size) == 0,
                      "restarts every %d pieces, %d members", other.pieces, other.members);
        bytes_clear(&pieced);
    }
    bytes_clear(&whole);
}

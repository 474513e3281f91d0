/* Runs that are changed at given places, saved and restored on the way, on any team: for the tests
 * that all of these give the same bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_ENGINE_STEERED_H
#define PROPD_TESTS_ENGINE_STEERED_H

#include "engine/trainer_change.h"
#include "tests/engine/trainer_fixture.h"

struct steered_change {
    int64_t tries;    /* when it is applied: progress.tries */
    const char *text; /* {"learning_rate": 0.1}; NULL ends a list */
};

struct steered {
    const struct fixture_run *run;
    const struct steered_change *changes;
    int pieces;  /* between two restarts from a checkpoint; 0: none */
    int members; /* of the team; 0: no team */
};

/* The change that a text is. */
struct trainer_change steered_read(const char *text);
/* Runs it to its end, which is success where `failure` is NULL, and gives the trainer's last
 * state. Rollbacks are counted (rollbacks may be NULL). */
struct bytes steered_run(const struct steered *steered, int *rollbacks, struct error *failure);
/* The same state with restarts at many places and with teams of 1 to 4. */
void steered_check(const struct steered *steered);

/* The whole state of a trainer. */
struct bytes state_of(const struct trainer *trainer);

#endif

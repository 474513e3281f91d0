/* A small table in memory and training runs over it, for the tests of the trainer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_ENGINE_TRAINER_FIXTURE_H
#define PROPD_TESTS_ENGINE_TRAINER_FIXTURE_H

#include "engine/trainer.h"

/* 90 rows of: a, b (numbers), color (3 categories), kind (3 labels that a and b tell apart), flag
 * (yes, no), bit (0, 1), y (a number, 100 times a mix of a and b, some noise), weight (0.5 … 2). */
enum { FIXTURE_ROWS = 90 };
struct dataset *fixture_dataset(void);

/* Everything that a setup borrows, read from JSON texts. */
struct fixture_run {
    json_t *network;
    struct training training;
    struct preprocessing_options preprocessing;
    struct feature_options features;
    struct strings targets;
    char *target;
    struct trainer_setup setup;
};

/* `target` is a column; a, b and color are the features. */
void fixture_run_make(struct fixture_run *run, const struct dataset *dataset, const char *target,
                      const char *network, const char *training);
void fixture_run_clear(struct fixture_run *run);

struct trainer *fixture_trainer(const struct fixture_run *run);

/* Turns it until it is finished; fails the test where the run fails. */
void fixture_finish(struct trainer *trainer);
/* A trainer of the run, turned to its end; *last is the report of its last epoch. */
struct trainer *fixture_run_to_end(const struct fixture_run *run, struct trainer_report *last);
/* A figure of a report; fails the test where it is not there. */
double fixture_figure(const struct trainer_report *report, const char *name);
/* Turns it `pieces` times or until it is finished. */
void fixture_turn(struct trainer *trainer, int pieces);

#endif

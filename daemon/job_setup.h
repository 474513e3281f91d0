/* Everything that a job document refers to, found and held: what both a submission's check and a
 * run begin with. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_JOB_SETUP_H
#define PROPD_DAEMON_JOB_SETUP_H

#include <jansson.h>

#include "daemon/daemon.h"
#include "daemon/job_document.h"

struct job_setup {
    const char *owner; /* of the job, borrowed: whose names those in the document are */
    struct job_document document;
    struct dataset_record dataset_record;
    const struct dataset *dataset;
    struct dataset_record validation_record;
    const struct dataset *validation; /* training.validation.dataset; NULL */
    struct model_record initial_record;
    const struct model *initial; /* NULL */
    json_t *default_targets;     /* of the dataset: a list of names */
    struct trainer_setup trainer;
};

/* -1, with why the thing that `path` refers to was not had: ERROR_INVALID where it is not here. */
int reference_refuse(const char *path, const struct error *missing, struct error *error);
/* Reads `document` and holds what it names to `viewer`. On failure nothing is held. */
int job_setup_open(struct daemon *daemon, const struct viewer *viewer, const json_t *document,
                   struct job_setup *setup, struct error *error);
/* Who looks when a job runs: what its document names was checked when it was submitted. */
struct viewer job_viewer(const struct job_record *record);
/* Whether all that a job names is still there, so that it can be `verb` ("tried again"):
 * ERROR_CONFLICT where it is not. */
int job_setup_check(struct daemon *daemon, const struct job_record *record, const char *verb,
                    struct error *error);
void job_setup_close(struct daemon *daemon, struct job_setup *setup);

#endif

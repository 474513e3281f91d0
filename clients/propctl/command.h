/* The commands: one table each for what they are called, take, do and show, from which help,
 * completion and the command line are made. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_COMMAND_H
#define PROPCTL_COMMAND_H

#include "clients/propctl/options.h"
#include "clients/propctl/session.h"

struct command {
    const char *name;
    /* What follows: "MODEL FILE", "[JOB]", "VALUE..."; JOB, MODEL, DATASET and COMMAND are
     * completed. */
    const char *words;
    const char *help;
    const char *example;          /* a line that is right */
    const struct option *options; /* its own */
    size_t least, most;           /* words */
    bool is_offline;              /* speaks to no daemon */
    enum outcome (*run)(struct session *session, const struct arguments *arguments);
};

/* Ends in NULL; in the order of the help. */
extern const struct command *const commands[];
extern const struct option no_options[];

/* NULL where there is none. */
const struct command *command_find(const char *name);

/* Complains of a command that is not, and names the nearest. */
enum outcome command_unknown(const char *name);

extern const struct command command_upload, command_datasets, command_dataset;
extern const struct command command_train, command_check;
extern const struct command command_jobs, command_job, command_watch, command_log;
extern const struct command command_pause, command_resume, command_cancel, command_retry,
    command_set;
extern const struct command command_plot, command_compare;
extern const struct command command_models, command_model, command_predict, command_evaluate;
extern const struct command command_export, command_alias, command_delete;
extern const struct command command_token, command_backup, command_system, command_catalog;
extern const struct command command_help, command_version, command_complete;

#endif

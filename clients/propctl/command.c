/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/nearest.h"

#include <string.h>

const struct option no_options[] = {{.name = NULL}};

const struct command *const commands[] = {&command_upload,
                                          &command_datasets,
                                          &command_dataset,
                                          &command_train,
                                          &command_check,
                                          &command_jobs,
                                          &command_job,
                                          &command_watch,
                                          &command_log,
                                          &command_plot,
                                          &command_compare,
                                          &command_pause,
                                          &command_resume,
                                          &command_cancel,
                                          &command_retry,
                                          &command_set,
                                          &command_models,
                                          &command_model,
                                          &command_predict,
                                          &command_evaluate,
                                          &command_export,
                                          &command_alias,
                                          &command_delete,
                                          &command_token,
                                          &command_backup,
                                          &command_system,
                                          &command_catalog,
                                          &command_help,
                                          &command_version,
                                          &command_complete,
                                          NULL};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

enum outcome command_unknown(const char *name)
{
    struct nearest nearest = nearest_start(name);
    for (size_t i = 0; commands[i] != NULL; i++)
        nearest_consider(&nearest, commands[i]->name);
    if (nearest.name != NULL)
        return complain(OUTCOME_USAGE, "there is no command \"%s\"; did you mean %s?", name,
                        nearest.name);
    return complain(OUTCOME_USAGE, "there is no command \"%s\"; propctl help lists them", name);
}

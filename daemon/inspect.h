/* A look at what an upload would become. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_INSPECT_H
#define PROPD_DAEMON_INSPECT_H

#include <jansson.h>

#include "daemon/daemon.h"

/* Reads the beginning of a file (upload->paths[0]) as an upload would read all of it, and forgets
 * it. The answer is the description of a dataset (format, columns …), whose columns have examples,
 * with what was read of the file, "target" and "task" as they are or look like, "warnings", and
 * "job": a document that trains on a dataset of the upload's name. NULL with the errors of
 * daemon_dataset_import(). */
json_t *daemon_dataset_inspect(struct daemon *daemon, const struct daemon_upload *upload,
                               struct error *error);

#endif

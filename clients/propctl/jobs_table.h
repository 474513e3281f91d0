/* The table of jobs that `jobs` and `watch` show. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_JOBS_TABLE_H
#define PROPCTL_JOBS_TABLE_H

#include "clients/propctl/terminal.h"

#include <jansson.h>

/* Appends a line a job of what GET /v1/jobs answers. */
void jobs_table_write(const json_t *list, const struct terminal *terminal, struct text *out);

#endif

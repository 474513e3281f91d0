/* GET of a list, filtered by the options that are the interface's own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_LIST_H
#define PROPCTL_LIST_H

#include "clients/propctl/session.h"

/* Options of lists whose names are those of the query. */
#define LIST_OPTIONS                                                                               \
    {"limit", "N", "at most so many (50)", 0}, {"name", "NAME", "only of this name, or NAME*", 0}, \
        {"tag", "KEY:VALUE", "only with this tag", 0},                                             \
    {                                                                                              \
        "sort", "ORDER", "name, created, …", 0                                                     \
    }

/* The list, or NULL where --json has printed it. Says on standard error where there is more. */
enum outcome list_fetch(struct session *session, const struct arguments *arguments,
                        const char *path, json_t **json);

#endif

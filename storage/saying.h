/* What an owner says of a dataset or model. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_SAYING_H
#define PROPD_STORAGE_SAYING_H

#include <stdbool.h>

/* What an owner says of a dataset or model; nothing of it is part of a digest. */
struct record_saying {
    bool has_tags, has_about; /* whether they change */
    const char *tags;         /* JSON object text; NULL: none any more */
    const char *about;        /* NULL: nothing any more */
};

#endif

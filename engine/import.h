/* What a format's reader is given: sources, options, limits, and the column file to fill. Importing
 * itself is dataset_import() in engine/dataset.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_IMPORT_H
#define PROPD_ENGINE_IMPORT_H

#include "engine/column_file.h"
#include "engine/dataset.h"
#include "engine/input.h"

enum { IMPORT_SOURCES_MAX = 2 };

struct import {
    const struct dataset_options *options;
    const struct dataset_limits *limits;
    struct input inputs[IMPORT_SOURCES_MAX]; /* at their starts */
    int input_count;
    struct column_file *file;
};

#endif

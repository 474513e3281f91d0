/* The choices of dataset_options by index, and its lists taken apart. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_DATASET_OPTIONS_H
#define PROPD_ENGINE_DATASET_OPTIONS_H

#include <jansson.h>

#include "engine/dataset.h"

enum dataset_header { DATASET_HEADER_AUTO, DATASET_HEADER_YES, DATASET_HEADER_NO };

/* Choices of .format: "auto", then the names of formats. NULL-terminated. */
extern const char *const dataset_format_names[];
/* The separator of a choice of .separator; 0 for auto. */
char dataset_separator(int choice);
/* options->types as a JSON object from column name to type name, all type names checked; an empty
 * object where there is none. The caller owns it; NULL with ERROR_INVALID. */
json_t *dataset_types(const struct dataset_options *options, struct error *error);
/* The index of a type's name that a user may ask for, -1 for none. */
int dataset_type_find(const char *name);

#endif

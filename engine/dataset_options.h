/* The choices of dataset_options by index, and its lists taken apart. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_DATASET_OPTIONS_H
#define PROPD_ENGINE_DATASET_OPTIONS_H

#include <jansson.h>

#include "engine/dataset.h"

enum dataset_header { DATASET_HEADER_AUTO, DATASET_HEADER_YES, DATASET_HEADER_NO };
enum dataset_layout { DATASET_LAYOUT_HWC, DATASET_LAYOUT_CHW };

/* Choices of .format: "auto", then the names of formats. NULL-terminated. */
extern const char *const dataset_format_names[];
/* The separator of a choice of .separator; 0 for auto. */
char dataset_separator(int choice);
/* What a choice of .header means, which has two words for yes and for no. */
enum dataset_header dataset_header(int choice);
/* options->types as a JSON object from column name to type name, all type names checked; an empty
 * object where there is none. The caller owns it; NULL with ERROR_INVALID. */
json_t *dataset_types(const struct dataset_options *options, struct error *error);
/* The index of a type's name that a user may ask for, -1 for none. */
int dataset_type_find(const char *name);
/* The names of target columns in options->target, and in what dataset_targets_text() makes of them:
 * "species", "y1,y2", or a JSON list where a name has a comma. A list of strings that the caller
 * owns, empty for NULL; NULL with ERROR_INVALID. */
json_t *dataset_targets(const char *text, struct error *error);
/* The shortest of these forms, for the caller to free. NULL only when out of memory. */
char *dataset_targets_text(const json_t *names);
/* options->size as width and height; both 0 where there is none. */
int dataset_image_size(const struct dataset_options *options, int64_t *width, int64_t *height,
                       struct error *error);

/* Options that only some formats take, as bits: struct format says which, import.c refuses the
 * others. */
enum dataset_option {
    OPTION_TYPES = 1 << 0,
    OPTION_MISSING = 1 << 1,
    OPTION_HEADER = 1 << 2,
    OPTION_SEPARATOR = 1 << 3,
    OPTION_SHAPE = 1 << 4,
    OPTION_DTYPE = 1 << 5,
    OPTION_LABELS = 1 << 6,
    OPTION_LAYOUT = 1 << 7,
    OPTION_SIZE = 1 << 8,
    OPTIONS_END = 1 << 9
};
/* Those that differ from their defaults. */
unsigned dataset_options_given(const struct dataset_options *options);
const char *dataset_option_name(enum dataset_option option);

#endif

/* What a list of augmentations is checked for, and the input that it is checked against. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augmentation.h"
#include "engine/augments/augments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = sizeof(((struct error *)0)->path) };

int augment_input_make(struct augment_input *input, const struct preprocessing *preprocessing,
                       struct error *error)
{
    struct augment_input made = {.shape = preprocessing_input_shape(preprocessing),
                                 .is_bytes = preprocessing_takes_bytes(preprocessing)};
    made.elements = shape_elements(&made.shape, error);
    if (made.elements < 0)
        return -1;
    /* Steps of a series have no columns of their own. */
    if (made.shape.rank == 1)
        made.column_count = (int64_t)json_array_size(preprocessing_columns(preprocessing));
    if (made.column_count > 0) {
        made.columns = calloc((size_t)made.column_count, sizeof *made.columns);
        if (made.columns == NULL)
            return error_set(error, ERROR_MEMORY, "out of memory for the augmentation's columns");
    }
    for (int64_t i = 0; i < made.column_count; i++)
        made.columns[i] = preprocessing_column(preprocessing, i);
    *input = made;
    return 0;
}

void augment_input_clear(struct augment_input *input)
{
    free(input->columns);
    *input = (struct augment_input){0};
}

static bool fits(const struct augment_type *type, const struct augment_input *input)
{
    return (type->fits & (augment_fits(&input->shape) | (unsigned)AUGMENT_ANYTHING)) != 0;
}

/* "images ([height, width, channels])" … of what a type takes. */
static const char *wanted(const struct augment_type *type)
{
    if ((type->fits & (unsigned)AUGMENT_IMAGES) != 0)
        return "images, [height, width, channels]";
    if ((type->fits & (unsigned)AUGMENT_SERIES) != 0)
        return "series, [time, channels]";
    return "tables, [columns]";
}

static int refuse(const struct augment_type *type, const struct augment_input *input,
                  const char *path, struct error *error)
{
    char shape[64], fitting[400] = "";
    for (const struct augment_type *const *other = augment_types; *other != NULL; other++) {
        size_t used = strlen(fitting);
        if (fits(*other, input))
            snprintf(fitting + used, sizeof fitting - used, "%s%s", used > 0 ? ", " : "",
                     (*other)->kind.name);
    }
    return error_set_at(
        error, ERROR_INVALID, path, "is \"%s\", which takes %s, but a row is %s: what fits is %s",
        type->kind.name, wanted(type), shape_text(&input->shape, shape, sizeof shape), fitting);
}

static int check_entry(const struct variant *entry, const struct augment_input *input,
                       const char *path, struct error *error)
{
    const struct augment_type *type = (const struct augment_type *)entry->kind;
    char full[PATH_SIZE + 8];
    snprintf(full, sizeof full, "%s.type", path);
    if (!fits(type, input))
        return refuse(type, input, full, error);
    /* Noise on a table leaves the columns alone that are no numbers. */
    bool spares_ids = type == &augment_gaussian_noise && input->column_count > 0;
    if (input->id_layer != NULL && type->computes && !spares_ids)
        return error_set_at(
            error, ERROR_INVALID, full,
            "is \"%s\", which makes new numbers, but layer \"%s\" takes the input as ids",
            type->kind.name, input->id_layer);
    return type->check == NULL ? 0 : type->check(entry->options, input, path, error);
}

int augmentation_check(const struct variants *list, const struct augment_input *input,
                       const char *path, struct error *error)
{
    int mixes = 0;
    for (size_t i = 0; i < list->count; i++) {
        char at[PATH_SIZE];
        snprintf(at, sizeof at, "%s[%zu]", path, i);
        if (check_entry(&list->items[i], input, at, error) != 0)
            return -1;
        mixes += ((const struct augment_type *)list->items[i].kind)->mix != NULL;
        if (mixes > AUGMENTATION_MIXES_MAX)
            return error_set_at(error, ERROR_INVALID, at,
                                "is one more than the %d of mixup and cutmix that a list may have",
                                AUGMENTATION_MIXES_MAX);
    }
    return 0;
}

int augmentation_parts(const struct variants *list)
{
    int parts = 1;
    for (size_t i = 0; i < list->count; i++)
        parts <<= ((const struct augment_type *)list->items[i].kind)->mix != NULL;
    return parts;
}

/* What all layer types share: their common options, and finding one by its name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layer.h"

#include <math.h>
#include <string.h>

static const struct field layer_options_fields[] = {
    FIELD_STRING(struct layer_options, name, .min = 1, .max = 64,
                 .help = "name of the layer and first part of its tensors' names; <type>_<n> by "
                         "itself"),
    FIELD_STRINGS(struct layer_options, input,
                  .help = "names of earlier layers, or \"input\"; the layer before by itself"),
    FIELD_NUMBER(struct layer_options, l1, .max = 1e6, .number = (double)NAN,
                 .flags = FIELD_NULLABLE,
                 .help = "penalty l1 Σ|w| on its kernels; null: the one of training"),
    FIELD_NUMBER(struct layer_options, l2, .max = 1e6, .number = (double)NAN,
                 .flags = FIELD_NULLABLE,
                 .help = "penalty l2 Σw² on its kernels; null: the one of training"),
    FIELD_NUMBER(struct layer_options, bias_l1, .max = 1e6, .help = "as l1, on its bias"),
    FIELD_NUMBER(struct layer_options, bias_l2, .max = 1e6, .help = "as l2, on its bias"),
    FIELD_NUMBER(struct layer_options, max_norm, .min = 0, .max = 1e30, .number = (double)NAN,
                 .flags = FIELD_NULLABLE | FIELD_ABOVE_MIN,
                 .help =
                     "largest norm of a unit's weights in its kernels, after each update; null: "
                     "none"),
    FIELD_END};

const struct kind layer_options_kind = {.name = "layer",
                                        .help = "what every layer takes",
                                        .size = sizeof(struct layer_options),
                                        .fields = layer_options_fields};

static int refuse_unknown_type(const char *name, const char *path, struct error *error)
{
    const char *names[128];
    size_t count = 0;

    for (; layer_types[count] != NULL && count + 1 < ARRAY_COUNT(names); count++)
        names[count] = layer_types[count]->kind.name;
    names[count] = NULL;
    const char *nearest = nearest_name(names, name);
    if (nearest == NULL)
        return error_set_at(error, ERROR_INVALID, path, "must be a layer type, not \"%.64s\"",
                            name);
    return error_set_at(error, ERROR_INVALID, path,
                        "must be a layer type, not \"%.64s\" (did you mean \"%s\"?)", name,
                        nearest);
}

const struct layer_type *layer_type_find(const char *name, const char *path, struct error *error)
{
    for (size_t i = 0; layer_types[i] != NULL; i++)
        if (strcmp(layer_types[i]->kind.name, name) == 0)
            return layer_types[i];
    refuse_unknown_type(name, path, error);
    return NULL;
}

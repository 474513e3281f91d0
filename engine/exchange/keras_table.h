/* Layers of Keras beside those of network documents: a table of types and of their fields. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_KERAS_TABLE_H
#define PROPD_ENGINE_EXCHANGE_KERAS_TABLE_H

#include <stdbool.h>

/* How a field's values differ. */
enum keras_value {
    VALUE_SAME,
    VALUE_SIZES,      /* one number or two here, always as many as there are axes there */
    VALUE_POOL_SIZES, /* the same, null for those of the pool_size */
    VALUE_MARGINS,    /* one number or two here, [[above, below], [left, right]] there */
    VALUE_MOMENTUM,   /* the share that is new here, the share that stays there */
    VALUE_ACTIVATION,
    VALUE_CONSTANT /* a field of Keras that must be as the text, JSON, says; none here */
};

struct keras_field {
    const char *ours, *keras;
    enum keras_value value;
    const char *constant;
};

enum { KERAS_FIELDS_MAX = 12 };

struct keras_type {
    const char *ours, *keras;
    int axes; /* of VALUE_SIZES and the like */
    struct keras_field fields[KERAS_FIELDS_MAX];
};

/* The type by its name here, or in Keras; NULL where the other has none such. */
const struct keras_type *keras_type_of_ours(const char *name);
const struct keras_type *keras_type_of_keras(const char *class_name);
/* A field of its config; NULL where it has none of that name. */
const struct keras_field *keras_field_find(const struct keras_type *type, const char *name);
/* Whether Keras may say it of a layer without changing predictions. */
bool keras_passes_over(const char *name);
/* Whether both know an activation by this name (NULL: no) and by one formula. */
bool keras_has_activation(const char *name);

#endif

/* A layer of Keras as one of a network document. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/exchange/keras.h"
#include "engine/exchange/keras_table.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Margins that are alike on both sides as sizes; NULL where they are not. */
static json_t *margins_read(const json_t *margins)
{
    json_auto_t *sizes = json_array();
    if (json_is_integer(margins))
        return json_deep_copy(margins);
    for (size_t axis = 0; axis < 2; axis++) {
        json_t *sides = json_array_get(margins, axis);
        json_t *before = json_is_array(sides) ? json_array_get(sides, 0) : sides;
        if (json_is_array(sides) && !json_equal(before, json_array_get(sides, 1)))
            return NULL;
        if (!before || json_array_append(sizes, before))
            return NULL;
    }
    return json_incref(sizes);
}

/* The value of a network document; NULL where it is none that is known here. */
static json_t *value_read(const struct keras_field *field, const json_t *value)
{
    switch (field->value) {
    case VALUE_MARGINS:
        return margins_read(value);
    case VALUE_MOMENTUM:
        return json_is_number(value) ? json_real(1 - json_number_value(value)) : NULL;
    case VALUE_ACTIVATION:
        return keras_has_activation(json_string_value(value)) ? json_deep_copy(value) : NULL;
    case VALUE_SAME:
    case VALUE_SIZES:
    case VALUE_POOL_SIZES:
    case VALUE_CONSTANT:
        break;
    }
    return json_deep_copy(value);
}

static int refuse_value(const char *path, const char *key, const char *expected,
                        struct error *error)
{
    char where[160];
    snprintf(where, sizeof(where), "%s.config.%.40s", path, key);
    return error_set_at(error, ERROR_INVALID, where, "must be %s", expected);
}

/* Axes may be counted from the first, and stand in a list. */
static bool is_constant(const struct keras_field *field, const json_t *value)
{
    json_auto_t *expected = json_loads(field->constant, JSON_DECODE_ANY, NULL);
    if (json_array_size(value) == 1)
        value = json_array_get(value, 0);
    return json_equal(value, expected);
}

static int field_read(const struct keras_field *field, const json_t *value, json_t *layer,
                      const char *path, struct error *error)
{
    if (field->value == VALUE_CONSTANT)
        return is_constant(field, value) ? 0
                                         : refuse_value(path, field->keras, field->constant, error);
    json_t *read = value_read(field, value);
    if (!read)
        return refuse_value(path, field->keras,
                            field->value == VALUE_ACTIVATION
                                ? "the name of an activation such as \"relu\""
                                : "one that a network document has too",
                            error);
    return json_object_set_new(layer, field->ours, read)
               ? error_set(error, ERROR_MEMORY, "out of memory for a layer")
               : 0;
}

static int config_read(const struct keras_type *type, const json_t *config, json_t *layer,
                       const char *path, struct error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)config, key, value)
    {
        const struct keras_field *field = keras_field_find(type, key);
        if (!field && keras_passes_over(key))
            continue;
        if (!field)
            return refuse_value(path, key, "left out: it is not known", error);
        if (field_read(field, value, layer, path, error))
            return -1;
    }
    return 0;
}

/* LeakyReLU and ELU; `otherwise` is what Keras takes where nothing is said. */
static json_t *activation_read(const char *type, const json_t *alpha, double otherwise)
{
    return json_pack("{s:s, s:{s:s, s:f}}", "type", "activation", "activation", "type", type,
                     "alpha", json_is_number(alpha) ? json_number_value(alpha) : otherwise);
}

/* Version 2 called it alpha. */
static json_t *leaky_relu_read(const json_t *config)
{
    const double usual_slope = 0.3;
    const json_t *slope = json_object_get(config, "negative_slope");
    return activation_read("leaky_relu", slope ? slope : json_object_get(config, "alpha"),
                           usual_slope);
}

static json_t *plain_read(const char *class_name, const json_t *config, const char *path,
                          struct error *error)
{
    const struct keras_type *type = keras_type_of_keras(class_name);
    if (!type) {
        error_set_at(error, ERROR_INVALID, path,
                     "is a layer of class \"%.60s\", which propd does not have", class_name);
        return NULL;
    }
    json_auto_t *layer = json_pack("{s:s}", "type", type->ours);
    if (!layer || config_read(type, config, layer, path, error))
        return NULL;
    return json_incref(layer);
}

static json_t *bidirectional_read(const json_t *config, const char *path, struct error *error)
{
    const json_t *inner = json_object_get(config, "layer");
    const char *merge = json_string_value(json_object_get(config, "merge_mode"));
    const char *class_name = json_string_value(json_object_get(inner, "class_name"));
    if (!class_name || (strcmp(class_name, "LSTM") != 0 && strcmp(class_name, "GRU") != 0)) {
        refuse_value(path, "layer", "an LSTM or a GRU", error);
        return NULL;
    }
    if (!merge || strcmp(merge, "concat") != 0) {
        refuse_value(path, "merge_mode", "\"concat\"", error);
        return NULL;
    }
    json_auto_t *layer = plain_read(class_name, json_object_get(inner, "config"), path, error);
    if (!layer || json_object_set_new(layer, "bidirectional", json_true()))
        return NULL;
    return json_incref(layer);
}

json_t *keras_layer_read(const json_t *keras, const char *path, struct error *error)
{
    const char *class_name = json_string_value(json_object_get(keras, "class_name"));
    const json_t *config = json_object_get(keras, "config");
    const char *name = json_string_value(json_object_get(config, "name"));
    json_auto_t *layer = NULL;
    if (!class_name || !json_is_object(config)) {
        error_set_at(error, ERROR_INVALID, path, "must have a \"class_name\" and a \"config\"");
        return NULL;
    }
    if (strcmp(class_name, "LeakyReLU") == 0)
        layer = leaky_relu_read(config);
    else if (strcmp(class_name, "ELU") == 0)
        layer = activation_read("elu", json_object_get(config, "alpha"), 1);
    else if (strcmp(class_name, "Bidirectional") == 0)
        layer = bidirectional_read(config, path, error);
    else
        layer = plain_read(class_name, config, path, error);
    if (!layer || (name && json_object_set_new(layer, "name", json_string(name))))
        return NULL;
    return json_incref(layer);
}

/* One instance of a prediction: a list in column order, an object by column name, the value of a
 * single column, or a tensor. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "base/bytes.h"
#include "base/compiler.h"
#include "engine/preprocessing_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns that a message lists before it says "…". */
enum { LISTED_MAX = 12 };

/* ---- tables */

const char *preprocessing_columns_text(const struct preprocessing *preprocessing,
                                       struct bytes *text)
{
    int count = preprocessing->encoder_count;
    int listed = count < LISTED_MAX ? count : LISTED_MAX;
    const char *end = listed < count ? ", …]" : "]";
    for (int i = 0; i < listed; i++) {
        const char *name = preprocessing->encoders[i].column;
        bytes_printf(text, "%s%.40s", i ? ", " : "[", name);
    }
    bytes_printf(text, "%s; for example ", end);
    for (int i = 0; i < listed; i++) {
        char example[ENCODER_EXAMPLE_SIZE];
        preprocessing->encoders[i].kind->example(&preprocessing->encoders[i], example);
        bytes_printf(text, "%s%s", i ? ", " : "[", example);
    }
    bytes_printf(text, "%s", end);
    const char *listing = bytes_text(text);
    return listing ? listing : "";
}

static int refuse_table(const struct preprocessing *preprocessing, const json_t *instance,
                        const char *path, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes text = {0};
    const char *listing = preprocessing_columns_text(preprocessing, &text);
    if (json_is_array(instance))
        return error_set_at(error, ERROR_INVALID, path, "has %zu values, expected %d: %s",
                            json_array_size(instance), preprocessing->encoder_count, listing);
    return error_set_at(error, ERROR_INVALID, path,
                        "must be a list of %d values or an object by column name: %s",
                        preprocessing->encoder_count, listing);
}

static int encode_list(const struct preprocessing *preprocessing, const json_t *instance,
                       const char *path, float *x, struct error *error)
{
    if (json_array_size(instance) != (size_t)preprocessing->encoder_count)
        return refuse_table(preprocessing, instance, path, error);
    for (int i = 0; i < preprocessing->encoder_count; i++) {
        const struct encoder *encoder = &preprocessing->encoders[i];
        if (encoder_encode_json(encoder, json_array_get(instance, (size_t)i), path,
                                x + encoder->offset, error))
            return -1;
    }
    return 0;
}

static bool names_hold(const json_t *names, const char *name)
{
    size_t i;
    const json_t *item;
    json_array_foreach(names, i, item)
    {
        const json_t *column = json_is_object(item) ? json_object_get(item, "column") : item;
        if (strcmp(json_string_value(column), name) == 0)
            return true;
    }
    return false;
}

/* Columns of the dataset that are no inputs may be there, so that a row can be sent as it is. */
static bool key_is_known(const struct preprocessing *preprocessing, const char *key)
{
    return names_hold(preprocessing->columns, key) ||
           names_hold(preprocessing->target_names, key) ||
           names_hold(preprocessing->left_out, key) || names_hold(preprocessing->unused, key);
}

static int refuse_key(const struct preprocessing *preprocessing, const char *key, const char *path,
                      struct error *error)
{
    size_t count = (size_t)preprocessing->encoder_count;
    AUTO_FREE const char **names = calloc(count + 1, sizeof(*names));
    AUTO_CLEAR(bytes_clear) struct bytes text = {0};
    for (size_t i = 0; names && i < count; i++)
        names[i] = preprocessing->encoders[i].column;
    const char *nearest = names ? nearest_name(names, key) : NULL;
    if (nearest)
        return error_set_at(error, ERROR_INVALID, path,
                            "has the unknown key \"%.40s\"; did you mean \"%s\"?", key, nearest);
    return error_set_at(error, ERROR_INVALID, path, "has the unknown key \"%.40s\", expected: %s",
                        key, preprocessing_columns_text(preprocessing, &text));
}

static int check_keys(const struct preprocessing *preprocessing, const json_t *instance,
                      const char *path, struct error *error)
{
    json_t *object = (json_t *)(uintptr_t)instance; /* jansson's iterators take no const */
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (!key_is_known(preprocessing, key))
            return refuse_key(preprocessing, key, path, error);
    }
    return 0;
}

static int encode_object(const struct preprocessing *preprocessing, const json_t *instance,
                         const char *path, float *x, struct error *error)
{
    size_t found = 0;
    for (int i = 0; i < preprocessing->encoder_count; i++) {
        const struct encoder *encoder = &preprocessing->encoders[i];
        const json_t *value = json_object_get(instance, encoder->column);
        found += value != NULL;
        if (encoder_encode_json(encoder, value, path, x + encoder->offset, error))
            return -1;
    }
    return found == json_object_size(instance) ? 0
                                               : check_keys(preprocessing, instance, path, error);
}

int preprocessing_encode_row_json(const struct preprocessing *preprocessing, const json_t *row,
                                  const char *path, float *x, struct error *error)
{
    if (json_is_array(row))
        return encode_list(preprocessing, row, path, x, error);
    if (json_is_object(row) && !(preprocessing->encoder_count == 1 && encoder_is_base64(row)))
        return encode_object(preprocessing, row, path, x, error);
    if (preprocessing->encoder_count == 1 && row)
        return encoder_encode_json(&preprocessing->encoders[0], row, path, x, error);
    return refuse_table(preprocessing, row, path, error);
}

/* ---- tensors */

/* A place in a nested list, and where its numbers go. */
struct list_cursor {
    const struct encoder *encoder;
    const char *path;
    float *x; /* the next element */
    struct error *error;
};

static int refuse_tensor(const struct list_cursor *cursor)
{
    char shape[96];
    return error_set_at(cursor->error, ERROR_INVALID, cursor->path,
                        "must be %s numbers, nested or as one flat list of %lld",
                        shape_text(&cursor->encoder->shape, shape, sizeof(shape)),
                        (long long)cursor->encoder->width);
}

static int tensor_take_number(struct list_cursor *cursor, const json_t *json)
{
    if (!json_is_number(json))
        return refuse_tensor(cursor);
    double value = json_number_value(json);
    *cursor->x++ =
        cursor->encoder->tensor_is_bytes ? scale_narrow(value) / 255.0F : scale_narrow(value);
    return 0;
}

/* The list of dimension `axis`; behind the last one a single channel may be there or not. */
static int tensor_take_list(struct list_cursor *cursor, const json_t *json, int axis)
{
    const struct shape *shape = &cursor->encoder->shape;
    size_t i;
    const json_t *item;
    if (axis == shape->rank)
        return tensor_take_number(cursor, json_is_array(json) && json_array_size(json) == 1 &&
                                                  shape->rank == 2
                                              ? json_array_get(json, 0)
                                              : json);
    if (!json_is_array(json) || json_array_size(json) != (size_t)shape->dims[axis])
        return refuse_tensor(cursor);
    json_array_foreach(json, i, item)
    {
        if (tensor_take_list(cursor, item, axis + 1))
            return -1;
    }
    return 0;
}

/* The elements' bytes: one each of bytes, else floats of four, little-endian. */
static int encode_tensor_bytes(const struct encoder *encoder, const json_t *base64,
                               const char *path, float *x, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes bytes = {0};
    const size_t size = encoder->tensor_is_bytes ? 1 : sizeof(float);
    const size_t expected = (size_t)encoder->width * size;
    if (base64_append_decoded(&bytes, json_string_value(base64), json_string_length(base64)) ||
        bytes.size != expected)
        return error_set_at(error, ERROR_INVALID, path,
                            "must be %zu bytes as base64, %zu each of %lld %s", expected, size,
                            (long long)encoder->width,
                            encoder->tensor_is_bytes ? "bytes" : "floats, little-endian");
    for (int64_t i = 0; i < encoder->width; i++) {
        if (encoder->tensor_is_bytes)
            x[i] = (float)bytes.data[i] / 255.0F;
        else
            memcpy(&x[i], bytes.data + (size_t)i * size, size);
        if (!isfinite(x[i]))
            return error_set_at(error, ERROR_INVALID, path, "must have finite numbers only");
    }
    return 0;
}

static int encode_tensor(const struct preprocessing *preprocessing, const json_t *instance,
                         const char *path, float *x, struct error *error)
{
    const struct encoder *encoder = &preprocessing->encoders[0];
    if (encoder_is_base64(instance))
        return encode_tensor_bytes(encoder, json_object_get(instance, "b64"), path, x, error);
    struct list_cursor cursor = {.encoder = encoder, .path = path, .x = x, .error = error};
    bool is_flat = json_is_array(instance) && json_array_size(instance) == (size_t)encoder->width &&
                   !json_is_array(json_array_get(instance, 0));
    size_t i;
    const json_t *item;
    if (!is_flat)
        return tensor_take_list(&cursor, instance, 0);
    json_array_foreach(instance, i, item)
    {
        if (tensor_take_number(&cursor, item))
            return -1;
    }
    return 0;
}

int preprocessing_encode_json(const struct preprocessing *preprocessing, const json_t *instance,
                              const char *path, float *x, struct error *error)
{
    if (preprocessing_takes_tensors(preprocessing)) {
        const json_t *named = json_object_size(instance) == 1 /* {"features": [...]} */
                                  ? json_object_get(instance, preprocessing->encoders[0].column)
                                  : NULL;
        return encode_tensor(preprocessing, named ? named : instance, path, x, error);
    }
    if (preprocessing->window.length > 0)
        return preprocessing_encode_window_json(preprocessing, instance, path, x, error);
    return preprocessing_encode_row_json(preprocessing, instance, path, x, error);
}

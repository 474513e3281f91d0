/* Preprocessing as JSON in a model's file, and back. What is read may come from anywhere. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/preprocessing_parts.h"

#include <stdlib.h>
#include <string.h>

enum { FORMAT_VERSION = 1, COLUMNS_MAX = 16384 };

/* ---- writing */

static json_t *identity_write(const struct preprocessing *preprocessing)
{
    json_auto_t *object = json_pack("{s:i, s:b, s:o}", "version", FORMAT_VERSION, "identity", 1,
                                    "tensor", encoder_write(&preprocessing->encoders[0]));
    const json_t *classes = preprocessing->targets.classes;
    if (!object || (classes && json_object_set_new(object, "classes", json_deep_copy(classes))))
        return NULL;
    return json_incref(object);
}

json_t *preprocessing_write(const struct preprocessing *preprocessing)
{
    if (preprocessing->is_identity)
        return identity_write(preprocessing);
    json_auto_t *columns = json_array();
    for (int i = 0; i < preprocessing->encoder_count; i++)
        if (json_array_append_new(columns, encoder_write(&preprocessing->encoders[i])))
            return NULL;
    json_auto_t *object =
        json_pack("{s:i, s:O, s:O, s:O}", "version", FORMAT_VERSION, "columns", columns, "left_out",
                  preprocessing->left_out, "unused", preprocessing->unused);
    if (!object || targets_write(&preprocessing->targets, object))
        return NULL;
    if (preprocessing->window.length > 0 &&
        json_object_set_new(object, "window",
                            fields_write(&series_options_kind, &preprocessing->window)))
        return NULL;
    return json_incref(object);
}

/* ---- reading */

static int column_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* No column may be there twice, whether as an input or as a target (whose past is an input of
 * windows): an instance that is an object could not be read. */
static int check_names(const struct preprocessing *preprocessing, struct error *error)
{
    size_t count = 0;
    size_t most = (size_t)preprocessing->encoder_count + (size_t)preprocessing->targets.count;
    AUTO_FREE const char **names = calloc(most, sizeof(*names));
    if (!names)
        return error_set(error, ERROR_MEMORY, "out of memory for %zu columns", most);
    for (int i = 0; i < preprocessing->encoder_count; i++)
        names[count++] = preprocessing->encoders[i].column;
    for (int i = 0; preprocessing->window.length == 0 && i < preprocessing->targets.count; i++)
        names[count++] = preprocessing->targets.items[i].column;
    qsort(names, count, sizeof(*names), column_compare);
    for (size_t i = 1; i < count; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return error_set_at(error, ERROR_INVALID, "preprocessing.columns",
                                "name a column twice");
    return 0;
}

static int read_encoders(struct preprocessing *preprocessing, const json_t *columns,
                         struct error *error)
{
    size_t i;
    const json_t *column;
    json_array_foreach(columns, i, column)
    {
        if (encoder_read(&preprocessing->encoders[i], column, "preprocessing.columns", error))
            return -1;
        preprocessing->encoders[i].column_index = (int)i;
        preprocessing->encoder_count++;
    }
    return 0;
}

/* [{"column", "reason"}]: shown in answers. */
static int read_left_out(struct preprocessing *preprocessing, const json_t *json,
                         struct error *error)
{
    size_t i;
    const json_t *item;
    bool right = json_is_array(json);
    json_array_foreach(json, i, item)
    {
        right = right && json_object_size(item) == 2 &&
                json_is_string(json_object_get(item, "column")) &&
                json_is_string(json_object_get(item, "reason"));
    }
    if (!right)
        return error_set_at(error, ERROR_INVALID, "preprocessing.left_out",
                            "must be an array of {\"column\", \"reason\"}");
    preprocessing->left_out = json_deep_copy(json);
    return preprocessing->left_out ? 0
                                   : error_set(error, ERROR_MEMORY, "out of memory for columns");
}

static int read_unused(struct preprocessing *preprocessing, const json_t *json, struct error *error)
{
    size_t i;
    const json_t *item;
    bool right = json_is_array(json);
    json_array_foreach(json, i, item)
    {
        right = right && json_is_string(item);
    }
    if (!right)
        return error_set_at(error, ERROR_INVALID, "preprocessing.unused",
                            "must be an array of strings");
    preprocessing->unused = json_deep_copy(json);
    return preprocessing->unused ? 0 : error_set(error, ERROR_MEMORY, "out of memory for columns");
}

static int read_window(struct preprocessing *preprocessing, const json_t *json, struct error *error)
{
    if (!json)
        return 0;
    return fields_read(&series_options_kind, json, &preprocessing->window, "preprocessing.window",
                       error);
}

static int preprocessing_fill(struct preprocessing *preprocessing, const json_t *json,
                              struct error *error)
{
    if (read_encoders(preprocessing, json_object_get(json, "columns"), error) ||
        read_left_out(preprocessing, json_object_get(json, "left_out"), error) ||
        read_unused(preprocessing, json_object_get(json, "unused"), error) ||
        read_window(preprocessing, json_object_get(json, "window"), error) ||
        targets_read(&preprocessing->targets, json, error) || check_names(preprocessing, error))
        return -1;
    return preprocessing_finish(preprocessing, error);
}

static struct preprocessing *identity_read(const json_t *json, struct error *error)
{
    struct encoder tensor;
    if (encoder_read(&tensor, json_object_get(json, "tensor"), "preprocessing.tensor", error))
        return NULL;
    struct shape shape = tensor.shape;
    bool right = tensor.kind == &encoder_tensor && !tensor.tensor_is_bytes;
    encoder_clear(&tensor);
    if (!right) {
        error_set_at(error, ERROR_INVALID, "preprocessing.tensor", "must be a tensor of floats");
        return NULL;
    }
    return preprocessing_identity(&shape, json_object_get(json, "classes"), error);
}

struct preprocessing *preprocessing_read(const json_t *json, struct error *error)
{
    const json_t *columns = json_object_get(json, "columns");
    const json_t *version = json_object_get(json, "version");
    if (!json_is_integer(version) || json_integer_value(version) != FORMAT_VERSION) {
        error_set_at(error, ERROR_INVALID, "preprocessing.version", "must be %d", FORMAT_VERSION);
        return NULL;
    }
    if (json_is_true(json_object_get(json, "identity")))
        return identity_read(json, error);
    if (json_array_size(columns) < 1 || json_array_size(columns) > COLUMNS_MAX) {
        error_set_at(error, ERROR_INVALID, "preprocessing.columns",
                     "must be an array of 1 to %d columns", COLUMNS_MAX);
        return NULL;
    }
    struct preprocessing *preprocessing = preprocessing_new(json_array_size(columns), error);
    if (preprocessing && preprocessing_fill(preprocessing, json, error)) {
        preprocessing_free(preprocessing);
        return NULL;
    }
    return preprocessing;
}

/* ---- models without preprocessing */

static int identity_fill(struct preprocessing *preprocessing, const struct shape *shape,
                         const json_t *classes, struct error *error)
{
    int64_t width = shape_elements(shape, error);
    if (width < 0)
        return -1;
    if (width < 1 || width > ENCODER_WIDTH_MAX)
        return error_set(error, ERROR_INVALID, "an input must have 1 to %d elements, not %lld",
                         ENCODER_WIDTH_MAX, (long long)width);
    preprocessing->encoders[0] = (struct encoder){
        .kind = &encoder_tensor, .column = strdup("features"), .width = width, .shape = *shape};
    preprocessing->encoder_count = 1;
    preprocessing->is_identity = true;
    preprocessing->targets.task = classes ? TASK_CLASSES : TASK_VALUES;
    if (!preprocessing->encoders[0].column)
        return error_set(error, ERROR_MEMORY, "out of memory for a column");
    if (classes && targets_set_classes(&preprocessing->targets, classes, "classes", error))
        return -1;
    return preprocessing_finish(preprocessing, error);
}

struct preprocessing *preprocessing_identity(const struct shape *shape, const json_t *classes,
                                             struct error *error)
{
    struct preprocessing *preprocessing = preprocessing_new(1, error);
    if (preprocessing && identity_fill(preprocessing, shape, classes, error)) {
        preprocessing_free(preprocessing);
        return NULL;
    }
    return preprocessing;
}

/* One instance of a prediction by windows: a list of rows, the oldest first, or a list for each
 * column. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/preprocessing_parts.h"

#include <stdio.h>

enum { PATH_SIZE = 128 };

static int refuse_window(const struct preprocessing *preprocessing, const json_t *instance,
                         const char *path, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes text = {0};
    const char *listing = preprocessing_columns_text(preprocessing, &text);
    long long length = preprocessing->window.length;
    if (json_is_array(instance))
        return error_set_at(error, ERROR_INVALID, path,
                            "has %zu rows, expected a window of %lld, the oldest first, each %s",
                            json_array_size(instance), length, listing);
    return error_set_at(
        error, ERROR_INVALID, path,
        "must be a list of %lld rows, the oldest first, or an object with a list of "
        "%lld values for each column; a row is %s",
        length, length, listing);
}

static int encode_list(const struct preprocessing *preprocessing, const json_t *instance,
                       const char *path, float *x, struct error *error)
{
    size_t i;
    const json_t *row;
    json_array_foreach(instance, i, row)
    {
        char row_path[PATH_SIZE];
        snprintf(row_path, sizeof(row_path), "%s[%zu]", path, i);
        if (preprocessing_encode_row_json(preprocessing, row, row_path,
                                          x + (int64_t)i * preprocessing->width, error))
            return -1;
    }
    return 0;
}

/* Row `row` of {"temperature": [20.7, …], …}; NULL where a column is no list of the window's
 * length, or memory ran out. */
static json_t *columns_row(const struct preprocessing *preprocessing, const json_t *instance,
                           int64_t row)
{
    const char *name;
    json_t *values;
    json_auto_t *object = json_object();
    json_object_foreach((json_t *)(uintptr_t)instance, name, values)
    {
        if (json_array_size(values) != (size_t)preprocessing->window.length ||
            json_object_set(object, name, json_array_get(values, (size_t)row)))
            return NULL;
    }
    return json_incref(object);
}

static int encode_columns(const struct preprocessing *preprocessing, const json_t *instance,
                          const char *path, float *x, struct error *error)
{
    for (int64_t row = 0; row < preprocessing->window.length; row++) {
        json_auto_t *object = columns_row(preprocessing, instance, row);
        if (!object)
            return refuse_window(preprocessing, instance, path, error);
        if (preprocessing_encode_row_json(preprocessing, object, path,
                                          x + row * preprocessing->width, error))
            return -1;
    }
    return 0;
}

int preprocessing_encode_window_json(const struct preprocessing *preprocessing,
                                     const json_t *instance, const char *path, float *x,
                                     struct error *error)
{
    if (json_is_object(instance) && json_object_size(instance) > 0)
        return encode_columns(preprocessing, instance, path, x, error);
    if (json_array_size(instance) != (size_t)preprocessing->window.length)
        return refuse_window(preprocessing, instance, path, error);
    return encode_list(preprocessing, instance, path, x, error);
}

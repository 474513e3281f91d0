/* A target as a client writes it, to what a loss takes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "base/compiler.h"
#include "engine/preprocessing_parts.h"

/* Classes that a message lists before it says "…". */
enum { LISTED_MAX = 12 };

/* Numbers are the same label whether they are written 1 or 1.0. */
static bool is_label(const json_t *label, const json_t *json)
{
    if (json_is_number(label) && json_is_number(json))
        return json_number_value(label) == json_number_value(json);
    return json_equal(label, json) != 0;
}

static int refuse_label(const json_t *classes, const char *path, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes text = {0};
    size_t count = json_array_size(classes);
    for (size_t i = 0; i < count && i < LISTED_MAX; i++) {
        AUTO_FREE char *label = json_dumps(json_array_get(classes, i), JSON_ENCODE_ANY);
        bytes_printf(&text, "%s%.60s", i > 0 ? ", " : "", label != NULL ? label : "");
    }
    const char *listed = bytes_text(&text);
    return error_set_at(error, ERROR_INVALID, path, "must be one of the classes: %s%s",
                        listed != NULL ? listed : "", count > LISTED_MAX ? ", …" : "");
}

static int encode_label(const json_t *classes, const json_t *json, const char *path, int64_t *class,
                        struct error *error)
{
    size_t i;
    const json_t *label;
    json_array_foreach(classes, i, label)
    {
        if (!is_label(label, json))
            continue;
        *class = (int64_t)i;
        return 0;
    }
    return refuse_label(classes, path, error);
}

static int encode_number(const struct scale *scale, const json_t *json, const char *path,
                         float *value, struct error *error)
{
    if (!json_is_number(json) && !json_is_boolean(json))
        return error_set_at(error, ERROR_INVALID, path, "must be a number in the column's units");
    double number = json_is_number(json) ? json_number_value(json) : json_is_true(json);
    *value =
        scale != NULL ? scale_encode(scale, scale_factor(scale), number) : scale_narrow(number);
    return 0;
}

/* One number, or a list of `width`. */
static int encode_numbers(const struct targets *targets, const json_t *json, const char *path,
                          int64_t width, float *values, struct error *error)
{
    if (!json_is_array(json) && width == 1)
        return encode_number(targets->count > 0 ? &targets->items[0].scale : NULL, json, path,
                             values, error);
    if (!json_is_array(json) || json_array_size(json) != (size_t)width)
        return error_set_at(error, ERROR_INVALID, path, "must be a list of %lld numbers",
                            (long long)width);
    for (int64_t i = 0; i < width; i++)
        if (encode_number(i < targets->count ? &targets->items[i].scale : NULL,
                          json_array_get(json, (size_t)i), path, values + i, error))
            return -1;
    return 0;
}

int preprocessing_encode_target(const struct preprocessing *preprocessing, const json_t *target,
                                const char *path, int64_t width, int32_t *class, float *values,
                                struct error *error)
{
    const struct targets *targets = &preprocessing->targets;
    int64_t index = 0;
    if (!targets->classes)
        return encode_numbers(targets, target, path, width, values, error);
    if (encode_label(targets->classes, target, path, &index, error))
        return -1;
    *class = (int32_t)index;
    if (targets->task == TASK_VALUES)
        values[0] = (float)index;
    return 0;
}

/* Weights of classes from their document. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/class_weights.h"
#include "engine/cell.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void balance(const int64_t *counts, int64_t class_count, float *weights)
{
    double rows = 0;
    for (int64_t c = 0; c < class_count; c++)
        rows += (double)counts[c];
    for (int64_t c = 0; c < class_count; c++)
        weights[c] = counts[c] == 0 ? 0 : (float)(rows / ((double)class_count * (double)counts[c]));
}

/* Whether a key of the document names this label: numbers and booleans may be written in any form.
 */
static bool is_label(const char *key, const json_t *label)
{
    const struct cell cell = {.text = key, .length = (uint32_t)strlen(key)};
    bool boolean;
    if (json_is_string(label))
        return strcmp(key, json_string_value(label)) == 0;
    if (json_is_boolean(label))
        return cell_read_boolean(&cell, &boolean) && boolean == json_is_true(label);
    char *end;
    double number = strtod(key, &end);
    return json_is_number(label) && end != key && *end == '\0' &&
           number == json_number_value(label);
}

static int64_t find_label(const json_t *labels, const char *key)
{
    for (size_t i = 0; i < json_array_size(labels); i++)
        if (is_label(key, json_array_get(labels, i)))
            return (int64_t)i;
    return -1;
}

static int read_map(const json_t *map, const json_t *labels, int64_t class_count, float *weights,
                    const char *path, struct error *error)
{
    for (int64_t c = 0; c < class_count; c++)
        weights[c] = 1;
    json_t *unconst = (json_t *)(uintptr_t)map; /* jansson's iterators want it so; nothing writes */
    for (void *at = json_object_iter(unconst); at != NULL;
         at = json_object_iter_next(unconst, at)) {
        const char *key = json_object_iter_key(at);
        int64_t class = find_label(labels, key);
        if (class < 0)
            return error_set_at(error, ERROR_INVALID, path,
                                "names \"%s\", which is no label of the target", key);
        weights[class] = (float)json_number_value(json_object_iter_value(at));
    }
    return 0;
}

int class_weights_read(const json_t *weights_json, const json_t *labels, const int64_t *counts,
                       int64_t class_count, float *weights, const char *path, struct error *error)
{
    if (json_is_string(weights_json)) {
        balance(counts, class_count, weights);
        return 0;
    }
    if (json_is_object(weights_json))
        return read_map(weights_json, labels, class_count, weights, path, error);
    assert(json_is_array(weights_json));
    if ((int64_t)json_array_size(weights_json) != class_count)
        return error_set_at(error, ERROR_INVALID, path,
                            "has %zu weights, but the target has %lld classes",
                            json_array_size(weights_json), (long long)class_count);
    for (int64_t c = 0; c < class_count; c++)
        weights[c] = (float)json_number_value(json_array_get(weights_json, (size_t)c));
    return 0;
}

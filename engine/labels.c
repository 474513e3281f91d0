/* Texts with an index by bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/labels.h"
#include "base/compiler.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void labels_clear(struct labels *labels)
{
    for (uint32_t i = 0; i < labels->count; i++)
        free(labels->items[i].text);
    free(labels->items);
    free(labels->sorted);
    *labels = (struct labels){0};
}

static int labels_grow(struct labels *labels, struct error *error)
{
    uint32_t capacity = labels->capacity ? 2 * labels->capacity : 16;
    struct label *items = realloc(labels->items, capacity * sizeof(*items));
    if (!items) {
        error_set(error, ERROR_MEMORY, "out of memory for %u labels", capacity);
        return -1;
    }
    labels->items = items;
    labels->capacity = capacity;
    return 0;
}

int labels_add(struct labels *labels, const char *text, size_t length, struct error *error)
{
    assert(!labels->sorted);
    if (labels->count == LABELS_MAX)
        return error_set(error, ERROR_INVALID, "there may be at most %d different labels",
                         LABELS_MAX);
    if (labels->count == labels->capacity && labels_grow(labels, error))
        return -1;
    char *copy = malloc(length + 1);
    if (!copy)
        return error_set(error, ERROR_MEMORY, "out of memory for a label");
    memcpy(copy, text, length);
    copy[length] = '\0';
    labels->items[labels->count++] = (struct label){.text = copy, .length = length};
    return 0;
}

static int bytes_compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return order ? order : (a_length > b_length) - (a_length < b_length);
}

static int label_compare(const struct label *a, const struct label *b)
{
    return bytes_compare(a->text, a->length, b->text, b->length);
}

static int sorted_compare(const void *a, const void *b)
{
    return label_compare(*(const struct label *const *)a, *(const struct label *const *)b);
}

int labels_index(struct labels *labels, struct error *error)
{
    assert(!labels->sorted);
    labels->sorted = malloc((labels->count + 1) * sizeof(const struct label *));
    if (!labels->sorted)
        return error_set(error, ERROR_MEMORY, "out of memory for %u labels", labels->count);
    for (uint32_t i = 0; i < labels->count; i++)
        labels->sorted[i] = &labels->items[i];
    qsort(labels->sorted, labels->count, sizeof(const struct label *), sorted_compare);
    for (uint32_t i = 1; i < labels->count; i++)
        if (label_compare(labels->sorted[i - 1], labels->sorted[i]) == 0)
            return error_set(error, ERROR_INVALID, "the label \"%.100s\" is there twice",
                             labels->sorted[i]->text);
    return 0;
}

int64_t labels_find(const struct labels *labels, const char *text, size_t length)
{
    uint32_t begin = 0;
    uint32_t end = labels->count;
    while (begin < end) {
        uint32_t middle = begin + (end - begin) / 2;
        const struct label *label = labels->sorted[middle];
        int order = bytes_compare(text, length, label->text, label->length);
        if (order == 0)
            return label - labels->items;
        if (order < 0)
            end = middle;
        else
            begin = middle + 1;
    }
    return -1;
}

json_t *labels_write(const struct labels *labels)
{
    json_auto_t *array = json_array();
    for (uint32_t i = 0; i < labels->count; i++)
        if (json_array_append_new(array,
                                  json_stringn(labels->items[i].text, labels->items[i].length)))
            return NULL;
    return json_incref(array);
}

static int labels_read_items(struct labels *labels, const json_t *json, const char *path,
                             struct error *error)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json, i, item)
    {
        if (!json_is_string(item))
            return error_set_at(error, ERROR_INVALID, path, "must be an array of strings");
        if (labels_add(labels, json_string_value(item), json_string_length(item), error))
            return -1;
    }
    return labels_index(labels, error);
}

int labels_read(struct labels *labels, const json_t *json, const char *path, struct error *error)
{
    struct labels read = {0};
    if (!json_is_array(json))
        return error_set_at(error, ERROR_INVALID, path, "must be an array of strings");
    if (labels_read_items(&read, json, path, error)) {
        labels_clear(&read);
        return -1;
    }
    *labels = read;
    return 0;
}

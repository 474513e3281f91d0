/* Tensors by name, and a model of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/tensor_pile.h"

#include <stdlib.h>
#include <string.h>

void tensor_pile_clear(struct tensor_pile *pile)
{
    for (size_t i = 0; i < pile->count; i++) {
        free((char *)(uintptr_t)pile->items[i].name);
        free((void *)(uintptr_t)pile->items[i].data);
    }
    free(pile->items);
    *pile = (struct tensor_pile){0};
}

static int make_room(struct tensor_pile *pile, struct error *error)
{
    if (pile->count < pile->capacity)
        return 0;
    const size_t capacity = pile->capacity == 0 ? 16 : pile->capacity * 2;
    struct safetensors_tensor *items = realloc(pile->items, capacity * sizeof(*items));
    if (!items)
        return error_set(error, ERROR_MEMORY, "out of memory for %zu tensors", capacity);
    pile->items = items;
    pile->capacity = capacity;
    return 0;
}

float *tensor_pile_add(struct tensor_pile *pile, const char *name, const struct shape *shape,
                       struct error *error)
{
    const int64_t elements = shape_elements(shape, error);
    if (elements < 0 || make_room(pile, error))
        return NULL;
    char *copy = strdup(name);
    float *data = malloc(((size_t)elements + 1) * sizeof(*data));
    if (!copy || !data) {
        free(copy);
        free(data);
        error_set(error, ERROR_MEMORY, "out of memory for tensor \"%.100s\"", name);
        return NULL;
    }
    pile->items[pile->count++] =
        (struct safetensors_tensor){.name = copy,
                                    .type = SAFETENSORS_F32,
                                    .shape = *shape,
                                    .data = data,
                                    .size = (size_t)elements * sizeof(*data)};
    return data;
}

static int compare_names(const void *a, const void *b)
{
    const struct safetensors_tensor *first = a, *second = b;
    return strcmp(first->name, second->name);
}

struct model *tensor_pile_read(struct tensor_pile *pile, const json_t *metadata,
                               struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes file = {0};
    if (pile->count > 0)
        qsort(pile->items, pile->count, sizeof(*pile->items), compare_names);
    for (size_t i = 1; i < pile->count; i++)
        if (strcmp(pile->items[i - 1].name, pile->items[i].name) == 0) {
            error_set(error, ERROR_INVALID, "the file has tensor \"%.100s\" twice",
                      pile->items[i].name);
            return NULL;
        }
    if (safetensors_write(pile->items, pile->count, metadata, &file, error))
        return NULL;
    return model_read(file.data, file.size, error);
}

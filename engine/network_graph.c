/* The graph of a network document: the layers' names, and who reads whom. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char NAME_OF_INPUT[] = "input";

/* A name becomes part of tensor names, files and messages. */
static bool is_name(const char *name)
{
    static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    static const char others[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

    return name[0] != '\0' && strlen(name) <= 64 && strchr(first, name[0]) != NULL &&
           strspn(name, others) == strlen(name);
}

static int find_layer(const struct layer *layers, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(layers[i].name, name) == 0)
            return i;
    return -1;
}

static char *default_name(const struct layer *layers, int index)
{
    char name[LAYER_PATH_SIZE];
    int number = 1;

    for (int i = 0; i < index; i++)
        number += layers[i].type == layers[index].type;
    snprintf(name, sizeof(name), "%s_%d", layers[index].type->kind.name, number);
    return strdup(name);
}

int network_read_name(struct layer *layers, int index, struct layer_options *options,
                      struct error *error)
{
    char path[LAYER_PATH_SIZE + 8];

    snprintf(path, sizeof(path), "network.layers[%d].name", index);
    if (options->name == NULL)
        options->name = default_name(layers, index);
    char *name = options->name != NULL ? strdup(options->name) : NULL;
    if (name == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the name of a layer");
    layers[index].name = name;
    if (!is_name(name))
        return error_set_at(error, ERROR_INVALID, path,
                            "must be 1 to 64 letters, digits, dots, dashes and underscores, the "
                            "first a letter or digit, not \"%.80s\"",
                            name);
    if (strcmp(name, NAME_OF_INPUT) == 0)
        return error_set_at(error, ERROR_INVALID, path,
                            "must not be \"input\", which names the network's input");
    int other = find_layer(layers, index, name);
    if (other >= 0)
        return error_set_at(error, ERROR_INVALID, path,
                            "must be unique: \"%s\" is also network.layers[%d]", name, other);
    return 0;
}

/* Fills an absent "input" with the name of the layer before. */
static int default_input(const struct layer *layers, int index, struct strings *input,
                         struct error *error)
{
    const char *name = index > 0 ? layers[index - 1].name : NAME_OF_INPUT;

    input->items = calloc(1, sizeof(input->items[0]));
    char *item = strdup(name);
    if (input->items == NULL || item == NULL) {
        free(item);
        return error_set(error, ERROR_MEMORY, "out of memory for the input of a layer");
    }
    input->items[0] = item;
    input->count = 1;
    return 0;
}

static int resolve_input(const struct layer *layers, int index, const char *name, int *input,
                         struct error *error)
{
    char path[LAYER_PATH_SIZE + 8];

    *input = find_layer(layers, index, name);
    if (*input >= 0 || strcmp(name, NAME_OF_INPUT) == 0)
        return 0;
    snprintf(path, sizeof(path), "network.layers[%d].input", index);
    return error_set_at(error, ERROR_INVALID, path,
                        "must name earlier layers or \"input\"; \"%.64s\" is none", name);
}

int network_read_inputs(struct layer *layers, int index, struct layer_options *options,
                        struct error *error)
{
    struct layer *layer = &layers[index];
    const struct layer_type *type = layer->type;
    char path[LAYER_PATH_SIZE + 8];

    if (options->input.count == 0 && default_input(layers, index, &options->input, error) != 0)
        return -1;
    size_t count = options->input.count;
    if (count < (size_t)type->min_inputs || count > (size_t)type->max_inputs) {
        snprintf(path, sizeof(path), "network.layers[%d].input", index);
        if (type->min_inputs == type->max_inputs)
            return error_set_at(error, ERROR_INVALID, path, "must name %d layer for %s, not %zu",
                                type->min_inputs, type->kind.name, count);
        return error_set_at(error, ERROR_INVALID, path, "must name %d to %d layers for %s, not %zu",
                            type->min_inputs, type->max_inputs, type->kind.name, count);
    }
    for (size_t i = 0; i < count; i++)
        if (resolve_input(layers, index, options->input.items[i], &layer->inputs[i], error) != 0)
            return -1;
    layer->input_count = (int)count;
    return 0;
}

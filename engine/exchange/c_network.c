/* A network in C: its weights, and a function that runs its layers in memory shared by lifetimes.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/arena.h"
#include "engine/exchange/c_source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One layer's place: its output, and work memory for itself alone. */
struct place {
    const struct c_layer_type *type;
    int root; /* the layer whose memory the output is; -1: the network's input */
    struct arena_item output, work;
};

struct network_writer {
    struct c_writer *writer;
    const struct network *network;
    struct place *places; /* [layer_count], owned */
    struct bytes constants, calls;
};

/* ---- memory */

static int root_of(const struct network_writer *w, int layer)
{
    return layer < 0 ? -1 : w->places[layer].root;
}

/* Types, roots, and until when each output is read; the network's output to the end. */
static int plan_lifetimes(struct network_writer *w, struct error *error)
{
    const json_t *layers = json_object_get(w->network->document, "layers");
    for (int i = 0; i < w->network->layer_count; i++) {
        const struct layer *layer = &w->network->layers[i];
        struct place *place = &w->places[i];
        place->type = c_layer_type_find(layer->type->kind.name);
        if (place->type == NULL)
            return error_set(error, ERROR_INVALID,
                             "layer \"%s\" is of type %s, which the format c does not have",
                             layer->name, layer->type->kind.name);
        place->root = place->type->is_alias ? root_of(w, layer->inputs[0]) : i;
        place->output = (struct arena_item){
            .size = shape_elements(&layer->output_shape, NULL), .first = i, .last = i};
        place->work = (struct arena_item){.first = i, .last = i};
        if (place->type->work != NULL)
            place->work.size = place->type->work(layer, json_array_get(layers, (size_t)i));
        for (int k = 0; k < layer->input_count; k++)
            if (root_of(w, layer->inputs[k]) >= 0)
                w->places[root_of(w, layer->inputs[k])].output.last = i;
    }
    const int output = root_of(w, w->network->layer_count - 1);
    if (output >= 0)
        w->places[output].output.last = w->network->layer_count;
    return 0;
}

static int plan_memory(struct network_writer *w, int64_t *workspace, struct error *error)
{
    const size_t count = 2 * (size_t)w->network->layer_count;
    AUTO_FREE const struct arena_item **placed = calloc(count, sizeof(*placed));
    struct arena arena = {.placed = placed};
    if (placed == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the plan of a network");
    for (int i = 0; i < w->network->layer_count; i++) {
        if (!w->places[i].type->is_alias)
            arena_place(&arena, &w->places[i].output);
        if (w->places[i].work.size > 0)
            arena_place(&arena, &w->places[i].work);
    }
    if (arena.size > C_WORKSPACE_MAX)
        return error_set(error, ERROR_INVALID,
                         "the network needs %lld floats of memory for a row; the format c takes at "
                         "most %d: onnx takes any",
                         (long long)arena.size, C_WORKSPACE_MAX);
    *workspace = arena.size;
    return 0;
}

/* ---- names */

/* What a layer's constants begin with: "net_" keeps them apart from the functions. */
static void layer_prefix(const struct network *network, int index, char prefix[C_NAME_SIZE])
{
    char name[C_NAME_SIZE], other[C_NAME_SIZE];
    bool is_taken = false;
    c_identifier(network->layers[index].name, name);
    for (int i = 0; i < index && !is_taken; i++) {
        c_identifier(network->layers[i].name, other);
        is_taken = strcmp(name, other) == 0;
    }
    if (is_taken)
        snprintf(prefix, C_NAME_SIZE, "net_%.60s_at_%d", name, index);
    else
        snprintf(prefix, C_NAME_SIZE, "net_%.60s", name);
}

/* ---- weights */

static int check_weights(const struct c_writer *writer, const struct layer *layer,
                         const struct layer_tensor *tensor)
{
    const float *values = writer->model->parameters + tensor->offset;
    for (int64_t i = 0; i < tensor->count; i++)
        if (!isfinite(values[i]))
            return error_set(writer->error, ERROR_INVALID,
                             "tensor \"%s/%s\" has a value that is not finite, which C has no "
                             "constant for",
                             layer->name, tensor->name);
    return 0;
}

static int append_tensor(struct c_writer *writer, const struct layer *layer, const char *prefix,
                         const struct layer_tensor *tensor)
{
    const float *values = writer->model->parameters + tensor->offset;
    char array[2 * C_NAME_SIZE], shape[128];
    if (check_weights(writer, layer, tensor) != 0)
        return -1;
    snprintf(array, sizeof(array), "%s_%s", prefix, tensor->name);
    bytes_printf(&writer->body, "\n/* ");
    c_comment(&writer->body, layer->name);
    bytes_printf(&writer->body, "/%s %s */\n", tensor->name,
                 shape_text(&tensor->shape, shape, sizeof(shape)));
    c_floats(&writer->body, array, values, tensor->count);
    return 0;
}

static int append_weights(struct network_writer *w)
{
    char prefix[C_NAME_SIZE];
    for (int i = 0; i < w->network->layer_count; i++) {
        const struct layer *layer = &w->network->layers[i];
        layer_prefix(w->network, i, prefix);
        for (int t = 0; t < layer->tensor_count; t++)
            if (append_tensor(w->writer, layer, prefix, &layer->tensors[t]) != 0)
                return -1;
    }
    return 0;
}

/* ---- layers */

static void place_text(const struct network_writer *w, int layer, char text[24])
{
    const int root = root_of(w, layer);
    if (root < 0)
        snprintf(text, 24, "x");
    else
        snprintf(text, 24, "w + %lld", (long long)w->places[root].output.offset);
}

static void append_layer(struct network_writer *w, int index, const json_t *options)
{
    const struct layer *layer = &w->network->layers[index];
    const struct place *place = &w->places[index];
    struct c_layer c = {.writer = w->writer, .layer = layer, .options = options};
    char shape[128];
    layer_prefix(w->network, index, c.prefix);
    for (int i = 0; i < layer->input_count; i++)
        place_text(w, layer->inputs[i], c.inputs[i]);
    place_text(w, index, c.output);
    snprintf(c.work, sizeof(c.work), "w + %lld", (long long)place->work.offset);
    bytes_printf(&w->calls, "    /* ");
    c_comment(&w->calls, layer->name);
    bytes_printf(&w->calls, ": %s %s */\n", layer->type->kind.name,
                 shape_text(&layer->output_shape, shape, sizeof(shape)));
    if (place->type->write != NULL)
        place->type->write(&c, &w->constants, &w->calls);
}

static void append_layers(struct network_writer *w)
{
    const json_t *layers = json_object_get(w->network->document, "layers");
    char output[24];
    for (int i = 0; i < w->network->layer_count; i++)
        append_layer(w, i, json_array_get(layers, (size_t)i));
    place_text(w, w->network->layer_count - 1, output);
    c_use(w->writer, "copy");
    bytes_printf(&w->calls, "    copy(%s, %lld, y);\n", output,
                 (long long)shape_elements(&w->network->output_shape, NULL));
}

static int append_network(struct network_writer *w, int64_t *workspace)
{
    struct bytes *body = &w->writer->body;
    if (plan_lifetimes(w, w->writer->error) != 0 ||
        plan_memory(w, workspace, w->writer->error) != 0 || append_weights(w) != 0)
        return -1;
    append_layers(w);
    bytes_append_u8(body, '\n');
    bytes_append(body, w->constants.data, w->constants.size);
    bytes_printf(body, "\n/* One row through the layers: x to y. -1 where x holds no id. */\n"
                       "static int network(const float *x, float *w, float *y)\n{\n    (void)w;\n");
    bytes_append(body, w->calls.data, w->calls.size);
    bytes_printf(body, "    return 0;\n}\n");
    return bytes_check(&w->constants, w->writer->error) != 0 ||
                   bytes_check(&w->calls, w->writer->error) != 0
               ? -1
               : 0;
}

int c_network_append(struct c_writer *writer, int64_t *workspace)
{
    const struct network *network = writer->model->network;
    struct network_writer w = {.writer = writer, .network = network};
    if (network->parameter_count > C_WEIGHTS_MAX)
        return error_set(
            writer->error, ERROR_INVALID,
            "the model has %lld weights; the format c takes at most %d: onnx takes any",
            (long long)network->parameter_count, C_WEIGHTS_MAX);
    w.places = calloc((size_t)network->layer_count, sizeof(*w.places));
    if (w.places == NULL)
        return error_set(writer->error, ERROR_MEMORY, "out of memory for the plan of a network");
    const int status = append_network(&w, workspace);
    free(w.places);
    bytes_clear(&w.constants);
    bytes_clear(&w.calls);
    return status;
}

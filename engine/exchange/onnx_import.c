/* A graph of others as a model: node by node in their order, then the network and its weights. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_import.h"
#include "engine/exchange/onnx_read.h"
#include "engine/model_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than any network that could be made of them; what looks a name up is quick enough for so
 * many. */
enum { NODES_MAX = 8192, EDGES_MAX = 65536, INPUT_STEPS_MAX = 16 };

/* ---- errors */

#undef import_refuse

int import_refuse(struct import *import, const char *format, ...)
{
    char what[400];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof(what), format, arguments);
    va_end(arguments);
    return error_set(import->error, ERROR_INVALID, "node \"%.100s\" (%.40s) %s",
                     import->node->name[0] != '\0'    ? import->node->name
                     : import->node->output_count > 0 ? import->node->outputs[0]
                                                      : "",
                     import->node->operator, what);
}

/* ---- the graph's input */

/* But those that only ask for its sizes. */
static const struct onnx_node_view *first_reader(const struct onnx_file *file, const char *name)
{
    for (size_t n = 0; n < file->node_count; n++)
        for (size_t i = 0; i < file->nodes[n].input_count; i++)
            if (strcmp(file->nodes[n].inputs[i], name) == 0 &&
                strcmp(file->nodes[n].operator, "Shape") != 0)
                return &file->nodes[n];
    return NULL;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* The order that the graph's input has: that which its first node takes that minds. */
static void guess_order(const struct onnx_file *file, struct import_value *value)
{
    static const char *const channels[] = {"Conv",
                                           "ConvTranspose",
                                           "MaxPool",
                                           "AveragePool",
                                           "BatchNormalization",
                                           "GlobalAveragePool",
                                           "GlobalMaxPool",
                                           "Resize",
                                           "Upsample",
                                           NULL};
    static const char *const passing[] = {"Identity", "Cast", "Dropout", "Relu", "Pad", NULL};
    const char *name = value->name;
    import_set_plain(value);
    for (int step = 0; step < INPUT_STEPS_MAX; step++) {
        const struct onnx_node_view *node = first_reader(file, name);
        if (node == NULL || node->output_count == 0)
            return;
        if (value->rank > 2 && is_one_of(node->operator, channels))
            import_set_channels_first(value);
        if (strcmp(node->operator, "LSTM") == 0 || strcmp(node->operator, "GRU") == 0) {
            value->order[0] = 1;
            value->order[1] = 0;
        }
        if (!is_one_of(node->operator, passing))
            return;
        name = node->outputs[0];
    }
}

static int import_input(struct import *import)
{
    const struct onnx_file *file = import->file;
    const struct onnx_port *port = file->inputs;
    struct import_value *value = &import->values[0];
    if (file->input_count != 1 || file->output_count != 1)
        return error_set(import->error, ERROR_INVALID,
                         "the graph has %zu inputs and %zu outputs, but a network that can be "
                         "imported has one of each",
                         file->input_count, file->output_count);
    if (port->type != ONNX_FLOAT && port->type != ONNX_INT64 && port->type != ONNX_INT32)
        return error_set(
            import->error, ERROR_INVALID,
            "the graph's input \"%.100s\" must be floats, or integers for an embedding",
            port->name);
    if (port->rank < 2 || port->rank > SHAPE_RANK_MAX + 1)
        return error_set(import->error, ERROR_INVALID,
                         "the graph's input \"%.100s\" must have 2 to %d dimensions, as in [N, 4], "
                         "not %d",
                         port->name, SHAPE_RANK_MAX + 1, port->rank);
    *value = (struct import_value){.name = port->name, .layer = -1, .rank = port->rank};
    guess_order(file, value);
    for (int i = 0; i < port->rank; i++) {
        value->dims[value->order[i]] = port->dims[i];
        if (value->order[i] == 0)
            import->batch = port->dims[i];
        else if (port->dims[i] < 1)
            return error_set(import->error, ERROR_INVALID,
                             "the graph's input \"%.100s\" must say its sizes, all but the batch's",
                             port->name);
    }
    value->dims[0] = IMPORT_BATCH;
    import->input.rank = port->rank - 1;
    memcpy(import->input.dims, value->dims + 1, (size_t)import->input.rank * sizeof(int64_t));
    import->value_count = 1;
    return shape_elements(&import->input, import->error) < 0 ? -1 : 0;
}

/* ---- nodes */

static const struct import_operator *const operator_lists[] = {
    import_dense_operators, import_shape_operators,    import_window_operators,
    import_image_operators, import_sequence_operators, import_gelu_operators};

static const struct import_operator *operator_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(operator_lists); i++)
        for (const struct import_operator *found = operator_lists[i]; found->name != NULL; found++)
            if (strcmp(found->name, name) == 0)
                return found;
    return NULL;
}

static int refuse_operator(struct import *import)
{
    AUTO_CLEAR(bytes_clear) struct bytes text = {0};
    for (size_t i = 0; i < ARRAY_COUNT(operator_lists); i++)
        for (const struct import_operator *known = operator_lists[i]; known->name != NULL; known++)
            bytes_printf(&text, "%s%s", text.size > 0 ? ", " : "", known->name);
    const char *list = bytes_text(&text);
    return error_set(import->error, ERROR_INVALID,
                     "node \"%.60s\" (%.40s) is of an operator that cannot be imported; those that "
                     "can: %s",
                     import->node->name, import->node->operator, list != NULL ? list : "");
}

static int import_node(struct import *import)
{
    int length;
    const struct onnx_node_view *node = import->node;
    const bool is_own = node->domain[0] == '\0' || strcmp(node->domain, "ai.onnx") == 0;
    const struct import_operator *operator= is_own ? operator_find(node->operator) : NULL;
    if (operator== NULL)
        return refuse_operator(import);
    const char *unknown = onnx_attribute_unknown(node, operator->attributes, &length);
    if (unknown != NULL)
        return import_refuse(import, "has an attribute \"%.*s\", which cannot be imported", length,
                             unknown);
    if (node->output_count < 1)
        return import_refuse(import, "must have an output");
    return operator->import(import);
}

/* ---- the network */

struct filling {
    const struct import *import;
    float *parameters;
};

static int fill_visit(void *context, const char *name, const struct layer_tensor *tensor)
{
    const struct filling *filling = context;
    const struct import *import = filling->import;
    char wanted[128], found[128];
    for (size_t i = 0; i < import->weight_count; i++) {
        const struct import_weight *weight = &import->weights[i];
        if (strcmp(weight->name, name) != 0)
            continue;
        if (!shape_equal(&weight->shape, &tensor->shape))
            return error_set(import->error, ERROR_INVALID,
                             "the graph's tensor for \"%s\" has shape %s, where %s is expected",
                             name, shape_text(&weight->shape, found, sizeof(found)),
                             shape_text(&tensor->shape, wanted, sizeof(wanted)));
        memcpy(filling->parameters + tensor->offset, weight->values,
               (size_t)tensor->count * sizeof(float));
        return 0;
    }
    return error_set(import->error, ERROR_INVALID, "the graph has no tensor for \"%s\"", name);
}

/* The network's sizes are checked against the weights that there are before memory is taken. */
static struct model *make_model(struct import *import)
{
    struct error *error = import->error;
    json_auto_t *document = json_pack("{s:O}", "layers", import->layers);
    struct network *network = document ? network_create(document, &import->input, 0, error) : NULL;
    if (network == NULL)
        return NULL;
    struct filling filling = {.import = import};
    struct preprocessing *preprocessing = preprocessing_identity(&import->input, NULL, error);
    if (preprocessing != NULL)
        filling.parameters = model_parameters_new(network->parameter_count, error);
    AUTO_FREE float *parameters = filling.parameters;
    if (parameters != NULL && network_each_tensor(network, fill_visit, &filling) == 0)
        return model_create(network, preprocessing, parameters, NULL, error);
    preprocessing_free(preprocessing);
    network_free(network);
    return NULL;
}

/* The graph's output must be the last layer's result, and that layer the last. */
static int import_output(struct import *import)
{
    const char *name = import->file->outputs[0];
    const struct import_value *found = NULL;
    for (size_t i = 0; i < import->value_count; i++)
        if (strcmp(import->values[i].name, name) == 0)
            found = &import->values[i];
    if (found == NULL || found->kind != IMPORT_LAYER || json_array_size(import->layers) == 0)
        return error_set(import->error, ERROR_INVALID,
                         "the graph's output \"%.100s\" must be computed from its input by layers",
                         name);
    struct import_value value = *found;
    if (value.flat.rank > 0)
        return error_set(import->error, ERROR_INVALID,
                         "the graph's output \"%.100s\" is a flattened image with its channels "
                         "first, which have them last here",
                         name);
    if (import_settle(import, &value))
        return -1;
    if (value.layer + 1 != (int)json_array_size(import->layers))
        return error_set(import->error, ERROR_INVALID,
                         "the graph's output \"%.100s\" must be the result of its last node", name);
    return 0;
}

static int import_graph(struct import *import)
{
    const struct onnx_file *file = import->file;
    if (import_input(import))
        return -1;
    for (size_t i = 0; i < file->node_count; i++) {
        import->node = &file->nodes[i];
        if (import_node(import))
            return -1;
    }
    return import_output(import);
}

static int import_start(struct import *import)
{
    const struct onnx_file *file = import->file;
    size_t most = 1, edges = 0;
    if (file->node_count > NODES_MAX)
        return error_set(import->error, ERROR_INVALID,
                         "the graph has %zu nodes, but at most %d can be imported",
                         file->node_count, NODES_MAX);
    for (size_t i = 0; i < file->node_count; i++) {
        most += file->nodes[i].output_count;
        edges += file->nodes[i].input_count;
    }
    if (edges > EDGES_MAX)
        return error_set(import->error, ERROR_INVALID,
                         "the graph's nodes have %zu inputs, but at most %d can be imported", edges,
                         EDGES_MAX);
    import->values = calloc(most, sizeof(*import->values));
    import->shapes = calloc(NETWORK_LAYERS_MAX, sizeof(*import->shapes));
    import->weights =
        calloc((size_t)NETWORK_LAYERS_MAX * LAYER_TENSORS_MAX, sizeof(*import->weights));
    import->layers = json_array();
    if (!import->values || !import->shapes || !import->weights || !import->layers)
        return error_set(import->error, ERROR_MEMORY, "out of memory for an ONNX graph");
    return 0;
}

static void import_clear(struct import *import)
{
    for (size_t i = 0; i < import->weight_count; i++) {
        free(import->weights[i].name);
        free(import->weights[i].values);
    }
    free(import->weights);
    free(import->values);
    free(import->shapes);
    json_decref(import->layers);
}

struct model *onnx_import(const struct onnx_file *file, struct error *error)
{
    AUTO_CLEAR(import_clear)
    struct import import = {.file = file,
                            .error = error,
                            .batch = -1,
                            /* A tensor may be the weights of a few layers, not of all. */
                            .floats_left = file->size};
    if (import_start(&import) || import_graph(&import))
        return NULL;
    return make_model(&import);
}

/* Recurrent layers, attention and embedded columns as ONNX operators.
 *
 * LSTM and GRU want weights of both directions in one tensor [directions, gates · units, inputs],
 * and their gates in another order. The tensors stay as they are in the network, so that they can
 * be read back; what the operators want is made of them by nodes that runtimes compute once, when
 * they load the file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_write.h"
#include "engine/layers/layers.h"
#include "engine/layers/recurrent.h"

#include <math.h>
#include <stdlib.h>

enum { GATES_MAX = 4 };

/* A recurrent operator: which gate of the network's stands at each place of its own. */
struct cell {
    const char *operator;
    int64_t gates[GATES_MAX];
    int64_t gate_count;
    int tensors; /* of a direction */
};
static const struct cell lstm = {"LSTM", {0, 3, 1, 2}, 4, 3}; /* i f g o to i o f c */
static const struct cell gru = {"GRU", {1, 0, 2}, 3, 4};      /* r z n to z r h */

/* ---- weights */

static const char *concat(struct onnx_graph *graph, int64_t axis, const char *const *parts,
                          size_t count)
{
    return onnx_node(
        graph, &(struct onnx_node){.operator= "Concat",
                                   .attributes = ONNX_ATTRIBUTES(ONNX_INTEGER_OF("axis", axis)),
                                   .inputs = parts,
                                   .input_count = count});
}

/* Columns [..., gates · units] with the gates in the operator's order. */
static const char *order_gates(struct onnx_graph *graph, const struct cell *cell, int64_t units,
                               const char *tensor)
{
    const char *parts[GATES_MAX];
    for (int64_t i = 0; i < cell->gate_count; i++) {
        const int64_t begin = cell->gates[i] * units, end = begin + units, axis = -1;
        parts[i] = onnx_apply(graph, "Slice", NULL, tensor, onnx_integers(graph, &begin, 1),
                              onnx_integers(graph, &end, 1), onnx_integers(graph, &axis, 1), NULL);
    }
    return concat(graph, -1, parts, (size_t)cell->gate_count);
}

static const char *one_direction(struct onnx_graph *graph, const char *tensor)
{
    const int64_t axis = 0;
    return onnx_apply(graph, "Unsqueeze", NULL, tensor, onnx_integers(graph, &axis, 1), NULL);
}

/* [1, gates · units, inputs] of a kernel [inputs, gates · units]. */
static const char *kernel_of(const struct onnx_layer *step, const struct cell *cell, int64_t units,
                             const char *tensor)
{
    static const int64_t turned[] = {1, 0};
    const char *ordered = order_gates(step->graph, cell, units, tensor);
    return one_direction(step->graph, onnx_transpose(step->graph, ordered, turned, 2));
}

/* [1, 2 · gates · units]: the input's bias and the recurrent one, zeros where there is none. */
static const char *bias_of(const struct onnx_layer *step, const struct cell *cell, int64_t units,
                           const char *const *tensors)
{
    struct onnx_graph *graph = step->graph;
    const char *parts[2];
    parts[0] = order_gates(graph, cell, units, tensors[RECURRENT_INPUT_BIAS]);
    if (cell->tensors > RECURRENT_BIAS)
        parts[1] = order_gates(graph, cell, units, tensors[RECURRENT_BIAS]);
    else
        parts[1] = onnx_apply(graph, "Sub", NULL, parts[0], parts[0], NULL);
    return one_direction(graph, concat(graph, 0, parts, 2));
}

/* ---- the layer */

/* y is [time, directions, N, units]. */
static const char *states_of(const struct onnx_layer *step, const char *y)
{
    static const int64_t order[] = {2, 0, 1, 3};
    return onnx_transpose(step->graph, y, order, 4);
}

/* y is [directions, N, units]. */
static const char *last_state_of(const struct onnx_layer *step, const char *y)
{
    static const int64_t order[] = {1, 0, 2};
    return onnx_transpose(step->graph, y, order, 3);
}

static void write_recurrent(const struct onnx_layer *step, const struct cell *cell)
{
    static const int64_t time_first[] = {1, 0, 2};
    const struct recurrent_options *options = step->layer->options;
    const size_t directions = options->bidirectional ? 2 : 1;
    struct onnx_graph *graph = step->graph;
    const char *kernels[2], *recurrent[2], *biases[2], *inputs[4];
    for (size_t d = 0; d < directions; d++) {
        const char *const *tensors = step->tensors + d * (size_t)cell->tensors;
        kernels[d] = kernel_of(step, cell, options->units, tensors[RECURRENT_INPUT_KERNEL]);
        recurrent[d] = kernel_of(step, cell, options->units, tensors[RECURRENT_KERNEL]);
        biases[d] = bias_of(step, cell, options->units, tensors);
    }
    inputs[0] = onnx_transpose(graph, onnx_channels_last(graph, step->inputs[0]), time_first, 3);
    inputs[1] = concat(graph, 0, kernels, directions);
    inputs[2] = concat(graph, 0, recurrent, directions);
    inputs[3] = concat(graph, 0, biases, directions);
    const struct onnx_attribute attributes[] = {
        ONNX_INTEGER_OF("hidden_size", options->units),
        ONNX_TEXT_OF("direction", directions == 2 ? "bidirectional" : "forward"),
        /* A GRU's reset gate comes after the recurrent product; an LSTM has no such choice. */
        ONNX_INTEGER_OF(cell == &gru ? "linear_before_reset" : NULL, 1),
        {.name = NULL, .type = ONNX_IS_INTEGER}};
    const char *y = onnx_node(graph, &(struct onnx_node){.operator= cell->operator,
                                                         .attributes = attributes,
                                                         .inputs = inputs,
                                                         .input_count = 4,
                                                         .place = !options->return_sequences});
    y = options->return_sequences ? states_of(step, y) : last_state_of(step, y);
    step->result->last = onnx_reshape(graph, y, &step->result->shape);
}

void onnx_write_lstm(const struct onnx_layer *step)
{
    write_recurrent(step, &lstm);
}

void onnx_write_gru(const struct onnx_layer *step)
{
    write_recurrent(step, &gru);
}

/* ---- attention */

/* x · kernel + bias of projection `index`: query, key, value, output. */
static const char *project(const struct onnx_layer *step, int index, const char *x)
{
    x = onnx_apply(step->graph, "MatMul", NULL, x, step->tensors[2 * index], NULL);
    return onnx_apply(step->graph, "Add", NULL, x, step->tensors[2 * index + 1], NULL);
}

/* [time, time] of 0 where a query sees a key, else so little that softmax makes it 0. */
static const char *causal_mask(struct onnx_graph *graph, int64_t time)
{
    const int64_t dims[] = {time, time};
    const char *mask = onnx_apply(graph, "Expand", NULL, onnx_float(graph, -INFINITY),
                                  onnx_integers(graph, dims, 2), NULL);
    return onnx_apply(graph, "Trilu", ONNX_ATTRIBUTES(ONNX_INTEGER_OF("upper", 1)), mask,
                      onnx_integer(graph, 1), NULL);
}

void onnx_write_attention(const struct onnx_layer *step)
{
    static const int64_t by_head[] = {0, 2, 1, 3}, turned[] = {0, 2, 3, 1};
    struct onnx_graph *graph = step->graph;
    const char *x = onnx_channels_last(graph, step->inputs[0]), *parts[3];
    const int64_t heads = json_integer_value(json_object_get(step->document, "heads"));
    const int64_t time = step->result->shape.dims[0];
    const int64_t units = shape_last(&step->layer->tensors[0].shape);
    const struct shape cut = {.rank = 3, .dims = {time, heads, units / heads}};
    const struct shape whole = {.rank = 2, .dims = {time, units}};
    for (int i = 0; i < 3; i++)
        parts[i] = onnx_transpose(graph, onnx_reshape(graph, project(step, i, x), &cut),
                                  i == 1 ? turned : by_head, 4);
    const float scale = (float)(1.0 / sqrt((double)shape_last(&cut)));
    const char *queries = onnx_apply(graph, "Mul", NULL, parts[0], onnx_float(graph, scale), NULL);
    const char *scores = onnx_apply(graph, "MatMul", NULL, queries, parts[1], NULL);
    if (json_is_true(json_object_get(step->document, "causal")))
        scores = onnx_apply(graph, "Add", NULL, scores, causal_mask(graph, time), NULL);
    scores = onnx_activation(graph, scores, ACTIVATION_SOFTMAX, 0.0F);
    const char *context = onnx_apply(graph, "MatMul", NULL, scores, parts[2], NULL);
    context = onnx_reshape(graph, onnx_transpose(graph, context, by_head, 4), &whole);
    step->result->last = project(step, 3, context);
}

/* ---- embedded columns */

/* Elements [begin, end) of the last axis, or of a list. */
static const char *slice(struct onnx_graph *graph, const char *x, int64_t begin, int64_t end)
{
    const int64_t axis = -1;
    return onnx_apply(graph, "Slice", NULL, x, onnx_integers(graph, &begin, 1),
                      onnx_integers(graph, &end, 1), onnx_integers(graph, &axis, 1), NULL);
}

static int64_t integer_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* The vectors of one column: its table is a part of the layer's one list. */
static const char *embed(const struct onnx_layer *step, const char *x, const json_t *column,
                         int64_t table)
{
    struct onnx_graph *graph = step->graph;
    const int64_t vocabulary = integer_of(column, "vocabulary"),
                  units = integer_of(column, "units");
    const int64_t dims[] = {vocabulary, units};
    const char *vectors = slice(graph, step->tensors[0], table, table + vocabulary * units);
    vectors = onnx_apply(graph, "Reshape", NULL, vectors, onnx_integers(graph, dims, 2), NULL);
    const char *ids = onnx_apply(graph, "Gather", ONNX_ATTRIBUTES(ONNX_INTEGER_OF("axis", -1)), x,
                                 onnx_integer(graph, integer_of(column, "position")), NULL);
    ids = onnx_apply(graph, "Cast", ONNX_ATTRIBUTES(ONNX_INTEGER_OF("to", ONNX_INT64)), ids, NULL);
    return onnx_apply(graph, "Gather", NULL, vectors, ids, NULL);
}

void onnx_write_column_embeddings(const struct onnx_layer *step)
{
    const json_t *columns = json_object_get(step->document, "columns"), *column;
    const char *x = onnx_channels_last(step->graph, step->inputs[0]);
    const int64_t width = shape_last(&step->inputs[0]->shape);
    AUTO_FREE const char **parts = calloc(2 * json_array_size(columns) + 1, sizeof(*parts));
    size_t count = 0, i;
    int64_t from = 0, table = 0;
    if (parts == NULL) {
        step->graph->failed = true;
        step->result->last = "";
        return;
    }
    json_array_foreach(columns, i, column)
    {
        const int64_t position = integer_of(column, "position");
        if (position > from)
            parts[count++] = slice(step->graph, x, from, position);
        parts[count++] = embed(step, x, column, table);
        table += integer_of(column, "vocabulary") * integer_of(column, "units");
        from = position + 1;
    }
    if (from < width)
        parts[count++] = slice(step->graph, x, from, width);
    step->result->last = concat(step->graph, -1, parts, count);
}

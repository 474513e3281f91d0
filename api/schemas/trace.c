/* Of traces: one row through a model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schemas/schemas.h"

static const struct schema_field tensor_fields[] = {
    {"shape", "[integer]", .help = NULL},
    {"min", "number | null", .help = NULL},
    {"max", "number | null", .help = NULL},
    {"mean", "number | null", .help = NULL},
    {"std", "number | null", .help = "standard deviation"},
    {"norm", "number | null", .help = NULL},
    {"zeros", "integer", .help = "how many are 0", .example = "0"},
    {"values", "[number | null]", .help = "as many as were asked for"},
    {.name = NULL},
};
static const struct schema_field input_fields[] = {
    {"columns?", "[traced_column]", .help = "what the raw values became"}, {.name = NULL}};
static const struct schema_field column_fields[] = {
    {"column", "string", .example = "sepal_length"},
    {"raw", "any", .help = "as given", .example = "5.1"},
    {"from", "integer", .help = "its first place in a row", .example = "0"},
    {"width", "integer", .help = "its places"},
    {"encoded", "[number | null]", .help = NULL},
    {.name = NULL},
};
static const struct schema_field layer_fields[] = {
    {"pre_activation?", "traced_tensor", .help = "of layers with an activation"},
    {"activation", "traced_tensor", .help = "the output"},
    {"d_output?", "traced_tensor | null", .help = "with a target: gradient by the output"},
    {"d_pre_activation?", "traced_tensor", .help = NULL},
    {"gradients?", "{traced_tensor}", .help = "by the weights"},
    {.name = NULL},
};
static const struct schema_field loss_fields[] = {
    {"name", "string", .example = "categorical_crossentropy"},
    {"value", "number | null", .help = NULL},
    {"penalty?", "number | null", .help = "of the weights, where there is one"},
    {.name = NULL},
};
static const struct schema_field trace_fields[] = {
    {"input", "traced_input", .help = NULL},
    {"layers", "[traced_layer]", .help = "in the order of their run"},
    {"prediction", "any", .help = "as :predict gives it", .example = "[0.97, 0.02, 0.01]"},
    {"label?", "any", .help = "the likeliest class"},
    {"loss?", "traced_loss", .help = "with a target"},
    {"d_input?", "traced_tensor", .help = "with a target: gradient by the input"},
    {"model", "string", .example = "iris"},
    {"version", "integer | 'live'", .help = "of the model; live: of a job that runs",
     .example = "3"},
    {"job?", "id", .help = "that runs, of a live model"},
    {"step?", "integer", .help = "after which its weights are these"},
    {.name = NULL},
};

const struct schema trace_schemas[] = {
    {"trace", "what every layer computes for one row", .fields = trace_fields},
    {"traced_column", "a column of the input", .fields = column_fields},
    {"traced_input", "the input", .base = "traced_tensor", .fields = input_fields},
    {"traced_layer", "a layer", .base = "layer_item", .fields = layer_fields},
    {"traced_loss", "the loss, and its options beside it", .fields = loss_fields, .others = "any"},
    {"traced_tensor", "a tensor", .fields = tensor_fields},
    {.name = NULL},
};

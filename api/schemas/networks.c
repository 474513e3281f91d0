/* Of network documents and what a look at one tells; parts of the job document. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schemas/schemas.h"
#include "daemon/daemon.h"
#include "engine/preprocessing.h"

static const struct schema_field network_fields[] = {
    {"layers", "[layer]", .help = "from the input to the output"}, {.name = NULL}};

static const struct schema_field layer_item_fields[] = {
    {"name", "string", .example = "dense_1"},
    {"type", "string", .example = "dense"},
    {"input", "[string]", .help = "names of earlier layers, or \"input\""},
    {"output_shape", "[integer]", .help = "of a row"},
    {"parameters", "integer", .help = "weights", .example = "80"},
    {"flops", "integer", .help = "of a row forward", .example = "128"},
    {.name = NULL},
};
static const struct schema_field checked_layer_fields[] = {
    {"memory_bytes", "integer", .help = "in training", .example = "2048"}, {.name = NULL}};
static const struct schema_field totals_fields[] = {
    {"parameters", "integer", .example = "131"},
    {"flops", "integer", .example = "224"},
    {"memory_bytes", "integer", .example = "2432"},
    {.name = NULL},
};

static const struct schema_field shapes_fields[] = {
    {"layers", "[checked_layer]", .help = "a row a layer"},
    {"totals", "network_totals", .help = NULL},
    {"output_shape", "[integer]", .help = "of a row"},
    {.name = NULL},
};
static const struct schema_field shape_check_fields[] = {
    {"network", "network", .help = "with every default filled in"}, {.name = NULL}};

static const struct schema_field job_check_fields[] = {
    {"input", "check_input", .help = NULL},
    {"target", "check_target", .help = NULL},
    {"learning_rate", "check_rate", .help = "the curve, at some of the steps"},
    {"steps", "integer", .help = "of the whole run", .example = "80"},
    {"steps_per_epoch", "integer", .example = "4"},
    {"epochs", "integer", .example = "20"},
    {"folds", "integer", .help = "0: no cross-validation", .example = "0"},
    {"training_rows", "integer", .example = "120"},
    {"validation_rows", "integer", .example = "30"},
    {"validation_batches", "integer", .help = NULL},
    {"dry_run", "boolean", .help = "nothing was kept", .example = "true"},
    {"spec", "job_document", .help = "the document with every default filled in"},
    {"memory", "integer", .help = "bytes that the run takes", .example = "32432"},
    {"left_out?", "[any]", .help = "columns that are no inputs, and why"},
    {"gradient_check", "gradient_check", .help = "analytic against numeric gradients"},
    {"ms_per_step", "number", .help = "as measured here", .example = "0.005"},
    {"predicted_s", "number", .help = "of the whole run", .example = "0.0005"},
    {"diverged", "boolean", .help = "whether the loss was not finite in the trial"},
    {.name = NULL},
};
static const struct schema_field check_input_fields[] = {
    {"shape", "[integer]", .help = "of a row"},
    {"columns", "[string] | null", .help = NULL},
    {.name = NULL}};
static const struct schema_field check_target_fields[] = {
    {"columns", "[string] | null", .help = NULL},
    {"task", "'classes' | 'values'", .help = NULL},
    {"classes", "[any] | null", .help = "labels in the outputs' order"},
    {.name = NULL},
};
static const struct schema_field check_rate_fields[] = {{"step", "[integer]", .help = NULL},
                                                        {"value", "[number | null]", .help = NULL},
                                                        {.name = NULL}};
static const struct schema_field gradient_check_fields[] = {
    {"worst", "number | null", .help = "greatest relative difference", .example = "0.000003"},
    {"where", "string | null", .help = "tensor and index", .example = "\"dense_1/bias[4]\""},
    {"checked", "integer", .help = "weights", .example = "117"},
    {"skipped", "integer", .help = "where the function has a kink", .example = "0"},
    {"complete", "boolean", .help = "whether time was enough for all that were chosen"},
    {"tolerance", "number", .example = "0.01"},
    {"passed", "boolean", .help = NULL},
    {.name = NULL},
};

const struct schema network_schemas[] = {
    {"check_input", "what comes in", .fields = check_input_fields},
    {"check_rate", "learning rates by step", .fields = check_rate_fields},
    {"check_target", "what is learned", .fields = check_target_fields},
    {"checked_layer", "a layer, in training", .base = "layer_item", .fields = checked_layer_fields},
    {"class_weights", "by label, or by class in order", .type = "'balanced' | {number} | [number]"},
    {"column_preprocessing", "one column's own preprocessing", .kind = &column_options_kind},
    {"column_preprocessings", "by column", .type = "{column_preprocessing}"},
    {"goals", "values that are good enough, by metric", .type = "{number}",
     .example = "{\"val_accuracy\": 0.98}"},
    {"gradient_check", "analytic against numeric gradients", .fields = gradient_check_fields},
    {"job_check", "a job document, tried out and not run", .base = "network_shapes",
     .fields = job_check_fields},
    {"layer_item", "a layer", .fields = layer_item_fields},
    {"metric_asked", "a metric; top_3 and the like are top_k", .type = "metric | string"},
    {"metrics_asked", "what is measured", .type = "[metric_asked] | metric_asked"},
    {"network", "a network document", .fields = network_fields,
     .example = "{\"layers\": [{\"type\": \"dense\", \"units\": \"auto\", \"activation\": "
                "\"softmax\"}]}"},
    {"network_check", "what a look at a network tells", .type = "job_check | shape_check"},
    {"network_check_request", "a job document, or a network with the shape of its input",
     .type = "job_document | shapes_document"},
    {"network_shapes", "shapes and sizes", .fields = shapes_fields},
    {"network_totals", "over all layers", .fields = totals_fields},
    {"shape_check", "a network without a dataset", .base = "network_shapes",
     .fields = shape_check_fields},
    {"shapes_document", "a network without a dataset", .kind = &network_shapes_kind},
    {"tags", "any strings by name", .type = "{string}", .example = "{\"team\": \"vision\"}"},
    {.name = NULL},
};

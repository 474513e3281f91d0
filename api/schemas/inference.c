/* Of the Open Inference Protocol, Triton's extensions of it, and TensorFlow Serving's status. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schemas/schemas.h"

static const struct schema_field server_fields[] = {
    {"name", "string", .example = "propd"},
    {"version", "string", .example = "0.1.0"},
    {"extensions", "[string]", .help = "what it has beside the protocol's core"},
    {.name = NULL},
};
static const struct schema_field health_fields[] = {
    {"live", "boolean", .help = "whether it answers"},
    {"ready?", "boolean", .help = "whether it takes work"},
    {.name = NULL},
};
static const struct schema_field models_fields[] = {
    {"models", "[string]", .help = "names"},
    {.name = NULL},
};
static const struct schema_field index_entry_fields[] = {
    {"name", "string", .example = "iris"},
    {"version", "string", .example = "1"},
    {"state", "'READY'", .help = "all models are"},
    {"reason", "string", .help = "empty where it is ready", .example = ""},
    {.name = NULL},
};
static const struct schema_field model_fields[] = {
    {"name", "string", .example = "iris"},
    {"versions", "[string]", .help = "that there are"},
    {"platform", "string", .example = "propd"},
    {"inputs", "[oip_tensor]", .help = "what it takes"},
    {"outputs", "[oip_tensor]", .help = "what it gives"},
    {.name = NULL},
};
static const struct schema_field tensor_fields[] = {
    {"name", "string", .example = "input"},
    {"datatype", "string", .example = "FP32"},
    {"shape", "[integer]", .help = "-1: any"},
    {.name = NULL},
};
static const struct schema_field model_ready_fields[] = {
    {"name", "string", .example = "iris"},
    {"ready", "boolean", .help = "whether it predicts"},
    {.name = NULL},
};
static const struct schema_field inference_fields[] = {
    {"model_name", "string", .example = "iris"},
    {"model_version", "string", .example = "1"},
    {"id?", "string", .help = "as in the request"},
    {"parameters?", "object", .help = "of a live model its job and step; whether all is finite"},
    {"outputs", "[oip_output]", .help = "in the order that they were asked for"},
    {.name = NULL},
};
static const struct schema_field output_fields[] = {
    {"data?", "[any]", .help = "row by row; absent where it follows as bytes"},
    {"parameters?", "object", .help = "binary_data_size"},
    {.name = NULL},
};
static const struct schema_field infer_request_fields[] = {
    {"id?", "string", .help = "comes back in the answer"},
    {"parameters?", "object", .help = "binary_data_output"},
    {"inputs", "[oip_input]", .help = "what the model takes"},
    {"outputs?", "[any]", .help = "what is wanted; absent: all"},
    {.name = NULL},
};
static const struct schema_field input_fields[] = {
    {"data?", "any", .help = "row by row, flat or nested; absent where it follows as bytes"},
    {"parameters?", "object", .help = "binary_data_size"},
    {.name = NULL},
};
static const struct schema_field version_status_fields[] = {
    {"model_version_status", "[model_version]", .help = "one, as TensorFlow Serving tells it"},
    {.name = NULL},
};
static const struct schema_field version_fields[] = {
    {"version", "string", .example = "1"},
    {"state", "'AVAILABLE'", .help = "all that there are, are"},
    {"status", "{string}", .help = "error_code and error_message"},
    {.name = NULL},
};

const struct schema inference_schemas[] = {
    {"model_version", "a version of a model", .fields = version_fields},
    {"model_version_status", "whether a model predicts", .fields = version_status_fields},
    {"oip_health", "how the process is", .fields = health_fields},
    {"oip_index", "all versions of all models", .type = "[oip_index_entry]"},
    {"oip_index_entry", "a version of a model", .fields = index_entry_fields},
    {"oip_infer_request", "rows to predict, as tensors", .fields = infer_request_fields},
    {"oip_inference", "predictions, as tensors", .fields = inference_fields},
    {"oip_input", "a tensor that comes in", .base = "oip_tensor", .fields = input_fields},
    {"oip_model", "what a model takes and gives", .fields = model_fields},
    {"oip_model_ready", "whether a model predicts", .fields = model_ready_fields},
    {"oip_models", "all models", .fields = models_fields},
    {"oip_output", "a tensor that goes out", .base = "oip_tensor", .fields = output_fields},
    {"oip_server", "what answers", .fields = server_fields},
    {"oip_statistics", "Triton's statistics of models", .type = "object"},
    {"oip_tensor", "a tensor", .fields = tensor_fields},
    {.name = NULL},
};

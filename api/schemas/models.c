/* Of models and predictions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schemas/schemas.h"

static const struct schema_field model_item_fields[] = {
    {"id", "id", .help = "time-ordered", .example = "mdl_01KE1S2W3X4Y5Z6A7B8C9D0E1F"},
    {"name", "string", .example = "iris"},
    {"version", "integer", .help = "counted from 1 by name"},
    {"job", "id | null", .help = "that made it"},
    {"dataset", "id | null", .help = "that it learned from"},
    {"sha256", "sha256", .help = "of the weights alone"},
    {"file_sha256", "sha256", .help = "of the safetensors file"},
    {"file_bytes", "integer", .example = "4900"},
    {"created_at", "time", .help = NULL},
    {"owner", "string | null", .help = "whose it is; null: nobody's, where there are no tokens",
     .example = "\"ada\""},
    {"tags", "{string}", .help = "as its owner says"},
    {"about", "string | null", .help = "what its owner says of it", .example = "\"for the demo\""},
    {"aliases", "[string]", .help = "names that it has beside its number",
     .example = "[\"production\"]"},
    {"metrics?", "{number | null} | null", .help = "at the end of its training, by name"},
    {.name = NULL},
};
static const struct schema_field model_fields[] = {
    {"lineage?", "model_lineage", .help = "where it comes from"},
    {"description", "model_description", .help = "what it takes and gives"},
    {.name = NULL},
};
static const struct schema_field lineage_fields[] = {
    {"dataset?", "lineage_dataset", .help = NULL},
    {"job?", "id", .help = NULL},
    {"spec?", "job_document | null", .help = "the job's document with every default"},
    {"settings?", "[any]", .help = "changes while it ran, with their place"},
    {"engine?", "string", .help = "that trained it", .example = "propd/0.1.0"},
    {"kernels?", "string", .help = "instruction set", .example = "avx2"},
    {.name = NULL},
};
static const struct schema_field lineage_dataset_fields[] = {
    {"id", "id", .help = NULL},
    {"name", "string", .example = "iris"},
    {"version", "integer", .help = NULL},
    {"sha256", "sha256", .help = NULL},
    {"file_sha256", "sha256", .help = NULL},
    {.name = NULL}};
static const struct schema_field description_fields[] = {
    {"shape", "[integer]", .help = "of the input of a row"},
    {"columns", "[string] | null", .help = NULL},
    {"classes", "[any] | null", .help = "labels in the outputs' order"},
    {"task", "'classes' | 'values'", .help = NULL},
    {"layers", "[layer_item]", .help = NULL},
    {"weights", "integer", .example = "131"},
    {"window?", "object", .help = "how sequences are cut"},
    {.name = NULL},
};
static const struct schema_field version_list_fields[] = {
    {"versions", "[model_item]", .help = "newest first"},
    {"next", "string | null", .help = "the next page's `cursor`"},
    {.name = NULL},
};
static const struct schema_field alias_fields[] = {
    {"alias", "string", .example = "production"},
    {"model", "string", .help = "its name", .example = "iris"},
    {"version", "integer", .help = "that the alias is", .example = "3"},
    {"id", "id", .help = "of that version"},
    {"changed_at", "time", .help = "when it became that version"},
    {.name = NULL},
};
static const struct schema_field alias_list_fields[] = {
    {"aliases", "[alias]", .help = "of one name"},
    {.name = NULL},
};
static const struct schema_field model_list_fields[] = {
    {"models", "[model_item]", .help = "newest first"},
    {"next", "string | null", .help = "the next page's `cursor`"},
    {.name = NULL},
};

/* ---- predictions */

static const struct schema_field prediction_request_fields[] = {
    {"instances?", "[any]", .help = "rows: lists in column order, or objects by column"},
    {"inputs?", "any", .help = "the same column-wise: {\"age\": [31, 54]}; or a list of rows"},
    {"signature_name?", "any", .help = "as TensorFlow Serving's clients send it"},
    {.name = NULL},
};
static const struct schema_field prediction_fields[] = {
    {"outputs?", "[any]", .help = "the same, where the request says inputs",
     .example = "[[0.97, 0.02, 0.01]]"},
    {"predictions", "[any]", .help = "a row: probabilities by class, or numbers in original units",
     .example = "[[0.97, 0.02, 0.01]]"},
    {"labels?", "[any]", .help = "the likeliest class a row", .example = "[\"setosa\"]"},
    {"model", "string", .example = "iris"},
    {"version", "integer | 'live'", .help = "of the model; live: of a job that runs",
     .example = "3"},
    {"nonfinite?", "'nan' | 'inf' | '-inf'",
     .help = "the first value that is null for not being finite"},
    {"job?", "id", .help = "that runs, of a live model"},
    {"step?", "integer", .help = "after which its weights are these"},
    {.name = NULL},
};

const struct schema model_schemas[] = {
    {"alias", "a name for a version of a model", .fields = alias_fields},
    {"alias_list", "aliases of a model", .fields = alias_list_fields},
    {"lineage_dataset", "a dataset that was learned from", .fields = lineage_dataset_fields},
    {"model", "a version of a model", .base = "model_item", .fields = model_fields},
    {"model_description", "what a model takes and gives", .fields = description_fields},
    {"model_item", "a version of a model, in a list", .fields = model_item_fields},
    {"model_lineage", "where a model comes from", .fields = lineage_fields, .others = "any"},
    {"model_list", "a page of models", .fields = model_list_fields},
    {"prediction", "predictions", .fields = prediction_fields},
    {"prediction_request", "rows to predict, in TensorFlow Serving's form",
     .fields = prediction_request_fields, .example = "{\"instances\": [[5.1, 3.5, 1.4, 0.2]]}"},
    {"version_list", "a page of a model's versions", .fields = version_list_fields},
    {.name = NULL},
};

/* Of the service itself: errors, health, the machine, the catalog. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schemas/schemas.h"

static const struct schema_field problem_fields[] = {
    {"type", "'about:blank'", .help = "no more is said by a URI than by `code`"},
    {"title", "string", .help = "the status in words", .example = "Not Found"},
    {"status", "integer", .help = "as in the answer's first line", .example = "404"},
    {"detail", "string", .help = "one sentence: what is wrong and what was expected",
     .example = "there is no job \"iris\""},
    {"code", "string", .help = "what programs look at", .example = "not_found"},
    {"request_id", "id", .help = "as in X-Request-Id and in the log"},
    {"errors", "[problem_place]", .help = "where in the request"},
    {"example?", "object", .help = "a body that is right, where the one that came is not"},
    {.name = NULL},
};

static const struct schema_field problem_place_fields[] = {
    {"pointer?", "string", .help = "in a JSON body: a JSON pointer in a fragment",
     .example = "#/training/epochs"},
    {"parameter?", "string", .help = "in the query: its name", .example = "limit"},
    {"detail", "string", .help = "what is wrong there",
     .example = "must be between 1 and 500, not 0"},
    {.name = NULL},
};

static const struct schema_field plain_error_fields[] = {
    {"error", "string", .help = "one sentence", .example = "instances must be a list of rows"},
    {.name = NULL},
};

static const struct schema_field status_fields[] = {
    {"status", "'ok' | 'ready'", .help = "ok: it answers; ready: it takes work"},
    {.name = NULL},
};

static const struct schema_field system_fields[] = {
    {"version", "string", .help = "of propd", .example = "0.1.0"},
    {"http_library", "string", .help = "libmicrohttpd's version", .example = "0.9.75"},
    {"json_library", "string", .help = "jansson's version", .example = "2.14"},
    {"instruction_set", "string", .help = "that the kernels use", .example = "avx2"},
    {"uptime_s", "number", .help = "since the start", .example = "3600.5"},
    {"storage", "system_storage", .help = "what is on disk"},
    {"cores", "system_cores", .help = "of the machine and in use by jobs"},
    {"memory", "system_memory", .help = "bytes that jobs may have and have"},
    {"jobs", "system_jobs", .help = "how many"},
    {.name = NULL},
};
static const struct schema_field system_storage_fields[] = {
    {"database_bytes", "integer", .help = "of the database's file", .example = "1048576"},
    {"dataset_bytes", "integer", .help = "of all datasets' files", .example = "7124"},
    {"free_bytes", "integer", .help = "left on the disk", .example = "75020864284"},
    {"commits", "integer", .help = "transactions since the start", .example = "42"},
    {"operations", "integer", .help = "writes in them", .example = "97"},
    {"reads", "integer", .help = "readings since the start; a poll without news is none",
     .example = "310"},
    {"schema_version", "integer", .help = "of the database", .example = "5"},
    {.name = NULL},
};
static const struct schema_field system_cores_fields[] = {
    {"total", "integer", .example = "8"}, {"used", "integer", .example = "2"}, {.name = NULL}};
static const struct schema_field system_memory_fields[] = {
    {"budget", "integer", .example = "12638255104"},
    {"used", "integer", .example = "32432"},
    {.name = NULL}};
static const struct schema_field system_jobs_fields[] = {{"running", "integer", .example = "1"},
                                                         {"queued", "integer", .example = "0"},
                                                         {"paused", "integer", .example = "0"},
                                                         {"succeeded", "integer", .example = "12"},
                                                         {"failed", "integer", .example = "1"},
                                                         {"cancelled", "integer", .example = "0"},
                                                         {.name = NULL}};

static const struct schema_field catalog_fields[] = {
    {"layers", "[catalog_entry]", .help = "of network.layers"},
    {"losses", "[catalog_entry]", .help = "of training.loss"},
    {"optimizers", "[catalog_entry]", .help = "of training.optimizer"},
    {"schedules", "[catalog_entry]", .help = "of training.schedule"},
    {"augmentations", "[catalog_entry]", .help = "of training.augmentation"},
    {"activations", "[catalog_entry]", .help = "of a layer's activation"},
    {"initializers", "[catalog_entry]", .help = "of a layer's weights"},
    {"metrics", "[catalog_entry]", .help = "of training.metrics"},
    {"formats", "[catalog_entry]", .help = "of datasets"},
    {"documents", "[catalog_entry]",
     .help = "training, preprocessing, window and features of a job"},
    {.name = NULL},
};
static const struct schema_field catalog_entry_fields[] = {
    {"name", "string", .help = "its `type` in documents", .example = "dense"},
    {"help?", "string", .help = "one phrase",
     .example = "every output from every input of the last axis"},
    {"fields", "[catalog_field]", .help = "what it takes"},
    {"example?", "any", .help = "a layer: {\"input\", \"layers\"}; an augmentation: a list"},
    {"fits?", "['images' | 'series' | 'tables']", .help = "rows that an augmentation is for"},
    {"higher_is_better?", "boolean", .help = "of a metric"},
    {.name = NULL},
};
static const struct schema_field catalog_field_fields[] = {
    {"name", "string", .example = "units"},
    {"type",
     "'boolean' | 'integer' | 'number' | 'string' | 'choice' | 'strings' | 'sizes' | 'object' | "
     "'variant' | 'variants' | 'json'",
     .help = "what it holds"},
    {"required", "boolean", .help = NULL},
    {"nullable?", "boolean", .help = "null may stand for it"},
    {"default?", "any", .help = "where it is not required"},
    {"min?", "number", .help = "least value, length or count"},
    {"max?", "number", .help = "greatest value, length or count"},
    {"min_is_excluded?", "boolean", .help = "min itself is out of range"},
    {"max_is_excluded?", "boolean", .help = "max itself is out of range"},
    {"word?", "string", .help = "a word that an integer may be instead", .example = "auto"},
    {"unit?", "'bytes'", .help = "\"512M\" is read too"},
    {"choices?", "[string]", .help = "names to choose from"},
    {"object?", "catalog_entry", .help = "its fields"},
    {"help?", "string", .help = "one phrase", .example = "width of the output"},
    {.name = NULL},
};

const struct schema service_schemas[] = {
    {"catalog", "everything that a document may name", .fields = catalog_fields},
    {"catalog_entry", "a layer, loss, optimizer …", .fields = catalog_entry_fields,
     .example = "{\"name\": \"dropout\", \"fields\": []}"},
    {"catalog_field", "one of its options", .fields = catalog_field_fields},
    {"openapi", "an OpenAPI document", .type = "object"},
    {"plain_error", "an error in the form of TensorFlow Serving and the Open Inference Protocol",
     .fields = plain_error_fields},
    {"problem", "an error (RFC 9457)", .fields = problem_fields},
    {"problem_place", "where an error lies", .fields = problem_place_fields},
    {"request_id", "\"req_\" and 26 letters and digits", .type = "id"},
    {"status", "how the process is", .fields = status_fields},
    {"system", "the machine, what is in use, and versions", .fields = system_fields},
    {"system_cores", "cores", .fields = system_cores_fields},
    {"system_jobs", "jobs by state, of all owners", .fields = system_jobs_fields},
    {"system_memory", "memory of jobs, in bytes", .fields = system_memory_fields},
    {"system_storage", "storage", .fields = system_storage_fields},
    {.name = NULL},
};

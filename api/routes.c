/* All routes of propd. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/access.h"
#include "api/handlers/handlers.h"
#include "api/handlers/inference.h"
#include "api/page.h"
#include "api/say.h"
#include "daemon/daemon.h"
#include "daemon/token_request.h"
#include "engine/dataset.h"

/* Larger JSON bodies than this take long to read. */
enum { LARGE_BODY = 64 << 10 };

static bool always(const struct request *request)
{
    (void)request;
    return true;
}

static bool body_is_large(const struct request *request)
{
    return request->body.text.size > LARGE_BODY;
}

static int64_t limit_dataset(const struct config *config)
{
    return config->max_dataset;
}

/* Enough for types and a target. */
static int64_t limit_inspect(const struct config *config)
{
    enum { INSPECT_MOST = 4 << 20 };
    return config->max_dataset < INSPECT_MOST ? config->max_dataset : INSPECT_MOST;
}

static int64_t limit_model(const struct config *config)
{
    return config->max_model;
}

/* What a job trains right now may have to be waited for. */
static bool predicts_slowly(const struct request *request)
{
    return body_is_large(request) || inference_is_live(request);
}

static int64_t limit_predict(const struct config *config)
{
    return config->max_predict_body;
}

/* A document that is right, where one is asked for. */
#define EXAMPLE_LAYERS                                                                             \
    "{\"layers\": [{\"type\": \"dense\", \"units\": 16, \"activation\": \"relu\"}, "               \
    "{\"type\": \"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}"
#define EXAMPLE_JOB                                                                                \
    "{\"dataset\": \"iris\", \"target\": \"species\", \"network\": " EXAMPLE_LAYERS "}"

/* The same as a table and as a JSON object a line. */
#define ANSWERS_ROWS                                                                               \
    {200, .type = "text/csv"},                                                                     \
    {                                                                                              \
        200, .type = "application/x-ndjson"                                                        \
    }
/* Predictions in TensorFlow Serving's dialect, and in the Open Inference Protocol's. */
#define PREDICT(phrase)                                                                            \
    .steps = &predict_steps, .body_kind = BODY_JSON, .body_schema = "prediction_request",          \
    .body_types = "text/csv, application/x-npy",                                                   \
    .example = "{\"instances\": [[5.1, 3.5, 1.4, 0.2]]}", .body_limit = limit_predict,             \
    .is_slow = predicts_slowly, .flags = ROUTE_TENSORFLOW, .scope = "predict", .help = (phrase),   \
    .answers = {{200, "prediction", NULL}, ANSWERS_ROWS, {200, .type = "application/x-npy"}},      \
    .problems = {ERROR_NOT_ACCEPTABLE}
/* Its clients send anything as Content-Type, or nothing. */
#define OIP_BODY_TYPES "application/octet-stream"
#define OPEN_INFERENCE(function, needs, schema)                                                    \
    .handler = (function), .flags = ROUTE_OPEN_INFERENCE, .scope = (needs),                        \
    .answers = {{200, (schema), NULL}}
#define OPEN_INFER(phrase)                                                                         \
    .steps = &oip_infer_steps, .body_kind = BODY_JSON, .body_schema = "oip_infer_request",         \
    .body_types = OIP_BODY_TYPES,                                                                  \
    .example = "{\"inputs\": [{\"name\": \"input\", \"shape\": [1, 4], \"datatype\": "             \
               "\"FP32\", \"data\": [5.1, 3.5, 1.4, 0.2]}]}",                                      \
    .body_limit = limit_predict, .is_slow = predicts_slowly, .flags = ROUTE_OPEN_INFERENCE,        \
    .scope = "predict", .help = (phrase),                                                          \
    .answers = {{200, "oip_inference", NULL}, {200, .type = "application/octet-stream"}}

const struct route api_routes[] = {
    {"GET", "/", handle_dashboard, .help = "the dashboard",
     .answers = {{200, .type = "text/html"}}},
    {"GET", "/dashboard/{build}/{file}", handle_dashboard_file, .help = "a part of the dashboard",
     .answers = {{200, .type = "text/html"},
                 {200, .type = "text/css"},
                 {200, .type = "text/javascript"},
                 {200, .type = "image/svg+xml"}}},
    {"GET", "/healthz", handle_healthz, .help = "whether the process answers",
     .answers = {{200, "status", NULL}}},
    {"GET", "/readyz", handle_readyz, .help = "whether it takes work; 503 while it stops",
     .answers = {{200, "status", NULL}}},
    {"GET", "/metrics", handle_metrics, .is_slow = always, .scope = "read",
     .help = "what is counted, for Prometheus", .answers = {{200, .type = "text/plain"}}},
    {"GET", "/openapi.json", handle_openapi, .is_slow = always,
     .help = "this interface as an OpenAPI document", .answers = {{200, "openapi", NULL}}},
    {"GET", "/v1/system", handle_system, .scope = "read",
     .help = "cores, memory, queue, storage, versions, instruction set",
     .answers = {{200, "system", NULL}}},
    {"GET", "/v1/catalog", handle_catalog, .scope = "read",
     .help = "every layer, loss, optimizer … with fields, defaults and help",
     .answers = {{200, "catalog", NULL}}},

    {"GET", "/v1/backup", handle_backup, .is_slow = always, .flags = ROUTE_PASSING,
     .scope = "admin", .help = "everything that is kept, as a tar archive for propd --restore",
     .answers = {{200, .type = "application/x-tar"}}, .problems = {ERROR_BUSY, ERROR_STORAGE_FULL}},

    {"POST", "/v1/upkeep:run", handle_upkeep_run, .body_kind = BODY_JSON,
     .example = "{\"dry_run\": true}", .body = &upkeep_run_kind, .is_slow = always,
     .scope = "admin",
     .help = "removes what the rules of retention let go, now; or lists it (dry_run)",
     .answers = {{200, "upkeep", NULL}}},

    {"GET", "/v1/datasets", handle_datasets_list, .query = &datasets_list_query_kind,
     .scope = "read", .help = "datasets, newest first",
     .answers = {{200, "dataset_list", NULL}, ANSWERS_ROWS}, .problems = {ERROR_NOT_ACCEPTABLE}},
    {"POST", "/v1/datasets", handle_datasets_post, .query = &datasets_post_query_kind,
     .body_kind = BODY_UPLOAD, .body_limit = limit_dataset, .is_slow = always, .scope = "train",
     .help = "uploads a file, or a form with features and labels",
     .answers = {{201, "dataset", NULL}, {200, "dataset", NULL}}},
    {"POST", "/v1/datasets:inspect", handle_datasets_inspect, .query = &datasets_post_query_kind,
     .body_kind = BODY_UPLOAD, .body_limit = limit_inspect, .is_slow = always, .scope = "train",
     .help = "what would be made of a file, by its first bytes, which are not kept",
     .answers = {{200, "dataset_inspection", NULL}}},
    {"PUT", "/v1/datasets/{dataset}", handle_datasets_put, .query = &dataset_options_kind,
     .body_kind = BODY_UPLOAD, .body_limit = limit_dataset, .is_slow = always, .scope = "train",
     .help = "uploads a file under a name: what curl -T sends",
     .answers = {{201, "dataset", NULL}, {200, "dataset", NULL}}},
    {"GET", "/v1/datasets/{dataset}", handle_datasets_get, .scope = "read",
     .help = "a dataset: columns with type, missing values, range, categories, histogram",
     .answers = {{200, "dataset", NULL}}},
    {"GET", "/v1/datasets/{dataset}/rows", handle_rows, .query = &rows_query_kind,
     .is_slow = always, .scope = "read", .help = "a look at the data: rows as objects",
     .answers = {{200, "row_list", NULL}, ANSWERS_ROWS},
     .problems = {ERROR_TOO_LARGE, ERROR_NOT_ACCEPTABLE}},
    {"GET", "/v1/datasets/{dataset}/rows/{row}.png", handle_rows_image,
     .query = &rows_image_query_kind, .is_slow = always, .flags = ROUTE_RANGES, .scope = "read",
     .help = "the image of a row", .answers = {{200, .type = "image/png"}},
     .problems = {ERROR_TOO_LARGE}},
    {"PATCH", "/v1/datasets/{dataset}", handle_datasets_patch, .body_kind = BODY_JSON,
     .example = "{\"tags\": {\"team\": \"vision\"}, \"about\": \"Fisher's irises\"}",
     .body = &say_kind, .scope = "train", .help = "changes tags and what its owner says of it",
     .answers = {{200, "dataset", NULL}}},
    {"DELETE", "/v1/datasets/{dataset}", handle_datasets_delete, .scope = "train",
     .help = "removes a version of a dataset that no unfinished job needs",
     .answers = {{204, NULL, NULL}}, .problems = {ERROR_CONFLICT}},

    {"POST", "/v1/augmentations:preview", handle_augmentations_preview, .body_kind = BODY_JSON,
     .body_schema = "augmentation_preview_request",
     .example = "{\"dataset\": \"digits\", \"augmentation\": [\"random_flip\", {\"type\": "
                "\"random_crop\", \"padding\": 2}], \"count\": 4}",
     .is_slow = always, .scope = "read", .help = "rows before and after a list of augmentations",
     .answers = {{200, "augmentation_preview", NULL}, {200, .type = "image/png"}},
     .problems = {ERROR_NOT_FOUND, ERROR_NOT_ACCEPTABLE, ERROR_CONFLICT}},
    {"POST", "/v1/networks:check", handle_networks_check, .body_kind = BODY_JSON,
     .body_schema = "network_check_request", .example = EXAMPLE_JOB, .is_slow = always,
     .scope = "train",
     .help = "a job document, tried out and not run: layers, gradients, pace; or shapes alone",
     .answers = {{200, "network_check", NULL}}, .problems = {ERROR_NOT_FOUND, ERROR_CONFLICT}},

    {"GET", "/v1/jobs", handle_jobs_list, .query = &jobs_list_query_kind, .scope = "read",
     .help = "jobs, newest first", .answers = {{200, "job_list", NULL}, ANSWERS_ROWS},
     .problems = {ERROR_NOT_FOUND, ERROR_NOT_ACCEPTABLE}},
    {"POST", "/v1/jobs", handle_jobs_post, .body_kind = BODY_JSON, .body_schema = "job_document",
     .example = EXAMPLE_JOB, .is_slow = always, .scope = "train",
     .help = "checks a job document and queues it",
     .answers = {{202, "job", NULL}, {200, "network_check", NULL}},
     .problems = {ERROR_NOT_FOUND, ERROR_CONFLICT, ERROR_TOO_MANY}},
    {"GET", "/v1/jobs/{job}", handle_jobs_get, .scope = "read",
     .help = "a job: state, progress, metrics, best, model, error",
     .answers = {{200, "job", NULL}}},
    {"PATCH", "/v1/jobs/{job}", handle_jobs_patch, .body_kind = BODY_JSON,
     .example = "{\"priority\": 5, \"learning_rate\": 0.0005}", .body = &job_patch_kind,
     .is_slow = always, .scope = "train",
     .help = "changes priority, tags and, from the next step on, what a job trains by",
     .answers = {{200, "job", NULL}}, .problems = {ERROR_CONFLICT}},
    {"DELETE", "/v1/jobs/{job}", handle_jobs_delete, .scope = "train",
     .help = "removes a finished job; its models stay", .answers = {{204, NULL, NULL}},
     .problems = {ERROR_CONFLICT}},
    {"POST", "/v1/jobs/{job}:cancel", handle_jobs_cancel, .body_kind = BODY_JSON,
     .example = "{\"keep\": false}", .body = &jobs_cancel_kind, .is_slow = always, .scope = "train",
     .help = "ends a job", .answers = {{200, "job", NULL}}, .problems = {ERROR_CONFLICT}},
    {"POST", "/v1/jobs/{job}:pause", handle_jobs_pause, .body_kind = BODY_JSON, .example = "{}",
     .body = &jobs_move_kind, .is_slow = always, .scope = "train",
     .help = "stops a job so that it can go on", .answers = {{200, "job", NULL}},
     .problems = {ERROR_CONFLICT}},
    {"POST", "/v1/jobs/{job}:resume", handle_jobs_resume, .body_kind = BODY_JSON, .example = "{}",
     .body = &jobs_move_kind, .is_slow = always, .scope = "train",
     .help = "lets a paused job go on", .answers = {{200, "job", NULL}},
     .problems = {ERROR_CONFLICT}},
    {"POST", "/v1/jobs/{job}:retry", handle_jobs_retry, .body_kind = BODY_JSON, .example = "{}",
     .body = &jobs_move_kind, .is_slow = always, .scope = "train",
     .help = "queues a failed or cancelled job again, from its last checkpoint",
     .answers = {{200, "job", NULL}}, .problems = {ERROR_CONFLICT}},
    {"POST", "/v1/jobs/{job}:verify", handle_jobs_verify, .body_kind = BODY_JSON, .example = "{}",
     .body = &jobs_move_kind, .is_slow = always, .scope = "train",
     .help = "replays a succeeded job from its record and compares the SHA-256 of the weights",
     .answers = {{202, "job", NULL}}, .problems = {ERROR_CONFLICT, ERROR_TOO_MANY}},
    {"GET", "/v1/jobs/{job}/history", handle_history, .query = &history_query_kind,
     .is_slow = history_is_long, .scope = "read", .help = "loss and metrics at any zoom",
     .flags = ROUTE_RANGES,
     .answers = {{200, "history", NULL}, ANSWERS_ROWS, {200, .type = "application/octet-stream"}},
     .problems = {ERROR_NOT_ACCEPTABLE}},
    {"GET", "/v1/jobs/{job}/events", handle_events, .query = &events_query_kind,
     .flags = ROUTE_STREAM, .scope = "read", .help = "what happens to a job, as it happens",
     .answers = {{200, .type = "text/event-stream"},
                 {200, "event_list", NULL},
                 ANSWERS_ROWS,
                 {204, NULL, NULL}},
     .problems = {ERROR_NOT_ACCEPTABLE}},
    {"GET", "/v1/jobs/{job}/checkpoints", handle_checkpoints_list, .scope = "read",
     .help = "the checkpoints of a job that are kept, newest first",
     .answers = {{200, "checkpoint_list", NULL}}},
    {"POST", "/v1/jobs/{job}/checkpoints/{step}:promote", handle_checkpoints_promote,
     .body_kind = BODY_JSON, .example = "{}", .body = &jobs_move_kind, .is_slow = always,
     .scope = "train", .help = "makes a checkpoint's weights the next version of the job's model",
     .answers = {{201, "model", NULL}}, .problems = {ERROR_CONFLICT}},
    {"GET", "/v1/jobs/{job}/evaluation", handle_jobs_evaluation, .scope = "read",
     .help = "confusion matrix and figures a class of the job's model",
     .answers = {{200, "evaluation", NULL}}},
    {"GET", "/v1/jobs/{job}/weights/histograms", handle_histograms, .query = &histograms_query_kind,
     .is_slow = always, .scope = "read",
     .help = "histograms of weights and gradients, and update ratios, by layer and epoch",
     .answers = {{200, "histogram_list", NULL}}},
    {"GET", "/v1/jobs/{job}/webhooks", handle_jobs_webhooks, .scope = "read",
     .help = "what was told to webhooks of the job's end: tries, last status, next try",
     .answers = {{200, "delivery_list", NULL}}},
    {"POST", "/v1/webhooks/{delivery}:retry", handle_webhooks_retry, .body_kind = BODY_JSON,
     .example = "{}", .body = &jobs_move_kind, .is_slow = always, .scope = "train",
     .help = "tells a webhook again, now", .answers = {{202, "delivery", NULL}}},

    {"GET", "/v1/models", handle_models_list, .query = &models_list_query_kind, .scope = "read",
     .help = "models, newest first", .answers = {{200, "model_list", NULL}, ANSWERS_ROWS},
     .problems = {ERROR_NOT_FOUND, ERROR_NOT_ACCEPTABLE}},
    {"POST", "/v1/models", handle_models_post, .query = &models_post_query_kind,
     .body_kind = BODY_UPLOAD, .body_limit = limit_model, .is_slow = always, .scope = "train",
     .help = "imports a model's file: safetensors, ONNX, NPZ or Keras",
     .answers = {{201, "model", NULL}}},
    {"GET", "/v1/models/{model}", handle_models_get, .scope = "read",
     .help = "a model: input, layers, metrics, lineage, digest", .answers = {{200, "model", NULL}}},
    {"PATCH", "/v1/models/{model}", handle_models_patch, .body_kind = BODY_JSON,
     .example = "{\"tags\": {\"team\": \"vision\"}, \"about\": \"for the shop\"}",
     .body = &say_kind, .scope = "train", .help = "changes tags and what its owner says of it",
     .answers = {{200, "model", NULL}}},
    {"GET", "/v1/models/{model}/versions", handle_models_versions,
     .query = &models_versions_query_kind, .scope = "read",
     .help = "versions of a model's name, newest first",
     .answers = {{200, "version_list", NULL}, ANSWERS_ROWS}, .problems = {ERROR_NOT_ACCEPTABLE}},
    {"GET", "/v1/models/{model}/aliases", handle_aliases_list, .scope = "read",
     .help = "names for versions of a model", .answers = {{200, "alias_list", NULL}}},
    {"GET", "/v1/models/{model}/aliases/{alias}", handle_aliases_get, .scope = "read",
     .help = "the version that an alias is", .answers = {{200, "alias", NULL}}},
    {"PUT", "/v1/models/{model}/aliases/{alias}", handle_aliases_put, .body_kind = BODY_JSON,
     .example = "{\"version\": 3}", .body = &aliases_put_kind, .scope = "train",
     .help = "makes an alias a version from here on: model@alias",
     .answers = {{200, "alias", NULL}, {201, "alias", NULL}}},
    {"DELETE", "/v1/models/{model}/aliases/{alias}", handle_aliases_delete, .scope = "train",
     .help = "removes an alias; the version stays", .answers = {{204, NULL, NULL}}},
    {"DELETE", "/v1/models/{model}", handle_models_delete, .scope = "train",
     .help = "removes a version of a model", .answers = {{204, NULL, NULL}},
     .problems = {ERROR_CONFLICT}},
    {"GET", "/v1/models/{model}/file", handle_models_file, .query = &models_file_query_kind,
     .is_slow = always, .flags = ROUTE_RANGES, .scope = "read", .help = "the model as a file",
     .answers = {{200, .type = "application/octet-stream"},
                 {200, .type = "application/zip"},
                 {200, .type = "application/json"},
                 {200, .type = "text/x-c"}}},
    {"POST", "/v1/models/{model}:predict", PREDICT("predictions for rows")},
    {"POST", "/v1/models/{model}/versions/{version}:predict",
     PREDICT("predictions of a version, by number or alias; live: of a job that runs")},
    {"POST", "/v1/models/{model}/labels/{alias}:predict",
     PREDICT("predictions of the version that an alias names")},
    {"GET", "/v1/models/{model}/versions/{version}", handle_tensorflow_status, .is_slow = always,
     .flags = ROUTE_TENSORFLOW, .scope = "read",
     .help = "whether a version can be asked, as TensorFlow Serving says it",
     .answers = {{200, "model_version_status", NULL}}},
    {"GET", "/v1/models/{model}/labels/{alias}", handle_tensorflow_status, .is_slow = always,
     .flags = ROUTE_TENSORFLOW, .scope = "read",
     .help = "the same of the version that an alias names",
     .answers = {{200, "model_version_status", NULL}}},
    {"POST", "/v1/models/{model}:trace", handle_trace, .body_kind = BODY_JSON,
     .example = "{\"instance\": [5.1, 3.5, 1.4, 0.2], \"target\": \"setosa\"}", .body = &trace_kind,
     .body_limit = limit_predict, .is_slow = always, .scope = "predict",
     .help = "what every layer computes for a row and, with a target, every gradient",
     .answers = {{200, "trace", NULL}}},
    {"POST", "/v1/models/{model}:evaluate", handle_evaluate, .body_kind = BODY_JSON,
     .example = "{\"dataset\": \"iris\", \"rows\": \"validation\"}", .body = &evaluate_kind,
     .is_slow = always, .scope = "read", .help = "metrics of a model on the rows of a dataset",
     .answers = {{200, "model_evaluation", NULL}}, .problems = {ERROR_CONFLICT}},
    {"POST", "/v1/models/{model}:importance", handle_importance, .body_kind = BODY_JSON,
     .example = "{\"dataset\": \"iris\", \"repeats\": 5}", .body = &importance_kind,
     .is_slow = always, .scope = "read",
     .help = "by how much a model gets worse when a column's values are dealt out at random",
     .answers = {{200, "importance", NULL}}, .problems = {ERROR_CONFLICT}},

    {"GET", "/v2", OPEN_INFERENCE(handle_oip_server, "read", "oip_server"),
     .help = "the Open Inference Protocol: what this server is"},
    {"GET", "/v2/", OPEN_INFERENCE(handle_oip_server, "read", "oip_server"),
     .help = "the same as /v2"},
    {"GET", "/v2/health/live", OPEN_INFERENCE(handle_oip_live, NULL, "oip_health"),
     .help = "whether the process answers"},
    {"GET", "/v2/health/ready", OPEN_INFERENCE(handle_oip_ready, NULL, "oip_health"),
     .help = "whether it takes work; 503 while it stops"},
    {"GET", "/v2/models", OPEN_INFERENCE(handle_oip_models, "read", "oip_models"),
     .is_slow = always, .help = "names of models"},
    {"POST", "/v2/repository/index", OPEN_INFERENCE(handle_oip_index, "read", "oip_index"),
     .body_kind = BODY_JSON, .body = &oip_index_kind, .body_types = OIP_BODY_TYPES,
     .example = "{\"ready\": true}", .is_slow = always, .help = "models with their versions"},
    {"GET", "/v2/models/stats", OPEN_INFERENCE(handle_oip_statistics, "read", "oip_statistics"),
     .is_slow = always, .help = "how often every model was asked, and how long it took"},
    {"GET", "/v2/models/{model}", OPEN_INFERENCE(handle_oip_model, "read", "oip_model"),
     .is_slow = always, .help = "a model: versions, inputs and outputs"},
    {"GET", "/v2/models/{model}/versions/{version}",
     OPEN_INFERENCE(handle_oip_model, "read", "oip_model"), .is_slow = always,
     .help = "the same of a version, by number or alias"},
    {"GET", "/v2/models/{model}/ready",
     OPEN_INFERENCE(handle_oip_model_ready, "read", "oip_model_ready"), .is_slow = always,
     .help = "whether a model can be asked"},
    {"GET", "/v2/models/{model}/versions/{version}/ready",
     OPEN_INFERENCE(handle_oip_model_ready, "read", "oip_model_ready"), .is_slow = always,
     .help = "whether a version can be asked"},
    {"GET", "/v2/models/{model}/stats",
     OPEN_INFERENCE(handle_oip_statistics, "read", "oip_statistics"), .is_slow = always,
     .help = "how often the versions of a model were asked, and how long it took"},
    {"GET", "/v2/models/{model}/versions/{version}/stats",
     OPEN_INFERENCE(handle_oip_statistics, "read", "oip_statistics"), .is_slow = always,
     .help = "how often a version was asked, and how long it took"},
    {"POST", "/v2/models/{model}/infer", OPEN_INFER("predictions, as JSON or with binary tensors")},
    {"POST", "/v2/models/{model}/versions/{version}/infer",
     OPEN_INFER("predictions of a version, by number or alias; live: of a job that runs")},
    {"GET", "/v1/session", handle_session_get, .scope = SCOPE_ANY,
     .help = "who one is: owner, scopes, expiry; {\"tokens\": false} where there are no tokens",
     .answers = {{200, "session", NULL}}},
    {"POST", "/v1/session", handle_session_post, .body_kind = BODY_JSON, .body = &session_kind,
     .example = "{\"token\": \"propd_0123456789abcdef\"}", .flags = ROUTE_SECRET,
     .help = "logs a browser in: a cookie for a token", .answers = {{200, "session", NULL}},
     .problems = {ERROR_UNAUTHORIZED, ERROR_TOO_MANY}},
    {"DELETE", "/v1/session", handle_session_delete, .help = "logs it out",
     .answers = {{204, NULL, NULL}}},
    {"GET", "/v1/tokens", handle_tokens_list, .query = &page_query_kind, .is_slow = always,
     .scope = "admin", .help = "tokens, newest first, without their texts",
     .answers = {{200, "token_list", NULL}, ANSWERS_ROWS}, .problems = {ERROR_NOT_ACCEPTABLE}},
    {"POST", "/v1/tokens", handle_tokens_post, .body_kind = BODY_JSON, .body = &token_request_kind,
     .example = "{\"name\": \"ci\", \"scopes\": [\"read\", \"predict\"], \"expires\": \"30d\"}",
     .is_slow = always, .flags = ROUTE_SECRET, .scope = "admin",
     .help = "makes a token; the answer alone has its text", .answers = {{201, "token_made", NULL}},
     .problems = {ERROR_CONFLICT}},
    {"GET", "/v1/tokens/{token}", handle_tokens_get, .is_slow = always, .scope = "admin",
     .help = "a token: owner, scopes, quotas, when it was used last",
     .answers = {{200, "token", NULL}}},
    {"DELETE", "/v1/tokens/{token}", handle_tokens_delete, .is_slow = always, .scope = "admin",
     .help = "revokes a token: it counts no more", .answers = {{204, NULL, NULL}}},
    {.method = NULL}};

/* All routes of propd. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/page.h"
#include "daemon/daemon.h"
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

static int64_t limit_model(const struct config *config)
{
    return config->max_model;
}

static int64_t limit_predict(const struct config *config)
{
    return config->max_predict_body;
}

const struct route api_routes[] = {
    {"GET", "/", handle_page, .scope = "read", .help = "what this is"},
    {"GET", "/healthz", handle_healthz, .help = "whether the process answers"},
    {"GET", "/readyz", handle_readyz, .help = "whether it takes work; 503 while it stops"},
    {"GET", "/v1/system", handle_system, .scope = "read",
     .help = "cores, memory, queue, storage, versions, instruction set"},
    {"GET", "/v1/catalog", handle_catalog, .scope = "read",
     .help = "every layer, loss, optimizer … with fields, defaults and help"},

    {"GET", "/v1/datasets", handle_datasets_list, .query = &page_query_kind, .scope = "read",
     .help = "datasets, newest first"},
    {"POST", "/v1/datasets", handle_datasets_post, .query = &datasets_post_query_kind,
     .body_kind = BODY_UPLOAD, .body_limit = limit_dataset, .is_slow = always, .scope = "train",
     .help = "uploads a file, or a form with features and labels"},
    {"PUT", "/v1/datasets/{dataset}", handle_datasets_put, .query = &dataset_options_kind,
     .body_kind = BODY_UPLOAD, .body_limit = limit_dataset, .is_slow = always, .scope = "train",
     .help = "uploads a file under a name: what curl -T sends"},
    {"GET", "/v1/datasets/{dataset}", handle_datasets_get, .scope = "read",
     .help = "a dataset: columns with type, missing values, range, categories, histogram"},
    {"GET", "/v1/datasets/{dataset}/rows", handle_rows, .query = &rows_query_kind,
     .is_slow = always, .scope = "read", .help = "a look at the data: rows as objects"},
    {"GET", "/v1/datasets/{dataset}/rows/{row}.png", handle_rows_image,
     .query = &rows_image_query_kind, .is_slow = always, .scope = "read",
     .help = "the image of a row"},
    {"DELETE", "/v1/datasets/{dataset}", handle_datasets_delete, .scope = "train",
     .help = "removes a version of a dataset that no unfinished job needs"},

    {"POST", "/v1/augmentations:preview", handle_augmentations_preview, .body_kind = BODY_JSON,
     .is_slow = always, .scope = "read", .help = "rows before and after a list of augmentations"},
    {"POST", "/v1/networks:check", handle_networks_check, .body_kind = BODY_JSON, .is_slow = always,
     .scope = "train",
     .help = "a job document, tried out and not run: layers, gradients, pace; or shapes alone"},

    {"GET", "/v1/jobs", handle_jobs_list, .query = &jobs_list_query_kind, .scope = "read",
     .help = "jobs, newest first"},
    {"POST", "/v1/jobs", handle_jobs_post, .body_kind = BODY_JSON, .is_slow = always,
     .scope = "train", .help = "checks a job document and queues it"},
    {"GET", "/v1/jobs/{job}", handle_jobs_get, .scope = "read",
     .help = "a job: state, progress, metrics, best, model, error"},
    {"PATCH", "/v1/jobs/{job}", handle_jobs_patch, .body_kind = BODY_JSON, .body = &job_patch_kind,
     .is_slow = always, .scope = "train",
     .help = "changes priority, tags and, from the next step on, what a job trains by"},
    {"DELETE", "/v1/jobs/{job}", handle_jobs_delete, .scope = "train",
     .help = "removes a finished job; its models stay"},
    {"POST", "/v1/jobs/{job}:cancel", handle_jobs_cancel, .body_kind = BODY_JSON,
     .body = &jobs_cancel_kind, .is_slow = always, .scope = "train", .help = "ends a job"},
    {"POST", "/v1/jobs/{job}:pause", handle_jobs_pause, .body_kind = BODY_JSON,
     .body = &jobs_move_kind, .is_slow = always, .scope = "train",
     .help = "stops a job so that it can go on"},
    {"POST", "/v1/jobs/{job}:resume", handle_jobs_resume, .body_kind = BODY_JSON,
     .body = &jobs_move_kind, .is_slow = always, .scope = "train",
     .help = "lets a paused job go on"},
    {"POST", "/v1/jobs/{job}:retry", handle_jobs_retry, .body_kind = BODY_JSON,
     .body = &jobs_move_kind, .is_slow = always, .scope = "train",
     .help = "queues a failed or cancelled job again, from its last checkpoint"},
    {"POST", "/v1/jobs/{job}:verify", handle_jobs_verify, .body_kind = BODY_JSON,
     .body = &jobs_move_kind, .is_slow = always, .scope = "train",
     .help = "replays a succeeded job from its record and compares the SHA-256 of the weights"},
    {"GET", "/v1/jobs/{job}/history", handle_history, .query = &history_query_kind,
     .is_slow = history_is_long, .scope = "read", .help = "loss and metrics at any zoom"},
    {"GET", "/v1/jobs/{job}/events", handle_events, .query = &events_query_kind,
     .flags = ROUTE_STREAM, .scope = "read", .help = "what happens to a job, as it happens"},
    {"GET", "/v1/jobs/{job}/evaluation", handle_jobs_evaluation, .scope = "read",
     .help = "confusion matrix and figures a class of the job's model"},
    {"GET", "/v1/jobs/{job}/weights/histograms", handle_histograms, .query = &histograms_query_kind,
     .is_slow = always, .scope = "read",
     .help = "histograms of weights and gradients, and update ratios, by layer and epoch"},

    {"GET", "/v1/models", handle_models_list, .query = &page_query_kind, .scope = "read",
     .help = "models, newest first"},
    {"POST", "/v1/models", handle_models_post, .query = &models_post_query_kind,
     .body_kind = BODY_UPLOAD, .body_limit = limit_model, .is_slow = always, .scope = "train",
     .help = "imports a safetensors file"},
    {"GET", "/v1/models/{model}", handle_models_get, .scope = "read",
     .help = "a model: input, layers, metrics, lineage, digest"},
    {"DELETE", "/v1/models/{model}", handle_models_delete, .scope = "train",
     .help = "removes a version of a model"},
    {"GET", "/v1/models/{model}/file", handle_models_file, .query = &models_file_query_kind,
     .is_slow = always, .scope = "read", .help = "the model as a file"},
    {"POST", "/v1/models/{model}:predict", .steps = &predict_steps, .body_kind = BODY_JSON,
     .body_limit = limit_predict, .is_slow = body_is_large, .flags = ROUTE_TENSORFLOW,
     .scope = "predict", .help = "predictions for rows"},
    {"POST", "/v1/models/{model}:trace", handle_trace, .body_kind = BODY_JSON, .body = &trace_kind,
     .body_limit = limit_predict, .is_slow = always, .scope = "predict",
     .help = "what every layer computes for a row and, with a target, every gradient"},
    {"POST", "/v1/models/{model}:evaluate", handle_evaluate, .body_kind = BODY_JSON,
     .body = &evaluate_kind, .is_slow = always, .scope = "read",
     .help = "metrics of a model on the rows of a dataset"},
    {"POST", "/v1/models/{model}:importance", handle_importance, .body_kind = BODY_JSON,
     .body = &importance_kind, .is_slow = always, .scope = "read",
     .help = "by how much a model gets worse when a column's values are dealt out at random"},
    {.method = NULL}};

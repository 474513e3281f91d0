/* The Open Inference Protocol without its inference: server, health, models, repository index.
 * kserve/open-inference-protocol, specification/protocol/inference_rest.md; KServe's client reads
 * the bodies of the health routes, Triton's their status. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/handlers/inference.h"
#include "daemon/daemon.h"
#include "engine/prediction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLATFORM "propd_native"

/* ---- server */

int handle_oip_server(struct request *request, struct reply *reply, struct error *error)
{
    (void)request;
    return reply_json(reply, 200,
                      json_pack("{s:s, s:s, s:[s, s, s]}", "name", "propd", "version",
                                PROPD_VERSION, "extensions", "binary_tensor_data", "classification",
                                "statistics"),
                      error);
}

int handle_oip_live(struct request *request, struct reply *reply, struct error *error)
{
    (void)request;
    return reply_json(reply, 200, json_pack("{s:b}", "live", 1), error);
}

int handle_oip_ready(struct request *request, struct reply *reply, struct error *error)
{
    const bool ready = !request->service->stopping;
    return reply_json(reply, ready ? 200 : 503, json_pack("{s:b, s:b}", "live", 1, "ready", ready),
                      error);
}

/* ---- all models */

enum { PAGE_SIZE = 500 };

typedef int each_model_fn(void *context, const struct model_record *record);

static void visit(struct model_record *records, size_t count, each_model_fn *each, void *context)
{
    for (size_t i = 0; i < count; i++) {
        (void)each(context, &records[i]);
        model_record_clear(&records[i]);
    }
    free(records);
}

/* Calls each() for every version that the viewer has, newest first; name NULL: of all models. */
static int each_model(const struct request *request, const char *name, each_model_fn *each,
                      void *context, struct error *error)
{
    struct store *store = daemon_store(request->service->daemon);
    struct store_place after, next;
    char *names[] = {(char *)(uintptr_t)name};
    const struct store_filter by_name = {.column = "name", .texts = names, .count = 1};
    struct store_page page = {.viewer = &request->viewer,
                              .limit = PAGE_SIZE,
                              .filters = &by_name,
                              .filter_count = name != NULL,
                              .next = &next};
    bool more = true;
    while (more) {
        struct model_record *records = NULL;
        size_t count = 0;
        if (store_model_list(store, &page, &records, &count, &more, error) != 0)
            return -1;
        visit(records, count, each, context);
        after = next;
        page.after = &after;
    }
    return 0;
}

/* An object whose keys are the names: each once, in the order in which they come. */
static int add_name(void *names, const struct model_record *record)
{
    return json_object_get(names, record->name) != NULL
               ? 0
               : json_object_set_new(names, record->name, json_null());
}

int handle_oip_models(struct request *request, struct reply *reply, struct error *error)
{
    json_auto_t *names = json_object(), *list = json_array();
    const char *name;
    json_t *value;
    if (each_model(request, NULL, add_name, names, error) != 0)
        return -1;
    json_object_foreach(names, name, value)
    {
        (void)json_array_append_new(list, json_string(name));
    }
    return reply_json(reply, 200, json_pack("{s:O}", "models", list), error);
}

static int add_index(void *list, const struct model_record *record)
{
    char version[VERSION_TEXT_SIZE];
    (void)snprintf(version, sizeof version, "%lld", (long long)record->version);
    return json_array_append_new(list,
                                 json_pack("{s:s, s:s, s:s, s:s}", "name", record->name, "version",
                                           version, "state", "READY", "reason", ""));
}

/* {"ready": true} asks for what is ready, which all models are. */
struct index_request {
    bool ready;
};
static const struct field index_fields[] = {
    FIELD_BOOLEAN(struct index_request, ready, .text = "false",
                  .help = "only models that are ready: all are"),
    FIELD_END};
const struct kind oip_index_kind = {.name = "index",
                                    .help = "which models to list",
                                    .size = sizeof(struct index_request),
                                    .fields = index_fields};

int handle_oip_index(struct request *request, struct reply *reply, struct error *error)
{
    struct index_request asked = {0};
    if (request_read_body(request, &oip_index_kind, &asked, error) != 0)
        return -1;
    json_t *list = json_array();
    if (each_model(request, NULL, add_index, list, error) != 0) {
        json_decref(list);
        return -1;
    }
    return reply_json(reply, 200, list, error);
}

/* ---- one model */

static int add_version(void *list, const struct model_record *record)
{
    char version[VERSION_TEXT_SIZE];
    (void)snprintf(version, sizeof version, "%lld", (long long)record->version);
    return json_array_insert_new(list, 0, json_string(version));
}

static json_t *versions_json(struct request *request, const struct model_title *title,
                             struct error *error)
{
    json_auto_t *versions = json_array();
    if (title->is_live)
        return json_pack("[s]", MODEL_LIVE);
    if (each_model(request, title->name, add_version, versions, error) != 0)
        return NULL;
    return json_incref(versions);
}

int handle_oip_model(struct request *request, struct reply *reply, struct error *error)
{
    struct model_title title;
    const struct model *model = inference_hold(request, &title, error);
    if (model == NULL)
        return -1;
    json_t *versions = versions_json(request, &title, error);
    json_t *metadata =
        versions != NULL ? json_pack("{s:s, s:o, s:s, s:o, s:o}", "name", title.name, "versions",
                                     versions, "platform", PLATFORM, "inputs",
                                     prediction_inputs(model), "outputs", prediction_outputs(model))
                         : NULL;
    daemon_model_release(request->service->daemon, model);
    return reply_json(reply, 200, metadata, error);
}

int handle_oip_model_ready(struct request *request, struct reply *reply, struct error *error)
{
    struct model_title title;
    const struct model *model = inference_hold(request, &title, error);
    if (model == NULL)
        return -1;
    daemon_model_release(request->service->daemon, model);
    return reply_json(reply, 200, json_pack("{s:s, s:b}", "name", title.name, "ready", 1), error);
}

/* ---- statistics (Triton's extension_statistics.md) */

static json_t *duration_json(int64_t count, uint64_t ns)
{
    return json_pack("{s:I, s:I}", "count", (json_int_t)count, "ns", (json_int_t)ns);
}

static json_t *statistics_json(const char *name, const char *version,
                               const struct model_statistics *model)
{
    const struct inference_times *times = &model->times;
    const int64_t count = model->successes;
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:{s:o, s:o, s:o, s:o, s:o, s:o}}", "name", name,
                     "version", version, "last_inference", (json_int_t)model->last_ms,
                     "inference_count", (json_int_t)model->rows, "execution_count",
                     (json_int_t)model->executions, "inference_stats", "success",
                     duration_json(count, times->total_ns), "fail",
                     duration_json(model->failures, model->failed_ns), "queue",
                     duration_json(count, times->queue_ns), "compute_input",
                     duration_json(count, times->input_ns), "compute_infer",
                     duration_json(count, times->infer_ns), "compute_output",
                     duration_json(count, times->output_ns));
}

struct counting {
    struct daemon *daemon;
    json_t *list;
};

static int add_statistics(void *context, const struct model_record *record)
{
    struct counting *counting = context;
    struct model_statistics model;
    char version[VERSION_TEXT_SIZE];
    (void)snprintf(version, sizeof version, "%lld", (long long)record->version);
    daemon_statistics_get(counting->daemon, record->id, &model);
    return json_array_append_new(counting->list, statistics_json(record->name, version, &model));
}

static int add_one(struct request *request, struct counting *counting, struct error *error)
{
    struct model_title title;
    struct model_statistics model;
    char version[VERSION_TEXT_SIZE];
    const struct model *held = inference_hold(request, &title, error);
    if (held == NULL)
        return -1;
    daemon_model_release(counting->daemon, held);
    if (request->captures[1] == NULL && !title.is_live)
        return each_model(request, title.name, add_statistics, counting, error);
    inference_version(&title, version);
    daemon_statistics_get(counting->daemon, title.id, &model);
    (void)json_array_append_new(counting->list, statistics_json(title.name, version, &model));
    return 0;
}

int handle_oip_statistics(struct request *request, struct reply *reply, struct error *error)
{
    json_auto_t *list = json_array();
    struct counting counting = {.daemon = request->service->daemon, .list = list};
    int result = request->captures[0] != NULL
                     ? add_one(request, &counting, error)
                     : each_model(request, NULL, add_statistics, &counting, error);
    if (result != 0)
        return -1;
    return reply_json(reply, 200, json_pack("{s:O}", "model_stats", list), error);
}

/* GET /v1/system: the machine, what is in use, and versions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/json.h"
#include "base/clock.h"
#include "daemon/daemon.h"
#include "daemon/job_state.h"
#include "engine/kernels/kernels.h"

static json_t *load_json(const struct daemon_load *load)
{
    return json_pack("{s:{s:I, s:I}, s:{s:I, s:I}, s:{s:I, s:I}}", "cores", "total",
                     (json_int_t)load->cores, "used", (json_int_t)load->cores_used, "memory",
                     "budget", (json_int_t)load->memory, "used", (json_int_t)load->memory_used,
                     "jobs", "running", (json_int_t)load->running, "queued",
                     (json_int_t)load->queued);
}

/* Beside those that are at work, as the scheduler has them: how many rest and how many are over. */
static int add_counts(json_t *jobs, struct store *store, struct error *error)
{
    static const char *const states[] = {STATE_PAUSED, STATE_SUCCEEDED, STATE_FAILED,
                                         STATE_CANCELLED};
    int64_t counts[ARRAY_COUNT(states)];
    if (store_job_counts(store, states, ARRAY_COUNT(states), counts, error) != 0)
        return -1;
    for (size_t i = 0; i < ARRAY_COUNT(states); i++)
        (void)json_object_set_new(jobs, states[i], json_integer((json_int_t)counts[i]));
    return 0;
}

static json_t *storage_json(const struct store_statistics *statistics)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:i}", "database_bytes",
                     (json_int_t)statistics->database_bytes, "dataset_bytes",
                     (json_int_t)statistics->dataset_bytes, "free_bytes",
                     (json_int_t)statistics->free_bytes, "commits", (json_int_t)statistics->commits,
                     "operations", (json_int_t)statistics->operations, "reads",
                     (json_int_t)statistics->reads, "schema_version", statistics->schema_version);
}

int handle_system(struct request *request, struct reply *reply, struct error *error)
{
    const struct service *service = request->service;
    const struct daemon_load load = daemon_load(service->daemon);
    struct store *store = daemon_store(service->daemon);
    struct store_statistics statistics;
    json_auto_t *in_use = load_json(&load);
    const struct kernels *kernels = kernels_get(error);
    if (kernels == NULL || store_statistics(store, &statistics, error) != 0 ||
        add_counts(json_object_get(in_use, "jobs"), store, error) != 0)
        return -1;
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:s, s:f, s:o}", "version", PROPD_VERSION, "http_library",
                  service->http_library != NULL ? service->http_library : "", "json_library",
                  jansson_version_str(), "instruction_set", kernels->name, "uptime_s",
                  clock_since_s(service->started_ns), "storage", storage_json(&statistics));
    if (json != NULL && in_use != NULL)
        (void)json_object_update(json, in_use);
    return reply_json(reply, 200, json, error);
}

/* GET /metrics: what is counted, for Prometheus. No label names a job, a model or a user, so that
 * the number of series is known. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/exposition.h"
#include "api/handlers/handlers.h"
#include "base/process.h"
#include "daemon/daemon.h"
#include "daemon/job_state.h"
#include "engine/kernels/kernels.h"

#include <stdio.h>

/* All that the table below reads. */
struct snapshot {
    struct service *service;
    struct daemon_load load;
    struct daemon_work work;
    struct store_statistics storage;
    struct process_usage process;
    const struct kernels *kernels;
};

/* ---- numbers */

#define GETTER(name, expression)                                                                   \
    static double name(const struct snapshot *at)                                                  \
    {                                                                                              \
        return (double)(expression);                                                               \
    }
GETTER(connections, atomic_load(&at->service->traffic.connections))
GETTER(streams, atomic_load(&at->service->traffic.streams))
GETTER(failed_logins, atomic_load(&at->service->traffic.failed_logins))
GETTER(queue_length, at->load.queued)
GETTER(cores, at->load.cores)
GETTER(cores_used, at->load.cores_used)
GETTER(memory_budget, at->load.memory)
GETTER(memory_used, at->load.memory_used)
GETTER(steps, at->work.steps)
GETTER(samples, at->work.samples)
GETTER(database_bytes, at->storage.database_bytes)
GETTER(dataset_bytes, at->storage.dataset_bytes)
GETTER(free_bytes, at->storage.free_bytes)
GETTER(floor_bytes, at->storage.floor_bytes)
GETTER(commits, at->storage.commits)
GETTER(operations, at->storage.operations)
GETTER(process_cpu, at->process.cpu_s)
GETTER(process_files, at->process.open_files)
GETTER(process_files_most, at->process.most_files)
GETTER(process_resident, at->process.resident_bytes)
GETTER(process_virtual, at->process.virtual_bytes)
GETTER(process_threads, at->process.threads)
GETTER(process_started, at->process.started_unix_s)
#undef GETTER

/* ---- families with labels */

static int write_build(struct bytes *text, const char *name, const struct snapshot *at,
                       struct error *error)
{
    (void)error;
    bytes_printf(text, "%s{version=\"%s\",instruction_set=\"%s\",http_library=\"%s\"} 1\n", name,
                 PROPD_VERSION, at->kernels->name,
                 at->service->http_library != NULL ? at->service->http_library : "");
    return 0;
}

/* Series appear with their first request, and stay. */
static int write_requests(struct bytes *text, const char *name, const struct snapshot *at,
                          struct error *error)
{
    (void)error;
    const struct route *routes = at->service->routes;
    int count = 0;
    while (count < TRAFFIC_ROUTES_MAX && routes[count].method != NULL)
        count++;
    for (int i = 0; i <= count; i++) {
        int place = i < count ? i : TRAFFIC_ROUTES_MAX;
        for (int class = 0; class < TRAFFIC_CLASSES; class ++) {
            char labels[256];
            uint64_t requests = atomic_load(&at->service->traffic.requests[place][class]);
            if (requests == 0)
                continue;
            (void)snprintf(labels, sizeof labels, "method=\"%s\",route=\"%s\",status=\"%dxx\"",
                           i < count ? routes[i].method : "other",
                           i < count ? routes[i].path : "other", class + 1);
            exposition_sample(text, name, labels, (double)requests);
        }
    }
    return 0;
}

static int write_jobs(struct bytes *text, const char *name, const struct snapshot *at,
                      struct error *error)
{
    static const char *const states[] = {STATE_QUEUED,    STATE_RUNNING, STATE_PAUSED,
                                         STATE_SUCCEEDED, STATE_FAILED,  STATE_CANCELLED};
    int64_t counts[ARRAY_COUNT(states)];
    if (store_job_counts(daemon_store(at->service->daemon), states, ARRAY_COUNT(states), counts,
                         error) != 0)
        return -1;
    for (size_t i = 0; i < ARRAY_COUNT(states); i++) {
        char labels[64];
        (void)snprintf(labels, sizeof labels, "state=\"%s\"", states[i]);
        exposition_sample(text, name, labels, (double)counts[i]);
    }
    return 0;
}

static void write_caches(struct bytes *text, const char *name, uint64_t datasets, uint64_t models)
{
    exposition_sample(text, name, "cache=\"datasets\"", (double)datasets);
    exposition_sample(text, name, "cache=\"models\"", (double)models);
}

static int write_hits(struct bytes *text, const char *name, const struct snapshot *at,
                      struct error *error)
{
    (void)error;
    write_caches(text, name, at->work.dataset_hits, at->work.model_hits);
    return 0;
}

static int write_misses(struct bytes *text, const char *name, const struct snapshot *at,
                        struct error *error)
{
    (void)error;
    write_caches(text, name, at->work.dataset_misses, at->work.model_misses);
    return 0;
}

/* ---- histograms */

static const struct timing *request_timing(const struct snapshot *at)
{
    return &at->service->traffic.request;
}

static const struct timing *prediction_timing(const struct snapshot *at)
{
    return &at->service->traffic.prediction;
}

static const struct timing *wait_timing(const struct snapshot *at)
{
    return at->work.waits;
}

static const struct timing *commit_timing(const struct snapshot *at)
{
    return store_commit_timing(daemon_store(at->service->daemon));
}

/* ---- the table */

/* One of value, timing and write. */
static const struct family {
    const char *name, *type, *help;
    double (*value)(const struct snapshot *at);
    const struct timing *(*timing)(const struct snapshot *at);
    int (*write)(struct bytes *text, const char *name, const struct snapshot *at,
                 struct error *error);
} families[] = {
    {"propd_build_info", "gauge", "What runs; its value is 1.", .write = write_build},
    {"propd_cache_hits_total", "counter", "Things that were in memory when they were needed.",
     .write = write_hits},
    {"propd_cache_misses_total", "counter", "Things that had to be loaded.", .write = write_misses},
    {"propd_commit_duration_seconds", "histogram",
     "Transactions from their begin until they are on disk.", .timing = commit_timing},
    {"propd_commits_total", "counter", "Transactions.", .value = commits},
    {"propd_cores", "gauge", "Cores that jobs may use.", .value = cores},
    {"propd_cores_used", "gauge", "Cores that jobs use.", .value = cores_used},
    {"propd_database_bytes", "gauge", "Size of the database with its log.",
     .value = database_bytes},
    {"propd_dataset_bytes", "gauge", "Size of all datasets.", .value = dataset_bytes},
    {"propd_failed_logins_total", "counter", "Tokens and cookies that did not count.",
     .value = failed_logins},
    {"propd_free_space_bytes", "gauge", "Space that is left on the disk.", .value = free_bytes},
    {"propd_free_space_floor_bytes", "gauge",
     "Space that is never filled: writes are refused below it.", .value = floor_bytes},
    {"propd_http_connections", "gauge", "Connections that are open.", .value = connections},
    {"propd_http_request_duration_seconds", "histogram",
     "Requests from their first line until their answer begins; long polls wait.",
     .timing = request_timing},
    {"propd_http_requests_total", "counter", "Requests by route and class of status.",
     .write = write_requests},
    {"propd_http_streams", "gauge", "Event streams and long polls that are open.",
     .value = streams},
    {"propd_job_memory_budget_bytes", "gauge", "Memory that jobs may have.",
     .value = memory_budget},
    {"propd_job_memory_used_bytes", "gauge", "Memory that running jobs have.",
     .value = memory_used},
    {"propd_job_wait_duration_seconds", "histogram", "Jobs in the queue, until they start.",
     .timing = wait_timing},
    {"propd_jobs", "gauge", "Jobs by state.", .write = write_jobs},
    {"propd_operations_total", "counter", "Writes, of which a transaction has one or more.",
     .value = operations},
    {"propd_prediction_duration_seconds", "histogram",
     "Computing of predictions, by request; those that are computed together take the same time.",
     .timing = prediction_timing},
    {"propd_queue_length", "gauge", "Jobs that wait for cores or memory.", .value = queue_length},
    {"propd_training_samples_total", "counter", "Rows that updates were made of.",
     .value = samples},
    {"propd_training_steps_total", "counter", "Updates of weights.", .value = steps},
    {"process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.",
     .value = process_cpu},
    {"process_max_fds", "gauge", "Maximum number of open file descriptors.",
     .value = process_files_most},
    {"process_open_fds", "gauge", "Number of open file descriptors.", .value = process_files},
    {"process_resident_memory_bytes", "gauge", "Resident memory size in bytes.",
     .value = process_resident},
    {"process_start_time_seconds", "gauge",
     "Start time of the process since unix epoch in seconds.", .value = process_started},
    {"process_threads", "gauge", "Number of OS threads in the process.", .value = process_threads},
    {"process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.",
     .value = process_virtual},
};

static int take_snapshot(struct service *service, struct snapshot *at, struct error *error)
{
    *at = (struct snapshot){.service = service,
                            .load = daemon_load(service->daemon),
                            .work = daemon_work(service->daemon),
                            .process = process_usage_get(),
                            .kernels = kernels_get(error)};
    if (at->kernels == NULL)
        return -1;
    return store_statistics(daemon_store(service->daemon), &at->storage, error);
}

static int write_family(struct bytes *text, const struct family *family, const struct snapshot *at,
                        struct error *error)
{
    exposition_family(text, family->name, family->type, family->help);
    if (family->write != NULL)
        return family->write(text, family->name, at, error);
    if (family->timing != NULL)
        exposition_timing(text, family->name, family->timing(at));
    else
        exposition_sample(text, family->name, "", family->value(at));
    return 0;
}

int handle_metrics(struct request *request, struct reply *reply, struct error *error)
{
    struct snapshot at;
    if (take_snapshot(request->service, &at, error) != 0)
        return -1;
    for (size_t i = 0; i < ARRAY_COUNT(families); i++)
        if (write_family(&reply->body, &families[i], &at, error) != 0)
            return -1;
    reply->status = 200;
    reply->content_type = EXPOSITION_TYPE;
    return bytes_check(&reply->body, error);
}

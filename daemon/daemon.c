/* Start and stop of the service, and what a crash left behind. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/daemon.h"
#include "base/log.h"
#include "daemon/internal.h"
#include "daemon/job.h"
#include "daemon/job_state.h"
#include "daemon/live.h"
#include "storage/backup.h"
#include "storage/deliveries.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

static int64_t cores_of_process(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set)
                                                       : sysconf(_SC_NPROCESSORS_ONLN);
}

static int64_t memory_of_machine(void)
{
    return (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGE_SIZE);
}

static void free_dataset(void *dataset)
{
    dataset_close(dataset);
}

static void free_model(void *model)
{
    model_free(model);
}

static void ids_free(char **ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(ids[i]);
    free(ids);
}

/* Calls each(daemon, id) for every job in `state`. */
static int each_job(struct daemon *daemon, const char *state,
                    int (*each)(struct daemon *daemon, const char *id, struct error *error),
                    struct error *error)
{
    char **ids = NULL;
    size_t count = 0;
    int result = store_job_ids(daemon->store, state, &ids, &count, error);
    for (size_t i = 0; result == 0 && i < count; i++)
        result = each(daemon, ids[i], error);
    ids_free(ids, count);
    return result;
}

/* A job that was running when the process ended without a word goes back into the queue. */
static int job_recover(struct daemon *daemon, const char *id, struct error *error)
{
    struct job_change change = {.id = id, .add_attempts = 1};
    log_write(LOG_LEVEL_WARNING, "job_recovered", "job", LOG_TEXT(id), NULL);
    return job_move(daemon->store, &change, states_running, STATE_QUEUED,
                    "the daemon ended without notice; goes on from the last checkpoint", error);
}

static int job_enqueue(struct daemon *daemon, const char *id, struct error *error)
{
    AUTO_CLEAR(job_record_clear) struct job_record record = {0};
    if (store_job_get(daemon->store, id, &record, error) != 0)
        return -1;
    return daemon_job_schedule(daemon, &record, error);
}

static int64_t cores_of_owner(void *context, const char *owner)
{
    return tokens_quota(context, owner).cores;
}

static int daemon_open(struct daemon *daemon, struct error *error)
{
    const struct config *config = daemon->config;
    const struct store_options options = {.folder = config->data,
                                          .free_space_floor = (uint64_t)config->free_space_floor};
    daemon->store = store_open(&options, error);
    if (daemon->store == NULL)
        return -1;
    if (config->webhook_url != NULL)
        store_announce_ends(daemon->store);
    daemon->tokens = tokens_open(daemon->store, (enum tokens_mode)config->tokens,
                                 config_is_loopback(config), error);
    if (daemon->tokens == NULL)
        return -1;
    daemon->datasets = cache_create((uint64_t)config->cache_datasets, free_dataset, error);
    daemon->models = cache_create((uint64_t)config->cache_models, free_model, error);
    daemon->model_names = model_names_create(error);
    daemon->statistics = statistics_create(error);
    daemon->live = live_create(error);
    daemon->scheduler = scheduler_create(
        config->cores > 0 ? config->cores : cores_of_process(),
        config->memory > 0 ? config->memory : memory_of_machine() / 2, job_run, daemon, error);
    if (daemon->scheduler != NULL)
        scheduler_note_changes(daemon->scheduler, store_changes(daemon->store));
    if (daemon->datasets == NULL || daemon->models == NULL || daemon->model_names == NULL ||
        daemon->statistics == NULL || daemon->live == NULL || daemon->scheduler == NULL)
        return -1;
    scheduler_limit_owners(daemon->scheduler, cores_of_owner, daemon->tokens);
    return 0;
}

struct daemon *daemon_start(const struct config *config, struct error *error)
{
    struct daemon *daemon = calloc(1, sizeof *daemon);
    if (daemon == NULL) {
        error_set(error, ERROR_MEMORY, "no memory to start");
        return NULL;
    }
    daemon->config = config;
    if (kernels_get(error) == NULL || daemon_open(daemon, error) != 0 ||
        each_job(daemon, STATE_RUNNING, job_recover, error) != 0 ||
        each_job(daemon, STATE_QUEUED, job_enqueue, error) != 0 ||
        (daemon->upkeep = upkeep_start(daemon, error)) == NULL) {
        daemon_stop(daemon);
        return NULL;
    }
    return daemon;
}

void daemon_quiesce(struct daemon *daemon)
{
    atomic_store(&daemon->stopping, true);
    scheduler_quiesce(daemon->scheduler);
}

void daemon_stop(struct daemon *daemon)
{
    if (daemon == NULL)
        return;
    atomic_store(&daemon->stopping, true);
    upkeep_stop(daemon->upkeep);
    if (daemon->scheduler != NULL)
        scheduler_stop(daemon->scheduler);
    scheduler_free(daemon->scheduler);
    webhooks_stop(daemon->webhooks);
    cache_free(daemon->datasets);
    cache_free(daemon->models);
    cache_free(daemon->model_names);
    statistics_free(daemon->statistics);
    live_free(daemon->live);
    tokens_close(daemon->tokens);
    store_close(daemon->store);
    free(daemon);
}

struct store *daemon_store(struct daemon *daemon)
{
    return daemon->store;
}

const struct config *daemon_config(const struct daemon *daemon)
{
    return daemon->config;
}

struct store_backup *daemon_backup_begin(struct daemon *daemon, struct error *error)
{
    return store_backup_begin(daemon->store, &daemon->stopping, error);
}

struct tokens *daemon_tokens(struct daemon *daemon)
{
    return daemon->tokens;
}

struct daemon_load daemon_load(struct daemon *daemon)
{
    const struct scheduler_load load = scheduler_load(daemon->scheduler);
    return (struct daemon_load){.cores = load.cores,
                                .cores_used = load.cores_used,
                                .memory = load.memory,
                                .memory_used = load.memory_used,
                                .running = load.running,
                                .queued = load.queued};
}

struct daemon_work daemon_work(struct daemon *daemon)
{
    const struct cache_count datasets = cache_count(daemon->datasets);
    const struct cache_count models = cache_count(daemon->models);
    return (struct daemon_work){.steps = atomic_load(&daemon->steps),
                                .samples = atomic_load(&daemon->samples),
                                .dataset_hits = datasets.hits,
                                .dataset_misses = datasets.misses,
                                .model_hits = models.hits,
                                .model_misses = models.misses,
                                .waits = scheduler_waits(daemon->scheduler)};
}

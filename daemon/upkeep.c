/* Looking for what may go, and letting it go. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/upkeep.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/internal.h"
#include "daemon/job_state.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { ITEMS_MAX = 500 };
static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

/* ---- rules */

static int64_t days_ago(int64_t days)
{
    return days > 0 ? clock_unix_ms() - days * day_ms : 0;
}

static struct upkeep_rules rules_make(const struct config *config)
{
    return (struct upkeep_rules){.keep_jobs = config->keep_jobs,
                                 .jobs_before_ms = days_ago(config->keep_jobs_days),
                                 .keep_model_versions = config->keep_model_versions,
                                 .keep_checkpoints = config->keep_checkpoints,
                                 .final_state = STATE_SUCCEEDED,
                                 .checkpoints_before_ms = days_ago(config->keep_checkpoints_days)};
}

static int job_remove(struct daemon *daemon, const struct upkeep_item *item, struct error *error)
{
    return daemon_job_remove(daemon, item->id, NULL, error);
}

static int model_remove(struct daemon *daemon, const struct upkeep_item *item, struct error *error)
{
    return daemon_model_remove(daemon, item->id, NULL, error);
}

static int checkpoints_remove(struct daemon *daemon, const struct upkeep_item *item,
                              struct error *error)
{
    return store_checkpoints_prune(daemon->store, item->id, states_finished, item->keep, error);
}

static const struct {
    const char *noun; /* for the log */
    int (*look)(struct store *store, const struct upkeep_rules *rules, int64_t limit,
                struct upkeep_item **items, size_t *count, struct error *error);
    int (*remove)(struct daemon *daemon, const struct upkeep_item *item, struct error *error);
} rule_table[UPKEEP_RULE_COUNT] = {
    [UPKEEP_JOBS] = {"job", store_upkeep_jobs, job_remove},
    [UPKEEP_MODELS] = {"model", store_upkeep_models, model_remove},
    [UPKEEP_CHECKPOINTS] = {"checkpoints of job", store_upkeep_checkpoints, checkpoints_remove},
};

void upkeep_report_clear(struct upkeep_report *report)
{
    for (int rule = 0; rule < UPKEEP_RULE_COUNT; rule++)
        upkeep_items_free(report->rules[rule].items, report->rules[rule].count);
    *report = (struct upkeep_report){0};
}

/* What has changed since it was looked at stays; everything else ends the run. */
static bool is_refusal(const struct error *error)
{
    return error->code == ERROR_CONFLICT || error->code == ERROR_NOT_FOUND;
}

/* Keeps in the report what went. */
static int rule_apply(struct daemon *daemon, enum upkeep_rule rule, struct upkeep_report *report,
                      struct error *error)
{
    struct upkeep_item *items = report->rules[rule].items;
    size_t gone = 0;
    for (size_t i = 0; i < report->rules[rule].count && !daemon->stopping; i++) {
        struct error failure = {0};
        if (rule_table[rule].remove(daemon, &items[i], &failure) == 0) {
            log_write(LOG_LEVEL_INFO, "upkeep_removed", "what", LOG_TEXT(rule_table[rule].noun),
                      "id", LOG_TEXT(items[i].id), "name", LOG_TEXT(items[i].name), NULL);
            const struct upkeep_item item = items[gone];
            items[gone++] = items[i];
            items[i] = item;
        } else if (!is_refusal(&failure)) {
            return error_set(error, failure.code, "%s", failure.message);
        }
    }
    for (size_t i = gone; i < report->rules[rule].count; i++) {
        free(items[i].id);
        free(items[i].name);
    }
    report->rules[rule].count = gone;
    return 0;
}

int upkeep_run(struct daemon *daemon, bool is_rehearsal, struct upkeep_report *report,
               struct error *error)
{
    const struct upkeep_rules rules = rules_make(daemon->config);
    *report = (struct upkeep_report){0};
    for (int rule = 0; rule < UPKEEP_RULE_COUNT; rule++) {
        size_t *count = &report->rules[rule].count;
        if (rule_table[rule].look(daemon->store, &rules, ITEMS_MAX, &report->rules[rule].items,
                                  count, error) != 0) {
            upkeep_report_clear(report);
            return -1;
        }
        report->has_more |= *count == ITEMS_MAX;
        if (!is_rehearsal && rule_apply(daemon, (enum upkeep_rule)rule, report, error) != 0) {
            upkeep_report_clear(report);
            return -1;
        }
    }
    return 0;
}

/* ---- the thread */

struct upkeep {
    struct daemon *daemon;
    pthread_mutex_t mutex;
    pthread_cond_t stop;
    bool is_stopping;
    pthread_t thread;
};

static void run_all(struct daemon *daemon)
{
    struct upkeep_report report = {.has_more = true};
    while (report.has_more && !daemon->stopping) {
        struct error error = {0};
        if (upkeep_run(daemon, false, &report, &error) != 0) {
            log_error("upkeep_failed", &error, "at", "the rules of retention");
            return;
        }
        /* What stays where it was found would be found for ever. */
        size_t gone = 0;
        for (int rule = 0; rule < UPKEEP_RULE_COUNT; rule++)
            gone += report.rules[rule].count;
        report.has_more &= gone > 0;
        bool has_more = report.has_more;
        upkeep_report_clear(&report);
        report.has_more = has_more;
    }
}

static void *run(void *context)
{
    struct upkeep *upkeep = context;
    int64_t every_ms = (int64_t)(upkeep->daemon->config->upkeep_every_s * 1000);
    pthread_mutex_lock(&upkeep->mutex);
    while (!upkeep->is_stopping) {
        uint64_t until = clock_now_ns() + (uint64_t)every_ms * 1000000u;
        const struct timespec time = {.tv_sec = (time_t)(until / 1000000000u),
                                      .tv_nsec = (long)(until % 1000000000u)};
        if (pthread_cond_timedwait(&upkeep->stop, &upkeep->mutex, &time) == 0)
            continue;
        pthread_mutex_unlock(&upkeep->mutex);
        run_all(upkeep->daemon);
        pthread_mutex_lock(&upkeep->mutex);
    }
    pthread_mutex_unlock(&upkeep->mutex);
    return NULL;
}

struct upkeep *upkeep_start(struct daemon *daemon, struct error *error)
{
    struct upkeep *upkeep = calloc(1, sizeof *upkeep);
    pthread_condattr_t steady;
    if (upkeep == NULL) {
        error_set(error, ERROR_MEMORY, "no memory for the upkeep");
        return NULL;
    }
    upkeep->daemon = daemon;
    pthread_mutex_init(&upkeep->mutex, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&upkeep->stop, &steady);
    pthread_condattr_destroy(&steady);
    if (pthread_create(&upkeep->thread, NULL, run, upkeep) == 0)
        return upkeep;
    error_set(error, ERROR_MEMORY, "the thread for the upkeep cannot be started");
    pthread_cond_destroy(&upkeep->stop);
    pthread_mutex_destroy(&upkeep->mutex);
    free(upkeep);
    return NULL;
}

void upkeep_stop(struct upkeep *upkeep)
{
    if (upkeep == NULL)
        return;
    pthread_mutex_lock(&upkeep->mutex);
    upkeep->is_stopping = true;
    pthread_cond_signal(&upkeep->stop);
    pthread_mutex_unlock(&upkeep->mutex);
    pthread_join(upkeep->thread, NULL);
    pthread_cond_destroy(&upkeep->stop);
    pthread_mutex_destroy(&upkeep->mutex);
    free(upkeep);
}

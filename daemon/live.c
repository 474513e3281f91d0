/* Models of jobs that run: the job's thread copies its weights between two steps, when somebody
 * asks and the last copy is old enough. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/live.h"
#include "daemon/internal.h"
#include "daemon/job_state.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A copy serves for so long, and for so many times what it took, so that a job that is asked
 * without end trains on as if nobody did. */
static const uint64_t age_ns = 100000000;
enum { COST_SHARE = 100, COPIES_KEPT = 16, KEY_SIZE = ID_SIZE + 32 };

struct copy {
    char job[ID_SIZE]; /* "": none */
    int64_t step;
    uint64_t taken_ns, cost_ns;
};

struct live {
    pthread_mutex_t mutex; /* of the copies, and of asking for one: who comes meanwhile waits */
    struct copy copies[COPIES_KEPT];
};

struct live *live_create(struct error *error)
{
    struct live *live = calloc(1, sizeof *live);
    if (live == NULL)
        error_set(error, ERROR_MEMORY, "no memory for models of running jobs");
    else
        pthread_mutex_init(&live->mutex, NULL);
    return live;
}

void live_free(struct live *live)
{
    if (live != NULL)
        pthread_mutex_destroy(&live->mutex);
    free(live);
}

const char *live_find(const char *reference)
{
    const char *at = strrchr(reference, '@');
    return at != NULL && strcmp(at + 1, MODEL_LIVE) == 0 ? at : NULL;
}

/* ---- the job */

static int refuse_job(const char *name, struct error *error)
{
    return error_set(error, ERROR_NOT_FOUND,
                     "no job \"%.64s\" runs now: \"%.64s@" MODEL_LIVE "\" is what a running job "
                     "trains; \"%.64s\" is the newest model that one has made",
                     name, name, name);
}

/* The newest running job of that name. */
static int find_by_name(struct daemon *daemon, const struct viewer *viewer, const char *name,
                        struct job_record *record, struct error *error)
{
    char *names[] = {(char *)(uintptr_t)name}, running[] = STATE_RUNNING, *states[] = {running};
    const struct store_filter filters[] = {{.column = "name", .texts = names, .count = 1},
                                           {.column = "state", .texts = states, .count = 1}};
    const struct store_page page = {
        .viewer = viewer, .limit = 1, .filters = filters, .filter_count = 2};
    struct job_record *records = NULL;
    size_t count = 0;
    bool more;
    if (store_job_list(daemon->store, &page, &records, &count, &more, error) != 0)
        return -1;
    if (count > 0)
        *record = records[0];
    free(records);
    return count > 0 ? 0 : refuse_job(name, error);
}

/* By name, or the job's id. */
static int find_job(struct daemon *daemon, const struct viewer *viewer, const char *name,
                    struct job_record *record, struct error *error)
{
    if (strncmp(name, "job_", 4) != 0)
        return find_by_name(daemon, viewer, name, record, error);
    if (store_job_find(daemon->store, viewer, name, record, error) != 0)
        return -1;
    if (strcmp(record->state, STATE_RUNNING) == 0)
        return 0;
    job_record_clear(record);
    return refuse_job(name, error);
}

/* ---- copies; under the mutex */

static void make_key(const struct copy *copy, char key[KEY_SIZE])
{
    (void)snprintf(key, KEY_SIZE, "%s@%lld", copy->job, (long long)copy->step);
}

/* The job's place, or that of the oldest copy. */
static struct copy *copy_find(struct live *live, const char *job)
{
    struct copy *oldest = &live->copies[0];
    for (int i = 0; i < COPIES_KEPT; i++) {
        if (strcmp(live->copies[i].job, job) == 0)
            return &live->copies[i];
        if (live->copies[i].taken_ns < oldest->taken_ns)
            oldest = &live->copies[i];
    }
    return oldest;
}

static struct model *copy_hold(struct daemon *daemon, const struct copy *copy, const char *job)
{
    char key[KEY_SIZE];
    const uint64_t age = clock_now_ns() - copy->taken_ns;
    if (strcmp(copy->job, job) != 0 || (age > age_ns && age > COST_SHARE * copy->cost_ns))
        return NULL;
    make_key(copy, key);
    return cache_hold(daemon->models, key);
}

static int take_model(struct daemon *daemon, const struct job_record *record,
                      struct snapshot *snapshot, struct error *error)
{
    struct steering steering = {.what = snapshot, .kind = STEER_SNAPSHOT};
    switch (scheduler_steer(daemon->scheduler, record->id, &steering)) {
    case REQUEST_DONE:
        if (steering.error.code != ERROR_NONE)
            return error_set(error, steering.error.code, "%s", steering.error.message);
        return 0;
    case REQUEST_REFUSED:
        return error_set(error, ERROR_BUSY, "job %s waits for free disk space", record->id);
    case REQUEST_LEFT:
    case REQUEST_NOT_RUNNING:
        break;
    }
    return refuse_job(record->name, error);
}

/* A new copy in the place of the old one. */
static const struct model *copy_take(struct daemon *daemon, const struct job_record *record,
                                     struct copy *copy, struct error *error)
{
    struct snapshot snapshot = {.model = NULL};
    char key[KEY_SIZE];
    if (take_model(daemon, record, &snapshot, error) != 0)
        return NULL;
    if (model_pack(snapshot.model, error) != 0) {
        model_free(snapshot.model);
        return NULL;
    }
    make_key(copy, key);
    cache_forget(daemon->models, key);
    *copy = (struct copy){
        .step = snapshot.step, .taken_ns = clock_now_ns(), .cost_ns = snapshot.cost_ns};
    (void)snprintf(copy->job, sizeof copy->job, "%s", record->id);
    make_key(copy, key);
    /* A step's weights may have been copied before, and are the same. */
    return cache_add(daemon->models, key, snapshot.model, model_size(snapshot.model), error);
}

static const struct model *hold(struct daemon *daemon, const struct job_record *record,
                                int64_t *step, struct error *error)
{
    struct live *live = daemon->live;
    pthread_mutex_lock(&live->mutex);
    struct copy *copy = copy_find(live, record->id);
    const struct model *model = copy_hold(daemon, copy, record->id);
    if (model == NULL)
        model = copy_take(daemon, record, copy, error);
    *step = copy->step;
    pthread_mutex_unlock(&live->mutex);
    return model;
}

const struct model *live_hold(struct daemon *daemon, const struct viewer *viewer,
                              const char *reference, struct model_title *title, struct error *error)
{
    AUTO_CLEAR(job_record_clear) struct job_record record = {0};
    AUTO_FREE char *name = strndup(reference, (size_t)(live_find(reference) - reference));
    if (name == NULL) {
        error_set(error, ERROR_MEMORY, "no memory for the name of a model");
        return NULL;
    }
    if (find_job(daemon, viewer, name, &record, error) != 0)
        return NULL;
    *title = (struct model_title){.is_live = true};
    (void)snprintf(title->id, sizeof title->id, "%s", record.id);
    (void)snprintf(title->name, sizeof title->name, "%s", record.name);
    return hold(daemon, &record, &title->step, error);
}

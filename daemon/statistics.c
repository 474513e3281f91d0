/* A small table under one mutex: models that are asked for are few, and one that comes anew takes
 * the place of the one that was asked for the longest time ago. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/statistics.h"
#include "base/fnv.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Rows of as many models as an identifier can fall on. */
enum { SETS = 256, WAYS = 4 };

struct statistics {
    pthread_mutex_t mutex;
    uint64_t turn;
    struct model_statistics models[SETS][WAYS];
};

struct statistics *statistics_create(struct error *error)
{
    struct statistics *statistics = calloc(1, sizeof *statistics);
    if (statistics == NULL) {
        error_set(error, ERROR_MEMORY, "no memory for statistics");
        return NULL;
    }
    pthread_mutex_init(&statistics->mutex, NULL);
    return statistics;
}

void statistics_free(struct statistics *statistics)
{
    if (statistics == NULL)
        return;
    pthread_mutex_destroy(&statistics->mutex);
    free(statistics);
}

static struct model_statistics *set_of(struct statistics *statistics, const char *id)
{
    return statistics->models[fnv_add(FNV_START, id, strlen(id)) % SETS];
}

/* The model's place, or the one that it takes. */
static struct model_statistics *place_of(struct statistics *statistics, const char *id)
{
    struct model_statistics *set = set_of(statistics, id), *oldest = set;
    for (int i = 0; i < WAYS; i++) {
        if (strcmp(set[i].id, id) == 0)
            return &set[i];
        if (set[i].turn < oldest->turn)
            oldest = &set[i];
    }
    return oldest;
}

static void times_add(struct inference_times *times, const struct inference_times *more)
{
    times->input_ns += more->input_ns;
    times->queue_ns += more->queue_ns;
    times->infer_ns += more->infer_ns;
    times->output_ns += more->output_ns;
    times->total_ns += more->total_ns;
}

static void count(struct model_statistics *model, const struct inference_sample *sample)
{
    model->executions += sample->executed;
    if (sample->failed) {
        model->failures++;
        model->failed_ns += sample->times.total_ns;
        return;
    }
    model->successes++;
    model->rows += sample->rows;
    model->last_ms = clock_unix_ms();
    times_add(&model->times, &sample->times);
}

void statistics_add(struct statistics *statistics, const char *id,
                    const struct inference_sample *sample)
{
    pthread_mutex_lock(&statistics->mutex);
    struct model_statistics *model = place_of(statistics, id);
    if (strcmp(model->id, id) != 0) {
        *model = (struct model_statistics){.turn = 0};
        strncpy(model->id, id, sizeof model->id - 1);
    }
    model->turn = ++statistics->turn;
    count(model, sample);
    pthread_mutex_unlock(&statistics->mutex);
}

void statistics_get(struct statistics *statistics, const char *id, struct model_statistics *model)
{
    pthread_mutex_lock(&statistics->mutex);
    const struct model_statistics *found = place_of(statistics, id);
    *model = strcmp(found->id, id) == 0 ? *found : (struct model_statistics){.turn = 0};
    pthread_mutex_unlock(&statistics->mutex);
    strncpy(model->id, id, sizeof model->id - 1);
}

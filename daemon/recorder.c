/* Two tables of fixed size, one a step and one an epoch a row; a series is a column. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/recorder.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 32768 };

struct recorder {
    int64_t step_count, epoch_count, metric_count;
    bool round_ended;
    int64_t steps[ROWS_MAX], epoch_steps[ROWS_MAX], epochs[ROWS_MAX];
    double step_values[RECORDER_STEP_SERIES][ROWS_MAX];
    double epoch_values[METRICS_MAX + 2][ROWS_MAX];
    char names[METRICS_MAX + 2][48];
    struct history_points points[RECORDER_SERIES_MAX];
};

struct recorder *recorder_create(struct error *error)
{
    /* Not cleared: most runs need little of it. */
    struct recorder *recorder = malloc(sizeof *recorder);
    if (recorder == NULL) {
        error_set(error, ERROR_MEMORY, "no memory to record a run");
        return NULL;
    }
    recorder->metric_count = 0;
    recorder_reset(recorder);
    return recorder;
}

void recorder_free(struct recorder *recorder)
{
    free(recorder);
}

void recorder_add_step(struct recorder *recorder, const struct trainer_report *report)
{
    assert(recorder->step_count < ROWS_MAX);
    int64_t row = recorder->step_count++;
    recorder->steps[row] = report->step;
    recorder->step_values[0][row] = report->loss;
    recorder->step_values[1][row] = report->learning_rate;
    recorder->step_values[2][row] = report->gradient_norm;
}

/* They stay the same until the next reset. */
static void name_metrics(struct recorder *recorder, const struct trainer_report *report)
{
    recorder->metric_count = report->metric_count;
    for (int i = 0; i < report->metric_count; i++)
        snprintf(recorder->names[i], sizeof recorder->names[i], "%s", report->metrics[i].name);
}

void recorder_add_epoch(struct recorder *recorder, const struct trainer_report *report)
{
    assert(recorder->epoch_count < ROWS_MAX);
    assert(report->metric_count <= METRICS_MAX + 2);
    int64_t row = recorder->epoch_count++;
    assert(row == 0 || recorder->metric_count == report->metric_count);
    if (row == 0)
        name_metrics(recorder, report);
    recorder->epoch_steps[row] = report->step;
    recorder->epochs[row] = report->epoch;
    for (int i = 0; i < report->metric_count; i++)
        recorder->epoch_values[i][row] = report->metrics[i].value;
}

void recorder_end_round(struct recorder *recorder)
{
    recorder->round_ended = true;
}

void recorder_cut(struct recorder *recorder, int64_t step)
{
    while (recorder->step_count > 0 && recorder->steps[recorder->step_count - 1] > step)
        recorder->step_count--;
    while (recorder->epoch_count > 0 && recorder->epoch_steps[recorder->epoch_count - 1] > step)
        recorder->epoch_count--;
}

bool recorder_full(const struct recorder *recorder)
{
    return recorder->round_ended || recorder->step_count == ROWS_MAX ||
           recorder->epoch_count == ROWS_MAX;
}

const struct history_points *recorder_points(struct recorder *recorder, size_t *series_count)
{
    static const char *const step_names[RECORDER_STEP_SERIES] = {"loss", "learning_rate",
                                                                 "gradient_norm"};
    size_t count = 0;
    for (int i = 0; recorder->step_count > 0 && i < RECORDER_STEP_SERIES; i++)
        recorder->points[count++] = (struct history_points){.metric = step_names[i],
                                                            .count = recorder->step_count,
                                                            .steps = recorder->steps,
                                                            .values = recorder->step_values[i]};
    for (int i = 0; recorder->epoch_count > 0 && i < recorder->metric_count; i++)
        recorder->points[count++] = (struct history_points){.metric = recorder->names[i],
                                                            .per_epoch = true,
                                                            .count = recorder->epoch_count,
                                                            .steps = recorder->epoch_steps,
                                                            .epochs = recorder->epochs,
                                                            .values = recorder->epoch_values[i]};
    *series_count = count;
    return recorder->points;
}

void recorder_reset(struct recorder *recorder)
{
    recorder->step_count = 0;
    recorder->epoch_count = 0;
    recorder->round_ended = false;
}

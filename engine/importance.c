/* What each column is worth to a model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/importance.h"
#include "base/compiler.h"
#include "engine/sampler.h"
#include "engine/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct importance {
    struct evaluation *evaluation;
    const struct preprocessing *preprocessing; /* borrowed */
    int64_t repeats, columns;
    uint64_t seed;
    int metric;      /* among the evaluation's */
    double baseline; /* of every value in its own row */
    uint32_t *order;
    double *worse; /* [columns][repeats]: by how much the metric got worse */
    int64_t round; /* -1: the baseline; column * repeats + repeat */
};

void importance_free(struct importance *importance)
{
    if (!importance)
        return;
    evaluation_free(importance->evaluation);
    free(importance->order);
    free(importance->worse);
    free(importance);
}

/* The evaluation's metrics: the one that is asked for, or those of the task. */
static struct evaluation *measure_with(const struct evaluation_setup *setup, const char *metric,
                                       struct error *error)
{
    json_auto_t *names = metric ? json_string(metric) : json_array();
    struct evaluation_setup chosen = *setup;
    chosen.metrics = names;
    chosen.metrics_path = "metric";
    if (!names) {
        error_set(error, ERROR_MEMORY, "out of memory for the name of a metric");
        return NULL;
    }
    return evaluation_create(&chosen, error);
}

static int choose_metric(struct importance *importance, const char *asked, struct error *error)
{
    struct metric_value values[METRICS_MAX];
    int count = evaluation_values(importance->evaluation, values);
    for (int i = 0; i < count; i++)
        if (strcmp(values[i].name, asked ? asked : "r2") == 0)
            importance->metric = i;
    if (count > 0)
        return 0;
    return error_set_at(error, ERROR_INVALID, "metric", "must be one that is a number, not %s",
                        asked);
}

static int importance_open(struct importance *importance, const struct evaluation_setup *setup,
                           const char *metric, struct error *error)
{
    importance->evaluation = measure_with(setup, metric, error);
    if (!importance->evaluation || choose_metric(importance, metric, error))
        return -1;
    size_t rows = (size_t)evaluation_rows(importance->evaluation), size;
    if (size_multiply((size_t)importance->columns * sizeof(double), (size_t)importance->repeats,
                      &size, error))
        return -1;
    importance->order = malloc(rows * sizeof(uint32_t));
    importance->worse = malloc(size);
    if (importance->order && importance->worse)
        return 0;
    return error_set(error, ERROR_MEMORY, "out of memory for the orders of the rows");
}

struct importance *importance_create(const struct evaluation_setup *setup,
                                     const struct importance_options *options, struct error *error)
{
    const json_t *columns = preprocessing_columns(setup->model->preprocessing);
    if (!columns) {
        error_set(error, ERROR_INVALID,
                  "the model takes tensors: only columns of a table have an importance");
        return NULL;
    }
    struct importance *importance = calloc(1, sizeof(*importance));
    if (!importance) {
        error_set(error, ERROR_MEMORY, "out of memory for the importance of columns");
        return NULL;
    }
    importance->preprocessing = setup->model->preprocessing;
    importance->repeats = options->repeats;
    importance->columns = (int64_t)json_array_size(columns);
    importance->seed = options->seed;
    importance->round = -1;
    if (importance_open(importance, setup, options->metric, error) == 0)
        return importance;
    importance_free(importance);
    return NULL;
}

static void note(struct importance *importance)
{
    struct metric_value values[METRICS_MAX];
    evaluation_values(importance->evaluation, values);
    const struct metric_value *measured = &values[importance->metric];
    double difference = importance->baseline - measured->value;
    if (importance->round < 0)
        importance->baseline = measured->value;
    else
        importance->worse[importance->round] =
            metric_higher_is_better(measured->name) ? difference : -difference;
}

static bool start_next(struct importance *importance)
{
    int64_t rounds = importance->columns * importance->repeats;
    if (++importance->round == rounds)
        return false;
    struct preprocessing_column column =
        preprocessing_column(importance->preprocessing, importance->round / importance->repeats);
    sampler_order(importance->seed, importance->round, 1, importance->order,
                  evaluation_rows(importance->evaluation));
    evaluation_restart(importance->evaluation, importance->order, column.offset, column.width);
    return true;
}

bool importance_step(struct importance *importance)
{
    if (!evaluation_step(importance->evaluation))
        return false;
    note(importance);
    return !start_next(importance);
}

/* ---- the result */

struct worth {
    int64_t column;
    double mean, deviation;
};

static struct worth worth_of(const struct importance *importance, int64_t column)
{
    const double *worse = importance->worse + column * importance->repeats;
    double count = (double)importance->repeats, sum = 0, squares = 0;
    for (int64_t i = 0; i < importance->repeats; i++)
        sum += worse[i];
    for (int64_t i = 0; i < importance->repeats; i++)
        squares += (worse[i] - sum / count) * (worse[i] - sum / count);
    return (struct worth){
        .column = column, .mean = sum / count, .deviation = sqrt(squares / count)};
}

static int by_mean(const void *a, const void *b)
{
    const struct worth *first = a, *second = b;
    if (first->mean > second->mean || first->mean < second->mean)
        return first->mean > second->mean ? -1 : 1;
    return first->column < second->column ? -1 : 1;
}

static json_t *columns_report(const struct importance *importance)
{
    const json_t *names = preprocessing_columns(importance->preprocessing);
    AUTO_FREE struct worth *list = calloc((size_t)importance->columns + 1, sizeof(*list));
    json_t *report = list ? json_array() : NULL;
    for (int64_t i = 0; list && i < importance->columns; i++)
        list[i] = worth_of(importance, i);
    if (list)
        qsort(list, (size_t)importance->columns, sizeof(*list), by_mean);
    for (int64_t i = 0; report && i < importance->columns; i++)
        json_array_append_new(report, json_pack("{s:O, s:o, s:o}", "column",
                                                json_array_get(names, (size_t)list[i].column),
                                                "mean", summary_double(list[i].mean), "deviation",
                                                summary_double(list[i].deviation)));
    return report;
}

json_t *importance_report(const struct importance *importance)
{
    struct metric_value values[METRICS_MAX];
    evaluation_values(importance->evaluation, values);
    return json_pack("{s:s, s:o, s:I, s:I, s:I, s:I, s:o}", "metric",
                     values[importance->metric].name, "baseline",
                     summary_double(importance->baseline), "rows",
                     (json_int_t)evaluation_rows(importance->evaluation), "skipped",
                     (json_int_t)evaluation_skipped(importance->evaluation), "repeats",
                     (json_int_t)importance->repeats, "seed", (json_int_t)importance->seed,
                     "columns", columns_report(importance));
}

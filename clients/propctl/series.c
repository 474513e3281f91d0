/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/series.h"
#include "clients/propctl/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double *numbers(const json_t *series, const char *key, size_t count)
{
    const json_t *list = json_object_get(series, key);
    double *values = memory_get(count, sizeof *values);
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(list, i);
        values[i] = json_is_number(value) ? json_number_value(value) : (double)NAN;
    }
    return values;
}

static void add_one(struct series_list *list, const json_t *json, const char *prefix)
{
    if (list->count == SERIES_MAX)
        return;
    struct text name = {0};
    text_add(&name, prefix);
    text_append_safe(&name, value_string(json, "metric"));
    struct series *series = &list->items[list->count++];
    series->name = name.data;
    series->count = json_array_size(json_object_get(json, "step"));
    series->step = numbers(json, "step", series->count);
    series->least = numbers(json, "min", series->count);
    series->most = numbers(json, "max", series->count);
    series->mean = numbers(json, "mean", series->count);
}

static void add_named(struct series_list *list, const json_t *history, const char *name,
                      const char *prefix)
{
    size_t i;
    json_t *series;
    json_array_foreach(json_object_get(history, "series"), i, series)
    {
        if (name == NULL || strcmp(value_string(series, "metric"), name) == 0)
            add_one(list, series, prefix);
    }
}

void series_add(struct series_list *list, const json_t *history, const char *metrics,
                const char *prefix)
{
    if (metrics == NULL) {
        add_named(list, history, NULL, prefix);
        return;
    }
    char *AUTO_FREE copy = memory_copy(metrics);
    char *rest = copy, *name;
    while ((name = strsep(&rest, ",")) != NULL)
        add_named(list, history, name, prefix);
}

void series_clear(struct series_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].step);
        free(list->items[i].least);
        free(list->items[i].most);
        free(list->items[i].mean);
    }
    *list = (struct series_list){0};
}

void series_path(struct text *path, const char *job, const char *metrics, int points)
{
    http_path(path, "/v1/jobs/%s/history?metric=%s", job, metrics);
    text_printf(path, "&points=%d", points);
}

enum outcome series_fetch(struct http *http, const char *job, const char *metrics,
                          const char *prefix, int points, struct series_list *list)
{
    json_auto_t *history = NULL;
    struct text path TEXT_AUTO = {0};
    series_path(&path, job, metrics, points);
    enum outcome outcome = http_get(http, path.data, &history);
    if (outcome == OUTCOME_OK)
        series_add(list, history, metrics, prefix);
    return outcome;
}

/* Scales: what is learned from gathered numbers, and their JSON form. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/scale.h"

double scale_relative_mean(const struct scale_statistics *statistics)
{
    return statistics->count ? statistics->sum / (double)statistics->count : 0;
}

double scale_factor(const struct scale *scale)
{
    double factor = 1 / scale->scale;
    return isfinite(factor) ? factor : 0;
}

static void scale_choose(const struct scale_statistics *statistics, enum scale_method method,
                         double mean, double deviation, struct scale *scale)
{
    switch (method) {
    case SCALE_STANDARDIZE:
        *scale = (struct scale){.shift = mean, .scale = deviation};
        return;
    case SCALE_MIN_MAX:
        *scale =
            (struct scale){.shift = statistics->min, .scale = statistics->max - statistics->min};
        return;
    case SCALE_NONE:
        *scale = (struct scale){.shift = 0, .scale = 1};
        return;
    }
}

int scale_learn(const struct scale_statistics *statistics, enum scale_method method, bool fill_zero,
                const char *column, struct scale *scale, struct error *error)
{
    double mean = statistics->first + scale_relative_mean(statistics);
    double deviation =
        statistics->count ? sqrt(statistics->squares / (double)statistics->count) : 0;
    struct scale learned = {.scale = 1};
    scale_choose(statistics, method, mean, deviation, &learned);
    learned.fill = fill_zero ? 0 : mean;
    if (!isfinite(learned.shift) || !isfinite(learned.scale) || !isfinite(learned.fill))
        return error_set(error, ERROR_INVALID,
                         "column \"%s\" holds numbers too large to be scaled (up to %g)", column,
                         statistics->max);
    *scale = learned;
    return 0;
}

json_t *scale_write(const struct scale *scale)
{
    return json_pack("{s:f, s:f, s:f}", "shift", scale->shift, "scale", scale->scale, "fill",
                     scale->fill);
}

static int number_read(double *number, const json_t *json, const char *key, const char *path,
                       struct error *error)
{
    const json_t *value = json_object_get(json, key);
    if (!json_is_number(value) || !isfinite(json_number_value(value)))
        return error_set_at(error, ERROR_INVALID, path, "must hold a number \"%s\"", key);
    *number = json_number_value(value);
    return 0;
}

int scale_read(struct scale *scale, const json_t *json, const char *path, struct error *error)
{
    struct scale read;
    if (number_read(&read.shift, json, "shift", path, error) ||
        number_read(&read.scale, json, "scale", path, error) ||
        number_read(&read.fill, json, "fill", path, error))
        return -1;
    *scale = read;
    return 0;
}

/* Figures of tensors as JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/summary.h"
#include "base/compiler.h"
#include "base/float_text.h"

#include <math.h>
#include <stdlib.h>

json_t *summary_float(float value)
{
    char text[FLOAT_TEXT_SIZE];
    if (!isfinite(value))
        return json_null();
    (void)float_text(value, text);
    return json_real(strtod(text, NULL));
}

json_t *summary_double(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *summary_shape(const struct shape *shape)
{
    json_t *dims = json_array();
    for (int i = 0; i < shape->rank; i++)
        if (json_array_append_new(dims, json_integer(shape->dims[i]))) {
            json_decref(dims);
            return NULL;
        }
    return dims;
}

struct figures {
    int64_t finite, zeros;
    double min, max, sum, squares; /* squares: of the values */
    double spread;                 /* sum of squared distances from the mean */
};

static struct figures measure(const float *values, int64_t count)
{
    struct figures figures = {.min = HUGE_VAL, .max = -HUGE_VAL};
    for (int64_t i = 0; i < count; i++) {
        double value = (double)values[i];
        if (!isfinite(value))
            continue;
        figures.finite++;
        figures.zeros += value == 0;
        figures.min = fmin(figures.min, value);
        figures.max = fmax(figures.max, value);
        figures.sum += value;
        figures.squares += value * value;
    }
    double mean = figures.sum / (double)figures.finite;
    for (int64_t i = 0; i < count; i++)
        if (isfinite(values[i]))
            figures.spread += ((double)values[i] - mean) * ((double)values[i] - mean);
    return figures;
}

static json_t *first_values(const float *values, int64_t count)
{
    json_t *list = json_array();
    for (int64_t i = 0; i < count; i++)
        if (json_array_append_new(list, summary_float(values[i]))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

json_t *summary_tensor(const struct shape *shape, const float *values, int64_t limit)
{
    int64_t count = shape_elements(shape, NULL);
    const struct figures figures = measure(values, count);
    double finite = (double)figures.finite;
    json_auto_t *json = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o}", "shape", summary_shape(shape), "min",
        summary_double(figures.min), "max", summary_double(figures.max), "mean",
        summary_double(figures.sum / finite), "std", summary_double(sqrt(figures.spread / finite)),
        "norm", summary_double(sqrt(figures.squares)), "zeros", (json_int_t)figures.zeros, "values",
        first_values(values, count < limit ? count : limit));
    if (figures.finite < count &&
        json_object_set_new(json, "nonfinite", json_integer(count - figures.finite)))
        return NULL;
    return json_incref(json);
}

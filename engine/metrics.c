/* Gathering metrics over a validation set. All that is gathered lies in one block of doubles
 * (counts are exact in them), so that copying, saving and restoring are one move. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/metrics.h"
#include "engine/metrics_state.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const metrics_not_built[] = {"top_k", "auc", NULL};

static int refuse_unknown(const char *name, const char *path, struct error *error)
{
    const char *near = nearest_name(metric_names, name);
    return error_set_at(error, ERROR_INVALID, path,
                        "names \"%s\", which is no metric%s%s%s; there are accuracy, precision, "
                        "recall, f1, confusion_matrix, mse, rmse, mae, mape and r2",
                        name, near == NULL ? "" : " (did you mean \"", near == NULL ? "" : near,
                        near == NULL ? "" : "\"?)");
}

static int choose(struct metrics *metrics, const char *name, const char *path, struct error *error)
{
    for (const char *const *planned = metrics_not_built; *planned != NULL; planned++)
        if (strcmp(*planned, name) == 0)
            return error_set_at(error, ERROR_NOT_BUILT, path,
                                "names \"%s\", which is specified but not built yet", name);
    int index = metric_find(name);
    if (index < 0)
        return refuse_unknown(name, path, error);
    if ((metric_table[index].fits & metrics->compares) == 0)
        return error_set_at(
            error, ERROR_INVALID, path, "names \"%s\", which does not fit %s; %s", name,
            metrics->compares == COMPARES_VALUES ? "a target of numbers" : "classes",
            metrics->compares == COMPARES_VALUES
                ? "mse, rmse, mae, mape and r2 do"
                : "accuracy, precision, recall, f1 and confusion_matrix do");
    for (int i = 0; i < metrics->chosen_count; i++)
        if (metrics->chosen[i] == index)
            return error_set_at(error, ERROR_INVALID, path, "names \"%s\" twice", name);
    metrics->chosen[metrics->chosen_count++] = index;
    return 0;
}

static int choose_all(struct metrics *metrics, const struct strings *names, const char *path,
                      struct error *error)
{
    static char class_default[] = "accuracy";
    static char mse[] = "mse", mae[] = "mae", r2[] = "r2";
    static char *class_items[] = {class_default}, *value_items[] = {mse, mae, r2};
    const struct strings class_names = {1, class_items}, value_names = {3, value_items};
    if (names == NULL || names->count == 0)
        names = metrics->compares == COMPARES_VALUES ? &value_names : &class_names;
    for (size_t i = 0; i < names->count; i++)
        if (choose(metrics, names->items[i], path, error) != 0)
            return -1;
    return 0;
}

static double *take(struct metrics *metrics, int64_t *at, int64_t count)
{
    double *taken = metrics->state == NULL ? NULL : metrics->state + *at;
    *at += count;
    return taken;
}

/* Lays the block out; with state still NULL it only counts. */
static void lay_out(struct metrics *metrics)
{
    int64_t at = 0, classes = metrics->class_count;
    metrics->rows = take(metrics, &at, 1);
    metrics->correct = take(metrics, &at, 1);
    if (metrics->compares != COMPARES_VALUES) {
        metrics->hits = take(metrics, &at, classes);
        metrics->predicted = take(metrics, &at, classes);
        metrics->support = take(metrics, &at, classes);
    }
    if (metrics->compares == COMPARES_CLASSES && classes <= CONFUSION_CLASSES_MAX)
        metrics->confusion = take(metrics, &at, classes * classes);
    if (metrics->compares != COMPARES_CLASSES)
        metrics->sums =
            (struct value_sums *)(void *)take(metrics, &at, metrics->width * VALUE_SUMS);
    metrics->state_count = at;
}

struct metrics *metrics_create(const struct preprocessing *preprocessing, int64_t width,
                               const struct strings *names, bool binary_values, const char *path,
                               struct error *error)
{
    struct metrics *metrics = calloc(1, sizeof *metrics);
    if (metrics == NULL)
        goto out_of_memory;
    metrics->preprocessing = preprocessing;
    metrics->width = width;
    metrics->compares = preprocessing_task(preprocessing) == TASK_CLASSES ? COMPARES_CLASSES
                        : binary_values                                   ? COMPARES_BINARY
                                                                          : COMPARES_VALUES;
    metrics->class_count =
        metrics->compares == COMPARES_CLASSES ? preprocessing_target_width(preprocessing) : width;
    if (choose_all(metrics, names, path, error) != 0) {
        metrics_free(metrics);
        return NULL;
    }
    lay_out(metrics);
    metrics->state = calloc((size_t)metrics->state_count, sizeof(double));
    if (metrics->state == NULL)
        goto out_of_memory;
    lay_out(metrics);
    return metrics;
out_of_memory:
    metrics_free(metrics);
    error_set(error, ERROR_MEMORY, "out of memory for the metrics");
    return NULL;
}

void metrics_free(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    free(metrics->state);
    free(metrics);
}

void metrics_reset(struct metrics *metrics)
{
    memset(metrics->state, 0, (size_t)metrics->state_count * sizeof(double));
}

void metrics_copy(struct metrics *to, const struct metrics *from)
{
    assert(to->state_count == from->state_count);
    memcpy(to->state, from->state, (size_t)to->state_count * sizeof(double));
}

void metrics_save(const struct metrics *metrics, struct bytes *bytes)
{
    for (int64_t i = 0; i < metrics->state_count; i++)
        bytes_append_f64(bytes, metrics->state[i]);
}

void metrics_restore(struct metrics *metrics, struct bytes_reader *reader)
{
    for (int64_t i = 0; i < metrics->state_count; i++)
        metrics->state[i] = bytes_read_f64(reader);
}

size_t metrics_size(const struct metrics *metrics)
{
    return (size_t)metrics->state_count * sizeof(double);
}

/* The likeliest class; one unit tells two classes apart at a half. */
static int64_t decide(const float *output, int64_t width)
{
    if (width == 1)
        return output[0] > 0.5F;
    int64_t best = 0;
    for (int64_t j = 1; j < width; j++)
        if (output[j] > output[best])
            best = j;
    return best;
}

static void add_class(struct metrics *metrics, const float *output, int32_t truth)
{
    int64_t prediction = decide(output, metrics->width);
    assert(truth >= 0 && truth < metrics->class_count && prediction < metrics->class_count);
    metrics->support[truth]++;
    metrics->predicted[prediction]++;
    if (metrics->confusion != NULL)
        metrics->confusion[truth * metrics->class_count + prediction]++;
    if (prediction == truth) {
        metrics->hits[truth]++;
        ++*metrics->correct;
    }
}

static void add_binary(struct metrics *metrics, const float *output, const float *target)
{
    for (int64_t j = 0; j < metrics->width; j++) {
        bool prediction = output[j] > 0.5F, truth = target[j] > 0.5F;
        metrics->predicted[j] += prediction;
        metrics->support[j] += truth;
        metrics->hits[j] += prediction && truth;
        *metrics->correct += prediction == truth;
    }
}

static void add_values(struct metrics *metrics, const float *output, const float *target)
{
    for (int64_t j = 0; j < metrics->width; j++) {
        struct value_sums *sums = &metrics->sums[j];
        double truth = (double)target[j], off = (double)output[j] - truth;
        double scale = preprocessing_target_scale(metrics->preprocessing, j);
        double original = preprocessing_decode_value(metrics->preprocessing, j, truth);
        if (*metrics->rows == 0)
            sums->origin = truth;
        sums->square += off * off;
        sums->absolute += fabs(off);
        sums->fraction += fabs(off * scale) / fmax(fabs(original), DBL_EPSILON);
        sums->target += truth - sums->origin;
        sums->target_square += (truth - sums->origin) * (truth - sums->origin);
    }
}

void metrics_add(struct metrics *metrics, const float *outputs, const int32_t *classes,
                 const float *values, int64_t row_count)
{
    for (int64_t i = 0; i < row_count; i++) {
        const float *output = outputs + i * metrics->width;
        if (metrics->compares == COMPARES_CLASSES)
            add_class(metrics, output, classes[i]);
        if (metrics->compares == COMPARES_BINARY)
            add_binary(metrics, output, values + i * metrics->width);
        if (metrics->compares != COMPARES_CLASSES)
            add_values(metrics, output, values + i * metrics->width);
        ++*metrics->rows;
    }
}

int metrics_values(const struct metrics *metrics, struct metric_value values[METRICS_MAX])
{
    int count = 0;
    for (int i = 0; i < metrics->chosen_count; i++)
        if (metric_table[metrics->chosen[i]].value != NULL)
            values[count++] =
                (struct metric_value){metric_table[metrics->chosen[i]].name,
                                      metric_table[metrics->chosen[i]].value(metrics)};
    return count;
}

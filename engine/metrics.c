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
    if (metrics->compares == COMPARES_CLASSES) {
        metrics->rank_count = classes < TOP_K_MAX ? classes : TOP_K_MAX;
        metrics->ranks = take(metrics, &at, metrics->rank_count);
        if (classes <= CONFUSION_CLASSES_MAX)
            metrics->confusion = take(metrics, &at, classes * classes);
    }
    if (metrics->compares != COMPARES_CLASSES)
        metrics->sums =
            (struct value_sums *)(void *)take(metrics, &at, metrics->width * VALUE_SUMS);
    metrics->summarized = take(metrics, &at, 1);
    metrics->curves = take(metrics, &at, metrics->curve_count * metrics_curve_size(metrics));
    metrics->details = take(metrics, &at, metrics->detail_count * metrics_detail_size(metrics));
    metrics->state_count = at;
}

static size_t kept_size(const struct kept_rows *kept)
{
    return (size_t)kept->capacity *
           ((size_t)(kept->columns + kept->target_columns) * sizeof(float) + 2 * sizeof(uint32_t));
}

size_t metrics_memory(const struct metrics *metrics)
{
    return sizeof *metrics + (size_t)metrics->state_count * sizeof(double) +
           kept_size(&metrics->kept);
}

static int allocate(struct metrics *metrics, struct error *error)
{
    struct kept_rows *kept = &metrics->kept;
    size_t rows = (size_t)kept->capacity;
    lay_out(metrics);
    metrics->state = calloc((size_t)metrics->state_count, sizeof(double));
    kept->outputs = malloc(rows * (size_t)kept->columns * sizeof(float) + 1);
    kept->targets = malloc(rows * (size_t)kept->target_columns * sizeof(float) + 1);
    kept->keys = malloc(2 * rows * sizeof(uint32_t) + 1);
    if (metrics->state == NULL || kept->outputs == NULL || kept->targets == NULL ||
        kept->keys == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for %zu bytes of metrics",
                         metrics_memory(metrics));
    lay_out(metrics);
    return 0;
}

struct metrics *metrics_create(const struct preprocessing *preprocessing, int64_t width,
                               const json_t *names, bool binary_values, int64_t rows,
                               const char *path, struct error *error)
{
    struct metrics *metrics = calloc(1, sizeof *metrics);
    if (metrics == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for the metrics");
        return NULL;
    }
    metrics->preprocessing = preprocessing;
    metrics->width = width;
    metrics->compares = preprocessing_task(preprocessing) == TASK_CLASSES ? COMPARES_CLASSES
                        : binary_values                                   ? COMPARES_BINARY
                                                                          : COMPARES_VALUES;
    metrics->class_count =
        metrics->compares == COMPARES_CLASSES ? preprocessing_target_width(preprocessing) : width;
    if (metrics_choose(metrics, names, path, error) != 0)
        goto fail;
    metrics_plan_kept(metrics, rows);
    if (allocate(metrics, error) != 0)
        goto fail;
    return metrics;
fail:
    metrics_free(metrics);
    return NULL;
}

void metrics_free(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    free(metrics->kept.outputs);
    free(metrics->kept.targets);
    free(metrics->kept.keys);
    free(metrics->state);
    free(metrics);
}

/* Bytes of the state before the summary, which is only there once it was made. */
static size_t gathered_size(const struct metrics *metrics)
{
    return (size_t)(metrics->summarized + 1 - metrics->state) * sizeof(double);
}

void metrics_reset(struct metrics *metrics)
{
    memset(metrics->state, 0, gathered_size(metrics));
    metrics->kept.count = 0;
}

/* What was kept, where the summary is not made of it yet. */
static void copy_kept(struct kept_rows *to, const struct kept_rows *from)
{
    assert(to->capacity == from->capacity && to->columns == from->columns);
    to->count = from->count;
    memcpy(to->outputs, from->outputs, (size_t)(from->count * from->columns) * sizeof(float));
    memcpy(to->targets, from->targets,
           (size_t)(from->count * from->target_columns) * sizeof(float));
}

void metrics_copy(struct metrics *to, const struct metrics *from)
{
    assert(to->state_count == from->state_count);
    if (*from->summarized != 0) {
        memcpy(to->state, from->state, (size_t)to->state_count * sizeof(double));
        return;
    }
    memcpy(to->state, from->state, gathered_size(from));
    copy_kept(&to->kept, &from->kept);
}

void metrics_save(struct metrics *metrics, struct bytes *bytes)
{
    metrics_summarize(metrics);
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

/* How many classes are likelier than this; the first of equal ones is. */
static int64_t rank_of(const float *output, int64_t width, int32_t class)
{
    int64_t rank = 0;
    for (int64_t j = 0; j < width; j++)
        rank += output[j] > output[class] || (output[j] == output[class] && j < class);
    return rank;
}

static void add_class(struct metrics *metrics, const float *output, int32_t truth)
{
    int64_t prediction = decide(output, metrics->width);
    assert(truth >= 0 && truth < metrics->class_count && prediction < metrics->class_count);
    int64_t rank =
        metrics->width == 1 ? prediction != truth : rank_of(output, metrics->width, truth);
    metrics->support[truth]++;
    metrics->predicted[prediction]++;
    if (rank < metrics->rank_count)
        metrics->ranks[rank]++;
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
    *metrics->summarized = 0;
    for (int64_t i = 0; i < row_count; i++) {
        const float *output = outputs + i * metrics->width;
        float class = metrics->compares == COMPARES_CLASSES ? (float)classes[i] : 0;
        const float *target =
            metrics->compares == COMPARES_CLASSES ? &class : values + i * metrics->width;
        if (metrics->compares == COMPARES_CLASSES)
            add_class(metrics, output, classes[i]);
        if (metrics->compares == COMPARES_BINARY)
            add_binary(metrics, output, target);
        if (metrics->compares != COMPARES_CLASSES)
            add_values(metrics, output, target);
        metrics_keep(metrics, output, target);
        ++*metrics->rows;
    }
}

int metrics_values(struct metrics *metrics, struct metric_value values[METRICS_MAX])
{
    int count = 0;
    for (int i = 0; i < metrics->chosen_count; i++) {
        const struct chosen_metric *chosen = &metrics->chosen[i];
        const struct metric *metric = metric_table[chosen->index];
        if (metric->value == metric_auc)
            metrics_summarize(metrics);
        if (metric->value != NULL)
            values[count++] = (struct metric_value){chosen->name, metric->value(metrics)};
        else if (metric->value_of_k != NULL)
            values[count++] =
                (struct metric_value){chosen->name, metric->value_of_k(metrics, chosen->k)};
    }
    return count;
}

int metrics_names(const struct metrics *metrics, const char *names[METRICS_MAX])
{
    int count = 0;
    for (int i = 0; i < metrics->chosen_count; i++) {
        const struct chosen_metric *chosen = &metrics->chosen[i];
        const struct metric *metric = metric_table[chosen->index];
        if (metric->value != NULL || metric->value_of_k != NULL)
            names[count++] = chosen->name;
    }
    return count;
}

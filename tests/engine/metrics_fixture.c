/* Metrics to try. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/engine/metrics_fixture.h"
#include "tests/check.h"

#include <string.h>

enum { ROWS_EXPECTED = 8 };

struct preprocessing *fixture_classes(void)
{
    struct error error = {0};
    const struct shape shape = {.rank = 1, .dims = {4}};
    json_t *labels = json_pack("[s, s, s]", "ant", "bee", "cat");
    struct preprocessing *preprocessing = preprocessing_identity(&shape, labels, &error);
    ck_assert_ok(error);
    json_decref(labels);
    return preprocessing;
}

struct preprocessing *fixture_values(void)
{
    struct error error = {0};
    const struct shape shape = {.rank = 1, .dims = {4}};
    struct preprocessing *preprocessing = preprocessing_identity(&shape, NULL, &error);
    ck_assert_ok(error);
    return preprocessing;
}

struct metrics *fixture_metrics(const struct preprocessing *preprocessing, int64_t width,
                                const char *names, bool is_binary)
{
    struct error error = {0};
    json_t *list = names == NULL ? NULL : json_loads(names, JSON_DECODE_ANY, NULL);
    struct metrics *metrics = metrics_create(preprocessing, width, list, is_binary, ROWS_EXPECTED,
                                             "training.metrics", &error);
    ck_assert_ok(error);
    json_decref(list);
    return metrics;
}

double fixture_value(struct metrics *metrics, const char *name)
{
    struct metric_value values[METRICS_MAX];
    int count = metrics_values(metrics, values);
    for (int i = 0; i < count; i++)
        if (strcmp(values[i].name, name) == 0)
            return values[i].value;
    ck_abort_msg("%s is not measured", name);
}

void fixture_add_animals(struct metrics *metrics)
{
    static const float outputs[][3] = {
        {.8F, .1F, .1F}, {.5F, .3F, .2F}, {.1F, .6F, .3F}, {.2F, .5F, .3F}, {0, 1, 0}};
    static const int32_t truth[] = {0, 0, 0, 1, 1};
    /* In two pieces, as batches come. */
    metrics_add(metrics, outputs[0], truth, NULL, 2);
    metrics_add(metrics, outputs[2], truth + 2, NULL, 3);
}

void fixture_add_ranked(struct metrics *metrics)
{
    static const float outputs[][3] = {
        {.8F, .1F, .1F}, {.3F, .5F, .2F}, {.1F, .6F, .3F}, {.5F, .2F, .3F}, {.6F, .1F, .3F}};
    static const int32_t truth[] = {0, 0, 1, 1, 2};
    metrics_add(metrics, outputs[0], truth, NULL, 5);
}

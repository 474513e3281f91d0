/* Preprocessing learned from a table in one call. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/engine/learn.h"
#include "base/compiler.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *parse(const char *text)
{
    struct error error = {0};
    json_t *json = fields_parse(text, strlen(text), &error);
    ck_assert_msg(json != NULL, "%s", error.message);
    return json;
}

static int options_read(const struct kind *kind, const char *text, void *options,
                        struct error *error)
{
    json_auto_t *json = parse(text ? text : "{}");
    return fields_read(kind, json, options, kind->name, error);
}

static struct preprocessing *learn_windows(const struct dataset *dataset, const struct job *job,
                                           const struct preprocessing_options *options,
                                           const struct feature_options *features,
                                           struct task_request *request, const uint32_t *rows,
                                           int64_t row_count, struct error *error)
{
    struct series_options window;
    if (job->window == NULL)
        return preprocessing_learn(dataset, options, features, request, rows, row_count, error);
    if (options_read(&series_options_kind, job->window, &window, error))
        return NULL;
    request->window = &window;
    struct preprocessing *learned =
        preprocessing_learn(dataset, options, features, request, rows, row_count, error);
    fields_clear(&series_options_kind, &window);
    request->window = NULL;
    return learned;
}

struct preprocessing *learn_rows(const struct dataset *dataset, const struct job *job,
                                 const uint32_t *rows, int64_t row_count, struct error *error)
{
    struct preprocessing_options options;
    struct feature_options features;
    char *names[3];
    struct strings targets = {.items = names};
    while (targets.count < ARRAY_COUNT(names) && job->targets[targets.count]) {
        names[targets.count] = (char *)(uintptr_t)job->targets[targets.count];
        targets.count++;
    }
    json_auto_t *defaults = json_pack("[s*]", job->default_target);
    struct task_request request = {.targets = &targets,
                                   .default_targets = defaults,
                                   .wanted = job->wanted,
                                   .decided = job->decided,
                                   .raw_targets = job->raw_targets,
                                   .reads_tokens = job->reads_tokens,
                                   .vocabulary = job->vocabulary};
    if (options_read(&preprocessing_options_kind, job->preprocessing, &options, error))
        return NULL;
    struct preprocessing *learned = NULL;
    if (options_read(&feature_options_kind, job->features, &features, error) == 0) {
        learned =
            learn_windows(dataset, job, &options, &features, &request, rows, row_count, error);
        fields_clear(&feature_options_kind, &features);
    }
    fields_clear(&preprocessing_options_kind, &options);
    return learned;
}

struct preprocessing *learn(const struct dataset *dataset, const struct job *job)
{
    struct error error = {0};
    struct preprocessing *learned = learn_rows(dataset, job, NULL, 0, &error);
    ck_assert_msg(learned != NULL, "%s", error.message);
    ck_assert_int_eq(error.code, ERROR_NONE);
    return learned;
}

const char *learn_refusal(const struct dataset *dataset, const struct job *job,
                          enum error_code *code)
{
    static struct error error;
    error_clear(&error);
    preprocessing_free(learn_rows(dataset, job, NULL, 0, &error));
    *code = error.code;
    return error.message;
}

float *encode_all(const struct preprocessing *preprocessing, const struct dataset *dataset)
{
    struct error error = {0};
    struct shape shape = preprocessing_input_shape(preprocessing);
    int64_t width = shape_elements(&shape, NULL);
    float *x = calloc((size_t)(dataset->rows * width) + 1, sizeof(*x));
    uint32_t *rows = malloc((size_t)dataset->rows * sizeof(*rows) + 1);
    struct preprocessing_binding *binding =
        preprocessing_bind(preprocessing, dataset, false, &error);
    ck_assert_msg(binding != NULL, "%s", error.message);
    ck_assert(x && rows);
    for (int64_t i = 0; i < dataset->rows; i++)
        rows[i] = (uint32_t)i;
    preprocessing_encode(binding, rows, dataset->rows, x);
    preprocessing_binding_free(binding);
    free(rows);
    return x;
}

bool row_is_usable(const struct preprocessing *preprocessing, const struct dataset *dataset,
                   int64_t row)
{
    struct error error = {0};
    struct preprocessing_binding *binding =
        preprocessing_bind(preprocessing, dataset, true, &error);
    ck_assert_msg(binding != NULL, "%s", error.message);
    bool usable = preprocessing_row_usable(binding, row);
    preprocessing_binding_free(binding);
    return usable;
}

void expect_floats(const float *x, const float *expected, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ck_assert_float_eq(x[i], expected[i]);
}

const char *join(const json_t *array)
{
    static char text[1024];
    size_t used = 0;
    size_t i;
    const json_t *item;
    text[0] = '\0';
    json_array_foreach(array, i, item)
    {
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i > 0 ? ", " : "",
                                 json_string_value(item));
        ck_assert_uint_lt(used, sizeof(text));
    }
    return text;
}

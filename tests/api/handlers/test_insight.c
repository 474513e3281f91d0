/* What looks inside: traces, checks of networks, models on datasets, histograms. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <string.h>

static char id[ID_SIZE];

static void set_up(void)
{
    test_open();
    test_upload_table("table");
    test_train("table", id);
}

static const json_t *member(const json_t *json, const char *first, const char *second)
{
    return json_object_get(json_object_get(json, first), second);
}

static json_int_t integer(const json_t *json, const char *name)
{
    return json_integer_value(json_object_get(json, name));
}

START_TEST(a_trace_has_values_and_gradients)
{
    json_auto_t *answer =
        test_json(200, "POST", "/v1/models/table:trace",
                  "{\"instance\": {\"x\": 11.5, \"y\": 3}, \"target\": \"far\", \"values\": 1}");
    const json_t *layer = json_array_get(json_object_get(answer, "layers"), 0);
    ck_assert_uint_eq(json_array_size(member(layer, "pre_activation", "values")), 1);
    ck_assert(json_is_object(member(layer, "gradients", "dense_1/kernel")));
    ck_assert(json_is_number(member(answer, "loss", "value")));
    ck_assert_uint_eq(json_array_size(member(answer, "input", "columns")), 2);
    ck_assert_str_eq(json_string_value(json_object_get(answer, "model")), "table");
    ck_assert_int_eq(integer(answer, "version"), 1);
}
END_TEST

START_TEST(traces_refuse_what_they_cannot_read)
{
    const char *target = "/v1/models/table:trace";
    test_problem(422, "invalid", "instance is required", "POST", target, NULL, "{}");
    test_problem(422, "invalid", "instance has 1 values", "POST", target, NULL,
                 "{\"instance\": [1]}");
    test_problem(422, "invalid", "target must be one of", "POST", target, NULL,
                 "{\"instance\": [1, 2], \"target\": 7}");
    test_problem(422, "invalid", "values", "POST", target, NULL,
                 "{\"instance\": [1, 2], \"values\": -1}");
    test_problem(404, "not_found", "nobody", "POST", "/v1/models/nobody:trace", NULL,
                 "{\"instance\": [1, 2]}");
}
END_TEST

START_TEST(a_network_is_checked_by_its_shapes)
{
    json_auto_t *answer = test_json(
        200, "POST", "/v1/networks:check",
        "{\"network\": {\"layers\": [{\"type\": \"dense\", \"units\": 8}, {\"type\": \"dense\", "
        "\"units\": \"auto\"}]}, \"input\": {\"shape\": [4]}, \"target\": {\"classes\": 3}}");
    const json_t *layers = json_object_get(answer, "layers");
    ck_assert_int_eq(integer(json_array_get(layers, 0), "parameters"), 40);
    ck_assert_int_eq(integer(json_array_get(layers, 1), "flops"), 48);
    ck_assert_int_eq(json_integer_value(member(answer, "totals", "parameters")), 67);
    test_problem(422, "invalid", "input.shape", "POST", "/v1/networks:check", NULL,
                 "{\"network\": {\"layers\": []}, \"input\": {}}");
    test_problem(422, "invalid", "dataset is required", "POST", "/v1/networks:check", NULL, "{}");
}
END_TEST

#define JOB                                                                                        \
    "\"dataset\": \"table\", \"target\": \"kind\", \"network\": {\"layers\": [{\"type\": "         \
    "\"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}"

START_TEST(a_job_is_checked_as_a_dry_run_is)
{
    json_auto_t *checked = test_json(200, "POST", "/v1/networks:check", "{" JOB "}");
    json_auto_t *dry = test_json(200, "POST", "/v1/jobs", "{\"dry_run\": true, " JOB "}");
    const json_t *passed = member(checked, "gradient_check", "passed");
    ck_assert(json_is_true(passed));
    ck_assert(json_is_number(json_object_get(checked, "ms_per_step")));
    const char *key;
    json_t *value;
    json_object_foreach(checked, key, value)
    {
        const json_t *other = json_object_get(dry, key);
        ck_assert_msg(other != NULL, "no %s", key);
        if (strcmp(key, "ms_per_step") != 0 && strcmp(key, "predicted_s") != 0)
            ck_assert_msg(json_equal(value, other), "another %s", key);
    }
    json_auto_t *jobs = test_json(200, "GET", "/v1/jobs", NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(jobs, "jobs")), 1);
    test_problem(422, "invalid", "network.layers[0].units", "POST", "/v1/networks:check", NULL,
                 "{\"dataset\": \"table\", \"network\": {\"layers\": [{\"type\": \"dense\", "
                 "\"units\": 0}]}}");
}
END_TEST

START_TEST(a_model_is_measured_on_its_own_dataset)
{
    json_auto_t *answer =
        test_json(200, "POST", "/v1/models/table:evaluate", "{\"metrics\": [\"accuracy\"]}");
    ck_assert_int_eq(integer(answer, "rows"), 60);
    ck_assert(json_is_number(member(answer, "metrics", "accuracy")));
    ck_assert(json_is_array(member(answer, "evaluation", "confusion_matrix")));
    json_auto_t *part =
        test_json(200, "POST", "/v1/models/table:evaluate", "{\"rows\": \"training\"}");
    ck_assert_int_eq(integer(part, "rows"), 48);
    json_auto_t *ranked = test_json(200, "POST", "/v1/models/table:importance", "{\"repeats\": 2}");
    ck_assert_uint_eq(json_array_size(json_object_get(ranked, "columns")), 2);
    test_problem(422, "invalid", "rows must be", "POST", "/v1/models/table:evaluate", NULL,
                 "{\"rows\": 5}");
    test_problem(422, "invalid", "rows.limit", "POST", "/v1/models/table:evaluate", NULL,
                 "{\"rows\": {\"limit\": 0}}");
    test_problem(422, "invalid", "metric must be one of", "POST", "/v1/models/table:importance",
                 NULL, "{\"metric\": \"acuracy\"}");
    test_problem(404, "not_found", "nobody", "POST", "/v1/models/nobody:importance", NULL, "{}");
}
END_TEST

START_TEST(a_model_without_its_dataset_needs_another)
{
    json_decref(test_json(204, "DELETE", "/v1/datasets/table", NULL));
    test_problem(422, "invalid", "dataset", "POST", "/v1/models/table:evaluate", NULL, "{}");
    test_upload_table("other");
    json_decref(test_json(200, "POST", "/v1/models/table:evaluate", "{\"dataset\": \"other\"}"));
}
END_TEST

START_TEST(a_job_has_histograms)
{
    char target[160];
    (void)snprintf(target, sizeof target, "/v1/jobs/%s/weights/histograms?epoch=5", id);
    json_auto_t *answer = test_json(200, "GET", target, NULL);
    const json_t *list = json_object_get(answer, "histograms");
    ck_assert_uint_eq(json_array_size(list), 1);
    const json_t *layer = member(json_array_get(list, 0), "layers", "dense_1");
    ck_assert(json_is_array(member(json_object_get(layer, "dense_1/kernel"), "weights", "counts")));
    (void)snprintf(target, sizeof target, "/v1/jobs/%s/weights/histograms?layer=none", id);
    test_problem(404, "not_found", "none", "GET", target, NULL, NULL);
}
END_TEST

START_TEST(layers_of_a_model_have_all_figures)
{
    json_auto_t *model = test_json(200, "GET", "/v1/models/table", NULL);
    const json_t *layer = json_array_get(member(model, "description", "layers"), 0);
    ck_assert(json_is_array(json_object_get(layer, "output_shape")));
    ck_assert_int_eq(integer(layer, "parameters"), 6);
    ck_assert_int_eq(integer(layer, "flops"), 8);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, test_close);
    tcase_add_test(tests, a_trace_has_values_and_gradients);
    tcase_add_test(tests, traces_refuse_what_they_cannot_read);
    tcase_add_test(tests, a_network_is_checked_by_its_shapes);
    tcase_add_test(tests, a_job_is_checked_as_a_dry_run_is);
    tcase_add_test(tests, a_model_is_measured_on_its_own_dataset);
    tcase_add_test(tests, a_model_without_its_dataset_needs_another);
    tcase_add_test(tests, a_job_has_histograms);
    tcase_add_test(tests, layers_of_a_model_have_all_figures);
}

int main(void)
{
    return tests_run("insight", add_tests);
}

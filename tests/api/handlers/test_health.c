/* What needs no data: health, the page, the system, the catalog. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <string.h>

START_TEST(a_running_service_is_healthy_and_ready)
{
    json_decref(test_json(200, "GET", "/healthz", NULL));
    json_decref(test_json(200, "GET", "/readyz", NULL));
}
END_TEST

START_TEST(a_stopping_service_is_healthy_but_not_ready)
{
    test_service.stopping = true;
    json_decref(test_json(200, "GET", "/healthz", NULL));
    test_problem(503, "busy", "stopping", "GET", "/readyz", NULL, NULL);
}
END_TEST

/* Checks the headers of a file of the dashboard and that it holds `word`. */
static void assert_file(const char *path, const char *type, const char *word)
{
    struct reply reply = test_call("GET", path, NULL, NULL);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_str_eq(reply.content_type, type);
    ck_assert_str_eq(reply_header_value(&reply, "Content-Security-Policy"),
                     "default-src 'self'; frame-ancestors 'none'");
    ck_assert_ptr_nonnull(strstr(bytes_text(&reply.body), word));
    reply_clear(&reply);
}

/* The path of a file as the page has it. */
static void path_of(const char *name, char path[64])
{
    struct reply reply = test_call("GET", "/", NULL, NULL);
    ck_assert_str_eq(reply_header_value(&reply, "Cache-Control"), "no-cache");
    const char *at = strstr(bytes_text(&reply.body), "\"/dashboard/");
    ck_assert_ptr_nonnull(at);
    int size = (int)(strchr(at + strlen("\"/dashboard/"), '/') - at);
    (void)snprintf(path, 64, "%.*s/%s", size - 1, at + 1, name);
    reply_clear(&reply);
}

START_TEST(browsers_may_keep_the_files_of_this_build)
{
    char path[64];
    path_of("main.js", path);
    struct reply ours = test_call("GET", path, NULL, NULL);
    ck_assert_str_eq(reply_header_value(&ours, "Cache-Control"), "max-age=31536000, immutable");
    struct reply others = test_call("GET", "/dashboard/0/main.js", NULL, NULL);
    ck_assert_str_eq(reply_header_value(&others, "Cache-Control"), "no-cache");
    reply_clear(&ours);
    reply_clear(&others);
}
END_TEST

START_TEST(the_dashboard_is_in_the_program)
{
    assert_file("/", "text/html; charset=utf-8", "<main id=\"main\"");
    assert_file("/dashboard/0/main.js", "text/javascript; charset=utf-8", "import");
    assert_file("/dashboard/0/style.css", "text/css; charset=utf-8", ":root");
    assert_file("/dashboard/0/icon.svg", "image/svg+xml", "<svg");
    assert_file("/dashboard/0/dygraph.min.js", "text/javascript; charset=utf-8", "Dygraph");
    test_problem(404, "not_found", "no file \"passwd\"", "GET", "/dashboard/0/passwd", NULL, NULL);
}
END_TEST

START_TEST(the_system_tells_cores_memory_and_versions)
{
    json_auto_t *system = test_json(200, "GET", "/v1/system", NULL);
    ck_assert_str_eq(json_string_value(json_object_get(system, "version")), PROPD_VERSION);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(system, "cores"), "total")),
                     2);
    ck_assert_int_gt(
        json_integer_value(json_object_get(json_object_get(system, "memory"), "budget")), 0);
    ck_assert(json_is_string(json_object_get(system, "instruction_set")));
    ck_assert(json_is_object(json_object_get(system, "storage")));
    const json_t *jobs = json_object_get(system, "jobs");
    ck_assert_int_eq((int)json_object_size(jobs), 6);
    ck_assert_int_eq(json_integer_value(json_object_get(jobs, "succeeded")), 0);
}
END_TEST

START_TEST(the_catalog_lists_layers_with_their_fields)
{
    json_auto_t *catalog = test_json(200, "GET", "/v1/catalog", NULL);
    const json_t *layer = json_array_get(json_object_get(catalog, "layers"), 0);
    ck_assert(json_is_string(json_object_get(layer, "name")));
    ck_assert_uint_gt(json_array_size(json_object_get(layer, "fields")), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_open, test_close);
    tcase_add_test(tests, a_running_service_is_healthy_and_ready);
    tcase_add_test(tests, a_stopping_service_is_healthy_but_not_ready);
    tcase_add_test(tests, the_dashboard_is_in_the_program);
    tcase_add_test(tests, browsers_may_keep_the_files_of_this_build);
    tcase_add_test(tests, the_system_tells_cores_memory_and_versions);
    tcase_add_test(tests, the_catalog_lists_layers_with_their_fields);
}

int main(void)
{
    return tests_run("health", add_tests);
}

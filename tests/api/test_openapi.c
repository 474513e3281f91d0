/* The document of the interface, and the tables of schemas that it is made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/openapi.h"
#include "api/schema.h"
#include "tests/api/support.h"

#include <string.h>

/* The value at a "#/…" reference, NULL where there is none. */
static const json_t *resolve(const json_t *document, const char *reference)
{
    char key[128];
    const json_t *at = document;
    for (const char *step = strchr(reference, '/'); step != NULL && at != NULL;
         step = strchr(step, '/')) {
        size_t size = strcspn(++step, "/");
        ck_assert_uint_lt(size, sizeof key);
        (void)snprintf(key, sizeof key, "%.*s", (int)size, step);
        at = json_object_get(at, key);
    }
    return at;
}

/* Every reference below `json` is to something that is there; gives back how many there are. */
static int check_references(const json_t *json, const json_t *document)
{
    const char *key;
    json_t *value;
    size_t i;
    int count = 0;
    json_array_foreach(json, i, value) count += check_references(value, document);
    json_object_foreach((json_t *)(uintptr_t)json, key, value)
    {
        count += check_references(value, document);
        if (strcmp(key, "$ref") != 0 || !json_is_string(value))
            continue;
        ck_assert_msg(resolve(document, json_string_value(value)) != NULL, "%s",
                      json_string_value(value));
        count++;
    }
    return count;
}

START_TEST(all_references_are_to_something)
{
    struct error error = {0};
    json_auto_t *document = openapi_describe(api_routes, &error);
    ck_assert_msg(document != NULL, "%s", error.message);
    ck_assert_int_gt(check_references(document, document), 500);
}
END_TEST

START_TEST(every_route_is_an_operation_of_a_known_tag)
{
    struct error error = {0};
    json_auto_t *document = openapi_describe(api_routes, &error), *ids = json_object();
    ck_assert_ptr_nonnull(document);
    for (const struct route *route = api_routes; route->method != NULL; route++) {
        char method[16] = "";
        if (strcmp(route->path, "/v2/") == 0)
            continue; /* another spelling of /v2 */
        for (size_t i = 0; route->method[i] != '\0'; i++)
            method[i] = (char)(route->method[i] | 0x20);
        const json_t *operation = json_object_get(
            json_object_get(json_object_get(document, "paths"), route->path), method);
        const json_t *tag = json_array_get(json_object_get(operation, "tags"), 0);
        const char *id = json_string_value(json_object_get(operation, "operationId"));
        size_t i;
        json_t *known;
        bool found = false;
        ck_assert_msg(id != NULL && json_object_get(ids, id) == NULL, "%s", route->path);
        (void)json_object_set_new(ids, id, json_true());
        json_array_foreach(json_object_get(document, "tags"), i, known) found |=
            json_equal(json_object_get(known, "name"), tag) != 0;
        ck_assert_msg(found, "%s has the tag %s, which api/openapi.c does not list", route->path,
                      json_string_value(tag));
    }
}
END_TEST

START_TEST(every_schema_that_a_route_names_is_there)
{
    for (const struct route *route = api_routes; route->method != NULL; route++) {
        ck_assert_msg(route->body_schema == NULL || schema_find(route->body_schema) != NULL,
                      "%s %s takes \"%s\", which api/schemas does not have", route->method,
                      route->path, route->body_schema);
        for (size_t i = 0; i < ROUTE_ANSWERS_MAX; i++) {
            const char *name = route->answers[i].schema;
            ck_assert_msg(name == NULL || schema_find(name) != NULL,
                          "%s %s answers \"%s\", which api/schemas does not have", route->method,
                          route->path, name);
        }
    }
}
END_TEST

static void check_type(const char *type, const char *expected)
{
    struct error error = {0};
    json_auto_t *json = schema_type_json(type, &error);
    AUTO_FREE char *text = json != NULL ? fields_print(json) : NULL;
    ck_assert_msg(text != NULL && strcmp(text, expected) == 0, "%s: %s", type,
                  text != NULL ? text : error.message);
}

START_TEST(types_are_read)
{
    check_type("integer", "{\"type\":\"integer\"}");
    check_type("job_best", "{\"$ref\":\"#/components/schemas/job_best\"}");
    check_type("[number | null]", "{\"type\":\"array\",\"items\":{\"anyOf\":[{\"type\":\"number\"},"
                                  "{\"type\":\"null\"}]}}");
    check_type("{string}", "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}");
    check_type("'a b' | 'c'", "{\"enum\":[\"a b\",\"c\"]}");
    check_type("'a' | null", "{\"anyOf\":[{\"enum\":[\"a\"]},{\"type\":\"null\"}]}");
}
END_TEST

START_TEST(what_is_no_type_is_refused)
{
    static const char *const wrong[] = {"", "[integer", "{string]", "'a", "a b", "a |", "A", "[]"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        struct error error = {0};
        ck_assert_msg(schema_type_json(wrong[i], &error) == NULL, "%s", wrong[i]);
        ck_assert_int_eq(error.code, ERROR_INTERNAL);
    }
}
END_TEST

static void check_example(const char *schema, const char *expected)
{
    json_auto_t *json = fields_parse(schema, strlen(schema), NULL);
    json_auto_t *parts = json_pack("{s:{s:[s]}}", "state", "enum", "running");
    json_auto_t *example = schema_example(json, parts);
    AUTO_FREE char *text = example != NULL ? fields_print(example) : NULL;
    ck_assert_pstr_eq(text, expected);
}

START_TEST(examples_are_made_of_their_parts)
{
    check_example("{\"type\": \"object\", \"required\": [\"a\", \"b\"], \"properties\": {\"a\": "
                  "{\"type\": \"integer\", \"examples\": [7]}, \"b\": {\"type\": \"array\", "
                  "\"items\": {\"$ref\": \"#/components/schemas/state\"}}}}",
                  "{\"a\":7,\"b\":[\"running\"]}");
    check_example("{\"anyOf\": [{\"type\": \"boolean\"}, {\"type\": \"null\"}]}", "true");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, all_references_are_to_something);
    tcase_add_test(tests, every_route_is_an_operation_of_a_known_tag);
    tcase_add_test(tests, every_schema_that_a_route_names_is_there);
    tcase_add_test(tests, types_are_read);
    tcase_add_test(tests, what_is_no_type_is_refused);
    tcase_add_test(tests, examples_are_made_of_their_parts);
}

int main(void)
{
    return tests_run("openapi", add_tests);
}

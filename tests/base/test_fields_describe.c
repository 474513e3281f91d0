/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/base/example.h"
#include "tests/check.h"

#include <string.h>

static json_t *described;

static void set_up(void)
{
    described = fields_describe(&example_kind);
    ck_assert_ptr_nonnull(described);
}

static void tear_down(void)
{
    json_decref(described);
}

/* Compares `json` with the document that `text` holds. */
static void check_json(const json_t *json, const char *text)
{
    struct error error = {0};
    json_t *expected = fields_parse(text, strlen(text), &error);
    ck_assert_ok(error);
    ck_assert_ptr_nonnull(json);
    char *printed = fields_print(json);
    ck_assert_msg(json_equal(json, expected), "is %s", printed);
    free(printed);
    json_decref(expected);
}

static const json_t *find_entry(const char *name)
{
    const json_t *entries = json_object_get(described, "fields");
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        if (strcmp(json_string_value(json_object_get(entry, "name")), name) == 0)
            return entry;
    }
    return NULL;
}

START_TEST(description_names_kind_and_all_fields)
{
    ck_assert_str_eq(json_string_value(json_object_get(described, "name")), "example");
    ck_assert_str_eq(json_string_value(json_object_get(described, "help")), "an example");
    ck_assert_uint_eq(json_array_size(json_object_get(described, "fields")), 18);
}
END_TEST

START_TEST(description_tells_all_of_a_field)
{
    check_json(find_entry("units"), "{\"name\":\"units\",\"type\":\"integer\",\"required\":true,"
                                    "\"min\":1,\"max\":65536,\"help\":\"outputs\"}");
    check_json(find_entry("cores"),
               "{\"name\":\"cores\",\"type\":\"integer\",\"required\":false,\"default\":\"auto\","
               "\"min\":1,\"max\":64,\"word\":\"auto\"}");
    check_json(find_entry("memory"),
               "{\"name\":\"memory\",\"type\":\"integer\",\"required\":false,\"default\":65536,"
               "\"min\":1024,\"unit\":\"bytes\"}");
    check_json(find_entry("rate"), "{\"name\":\"rate\",\"type\":\"number\",\"required\":false,"
                                   "\"default\":0.01,\"min\":0,\"min_is_excluded\":true}");
    check_json(find_entry("padding"),
               "{\"name\":\"padding\",\"type\":\"choice\",\"required\":false,"
               "\"default\":\"same\",\"choices\":[\"valid\",\"same\"]}");
    check_json(find_entry("schedule"),
               "{\"name\":\"schedule\",\"type\":\"variant\",\"required\":false,"
               "\"default\":{\"type\":\"constant\"},\"choices\":[\"constant\",\"step\"]}");
    check_json(find_entry("stages"),
               "{\"name\":\"stages\",\"type\":\"variants\",\"required\":false,\"nullable\":true,"
               "\"default\":[],\"min\":0,\"max\":3,\"choices\":[\"constant\",\"step\"]}");
    ck_assert_str_eq(
        json_string_value(json_object_get(json_object_get(find_entry("part"), "object"), "name")),
        "part");
}
END_TEST

START_TEST(schema_has_properties_and_required_names)
{
    json_t *schema = fields_schema(&example_kind);
    ck_assert_ptr_nonnull(schema);
    const json_t *properties = json_object_get(schema, "properties");
    ck_assert_uint_eq(json_object_size(properties), 18);
    check_json(json_object_get(schema, "required"), "[\"units\"]");
    ck_assert(json_is_false(json_object_get(schema, "additionalProperties")));
    check_json(json_object_get(properties, "units"),
               "{\"type\":\"integer\",\"minimum\":1,\"maximum\":65536,"
               "\"description\":\"outputs\"}");
    check_json(json_object_get(properties, "rate"),
               "{\"type\":\"number\",\"exclusiveMinimum\":0,\"default\":0.01}");
    check_json(json_object_get(properties, "clip"),
               "{\"anyOf\":[{\"type\":\"number\",\"minimum\":0,\"maximum\":10},"
               "{\"type\":\"null\"}],\"default\":null}");
    check_json(json_object_get(properties, "schedule"),
               "{\"anyOf\":[{\"enum\":[\"constant\"]},"
               "{\"title\":\"constant\",\"description\":\"stays as it is\",\"type\":\"object\","
               "\"properties\":{\"type\":{\"const\":\"constant\"}},\"required\":[\"type\"],"
               "\"additionalProperties\":false},"
               "{\"title\":\"step\",\"type\":\"object\",\"properties\":{"
               "\"type\":{\"const\":\"step\"},"
               "\"gamma\":{\"type\":\"number\",\"exclusiveMinimum\":0,\"exclusiveMaximum\":1,"
               "\"default\":0.1},"
               "\"every\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":100}},"
               "\"required\":[\"type\",\"every\"],\"additionalProperties\":false}],"
               "\"default\":{\"type\":\"constant\"}}");
    const json_t *stages = json_object_get(json_object_get(properties, "stages"), "anyOf");
    const json_t *forms = json_object_get(json_array_get(stages, 0), "anyOf");
    const json_t *schedule = json_object_get(properties, "schedule");
    ck_assert(json_equal(json_object_get(json_array_get(forms, 0), "anyOf"),
                         json_object_get(schedule, "anyOf")));
    ck_assert(
        json_equal(json_object_get(json_array_get(forms, 1), "items"), json_array_get(forms, 0)));
    json_decref(schema);
}
END_TEST

/* A wrapper around another layer may hold a wrapper. */
struct wrapper {
    struct variant inner;
};
static const struct kind wrapper_kind;
static const struct kind *const wrapped[] = {&wrapper_kind, NULL};
static const struct field wrapper_fields[] = {
    FIELD_VARIANT(struct wrapper, inner, .kinds = wrapped),
    FIELD_END,
};
static const struct kind wrapper_kind = {
    .name = "wrapper", .size = sizeof(struct wrapper), .fields = wrapper_fields};

START_TEST(kind_inside_itself_has_a_finite_schema)
{
    json_t *schema = fields_schema(&wrapper_kind), *entry = fields_describe(&wrapper_kind);
    ck_assert_ptr_nonnull(schema);
    ck_assert_ptr_nonnull(entry);
    check_json(json_object_get(json_object_get(schema, "properties"), "inner"),
               "{\"anyOf\":[{\"anyOf\":[{\"enum\":[\"wrapper\"]},"
               "{\"type\":\"object\",\"title\":\"wrapper\"}]},{\"type\":\"null\"}],"
               "\"default\":null}");
    json_decref(schema);
    json_decref(entry);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, description_names_kind_and_all_fields);
    tcase_add_test(tests, description_tells_all_of_a_field);
    tcase_add_test(tests, schema_has_properties_and_required_names);
    tcase_add_test(tests, kind_inside_itself_has_a_finite_schema);
}

int main(void)
{
    return tests_run("fields_describe", add_tests);
}

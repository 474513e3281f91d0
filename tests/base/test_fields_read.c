/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/base/example.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

#define TEN "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "

START_TEST(defaults_fill_what_is_absent)
{
    struct example example;
    struct error error = {0};
    memset(&example, 0xa5, sizeof(example));
    example_read("{\"units\": 3}", &example, "", &error);
    ck_assert_ok(error);
    ck_assert_ptr_null(example.common.name);
    ck_assert(example.common.is_trainable);
    ck_assert_int_eq(example.units, 3);
    ck_assert_int_eq(example.cores, 0);
    ck_assert_int_eq(example.memory, 65536);
    ck_assert_double_eq(example.rate, 0.01);
    ck_assert(isnan(example.clip));
    ck_assert_int_eq(example.padding, EXAMPLE_SAME);
    ck_assert_uint_eq(example.metrics.count, 2);
    ck_assert_str_eq(example.metrics.items[1], "accuracy");
    ck_assert_uint_eq(example.kernel.count, 0);
    ck_assert_uint_eq(example.strides.count, 1);
    ck_assert_int_eq(example.strides.items[0], 2);
    ck_assert_int_eq(example.part->depth, 2);
    ck_assert_str_eq(example.part->note, "none");
    ck_assert_ptr_null(example.extra);
    ck_assert_str_eq(example.schedule.kind->name, "constant");
    ck_assert_ptr_null(example.schedule.options);
    ck_assert_ptr_null(example.stop.kind);
    ck_assert_uint_eq(example.stages.count, 0);
    ck_assert_ptr_null(example.layers);
    fields_clear(&example_kind, &example);
    ck_assert_ptr_null(example.part);
    fields_clear(&example_kind, &example);
}
END_TEST

START_TEST(every_type_is_read)
{
    struct example example;
    struct error error = {0};
    example_read(
        "{\"name\": \"caf\\u00e9\", \"is_trainable\": false, \"units\": 3.0, \"cores\": 2,"
        "\"memory\": \"64K\", \"limit\": 9007199254740992, \"rate\": 1, \"clip\": 10,"
        "\"padding\": \"valid\", \"metrics\": [\"a\"], \"kernel\": [3, 5.0],"
        "\"part\": null, \"extra\": {\"depth\": 9, \"note\": \"x\"},"
        "\"schedule\": {\"type\": \"step\", \"gamma\": 0.5, \"every\": 7},"
        "\"stop\": {\"type\": \"constant\"},"
        "\"stages\": [\"constant\", {\"type\": \"step\", \"every\": 3}], \"layers\": [1, null]}",
        &example, "", &error);
    ck_assert_ok(error);
    ck_assert_str_eq(example.common.name, "caf\xc3\xa9");
    ck_assert(!example.common.is_trainable);
    ck_assert_int_eq(example.units, 3);
    ck_assert_int_eq(example.cores, 2);
    ck_assert_int_eq(example.memory, 65536);
    ck_assert_int_eq(example.limit, INT64_C(9007199254740992));
    ck_assert_double_eq(example.rate, 1);
    ck_assert_double_eq(example.clip, 10);
    ck_assert_int_eq(example.padding, EXAMPLE_VALID);
    ck_assert_uint_eq(example.metrics.count, 1);
    ck_assert_uint_eq(example.kernel.count, 2);
    ck_assert_int_eq(example.kernel.items[1], 5);
    ck_assert_ptr_null(example.part);
    ck_assert_int_eq(example.extra->depth, 9);
    const struct example_step *step = example.schedule.options;
    ck_assert_double_eq(step->gamma, 0.5);
    ck_assert_int_eq(step->every, 7);
    ck_assert_str_eq(example.stop.kind->name, "constant");
    ck_assert_uint_eq(example.stages.count, 2);
    ck_assert_str_eq(example.stages.items[0].kind->name, "constant");
    step = example.stages.items[1].options;
    ck_assert_int_eq(step->every, 3);
    ck_assert_uint_eq(json_array_size(example.layers), 2);
    fields_clear(&example_kind, &example);
}
END_TEST

START_TEST(short_forms_are_read)
{
    struct example example;
    struct error error = {0};
    example_read("{\"units\": 3, \"cores\": \"auto\", \"metrics\": \"a,b\", \"kernel\": 3,"
                 "\"schedule\": \"constant\", \"stages\": \"constant\", \"limit\": null, \"clip\": "
                 "null, \"strides\": null, "
                 "\"name\": null}",
                 &example, "", &error);
    ck_assert_ok(error);
    ck_assert_int_eq(example.cores, 0);
    ck_assert_uint_eq(example.metrics.count, 1);
    ck_assert_str_eq(example.metrics.items[0], "a,b");
    ck_assert_uint_eq(example.kernel.count, 1);
    ck_assert_int_eq(example.kernel.items[0], 3);
    ck_assert_uint_eq(example.strides.count, 0);
    ck_assert_uint_eq(example.stages.count, 1);
    ck_assert_str_eq(example.stages.items[0].kind->name, "constant");
    ck_assert_int_eq(example.limit, 0);
    ck_assert(isnan(example.clip));
    fields_clear(&example_kind, &example);
}
END_TEST

#define KNOWN                                                                                      \
    "known are name, is_trainable, units, cores, memory, limit, rate, clip, padding, metrics, "    \
    "kernel, strides, part, extra, schedule, stop, stages, layers"

/* What is refused, where (below "net"), and with which words behind the path. */
static const struct {
    const char *text, *path, *message;
} refused[] = {
    {"[]", "", "must be an object, not a list"},
    {"{}", ".units", "is required"},
    {"{\"units\": 1, \"unit\": 2}", ".unit", "is not known; did you mean units?"},
    {"{\"units\": 1, \"zzz\": 2}", ".zzz", "is not known; " KNOWN},
    {"{\"units\": 1, \"type\": \"example\"}", ".type", "is not known; " KNOWN},
    {"{\"units\": 0}", ".units", "must be between 1 and 65536, not 0"},
    {"{\"units\": 65537}", ".units", "must be between 1 and 65536, not 65537"},
    {"{\"units\": 3.5}", ".units", "must be an integer, not 3.5"},
    {"{\"units\": 1e300}", ".units", "must be an integer, not 1e+300"},
    {"{\"units\": \"3\"}", ".units", "must be an integer, not the string \"3\""},
    {"{\"units\": null}", ".units", "must be an integer, not null"},
    {"{\"units\": true}", ".units", "must be an integer, not true"},
    {"{\"units\": 1, \"cores\": \"all\"}", ".cores",
     "must be an integer or \"auto\", not the string \"all\""},
    {"{\"units\": 1, \"cores\": 0}", ".cores", "must be between 1 and 64, not 0"},
    {"{\"units\": 1, \"memory\": \"1Q\"}", ".memory",
     "must be a number of bytes such as 65536 or \"64K\", not the string \"1Q\""},
    {"{\"units\": 1, \"memory\": \"9999999999T\"}", ".memory",
     "must be a number of bytes such as 65536 or \"64K\", not the string \"9999999999T\""},
    {"{\"units\": 1, \"memory\": 1023}", ".memory", "must be at least 1024, not 1023"},
    {"{\"units\": 1, \"limit\": 9007199254740993}", ".limit",
     "must be between -9007199254740992 and 9007199254740992, not 9007199254740993"},
    {"{\"units\": 1, \"limit\": -9007199254740993}", ".limit",
     "must be between -9007199254740992 and 9007199254740992, not -9007199254740993"},
    {"{\"units\": 1, \"limit\": 9007199254740994.0}", ".limit",
     "must be an integer, not 9007199254740994.0"},
    {"{\"units\": 1, \"rate\": 0}", ".rate", "must be above 0, not 0"},
    {"{\"units\": 1, \"rate\": null}", ".rate", "must be a number, not null"},
    {"{\"units\": 1, \"clip\": 10.5}", ".clip", "must be between 0 and 10, not 10.5"},
    {"{\"units\": 1, \"clip\": []}", ".clip", "must be a number, not a list"},
    {"{\"units\": 1, \"is_trainable\": 1}", ".is_trainable", "must be true or false, not 1"},
    {"{\"units\": 1, \"name\": 7}", ".name", "must be a string, not 7"},
    {"{\"units\": 1, \"name\": \"\"}", ".name", "must have between 1 and 8 characters, not 0"},
    {"{\"units\": 1, \"name\": \"123456789\"}", ".name",
     "must have between 1 and 8 characters, not 9"},
    {"{\"units\": 1, \"name\": \"root\"}", "", "may not be named root"},
    {"{\"units\": 1, \"cores\": 2}", "", "may not have more cores than units"},
    {"{\"units\": 1, \"padding\": \"sane\"}", ".padding",
     "must be one of valid, same, not \"sane\"; did you mean same?"},
    {"{\"units\": 1, \"padding\": 1}", ".padding", "must be a string, not 1"},
    {"{\"units\": 1, \"metrics\": [\"a\", 2]}", ".metrics[1]", "must be a string, not 2"},
    {"{\"units\": 1, \"metrics\": {}}", ".metrics", "must be a list of strings, not an object"},
    {"{\"units\": 1, \"metrics\": [\"\", \"\", \"\", \"\"]}", ".metrics",
     "must have between 0 and 3 entries, not 4"},
    {"{\"units\": 1, \"kernel\": [" TEN TEN TEN TEN TEN TEN "1, 2, 3, 4, 5]}", ".kernel",
     "must have at most 64 entries, not 65"},
    {"{\"units\": 1, \"kernel\": [1, 0]}", ".kernel[1]", "must be between 1 and 99, not 0"},
    {"{\"units\": 1, \"strides\": []}", ".strides", "must have at least one entry"},
    {"{\"units\": 1, \"kernel\": 1.5}", ".kernel", "must be an integer, not 1.5"},
    {"{\"units\": 1, \"kernel\": \"3\"}", ".kernel",
     "must be a list of integers, not the string \"3\""},
    {"{\"units\": 1, \"extra\": {\"dept\": 1}}", ".extra.dept",
     "is not known; did you mean depth?"},
    {"{\"units\": 1, \"extra\": 1}", ".extra", "must be an object, not 1"},
    {"{\"units\": 1, \"schedule\": \"stp\"}", ".schedule",
     "must be one of constant, step, not \"stp\"; did you mean step?"},
    {"{\"units\": 1, \"schedule\": {\"type\": \"cosine\"}}", ".schedule.type",
     "must be one of constant, step, not \"cosine\""},
    {"{\"units\": 1, \"schedule\": {\"every\": 1}}", ".schedule.type",
     "is required: one of constant, step"},
    {"{\"units\": 1, \"schedule\": {\"type\": 1}}", ".schedule.type", "must be a string, not 1"},
    {"{\"units\": 1, \"schedule\": 5}", ".schedule",
     "must be a name or an object with a type, not 5"},
    {"{\"units\": 1, \"schedule\": null}", ".schedule",
     "must be a name or an object with a type, not null"},
    {"{\"units\": 1, \"schedule\": \"step\"}", ".schedule.every", "is required"},
    {"{\"units\": 1, \"schedule\": {\"type\": \"step\", \"every\": 1, \"gama\": 1}}",
     ".schedule.gama", "is not known; did you mean gamma?"},
    {"{\"units\": 1, \"schedule\": {\"type\": \"step\", \"every\": 1, \"gamma\": 1}}",
     ".schedule.gamma", "must be above 0 and below 1, not 1"},
    {"{\"units\": 1, \"schedule\": {\"type\": \"constant\", \"every\": 1}}", ".schedule.every",
     "is not known: nothing is taken here"},
    {"{\"units\": 1, \"stages\": 5}", ".stages", "must be a list of objects with a type, not 5"},
    {"{\"units\": 1, \"stages\": [\"constant\", null]}", ".stages[1]",
     "must be a name or an object with a type, not null"},
    {"{\"units\": 1, \"stages\": [\"constant\", {\"type\": \"stp\"}]}", ".stages[1].type",
     "must be one of constant, step, not \"stp\"; did you mean step?"},
    {"{\"units\": 1, \"stages\": {\"type\": \"step\"}}", ".stages[0].every", "is required"},
    {"{\"units\": 1, \"stages\": [\"step\", 1, 2, 3]}", ".stages",
     "must have between 0 and 3 entries, not 4"},
};

START_TEST(refusal_names_path_and_expectation)
{
    struct example example;
    struct error error = {0};
    char path[256], message[1024];
    snprintf(path, sizeof(path), "net%s", refused[_i].path);
    snprintf(message, sizeof(message), "%s %s", path, refused[_i].message);
    ck_assert_int_eq(example_read(refused[_i].text, &example, "net", &error), -1);
    ck_assert_error(error, ERROR_INVALID, message);
    ck_assert_str_eq(error.path, path);
    fields_clear(&example_kind, &example);
}
END_TEST

START_TEST(root_is_called_the_document)
{
    struct example example;
    struct error error = {0};
    ck_assert_int_eq(example_read("7", &example, "", &error), -1);
    ck_assert_error(error, ERROR_INVALID, "the document must be an object, not 7");
    error_clear(&error);
    ck_assert_int_eq(example_read("{\"units\": {}}", &example, "", &error), -1);
    ck_assert_error(error, ERROR_INVALID, "units must be an integer, not an object");
}
END_TEST

START_TEST(long_key_and_path_are_cut)
{
    char key[3000], text[4000];
    struct example example;
    struct error error = {0};
    memset(key, 'k', sizeof(key));
    key[sizeof(key) - 1] = '\0';
    snprintf(text, sizeof(text), "{\"units\": 1, \"%s\": 1}", key);
    ck_assert_int_eq(example_read(text, &example, "net", &error), -1);
    ck_assert_uint_eq(strlen(error.path), sizeof(error.path) - 1);
}
END_TEST

START_TEST(long_list_of_names_is_cut_and_still_suggests)
{
    static struct kind many[100];
    static char names[ARRAY_COUNT(many)][8];
    static const struct kind *kinds[ARRAY_COUNT(many) + 1];
    for (size_t i = 0; i < ARRAY_COUNT(many); i++) {
        snprintf(names[i], sizeof(names[i]), "kind%zu", i + 100);
        many[i].name = names[i];
        kinds[i] = &many[i];
    }
    struct error error = {0};
    struct variant variant = {0};
    json_t *json = json_string("kind1999");
    ck_assert_int_eq(fields_read_variant(kinds, json, &variant, "layer", &error), -1);
    json_decref(json);
    ck_assert_ptr_eq(strstr(error.message, "layer must be one of kind100, kind101, "),
                     error.message);
    ck_assert_ptr_nonnull(strstr(error.message, ", …, not \"kind1999\"; did you mean kind199?"));
}
END_TEST

START_TEST(variant_alone_is_read)
{
    struct error error = {0};
    struct variant variant = {0};
    json_t *json = json_pack("{s:s,s:i}", "type", "step", "every", 3);
    ck_assert_int_eq(fields_read_variant(example_schedules, json, &variant, "s", &error), 0);
    json_decref(json);
    ck_assert_str_eq(variant.kind->name, "step");
    const struct example_step *step = variant.options;
    ck_assert_int_eq(step->every, 3);
    ck_assert_double_eq(step->gamma, 0.1);
    variant_clear(&variant);
    ck_assert_ptr_null(variant.kind);
    variant_clear(&variant);
    variant_clear(NULL);
}
END_TEST

START_TEST(failed_variant_leaves_its_output)
{
    struct error error = {0};
    struct variant variant = {.kind = &example_kind};
    json_t *json = json_string("nothing");
    ck_assert_int_eq(fields_read_variant(example_schedules, json, &variant, "", &error), -1);
    json_decref(json);
    ck_assert_ptr_eq(variant.kind, &example_kind);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, defaults_fill_what_is_absent);
    tcase_add_test(tests, every_type_is_read);
    tcase_add_test(tests, short_forms_are_read);
    tcase_add_loop_test(tests, refusal_names_path_and_expectation, 0, (int)ARRAY_COUNT(refused));
    tcase_add_test(tests, root_is_called_the_document);
    tcase_add_test(tests, long_key_and_path_are_cut);
    tcase_add_test(tests, long_list_of_names_is_cut_and_still_suggests);
    tcase_add_test(tests, variant_alone_is_read);
    tcase_add_test(tests, failed_variant_leaves_its_output);
}

int main(void)
{
    return tests_run("fields_read", add_tests);
}

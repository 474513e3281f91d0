/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/base/example.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

static struct example example;

static void set_up(void)
{
    ck_assert_int_eq(fields_default(&example_kind, &example, NULL), 0);
}

static void tear_down(void)
{
    fields_clear(&example_kind, &example);
}

static void set(const char *name, const char *text)
{
    struct error error = {0};
    int result = fields_set(&example_kind, &example, name, text, &error);
    ck_assert_ok(error);
    ck_assert_int_eq(result, 0);
}

static void check_refused(const char *name, const char *text, const char *message)
{
    struct error error = {0};
    ck_assert_int_eq(fields_set(&example_kind, &example, name, text, &error), -1);
    ck_assert_error(error, ERROR_INVALID, message);
}

START_TEST(numbers_are_set_from_text)
{
    set("units", "12");
    set("memory", "2G");
    set("rate", "1e-3");
    ck_assert_int_eq(example.units, 12);
    ck_assert_int_eq(example.memory, INT64_C(2) << 30);
    ck_assert_double_eq(example.rate, 1e-3);
    set("memory", "70000");
    set("cores", "8");
    ck_assert_int_eq(example.memory, 70000);
    ck_assert_int_eq(example.cores, 8);
    set("cores", "auto");
    set("clip", "2");
    set("clip", "null");
    ck_assert_int_eq(example.cores, 0);
    ck_assert(isnan(example.clip));
}
END_TEST

START_TEST(booleans_have_four_words_each)
{
    static const char *const yes[] = {"true", "yes", "1", "on"};
    static const char *const no[] = {"false", "no", "0", "off"};
    for (size_t i = 0; i < ARRAY_COUNT(yes); i++) {
        set("is-trainable", no[i]);
        ck_assert(!example.common.is_trainable);
        set("is_trainable", yes[i]);
        ck_assert(example.common.is_trainable);
    }
    check_refused("is_trainable", "maybe",
                  "is_trainable must be true or false, not the string \"maybe\"");
}
END_TEST

START_TEST(strings_are_taken_as_they_are)
{
    set("name", "null");
    ck_assert_str_eq(example.common.name, "null");
    set("name", "12");
    ck_assert_str_eq(example.common.name, "12");
    check_refused("name", "\xff", "name must be UTF-8");
    ck_assert_str_eq(example.common.name, "12");
}
END_TEST

START_TEST(lists_are_split_at_commas)
{
    set("metrics", "a,,b");
    ck_assert_uint_eq(example.metrics.count, 3);
    ck_assert_str_eq(example.metrics.items[1], "");
    ck_assert_str_eq(example.metrics.items[2], "b");
    set("metrics", "");
    ck_assert_uint_eq(example.metrics.count, 0);
    set("kernel", "3,5");
    ck_assert_uint_eq(example.kernel.count, 2);
    ck_assert_int_eq(example.kernel.items[1], 5);
    check_refused("kernel", "3,x", "kernel[1] must be an integer, not the string \"x\"");
    ck_assert_uint_eq(example.kernel.count, 2);
}
END_TEST

START_TEST(structures_are_set_from_json)
{
    set("extra", "{\"depth\": 4}");
    ck_assert_int_eq(example.extra->depth, 4);
    set("extra", "null");
    ck_assert_ptr_null(example.extra);
    set("layers", "[1,2]");
    ck_assert_uint_eq(json_array_size(example.layers), 2);
    set("schedule", "{\"type\": \"step\", \"every\": 2}");
    ck_assert_str_eq(example.schedule.kind->name, "step");
    set("schedule", "constant");
    ck_assert_str_eq(example.schedule.kind->name, "constant");
    set("stages", "constant,constant");
    ck_assert_uint_eq(example.stages.count, 2);
    set("stages", "[\"constant\"]");
    ck_assert_uint_eq(example.stages.count, 1);
    set("stages", "{\"type\": \"step\", \"every\": 2}");
    ck_assert_str_eq(example.stages.items[0].kind->name, "step");
    set("stages", "null");
    ck_assert_uint_eq(example.stages.count, 0);
    set("padding", "valid");
    ck_assert_int_eq(example.padding, EXAMPLE_VALID);
}
END_TEST

START_TEST(refused_text_changes_nothing)
{
    set("units", "5");
    check_refused("units", "70000", "units must be between 1 and 65536, not 70000");
    check_refused("units", "", "units must be an integer, not the string \"\"");
    check_refused("units", "5 6", "units must be an integer, not the string \"5 6\"");
    check_refused("units", "0x10", "units must be an integer, not the string \"0x10\"");
    check_refused("rate", "nan", "rate must be a number, not the string \"nan\"");
    check_refused("unitz", "5", "unitz is not known; did you mean units?");
    check_refused("schedule", "step", "schedule.every is required");
    ck_assert_int_eq(example.units, 5);
    ck_assert_double_eq(example.rate, 0.01);
    ck_assert_str_eq(example.schedule.kind->name, "constant");
}
END_TEST

START_TEST(broken_json_is_malformed)
{
    struct error error = {0};
    ck_assert_int_eq(fields_set(&example_kind, &example, "layers", "[1", &error), -1);
    ck_assert_error(error, ERROR_MALFORMED,
                    "layers must be JSON: line 1, column 2: ']' expected near end of file");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, numbers_are_set_from_text);
    tcase_add_test(tests, booleans_have_four_words_each);
    tcase_add_test(tests, strings_are_taken_as_they_are);
    tcase_add_test(tests, lists_are_split_at_commas);
    tcase_add_test(tests, structures_are_set_from_json);
    tcase_add_test(tests, refused_text_changes_nothing);
    tcase_add_test(tests, broken_json_is_malformed);
}

int main(void)
{
    return tests_run("fields_set", add_tests);
}

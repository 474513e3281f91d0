/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/base/example.h"
#include "tests/check.h"

#include <string.h>

/* Reads `text`, writes it, and compares; what was written must read as the same again. */
static void check_written(const char *text, const char *expected)
{
    struct example example;
    struct error error = {0};
    example_read(text, &example, "", &error);
    ck_assert_ok(error);
    json_t *json = fields_write(&example_kind, &example);
    fields_clear(&example_kind, &example);
    char *written = fields_print(json);
    json_decref(json);
    ck_assert_str_eq(written, expected);
    if (strcmp(text, expected) != 0)
        check_written(written, expected);
    free(written);
}

START_TEST(defaults_are_written_out)
{
    check_written(
        "{\"units\":3}",
        "{\"name\":null,\"is_trainable\":true,\"units\":3,\"cores\":\"auto\","
        "\"memory\":65536,\"limit\":null,\"rate\":0.01,\"clip\":null,"
        "\"padding\":\"same\",\"metrics\":[\"loss\",\"accuracy\"],\"kernel\":[],\"strides\":[2],"
        "\"part\":{\"depth\":2,\"note\":\"none\"},\"extra\":null,"
        "\"schedule\":{\"type\":\"constant\"},\"stop\":null,\"stages\":[],\"layers\":null}");
}
END_TEST

START_TEST(given_values_are_written_as_read)
{
    check_written(
        "{\"units\":3,\"name\":\"x\",\"is_trainable\":false,\"cores\":2,\"memory\":\"1M\","
        "\"limit\":5,\"rate\":1,\"clip\":0.1,\"padding\":\"valid\",\"metrics\":[],"
        "\"kernel\":3,\"strides\":null,\"part\":null,\"extra\":{},\"stop\":\"constant\","
        "\"stages\":[{\"type\":\"step\",\"every\":2},\"constant\"],"
        "\"schedule\":{\"type\":\"step\",\"every\":7},\"layers\":[{\"a\":1}]}",
        "{\"name\":\"x\",\"is_trainable\":false,\"units\":3,\"cores\":2,"
        "\"memory\":1048576,\"limit\":5,\"rate\":1.0,\"clip\":0.1,"
        "\"padding\":\"valid\",\"metrics\":[],\"kernel\":[3],\"strides\":null,"
        "\"part\":null,\"extra\":{\"depth\":2,\"note\":\"none\"},"
        "\"schedule\":{\"type\":\"step\",\"gamma\":0.1,\"every\":7},"
        "\"stop\":{\"type\":\"constant\"},"
        "\"stages\":[{\"type\":\"step\",\"gamma\":0.1,\"every\":2},{\"type\":\"constant\"}],"
        "\"layers\":[{\"a\":1}]}");
}
END_TEST

START_TEST(variant_alone_is_written)
{
    struct variant none = {0};
    json_t *json = fields_write_variant(&none);
    ck_assert(json_is_null(json));
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, defaults_are_written_out);
    tcase_add_test(tests, given_values_are_written_as_read);
    tcase_add_test(tests, variant_alone_is_written);
}

int main(void)
{
    return tests_run("fields_write", add_tests);
}

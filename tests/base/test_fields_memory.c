/* Lets each allocation of an operation fail in turn: it must end with ERROR_MEMORY or NULL, and
 * (under AddressSanitizer or valgrind) without a leak. The linker sends malloc and its kin here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "tests/base/example.h"
#include "tests/check.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *data, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *data, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);

/* Allocations until one fails; none does at SIZE_MAX. */
static size_t allowed = SIZE_MAX;

static bool may_allocate(void)
{
    if (allowed == SIZE_MAX)
        return true;
    if (allowed == 0) {
        errno = ENOMEM;
        return false;
    }
    allowed--;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return may_allocate() ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *data, size_t size)
{
    return may_allocate() ? __real_realloc(data, size) : NULL;
}

char *__wrap_strdup(const char *text)
{
    return may_allocate() ? __real_strdup(text) : NULL;
}

char *__wrap_strndup(const char *text, size_t size)
{
    return may_allocate() ? __real_strndup(text, size) : NULL;
}

static const char document[] =
    "{\"units\":3,\"name\":\"x\",\"metrics\":[\"a\",\"b\"],\"kernel\":[3],\"memory\":\"1M\","
    "\"extra\":{\"note\":\"y\"},\"stop\":\"constant\","
    "\"stages\":[\"constant\",{\"type\":\"step\",\"every\":2}],"
    "\"schedule\":{\"type\":\"step\",\"every\":7},\"layers\":[{\"a\":0.5}]}";

/* What an operation works on, made while nothing fails. */
static json_t *json;
static struct example example;

static void set_up(void)
{
    json_set_alloc_funcs(__wrap_malloc, free);
    /* jansson seeds its hashes on first use; that is not part of any operation. */
    json_object_seed(1);
    json = fields_parse(document, sizeof(document) - 1, NULL);
    ck_assert_int_eq(fields_read(&example_kind, json, &example, "", NULL), 0);
}

static void tear_down(void)
{
    fields_clear(&example_kind, &example);
    json_decref(json);
}

/* Each does its work and frees it: 0, or -1 with an error. */
static int try_parse(struct error *error)
{
    json_t *parsed = fields_parse(document, sizeof(document) - 1, error);
    json_decref(parsed);
    return parsed != NULL ? 0 : -1;
}

static int try_read(struct error *error)
{
    struct example read;
    int result = fields_read(&example_kind, json, &read, "", error);
    if (result == 0)
        fields_clear(&example_kind, &read);
    return result;
}

static int try_default(struct error *error)
{
    struct example made;
    int result = fields_default(&example_kind, &made, error);
    if (result == 0)
        fields_clear(&example_kind, &made);
    return result;
}

/* The functions that tell by NULL alone. */
static int finish_json(json_t *made, struct error *error)
{
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "NULL");
    json_decref(made);
    return 0;
}

static int try_write(struct error *error)
{
    return finish_json(fields_write(&example_kind, &example), error);
}

static int try_describe(struct error *error)
{
    return finish_json(fields_describe(&example_kind), error);
}

static int try_schema(struct error *error)
{
    return finish_json(fields_schema(&example_kind), error);
}

static int try_print(struct error *error)
{
    char *text = fields_print(json);
    if (text == NULL)
        return error_set(error, ERROR_MEMORY, "NULL");
    free(text);
    return 0;
}

static int try_bytes(struct error *error)
{
    struct bytes bytes = {0};
    for (int i = 0; i < 100; i++)
        bytes_append_u64(&bytes, 7);
    int result = bytes_check(&bytes, error);
    bytes_clear(&bytes);
    return result;
}

static int try_set(const char *name, const char *text, struct error *error)
{
    return fields_set(&example_kind, &example, name, text, error);
}

static int try_set_strings(struct error *error)
{
    return try_set("metrics", "u,v,w", error);
}

static int try_set_sizes(struct error *error)
{
    return try_set("kernel", "3,5", error);
}

static int try_set_variant(struct error *error)
{
    return try_set("schedule", "{\"type\":\"step\",\"every\":9}", error);
}

static int try_set_object(struct error *error)
{
    return try_set("extra", "{\"note\":\"z\"}", error);
}

static int (*const operations[])(struct error *error) = {
    try_parse, try_read,        try_default,   try_write,       try_describe,   try_schema,
    try_print, try_set_strings, try_set_sizes, try_set_variant, try_set_object, try_bytes,
};

START_TEST(each_failed_allocation_is_reported)
{
    size_t failures = 0;
    int result = -1;
    for (; result != 0; failures++) {
        struct error error = {0};
        allowed = failures;
        result = operations[_i](&error);
        allowed = SIZE_MAX;
        ck_assert_msg(error.code == (result == 0 ? ERROR_NONE : ERROR_MEMORY),
                      "operation %d, allocation %zu: %s", _i, failures, error.message);
        ck_assert_uint_lt(failures, 5000);
    }
    ck_assert_uint_gt(failures, 1);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, each_failed_allocation_is_reported, 0, (int)ARRAY_COUNT(operations));
}

int main(void)
{
    return tests_run("fields_memory", add_tests);
}

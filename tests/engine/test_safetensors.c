/* safetensors: what is written comes back, in one form only; hostile headers get a clear error. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/safetensors.h"
#include "tests/check.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* A file of this header and `data_size` bytes of data, in memory that ends where the file does, so
 * that a sanitizer sees a read beyond it. */
static uint8_t *file_make(const char *header, size_t data_size, size_t *size)
{
    const size_t header_size = strlen(header);
    *size = 8 + header_size + data_size;
    uint8_t *file = malloc(*size);
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 8; i++)
        file[i] = (uint8_t)((uint64_t)header_size >> 8 * i);
    memcpy(file + 8, header, header_size);
    memset(file + 8 + header_size, 0, data_size);
    return file;
}

#define ENTRY(dtype, shape, from, to)                                                              \
    "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" #from "," #to "]}"

static const struct hostile {
    const char *header;
    size_t data_size;
    enum error_code code;
    const char *message; /* a part of it */
} hostile[] = {
    {"", 0, ERROR_MALFORMED, ""},
    {"{", 0, ERROR_MALFORMED, ""},
    {"{}x", 0, ERROR_MALFORMED, ""},
    {"{\"a\":1,\"a\":2}", 0, ERROR_MALFORMED, "a"},
    {"[]", 0, ERROR_INVALID, "must be an object"},
    {"{\"a\":7}", 0, ERROR_INVALID, "tensor \"a\": must be an object of dtype"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 0, ERROR_INVALID, "tensor \"a\": must be"},
    {"{\"a\":" ENTRY("F31", "[1]", 0, 4) "}", 4, ERROR_INVALID, "dtype"},
    {"{\"a\":{\"dtype\":5,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, ERROR_INVALID, "dtype"},
    {"{\"a\":" ENTRY("F32", "4", 0, 4) "}", 4, ERROR_INVALID, "shape must be a list"},
    {"{\"a\":" ENTRY("F32", "[1,1,1,1,1,1,1]", 0, 4) "}", 4, ERROR_INVALID, "at most 6"},
    {"{\"a\":" ENTRY("F32", "[-1]", 0, 4) "}", 4, ERROR_INVALID, "whole numbers"},
    {"{\"a\":" ENTRY("F32", "[1.0]", 0, 4) "}", 4, ERROR_INVALID, "whole numbers"},
    {"{\"a\":" ENTRY("F32", "[9223372036854775807,8]", 0, 4) "}", 4, ERROR_INVALID, "memory"},
    {"{\"a\":" ENTRY("F32", "[4294967296,4294967296]", 0, 0) "}", 0, ERROR_INVALID, "memory"},
    {"{\"a\":" ENTRY("F32", "[1]", 0, 8) "}", 8, ERROR_INVALID, "as many bytes"},
    {"{\"a\":" ENTRY("F32", "[2]", 0, 8) "}", 4, ERROR_INVALID, "inside of the file"},
    {"{\"a\":" ENTRY("F32", "[1]", 4, 0) "}", 4, ERROR_INVALID, "in order"},
    {"{\"a\":" ENTRY("F32", "[1]", -4, 0) "}", 4, ERROR_INVALID, "in order"},
    {"{\"a\":" ENTRY("F32", "[1]", 0, 9223372036854775807) "}", 4, ERROR_INVALID, "in order"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 8, ERROR_INVALID, "two"},
    {"{\"a\":" ENTRY("F32", "[1]", 0, 4) "}", 8, ERROR_INVALID, "8 bytes of data"},
    {"{}", 1, ERROR_INVALID, "1 bytes of data"},
    {"{\"a\":" ENTRY("F32", "[1]", 4, 8) "}", 8, ERROR_INVALID, "gap"},
    {"{\"a\":" ENTRY("F32", "[1]", 0, 4) ",\"b\":" ENTRY("F32", "[1]", 0, 4) "}", 4, ERROR_INVALID,
     "overlap"},
    {"{\"a\":" ENTRY("F32", "[2]", 0, 8) ",\"b\":" ENTRY("F32", "[1]", 4, 8) "}", 8, ERROR_INVALID,
     "overlap"},
    {"{\"__metadata__\":[]}", 0, ERROR_INVALID, "object of texts"},
    {"{\"__metadata__\":{\"k\":1}}", 0, ERROR_INVALID, "\"k\" must be a text"},
};

START_TEST(hostile_headers_are_refused)
{
    const struct hostile *wrong = &hostile[_i];
    struct error error = {0};
    size_t size;
    AUTO_FREE uint8_t *file = file_make(wrong->header, wrong->data_size, &size);
    ck_assert_ptr_null(safetensors_read(file, size, &error));
    ck_assert_msg(error.code == wrong->code && strstr(error.message, wrong->message),
                  "%s: %s (%s) instead of %s", wrong->header, error.message,
                  error_code_name(error.code), wrong->message);
}
END_TEST

START_TEST(a_file_cut_short_anywhere_is_refused)
{
    size_t size;
    AUTO_FREE uint8_t *file = file_make("{\"a\":" ENTRY("F32", "[3]", 0, 12) "}", 12, &size);
    for (size_t cut = 0; cut < size; cut++) {
        struct error error = {0};
        AUTO_FREE uint8_t *part = malloc(cut + 1);
        memcpy(part, file, cut);
        ck_assert_ptr_null(safetensors_read(part, cut, &error));
        ck_assert_int_ne(error.code, ERROR_NONE);
    }
}
END_TEST

START_TEST(a_header_size_beyond_the_file_or_the_limit_is_refused)
{
    struct error error = {0};
    const uint8_t huge[8] = {255, 255, 255, 255, 255, 255, 255, 255};
    ck_assert_ptr_null(safetensors_read(huge, sizeof(huge), &error));
    ck_assert_int_eq(error.code, ERROR_MALFORMED);
    error_clear(&error);
    const size_t size = 8 + SAFETENSORS_HEADER_MAX + 1;
    AUTO_FREE uint8_t *file = calloc(1, size);
    file[0] = 1; /* one more than 2^24 */
    file[3] = 1;
    ck_assert_ptr_null(safetensors_read(file, size, &error));
    ck_assert_int_eq(error.code, ERROR_TOO_LARGE);
}
END_TEST

static const float floats[6] = {1, -2, 3.5F, 0, 5, 6};
static const int32_t integers[2] = {-7, 8};
static const struct safetensors_tensor tensors[] = {
    {"a/bias", SAFETENSORS_F32, {.rank = 0}, floats, 4},
    {"a/kernel", SAFETENSORS_F32, {.rank = 2, .dims = {2, 3}}, floats, 24},
    {"empty", SAFETENSORS_F32, {.rank = 2, .dims = {0, 3}}, floats, 0},
    {"n", SAFETENSORS_I32, {.rank = 1, .dims = {2}}, integers, 8},
};

START_TEST(tensors_and_texts_come_back)
{
    struct error error = {0};
    struct bytes file = {0};
    json_auto_t *metadata = json_pack("{s:s, s:s}", "z", "last", "k", "{\"x\": \"\u00e4\"}");
    ck_assert_int_eq(safetensors_write(tensors, 4, metadata, &file, &error), 0);
    struct safetensors *read = safetensors_read(file.data, file.size, &error);
    ck_assert_ok(error);
    ck_assert_uint_eq(read->count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct safetensors_tensor *found = safetensors_find(read, tensors[i].name);
        ck_assert_ptr_eq(found, &read->tensors[i]);
        ck_assert_int_eq(found->type, tensors[i].type);
        ck_assert(shape_equal(&found->shape, &tensors[i].shape));
        ck_assert_uint_eq(found->size, tensors[i].size);
        ck_assert_mem_eq(found->data, tensors[i].data, tensors[i].size);
    }
    size_t size;
    ck_assert_str_eq(safetensors_metadata(read, "k", &size), "{\"x\": \"\u00e4\"}");
    ck_assert_uint_eq(size, 11);
    ck_assert_ptr_null(safetensors_metadata(read, "a/bias", NULL));
    ck_assert_ptr_null(safetensors_find(read, "a"));
    safetensors_free(read);
    bytes_clear(&file);
}
END_TEST

START_TEST(the_header_has_one_form)
{
    struct error error = {0};
    struct bytes file = {0};
    const char *expected =
        "{\"a/bias\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}      ";
    ck_assert_int_eq(safetensors_write(tensors, 1, NULL, &file, &error), 0);
    ck_assert_uint_eq(file.size, 8 + strlen(expected) + 4);
    ck_assert_uint_eq(file.data[0], strlen(expected));
    ck_assert_mem_eq(file.data + 8, expected, strlen(expected));
    ck_assert_uint_eq(strlen(expected) % 8, 0);
    bytes_clear(&file);
}
END_TEST

START_TEST(a_file_without_tensors_is_a_file)
{
    struct error error = {0};
    struct bytes file = {0};
    ck_assert_int_eq(safetensors_write(NULL, 0, NULL, &file, &error), 0);
    struct safetensors *read = safetensors_read(file.data, file.size, &error);
    ck_assert_ok(error);
    ck_assert_uint_eq(read->count, 0);
    ck_assert_ptr_null(safetensors_find(read, "a"));
    safetensors_free(read);
    bytes_clear(&file);
}
END_TEST

START_TEST(every_type_has_its_size)
{
    const struct {
        const char *entry;
        size_t size;
    } types[] = {{"BOOL", 1}, {"BF16", 2}, {"I32", 4}, {"F64", 8}};
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        struct error error = {0};
        char header[128];
        snprintf(header, sizeof(header),
                 "{\"a\":{\"dtype\":\"%s\",\"shape\":[3],\"data_offsets\":[0,%zu]}}",
                 types[i].entry, 3 * types[i].size);
        size_t size;
        AUTO_FREE uint8_t *file = file_make(header, 3 * types[i].size, &size);
        struct safetensors *read = safetensors_read(file, size, &error);
        ck_assert_ok(error);
        ck_assert_str_eq(safetensors_type_name(read->tensors[0].type), types[i].entry);
        safetensors_free(read);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, hostile_headers_are_refused, 0, (int)ARRAY_COUNT(hostile));
    tcase_add_test(tests, a_file_cut_short_anywhere_is_refused);
    tcase_add_test(tests, a_header_size_beyond_the_file_or_the_limit_is_refused);
    tcase_add_test(tests, tensors_and_texts_come_back);
    tcase_add_test(tests, the_header_has_one_form);
    tcase_add_test(tests, a_file_without_tensors_is_a_file);
    tcase_add_test(tests, every_type_has_its_size);
}

int main(void)
{
    return tests_run("safetensors", add_tests);
}

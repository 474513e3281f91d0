/* A model's file: back to the same bytes, a digest of the weights alone, hostile files refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/exchange/safetensors.h"
#include "engine/model.h"
#include "tests/check.h"
#include "tests/engine/example_models.h"
#include "tests/engine/learn.h"

#include <string.h>

static struct bytes write_model(const struct model *model)
{
    struct error error = {0};
    struct bytes file = {0};
    ck_assert_int_eq(model_write(model, &file, &error), 0);
    return file;
}

static struct model *(*const examples[])(void) = {example_classes, example_values, example_binary,
                                                  example_identity};

START_TEST(writing_what_was_read_gives_the_same_bytes)
{
    struct error error = {0};
    struct model *model = examples[_i]();
    struct bytes file = write_model(model);
    struct model *read = model_read(file.data, file.size, &error);
    ck_assert_ok(error);
    struct bytes again = write_model(read);
    ck_assert_uint_eq(file.size, again.size);
    ck_assert_mem_eq(file.data, again.data, file.size);
    model_free(read);
    model_free(model);
    bytes_clear(&file);
    bytes_clear(&again);
}
END_TEST

START_TEST(what_was_read_predicts_the_same)
{
    struct error error = {0};
    const char *request = "{\"instances\": [[1, \"red\"], [null, \"blue\"]]}";
    struct model *model = example_classes();
    struct bytes file = write_model(model);
    struct model *read = model_read(file.data, file.size, &error);
    ck_assert_ok(error);
    json_auto_t *before = example_predict(model, request, &error);
    json_auto_t *after = example_predict(read, request, &error);
    ck_assert_ok(error);
    ck_assert(json_equal(before, after));
    ck_assert(json_equal(read->lineage, model->lineage));
    model_free(read);
    model_free(model);
    bytes_clear(&file);
}
END_TEST

START_TEST(equal_weights_have_equal_digests)
{
    struct error error = {0};
    char digest[DIGEST_TEXT_SIZE], other[DIGEST_TEXT_SIZE];
    struct model *model = example_identity();
    ck_assert_int_eq(model_digest(model, digest, &error), 0);
    json_decref(model->lineage);
    model->lineage = NULL;
    ck_assert_int_eq(model_digest(model, other, &error), 0);
    ck_assert_str_eq(digest, other);
    model->parameters[3] += 1;
    ck_assert_int_eq(model_digest(model, other, &error), 0);
    ck_assert_str_ne(digest, other);
    model_free(model);
}
END_TEST

/* The digest is of a plain safetensors file that anybody can make. */
START_TEST(the_digest_is_that_of_the_file_without_metadata)
{
    struct error error = {0};
    char digest[DIGEST_TEXT_SIZE], expected[DIGEST_TEXT_SIZE];
    struct model *model = example_values();
    const struct safetensors_tensor tensors[] = {
        {"dense_1/bias", SAFETENSORS_F32, {.rank = 1, .dims = {1}}, model->parameters + 16, 4},
        {"dense_1/kernel", SAFETENSORS_F32, {.rank = 2, .dims = {1, 1}}, model->parameters, 4}};
    struct bytes file = {0};
    ck_assert_int_eq(safetensors_write(tensors, 2, NULL, &file, &error), 0);
    digest_bytes(file.data, file.size, expected);
    ck_assert_int_eq(model_digest(model, digest, &error), 0);
    ck_assert_str_eq(digest, expected);
    bytes_clear(&file);
    model_free(model);
}
END_TEST

/* ---- imports */

static const float weights[] = {1, 2, 3, 4, 5, 6, 7, 8};
#define NETWORK "{\"layers\": [{\"type\": \"dense\", \"units\": 2, \"name\": \"d\"}]}"
#define INPUT "{\"shape\": [3]}"

/* d/kernel [3, 2] and d/bias [2]. */
static const struct safetensors_tensor right[] = {
    {"d/bias", SAFETENSORS_F32, {.rank = 1, .dims = {2}}, weights + 6, 8},
    {"d/kernel", SAFETENSORS_F32, {.rank = 2, .dims = {3, 2}}, weights, 24},
};

/* Reads a file of these tensors and metadata {key, text, …, NULL}. */
static struct model *import(const struct safetensors_tensor *tensors, size_t count,
                            const char *const *texts, struct error *error)
{
    struct bytes file = {0};
    json_auto_t *metadata = json_object();
    for (; *texts; texts += 2)
        ck_assert_int_eq(json_object_set_new(metadata, texts[0], json_string(texts[1])), 0);
    ck_assert_int_eq(safetensors_write(tensors, count, metadata, &file, error), 0);
    struct model *model = model_read(file.data, file.size, error);
    bytes_clear(&file);
    return model;
}

START_TEST(a_file_with_network_and_input_alone_is_a_model)
{
    struct error error = {0};
    const char *const texts[] = {"format",      "pt",  "propd.network", NETWORK,
                                 "propd.input", INPUT, "propd.classes", "[\"a\", \"b\"]",
                                 NULL};
    struct model *model = import(right, 2, texts, &error);
    ck_assert_ok(error);
    json_auto_t *answer = example_predict(model, "{\"instances\": [[1, 0, 1]]}", &error);
    ck_assert_ok(error);
    AUTO_FREE char *text = fields_print(answer);
    ck_assert_str_eq(text, "{\"predictions\":[[13.0,16.0]],\"labels\":[\"b\"]}");
    model_free(model);
}
END_TEST

static const struct wrong_metadata {
    const char *texts[9];
    const char *part;
} wrong_metadata[] = {
    {{"propd.input", INPUT}, "must have propd.network"},
    {{"propd.network", NETWORK}, "must have propd.input"},
    {{"propd.network", "{", "propd.input", INPUT}, "propd.network"},
    {{"propd.network", "{\"layers\": []}", "propd.input", INPUT}, "network.layers"},
    {{"propd.network", NETWORK, "propd.input", "[3]"}, "propd.input must be"},
    {{"propd.network", NETWORK, "propd.input", "{\"shape\": []}"}, "propd.input must be"},
    {{"propd.network", NETWORK, "propd.input", "{\"shape\": [3], \"x\": 1}"}, "propd.input must"},
    {{"propd.network", NETWORK, "propd.input", "{\"shape\": [0]}"}, "whole numbers from 1"},
    {{"propd.network", NETWORK, "propd.input", "{\"shape\": [4]}"}, "\"d/kernel\" must have shape"},
    {{"propd.network", NETWORK, "propd.input", "{\"shape\": [3], \"columns\": [\"a\"]}"},
     "propd.input.columns"},
    {{"propd.network", NETWORK, "propd.input", INPUT, "propd.classes", "[\"a\"]"}, "2 outputs"},
    {{"propd.network", NETWORK, "propd.input", INPUT, "propd.classes", "{"}, "propd.classes"},
    {{"propd.network", NETWORK, "propd.input", INPUT, "propd.lineage", "x"}, "propd.lineage"},
    {{"propd.network", NETWORK, "propd.input", INPUT, "propd.preprocessing", "{}"},
     "preprocessing"},
    {{"propd.network", NETWORK, "propd.input", INPUT, "propd.weights", "{}"},
     "unknown key propd.weights"},
};

START_TEST(wrong_metadata_are_refused)
{
    struct error error = {0};
    ck_assert_ptr_null(import(right, 2, wrong_metadata[_i].texts, &error));
    ck_assert_msg(strstr(error.message, wrong_metadata[_i].part), "%s instead of %s", error.message,
                  wrong_metadata[_i].part);
}
END_TEST

static void check_tensors(const struct safetensors_tensor *tensors, size_t count, const char *part)
{
    struct error error = {0};
    const char *const texts[] = {"propd.network", NETWORK, "propd.input", INPUT, NULL};
    ck_assert_ptr_null(import(tensors, count, texts, &error));
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_msg(strstr(error.message, part), "%s", error.message);
}

START_TEST(wrong_tensors_are_refused_by_name)
{
    struct safetensors_tensor tensors[] = {right[0], right[1], right[0]};
    check_tensors(tensors, 1, "lacks the tensor \"d/kernel\"");
    tensors[2].name = "e";
    check_tensors(tensors, 3, "\"e\" is not one of the network's");
    tensors[1].shape = (struct shape){.rank = 2, .dims = {2, 3}};
    check_tensors(tensors, 2, "\"d/kernel\" must have shape [3, 2], not [2, 3]");
    tensors[1] = right[1];
    tensors[0].type = SAFETENSORS_I32;
    check_tensors(tensors, 2, "\"d/bias\" must be F32, not I32");
}
END_TEST

/* Every byte of the header changed in turn: an error or a model, never a crash. */
START_TEST(a_damaged_file_is_refused_or_read)
{
    struct model *model = example_classes();
    struct bytes file = write_model(model);
    for (size_t i = 0; i < file.size; i += 3) {
        struct error error = {0};
        const uint8_t before = file.data[i];
        file.data[i] ^= 0x15;
        struct model *read = model_read(file.data, file.size, &error);
        ck_assert_int_eq(read == NULL, error.code != ERROR_NONE);
        model_free(read);
        file.data[i] = before;
    }
    bytes_clear(&file);
    model_free(model);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, writing_what_was_read_gives_the_same_bytes, 0,
                        (int)ARRAY_COUNT(examples));
    tcase_add_test(tests, what_was_read_predicts_the_same);
    tcase_add_test(tests, equal_weights_have_equal_digests);
    tcase_add_test(tests, the_digest_is_that_of_the_file_without_metadata);
    tcase_add_test(tests, a_file_with_network_and_input_alone_is_a_model);
    tcase_add_loop_test(tests, wrong_metadata_are_refused, 0, (int)ARRAY_COUNT(wrong_metadata));
    tcase_add_test(tests, wrong_tensors_are_refused_by_name);
    tcase_add_test(tests, a_damaged_file_is_refused_or_read);
}

int main(void)
{
    return tests_run("model_file", add_tests);
}

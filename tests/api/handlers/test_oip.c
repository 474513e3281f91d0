/* Requests of the Open Inference Protocol taken apart, valid and not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/oip_request.h"
#include "engine/prediction.h"
#include "tests/api/support.h"

#include <string.h>

static const char vector_json[] =
    "{\"id\":\"42\",\"inputs\":[{\"name\":\"input\",\"shape\":[2,2],\"datatype\":\"FP32\","
    "\"parameters\":{\"binary_data_size\":16}}],\"outputs\":[{\"name\":\"output\",\"parameters\":"
    "{\"binary_data\":true}}]}";
enum { VECTOR_JSON_SIZE = sizeof vector_json - 1, VECTOR_SIZE = VECTOR_JSON_SIZE + 16 };

static struct model *model;
static uint8_t vector[VECTOR_SIZE];

/* y = 0.125 a + 0.25 b + 0.125; each tensor begins at a multiple of 16 floats. */
static void set_up(void)
{
    static const float parameters[32] = {0.125F, 0.25F, [16] = 0.125F};
    static const uint32_t floats[] = {0x3f800000, 0x40000000, 0xbf000000, 0x3e800000};
    struct error error = {0};
    json_auto_t *document =
        json_loads("{\"layers\": [{\"type\": \"dense\", \"units\": 1}]}", 0, NULL);
    const struct shape shape = {.rank = 1, .dims = {2}};
    struct network *network = network_create(document, &shape, 0, &error);
    ck_assert_int_eq(network->parameter_count, (int64_t)ARRAY_COUNT(parameters));
    model = model_create(network, preprocessing_identity(&shape, NULL, &error), parameters, NULL,
                         &error);
    ck_assert_ok(error);
    memcpy(vector, vector_json, VECTOR_JSON_SIZE);
    memcpy(vector + VECTOR_JSON_SIZE, floats, sizeof floats);
}

static void tear_down(void)
{
    model_free(model);
}

START_TEST(the_vector_is_read)
{
    struct oip_request request = {0};
    struct error error = {0};
    ck_assert_int_eq(VECTOR_JSON_SIZE, 172);
    ck_assert_msg(oip_request_read(&request, model, vector, VECTOR_SIZE, "172", &error) == 0, "%s",
                  error.message);
    ck_assert_str_eq(request.id, "42");
    ck_assert_uint_eq(request.input_count, 1);
    ck_assert_ptr_eq(request.inputs[0].data, vector + VECTOR_JSON_SIZE);
    ck_assert_int_eq(request.inputs[0].sizes[0], 2);
    ck_assert_int_eq(request.output_count, 1);
    ck_assert(request.outputs[0].is_binary);
    oip_request_clear(&request);
}
END_TEST

START_TEST(text_elements_have_their_length_before_them)
{
    static const uint8_t expected[] = {3, 0, 0, 0, 'a', 'b', 'c',  0,   0,
                                       0, 0, 2, 0, 0,   0,   0xc3, 0xa9};
    static const char json[] = "{\"inputs\":[{\"name\":\"x\",\"shape\":[3],\"datatype\":\"BYTES\","
                               "\"data\":[\"abc\",\"\",\"\\u00e9\"]}]}";
    struct oip_request request = {0};
    struct error error = {0};
    ck_assert_int_eq(
        oip_request_read(&request, model, (const uint8_t *)json, strlen(json), NULL, &error), 0);
    ck_assert_uint_eq(request.inputs[0].size, sizeof expected);
    ck_assert_mem_eq(request.inputs[0].data, expected, sizeof expected);
    oip_request_clear(&request);
}
END_TEST

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 11;
}

/* A block of its own, so that reading past the end shows; what is read is also computed from. */
static bool read_mutant(uint64_t *state)
{
    static const char *const sizes[] = {"172", "171", "173", "0", "188", "189", "4", NULL};
    const size_t size = next(state) % 4 == 0 ? next(state) % (VECTOR_SIZE + 1) : VECTOR_SIZE;
    AUTO_FREE uint8_t *copy = malloc(size > 0 ? size : 1);
    struct oip_request request = {0};
    struct prediction prediction = {.model = model};
    struct error error = {0};
    memcpy(copy, vector, size);
    for (uint64_t i = next(state) % 4; size > 0 && i > 0; i--)
        copy[next(state) % size] =
            (uint8_t)(next(state) % 2 == 0 ? next(state) : '0' + next(state) % 10);
    int result = oip_request_read(
        &request, model, copy, size,
        sizes[next(state) % 2 == 0 ? 0 : next(state) % ARRAY_COUNT(sizes)], &error);
    if (result == 0)
        result =
            prediction_read_tensors(&prediction, request.inputs, request.input_count, 1000, &error);
    ck_assert((result == 0) == (error.code == ERROR_NONE));
    prediction_clear(&prediction);
    oip_request_clear(&request);
    return result == 0;
}

START_TEST(mutated_requests_are_read_or_refused)
{
    uint64_t state = 2463534242u;
    int taken = 0;
    for (int i = 0; i < 20000; i++)
        taken += read_mutant(&state);
    ck_assert_int_gt(taken, 1000);
    ck_assert_int_lt(taken, 19000);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, the_vector_is_read);
    tcase_add_test(tests, text_elements_have_their_length_before_them);
    tcase_add_test(tests, mutated_requests_are_read_or_refused);
}

int main(void)
{
    return tests_run("oip", add_tests);
}

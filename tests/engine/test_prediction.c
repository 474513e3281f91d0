/* Requests for predictions: the fast reader beside the document's, and several computed at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/number_list.h"
#include "engine/prediction_parts.h"
#include "tests/check.h"
#include "tests/engine/example_models.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 100, TEXT_MAX = 512 };

/* What the general way makes of the text; false where it refuses. */
static bool read_document(struct prediction *prediction, const char *text, size_t size)
{
    struct error error = {0};
    json_auto_t *json = fields_parse(text, size, &error);
    return json != NULL && prediction_read_json(prediction, json, ROWS_MAX, &error) == 0;
}

/* Whether the fast reader takes the text; where it does, the document must give the same floats. */
static bool is_taken(const struct model *model, const char *text, size_t size)
{
    struct prediction fast AUTO_CLEAR(prediction_clear) = {.model = model};
    struct prediction slow AUTO_CLEAR(prediction_clear) = {.model = model};
    /* Its own block, so that reading past the end shows. */
    AUTO_FREE char *copy = malloc(size + 1);
    memcpy(copy, text, size);
    if (!prediction_read_numbers(&fast, copy, size, ROWS_MAX))
        return false;
    const size_t width = (size_t)shape_elements(&model->network->input_shape, NULL);
    ck_assert_msg(read_document(&slow, text, size), "a document refuses %.*s", (int)size, text);
    ck_assert_int_eq(fast.rows, slow.rows);
    ck_assert_mem_eq(fast.x, slow.x, (size_t)fast.rows * width * sizeof(float));
    return true;
}

static bool text_is_taken(const struct model *model, const char *text)
{
    return is_taken(model, text, strlen(text));
}

START_TEST(rows_of_numbers_are_read_without_a_document)
{
    struct model *tensors = example_identity(), *values = example_values();
    ck_assert(text_is_taken(tensors, "{\"instances\": [[[1, 0, 0.5], [0, -0.0, 1e2]]]}"));
    ck_assert(text_is_taken(tensors, " { \"inputs\" :\n[ [1,2,3,4,5,6],[0,0,0,0,0,-0] ] }\t"));
    ck_assert(text_is_taken(tensors, "{\"instances\":[[[1,2,3],[4,5,6]],[1,2,3,4,5,6]]}"));
    ck_assert(text_is_taken(values, "{\"instances\": [[-1], [0.25], [1E+2]]}"));
    model_free(tensors);
    model_free(values);
}
END_TEST

START_TEST(everything_else_is_left_to_a_document)
{
    static const char *const others[] = {"",
                                         "{",
                                         "[]",
                                         "{}",
                                         "{\"instances\": []}",
                                         "{\"instances\": [[]]}",
                                         "{\"instances\": [1]}",
                                         "{\"instances\": [[1]",
                                         "{\"instances\": [[1],]}",
                                         "{\"instances\": [[1, 2]]}",
                                         "{\"instances\": [[1 ]]}}",
                                         "{\"instances\": [[01]]}",
                                         "{\"instances\": [[+1]]}",
                                         "{\"instances\": [[.5]]}",
                                         "{\"instances\": [[5.]]}",
                                         "{\"instances\": [[1e]]}",
                                         "{\"instances\": [[-]]}",
                                         "{\"instances\": [[1e999]]}",
                                         "{\"instances\": [[99999999999999999999]]}",
                                         "{\"instances\": [[null]]}",
                                         "{\"instances\": [[\"1\"]]}",
                                         "{\"instances\": [{\"x\": 1}]}",
                                         "{\"instances\": [[1]], \"inputs\": [[1]]}",
                                         "{\"inputs\": {\"x\": [1]}}"};
    const char *signed_request = "{\"signature_name\": \"serving_default\", \"instances\": [[1]]}";
    struct model *values = example_values(), *classes = example_classes();
    struct model *tokens = example_tokens();
    for (size_t i = 0; i < ARRAY_COUNT(others); i++)
        ck_assert_msg(!text_is_taken(values, others[i]), "%s", others[i]);
    ck_assert(!text_is_taken(values, signed_request));
    ck_assert(!text_is_taken(classes, "{\"instances\": [[1, 2]]}"));
    ck_assert(text_is_taken(tokens, "{\"instances\": [[0, 2], [1, 2]]}"));
    ck_assert(!text_is_taken(tokens, "{\"instances\": [[0, 2], [1, 3]]}"));
    model_free(values);
    model_free(classes);
    model_free(tokens);
}
END_TEST

/* jansson makes the same double of every number that is read. */
START_TEST(numbers_are_the_doubles_that_a_document_has)
{
    static const char *const numbers[] = {"0",
                                          "-0",
                                          "-0.0",
                                          "0e5",
                                          "-0e-3",
                                          "7",
                                          "0.1",
                                          "123456789012345678",
                                          "-123456789012345678",
                                          "1e22",
                                          "1e23",
                                          "1e-22",
                                          "1e-23",
                                          "9007199254740993",
                                          "9007199254740993.0",
                                          "1.7e308",
                                          "4.9e-324",
                                          "1e-400",
                                          "0.1234567890123456789012345",
                                          "3.0000000000000001",
                                          "2.2250738585072011e-308",
                                          "179769313486231570000.0e288",
                                          "0.00000000000000000000000000012",
                                          "12345678.12345678",
                                          "1234567890.12345678",
                                          "1e0001",
                                          "5.0E-0002"};
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        char text[96];
        double value = 7;
        int size = snprintf(text, sizeof(text), "[%s]", numbers[i]);
        json_auto_t *json = json_loads(text, 0, NULL);
        double expected = json_number_value(json_array_get(json, 0));
        ck_assert_msg(number_list_read(text, text + size, &value, 1) == text + size, "%s", text);
        ck_assert_msg(memcmp(&value, &expected, sizeof(value)) == 0, "%s: %a, not %a", text, value,
                      expected);
    }
}
END_TEST

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 11;
}

static size_t put_number(uint64_t *state, char *text)
{
    double value = ldexp((double)next(state), (int)(next(state) % 90) - 90);
    if (next(state) % 3 == 0)
        value = (double)(next(state) % 1000);
    if (next(state) % 2 == 0)
        value = -value;
    int digits = (int)(next(state) % 18);
    switch (next(state) % 3) {
    case 0:
        return (size_t)sprintf(text, "%.*f", digits, value);
    case 1:
        return (size_t)sprintf(text, "%.*g", digits, value);
    default:
        return (size_t)sprintf(text, "%.*e", digits, value);
    }
}

/* {"instances": …} for rows of 2 × 3 numbers. */
static size_t put_request(uint64_t *state, char *text)
{
    bool is_nested = next(state) % 2 == 0;
    size_t size = (size_t)sprintf(text, "{\"instances\": [%s", is_nested ? "[[" : "[");
    for (int i = 0; i < 6; i++) {
        size += put_number(state, text + size);
        size += (size_t)sprintf(text + size, "%s",
                                i == 5                ? ""
                                : i == 2 && is_nested ? "], ["
                                : i % 2 == 0          ? ", "
                                                      : ",");
    }
    return size + (size_t)sprintf(text + size, is_nested ? "]]]}" : "]]}");
}

static size_t mutate(uint64_t *state, char *text, size_t size)
{
    static const char bytes[] = "0123456789+-.eE,[]{}\": \n\tn\0\xc3";
    size_t at = next(state) % size;
    char byte = bytes[next(state) % (sizeof(bytes) - 1)];
    switch (next(state) % 3) {
    case 0:
        text[at] = byte;
        return size;
    case 1:
        memmove(text + at + 1, text + at, size - at);
        text[at] = byte;
        return size + 1;
    default:
        memmove(text + at, text + at + 1, size - at - 1);
        return size - 1;
    }
}

/* is_taken() compares; what is left to the document needs no comparing. */
START_TEST(mutated_requests_are_read_as_a_document_reads_them)
{
    struct model *model = example_identity();
    uint64_t state = 1181783497276652981u;
    int taken = 0, left = 0;
    for (int i = 0; i < 60000; i++) {
        char text[TEXT_MAX];
        size_t size = put_request(&state, text);
        ck_assert_msg(is_taken(model, text, size), "%.*s", (int)size, text);
        for (int change = 0; change < 3; change++) {
            size = mutate(&state, text, size);
            if (is_taken(model, text, size))
                taken++;
            else
                left++;
        }
    }
    ck_assert_int_gt(taken, 10000);
    ck_assert_int_gt(left, 10000);
    model_free(model);
}
END_TEST

/* One prediction of some rows that differ from each other by `first`. */
static void fill(struct prediction *prediction, const struct model *model, int first, int rows)
{
    char text[ROWS_MAX * 32];
    struct error error = {0};
    size_t size = (size_t)sprintf(text, "{\"instances\": [");
    for (int i = 0; i < rows; i++)
        size += (size_t)sprintf(text + size, "%s[%d,2,3,4,5,%d]", i > 0 ? "," : "", first + i, i);
    size += (size_t)sprintf(text + size, "]}");
    *prediction = (struct prediction){.model = model};
    ck_assert_int_eq(prediction_read(prediction, text, size, ROWS_MAX, &error), 0);
}

START_TEST(predictions_computed_together_are_the_same_bytes_as_alone)
{
    enum { COUNT = 9 };
    struct model *models[] = {example_identity(), example_identity()};
    struct prediction together[COUNT], *list[COUNT], **rest = list;
    struct error error = {0};
    size_t count = COUNT;
    for (int i = 0; i < COUNT; i++) {
        fill(&together[i], models[i % 3 == 1], 10 * i, 1 + 13 * (i % 4) + 60 * (i == 5));
        list[i] = &together[i];
    }
    ck_assert_int_eq(predictions_run(rest, count, &error), 6);
    rest += 6;
    ck_assert_int_eq(predictions_run(rest, count - 6, &error), 3);
    for (int i = 0; i < COUNT; i++) {
        struct prediction alone, *one[] = {&alone};
        fill(&alone, together[i].model, 10 * i, (int)together[i].rows);
        ck_assert_int_eq(predictions_run(one, 1, &error), 1);
        ck_assert_mem_eq(alone.y, together[i].y, (size_t)alone.rows * 2 * sizeof(float));
        prediction_clear(&alone);
        prediction_clear(&together[i]);
    }
    model_free(models[0]);
    model_free(models[1]);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, rows_of_numbers_are_read_without_a_document);
    tcase_add_test(tests, everything_else_is_left_to_a_document);
    tcase_add_test(tests, numbers_are_the_doubles_that_a_document_has);
    tcase_add_test(tests, mutated_requests_are_read_as_a_document_reads_them);
    tcase_add_test(tests, predictions_computed_together_are_the_same_bytes_as_alone);
}

int main(void)
{
    return tests_run("prediction", add_tests);
}

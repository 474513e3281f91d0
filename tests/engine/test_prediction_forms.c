/* Requests as CSV, NPY and named arrays: the same floats as a document's, and nothing read past the
 * end of what is none. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/prediction.h"
#include "tests/check.h"
#include "tests/engine/example_models.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 100 };

static struct error error;

/* Checks that two requests are the same rows, and lets go of both. */
static void check_same(struct prediction *one, struct prediction *other)
{
    const int64_t width = shape_elements(&one->model->network->input_shape, NULL);
    ck_assert_int_eq(one->rows, other->rows);
    ck_assert_mem_eq(one->x, other->x, (size_t)(one->rows * width) * sizeof(float));
    prediction_clear(one);
    prediction_clear(other);
}

static struct prediction read_json(const struct model *model, const char *text)
{
    struct prediction prediction = {.model = model};
    ck_assert_msg(prediction_read(&prediction, text, strlen(text), ROWS_MAX, &error) == 0, "%s",
                  error.message);
    return prediction;
}

static void check_csv(const struct model *model, const char *csv, const char *json)
{
    struct prediction expected = read_json(model, json), found = {.model = model};
    ck_assert_msg(prediction_read_csv(&found, csv, strlen(csv), ROWS_MAX, &error) == 0, "%s: %s",
                  csv, error.message);
    check_same(&found, &expected);
}

START_TEST(csv_is_what_a_document_is)
{
    struct model *classes = example_classes(), *identity = example_identity();
    const char *json = "{\"instances\": [[1.5, \"red\"], [null, \"green\"]]}";
    check_csv(classes, "length,colour\n1.5,red\nNA,green\n", json);
    check_csv(classes, "colour;length\r\nred;1.5\r\ngreen;\r\n", json);
    check_csv(classes,
              "\xef\xbb\xbf"
              "colour\tlength\nred\t1.5\n\ngreen\tnull",
              json);
    check_csv(classes, "1.5,red\n,\"green\"", json);
    check_csv(identity, "1,2,3,4,5,6\n0,0,0,0,0,-1e2\n",
              "{\"instances\": [[1,2,3,4,5,6],[0,0,0,0,0,-1e2]]}");
    model_free(classes);
    model_free(identity);
}
END_TEST

START_TEST(csv_that_is_none_says_why)
{
    static const struct {
        const char *csv, *words;
    } cases[] = {
        {"", "no rows"},
        {"length,colour\n", "no rows"},
        {"1.5\n", "line 1 has 1 values, expected 2"},
        {"1.5,red,3\n", "line 1 has 3 values"},
        {"length,colour\n1,red\n2\n", "line 3 has 1 values, expected 2 as the header has"},
        {"lenth,colour\n1,red\n", "did you mean \"length\""},
        {"one,red\n", "must be a number"},
        {"\"1,red", "line 1"},
        {"\xff,red\n", "UTF-8"},
    };
    struct model *model = example_classes();
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct prediction prediction = {.model = model};
        error = (struct error){0};
        ck_assert_int_eq(
            prediction_read_csv(&prediction, cases[i].csv, strlen(cases[i].csv), ROWS_MAX, &error),
            -1);
        ck_assert_int_eq(error.code, ERROR_INVALID);
        ck_assert_msg(strstr(error.message, cases[i].words) != NULL, "%s", error.message);
        prediction_clear(&prediction);
    }
    struct prediction prediction = {.model = model};
    error = (struct error){0};
    ck_assert_int_eq(prediction_read_csv(&prediction, "1,red\n2,red\n", 12, 1, &error), -1);
    ck_assert_int_eq(error.code, ERROR_TOO_LARGE);
    prediction_clear(&prediction);
    model_free(model);
}
END_TEST

/* ---- NPY */

static void put_npy(struct bytes *file, const char *dictionary, const void *data, size_t size)
{
    bytes_append(file, "\x93NUMPY\x01", 8);
    bytes_append_u8(file, (uint8_t)strlen(dictionary));
    bytes_append_u8(file, 0);
    bytes_append(file, dictionary, strlen(dictionary));
    bytes_append(file, data, size);
}

static int read_npy(struct prediction *prediction, const char *dictionary, const void *data,
                    size_t size)
{
    struct bytes AUTO_CLEAR(bytes_clear) file = {0};
    error = (struct error){0};
    put_npy(&file, dictionary, data, size);
    return prediction_read_npy(prediction, file.data, file.size, ROWS_MAX, &error);
}

START_TEST(npy_of_any_numbers_is_what_a_document_is)
{
    static const float floats[] = {1, 2, 3, 4, 5, 6}, turned[] = {1, 4, 2, 5, 3, 6};
    static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6}, big[] = {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6};
    static const struct {
        const char *dictionary;
        const void *data;
        size_t size;
    } cases[] = {
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }\n", floats, 24},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3, 1), }\n", floats, 24},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", floats, 24},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 6), }\n", floats, 24},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2, 3), }\n", turned, 24},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2, 3), }\n", bytes, 6},
        {"{'descr': '>i2', 'fortran_order': False, 'shape': (1, 2, 3), }\n", big, 12},
    };
    struct model *model = example_identity();
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct prediction expected = read_json(model, "{\"instances\": [[1, 2, 3, 4, 5, 6]]}");
        struct prediction found = {.model = model};
        ck_assert_msg(read_npy(&found, cases[i].dictionary, cases[i].data, cases[i].size) == 0,
                      "%s: %s", cases[i].dictionary, error.message);
        check_same(&found, &expected);
    }
    model_free(model);
}
END_TEST

START_TEST(npy_of_other_shapes_and_sizes_is_refused)
{
    static const float floats[6];
    static const float endless[] = {0, 0, 0, 0, 0, (float)INFINITY};
    static const float nothing[] = {0, 0, 0, 0, 0, (float)NAN};
    struct model *model = example_identity();
    struct prediction prediction = {.model = model};
    ck_assert_int_eq(read_npy(&prediction,
                              "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 2), }\n",
                              floats, 24),
                     -1);
    ck_assert_ptr_nonnull(strstr(error.message, "[rows, 2, 3]"));
    ck_assert_int_eq(read_npy(&prediction,
                              "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }\n",
                              floats, 23),
                     -1);
    ck_assert_int_eq(
        read_npy(&prediction,
                 "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 6), }\n",
                 floats, 24),
        -1);
    ck_assert_int_eq(read_npy(&prediction,
                              "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 6), }\n",
                              endless, 24),
                     -1);
    ck_assert_ptr_nonnull(strstr(error.message, "finite"));
    ck_assert_int_eq(read_npy(&prediction,
                              "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 6), }\n",
                              nothing, 24),
                     -1);
    ck_assert_int_eq(read_npy(&prediction,
                              "{'descr': '|S1', 'fortran_order': False, 'shape': (1, 6), }\n",
                              "abcdef", 6),
                     -1);
    prediction_clear(&prediction);
    model_free(model);
}
END_TEST

/* ---- named arrays */

START_TEST(columns_come_as_arrays_of_their_own)
{
    static const double lengths[] = {1.5, (double)NAN};
    struct bytes AUTO_CLEAR(bytes_clear) colours = {0};
    struct model *model = example_classes();
    bytes_append_string(&colours, "red");
    bytes_append_string(&colours, "green");
    struct tensor tensors[] = {
        {.name = "colour",
         .is_text = true,
         .array = {ARRAY_BYTES, false, 0},
         .data = colours.data,
         .size = colours.size},
        {.name = "length",
         .array = {ARRAY_FLOAT, false, 8},
         .data = (const uint8_t *)lengths,
         .size = sizeof lengths},
    };
    const int64_t sizes[] = {2, 1};
    for (size_t i = 0; i < ARRAY_COUNT(tensors); i++) {
        ck_assert_int_eq(tensor_set_sizes(&tensors[i], sizes, 1 + i, "x", &error), 0);
        ck_assert_int_eq(tensor_check(&tensors[i], "x", &error), 0);
    }
    struct prediction expected =
        read_json(model, "{\"instances\": [[1.5, \"red\"], [null, \"green\"]]}");
    struct prediction found = {.model = model};
    ck_assert_msg(prediction_read_tensors(&found, tensors, 2, ROWS_MAX, &error) == 0, "%s",
                  error.message);
    check_same(&found, &expected);
    error = (struct error){0};
    ck_assert_int_eq(prediction_read_tensors(&found, tensors, 1, ROWS_MAX, &error), -1);
    ck_assert_ptr_nonnull(strstr(error.message, "\"length\" is missing"));
    prediction_clear(&found);
    model_free(model);
}
END_TEST

START_TEST(sizes_that_cannot_be_are_refused)
{
    static const int64_t huge[] = {INT64_C(4294967296), INT64_C(4294967296)}, negative[] = {2, -1};
    static const int64_t many[TENSOR_RANK_MAX + 1] = {1, 1, 1, 1, 1, 1, 1, 1, 1}, none[] = {0, 7};
    struct tensor tensor = {.name = "x"};
    ck_assert_int_eq(tensor_set_sizes(&tensor, huge, 2, "x", NULL), -1);
    ck_assert_int_eq(tensor_set_sizes(&tensor, negative, 2, "x", NULL), -1);
    ck_assert_int_eq(tensor_set_sizes(&tensor, many, TENSOR_RANK_MAX + 1, "x", NULL), -1);
    ck_assert_int_eq(tensor_set_sizes(&tensor, none, 0, "x", NULL), -1);
    ck_assert_int_eq(tensor_set_sizes(&tensor, none, 2, "x", NULL), 0);
    ck_assert_int_eq(tensor.elements, 0);
}
END_TEST

/* ---- hostile bytes */

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 11;
}

/* In a block of its own, so that reading past the end shows. */
static void read_mutant(const struct model *model, const struct bytes *good, uint64_t *state,
                        int (*read)(struct prediction *prediction, const uint8_t *data,
                                    size_t size))
{
    size_t size = next(state) % 4 == 0 ? next(state) % (good->size + 1) : good->size;
    AUTO_FREE uint8_t *copy = malloc(size > 0 ? size : 1);
    memcpy(copy, good->data, size);
    for (uint64_t i = next(state) % 4; size > 0 && i > 0; i--)
        copy[next(state) % size] = (uint8_t)next(state);
    struct prediction prediction = {.model = model};
    error = (struct error){0};
    if (read(&prediction, copy, size) != 0)
        ck_assert_int_ne(error.code, ERROR_NONE);
    prediction_clear(&prediction);
}

static int read_csv_bytes(struct prediction *prediction, const uint8_t *data, size_t size)
{
    return prediction_read_csv(prediction, (const char *)data, size, ROWS_MAX, &error);
}

static int read_npy_bytes(struct prediction *prediction, const uint8_t *data, size_t size)
{
    return prediction_read_npy(prediction, data, size, ROWS_MAX, &error);
}

START_TEST(mutated_bodies_are_read_or_refused)
{
    struct model *classes = example_classes(), *identity = example_identity();
    struct bytes AUTO_CLEAR(bytes_clear) csv = {0};
    struct bytes AUTO_CLEAR(bytes_clear) npy = {0};
    static const float floats[12];
    uint64_t state = 88172645463325252u;
    bytes_printf(&csv, "length,colour\n1.5,red\n,\"green\"\r\n-1e3,\"a\"\"b\"\n");
    put_npy(&npy, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 6), }\n", floats, 48);
    for (int i = 0; i < 3000; i++) {
        read_mutant(classes, &csv, &state, read_csv_bytes);
        read_mutant(identity, &npy, &state, read_npy_bytes);
    }
    model_free(classes);
    model_free(identity);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, csv_is_what_a_document_is);
    tcase_add_test(tests, csv_that_is_none_says_why);
    tcase_add_test(tests, npy_of_any_numbers_is_what_a_document_is);
    tcase_add_test(tests, npy_of_other_shapes_and_sizes_is_refused);
    tcase_add_test(tests, columns_come_as_arrays_of_their_own);
    tcase_add_test(tests, sizes_that_cannot_be_are_refused);
    tcase_add_test(tests, mutated_bodies_are_read_or_refused);
}

int main(void)
{
    return tests_run("prediction_forms", add_tests);
}

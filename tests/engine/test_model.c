/* A model's life: its parts must fit, its weights can be taken over, it says what it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/model.h"
#include "tests/check.h"
#include "tests/engine/example_models.h"
#include "tests/engine/learn.h"

#include <string.h>

static struct network *plan(const char *text, int64_t width)
{
    struct error error = {0};
    json_auto_t *document = parse(text);
    struct network *network =
        network_create(document, &(struct shape){.rank = 1, .dims = {width}}, 0, &error);
    ck_assert_ok(error);
    return network;
}

#define DENSE(units) "{\"layers\": [{\"type\": \"dense\", \"units\": " #units "}]}"

static void check_misfit(const char *network, int64_t width, const char *classes, const char *part)
{
    struct error error = {0};
    const float weights[1024] = {0};
    json_auto_t *labels = parse(classes);
    struct preprocessing *preprocessing =
        preprocessing_identity(&(struct shape){.rank = 1, .dims = {4}}, labels, &error);
    ck_assert_ok(error);
    ck_assert_ptr_null(model_create(plan(network, width), preprocessing, weights, NULL, &error));
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_msg(strstr(error.message, part), "%s", error.message);
}

START_TEST(parts_that_do_not_fit_are_refused)
{
    check_misfit(DENSE(3), 5, "[\"a\", \"b\", \"c\"]", "takes inputs of shape [5]");
    check_misfit(DENSE(2), 4, "[\"a\", \"b\", \"c\"]", "2 outputs for 3 classes");
    check_misfit(DENSE(1), 4, "[\"a\", \"b\", \"c\"]", "1 outputs for 3 classes");
}
END_TEST

START_TEST(weights_of_the_same_name_and_shape_are_copied)
{
    struct error error = {0};
    float weights[1024];
    struct model *from = example_classes();
    struct network *network =
        plan("{\"layers\": [{\"type\": \"dense\", \"units\": 5, \"name\": \"z\"}, {\"type\": "
             "\"dense\", \"units\": 2, \"name\": \"new\"}]}",
             from->network->input_shape.dims[0]);
    for (int i = 0; i < 1024; i++)
        weights[i] = 77;
    ck_assert_int_eq(model_copy_weights(from, network, weights, &error), 0);
    const struct layer *first = &network->layers[0], *second = &network->layers[1];
    ck_assert_mem_eq(weights + first->tensors[0].offset,
                     from->parameters + from->network->layers[0].tensors[0].offset,
                     (size_t)first->tensors[0].count * sizeof(float));
    ck_assert(weights[second->tensors[0].offset] > 76);
    network_free(network);
    model_free(from);
}
END_TEST

START_TEST(weights_that_do_not_fit_are_refused)
{
    struct error error = {0};
    float weights[1024];
    struct model *from = example_classes();
    struct network *network =
        plan("{\"layers\": [{\"type\": \"dense\", \"units\": 6, \"name\": \"z\"}]}",
             from->network->input_shape.dims[0]);
    ck_assert_int_eq(model_copy_weights(from, network, weights, &error), -1);
    ck_assert_ptr_nonnull(strstr(error.message, "\"z/kernel\" of shape"));
    ck_assert_str_eq(error.path, "initial_model");
    network_free(network);
    network = plan("{\"layers\": [{\"type\": \"dense\", \"units\": 5, \"name\": \"y\"}]}", 3);
    error_clear(&error);
    ck_assert_int_eq(model_copy_weights(from, network, weights, &error), -1);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_str_eq(error.path, "initial_model");
    network_free(network);
    model_free(from);
}
END_TEST

START_TEST(a_model_is_described)
{
    struct model *model = example_binary();
    json_auto_t *description = model_describe(model);
    AUTO_FREE char *text = fields_print(description);
    ck_assert_str_eq(text, "{\"shape\":[1],\"columns\":[\"x\"],\"classes\":[\"no\",\"yes\"],"
                           "\"task\":\"classes\",\"layers\":[{\"name\":\"dense_1\",\"type\":"
                           "\"dense\",\"input\":[\"input\"],\"output_shape\":[1],\"parameters\":2,"
                           "\"flops\":2}],\"weights\":2}");
    ck_assert_uint_gt(model_size(model), sizeof(float) * 32);
    model_free(model);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, parts_that_do_not_fit_are_refused);
    tcase_add_test(tests, weights_of_the_same_name_and_shape_are_copied);
    tcase_add_test(tests, weights_that_do_not_fit_are_refused);
    tcase_add_test(tests, a_model_is_described);
}

int main(void)
{
    return tests_run("model", add_tests);
}

/* Traces: values and gradients of networks that were worked out by hand, and slopes of the loss. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/rng.h"
#include "engine/trace.h"
#include "tests/check.h"
#include "tests/engine/example_models.h"
#include "tests/engine/learn.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static json_t *trace(const struct model *model, const char *instance, const char *target,
                     int64_t values, struct error *error)
{
    json_auto_t *row = parse(instance), *wanted = target != NULL ? parse(target) : NULL;
    const struct trace_request request = {.instance = row, .target = wanted, .values = values};
    return model_trace(model, &request, error);
}

static json_t *trace_all(const struct model *model, const char *instance, const char *target)
{
    struct error error = {0};
    json_t *answer = trace(model, instance, target, 1000, &error);
    ck_assert_ok(error);
    return answer;
}

static const json_t *layer_of(const json_t *answer, const char *name)
{
    size_t i;
    const json_t *layer;
    json_array_foreach(json_object_get(answer, "layers"), i, layer)
    {
        if (strcmp(json_string_value(json_object_get(layer, "name")), name) == 0)
            return layer;
    }
    ck_abort_msg("no layer %s", name);
}

static void check_values(const json_t *tensor, const double *expected, size_t count)
{
    const json_t *values = json_object_get(tensor, "values");
    ck_assert_uint_eq(json_array_size(values), count);
    for (size_t i = 0; i < count; i++) {
        double value = json_number_value(json_array_get(values, i));
        ck_assert_msg(fabs(value - expected[i]) < 1e-6, "%zu: %g, not %g", i, value, expected[i]);
    }
}

static double loss_value(const json_t *answer)
{
    return json_number_value(json_object_get(json_object_get(answer, "loss"), "value"));
}

/* Two inputs, two units of tanh, one linear one. */
static struct model *two_two_one(void)
{
    struct error error = {0};
    const struct shape shape = {.rank = 1, .dims = {2}};
    struct preprocessing *preprocessing = preprocessing_identity(&shape, NULL, &error);
    ck_assert_ok(error);
    struct model *model = example_make(
        "{\"layers\": [{\"type\": \"dense\", \"units\": 2, \"activation\": \"tanh\", \"l2\": 0.5}, "
        "{\"type\": \"dense\", \"units\": 1}]}",
        preprocessing, 1);
    memcpy(model->parameters, (const float[]){0.1F, 0.2F, 0.3F, -0.4F}, 4 * sizeof(float));
    memcpy(model->parameters + 16, (const float[]){0.05F, -0.05F}, 2 * sizeof(float));
    memcpy(model->parameters + 32, (const float[]){0.7F, -0.6F}, 2 * sizeof(float));
    model->parameters[48] = 0.1F;
    return model;
}

START_TEST(a_network_of_two_two_one_is_traced_as_by_hand)
{
    struct model *model = two_two_one();
    json_auto_t *answer = trace_all(model, "[0.5, -1]", "1");
    const json_t *first = layer_of(answer, "dense_1"), *last = layer_of(answer, "dense_2");
    const double z[] = {0.05 - 0.3 + 0.05, 0.1 + 0.4 - 0.05};
    const double h[] = {tanh(z[0]), tanh(z[1])};
    const double y = 0.7 * h[0] - 0.6 * h[1] + 0.1, d_y = 2 * (y - 1);
    const double d_h[] = {0.7 * d_y, -0.6 * d_y};
    const double d_z[] = {d_h[0] * (1 - h[0] * h[0]), d_h[1] * (1 - h[1] * h[1])};
    check_values(json_object_get(first, "pre_activation"), z, 2);
    check_values(json_object_get(first, "activation"), h, 2);
    check_values(json_object_get(first, "d_output"), d_h, 2);
    check_values(json_object_get(first, "d_pre_activation"), d_z, 2);
    const json_t *gradients = json_object_get(first, "gradients");
    const double d_kernel[] = {0.5 * d_z[0], 0.5 * d_z[1], -d_z[0], -d_z[1]};
    check_values(json_object_get(gradients, "dense_1/kernel"), d_kernel, 4);
    check_values(json_object_get(gradients, "dense_1/bias"), d_z, 2);
    check_values(json_object_get(last, "activation"), &y, 1);
    ck_assert_ptr_null(json_object_get(last, "pre_activation"));
    check_values(json_object_get(last, "d_output"), &d_y, 1);
    const double d_x[] = {0.1 * d_z[0] + 0.2 * d_z[1], 0.3 * d_z[0] - 0.4 * d_z[1]};
    check_values(json_object_get(answer, "d_input"), d_x, 2);
    ck_assert(fabs(loss_value(answer) - (y - 1) * (y - 1)) < 1e-6);
    const json_t *penalty = json_object_get(json_object_get(answer, "loss"), "penalty");
    ck_assert(fabs(json_number_value(penalty) - 0.5 * (0.01 + 0.04 + 0.09 + 0.16)) < 1e-6);
    model_free(model);
}
END_TEST

START_TEST(figures_are_those_of_all_values_and_values_are_cut)
{
    struct error error = {0};
    struct model *model = example_identity();
    json_auto_t *answer = trace(model, "[[1, 0, -2], [0, 3, 4]]", NULL, 2, &error);
    ck_assert_ok(error);
    const json_t *input = json_object_get(answer, "input");
    const double first[] = {1, 0};
    check_values(input, first, 2);
    ck_assert(json_number_value(json_object_get(input, "min")) == -2);
    ck_assert(json_number_value(json_object_get(input, "max")) == 4);
    ck_assert(json_number_value(json_object_get(input, "mean")) == 1);
    ck_assert(fabs(json_number_value(json_object_get(input, "std")) - sqrt(4.0)) < 1e-9);
    ck_assert_int_eq(json_integer_value(json_object_get(input, "zeros")), 2);
    ck_assert_ptr_null(json_object_get(answer, "loss"));
    ck_assert_ptr_null(json_object_get(layer_of(answer, "flatten_1"), "d_output"));
    model_free(model);
}
END_TEST

/* A graph with everything that a trace treats apart: shared outputs, layers that work in place,
 * dropout, moving statistics. */
static struct model *graph(const char *last)
{
    struct error error = {0};
    char text[1024];
    const struct shape shape = {.rank = 2, .dims = {2, 3}};
    struct preprocessing *preprocessing = preprocessing_identity(&shape, NULL, &error);
    ck_assert_ok(error);
    snprintf(text, sizeof text,
             "{\"layers\": [{\"type\": \"dense\", \"units\": 3, \"activation\": \"gelu\", "
             "\"name\": \"a\"}, {\"type\": \"dropout\", \"rate\": 0.5}, {\"type\": "
             "\"batch_norm\", \"name\": \"norm\"}, {\"type\": \"add\", \"input\": [\"norm\", "
             "\"a\", \"input\"]}, {\"type\": \"flatten\", \"name\": \"f\"}, {\"type\": "
             "\"dense\", \"units\": 6, \"activation\": \"softmax\", \"name\": \"g\"}, {\"type\": "
             "\"multiply\", \"input\": [\"f\", \"g\"]}, %s]}",
             last);
    struct model *model = example_make(text, preprocessing, 7);
    for (int64_t i = 0; i < model->network->layers[2].tensors[2].count; i++) {
        model->parameters[model->network->layers[2].tensors[2].offset + i] = 0.3F;
        model->parameters[model->network->layers[2].tensors[3].offset + i] = 0.2F + (float)i;
    }
    return model;
}

static const double graph_row[] = {0.4, -0.7, 1.2, 0.9, -0.2, 0.5};

static double loss_at(const struct model *model, const char *target, size_t moved, double by)
{
    double x[6];
    char text[256];
    memcpy(x, graph_row, sizeof x);
    x[moved] += by;
    snprintf(text, sizeof text, "[[%.9g, %.9g, %.9g], [%.9g, %.9g, %.9g]]", x[0], x[1], x[2], x[3],
             x[4], x[5]);
    json_auto_t *answer = trace_all(model, text, target);
    return loss_value(answer);
}

static void check_slopes(const char *last, const char *target)
{
    struct model *model = graph(last);
    json_auto_t *answer = trace_all(model, "[[0.4, -0.7, 1.2], [0.9, -0.2, 0.5]]", target);
    const json_t *gradients = json_object_get(json_object_get(answer, "d_input"), "values");
    ck_assert_uint_eq(json_array_size(gradients), 6);
    for (size_t i = 0; i < 6; i++) {
        double step = 1.0 / 128;
        double slope =
            (loss_at(model, target, i, step) - loss_at(model, target, i, -step)) / (2 * step);
        double given = json_number_value(json_array_get(gradients, i));
        ck_assert_msg(fabs(given - slope) < 2e-3 * (0.1 + fabs(slope)), "%s: %zu: %g, not %g", last,
                      i, given, slope);
    }
    model_free(model);
}

START_TEST(gradients_by_the_input_are_the_slopes_of_the_loss)
{
    check_slopes("{\"type\": \"dense\", \"units\": 3, \"activation\": \"softmax\"}", "2");
    check_slopes("{\"type\": \"dense\", \"units\": 1, \"activation\": \"sigmoid\"}", "1");
    check_slopes("{\"type\": \"dense\", \"units\": 2, \"activation\": \"tanh\"}", "[0.5, -0.25]");
    check_slopes("{\"type\": \"flatten\"}", "[1, 0, 0, 1, 0, 2]");
}
END_TEST

/* A model of the type's example with one output, its input as it comes. */
static struct model *model_of_type(const struct layer_type *type)
{
    struct error error = {0};
    json_auto_t *json = parse(type->example);
    json_t *layers = json_object_get(json, "layers");
    const json_t *input = json_object_get(json, "input");
    struct shape shape = {.rank = (int)json_array_size(input)};
    for (int i = 0; i < shape.rank; i++)
        shape.dims[i] = json_integer_value(json_array_get(input, (size_t)i));
    json_array_append_new(layers, json_pack("{s:s}", "type", "flatten"));
    json_array_append_new(layers, json_pack("{s:s, s:i}", "type", "dense", "units", 1));
    json_auto_t *document = json_pack("{s:O}", "layers", layers);
    AUTO_FREE char *text = fields_print(document);
    struct preprocessing *preprocessing = preprocessing_identity(&shape, NULL, &error);
    ck_assert_ok(error);
    return example_make(text, preprocessing, 11);
}

/* A row that the model takes, drawn. */
static json_t *draw_row(const struct model *model, const struct layer_type *type)
{
    int64_t count = shape_elements(&model->network->input_shape, NULL);
    struct rng rng = rng_stream(5, "row", type->kind.name, 0);
    json_t *values = json_array();
    for (int64_t i = 0; i < count; i++)
        json_array_append_new(values, type->check_input != NULL
                                          ? json_real((double)rng_below(&rng, (uint64_t)i, 2))
                                          : json_real(rng_normal(&rng, (uint64_t)i)));
    return values;
}

static double loss_moved(const struct model *model, json_t *row, size_t index, double by)
{
    struct error error = {0};
    json_auto_t *moved = json_deep_copy(row), *target = json_real(0.5);
    double x = json_real_value(json_array_get(row, index));
    json_array_set_new(moved, index, json_real(x + by));
    const struct trace_request request = {.instance = moved, .target = target};
    json_auto_t *answer = model_trace(model, &request, &error);
    ck_assert_ok(error);
    return loss_value(answer);
}

static void check_slope(const struct model *model, json_t *row, size_t i, double given)
{
    double step = 1.0 / 256;
    double slope =
        (loss_moved(model, row, i, step) - loss_moved(model, row, i, -step)) / (2 * step);
    ck_assert_msg(fabs(given - slope) < 2e-3 * (0.1 + fabs(slope)), "%s: %zu: %g, not %g",
                  model->network->layers[0].type->kind.name, i, given, slope);
}

START_TEST(every_layer_type_can_be_traced)
{
    for (size_t k = 0; layer_types[k] != NULL; k++) {
        struct error error = {0};
        struct model *model = model_of_type(layer_types[k]);
        json_auto_t *row = draw_row(model, layer_types[k]), *target = json_real(0.5);
        const struct trace_request request = {.instance = row, .target = target, .values = 1000};
        json_auto_t *answer = model_trace(model, &request, &error);
        ck_assert_msg(answer != NULL, "%s: %s", layer_types[k]->kind.name, error.message);
        const json_t *gradients = json_object_get(json_object_get(answer, "d_input"), "values");
        ck_assert_uint_eq(json_array_size(gradients), json_array_size(row));
        /* Ids cannot be moved by a little. */
        for (size_t i = 0; layer_types[k]->check_input == NULL && i < json_array_size(row); i++)
            check_slope(model, row, i, json_number_value(json_array_get(gradients, i)));
        model_free(model);
    }
}
END_TEST

START_TEST(a_trace_computes_what_a_prediction_does)
{
    struct error error = {0};
    struct model *model = example_classes();
    json_auto_t *answer = trace_all(model, "[3.5, \"green\"]", "\"cat\"");
    json_auto_t *predicted = example_predict(model, "{\"instances\": [[3.5, \"green\"]]}", &error);
    ck_assert_ok(error);
    ck_assert(json_equal(json_object_get(answer, "prediction"),
                         json_array_get(json_object_get(predicted, "predictions"), 0)));
    ck_assert(json_equal(json_object_get(answer, "label"),
                         json_array_get(json_object_get(predicted, "labels"), 0)));
    const json_t *last = layer_of(answer, "dense_2");
    ck_assert(json_equal(json_object_get(json_object_get(last, "activation"), "values"),
                         json_object_get(answer, "prediction")));
    ck_assert(json_is_null(json_object_get(last, "d_output")));
    const json_t *columns = json_object_get(json_object_get(answer, "input"), "columns");
    const json_t *colour = json_array_get(columns, 1);
    ck_assert_str_eq(json_string_value(json_object_get(colour, "raw")), "green");
    ck_assert_int_eq(json_integer_value(json_object_get(colour, "from")), 1);
    ck_assert_uint_eq(json_array_size(json_object_get(colour, "encoded")), 3);
    model_free(model);
}
END_TEST

START_TEST(the_loss_is_that_of_the_job)
{
    struct model *model = two_two_one();
    json_decref(model->lineage);
    model->lineage = parse("{\"spec\": {\"training\": {\"loss\": {\"type\": \"huber\", \"delta\": "
                           "0.25}, \"l1\": 2}}}");
    json_auto_t *answer = trace_all(model, "[0.5, -1]", "1");
    const json_t *loss = json_object_get(answer, "loss");
    double y = json_number_value(json_object_get(answer, "prediction"));
    ck_assert_str_eq(json_string_value(json_object_get(loss, "name")), "huber");
    ck_assert(fabs(loss_value(answer) - 0.25 * (1 - y - 0.125)) < 1e-6);
    /* l1 from the job on both kernels, l2 from the first layer. */
    ck_assert(fabs(json_number_value(json_object_get(loss, "penalty")) - 0.15 - 2 * 2.3) < 1e-5);
    model->lineage =
        (json_decref(model->lineage), parse("{\"spec\": {\"training\": {\"loss\": 5}}}"));
    json_auto_t *other = trace_all(model, "[0.5, -1]", "1");
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(other, "loss"), "name")),
                     "mse");
    model_free(model);
}
END_TEST

START_TEST(targets_are_in_original_units)
{
    struct model *model = example_values();
    json_auto_t *answer = trace_all(model, "[1]", "300");
    /* The output 2x + 1 is 3 for the scaled 1, and 300 is 1. */
    ck_assert(fabs(loss_value(answer) - 4) < 1e-5);
    model_free(model);
}
END_TEST

static void check_refusal(const struct model *model, const char *instance, const char *target,
                          int64_t values, const char *words)
{
    struct error error = {0};
    ck_assert_ptr_null(trace(model, instance, target, values, &error));
    ck_assert_msg(strstr(error.message, words) != NULL, "\"%s\" lacks \"%s\"", error.message,
                  words);
}

START_TEST(what_cannot_be_traced_is_refused)
{
    struct model *model = example_classes();
    check_refusal(model, "[3.5]", NULL, 10, "instance has 1 values");
    check_refusal(model, "[3.5, \"red\"]", "\"dog\"", 10,
                  "target must be one of the classes: \"ant\", \"bee\", \"cat\"");
    check_refusal(model, "[3.5, \"red\"]", "3", 10, "target must be one of the classes");
    check_refusal(model, "[3.5, \"red\"]", NULL, INT64_C(1) << 40, "values must be at most");
    model_free(model);
    model = example_identity();
    check_refusal(model, "[1, 2, 3, 4, 5, 6]", "1", 10, "target must be a list of 2 numbers");
    check_refusal(model, "[1, 2, 3, 4, 5, 6]", "[1, \"x\"]", 10, "must be a number");
    model_free(model);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, a_network_of_two_two_one_is_traced_as_by_hand);
    tcase_add_test(tests, figures_are_those_of_all_values_and_values_are_cut);
    tcase_add_test(tests, gradients_by_the_input_are_the_slopes_of_the_loss);
    tcase_add_test(tests, every_layer_type_can_be_traced);
    tcase_add_test(tests, a_trace_computes_what_a_prediction_does);
    tcase_add_test(tests, the_loss_is_that_of_the_job);
    tcase_add_test(tests, targets_are_in_original_units);
    tcase_add_test(tests, what_cannot_be_traced_is_refused);
}

int main(void)
{
    return tests_run("trace", add_tests);
}

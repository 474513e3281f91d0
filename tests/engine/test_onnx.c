/* ONNX files: every layer type goes out and comes back, graphs alone become networks, hostile files
 * are refused. What runtimes make of the graphs is tests/end-to-end/test_onnx.py. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/exchange/exchange.h"
#include "engine/exchange/onnx_graph.h"
#include "engine/exchange/protobuf.h"
#include "engine/layers/layers.h"
#include "tests/check.h"
#include "tests/engine/example_models.h"

#include <math.h>
#include <string.h>

enum { LAYER_TYPES = 30, ROWS = 3 };

/* ---- models and files */

/* The layer's example, as a model that takes its input as it comes. */
static struct model *model_of_type(const struct layer_type *type)
{
    struct error error = {0};
    struct shape shape = {0};
    json_auto_t *example = fields_parse(type->example, strlen(type->example), &error);
    ck_assert_ok(error);
    const json_t *dims = json_object_get(example, "input");
    for (size_t i = 0; i < json_array_size(dims); i++)
        shape.dims[shape.rank++] = json_integer_value(json_array_get(dims, i));
    json_object_del(example, "input");
    AUTO_FREE char *network = fields_print(example);
    struct model *model = example_make(network, preprocessing_identity(&shape, NULL, &error), 7);
    ck_assert_ok(error);
    return model;
}

static struct bytes write_onnx(const struct model *model)
{
    struct error error = {0};
    struct bytes file = {0};
    ck_assert_msg(onnx_format.write(model, "net@1", &file, &error) == 0, "%s", error.message);
    return file;
}

/* The file without what it says of propd. */
static struct bytes graph_alone(const struct bytes *file)
{
    struct bytes_reader reader = {.data = file->data, .size = file->size};
    struct protobuf_field field;
    struct bytes alone = {0};
    size_t begin = 0;
    while (protobuf_next(&reader, &field)) {
        if (field.number != ONNX_MODEL_METADATA)
            bytes_append(&alone, file->data + begin, reader.at - begin);
        begin = reader.at;
    }
    ck_assert(!reader.failed);
    return alone;
}

static struct model *read_onnx(const struct bytes *file, struct error *error)
{
    ck_assert(onnx_format.sniff(file->data, file->size));
    return model_import(file->data, file->size, error);
}

static void assert_same_predictions(const struct model *a, const struct model *b)
{
    struct error error = {0};
    const int64_t in = shape_elements(&a->network->input_shape, NULL);
    const int64_t out = shape_elements(&a->network->output_shape, NULL);
    AUTO_FREE float *x = calloc((size_t)(ROWS * in), sizeof(*x));
    AUTO_FREE float *y = calloc((size_t)(ROWS * out), sizeof(*y));
    AUTO_FREE float *z = calloc((size_t)(ROWS * out), sizeof(*z));
    const bool takes_ids = network_id_layer(a->network) != NULL;
    ck_assert(shape_equal(&a->network->input_shape, &b->network->input_shape));
    ck_assert(shape_equal(&a->network->output_shape, &b->network->output_shape));
    for (int64_t i = 0; i < ROWS * in; i++)
        x[i] = takes_ids ? (float)(i % 2) : sinf((float)i);
    ck_assert_int_eq(model_predict(a, x, ROWS, y, &error), 0);
    ck_assert_int_eq(model_predict(b, x, ROWS, z, &error), 0);
    for (int64_t i = 0; i < ROWS * out; i++)
        ck_assert_float_eq_tol(y[i], z[i], 1e-5F * (1.0F + fabsf(y[i])));
}

/* ---- out and back */

START_TEST(every_layer_type_comes_back_the_same)
{
    struct error error = {0};
    char before[DIGEST_TEXT_SIZE], after[DIGEST_TEXT_SIZE];
    struct model *model = model_of_type(layer_types[_i]);
    struct bytes file = write_onnx(model);
    struct model *back = read_onnx(&file, &error);
    ck_assert_ok(error);
    ck_assert_int_eq(model_digest(model, before, &error), 0);
    ck_assert_int_eq(model_digest(back, after, &error), 0);
    ck_assert_str_eq(before, after);
    struct bytes again = write_onnx(back);
    ck_assert_uint_eq(file.size, again.size);
    ck_assert_mem_eq(file.data, again.data, file.size);
    bytes_clear(&again);
    bytes_clear(&file);
    model_free(back);
    model_free(model);
}
END_TEST

START_TEST(preprocessing_and_classes_come_back)
{
    struct error error = {0};
    struct model *(*const makers[])(void) = {example_classes, example_values, example_binary};
    for (size_t i = 0; i < ARRAY_COUNT(makers); i++) {
        struct model *model = makers[i]();
        struct bytes file = write_onnx(model), kept = {0}, again = {0};
        struct model *back = read_onnx(&file, &error);
        ck_assert_ok(error);
        ck_assert_int_eq(model_write(model, &kept, &error), 0);
        ck_assert_int_eq(model_write(back, &again, &error), 0);
        ck_assert_uint_eq(kept.size, again.size);
        ck_assert_mem_eq(kept.data, again.data, kept.size);
        bytes_clear(&file);
        bytes_clear(&kept);
        bytes_clear(&again);
        model_free(back);
        model_free(model);
    }
}
END_TEST

/* ---- graphs alone */

/* Types whose graphs are of operators that no layer is. */
static bool is_out_of_reach(const struct layer_type *type)
{
    const struct layer_type *const types[] = {&layer_attention, &layer_column_embeddings,
                                              &layer_gru, &layer_lstm};
    for (size_t i = 0; i < ARRAY_COUNT(types); i++)
        if (types[i] == type)
            return true;
    return false;
}

START_TEST(a_graph_alone_predicts_the_same_or_names_its_node)
{
    struct error error = {0};
    const struct layer_type *type = layer_types[_i];
    struct model *model = model_of_type(type);
    struct bytes file = write_onnx(model);
    struct bytes alone = graph_alone(&file);
    struct model *back = read_onnx(&alone, &error);
    if (is_out_of_reach(type)) {
        ck_assert_ptr_null(back);
        ck_assert_int_eq(error.code, ERROR_INVALID);
        ck_assert_ptr_nonnull(strstr(error.message, "node \"/"));
    } else {
        ck_assert_msg(back != NULL, "%s: %s", type->kind.name, error.message);
        assert_same_predictions(model, back);
    }
    bytes_clear(&alone);
    bytes_clear(&file);
    model_free(back);
    model_free(model);
}
END_TEST

START_TEST(the_list_of_layer_types_is_whole)
{
    size_t count = 0;
    while (layer_types[count] != NULL)
        count++;
    ck_assert_uint_eq(count, LAYER_TYPES);
}
END_TEST

/* ---- hostile files */

START_TEST(a_file_that_is_cut_is_refused)
{
    struct model *model = example_identity();
    struct bytes file = write_onnx(model);
    for (size_t size = 0; size < file.size; size++) {
        struct error error = {0};
        ck_assert_ptr_null(onnx_format.read(file.data, size, &error));
        ck_assert(error.code == ERROR_MALFORMED || error.code == ERROR_INVALID);
    }
    bytes_clear(&file);
    model_free(model);
}
END_TEST

START_TEST(a_byte_that_is_wrong_does_no_harm)
{
    static const uint8_t values[] = {0x00, 0x80, 0xFF};
    struct model *model = model_of_type(&layer_conv2d);
    struct bytes file = write_onnx(model);
    struct bytes alone = graph_alone(&file);
    for (size_t at = 0; at < alone.size; at++)
        for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
            struct error error = {0};
            const uint8_t right = alone.data[at];
            alone.data[at] = values[i];
            struct model *read = onnx_format.read(alone.data, alone.size, &error);
            ck_assert(read != NULL || error.code != ERROR_NONE);
            ck_assert_int_ne(error.code, ERROR_MEMORY);
            model_free(read);
            alone.data[at] = right;
        }
    bytes_clear(&alone);
    bytes_clear(&file);
    model_free(model);
}
END_TEST

/* A file of one Relu from x to y, and a tensor's message. */
static struct bytes file_with(int64_t ir, int64_t opset, const char *operator,
                              struct bytes * tensor)
{
    struct onnx_graph graph = {.scope = "test"};
    const struct shape row = {.rank = 1, .dims = {2}};
    struct bytes file = {0}, set = {0};
    const char *x = "x";
    onnx_input(&graph, x, ONNX_FLOAT, &row);
    onnx_node(&graph, &(struct onnx_node){
                          .operator= operator, .inputs = & x, .input_count = 1, .output = "y"});
    onnx_output(&graph, "y", ONNX_FLOAT, &row);
    if (tensor != NULL)
        protobuf_put_message(&graph.fields, ONNX_GRAPH_INITIALIZER, tensor);
    protobuf_put_integer(&file, ONNX_MODEL_IR, ir);
    protobuf_put_integer(&set, ONNX_OPSET_VERSION, opset);
    protobuf_put_message(&file, ONNX_MODEL_OPSET, &set);
    protobuf_put_message(&file, ONNX_MODEL_GRAPH, &graph.fields);
    onnx_graph_clear(&graph);
    return file;
}

static void assert_refused(struct bytes file, const char *part)
{
    struct error error = {0};
    ck_assert_ptr_null(onnx_format.read(file.data, file.size, &error));
    ck_assert_msg(strstr(error.message, part) != NULL, "%s", error.message);
    bytes_clear(&file);
}

START_TEST(a_right_file_of_one_node_is_read)
{
    struct error error = {0};
    struct bytes file = file_with(8, 17, "Relu", NULL);
    struct model *model = onnx_format.read(file.data, file.size, &error);
    ck_assert_ok(error);
    ck_assert_int_eq(model->network->layer_count, 1);
    bytes_clear(&file);
    model_free(model);
}
END_TEST

START_TEST(versions_and_operators_that_are_not_known_are_refused)
{
    assert_refused(file_with(99, 17, "Relu", NULL), "IR version is 99");
    assert_refused(file_with(8, 99, "Relu", NULL), "opset is 99");
    assert_refused(file_with(8, 17, "Fourier", NULL), "(Fourier)");
}
END_TEST

static struct bytes tensor_of(int64_t dim, size_t size)
{
    struct bytes tensor = {0};
    for (int i = 0; i < 3; i++)
        protobuf_put_integer(&tensor, ONNX_TENSOR_DIMS, dim);
    protobuf_put_integer(&tensor, ONNX_TENSOR_TYPE, ONNX_FLOAT);
    protobuf_put_text(&tensor, ONNX_TENSOR_NAME, "w");
    memset(protobuf_put_space(&tensor, ONNX_TENSOR_RAW, size), 0, size);
    return tensor;
}

START_TEST(tensors_that_lie_about_their_size_are_refused)
{
    struct bytes huge = tensor_of(INT64_C(1) << 40, 4), negative = tensor_of(-1, 4);
    struct bytes few = tensor_of(2, 28), elsewhere = tensor_of(1, 4);
    protobuf_put_integer(&elsewhere, ONNX_TENSOR_LOCATION, 1);
    assert_refused(file_with(8, 17, "Relu", &huge), "tensor \"w\"");
    assert_refused(file_with(8, 17, "Relu", &negative), "tensor \"w\"");
    assert_refused(file_with(8, 17, "Relu", &few), "as many data");
    assert_refused(file_with(8, 17, "Relu", &elsewhere), "another file");
}
END_TEST

START_TEST(numbers_of_too_many_bytes_are_refused)
{
    struct error error = {0};
    uint8_t file[16] = {0x08};
    memset(file + 1, 0x80, 12);
    file[13] = 0x01;
    ck_assert_ptr_null(onnx_format.read(file, sizeof(file), &error));
    ck_assert_int_eq(error.code, ERROR_MALFORMED);
}
END_TEST

START_TEST(tensors_of_propd_files_must_fit_its_network)
{
    struct model *model = example_identity();
    struct bytes file = write_onnx(model);
    static const char name[] = "/dense_1/kernel";
    uint8_t *at = memmem(file.data, file.size, name, sizeof(name) - 1);
    ck_assert_ptr_nonnull(at);
    for (; at != NULL; at = memmem(file.data, file.size, name, sizeof(name) - 1))
        at[1] = 'f';
    struct error error = {0};
    ck_assert_ptr_null(onnx_format.read(file.data, file.size, &error));
    ck_assert_error(error, ERROR_INVALID, "the file lacks the initializer \"/dense_1/kernel\"");
    bytes_clear(&file);
    model_free(model);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, every_layer_type_comes_back_the_same, 0, LAYER_TYPES);
    tcase_add_test(tests, preprocessing_and_classes_come_back);
    tcase_add_loop_test(tests, a_graph_alone_predicts_the_same_or_names_its_node, 0, LAYER_TYPES);
    tcase_add_test(tests, the_list_of_layer_types_is_whole);
    tcase_add_test(tests, a_file_that_is_cut_is_refused);
    tcase_add_test(tests, a_byte_that_is_wrong_does_no_harm);
    tcase_add_test(tests, a_right_file_of_one_node_is_read);
    tcase_add_test(tests, versions_and_operators_that_are_not_known_are_refused);
    tcase_add_test(tests, tensors_that_lie_about_their_size_are_refused);
    tcase_add_test(tests, numbers_of_too_many_bytes_are_refused);
    tcase_add_test(tests, tensors_of_propd_files_must_fit_its_network);
}

int main(void)
{
    return tests_run("onnx", add_tests);
}

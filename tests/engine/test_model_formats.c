/* Formats that are read again: the same model comes back, whatever layers it has; hostile files are
 * refused with what is wrong. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "base/fields.h"
#include "base/rng.h"
#include "engine/exchange/exchange.h"
#include "engine/exchange/npz.h"
#include "engine/layer.h"
#include "tests/check.h"
#include "tests/engine/example_models.h"
#include "tests/engine/learn.h"

#include <string.h>

static struct bytes write_as(const struct model *model, const char *format, struct error *error)
{
    struct bytes file = {0};
    (void)model_format_find(format, error)->write(model, "iris@1", &file, error);
    return file;
}

static void expect_equal(const struct bytes *a, const struct bytes *b)
{
    ck_assert_uint_eq(a->size, b->size);
    ck_assert_mem_eq(a->data, b->data, a->size);
}

/* Out in a format and in again: the same safetensors file; and the same file a second time. */
static void check_round(const struct model *model, const char *format)
{
    struct error error = {0};
    struct bytes file = write_as(model, format, &error);
    struct bytes second = write_as(model, format, &error);
    ck_assert_ok(error);
    expect_equal(&file, &second);
    struct model *read = model_import(file.data, file.size, &error);
    ck_assert_ok(error);
    struct bytes before = write_as(model, "safetensors", &error);
    struct bytes after = write_as(read, "safetensors", &error);
    expect_equal(&before, &after);
    model_free(read);
    bytes_clear(&file);
    bytes_clear(&second);
    bytes_clear(&before);
    bytes_clear(&after);
}

static struct model *(*const examples[])(void) = {example_classes, example_values, example_binary,
                                                  example_identity, example_tokens};

START_TEST(models_come_back_the_same)
{
    struct model *model = examples[_i]();
    check_round(model, "npz");
    check_round(model, "keras");
    model_free(model);
}
END_TEST

/* ---- layer types */

static struct model *make_example(const char *text)
{
    struct error error = {0};
    json_auto_t *example = parse(text);
    const json_t *dims = json_object_get(example, "input");
    struct shape shape = {.rank = (int)json_array_size(dims)};
    for (int i = 0; i < shape.rank; i++)
        shape.dims[i] = json_integer_value(json_array_get(dims, (size_t)i));
    json_object_del(example, "input");
    AUTO_FREE char *network = fields_print(example);
    struct model *model = example_make(network, preprocessing_identity(&shape, NULL, &error), 5);
    const struct rng rng = rng_stream(7, "stir", "", 0);
    for (int64_t i = 0; i < model->network->parameter_count; i++)
        model->parameters[i] += rng_float(&rng, (uint64_t)i);
    /* Between the tensors of the block there are zeros. */
    struct bytes file = write_as(model, "safetensors", &error);
    model_free(model);
    model = model_import(file.data, file.size, &error);
    bytes_clear(&file);
    return model;
}

/* Types that no Sequential model has; and strides with dilation, which Keras does not take. */
static const char *const sequential_none[] = {
    "add",    "attention", "column_embeddings",   "concat",
    "conv2d", "multiply",  "positional_embedding"};

static bool is_sequential(const char *type)
{
    for (size_t i = 0; i < ARRAY_COUNT(sequential_none); i++)
        if (strcmp(sequential_none[i], type) == 0)
            return false;
    return true;
}

/* Keras's part alone: the network is read out of the layers. */
static struct model *read_without_metadata(const struct bytes *file, struct error *error)
{
    json_auto_t *json = fields_parse((const char *)file->data, file->size, error);
    json_object_del(json_object_get(json, "propd"), "metadata");
    AUTO_FREE char *text = fields_print(json);
    return model_import(text, strlen(text), error);
}

static void expect_same_predictions(const struct model *a, const struct model *b)
{
    struct error error = {0};
    enum { ELEMENTS_MAX = 256 };
    float x[ELEMENTS_MAX], y[ELEMENTS_MAX], other[ELEMENTS_MAX];
    const int64_t in = shape_elements(&a->network->input_shape, NULL);
    const int64_t out = shape_elements(&a->network->output_shape, NULL);
    ck_assert(in <= ELEMENTS_MAX && out <= ELEMENTS_MAX);
    ck_assert(shape_equal(&a->network->output_shape, &b->network->output_shape));
    for (int64_t i = 0; i < in; i++)
        x[i] = (float)(i % 3);
    ck_assert_int_eq(model_predict(a, x, 1, y, &error), 0);
    ck_assert_int_eq(model_predict(b, x, 1, other, &error), 0);
    ck_assert_mem_eq(y, other, (size_t)out * sizeof(*y));
}

START_TEST(every_layer_type_travels_or_is_refused_by_name)
{
    struct error error = {0};
    const char *type = layer_types[_i]->kind.name;
    struct model *model = make_example(layer_types[_i]->example);
    check_round(model, "npz");
    if (is_sequential(type)) {
        check_round(model, "keras");
        struct bytes file = write_as(model, "keras", &error);
        struct model *read = read_without_metadata(&file, &error);
        ck_assert_ok(error);
        expect_same_predictions(model, read);
        model_free(read);
        bytes_clear(&file);
    } else {
        struct bytes file = write_as(model, "keras", &error);
        ck_assert_int_eq(error.code, ERROR_INVALID);
        ck_assert_ptr_nonnull(strstr(error.message, "layer \""));
        bytes_clear(&file);
    }
    model_free(model);
}
END_TEST

static const char *const networks[] = {
    "{\"input\": [6, 5, 2], \"layers\": [{\"type\": \"conv2d\", \"filters\": 4, \"kernel_size\": "
    "[3, 2], \"dilation\": [1, 2], \"padding\": \"same\"}]}",
    "{\"input\": [4, 3], \"layers\": [{\"type\": \"gru\", \"units\": 2, \"bidirectional\": true, "
    "\"return_sequences\": true}, {\"type\": \"lstm\", \"units\": 3, \"bidirectional\": true}, "
    "{\"type\": \"dense\", \"units\": 2, \"activation\": {\"type\": \"leaky_relu\", \"alpha\": "
    "0.2}}]}",
    "{\"input\": [6, 5, 2], \"layers\": [{\"type\": \"zero_padding2d\", \"padding\": [2, 1]}, "
    "{\"type\": \"conv2d\", \"filters\": 4, \"kernel_size\": [3, 2], \"strides\": [2, 1], "
    "\"groups\": 2, "
    "\"activation\": \"hard_sigmoid\"}, {\"type\": \"average_pool2d\", \"padding\": \"same\"}, "
    "{\"type\": "
    "\"global_max_pool2d\"}, {\"type\": \"dense\", \"units\": 2, \"use_bias\": false, "
    "\"activation\": "
    "{\"type\": \"elu\", \"alpha\": 0.5}}]}",
};

START_TEST(what_keras_says_is_read_as_it_was_meant)
{
    struct error error = {0};
    struct model *model = make_example(networks[_i]);
    struct bytes file = write_as(model, "keras", &error);
    ck_assert_ok(error);
    struct model *read = read_without_metadata(&file, &error);
    ck_assert_ok(error);
    expect_same_predictions(model, read);
    model_free(read);
    model_free(model);
    bytes_clear(&file);
}
END_TEST

/* ---- Keras refused */

#define KERAS(layers, propd)                                                                       \
    "{\"class_name\": \"Sequential\", \"keras_version\": \"3.5.0\", \"config\": {\"layers\": "     \
    "[{\"class_name\": \"InputLayer\", \"config\": {\"batch_shape\": [null, 1]}}, " layers         \
    "]}, \"propd\": " propd "}"
#define DENSE(fields)                                                                              \
    "{\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", \"units\": 1" fields "}}"
#define WEIGHTS(kernel)                                                                            \
    "{\"weights\": {\"d\": [{\"shape\": [1, 1], \"data\": " kernel                                 \
    "}, {\"shape\": [1], \"data\": \"AACAPw==\"}]}}"

static const struct {
    const char *file, *message;
} refused[] = {
    {"{}", "class_name must be \"Sequential\", as the JSON of a Keras model has it"},
    {"{\"class_name\": \"Functional\"}",
     "class_name must be \"Sequential\": other models of Keras travel as ONNX"},
    {"{\"class_name\": \"Sequential\", \"config\": []}", "config.layers must be a list of layers"},
    {KERAS("{\"class_name\": \"Foo\", \"config\": {}}", "{\"weights\": {}}"),
     "config.layers[1] is a layer of class \"Foo\", which propd does not have"},
    {KERAS("3", "{\"weights\": {}}"),
     "config.layers[1] must have a \"class_name\" and a \"config\""},
    {KERAS(DENSE(", \"mystery\": 1"), WEIGHTS("\"AACAPw==\"")),
     "config.layers[1].config.mystery must be left out: it is not known"},
    {KERAS(DENSE(", \"activation\": \"leaky_relu\""), WEIGHTS("\"AACAPw==\"")),
     "config.layers[1].config.activation must be the name of an activation such as \"relu\""},
    {KERAS("{\"class_name\": \"LSTM\", \"config\": {\"units\": 1, \"go_backwards\": true}}",
           "{\"weights\": {}}"),
     "config.layers[1].config.go_backwards must be false"},
    {KERAS(DENSE(""), "{\"weights\": {}}"),
     "propd.weights.d must be a list of 2 arrays, as the layer's get_weights() gives"},
    {KERAS(DENSE(""), WEIGHTS("\"AACA\"")),
     "propd.weights.d[0] must have as data the base64 of 4 bytes, little-endian float32"},
    {KERAS(DENSE(""), WEIGHTS("\"AAC!Pw==\"")), "propd.weights.d[0] must have base64 as data"},
    {KERAS(DENSE(""), WEIGHTS("7")),
     "propd.weights.d[0] must have as data the base64 of 4 bytes, little-endian float32"},
    {KERAS(DENSE(""), "{\"weights\": {\"d\": [{\"shape\": [2]}, 1]}}"),
     "propd.weights.d[0] must have shape [1, 1]"},
    {KERAS(DENSE(""), "{\"weights\": {}, \"metadata\": 1}"),
     "propd.metadata must be an object of texts"},
    {KERAS(DENSE(""), "{\"weights\": {}, \"metadata\": {}}"),
     "propd.metadata must have the text propd.network"},
};

START_TEST(a_keras_file_that_is_none_is_refused)
{
    struct error error = {0};
    ck_assert_ptr_null(model_import(refused[_i].file, strlen(refused[_i].file), &error));
    ck_assert_error(error, ERROR_INVALID, refused[_i].message);
}
END_TEST

START_TEST(a_keras_file_without_weights_says_what_is_missing)
{
    struct error error = {0};
    const char *file = "{\"class_name\": \"Sequential\", \"config\": {\"layers\": []}}";
    ck_assert_ptr_null(model_import(file, strlen(file), &error));
    ck_assert_ptr_nonnull(strstr(error.message, "a Keras model's JSON has no weights"));
}
END_TEST

START_TEST(a_right_keras_file_is_read)
{
    struct error error = {0};
    const char *file = KERAS(DENSE(", \"activation\": \"relu\", \"kernel_regularizer\": null"),
                             WEIGHTS("\"AAAAQA==\""));
    struct model *model = model_import(file, strlen(file), &error);
    const float x = 3;
    float y;
    ck_assert_ok(error);
    ck_assert_int_eq(model_predict(model, &x, 1, &y, &error), 0);
    ck_assert_float_eq(y, 7); /* 2 · 3 + 1 */
    model_free(model);
}
END_TEST

/* ---- NPZ refused */

START_TEST(an_archive_cut_anywhere_is_refused)
{
    struct error none = {0};
    struct model *model = example_values();
    struct bytes file = write_as(model, "npz", &none);
    for (size_t size = 0; size < file.size; size += 7) {
        struct error error = {0};
        struct model *read = npz_read_model(file.data, size, &error);
        /* Behind the last array stands the table of contents, which a stream does without. */
        ck_assert(read != NULL || error.code != ERROR_NONE);
        model_free(read);
    }
    struct error error = {0};
    ck_assert_ptr_null(npz_read_model(file.data, file.size / 2, &error));
    model_free(model);
    bytes_clear(&file);
}
END_TEST

START_TEST(an_archive_with_changed_bytes_is_read_or_refused)
{
    struct error none = {0};
    struct model *model = example_classes();
    struct bytes file = write_as(model, "npz", &none);
    for (size_t at = 0; at < file.size; at++) {
        struct error error = {0};
        file.data[at] ^= 0x55;
        struct model *read = npz_read_model(file.data, file.size, &error);
        ck_assert(read != NULL || error.code != ERROR_NONE);
        model_free(read);
        file.data[at] ^= 0x55;
    }
    model_free(model);
    bytes_clear(&file);
}
END_TEST

START_TEST(base64_is_read_exactly)
{
    char data[3];
    ck_assert(base64_decode("AQID", 4, data, 3));
    ck_assert_mem_eq(data, "\1\2\3", 3);
    ck_assert(base64_decode("AQI=", 4, data, 2));
    ck_assert(!base64_decode("AQID", 4, data, 2));
    ck_assert(!base64_decode("AQI=", 4, data, 3));
    ck_assert(!base64_decode("AQ D", 4, data, 3));
    ck_assert(!base64_decode("AQ!D", 4, data, 3));
    ck_assert(base64_decode("", 0, data, 0));
}
END_TEST

static void add_tests(TCase *tests)
{
    int count = 0;
    while (layer_types[count] != NULL)
        count++;
    tcase_add_loop_test(tests, models_come_back_the_same, 0, ARRAY_COUNT(examples));
    tcase_add_loop_test(tests, every_layer_type_travels_or_is_refused_by_name, 0, count);
    tcase_add_loop_test(tests, what_keras_says_is_read_as_it_was_meant, 0, ARRAY_COUNT(networks));
    tcase_add_loop_test(tests, a_keras_file_that_is_none_is_refused, 0, ARRAY_COUNT(refused));
    tcase_add_test(tests, a_keras_file_without_weights_says_what_is_missing);
    tcase_add_test(tests, a_right_keras_file_is_read);
    tcase_add_test(tests, an_archive_cut_anywhere_is_refused);
    tcase_add_test(tests, an_archive_with_changed_bytes_is_read_or_refused);
    tcase_add_test(tests, base64_is_read_exactly);
}

int main(void)
{
    return tests_run("model_formats", add_tests);
}

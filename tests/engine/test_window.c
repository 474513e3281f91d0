/* Windows in documents: which do not fit their input, and how many of them there are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trial.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *input, *layer;
    enum error_code code;
    const char *message;
} refused[] = {
    {"[3, 3, 8]", "\"conv2d\", \"filters\": 2, \"kernel_size\": 5", ERROR_INVALID,
     ".kernel_size is larger than its input [3, 3, 8]: it covers 5 by 5 cells (height by width); "
     "make it smaller, or set padding to \"same\""},
    {"[9, 3, 8]", "\"conv2d\", \"filters\": 2, \"kernel_size\": [3, 2], \"dilation\": 4",
     ERROR_INVALID,
     ".kernel_size is larger than its input [9, 3, 8]: it covers 9 by 5 cells (height by width); "
     "make it smaller, or set padding to \"same\""},
    {"[1, 3]", "\"max_pool1d\"", ERROR_INVALID,
     ".pool_size is larger than its input [1, 3]: it covers 1 by 2 cells (height by width); make "
     "it smaller, or set padding to \"same\""},
    {"[784]", "\"conv2d\", \"filters\": 2, \"kernel_size\": 3", ERROR_INVALID,
     " takes an input of [height, width, channels], such as [28, 28, 1], not of shape [784]: "
     "reshape can give it one"},
    {"[28, 28, 1]", "\"conv1d\", \"filters\": 2, \"kernel_size\": 3", ERROR_INVALID,
     " takes an input of [time, channels], such as [30, 8], not of shape [28, 28, 1]: reshape can "
     "give it one"},
    {"[28, 28]", "\"global_max_pool2d\"", ERROR_INVALID, NULL},
    {"[28, 28]", "\"conv2d_transpose\", \"filters\": 2, \"kernel_size\": 3", ERROR_INVALID, NULL},
    {"[28, 28]", "\"upsampling2d\"", ERROR_INVALID, NULL},
    {"[28, 28]", "\"zero_padding2d\"", ERROR_INVALID, NULL},
    {"[4]", "\"positional_embedding\"", ERROR_INVALID,
     " takes an input of [time, channels], such as [30, 8], not of shape [4]"},
    {"[2, 2, 2, 2, 2, 2]", "\"embedding\", \"vocabulary\": 3, \"units\": 2", ERROR_INVALID,
     " takes ids of at most 5 dimensions, such as [30], not [2, 2, 2, 2, 2, 2]"},
    {"[8, 8, 3]", "\"conv2d\", \"filters\": 2, \"kernel_size\": [3, 3, 3]", ERROR_INVALID,
     ".kernel_size must be one number, or a list of 2 for height and width, not of 3"},
    {"[8, 3]", "\"conv1d\", \"filters\": 2, \"kernel_size\": [3, 3]", ERROR_INVALID,
     ".kernel_size must be one number, not a list of 2"},
    {"[8, 8, 3]", "\"conv2d\", \"filters\": 2, \"kernel_size\": []", ERROR_INVALID, NULL},
    {"[8, 8, 3]", "\"conv2d\", \"filters\": 2", ERROR_INVALID, ".kernel_size is required"},
    {"[8, 8, 3]", "\"conv2d\", \"filters\": 2, \"kernel_size\": 3, \"strides\": 0", ERROR_INVALID,
     ".strides must be between 1 and 65536, not 0"},
    {"[8, 8, 3]", "\"max_pool2d\", \"strides\": [1, 2, 3]", ERROR_INVALID,
     ".strides must be one number, or a list of 2 for height and width, not of 3"},
    {"[8, 8, 3]", "\"conv2d\", \"filters\": 2, \"kernel_size\": 3, \"padding\": \"full\"",
     ERROR_INVALID, NULL},
    {"[8, 8, 3]", "\"conv2d\", \"filters\": 4, \"kernel_size\": 3, \"groups\": 2", ERROR_INVALID,
     " needs groups that divide the 3 channels of its input and its 4 filters, such as 1, not 2"},
    {"[8, 8, 4]", "\"conv2d\", \"filters\": 3, \"kernel_size\": 3, \"groups\": 2", ERROR_INVALID,
     NULL},
    {"[8, 8, 3]", "\"conv2d_transpose\", \"filters\": 3, \"kernel_size\": 3, \"groups\": 3",
     ERROR_INVALID, NULL},
    {"[8]", "\"embedding\", \"vocabulary\": 16777217, \"units\": 2", ERROR_INVALID,
     ".vocabulary must be between 1 and 16777216, not 16777217"},
    /* Sizes whose products do not fit 64 bits, or the limit of a tensor. */
    {"[2, 2, 65536]",
     "\"conv2d\", \"filters\": 65536, \"kernel_size\": 65536, \"padding\": \"same\"",
     ERROR_TOO_LARGE,
     " has a kernel of shape [65536, 65536, 65536, 65536]: more than 2^40 elements"},
    {"[65536, 65536, 1]", "\"conv2d\", \"filters\": 65536, \"kernel_size\": 1", ERROR_TOO_LARGE,
     " has an output of shape [65536, 65536, 65536]: more than 2^40 elements"},
    {"[65536, 65536, 1]", "\"upsampling2d\", \"size\": 65536", ERROR_TOO_LARGE, NULL},
    {"[1, 65536, 65536]", "\"zero_padding2d\", \"padding\": 65536", ERROR_TOO_LARGE, NULL},
    {"[1, 1099511627776, 1]",
     "\"conv2d_transpose\", \"filters\": 1, \"kernel_size\": 65536, \"strides\": 65536, "
     "\"dilation\": 65536",
     ERROR_TOO_LARGE, NULL},
    {"[1048576, 1048576]", "\"embedding\", \"vocabulary\": 3, \"units\": 2", ERROR_TOO_LARGE, NULL},
};

START_TEST(what_does_not_fit_is_refused_by_path)
{
    struct error error = {0};
    char text[512];
    char message[512];

    snprintf(text, sizeof(text), "{\"input\": %s, \"layers\": [{\"type\": %s}]}", refused[_i].input,
             refused[_i].layer);
    ck_assert_msg(network_from_text(text, 0, &error) == NULL, "%s", text);
    ck_assert_str_eq(error_code_name(error.code), error_code_name(refused[_i].code));
    ck_assert(strncmp(error.path, "network.layers[0]", strlen("network.layers[0]")) == 0);
    if (refused[_i].message == NULL)
        return;
    snprintf(message, sizeof(message), "network.layers[0]%s", refused[_i].message);
    ck_assert_str_eq(error.message, message);
}
END_TEST

/* The largest that the limits of fields and tensors let through: plans, and their memory's size. */
static const char *const largest[] = {
    "{\"input\": [1048576, 1048576, 1], \"layers\": [{\"type\": \"conv2d\", \"filters\": 1, "
    "\"kernel_size\": 65536, \"padding\": \"same\"}]}",
    "{\"input\": [1048576, 1048576, 1], \"layers\": [{\"type\": \"max_pool2d\", \"pool_size\": "
    "65536, \"strides\": 1, \"padding\": \"same\"}]}",
    "{\"input\": [1099511627776, 1], \"layers\": [{\"type\": \"conv1d\", \"filters\": 1, "
    "\"kernel_size\": 65536, \"dilation\": 65536, \"padding\": \"same\", \"activation\": "
    "\"gelu\"}]}",
    "{\"input\": [1, 1, 65536], \"layers\": [{\"type\": \"conv2d\", \"filters\": 65536, "
    "\"kernel_size\": [1, 128], \"padding\": \"same\"}]}",
};

START_TEST(the_largest_windows_are_planned_without_overflow)
{
    struct error error = {0};
    struct network *network = network_from_text(largest[_i], 0, &error);
    size_t size = 0;

    ck_assert_ok(error);
    ck_assert_int_ge(network->layers[0].flops_per_row, 1);
    ck_assert_int_ge(network->layers[0].work_size, 0);
    ck_assert_int_eq(workspace_size(network, 2, 4, WORKSPACE_TRAIN, &size, &error), 0);
    ck_assert_uint_ge(size, (size_t)1 << 20);
    ck_assert_int_eq(workspace_size(network, INT64_C(1) << 50, 4, WORKSPACE_TRAIN, &size, &error),
                     -1);
    ck_assert_int_eq(error.code, ERROR_TOO_LARGE);
    network_free(network);
}
END_TEST

/* "same" keeps the size over the strides, whatever the window. */
START_TEST(same_padding_keeps_the_size_over_the_strides)
{
    char text[256];

    for (int size = 1; size <= 9; size++)
        for (int stride = 1; stride <= 4; stride++)
            for (int kernel = 1; kernel <= 5; kernel++) {
                snprintf(text, sizeof(text),
                         "{\"input\": [%d, 1], \"layers\": [{\"type\": \"conv1d\", \"filters\": 1, "
                         "\"kernel_size\": %d, \"strides\": %d, \"padding\": \"same\"}]}",
                         size, kernel, stride);
                struct error error = {0};
                struct network *network = network_from_text(text, 0, &error);
                ck_assert_ok(error);
                ck_assert_int_eq(network->output_shape.dims[0], (size + stride - 1) / stride);
                network_free(network);
            }
}
END_TEST

/* A document with its defaults, read again, is the same. */
START_TEST(written_documents_are_read_again)
{
    struct error error = {0};
    struct shape shape = {.rank = 3, .dims = {9, 9, 2}};
    struct network *first = network_from_text(
        "{\"input\": [9, 9, 2], \"layers\": [{\"type\": \"conv2d\", \"filters\": 4, "
        "\"kernel_size\": 3, \"groups\": 2}, {\"type\": \"max_pool2d\"}, {\"type\": "
        "\"average_pool2d\", \"strides\": [1, 2]}, {\"type\": \"conv2d_transpose\", \"filters\": "
        "2, \"kernel_size\": [2, 3]}, {\"type\": \"upsampling2d\"}, {\"type\": "
        "\"zero_padding2d\"}]}",
        0, &error);
    struct network *second = network_create(first->document, &shape, 0, &error);

    ck_assert_ok(error);
    ck_assert(json_equal(first->document, second->document));
    ck_assert(shape_equal(&first->output_shape, &second->output_shape));
    const json_t *pool = json_array_get(json_object_get(first->document, "layers"), 1);
    ck_assert(json_is_null(json_object_get(pool, "strides")));
    network_free(first);
    network_free(second);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, what_does_not_fit_is_refused_by_path, 0, ARRAY_COUNT(refused));
    tcase_add_loop_test(tests, the_largest_windows_are_planned_without_overflow, 0,
                        ARRAY_COUNT(largest));
    tcase_add_test(tests, same_padding_keeps_the_size_over_the_strides);
    tcase_add_test(tests, written_documents_are_read_again);
}

int main(void)
{
    return tests_run("window", add_tests);
}

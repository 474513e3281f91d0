/* Rows in a C file with what the engine gives for them, and a main() that compares. The rows go
 * through the engine as instances of a prediction do, and what is compared is what an answer would
 * say. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/c_rows.h"
#include "engine/exchange/c_source.h"
#include "engine/model_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TESTS_MAX = 8, TESTS_MIN = 2, NUMBERS_MAX = 1 << 16 };

struct self_test {
    struct c_writer *writer;
    const struct model *model;
    int64_t tests, inputs, outputs;
    float *x, *y; /* [tests][inputs], [tests][outputs]; owned */
    struct c_rows rows;
};

/* ---- what the engine gives */

/* The instance of one test: a tensor, a row, or a window of rows. */
static json_t *draw_instance(struct self_test *test)
{
    const struct preprocessing *preprocessing = test->model->preprocessing;
    const int64_t length = preprocessing->window.length;
    json_auto_t *window = json_array();
    if (length == 0) {
        json_auto_t *row = c_rows_draw(&test->rows, preprocessing);
        return json_incref(preprocessing_takes_tensors(preprocessing) ? json_array_get(row, 0)
                                                                      : row);
    }
    for (int64_t i = 0; i < length; i++)
        if (json_array_append_new(window, c_rows_draw(&test->rows, preprocessing)))
            return NULL;
    return json_incref(window);
}

/* How many ids may stand anywhere in an input that is ids as they come. */
static int64_t count_ids(const struct self_test *test)
{
    static const int64_t counts[] = {1000, 100, 30, 10, 5, 3, 2};
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++) {
        for (int64_t k = 0; k < test->inputs; k++)
            test->x[k] = (float)(counts[i] - 1);
        if (network_check_row(test->model->network, test->x, "", NULL) == 0)
            return counts[i];
    }
    return 1;
}

static int predict(struct self_test *test, struct error *error)
{
    if (preprocessing_takes_tensors(test->model->preprocessing) &&
        network_id_layer(test->model->network) != NULL)
        test->rows.ids = count_ids(test);
    for (int64_t i = 0; i < test->tests; i++) {
        json_auto_t *instance = draw_instance(test);
        if (instance == NULL)
            return error_set(error, ERROR_MEMORY, "out of memory for the rows of a self-test");
        if (preprocessing_encode_json(test->model->preprocessing, instance, "row",
                                      test->x + i * test->inputs, error) != 0)
            return -1;
    }
    return model_predict(test->model, test->x, test->tests, test->y, error);
}

/* ---- constants */

/* The numbers of a prediction, however nested; null is one that is not finite. */
static void append_values(struct bytes *bytes, const json_t *prediction, bool *is_first)
{
    size_t i;
    const json_t *item;
    if (!json_is_array(prediction)) {
        bytes_printf(bytes, *is_first ? "" : ", ");
        c_float(bytes, json_is_number(prediction) ? (float)json_number_value(prediction) : NAN);
        *is_first = false;
        return;
    }
    json_array_foreach(prediction, i, item) append_values(bytes, item, is_first);
}

/* Whether the label could be another one by a rounding. */
static bool is_close(const struct self_test *test, int64_t row)
{
    const float *y = test->y + row * test->outputs;
    const float margin = 1e-3F;
    float first = -INFINITY, second = -INFINITY;
    for (int64_t i = 0; i < test->outputs; i++) {
        second = y[i] > first ? first : y[i] > second ? y[i] : second;
        first = y[i] > first ? y[i] : first;
    }
    return test->outputs == 1 ? fabsf(y[0] - 0.5F) < margin : !(first - second > margin);
}

static void append_label(const struct self_test *test, int64_t row, const json_t *label)
{
    struct bytes *body = &test->writer->body;
    AUTO_FREE char *text = json_is_string(label) ? NULL : fields_print(label);
    const char *shown = text != NULL ? text : json_string_value(label);
    bytes_printf(body, row == 0 ? "\n    " : ",\n    ");
    if (shown == NULL || is_close(test, row))
        bytes_printf(body, "NULL");
    else
        c_string(body, shown, strlen(shown));
}

static int append_expected(const struct self_test *test, struct error *error)
{
    struct bytes *body = &test->writer->body;
    const char *capitals = test->writer->capitals;
    json_auto_t *answer = model_answer(test->model, test->y, test->tests);
    if (answer == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the rows of a self-test");
    bytes_printf(body, "\nstatic const float test_values[%lld][%s_OUTPUTS] = {",
                 (long long)test->tests, capitals);
    for (int64_t row = 0; row < test->tests; row++) {
        bool is_first = true;
        bytes_printf(body, row == 0 ? "\n    {" : ",\n    {");
        append_values(body, json_array_get(json_object_get(answer, "predictions"), (size_t)row),
                      &is_first);
        bytes_printf(body, "}");
    }
    bytes_printf(body, "};\n");
    if (!c_outputs_are_labelled(test->writer))
        return 0;
    bytes_printf(body,
                 "\n/* NULL where two are as likely. */\n"
                 "static const char *const test_labels[%lld] = {",
                 (long long)test->tests);
    for (int64_t row = 0; row < test->tests; row++)
        append_label(test, row, json_array_get(json_object_get(answer, "labels"), (size_t)row));
    bytes_printf(body, "};\n");
    return 0;
}

/* ---- the program */

static const char main_start[] =
    "\n/* How far a value may be from the engine's: a share of the largest. */\n"
    "static int is_near(float value, float expected, float largest_value)\n"
    "{\n"
    "    return value == expected || fabsf(value - expected) <= 1e-5F * largest_value ||\n"
    "           (expected != expected && !(fabsf(value) <= 3e38F));\n"
    "}\n"
    "\n"
    "int main(void)\n"
    "{\n"
    "    static struct NAME_prediction prediction;\n"
    "    const int tests = sizeof(test_values) / sizeof(test_values[0]);\n"
    "    float largest_value = 0.0F;\n"
    "    int wrong = 0;\n"
    "    for (int row = 0; row < tests; row++)\n"
    "        for (int i = 0; i < CAPITALS_OUTPUTS; i++)\n"
    "            if (fabsf(test_values[row][i]) > largest_value)\n"
    "                largest_value = fabsf(test_values[row][i]);\n"
    "    for (int row = 0; row < tests; row++) {\n"
    "        int right = NAME_predict(test_rows + row * CAPITALS_ROWS, &prediction) == 0;\n"
    "        for (int i = 0; i < CAPITALS_OUTPUTS; i++)\n"
    "            if (!is_near(prediction.values[i], test_values[row][i], largest_value)) {\n"
    "                printf(\"row %d, value %d: %.9g, expected %.9g\\n\", row, i,\n"
    "                       (double)prediction.values[i], (double)test_values[row][i]);\n"
    "                right = 0;\n"
    "            }\n";
static const char main_label[] =
    "        if (test_labels[row] && strcmp(prediction.label, test_labels[row]) != 0) {\n"
    "            printf(\"row %d: %s, expected %s\\n\", row, prediction.label, test_labels[row]);\n"
    "            right = 0;\n"
    "        }\n";
static const char main_end[] = "        wrong += !right;\n"
                               "    }\n"
                               "    if (wrong == 0)\n"
                               "        printf(\"ok %d rows\\n\", tests);\n"
                               "    else\n"
                               "        printf(\"%d of %d rows differ\\n\", wrong, tests);\n"
                               "    return wrong != 0;\n"
                               "}\n";

static int append_program(struct self_test *test, struct error *error)
{
    struct bytes *body = &test->writer->body;
    if (bytes_check(&test->rows.constants, error) != 0 ||
        bytes_check(&test->rows.values, error) != 0)
        return -1;
    bytes_printf(body, "\n#ifdef PROPD_SELF_TEST\n#include <stdio.h>\n\n");
    bytes_append(body, test->rows.constants.data, test->rows.constants.size);
    bytes_printf(body, "\nstatic const struct %s_row test_rows[%lld * %s_ROWS] = {",
                 test->writer->name, (long long)test->tests, test->writer->capitals);
    bytes_append(body, test->rows.values.data, test->rows.values.size);
    bytes_printf(body, "};\n");
    if (append_expected(test, error) != 0)
        return -1;
    c_template(test->writer, body, main_start);
    if (c_outputs_are_labelled(test->writer))
        c_template(test->writer, body, main_label);
    c_template(test->writer, body, main_end);
    bytes_printf(body, "#endif /* PROPD_SELF_TEST */\n");
    return 0;
}

int c_self_test_append(struct c_writer *writer)
{
    const struct model *model = writer->model;
    struct self_test test = {.writer = writer,
                             .model = model,
                             .inputs = shape_elements(&model->network->input_shape, NULL),
                             .outputs = shape_elements(&model->network->output_shape, NULL)};
    test.tests = NUMBERS_MAX / (test.inputs + test.outputs);
    test.tests = test.tests > TESTS_MAX ? TESTS_MAX : test.tests;
    test.tests = test.tests < TESTS_MIN ? TESTS_MIN : test.tests;
    test.x = calloc((size_t)(test.tests * test.inputs), sizeof(*test.x));
    test.y = calloc((size_t)(test.tests * test.outputs), sizeof(*test.y));
    int status = test.x != NULL && test.y != NULL
                     ? predict(&test, writer->error)
                     : error_set(writer->error, ERROR_MEMORY, "out of memory for a self-test");
    if (status == 0)
        status = append_program(&test, writer->error);
    free(test.x);
    free(test.y);
    c_rows_clear(&test.rows);
    return status;
}

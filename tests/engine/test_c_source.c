/* Models as C files: each is compiled by the compilers that are here, as C99 and as C++11, without
 * a warning, and finds the engine's own predictions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/rng.h"
#include "engine/activation.h"
#include "engine/columns.h"
#include "engine/exchange/c_source.h"
#include "tests/check.h"
#include "tests/engine/example_models.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WARNINGS " -Wall -Wextra -pedantic -Werror -DPROPD_SELF_TEST "
static const char *const compilers[] = {"gcc -O1 -std=c99" WARNINGS, "clang -std=c99" WARNINGS,
                                        "g++ -std=c++11 -x c++" WARNINGS};

static bool is_here(const char *compiler)
{
    char command[128];
    snprintf(command, sizeof(command), "command -v %.*s >/dev/null", (int)strcspn(compiler, " "),
             compiler);
    return system(command) == 0; /* NOLINT(cert-env33-c): a test's own words */
}

/* Whether a command succeeds, and what it printed. */
static bool run(const char *command, char *output, size_t size)
{
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): a test's own words */
    ck_assert_ptr_nonnull(pipe);
    const size_t length = fread(output, 1, size - 1, pipe);
    output[length] = '\0';
    const int status = pclose(pipe);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Compiles the file in a folder of its own, and runs its self-test. */
static bool compile_and_run(const struct bytes *file, const char *compiler, char *output,
                            size_t size)
{
    char folder[] = "/tmp/propd-c-XXXXXX", path[64], command[256], nothing[8];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/model.c", folder);
    FILE *stream = fopen(path, "wb");
    ck_assert_uint_eq(fwrite(file->data, 1, file->size, stream), file->size);
    ck_assert_int_eq(fclose(stream), 0);
    snprintf(command, sizeof(command), "cd %s && %s model.c -o model -lm 2>&1 && ./model", folder,
             compiler);
    const bool succeeds = run(command, output, size);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert(run(command, nothing, sizeof(nothing)));
    return succeeds;
}

/* By every compiler that is here. */
static void check_file(const struct bytes *file)
{
    char output[4096];
    int compiled = 0;
    for (size_t i = 0; i < ARRAY_COUNT(compilers); i++) {
        if (!is_here(compilers[i]))
            continue;
        ck_assert_msg(compile_and_run(file, compilers[i], output, sizeof(output)) &&
                          strncmp(output, "ok ", 3) == 0,
                      "%s:\n%.1500s", compilers[i], output);
        compiled++;
    }
    ck_assert_int_gt(compiled, 0);
}

static void check_model(struct model *model_taken, const char *title)
{
    struct error error = {0};
    struct bytes file = {0}, again = {0};
    ck_assert_int_eq(c_model_format.write(model_taken, title, &file, &error), 0);
    ck_assert_ok(error);
    ck_assert_int_eq(c_model_format.write(model_taken, title, &again, &error), 0);
    ck_assert_uint_eq(file.size, again.size);
    ck_assert_mem_eq(file.data, again.data, file.size);
    check_file(&file);
    model_free(model_taken);
    bytes_clear(&file);
    bytes_clear(&again);
}

/* Weights that show what each is for: biases, scales and statistics are none of their first ones.
 */
static void stir(struct model *model)
{
    const struct rng rng = rng_stream(7, "stir", "", 0);
    for (int64_t i = 0; i < model->network->parameter_count; i++)
        model->parameters[i] = model->parameters[i] * 0.9F + 0.3F * rng_float(&rng, (uint64_t)i);
}

START_TEST(every_layer_type_is_there_in_c)
{
    struct error error = {0};
    json_auto_t *example = parse(layer_types[_i]->example);
    struct shape shape = {.rank = (int)json_array_size(json_object_get(example, "input"))};
    for (int i = 0; i < shape.rank; i++)
        shape.dims[i] =
            json_integer_value(json_array_get(json_object_get(example, "input"), (size_t)i));
    json_object_del(example, "input");
    AUTO_FREE char *network = fields_print(example);
    struct model *model = example_make(network, preprocessing_identity(&shape, NULL, &error), 5);
    stir(model);
    check_model(model, layer_types[_i]->kind.name);
}
END_TEST

/* ---- networks */

static const char *const networks[] = {
    /* Memory that is used again beside what is still needed; an alias of the input. */
    "{\"layers\": [{\"type\": \"dropout\", \"rate\": 0.5, \"name\": \"a\"}, {\"type\": \"dense\", "
    "\"units\": 6, \"activation\": \"mish\", \"name\": \"b\"}, {\"type\": \"dense\", \"units\": 6, "
    "\"activation\": {\"type\": \"elu\", \"alpha\": 0.7}, \"name\": \"A\"}, {\"type\": \"dense\", "
    "\"units\": 6, \"activation\": \"softplus\"}, {\"type\": \"add\", \"input\": [\"b\", "
    "\"dense_3\", "
    "\"input\"]}, {\"type\": \"concat\", \"input\": [\"a\", \"add_1\", \"A\"]}, {\"type\": "
    "\"dense\", "
    "\"units\": 3, \"activation\": \"log_softmax\"}]}",
    /* Nothing is computed at all. */
    "{\"layers\": [{\"type\": \"reshape\", \"shape\": [2, 3]}]}",
    "{\"layers\": [{\"type\": \"reshape\", \"shape\": [3, 2]}, {\"type\": \"gru\", \"units\": 4, "
    "\"bidirectional\": true, \"return_sequences\": true}, {\"type\": \"lstm\", \"units\": 3, "
    "\"bidirectional\": true}]}",
    "{\"layers\": [{\"type\": \"reshape\", \"shape\": [3, 2]}, {\"type\": \"attention\", "
    "\"heads\": 2, "
    "\"units\": 4, \"causal\": true}]}",
};

START_TEST(networks_of_all_forms_are_the_same_in_c)
{
    struct error error = {0};
    const struct shape shape = {.rank = 1, .dims = {6}};
    struct model *model =
        example_make(networks[_i], preprocessing_identity(&shape, NULL, &error), 5);
    stir(model);
    check_model(model, "42 nets@3");
}
END_TEST

/* One dense layer after the other, each with the next activation. */
START_TEST(every_activation_is_there_in_c)
{
    struct error error = {0};
    const struct shape shape = {.rank = 1, .dims = {6}};
    json_auto_t *layers = json_array();
    for (int code = 0; code < ACTIVATION_COUNT; code++)
        ck_assert_int_eq(
            json_array_append_new(layers, json_pack("{s:s, s:i, s:s}", "type", "dense", "units", 9,
                                                    "activation", activation_kinds[code]->name)),
            0);
    json_auto_t *document = json_pack("{s:O}", "layers", layers);
    AUTO_FREE char *network = fields_print(document);
    struct model *model = example_make(network, preprocessing_identity(&shape, NULL, &error), 5);
    stir(model);
    check_model(model, "activations");
}
END_TEST

/* ---- columns */

/* Columns of all kinds, under names that are none in C. */
static struct dataset *make_table(void)
{
    enum { ROWS = 6 };
    struct dataset *table = table_create(ROWS);
    table_add_numbers(table, "2nd length", (const double[]){1.5, 2, -3e9, NAN, 5, 1e-3});
    table_add_numbers(table, "class", (const double[]){1, 2, 3, 4, 5, 7});
    table_add_booleans(table, "Married?", (const uint8_t[]){0, 1, BOOLEAN_MISSING, 1, 0, 1});
    table_add_categories(table, "colour */ \"",
                         (const char *[]){"red", "gr\xc3\xbc\"n\\", "red", NULL, "b?\?/", "red"});
    table_add_categories(table, "ordinal",
                         (const char *[]){"low", "high", "low", "high", NULL, "mid"});
    table_add_dates(table, "Date", (const int64_t[]){0, 86399, -86401, 1700000000, 951782400, 1});
    table_add_text(table, "date",
                   (const char *[]){"It's good", "", "BAD, bad!", "caf\xc3\xa9", "3.14", "x"});
    table_add_numbers(table, "price", (const double[]){100, 300, 200, 250, 120, 90});
    return table;
}

static const struct job jobs[] = {
    {.preprocessing = "{\"columns\": {\"ordinal\": {\"categorical\": \"ordinal\"}, \"date\": "
                      "{\"text_slots\": 32, \"text_bigrams\": true}}}",
     .features = "{\"include\": [\"2nd length\", \"class\", \"Married?\", \"colour */ \\\"\", "
                 "\"ordinal\", \"Date\", \"date\"]}"},
    {.preprocessing = "{\"numeric\": \"min_max\", \"missing\": \"drop_rows\"}"},
    {.preprocessing = "{\"numeric\": \"none\", \"missing\": \"zero\", \"target\": \"none\"}",
     .window = "{\"length\": 3}"},
    {.preprocessing = "{\"text\": \"tokens\", \"text_length\": 4}",
     .features = "{\"include\": [\"date\"]}",
     .reads_tokens = true},
};
static const char *const job_networks[] = {
    "{\"layers\": [{\"type\": \"dense\", \"units\": 1}]}",
    "{\"layers\": [{\"type\": \"dense\", \"units\": 1}]}",
    "{\"layers\": [{\"type\": \"flatten\"}, {\"type\": \"dense\", \"units\": 1}]}",
    "{\"layers\": [{\"type\": \"embedding\", \"vocabulary\": 30, \"units\": 2}, {\"type\": "
    "\"flatten\"}, {\"type\": \"dense\", \"units\": 1}]}",
};

START_TEST(every_kind_of_column_is_the_same_in_c)
{
    struct dataset *table = make_table();
    check_model(example_make(job_networks[_i], learn(table, &jobs[_i]), 2), "class");
    table_free(table);
}
END_TEST

START_TEST(embedded_categories_are_the_same_in_c)
{
    struct dataset *table = make_table();
    struct preprocessing *preprocessing =
        learn(table, &(struct job){.preprocessing = "{\"categorical\": \"embedding\"}"});
    json_auto_t *document =
        json_pack("{s:[{s:s, s:O}, {s:s, s:i}]}", "layers", "type", "column_embeddings", "columns",
                  preprocessing_embeddings(preprocessing), "type", "dense", "units", 1);
    AUTO_FREE char *network = fields_print(document);
    check_model(example_make(network, preprocessing, 2), "embedded");
    table_free(table);
}
END_TEST

START_TEST(many_categories_are_hashed_the_same_in_c)
{
    enum { ROWS = 1200, TEXT_SIZE = 32 };
    static char texts[ROWS][TEXT_SIZE];
    const char *cities[ROWS];
    double numbers[ROWS];
    for (int i = 0; i < ROWS; i++) {
        snprintf(texts[i], TEXT_SIZE, "city %d", i);
        cities[i] = texts[i];
        numbers[i] = i % 7;
    }
    struct dataset *table = table_create(ROWS);
    table_add_categories(table, "city", cities);
    table_add_numbers(table, "price", numbers);
    struct preprocessing *preprocessing =
        learn(table, &(struct job){.features = "{\"include\": [\"city\"]}"});
    check_model(example_make(job_networks[0], preprocessing, 2), "hashed");
    table_free(table);
}
END_TEST

START_TEST(bytes_are_the_same_in_c)
{
    struct dataset *table = table_create(2);
    const struct shape shape = {.rank = 2, .dims = {3, 4}};
    table_add_bytes(table, "image", shape, (const uint8_t[24]){0, 255, 3, 4, 200});
    table_add_categories(table, "label", (const char *[]){"one", "two"});
    check_model(
        example_make("{\"layers\": [{\"type\": \"conv2d\", \"filters\": 2, \"kernel_size\": 2}, "
                     "{\"type\": \"flatten\"}, {\"type\": \"dense\", \"units\": 2, "
                     "\"activation\": \"softmax\"}]}",
                     learn(table, &(struct job){0}), 2),
        "bytes");
    table_free(table);
}
END_TEST

static struct model *(*const examples[])(void) = {example_classes, example_values, example_binary,
                                                  example_identity, example_tokens};

START_TEST(every_kind_of_target_is_the_same_in_c)
{
    check_model(examples[_i](), "example@2");
}
END_TEST

/* ---- refusals and failures */

START_TEST(weights_that_are_not_finite_are_refused_by_name)
{
    struct error error = {0};
    struct bytes file = {0};
    struct model *model = example_values();
    model->parameters[0] = INFINITY;
    ck_assert_int_ne(c_model_format.write(model, "m", &file, &error), 0);
    ck_assert_error(error, ERROR_INVALID,
                    "tensor \"dense_1/kernel\" has a value that is not finite, which C has no "
                    "constant for");
    model_free(model);
    bytes_clear(&file);
}
END_TEST

/* A self-test that cannot fail is none. */
START_TEST(a_weight_that_is_off_is_found)
{
    struct error error = {0};
    struct bytes file = {0};
    struct model *model = example_values();
    ck_assert_int_eq(c_model_format.write(model, "m", &file, &error), 0);
    char *weight = strstr(bytes_text(&file), "    2.0F,");
    ck_assert_ptr_nonnull(weight);
    memcpy(weight, "    2.1F,", strlen("    2.1F,"));
    char output[4096];
    ck_assert(!compile_and_run(&file, compilers[0], output, sizeof(output)));
    ck_assert_ptr_nonnull(strstr(output, "rows differ"));
    model_free(model);
    bytes_clear(&file);
}
END_TEST

static void add_tests(TCase *tests)
{
    int count = 0;
    while (layer_types[count] != NULL)
        count++;
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, networks_of_all_forms_are_the_same_in_c, 0, ARRAY_COUNT(networks));
    tcase_add_test(tests, every_activation_is_there_in_c);
    tcase_add_loop_test(tests, every_kind_of_column_is_the_same_in_c, 0, ARRAY_COUNT(jobs));
    tcase_add_test(tests, embedded_categories_are_the_same_in_c);
    tcase_add_test(tests, many_categories_are_hashed_the_same_in_c);
    tcase_add_test(tests, bytes_are_the_same_in_c);
    tcase_add_loop_test(tests, every_kind_of_target_is_the_same_in_c, 0, ARRAY_COUNT(examples));
    tcase_add_test(tests, weights_that_are_not_finite_are_refused_by_name);
    tcase_add_test(tests, a_weight_that_is_off_is_found);
    tcase_add_loop_test(tests, every_layer_type_is_there_in_c, 0, count);
}

int main(void)
{
    return tests_run("c_source", add_tests);
}

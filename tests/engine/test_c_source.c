/* Models as C files: each is compiled by the compilers that are here, as C99 and as C++11, without
 * a warning, and finds the engine's own predictions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/rng.h"
#include "engine/exchange/c_source.h"
#include "tests/check.h"
#include "tests/engine/example_models.h"
#include "tests/engine/learn.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WARNINGS " -O1 -Wall -Wextra -pedantic -Werror -DPROPD_SELF_TEST "
static const char *const compilers[] = {"gcc -std=c99" WARNINGS, "clang -std=c99" WARNINGS,
                                        "g++ -std=c++11 -x c++" WARNINGS};

/* The output of a command that must succeed. */
static void run(const char *command, char *output, size_t size)
{
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    const size_t length = fread(output, 1, size - 1, pipe);
    output[length] = '\0';
    const int status = pclose(pipe);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s:\n%s", command, output);
}

static bool is_here(const char *compiler)
{
    char command[128];
    snprintf(command, sizeof(command), "command -v %.*s >/dev/null", (int)strcspn(compiler, " "),
             compiler);
    return system(command) == 0; /* NOLINT(cert-env33-c): a test's own words */
}

/* Compiles the file by every compiler that is here, and runs its self-test. */
static void check_file(const struct bytes *file)
{
    char folder[] = "/tmp/propd-c-XXXXXX", path[64], command[256], output[4096];
    int compiled = 0;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/model.c", folder);
    FILE *stream = fopen(path, "wb");
    ck_assert_uint_eq(fwrite(file->data, 1, file->size, stream), file->size);
    ck_assert_int_eq(fclose(stream), 0);
    for (size_t i = 0; i < ARRAY_COUNT(compilers); i++) {
        if (!is_here(compilers[i]))
            continue;
        snprintf(command, sizeof(command), "cd %s && %s model.c -o model -lm 2>&1 && ./model",
                 folder, compilers[i]);
        run(command, output, sizeof(output));
        ck_assert_msg(strncmp(output, "ok ", 3) == 0, "%s: %s", command, output);
        compiled++;
    }
    ck_assert_int_gt(compiled, 0);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    run(command, output, sizeof(output));
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

static void add_tests(TCase *tests)
{
    int count = 0;
    while (layer_types[count] != NULL)
        count++;
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, every_layer_type_is_there_in_c, 0, count);
}

int main(void)
{
    return tests_run("c_source", add_tests);
}

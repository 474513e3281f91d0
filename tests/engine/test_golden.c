/* Every case of tests/golden/cases, or of the folder that GOLDEN_CASES names, run with every set of
 * kernels, against what PyTorch makes of it in float64. See tests/golden/README.md for what a case
 * is and how near is near enough. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/class_weights.h"
#include "engine/exchange/safetensors.h"
#include "engine/step.h"
#include "tests/check.h"

#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES TEST_DATA "/../golden/cases"
enum { CASES_MAX = 4096, CASES_LEAST = 50, NAME_SIZE = 512 };

static const char *cases_folder(void)
{
    const char *folder = getenv("GOLDEN_CASES");
    return folder != NULL && *folder != '\0' ? folder : CASES;
}

/* What is compared, each with its own tolerance. */
enum { OUT, GRADIENT, LOSSES, FINAL, KIND_COUNT };
static const char *const kind_names[KIND_COUNT] = {"out", "grad", "losses", "final"};
static const double tolerances[KIND_COUNT] = {1e-5, 1e-5, 1e-5, 5e-5};

/* One case, and what it is run with. */
struct golden {
    const char *name;
    json_t *document;
    struct bytes file;
    struct safetensors *tensors;
    struct training training;
    struct network *network;
    const struct kernels *kernels;
    struct step *step;
    float *parameters;
    float *x, *y;
    int32_t *classes;
    float *row_weights;
    int64_t rows, batch_size, steps;
    double *worst; /* [KIND_COUNT] relative differences, over all cases */
    int *failures; /* tensors that are too far off, over all cases */
};

/* ---- reading */

static void read_bytes(const char *path, struct bytes *bytes)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s cannot be opened", path);
    char buffer[65536];
    size_t size;
    while ((size = fread(buffer, 1, sizeof buffer, file)) > 0)
        bytes_append(bytes, buffer, size);
    fclose(file);
}

static const struct safetensors_tensor *find(const struct golden *golden, const char *prefix,
                                             const char *name)
{
    char full[NAME_SIZE];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    const struct safetensors_tensor *tensor = safetensors_find(golden->tensors, full);
    ck_assert_msg(tensor != NULL, "%s: the file has no %s", golden->name, full);
    return tensor;
}

/* A copy that is aligned. */
static void *copy_data(const struct safetensors_tensor *tensor)
{
    void *copy = malloc(tensor->size + 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, tensor->data, tensor->size);
    return copy;
}

static void read_case(struct golden *golden)
{
    char path[NAME_SIZE];
    struct error error = {0};
    struct bytes text = {0};
    snprintf(path, sizeof path, "%s/%s.json", cases_folder(), golden->name);
    read_bytes(path, &text);
    golden->document = fields_parse((const char *)text.data, text.size, &error);
    ck_assert_ok(error);
    bytes_clear(&text);
    snprintf(path, sizeof path, "%s/%s.safetensors", cases_folder(), golden->name);
    read_bytes(path, &golden->file);
    golden->tensors = safetensors_read(golden->file.data, golden->file.size, &error);
    ck_assert_ok(error);
    ck_assert_msg(fields_read(&training_kind, json_object_get(golden->document, "training"),
                              &golden->training, "training", &error) == 0,
                  "%s: %s", golden->name, error.message);
    golden->steps = json_integer_value(json_object_get(golden->document, "steps"));
    golden->batch_size = golden->training.batch_size;
}

static void read_data(struct golden *golden)
{
    const struct safetensors_tensor *x = find(golden, "", "x"), *y = find(golden, "", "y");
    golden->rows = x->shape.dims[0];
    golden->x = copy_data(x);
    if (y->type == SAFETENSORS_I32)
        golden->classes = copy_data(y);
    else
        golden->y = copy_data(y);
    const json_t *weights_json = golden->training.class_weights;
    if (weights_json == NULL)
        return;
    struct error error = {0};
    int64_t classes = (int64_t)json_array_size(weights_json);
    AUTO_FREE float *weights = calloc((size_t)classes, sizeof(float));
    ck_assert_int_eq(class_weights_read(weights_json, NULL, NULL, classes, weights, "", &error), 0);
    golden->row_weights = calloc((size_t)golden->rows, sizeof(float));
    for (int64_t i = 0; i < golden->rows; i++)
        golden->row_weights[i] = weights[golden->classes[i]];
}

static void plan(struct golden *golden)
{
    struct error error = {0};
    const struct safetensors_tensor *x = find(golden, "", "x");
    struct shape shape = {.rank = x->shape.rank - 1};
    memcpy(shape.dims, x->shape.dims + 1, (size_t)shape.rank * sizeof shape.dims[0]);
    int64_t size =
        json_integer_value(json_object_get(json_object_get(golden->document, "target"), "size"));
    golden->network =
        network_create(json_object_get(golden->document, "network"), &shape, size, &error);
    ck_assert_msg(golden->network != NULL, "%s: %s", golden->name, error.message);
    const struct step_setup setup = {.network = golden->network,
                                     .training = &golden->training,
                                     .loss = (const struct loss_type *)golden->training.loss.kind,
                                     .loss_options = golden->training.loss.options,
                                     .kernels = golden->kernels,
                                     .rows = golden->batch_size,
                                     .steps_per_epoch = (golden->rows + golden->batch_size - 1) /
                                                        golden->batch_size,
                                     .total_steps = golden->steps};
    golden->step = step_create(&setup, &error);
    ck_assert_msg(golden->step != NULL, "%s: %s", golden->name, error.message);
}

static int take_first_weights(void *context, const char *name, const struct layer_tensor *tensor)
{
    struct golden *golden = context;
    if (tensor->role == TENSOR_STATE)
        return 0;
    const struct safetensors_tensor *first = find(golden, "init/", name);
    ck_assert_int_eq(first->size, (size_t)tensor->count * sizeof(float));
    memcpy(golden->parameters + tensor->offset, first->data, first->size);
    return 0;
}

/* ---- comparing */

static double largest(const struct safetensors_tensor *tensor)
{
    double magnitude = 0;
    float *values = copy_data(tensor);
    for (size_t i = 0; i < tensor->size / sizeof(float); i++)
        magnitude = fmax(magnitude, fabs((double)values[i]));
    free(values);
    return magnitude;
}

/* The largest magnitude in the tensor, or a tenth of that in its kind. */
static double scale_of(const struct golden *golden, const struct safetensors_tensor *tensor)
{
    double scale = largest(tensor);
    const char *slash = strchr(tensor->name, '/');
    for (size_t i = 0; slash != NULL && i < golden->tensors->count; i++) {
        const struct safetensors_tensor *other = &golden->tensors->tensors[i];
        if (strncmp(other->name, tensor->name, (size_t)(slash + 1 - tensor->name)) == 0)
            scale = fmax(scale, largest(other) / 10);
    }
    return scale;
}

/* Prints the first number that is too far off. */
static void compare(const struct golden *golden, int kind, const struct safetensors_tensor *tensor,
                    const float *found)
{
    double scale = scale_of(golden, tensor);
    float *expected = copy_data(tensor);
    for (size_t i = 0; i < tensor->size / sizeof(float); i++) {
        double off = fabs((double)found[i] - (double)expected[i]);
        golden->worst[kind] = fmax(golden->worst[kind], scale > 0 ? off / scale : 0);
        if (off <= tolerances[kind] * scale)
            continue;
        printf("%s with %s: %s[%zu] is %.9g, not %.9g (off by %.2g of %.2g)\n", golden->name,
               golden->kernels->name, tensor->name, i, (double)found[i], (double)expected[i], off,
               tolerances[kind] * scale);
        ++*golden->failures;
        break;
    }
    free(expected);
}

static int compare_gradient(void *context, const char *name, const struct layer_tensor *tensor)
{
    const struct golden *golden = context;
    if (tensor->role != TENSOR_STATE)
        compare(golden, GRADIENT, find(golden, "grad/", name),
                step_gradients(golden->step) + tensor->offset);
    return 0;
}

static int compare_final(void *context, const char *name, const struct layer_tensor *tensor)
{
    const struct golden *golden = context;
    compare(golden, FINAL, find(golden, "final/", name), golden->parameters + tensor->offset);
    return 0;
}

/* ---- running */

/* Puts the batch of update `index` into the step: rows in order, wrapping at an epoch's end. */
static struct step_batch fill(struct golden *golden, int64_t index)
{
    int64_t steps_per_epoch = (golden->rows + golden->batch_size - 1) / golden->batch_size;
    int64_t at = index % steps_per_epoch * golden->batch_size, left = golden->rows - at;
    int64_t rows = left < golden->batch_size ? left : golden->batch_size;
    int64_t elements = shape_elements(&golden->network->input_shape, NULL);
    int64_t width = shape_elements(&golden->network->output_shape, NULL);
    memcpy(step_input(golden->step), golden->x + at * elements,
           (size_t)(rows * elements) * sizeof(float));
    return (struct step_batch){.rows = rows,
                               .classes = golden->classes == NULL ? NULL : golden->classes + at,
                               .values = golden->y == NULL ? NULL : golden->y + at * width,
                               .row_weights =
                                   golden->row_weights == NULL ? NULL : golden->row_weights + at};
}

static void run(struct golden *golden)
{
    struct step_batch batch = fill(golden, 0);
    struct step_result result;
    step_evaluate(golden->step, golden->parameters, &batch);
    compare(golden, OUT, find(golden, "", "out"), step_output(golden->step));
    float *losses = calloc((size_t)golden->steps, sizeof(float));
    for (int64_t index = 0; index < golden->steps; index++) {
        batch = fill(golden, index);
        ck_assert_int_eq(
            step_differentiate(golden->step, golden->parameters, index, &batch, &result),
            STEP_DONE);
        if (index == 0)
            network_each_tensor(golden->network, compare_gradient, golden);
        losses[index] = (float)result.loss;
        step_update(golden->step, golden->parameters, index, &result);
    }
    compare(golden, LOSSES, find(golden, "", "losses"), losses);
    network_each_tensor(golden->network, compare_final, golden);
    free(losses);
}

static void clear(struct golden *golden)
{
    step_free(golden->step);
    network_free(golden->network);
    fields_clear(&training_kind, &golden->training);
    safetensors_free(golden->tensors);
    bytes_clear(&golden->file);
    json_decref(golden->document);
    free(golden->parameters);
    free(golden->x);
    free(golden->y);
    free(golden->classes);
    free(golden->row_weights);
}

static void run_case(const char *name, const struct kernels *kernels, double *worst, int *failures)
{
    struct golden golden = {.name = name, .kernels = kernels, .worst = worst, .failures = failures};
    read_case(&golden);
    read_data(&golden);
    plan(&golden);
    size_t size = (size_t)golden.network->parameter_count * sizeof(float);
    golden.parameters = aligned_alloc(64, (size + 127) / 64 * 64);
    ck_assert_ptr_nonnull(golden.parameters);
    network_initialize(golden.network, 0, golden.parameters);
    network_each_tensor(golden.network, take_first_weights, &golden);
    run(&golden);
    clear(&golden);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int list_cases(char names[CASES_MAX][NAME_MAX + 1])
{
    int count = 0;
    DIR *folder = opendir(cases_folder());
    ck_assert_msg(folder != NULL, "%s cannot be opened", cases_folder());
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        const char *ending = strstr(entry->d_name, ".json");
        if (ending == NULL || ending[strlen(".json")] != '\0')
            continue;
        ck_assert_int_lt(count, CASES_MAX);
        snprintf(names[count++], NAME_MAX + 1, "%.*s", (int)(ending - entry->d_name),
                 entry->d_name);
    }
    closedir(folder);
    qsort(names, (size_t)count, sizeof names[0], by_name);
    return count;
}

START_TEST(every_case_matches_with_every_set_of_kernels)
{
    static char names[CASES_MAX][NAME_MAX + 1];
    int count = list_cases(names);
    int failures = 0;
    ck_assert_int_ge(count, strcmp(cases_folder(), CASES) == 0 ? CASES_LEAST : 1);
    for (const struct kernels *const *kernels = kernels_list(); *kernels != NULL; kernels++) {
        double worst[KIND_COUNT] = {0};
        for (int i = 0; i < count; i++)
            run_case(names[i], *kernels, worst, &failures);
        printf("%-10s %d cases, worst relative difference:", (*kernels)->name, count);
        for (int kind = 0; kind < KIND_COUNT; kind++)
            printf(" %s %.1e", kind_names[kind], worst[kind]);
        printf("\n");
    }
    fflush(stdout);
    ck_assert_int_eq(failures, 0);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_test(cases, every_case_matches_with_every_set_of_kernels);
    tcase_set_timeout(cases, 600);
}

int main(void)
{
    return tests_run("golden", add_tests);
}

/* How fast one thread trains a network, and predicts with it: rows a second on random numbers,
 * without datasets, epochs or HTTP around. Not a test: it has no opinion.
 *
 *     tests/bench/bench_network '{"input": [30, 16], "layers": [ … ]}' ROWS SECONDS
 *
 * A batch of ROWS rows goes through the network, an mse and adam again and again. Each figure is
 * the median over pieces of the run, in the thread's own time, since others may use the machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/losses/losses.h"
#include "engine/step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PIECES = 15 };

struct bench {
    struct network *network;
    struct training training;
    struct step *step;
    float *parameters;
    struct step_batch batch;
    int64_t updates;
};

/* Of this thread's processor time. */
static double cpu_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void stop(const struct error *error)
{
    fprintf(stderr, "%s\n", error->message);
    exit(1);
}

static float *random_floats(int64_t count)
{
    struct rng rng = rng_stream(1, "bench", "", 0);
    float *values = calloc((size_t)count, sizeof(float));
    for (int64_t i = 0; values != NULL && i < count; i++)
        values[i] = (float)rng_normal(&rng, (uint64_t)i);
    return values;
}

static struct network *read_network(const char *text, struct error *error)
{
    json_auto_t *document = fields_parse(text, strlen(text), error);
    const json_t *input = json_object_get(document, "input");
    struct shape shape = {.rank = (int)json_array_size(input)};
    for (int i = 0; i < shape.rank; i++)
        shape.dims[i] = json_integer_value(json_array_get(input, (size_t)i));
    if (document == NULL || shape.rank < 1 || shape.rank > SHAPE_RANK_MAX) {
        fprintf(stderr, "needs {\"input\": [ … ], \"layers\": [ … ]}\n");
        exit(1);
    }
    json_object_del(document, "input");
    return network_create(document, &shape, 0, error);
}

static void start(struct bench *bench, const char *text, int64_t rows)
{
    struct error error = {0};
    json_auto_t *training = json_pack("{s:s, s:s}", "loss", "mse", "optimizer", "adam");
    bench->network = read_network(text, &error);
    if (bench->network == NULL ||
        fields_read(&training_kind, training, &bench->training, "training", &error) != 0)
        stop(&error);
    const struct step_setup setup = {.network = bench->network,
                                     .training = &bench->training,
                                     .loss = (const struct loss_type *)bench->training.loss.kind,
                                     .loss_options = bench->training.loss.options,
                                     .kernels = kernels_get(&error),
                                     .rows = rows,
                                     .steps_per_epoch = 1,
                                     .total_steps = INT64_MAX};
    if (setup.kernels == NULL || (bench->step = step_create(&setup, &error)) == NULL)
        stop(&error);
    size_t size = (size_t)bench->network->parameter_count * sizeof(float);
    bench->parameters = aligned_alloc(64, (size + 127) / 64 * 64);
    int64_t inputs = rows * shape_elements(&bench->network->input_shape, NULL);
    float *x = random_floats(inputs);
    bench->batch = (struct step_batch){
        .rows = rows,
        .values = random_floats(rows * shape_elements(&bench->network->output_shape, NULL))};
    if (bench->parameters == NULL || x == NULL || bench->batch.values == NULL)
        exit(1);
    network_initialize(bench->network, 1, bench->parameters);
    memcpy(step_input(bench->step), x, (size_t)inputs * sizeof(float));
    free(x);
}

static void train(struct bench *bench)
{
    struct step_result result;
    if (step_differentiate(bench->step, bench->parameters, bench->updates, &bench->batch,
                           &result) != STEP_DONE)
        exit(1);
    step_update(bench->step, bench->parameters, bench->updates++, &result);
}

static void predict(struct bench *bench)
{
    step_evaluate(bench->step, bench->parameters, &bench->batch);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Rows a second. */
static double measure(struct bench *bench, void (*run)(struct bench *bench), double seconds)
{
    double rates[PIECES];
    for (int piece = 0; piece < PIECES; piece++) {
        double begin = cpu_now_s();
        double now = begin;
        int64_t runs = 0;
        for (; now < begin + seconds / PIECES; now = cpu_now_s(), runs++)
            run(bench);
        rates[piece] = (double)(runs * bench->batch.rows) / (now - begin);
    }
    qsort(rates, PIECES, sizeof rates[0], by_value);
    return rates[PIECES / 2];
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    if (argc != 4) {
        fprintf(stderr, "usage: bench_network NETWORK ROWS SECONDS\n");
        return 1;
    }
    start(&bench, argv[1], strtoll(argv[2], NULL, 10));
    double seconds = strtod(argv[3], NULL);
    measure(&bench, train, seconds / 4);
    printf("{\"training_rows_s\": %.0f, ", measure(&bench, train, seconds));
    printf("\"prediction_rows_s\": %.0f}\n", measure(&bench, predict, seconds / 2));
    step_free(bench.step);
    network_free(bench.network);
    fields_clear(&training_kind, &bench.training);
    free(bench.parameters);
    free((void *)(uintptr_t)bench.batch.values);
    return 0;
}

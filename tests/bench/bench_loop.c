/* What a training loop costs beside the network's own work: updates a second of one batch alone (a
 * step again and again), and of the trainer with its order, batches, epochs, validation and
 * reports. Not a test: it has no opinion.
 *
 *     tests/bench/bench_loop DATASET.csv '{"network": …, "training": …}' UPDATES
 *
 * Both in turn, in the thread's own time, since others may use the machine; medians, and the median
 * ratio of the pairs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/dataset_options.h"
#include "engine/trainer_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <fcntl.h>

enum { PAIRS = 9 };

struct document {
    json_t *network;
    struct training *training;
};

static const struct field document_fields[] = {
    FIELD_JSON(struct document, network, .flags = FIELD_REQUIRED, .help = "layers"),
    FIELD_OBJECT(struct document, training, struct training, .object = &training_kind,
                 .flags = FIELD_PRESENT, .help = "how to train"),
    FIELD_END};
static const struct kind document_kind = {.name = "loop",
                                          .help = "a network and how to train it",
                                          .size = sizeof(struct document),
                                          .fields = document_fields};

/* Of this thread's processor time. */
static double cpu_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void stop_on(const struct error *error)
{
    fprintf(stderr, "bench_loop: %s\n", error->message);
    exit(1);
}

static struct dataset *import(const char *path, struct error *error)
{
    static const struct dataset_limits limits = {.bytes = (uint64_t)1 << 32, .columns = 16384};
    struct dataset_options options;
    const struct dataset_source source = {.file = open(path, O_RDONLY | O_CLOEXEC), .name = path};
    FILE *columns = tmpfile();
    if (source.file < 0 || columns == NULL ||
        fields_default(&dataset_options_kind, &options, error) != 0 ||
        dataset_import(&source, 1, &options, &limits, fileno(columns), error) != 0)
        return NULL;
    struct dataset *dataset = dataset_open(fileno(columns), error);
    fields_clear(&dataset_options_kind, &options);
    fclose(columns);
    close(source.file);
    return dataset;
}

/* Updates a second of the first batch. */
static double run_steps(struct trainer *trainer, int64_t updates)
{
    struct step_result result;
    struct step_batch batch =
        trainer_data_fill(&trainer->data, &trainer->data.training, NULL, 0,
                          trainer->plan.setup.training->batch_size, step_input(trainer->step));
    double begin = cpu_now_s();
    for (int64_t i = 0; i < updates; i++) {
        if (step_differentiate(trainer->step, trainer->parameters, i, &batch, &result) != STEP_DONE)
            exit(1);
        step_update(trainer->step, trainer->parameters, i, &result);
    }
    return (double)updates / (cpu_now_s() - begin);
}

static double run_trainer(struct trainer *trainer, int64_t updates)
{
    struct error error = {0};
    struct trainer_report report;
    double begin = cpu_now_s();
    for (int64_t done = 0; done < updates;) {
        enum trainer_event event = trainer_step(trainer, &report, &error);
        if (event == TRAINER_FAILED || event == TRAINER_FINISHED) {
            fprintf(stderr, "bench_loop: the run ended early: %s\n", error.message);
            exit(1);
        }
        done += event == TRAINER_STEPPED;
    }
    return (double)updates / (cpu_now_s() - begin);
}

static double run_fresh(const struct trainer_setup *setup, int64_t updates,
                        double (*run)(struct trainer *trainer, int64_t updates))
{
    struct error error = {0};
    struct trainer *trainer = trainer_create(setup, &error);
    if (trainer == NULL)
        stop_on(&error);
    double rate = run(trainer, updates);
    trainer_free(trainer);
    return rate;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, PAIRS, sizeof *values, by_value);
    return values[PAIRS / 2];
}

static void compare(const struct trainer_setup *setup, int64_t updates)
{
    double steps[PAIRS], trainers[PAIRS], ratios[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        steps[i] = run_fresh(setup, updates, run_steps);
        trainers[i] = run_fresh(setup, updates, run_trainer);
        ratios[i] = trainers[i] / steps[i];
    }
    printf("{\"bench\": \"loop\", \"step_updates_s\": %.0f, ", median(steps));
    printf("\"trainer_updates_s\": %.0f, ", median(trainers));
    printf("\"ratio\": %.4f}\n", median(ratios));
}

int main(int argc, char **argv)
{
    struct error error = {0};
    struct document document;
    struct preprocessing_options preprocessing;
    struct strings targets = {0};
    if (argc != 4) {
        fprintf(stderr, "usage: bench_loop DATASET DOCUMENT UPDATES\n");
        return 1;
    }
    struct dataset *dataset = import(argv[1], &error);
    json_auto_t *json = fields_parse(argv[2], strlen(argv[2]), &error);
    if (dataset == NULL || json == NULL ||
        fields_read(&document_kind, json, &document, "", &error) != 0 ||
        fields_default(&preprocessing_options_kind, &preprocessing, &error) != 0)
        stop_on(&error);
    const struct trainer_setup setup = {.dataset = dataset,
                                        .network = document.network,
                                        .training = document.training,
                                        .preprocessing = &preprocessing,
                                        .targets = &targets};
    compare(&setup, strtoll(argv[3], NULL, 10));
    fields_clear(&preprocessing_options_kind, &preprocessing);
    fields_clear(&document_kind, &document);
    dataset_close(dataset);
    return 0;
}

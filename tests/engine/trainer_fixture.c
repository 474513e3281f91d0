/* A small table and training runs over it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/engine/trainer_fixture.h"
#include "base/rng.h"
#include "tests/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void write_table(FILE *file)
{
    static const char *const colors[] = {"red", "green", "blue"};
    static const char *const kinds[] = {"ant", "bee", "cat"};
    struct rng rng = rng_stream(1, "table", "", 0);
    fprintf(file, "a,b,color,kind,flag,bit,y,weight\n");
    for (uint64_t i = 0; i < FIXTURE_ROWS; i++) {
        uint64_t kind = i % 3;
        double a = rng_normal(&rng, 3 * i) * 0.3 + (double)kind;
        double b = rng_normal(&rng, 3 * i + 1) * 0.3 - (kind == 1);
        double y = 100 * (a + 0.5 * b) + rng_normal(&rng, 3 * i + 2);
        fprintf(file, "%.6f,%.6f,%s,%s,%s,%d,%.6f,%.2f\n", a, b, colors[i / 3 % 3], kinds[kind],
                a > 1 ? "yes" : "no", a > 1, y, 0.5 + 1.5 * (double)i / FIXTURE_ROWS);
    }
}

struct dataset *fixture_dataset(void)
{
    struct error error = {0};
    FILE *table = tmpfile(), *columns = tmpfile();
    ck_assert(table != NULL && columns != NULL);
    write_table(table);
    rewind(table);
    struct dataset_options options;
    ck_assert_int_eq(fields_default(&dataset_options_kind, &options, &error), 0);
    const struct dataset_source source = {.file = fileno(table), .name = "body"};
    const struct dataset_limits limits = {.bytes = 1 << 24, .columns = 100};
    dataset_import(&source, 1, &options, &limits, fileno(columns), &error);
    ck_assert_ok(error);
    struct dataset *dataset = dataset_open(fileno(columns), &error);
    ck_assert_ok(error);
    fields_clear(&dataset_options_kind, &options);
    fclose(table);
    fclose(columns);
    return dataset;
}

static void read_text(const struct kind *kind, const char *text, void *options)
{
    struct error error = {0};
    json_t *json = fields_parse(text, strlen(text), &error);
    ck_assert_ok(error);
    ck_assert_msg(fields_read(kind, json, options, "training", &error) == 0, "%s", error.message);
    json_decref(json);
}

void fixture_run_make(struct fixture_run *run, const struct dataset *dataset, const char *target,
                      const char *network, const char *training)
{
    struct error error = {0};
    memset(run, 0, sizeof *run);
    run->network = fields_parse(network, strlen(network), &error);
    ck_assert_ok(error);
    read_text(&training_kind, training, &run->training);
    read_text(&preprocessing_options_kind, "{}", &run->preprocessing);
    read_text(&feature_options_kind, "{\"include\": [\"a\", \"b\", \"color\"]}", &run->features);
    run->target = strdup(target);
    ck_assert_ptr_nonnull(run->target);
    run->targets = (struct strings){1, &run->target};
    run->setup = (struct trainer_setup){.dataset = dataset,
                                        .network = run->network,
                                        .training = &run->training,
                                        .preprocessing = &run->preprocessing,
                                        .features = &run->features,
                                        .targets = &run->targets};
}

void fixture_run_clear(struct fixture_run *run)
{
    json_decref(run->network);
    fields_clear(&training_kind, &run->training);
    fields_clear(&preprocessing_options_kind, &run->preprocessing);
    fields_clear(&feature_options_kind, &run->features);
    free(run->target);
}

struct trainer *fixture_trainer(const struct fixture_run *run)
{
    struct error error = {0};
    struct trainer *trainer = trainer_create(&run->setup, &error);
    ck_assert_ok(error);
    ck_assert_ptr_nonnull(trainer);
    return trainer;
}

void fixture_turn(struct trainer *trainer, int pieces)
{
    struct trainer_report report;
    struct error error = {0};
    for (int i = 0; i < pieces; i++) {
        enum trainer_event event = trainer_step(trainer, &report, &error);
        ck_assert_msg(event != TRAINER_FAILED, "%s", error.message);
        if (event == TRAINER_FINISHED)
            return;
    }
}

void fixture_finish(struct trainer *trainer)
{
    struct trainer_report report;
    struct error error = {0};
    enum trainer_event event;
    do {
        event = trainer_step(trainer, &report, &error);
        ck_assert_msg(event != TRAINER_FAILED, "%s", error.message);
    } while (event != TRAINER_FINISHED);
}

double fixture_figure(const struct trainer_report *report, const char *name)
{
    for (int i = 0; i < report->metric_count; i++)
        if (strcmp(report->metrics[i].name, name) == 0)
            return report->metrics[i].value;
    ck_abort_msg("%s is not in the report", name);
}

struct trainer *fixture_run_to_end(const struct fixture_run *run, struct trainer_report *last)
{
    struct trainer *trainer = fixture_trainer(run);
    struct error error = {0};
    struct trainer_report report;
    enum trainer_event event;
    *last = (struct trainer_report){0};
    while ((event = trainer_step(trainer, &report, &error)) != TRAINER_FINISHED) {
        ck_assert_msg(event != TRAINER_FAILED, "%s", error.message);
        if (event == TRAINER_EPOCH_ENDED)
            *last = report;
    }
    return trainer;
}

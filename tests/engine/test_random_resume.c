/* Runs of random documents, undisturbed on the caller's thread, and interrupted at random: saved,
 * restored into a new trainer and carried on by another number of threads. All must end in the same
 * bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer.h"
#include "tests/check.h"
#include "tests/engine/learn.h"
#include "tests/engine/random_document.h"
#include "tests/engine/table.h"

#include <stdlib.h>
#include <string.h>

enum {
    DOCUMENTS = 400,
    PARTS = 4, /* of them, a test each */
    ATTEMPTS = 200,
    ROWS = 45,
    MEMBERS_MAX = 4,
    INTERRUPTED_RUNS = 2,
    PIECES_MAX = 14 /* between two interruptions */
};

/* ---- rows */

static void add_features(struct dataset *table, const struct document *document)
{
    int64_t elements = shape_elements(&document->shape, NULL);
    float *values = calloc((size_t)(ROWS * elements), sizeof(float));
    struct rng rng = rng_stream(2, "features", "", 0);

    ck_assert_ptr_nonnull(values);
    for (int64_t i = 0; i < ROWS * elements; i++)
        values[i] = document->whole_numbers ? (float)rng_below(&rng, 4 * (uint64_t)i, 3)
                                            : (float)rng_normal(&rng, (uint64_t)i);
    table_add_floats(table, "features", document->shape, values);
    free(values);
}

static struct dataset *make_rows(const struct document *document)
{
    static const char *const names[] = {"ant", "bee", "cat"};
    struct dataset *table = table_create(ROWS);
    struct rng rng = rng_stream(3, "targets", "", 0);
    const char *kinds[ROWS];
    uint8_t flags[ROWS];
    double numbers[ROWS], counts[ROWS], weights[ROWS];

    for (uint64_t i = 0; i < ROWS; i++) {
        kinds[i] = names[i * i % 3 + (i % 7 == 0)];
        flags[i] = i % 3 == 0;
        numbers[i] = rng_normal(&rng, i);
        counts[i] = (double)(i * 5 % 7) + 0.5;
        weights[i] = 0.5 + (double)(i % 4);
    }
    add_features(table, document);
    table_add_categories(table, "kind", kinds);
    table_add_booleans(table, "flag", flags);
    table_add_numbers(table, "y", numbers);
    table_add_numbers(table, "count", counts);
    table_add_numbers(table, "weight", weights);
    return table;
}

/* ---- runs */

/* A document with all that a trainer borrows. */
struct run {
    struct document document;
    struct dataset *rows;
    struct training training;
    struct preprocessing_options preprocessing;
    struct feature_options features;
    char *target;
    struct strings targets;
    struct trainer_setup setup;
};

static struct team *teams[MEMBERS_MAX + 1]; /* by members; 0: none, the caller's thread */

static void run_clear(struct run *run)
{
    fields_clear(&training_kind, &run->training);
    fields_clear(&preprocessing_options_kind, &run->preprocessing);
    fields_clear(&feature_options_kind, &run->features);
    table_free(run->rows);
    document_clear(&run->document);
    free(run->target);
}

/* False with an error where the document is refused; clear the run in any case. */
static bool run_make(struct run *run, struct document document_taken, struct error *error)
{
    json_auto_t *features = parse("{\"include\": [\"features\"]}");

    *run = (struct run){.document = document_taken};
    run->rows = make_rows(&run->document);
    run->target = strdup(document_target(&run->document));
    run->targets = (struct strings){1, &run->target};
    ck_assert_int_eq(fields_default(&preprocessing_options_kind, &run->preprocessing, error), 0);
    ck_assert_int_eq(fields_read(&feature_options_kind, features, &run->features, "", error), 0);
    run->setup = (struct trainer_setup){.dataset = run->rows,
                                        .network = run->document.network,
                                        .training = &run->training,
                                        .preprocessing = &run->preprocessing,
                                        .features = &run->features,
                                        .targets = &run->targets};
    return fields_read(&training_kind, run->document.training, &run->training, "training", error) ==
           0;
}

/* Turns it `pieces` times; false when it is finished, or failed with an error. */
static bool turn(struct trainer *trainer, int64_t pieces, struct error *error)
{
    struct trainer_report report;

    for (; pieces > 0; pieces--) {
        enum trainer_event event = trainer_step(trainer, &report, error);
        if (event == TRAINER_FAILED || event == TRAINER_FINISHED)
            return false;
    }
    return true;
}

static struct bytes saved(const struct trainer *trainer)
{
    struct error error = {0};
    struct bytes bytes = {0};

    trainer_save(trainer, &bytes, &error);
    ck_assert_ok(error);
    return bytes;
}

/* The whole state, and the model's file behind it. */
static struct bytes result_of(const struct trainer *trainer)
{
    struct error error = {0};
    struct bytes result = saved(trainer);
    struct bytes file = {0};
    struct model *model = trainer_model(trainer, false, json_object(), &error);

    ck_assert_ok(error);
    ck_assert_int_eq(model_write(model, &file, &error), 0);
    bytes_append(&result, file.data, file.size);
    bytes_clear(&file);
    model_free(model);
    return result;
}

static struct trainer *trainer_of(struct run *run, int64_t members, struct error *error)
{
    run->setup.team = teams[members];
    return trainer_create(&run->setup, error);
}

/* False where the document is refused or its run fails, as some that are drawn must. */
static bool undisturbed(struct run *run, struct bytes *result, struct error *error)
{
    struct trainer *trainer = trainer_of(run, 0, error);

    if (trainer == NULL)
        return false;
    while (turn(trainer, 1, error))
        ;
    if (error->code == ERROR_NONE)
        *result = result_of(trainer);
    trainer_free(trainer);
    return error->code == ERROR_NONE;
}

static struct bytes interrupted(struct run *run, int *interruptions)
{
    struct error error = {0};
    struct trainer *trainer = trainer_of(run, draw(1, MEMBERS_MAX), &error);

    while (turn(trainer, draw(1, PIECES_MAX), &error)) {
        struct bytes checkpoint = saved(trainer);
        trainer_free(trainer);
        trainer = trainer_of(run, draw(1, MEMBERS_MAX), &error);
        ck_assert_ok(error);
        trainer_restore(trainer, checkpoint.data, checkpoint.size, &error);
        ck_assert_ok(error);
        bytes_clear(&checkpoint);
        ++*interruptions;
    }
    ck_assert_ok(error);
    struct bytes result = result_of(trainer);
    trainer_free(trainer);
    return result;
}

static void check_same(const struct run *run, const struct bytes *found,
                       const struct bytes *expected)
{
    if (found->size == expected->size && memcmp(found->data, expected->data, found->size) == 0)
        return;
    char *network = fields_print(run->document.network);
    char *training = fields_print(run->document.training);
    ck_abort_msg("interrupted runs differ: {\"network\": %s, \"training\": %s}, target %s", network,
                 training, run->target);
}

/* A document that is drawn until it runs. */
static void run_number(int number, struct run *run, struct bytes *expected)
{
    struct error error = {0};

    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        error = (struct error){0};
        if (run_make(run, draw_document(number), &error) && undisturbed(run, expected, &error))
            return;
        run_clear(run);
    }
    ck_abort_msg("no document of number %d (%s) runs; the last: %s", number,
                 document_entries(number), error.message);
}

static void start_teams(void)
{
    struct error error = {0};

    for (int members = 1; members <= MEMBERS_MAX; members++)
        teams[members] = team_create(members, NULL, &error);
    ck_assert_ok(error);
}

static void stop_teams(void)
{
    for (int members = 1; members <= MEMBERS_MAX; members++)
        team_free(teams[members]);
}

START_TEST(interrupted_runs_of_any_document_end_in_the_same_bytes)
{
    int interruptions = 0;

    draw_start((uint64_t)_i);
    for (int number = _i; number < DOCUMENTS; number += PARTS) {
        struct run run;
        struct bytes expected = {0};
        run_number(number, &run, &expected);
        for (int i = 0; i < INTERRUPTED_RUNS; i++) {
            struct bytes result = interrupted(&run, &interruptions);
            check_same(&run, &result, &expected);
            bytes_clear(&result);
        }
        bytes_clear(&expected);
        run_clear(&run);
    }
    ck_assert_int_gt(interruptions, DOCUMENTS / PARTS);
}
END_TEST

START_TEST(documents_are_enough_to_meet_every_entry)
{
    ck_assert_uint_le(document_count(), DOCUMENTS);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_checked_fixture(cases, start_teams, stop_teams);
    tcase_set_timeout(cases, 300);
    tcase_add_loop_test(cases, interrupted_runs_of_any_document_end_in_the_same_bytes, 0, PARTS);
    tcase_add_test(cases, documents_are_enough_to_meet_every_entry);
}

int main(void)
{
    return tests_run("random_resume", add_tests);
}

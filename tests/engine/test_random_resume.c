/* Runs of random documents, undisturbed on the caller's thread, and interrupted at random: saved,
 * restored into a new trainer and carried on by another number of threads. All must end in the same
 * bytes.
 *
 * Layer types and augmentations (by their examples), losses, optimizers and schedules come from the
 * tables of the engine, options from the tables of their fields: what is added there is drawn here.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augment.h"
#include "engine/loss.h"
#include "engine/optimizer.h"
#include "engine/schedule.h"
#include "engine/trainer.h"
#include "tests/check.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DOCUMENTS = 400,
    PARTS = 4, /* of them, a test each */
    ATTEMPTS = 200,
    ROWS = 45,
    MEMBERS_MAX = 4,
    INTERRUPTED_RUNS = 2,
    PIECES_MAX = 14,  /* between two interruptions */
    WIDE_UNITS = 300, /* a layer that is work for several members */
    WIDE_PERCENT = 35,
    AUGMENTED_PERCENT = 40,
    FRAGMENT_PERCENT = 12
};

/* ---- drawing */

static struct rng draws;
static uint64_t counter;

static int64_t draw(int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(&draws, counter += 4, (uint64_t)(high - low + 1));
}

static bool chance(int percent)
{
    return draw(1, 100) <= percent;
}

static double draw_share(void)
{
    return (double)draw(1, 999) / 1000;
}

/* Within the field's limits, of at most 1 above its least, small ones more often. */
static double draw_number(const struct field *field)
{
    double low = field->max > field->min ? field->min : 0;
    double high = field->max > field->min && field->max < low + 1 ? field->max : low + 1;
    double share = draw_share();

    if (strcmp(field->name, "learning_rate") == 0)
        return 0.02 * share;
    return low + (high - low) * share * share * share;
}

/* NULL: none that could be drawn. */
static json_t *draw_field(const struct field *field)
{
    size_t choices = 0;

    switch (field->type) {
    case FIELD_TYPE_BOOLEAN:
        return json_boolean(draw(0, 1));
    case FIELD_TYPE_INTEGER:
        return json_integer(draw((int64_t)field->min, (int64_t)field->min + 4));
    case FIELD_TYPE_NUMBER:
        return json_real(draw_number(field));
    case FIELD_TYPE_CHOICE:
        while (field->choices[choices] != NULL)
            choices++;
        return json_string(field->choices[draw(0, (int64_t)choices - 1)]);
    case FIELD_TYPE_SIZES:
        return json_pack("[I, I]", (json_int_t)draw(1, 3), (json_int_t)draw(4, 7));
    default:
        return NULL;
    }
}

/* {"type": name, …} with what is required and some of the rest. */
static json_t *draw_options(const struct kind *kind)
{
    json_t *options = json_pack("{s:s}", "type", kind->name);

    for (const struct kind *from = kind; from != NULL; from = from->base)
        for (const struct field *field = from->fields; field != NULL && field->name; field++) {
            if ((field->flags & FIELD_REQUIRED) == 0 && !chance(35))
                continue;
            json_t *value = draw_field(field);
            if (value != NULL)
                json_object_set_new(options, field->name, value);
        }
    return options;
}

static size_t count_of(const void *const *entries)
{
    size_t count = 0;

    while (entries[count] != NULL)
        count++;
    return count;
}
#define COUNT_OF(entries) count_of((const void *const *)(entries))

/* ---- documents */

static const struct {
    const char *name, *activation;
} targets[] = {{"kind", "softmax"}, {"flag", "sigmoid"}, {"y", "linear"}, {"count", "softplus"}};

/* Parts of a training document. Those that do not fit the rest are refused, and drawn again. */
static const char *const fragments[] = {
    "{\"clip_norm\": 0.5}",
    "{\"clip_value\": 0.05}",
    "{\"l1\": 0.001}",
    "{\"l2\": 0.01}",
    "{\"label_smoothing\": 0.1}",
    "{\"class_weights\": \"balanced\"}",
    "{\"sample_weight\": \"weight\"}",
    "{\"accumulate\": 3}",
    "{\"average\": {\"ema\": 0.9}}",
    "{\"shuffle\": false}",
    "{\"validation\": null}",
    "{\"validation\": {\"split\": 0.4}}",
    "{\"validation\": {\"folds\": 3}}",
    "{\"early_stopping\": {\"patience\": 1}}",
    "{\"early_stopping\": {\"patience\": 2, \"monitor\": \"loss\", \"restore_best\": false}}",
    "{\"on_divergence\": \"rollback\"}",
    "{\"limits\": {\"steps\": 8}}",
    "{\"limits\": {\"target\": {\"val_loss\": 0.6}}}"};

struct document {
    json_t *network, *training;
    struct shape shape; /* of a row's features */
    int target;
    bool whole_numbers; /* features that are token ids too */
};

static void document_clear(struct document *document)
{
    json_decref(document->network);
    json_decref(document->training);
    *document = (struct document){0};
}

static void append(json_t *layers, json_t *layer_taken)
{
    ck_assert_int_eq(json_array_append_new(layers, layer_taken), 0);
}

/* The last layer of some type's example, where it takes just what lies before it. */
static void append_any(json_t *layers)
{
    const struct layer_type *type = layer_types[draw(0, (int64_t)COUNT_OF(layer_types) - 1)];
    json_auto_t *example = parse(type->example);
    json_t *list = json_object_get(example, "layers");
    json_t *layer = json_array_get(list, json_array_size(list) - 1);

    json_object_del(layer, "name");
    if (json_object_get(layer, "input") == NULL)
        append(layers, json_incref(layer));
}

static void draw_network(struct document *document, const struct layer_type *type)
{
    json_auto_t *example = parse(type->example);
    json_t *input = json_object_get(example, "input");
    json_t *layers = json_object_get(example, "layers");

    document->shape.rank = (int)json_array_size(input);
    for (int i = 0; i < document->shape.rank; i++)
        document->shape.dims[i] = json_integer_value(json_array_get(input, (size_t)i));
    /* Two dimensions come as an image of one channel. */
    if (document->shape.rank == 2)
        json_array_insert_new(layers, 0,
                              json_pack("{s:s, s:O}", "type", "reshape", "shape", input));
    for (int64_t more = draw(0, 2); more > 0; more--)
        append_any(layers);
    append(layers, json_pack("{s:s}", "type", "flatten"));
    if (chance(WIDE_PERCENT))
        append(layers, json_pack("{s:s, s:i, s:s}", "type", "dense", "units", WIDE_UNITS,
                                 "activation", "relu"));
    append(layers, json_pack("{s:s, s:s, s:s}", "type", "dense", "units", "auto", "activation",
                             targets[document->target].activation));
    document->network = json_pack("{s:O}", "layers", layers);
}

static void append_augmentation(json_t *training)
{
    const struct augment_type *type = augment_types[draw(0, (int64_t)COUNT_OF(augment_types) - 1)];
    json_auto_t *example = parse(type->example);
    json_t *list = json_object_get(training, "augmentation");

    if (list == NULL)
        json_object_set_new(training, "augmentation", list = json_array());
    ck_assert_int_eq(json_array_extend(list, example), 0);
}

static void draw_training(struct document *document, const struct kind *optimizer,
                          const struct kind *schedule)
{
    document->training =
        json_pack("{s:I, s:I, s:I, s:o, s:o}", "epochs", (json_int_t)draw(2, 4), "batch_size",
                  (json_int_t)draw(4, 20), "seed", (json_int_t)draw(0, 1000), "optimizer",
                  draw_options(optimizer), "schedule", draw_options(schedule));
    if (chance(50))
        json_object_set_new(document->training, "loss",
                            draw_options(loss_kinds[draw(0, (int64_t)COUNT_OF(loss_kinds) - 1)]));
    while (chance(AUGMENTED_PERCENT))
        append_augmentation(document->training);
    for (size_t i = 0; i < ARRAY_COUNT(fragments); i++) {
        json_auto_t *fragment = parse(fragments[i]);
        if (chance(FRAGMENT_PERCENT))
            json_object_update(document->training, fragment);
    }
}

/* Entries of all tables by the number, the tables turning apart. */
static const struct layer_type *layer_of(int number)
{
    return layer_types[(size_t)number % COUNT_OF(layer_types)];
}

static const struct kind *optimizer_of(int number)
{
    return optimizer_kinds[(size_t)number % COUNT_OF(optimizer_kinds)];
}

static const struct kind *schedule_of(int number)
{
    return schedule_kinds[(size_t)number / COUNT_OF(optimizer_kinds) % COUNT_OF(schedule_kinds)];
}

static struct document draw_document(int number)
{
    struct document document = {.target = (int)draw(0, ARRAY_COUNT(targets) - 1),
                                .whole_numbers = draw(0, 1)};

    draw_network(&document, layer_of(number));
    draw_training(&document, optimizer_of(number), schedule_of(number));
    return document;
}

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
    run->target = strdup(targets[run->document.target].name);
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
    ck_abort_msg("no document of number %d (%s, %s, %s) runs; the last: %s", number,
                 layer_of(number)->kind.name, optimizer_of(number)->name, schedule_of(number)->name,
                 error.message);
}

static void start_teams(void)
{
    struct error error = {0};

    for (int members = 1; members <= MEMBERS_MAX; members++)
        teams[members] = team_create(members, NULL, &error);
    ck_assert_ok(error);
    draws = rng_stream(1, "test", "random_resume", 0);
    counter = 0;
}

static void stop_teams(void)
{
    for (int members = 1; members <= MEMBERS_MAX; members++)
        team_free(teams[members]);
}

START_TEST(interrupted_runs_of_any_document_end_in_the_same_bytes)
{
    int interruptions = 0;

    counter = (uint64_t)_i << 32;
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
    ck_assert_uint_le(COUNT_OF(layer_types), DOCUMENTS);
    ck_assert_uint_le(COUNT_OF(optimizer_kinds) * COUNT_OF(schedule_kinds), DOCUMENTS);
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

/* Runs over embedded categories, texts and windows: the same bytes on any team and after any pause,
 * networks that get a layer in front, models that predict the same out of their file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "tests/check.h"
#include "tests/engine/example_models.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"
#include "tests/engine/trainer_fixture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 60 };

/* A series with a weekly turn, its kind of day, and a note of every day. */
static struct dataset *days(void)
{
    static char notes[ROWS][64];
    static const char *const words[] = {"rain", "sun", "wind", "snow", "fog"};
    static const char *const kinds[] = {"work", "home", "work", "trip"};
    double day[ROWS], value[ROWS];
    const char *note[ROWS], *kind[ROWS];
    struct dataset *table = table_create(ROWS);
    for (int i = 0; i < ROWS; i++) {
        day[i] = ROWS - i; /* the newest first */
        value[i] = sin(day[i] * 0.9) * 10 + day[i] / 10;
        snprintf(notes[i], sizeof(notes[i]), "%s and %s, %d", words[i % 5], words[i * i % 3], i);
        note[i] = notes[i];
        kind[i] = i % 7 == 0 ? NULL : kinds[i % 4];
    }
    table_add_numbers(table, "day", day);
    table_add_text(table, "note", note);
    table_add_categories(table, "kind", kind);
    table_add_numbers(table, "value", value);
    return table;
}

struct inputs {
    const char *preprocessing, *features, *window, *network;
};

static const struct inputs embedded = {
    "{\"categorical\": \"embedding\"}", "{\"include\": [\"day\", \"kind\"]}", NULL,
    "{\"layers\": [{\"type\": \"dense\", \"units\": 40, \"activation\": \"tanh\"}, {\"type\": "
    "\"dense\", \"units\": 3, \"input\": \"input\"}, {\"type\": \"concat\", \"input\": "
    "[\"dense_1\", \"dense_2\", \"input\"]}, {\"type\": \"dense\", \"units\": \"auto\"}]}"};
static const struct inputs hashed = {
    "{\"text_slots\": 64, \"text_bigrams\": true}", "{\"include\": [\"note\", \"kind\"]}", NULL,
    "{\"layers\": [{\"type\": \"dense\", \"units\": 40, \"activation\": \"relu\"}, {\"type\": "
    "\"dense\", \"units\": \"auto\"}]}"};
static const struct inputs windowed = {
    "{\"categorical\": \"embedding\"}", "{}", "{\"length\": 6, \"by\": \"day\"}",
    "{\"layers\": [{\"type\": \"dense\", \"units\": 30}, {\"type\": \"flatten\"}, {\"type\": "
    "\"dense\", \"units\": \"auto\"}]}"};
static const struct inputs tokens = {
    "{\"text_vocabulary\": 6, \"text_length\": 5}", "{\"include\": \"note\"}", NULL,
    "{\"layers\": [{\"type\": \"embedding\", \"units\": 8}, {\"type\": \"flatten\"}, {\"type\": "
    "\"dense\", \"units\": \"auto\"}]}"};
static const struct inputs *const all_inputs[] = {&embedded, &hashed, &tokens, &windowed};

/* ---- runs */

struct inputs_run {
    struct fixture_run base;
    struct series_options window;
};

static void read_text(const struct kind *kind, const char *text, void *options)
{
    struct error error = {0};
    json_t *json = parse(text);
    fields_clear(kind, options);
    ck_assert_int_eq(fields_read(kind, json, options, kind->name, &error), 0);
    json_decref(json);
}

static void inputs_run_make(struct inputs_run *run, const struct dataset *dataset,
                            const struct inputs *inputs)
{
    *run = (struct inputs_run){.window = {.length = 0}};
    fixture_run_make(&run->base, dataset, "value", inputs->network,
                     "{\"epochs\": 4, \"batch_size\": 16, \"clip_norm\": 1, \"l2\": 0.001}");
    read_text(&preprocessing_options_kind, inputs->preprocessing, &run->base.preprocessing);
    read_text(&feature_options_kind, inputs->features, &run->base.features);
    if (inputs->window == NULL)
        return;
    read_text(&series_options_kind, inputs->window, &run->window);
    run->base.setup.window = &run->window;
}

static void inputs_run_clear(struct inputs_run *run)
{
    fields_clear(&series_options_kind, &run->window);
    fixture_run_clear(&run->base);
}

static struct bytes state_of(const struct trainer *trainer)
{
    struct bytes bytes = {0};
    struct error error = {0};
    trainer_save(trainer, &bytes, &error);
    ck_assert_ok(error);
    return bytes;
}

static struct bytes end_state(const struct fixture_run *base, int members)
{
    struct fixture_run run = *base;
    run.setup.team = members == 0 ? NULL : team_create(members, NULL, NULL);
    struct trainer *trainer = fixture_trainer(&run);
    fixture_finish(trainer);
    struct bytes bytes = state_of(trainer);
    trainer_free(trainer);
    team_free(run.setup.team);
    return bytes;
}

static void expect_same(struct bytes *found, const struct bytes *expected)
{
    ck_assert_uint_eq(found->size, expected->size);
    ck_assert_mem_eq(found->data, expected->data, expected->size);
    bytes_clear(found);
}

START_TEST(any_team_ends_in_the_same_bytes)
{
    struct dataset *dataset = days();
    struct inputs_run run;
    inputs_run_make(&run, dataset, all_inputs[_i]);
    struct bytes alone = end_state(&run.base, 0);
    for (int members = 1; members <= 4; members++) {
        struct bytes bytes = end_state(&run.base, members);
        expect_same(&bytes, &alone);
    }
    bytes_clear(&alone);
    inputs_run_clear(&run);
    table_free(dataset);
}
END_TEST

START_TEST(restored_runs_end_in_the_same_bytes)
{
    struct dataset *dataset = days();
    struct inputs_run run;
    struct trainer_progress progress;
    inputs_run_make(&run, dataset, all_inputs[_i]);
    struct bytes whole = end_state(&run.base, 0);
    struct trainer *trainer = fixture_trainer(&run.base);
    do {
        struct error error = {0};
        fixture_turn(trainer, 3);
        struct bytes checkpoint = state_of(trainer);
        trainer_free(trainer);
        trainer = fixture_trainer(&run.base);
        trainer_restore(trainer, checkpoint.data, checkpoint.size, &error);
        ck_assert_ok(error);
        bytes_clear(&checkpoint);
        progress = trainer_progress(trainer);
    } while (progress.step < progress.steps);
    fixture_finish(trainer);
    struct bytes pieced = state_of(trainer);
    expect_same(&pieced, &whole);
    trainer_free(trainer);
    bytes_clear(&whole);
    inputs_run_clear(&run);
    table_free(dataset);
}
END_TEST

static struct model *model_of(const struct inputs_run *run)
{
    struct error error = {0};
    struct trainer *trainer = fixture_trainer(&run->base);
    fixture_finish(trainer);
    struct model *model = trainer_model(trainer, false, NULL, &error);
    ck_assert_ok(error);
    trainer_free(trainer);
    return model;
}

/* ---- the network's document */

static json_t *resolved_of(const struct inputs_run *run)
{
    struct error error = {0};
    json_t *resolved = NULL;
    size_t memory;
    trainer_check(&run->base.setup, &memory, &resolved, &error);
    ck_assert_ok(error);
    return resolved;
}

START_TEST(a_resolved_document_trains_the_same)
{
    struct dataset *dataset = days();
    struct inputs_run run;
    inputs_run_make(&run, dataset, all_inputs[_i]);
    struct bytes first = end_state(&run.base, 0);
    json_t *resolved = resolved_of(&run);
    run.base.setup.network = json_object_get(resolved, "network");
    char *preprocessing = fields_print(json_object_get(resolved, "preprocessing"));
    read_text(&preprocessing_options_kind, preprocessing, &run.base.preprocessing);
    free(preprocessing);
    struct bytes again = end_state(&run.base, 0);
    expect_same(&again, &first);
    bytes_clear(&first);
    json_decref(resolved);
    inputs_run_clear(&run);
    table_free(dataset);
}
END_TEST

START_TEST(a_layer_in_front_embeds_the_categories)
{
    struct dataset *dataset = days();
    struct inputs_run run;
    inputs_run_make(&run, dataset, &embedded);
    json_t *resolved = resolved_of(&run);
    const json_t *layers = json_object_get(json_object_get(resolved, "network"), "layers");
    json_t *columns =
        parse("[{\"column\": \"kind\", \"position\": 1, \"vocabulary\": 4, \"units\": "
              "2}]");
    ck_assert_uint_eq(json_array_size(layers), 5);
    ck_assert(json_equal(json_object_get(json_array_get(layers, 0), "columns"), columns));
    static const char *const inputs[] = {"input", "column_embeddings_1", "column_embeddings_1",
                                         "dense_1, dense_2, column_embeddings_1", "concat_1"};
    for (size_t i = 0; i < ARRAY_COUNT(inputs); i++)
        ck_assert_str_eq(join(json_object_get(json_array_get(layers, i), "input")), inputs[i]);
    json_decref(columns);
    json_decref(resolved);
    inputs_run_clear(&run);
    table_free(dataset);
}
END_TEST

static void expect_refusal(const struct inputs_run *run, const char *expected)
{
    struct error error = {0};
    size_t memory;
    ck_assert_int_eq(trainer_check(&run->base.setup, &memory, NULL, &error), -1);
    ck_assert_msg(strstr(error.message, expected) != NULL, "%s", error.message);
}

START_TEST(another_dataset_s_layer_is_refused)
{
    struct dataset *dataset = days();
    struct inputs_run run;
    inputs_run_make(&run, dataset, &embedded);
    json_t *resolved = resolved_of(&run);
    json_t *network = json_object_get(resolved, "network");
    json_t *layer = json_array_get(json_object_get(network, "layers"), 0);
    json_object_set_new(json_array_get(json_object_get(layer, "columns"), 0), "vocabulary",
                        json_integer(9));
    run.base.setup.network = network;
    expect_refusal(&run, "network.layers[0].columns must be those that the dataset's categories "
                         "give: leave the layer out");
    json_decref(resolved);
    inputs_run_clear(&run);
    table_free(dataset);
}
END_TEST

START_TEST(indices_of_categories_are_not_mixed)
{
    struct dataset *dataset = days();
    struct inputs_run run;
    inputs_run_make(&run, dataset, &embedded);
    read_text(&training_kind, "{\"augmentation\": [\"mixup\"]}", &run.base.training);
    expect_refusal(&run, "layer \"column_embeddings_1\" takes the input as ids");
    read_text(&training_kind, "{\"augmentation\": [\"gaussian_noise\", \"feature_dropout\"]}",
              &run.base.training);
    model_free(model_of(&run));
    inputs_run_clear(&run);
    table_free(dataset);
}
END_TEST

START_TEST(a_network_that_keeps_the_time_is_told_to_flatten)
{
    struct dataset *dataset = days();
    struct inputs_run run;
    struct inputs inputs = windowed;
    inputs.network = "{\"layers\": [{\"type\": \"dense\", \"units\": \"auto\"}]}";
    inputs_run_make(&run, dataset, &inputs);
    expect_refusal(&run, "gives values of shape [6, 1] a row, but the target has 1 values: put "
                         "{\"type\": \"flatten\"} before the last layer");
    inputs_run_clear(&run);
    table_free(dataset);
}
END_TEST

START_TEST(the_way_of_texts_is_written_out)
{
    struct dataset *dataset = days();
    struct inputs_run run;
    inputs_run_make(&run, dataset, &hashed);
    json_t *resolved = resolved_of(&run);
    const json_t *preprocessing = json_object_get(resolved, "preprocessing");
    ck_assert_str_eq(json_string_value(json_object_get(preprocessing, "text")), "hash");
    json_decref(resolved);
    inputs_run_clear(&run);
    inputs_run_make(&run, dataset, &windowed); /* left out: no input is text */
    resolved = resolved_of(&run);
    preprocessing = json_object_get(resolved, "preprocessing");
    ck_assert_str_eq(json_string_value(json_object_get(preprocessing, "text")), "auto");
    json_decref(resolved);
    inputs_run_clear(&run);
    inputs_run_make(&run, dataset, &tokens);
    resolved = resolved_of(&run);
    preprocessing = json_object_get(resolved, "preprocessing");
    ck_assert_str_eq(json_string_value(json_object_get(preprocessing, "text")), "tokens");
    const json_t *layers = json_object_get(json_object_get(resolved, "network"), "layers");
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(layers, 0), "vocabulary")),
                     8);
    json_decref(resolved);
    inputs_run_clear(&run);
    table_free(dataset);
}
END_TEST

START_TEST(without_features_all_columns_are_inputs)
{
    struct dataset *dataset = days();
    struct inputs_run run;
    inputs_run_make(&run, dataset, &windowed);
    run.base.setup.features = NULL;
    struct trainer *trainer = fixture_trainer(&run.base);
    trainer_free(trainer);
    inputs_run_clear(&run);
    table_free(dataset);
}
END_TEST

START_TEST(the_last_windows_validate)
{
    struct dataset *dataset = days();
    struct inputs_run run;
    inputs_run_make(&run, dataset, &windowed);
    struct trainer *trainer = fixture_trainer(&run.base);
    struct trainer_progress progress = trainer_progress(trainer);
    ck_assert_int_eq(progress.validation_rows, 11); /* a fifth of 54 */
    ck_assert_int_eq(progress.rows_per_epoch, 43);
    /* The newest day that is learned from is day 48: the scale shows that no later one was seen. */
    struct error error = {0};
    struct model *model = trainer_model(trainer, false, NULL, &error);
    ck_assert_ok(error);
    json_t *json = preprocessing_write(model->preprocessing);
    const json_t *day = json_array_get(json_object_get(json, "columns"), 0);
    const json_t *scale = json_array_get(json_object_get(day, "scales"), 0);
    /* Days 1 … 48 of the windows that predict days 7 … 49. */
    ck_assert_double_eq_tol(json_number_value(json_object_get(scale, "shift")), 24.5, 1e-9);
    json_decref(json);
    model_free(model);
    trainer_free(trainer);
    inputs_run_clear(&run);
    table_free(dataset);
}
END_TEST

/* ---- models */

static json_t *predict(const struct model *model, const char *request)
{
    struct error error = {0};
    json_t *answer = example_predict(model, request, &error);
    ck_assert_ok(error);
    return answer;
}

START_TEST(a_model_s_file_predicts_the_same)
{
    static const char *const requests[] = {
        "{\"instances\": [[3, \"work\"], [70, \"unseen\"], {\"day\": 1}]}",
        "{\"instances\": [[\"sun and rain\", \"home\"], [\"\", null]]}",
        "{\"instances\": [\"sun and rain\", \"wind\"]}",
        "{\"instances\": [[[1, \"work\", 1], [2, \"home\", 2], [3, null, 3], [4, \"trip\", 4], [5, "
        "\"work\", 5], [6, \"never\", 6]], {\"day\": [1, 2, 3, 4, 5, 6], \"kind\": [\"work\", "
        "\"work\", \"home\", \"trip\", \"work\", null], \"value\": [1, 2, 3, 4, 5, 6]}]}"};
    struct error error = {0};
    struct bytes file = {0};
    struct dataset *dataset = days();
    struct inputs_run run;
    inputs_run_make(&run, dataset, all_inputs[_i]);
    struct model *model = model_of(&run);
    ck_assert_int_eq(model_write(model, &file, &error), 0);
    struct model *back = model_read(file.data, file.size, &error);
    ck_assert_ok(error);
    json_t *expected = predict(model, requests[_i]);
    json_t *found = predict(back, requests[_i]);
    ck_assert(json_equal(expected, found));
    const json_t *predictions = json_object_get(found, "predictions");
    ck_assert(!json_equal(json_array_get(predictions, 0), json_array_get(predictions, 1)));
    json_decref(expected);
    json_decref(found);
    bytes_clear(&file);
    model_free(back);
    model_free(model);
    inputs_run_clear(&run);
    table_free(dataset);
}
END_TEST

/* A series of which the first model saw no "trip" and which the second run has more of. */
START_TEST(an_initial_model_s_categories_are_kept)
{
    const double day[] = {1, 2, 3, 4}, value[] = {2, 4, 6, 8};
    const char *const kind[] = {"home", "work", "home", "work"};
    struct dataset *few = table_create(4), *dataset = days();
    table_add_numbers(few, "day", day);
    table_add_categories(few, "kind", kind);
    table_add_numbers(few, "value", value);
    struct inputs_run run;
    inputs_run_make(&run, few, &embedded);
    struct model *initial = model_of(&run);
    inputs_run_clear(&run);
    inputs_run_make(&run, dataset, &embedded);
    run.base.setup.initial = initial;
    struct model *model = model_of(&run);
    json_t *old = preprocessing_write(initial->preprocessing);
    json_t *kept = preprocessing_write(model->preprocessing);
    ck_assert(json_equal(old, kept));
    ck_assert(json_equal(initial->network->document, model->network->document));
    json_decref(old);
    json_decref(kept);
    model_free(model);
    /* Ranks are no indices: a run that wants them learns its own. */
    read_text(&preprocessing_options_kind, "{\"categorical\": \"ordinal\"}",
              &run.base.preprocessing);
    model = model_of(&run);
    ck_assert_ptr_null(preprocessing_embeddings(model->preprocessing));
    model_free(model);
    model_free(initial);
    inputs_run_clear(&run);
    table_free(few);
    table_free(dataset);
}
END_TEST

static void add_tests(TCase *tests)
{
    int count = (int)ARRAY_COUNT(all_inputs);
    tcase_add_loop_test(tests, any_team_ends_in_the_same_bytes, 0, count);
    tcase_add_loop_test(tests, restored_runs_end_in_the_same_bytes, 0, count);
    tcase_add_loop_test(tests, a_resolved_document_trains_the_same, 0, count);
    tcase_add_test(tests, a_layer_in_front_embeds_the_categories);
    tcase_add_test(tests, another_dataset_s_layer_is_refused);
    tcase_add_test(tests, indices_of_categories_are_not_mixed);
    tcase_add_test(tests, a_network_that_keeps_the_time_is_told_to_flatten);
    tcase_add_test(tests, the_way_of_texts_is_written_out);
    tcase_add_test(tests, without_features_all_columns_are_inputs);
    tcase_add_test(tests, the_last_windows_validate);
    tcase_add_loop_test(tests, a_model_s_file_predicts_the_same, 0, count);
    tcase_add_test(tests, an_initial_model_s_categories_are_kept);
}

int main(void)
{
    return tests_run("trainer_inputs", add_tests);
}

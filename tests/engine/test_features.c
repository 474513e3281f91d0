/* Features: which columns become inputs, which are left out, and why. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/features.h"
#include "tests/check.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 250 };

/* `distinct` different names, one after the other. */
static void add_names(struct dataset *table, const char *name, int distinct)
{
    static char names[ROWS][24];
    const char *categories[ROWS];
    for (int i = 0; i < ROWS; i++) {
        snprintf(names[i], sizeof(names[i]), "name %d", i % distinct);
        categories[i] = names[i];
    }
    table_add_categories(table, name, categories);
}

static void add_text(struct dataset *table)
{
    const char *texts[ROWS];
    for (int i = 0; i < ROWS; i++)
        texts[i] = "long prose";
    table_add_text(table, "story", texts);
}

static struct dataset *mixture(void)
{
    double count[ROWS];
    double shuffled[ROWS];
    double missing[ROWS];
    double same[ROWS];
    for (int i = 0; i < ROWS; i++) {
        count[i] = i + 1;
        shuffled[i] = (i * 7) % ROWS;
        missing[i] = (double)NAN;
        same[i] = 4;
    }
    struct dataset *table = table_create(ROWS);
    table_add_numbers(table, "PassengerId", shuffled);
    table_add_numbers(table, "year", count);
    table_add_numbers(table, "paid", count);
    table_add_numbers(table, "nothing", missing);
    table_add_numbers(table, "same", same);
    add_text(table);
    add_names(table, "ticket", 200);
    add_names(table, "few", 90);
    table_add_numbers(table, "target", count);
    return table;
}

/* The reason for which a column was left out; "" where it was not. */
static const char *reason_of(const struct preprocessing *learned, const char *column)
{
    size_t i;
    const json_t *item;
    json_array_foreach(preprocessing_left_out(learned), i, item)
    {
        if (strcmp(json_string_value(json_object_get(item, "column")), column) == 0)
            return json_string_value(json_object_get(item, "reason"));
    }
    return "";
}

START_TEST(columns_of_no_use_are_left_out_with_a_reason)
{
    struct dataset *table = mixture();
    struct preprocessing *learned = learn(table, &(struct job){0});
    ck_assert_str_eq(join(preprocessing_columns(learned)), "year, paid, same, few");
    ck_assert_uint_eq(json_array_size(preprocessing_left_out(learned)), 4);
    ck_assert_ptr_nonnull(strstr(reason_of(learned, "PassengerId"), "identifier"));
    ck_assert_ptr_nonnull(strstr(reason_of(learned, "nothing"), "no values"));
    ck_assert_ptr_nonnull(strstr(reason_of(learned, "story"), "text with "));
    ck_assert_ptr_nonnull(strstr(reason_of(learned, "ticket"), "200 different values"));
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(included_columns_are_taken_whatever_they_are)
{
    struct dataset *table = mixture();
    struct job job = {.features =
                          "{\"include\": [\"ticket\", \"PassengerId\", \"same\", \"nothing\"]}"};
    struct preprocessing *learned = learn(table, &job);
    ck_assert_str_eq(join(preprocessing_columns(learned)), "PassengerId, nothing, same, ticket");
    ck_assert_uint_eq(json_array_size(preprocessing_left_out(learned)), 0);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(texts_are_inputs_where_nothing_else_is_left)
{
    struct dataset *table = mixture();
    struct job job = {.features = "{\"exclude\": [\"year\", \"paid\", \"few\", \"same\"]}"};
    struct preprocessing *learned = learn(table, &job);
    ck_assert_str_eq(join(preprocessing_columns(learned)), "story, ticket");
    ck_assert_str_eq(preprocessing_text(learned), "hash");
    ck_assert_int_eq(preprocessing_input_shape(learned).dims[0], 2 * 1024);
    ck_assert_uint_eq(json_array_size(preprocessing_left_out(learned)), 2);
    preprocessing_free(learned);
    job.features = "{\"exclude\": [\"year\", \"paid\", \"few\", \"same\", \"ticket\"]}";
    job.reads_tokens = true;
    learned = learn(table, &job);
    ck_assert_str_eq(join(preprocessing_columns(learned)), "story");
    ck_assert_str_eq(preprocessing_text(learned), "tokens");
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(a_column_s_own_options_go_over_the_job_s)
{
    struct dataset *table = mixture();
    struct job job = {.features = "{\"include\": [\"story\", \"few\", \"year\"]}",
                      .preprocessing = "{\"text_slots\": 8, \"numeric\": \"none\", \"columns\": "
                                       "{\"few\": {\"text\": \"hash\", \"text_slots\": 5}}}"};
    struct preprocessing *learned = learn(table, &job);
    ck_assert_int_eq(preprocessing_input_shape(learned).dims[0], 1 + 8 + 5);
    float *x = encode_all(learned, table);
    ck_assert_float_eq(x[14], 2); /* year, as it is */
    free(x);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(excluded_columns_are_not_inputs)
{
    struct dataset *table = mixture();
    struct job job = {.features = "{\"exclude\": [\"paid\", \"target\", \"story\"]}"};
    struct preprocessing *learned = learn(table, &job);
    ck_assert_str_eq(join(preprocessing_columns(learned)), "year, same, few");
    ck_assert_str_eq(reason_of(learned, "story"), "");
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(wishes_that_cannot_be_are_refused)
{
    static const struct {
        struct job job;
        enum error_code code;
        const char *message;
    } cases[] = {
        {{.features = "{\"include\": \"yaer\"}"}, ERROR_INVALID, "features.include[0] \"yaer\""},
        {{.features = "{\"exclude\": \"yaer\"}"}, ERROR_INVALID, "did you mean \"year\"?"},
        {{.features = "{\"include\": \"target\"}"}, ERROR_INVALID, "is the target"},
        {{.features = "{\"include\": \"year\", \"exclude\": \"year\"}"}, ERROR_INVALID, "too"},
        {{.features =
              "{\"exclude\": [\"year\", \"paid\", \"few\", \"same\", \"story\", \"ticket\"]}"},
         ERROR_INVALID,
         "no column is left"},
        {{.preprocessing = "{\"columns\": {\"yaer\": {}}}"},
         ERROR_INVALID,
         "did you mean \"year\"?"},
        {{.preprocessing = "{\"columns\": {\"nothing\": {}}}"}, ERROR_INVALID, "not an input"},
        {{.preprocessing = "{\"columns\": [\"year\"]}"}, ERROR_INVALID, "by column name"},
        {{.preprocessing = "{\"columns\": {\"year\": {\"numeric\": \"log\"}}}"},
         ERROR_INVALID,
         "preprocessing.columns.year.numeric"},
        {{.preprocessing = "{\"columns\": {\"year\": {\"categorical\": \"ordinal\"}}}"},
         ERROR_INVALID,
         "has no categories"},
        {{.preprocessing = "{\"columns\": {\"few\": {\"numeric\": \"none\"}}}"},
         ERROR_INVALID,
         "has no numbers"},
        {{.preprocessing = "{\"columns\": {\"few\": {\"text_slots\": 8}}}"},
         ERROR_INVALID,
         "has no texts: the column is of type category; \"text\": \"hash\" takes it as texts"},
        {{.preprocessing = "{\"columns\": {\"year\": 3}}"},
         ERROR_INVALID,
         "preprocessing.columns.year must be"},
        {{.preprocessing = "{\"columns\": {\"few\": {\"text\": \"tokens\"}}}"},
         ERROR_INVALID,
         "cannot be \"tokens\" for \"few\" beside other inputs"},
    };
    struct dataset *table = mixture();
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        enum error_code code;
        const char *message = learn_refusal(table, &cases[i].job, &code);
        ck_assert_msg(strstr(message, cases[i].message) != NULL, "%s", message);
        ck_assert_int_eq(code, cases[i].code);
    }
    table_free(table);
}
END_TEST

START_TEST(tensors_stand_alone)
{
    const float floats[] = {1, 2};
    const double numbers[] = {1, 2};
    enum error_code code;
    struct dataset *table = table_create(2);
    table_add_floats(table, "features", (struct shape){.rank = 1, .dims = {1}}, floats);
    table_add_numbers(table, "weight", numbers);
    table_add_numbers(table, "label", numbers);
    ck_assert_ptr_nonnull(
        strstr(learn_refusal(table, &(struct job){0}, &code), "cannot be combined"));
    ck_assert_int_eq(code, ERROR_INVALID);
    table_free(table);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, columns_of_no_use_are_left_out_with_a_reason);
    tcase_add_test(tests, included_columns_are_taken_whatever_they_are);
    tcase_add_test(tests, texts_are_inputs_where_nothing_else_is_left);
    tcase_add_test(tests, a_column_s_own_options_go_over_the_job_s);
    tcase_add_test(tests, excluded_columns_are_not_inputs);
    tcase_add_test(tests, wishes_that_cannot_be_are_refused);
    tcase_add_test(tests, tensors_stand_alone);
}

int main(void)
{
    return tests_run("features", add_tests);
}

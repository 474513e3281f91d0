/* Columns of texts: hashed words and tokens, from datasets and from clients. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/vocabulary.h"
#include "tests/check.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Texts and labels and nothing else. */
static struct dataset *messages(void)
{
    const char *const texts[] = {"b A a", "a", "", "B c, c c"};
    const char *const labels[] = {"x", "y", "x", "y"};
    struct dataset *table = table_create(4);
    table_add_text(table, "text", texts);
    table_add_categories(table, "label", labels);
    return table;
}

/* An error of the document whose message has `expected` in it. */
static void expect_refusal(const struct error *error, const char *expected)
{
    ck_assert_int_eq(error->code, ERROR_INVALID);
    ck_assert_msg(strstr(error->message, expected) != NULL, "%s", error->message);
}

static struct preprocessing *pass_through_file(struct preprocessing *learned_taken)
{
    struct error error = {0};
    json_t *written = preprocessing_write(learned_taken);
    AUTO_FREE char *text = fields_print(written);
    json_t *json = parse(text);
    struct preprocessing *back = preprocessing_read(json, &error);
    ck_assert_ok(error);
    json_decref(json);
    json_decref(written);
    preprocessing_free(learned_taken);
    return back;
}

static void expect_json(const struct preprocessing *learned, const char *text,
                        const float *expected, size_t count)
{
    struct error error = {0};
    json_t *json = parse(text);
    AUTO_FREE float *x = calloc(count, sizeof(*x));
    ck_assert_int_eq(preprocessing_encode_json(learned, json, "instances[0]", x, &error), 0);
    expect_floats(x, expected, count);
    json_decref(json);
}

/* FNV-1a modulo 16: "a" 12, "b" 5, "c" 2, "," 11, "b a" 10, "a a" 15. */
START_TEST(hashed_words_are_roots_of_their_counts)
{
    struct dataset *table = messages();
    struct job job = {.preprocessing = "{\"text_slots\": 16}"};
    struct preprocessing *learned = pass_through_file(learn(table, &job));
    ck_assert_str_eq(preprocessing_text(learned), "hash");
    ck_assert_int_eq(preprocessing_input_shape(learned).dims[0], 16);
    AUTO_FREE float *x = encode_all(learned, table);
    const float first[16] = {[5] = 1, [12] = sqrtf(2)};
    const float last[16] = {[2] = sqrtf(3), [5] = 1, [11] = 1};
    const float none[16] = {0};
    expect_floats(x, first, 16);
    expect_floats(x + 32, none, 16);
    expect_floats(x + 48, last, 16);
    expect_json(learned, "[\"b A a\"]", first, 16);
    expect_json(learned, "\"b A a\"", first, 16);
    expect_json(learned, "{\"text\": \"b A a\"}", first, 16);
    expect_json(learned, "[null]", none, 16);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(bigrams_are_words_as_well)
{
    struct dataset *table = messages();
    struct job job = {
        .preprocessing = "{\"columns\": {\"text\": {\"text_slots\": 16, \"text_bigrams\": true}}}"};
    struct preprocessing *learned = pass_through_file(learn(table, &job));
    const float expected[16] = {[5] = 1, [10] = 1, [12] = sqrtf(2), [15] = 1};
    AUTO_FREE float *x = encode_all(learned, table);
    expect_floats(x, expected, 16);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

/* By frequency: a 3, c 3, b 2, "," 1; equal ones by their bytes. */
START_TEST(tokens_stand_behind_their_padding)
{
    struct dataset *table = messages();
    struct job job = {.preprocessing = "{\"text_vocabulary\": 3}", .reads_tokens = true};
    struct preprocessing *learned = pass_through_file(learn(table, &job));
    ck_assert_str_eq(preprocessing_text(learned), "tokens");
    ck_assert_int_eq(preprocessing_vocabulary(learned), 2 + 3);
    struct shape shape = preprocessing_input_shape(learned);
    ck_assert_int_eq(shape.rank, 1);
    ck_assert_int_eq(shape.dims[0], 5); /* as long as the longest: there are few */
    AUTO_FREE float *x = encode_all(learned, table);
    const float expected[] = {0, 0, 4, 2, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 4, 3, 1, 3, 3};
    expect_floats(x, expected, ARRAY_COUNT(expected));
    expect_json(learned, "\"zebra C\"", (float[]){0, 0, 0, 1, 3}, 5);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(an_embedding_s_vocabulary_limits_the_words)
{
    struct dataset *table = messages();
    struct job job = {.reads_tokens = true, .vocabulary = 4};
    struct preprocessing *learned = learn(table, &job);
    ck_assert_int_eq(preprocessing_vocabulary(learned), 4);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(long_texts_are_cut_behind)
{
    struct dataset *table = messages();
    struct job job = {.preprocessing = "{\"text\": \"tokens\", \"text_length\": 2}"};
    struct preprocessing *learned = learn(table, &job);
    AUTO_FREE float *x = encode_all(learned, table);
    const float expected[] = {4, 2, 0, 2, 0, 0, 4, 3};
    expect_floats(x, expected, ARRAY_COUNT(expected));
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(the_length_leaves_out_the_longest_texts)
{
    enum { ROWS = 100 };
    static char texts[ROWS][1024];
    const char *pointers[ROWS];
    double labels[ROWS];
    for (int row = 0; row < ROWS; row++) {
        int words = row < 95 ? 7 : 300;
        for (int i = 0; i < words; i++)
            strcat(texts[row], "w ");
        pointers[row] = texts[row];
        labels[row] = row % 2;
    }
    struct dataset *table = table_create(ROWS);
    table_add_text(table, "text", pointers);
    table_add_numbers(table, "label", labels);
    struct job job = {.preprocessing = "{\"text\": \"tokens\"}"};
    struct preprocessing *learned = learn(table, &job);
    ck_assert_int_eq(preprocessing_input_shape(learned).dims[0], 7);
    preprocessing_free(learned);
    const uint32_t longest[] = {95, 96, 97, 98, 99};
    learned = learn_rows(table, &job, longest, 5, NULL);
    ck_assert_int_eq(preprocessing_input_shape(learned).dims[0], 256);
    ck_assert_int_eq(preprocessing_vocabulary(learned), 3);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

START_TEST(words_come_from_the_training_rows_alone)
{
    const uint32_t rows[] = {1, 2};
    struct dataset *table = messages();
    struct job job = {.preprocessing = "{\"text\": \"tokens\", \"text_length\": 3}"};
    struct preprocessing *learned = learn_rows(table, &job, rows, 2, NULL);
    ck_assert_int_eq(preprocessing_vocabulary(learned), 3);
    AUTO_FREE float *x = encode_all(learned, table);
    expect_floats(x, (float[]){1, 2, 2}, 3);
    preprocessing_free(learned);
    table_free(table);
}
END_TEST

/* A small table's texts look like categories. */
START_TEST(categories_give_texts_where_they_are_asked_to)
{
    const char *const texts[] = {"b A a", "a", NULL, "B c, c c"};
    const double labels[] = {0, 1, 0, 1};
    struct dataset *small = table_create(4), *table = messages();
    table_add_categories(small, "text", texts);
    table_add_numbers(small, "label", labels);
    struct job job = {.preprocessing =
                          "{\"text_slots\": 16, \"columns\": {\"text\": {\"text\": \"hash\"}}}"};
    struct preprocessing *learned = learn(small, &job);
    struct preprocessing *of_text = learn(table, &job);
    AUTO_FREE float *x = encode_all(learned, small);
    AUTO_FREE float *other = encode_all(of_text, small);
    AUTO_FREE float *expected = encode_all(of_text, table);
    expect_floats(x, expected, 64);
    expect_floats(other, expected, 64);
    preprocessing_free(learned);
    preprocessing_free(of_text);
    table_free(small);
    table_free(table);
}
END_TEST

START_TEST(texts_that_cannot_be_are_refused)
{
    static const struct {
        struct job job;
        const char *message;
    } cases[] = {
        {{.preprocessing = "{\"text\": \"tokens\"}",
          .features = "{\"include\": [\"text\", \"n\"]}"},
         "preprocessing.text cannot be \"tokens\" for \"text\" beside other inputs"},
        {{.preprocessing = "{\"text\": \"words\"}"}, "preprocessing.text"},
        {{.preprocessing = "{\"text_slots\": 0}"}, "preprocessing.text_slots"},
        {{.preprocessing = "{\"text_length\": \"long\"}"}, "preprocessing.text_length"},
        {{.preprocessing = "{\"columns\": {\"n\": {\"text\": \"hash\"}}}"},
         "preprocessing.columns.n has no texts"},
        {{.preprocessing = "{\"columns\": {\"text\": {\"categorical\": \"ordinal\"}}}",
          .features = "{\"include\": \"text\"}"},
         "preprocessing.columns.text has no categories"},
    };
    const double numbers[] = {1, 2, 3, 4};
    const char *const texts[] = {"b A a", "a", "", "B c, c c"};
    struct dataset *table = table_create(4);
    table_add_text(table, "text", texts);
    table_add_numbers(table, "n", numbers);
    table_add_numbers(table, "target", numbers);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        enum error_code code;
        const char *message = learn_refusal(table, &cases[i].job, &code);
        ck_assert_msg(strstr(message, cases[i].message) != NULL, "%s", message);
        ck_assert_int_eq(code, ERROR_INVALID);
    }
    table_free(table);
}
END_TEST

START_TEST(damaged_texts_of_a_model_are_refused)
{
    static const struct {
        const char *encoder, *message;
    } cases[] = {
        {"\"text_hash\", \"bigrams\": false", "as \"slots\""},
        {"\"text_hash\", \"slots\": 0", "as \"slots\""},
        {"\"text_hash\", \"slots\": 1e3", "as \"slots\""},
        {"\"text_hash\", \"slots\": 9999999999", "as \"slots\""},
        {"\"text_tokens\", \"words\": [\"a\"]", "as \"length\""},
        {"\"text_tokens\", \"words\": [\"a\", \"a\"], \"length\": 2", "\"a\" is there twice"},
        {"\"text_tokens\", \"words\": [1], \"length\": 2", "must be an array of strings"},
        {"\"text_tokens\", \"length\": 2", "must be an array of strings"},
        {"\"embedded\"", "must be an array of strings"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error error = {0};
        char text[512];
        snprintf(text, sizeof(text),
                 "{\"version\": 1, \"columns\": [{\"column\": \"t\", \"encoder\": %s}], "
                 "\"left_out\": [], \"unused\": [], \"task\": \"values\", \"targets\": "
                 "[{\"column\": \"y\", \"type\": \"number\", \"scale\": {\"shift\": 0, "
                 "\"scale\": 1, \"fill\": 0}}]}",
                 cases[i].encoder);
        json_t *json = parse(text);
        ck_assert_ptr_null(preprocessing_read(json, &error));
        expect_refusal(&error, cases[i].message);
        json_decref(json);
    }
}
END_TEST

START_TEST(the_most_frequent_words_of_very_many_are_kept)
{
    enum { WORDS = 200000, MOST = 3 };
    struct error error = {0};
    struct vocabulary vocabulary = {.count = 0};
    struct labels labels = {0};
    for (int i = 0; i < WORDS; i++) {
        struct word word;
        word.length = (size_t)snprintf(word.text, sizeof(word.text), "%d", i % (WORDS - 5));
        ck_assert_int_eq(vocabulary_add(&vocabulary, &word, &error), 0);
    }
    ck_assert_uint_eq(vocabulary.count, WORDS - 5);
    ck_assert_int_eq(vocabulary_rank(&vocabulary, MOST, &labels, &error), 0);
    ck_assert_uint_eq(labels.count, MOST);
    for (uint32_t i = 0; i < MOST; i++)
        ck_assert_int_eq(labels.items[i].text[0], (int)('0' + i));
    vocabulary_clear(&vocabulary);
    labels_clear(&labels);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, hashed_words_are_roots_of_their_counts);
    tcase_add_test(tests, bigrams_are_words_as_well);
    tcase_add_test(tests, tokens_stand_behind_their_padding);
    tcase_add_test(tests, an_embedding_s_vocabulary_limits_the_words);
    tcase_add_test(tests, long_texts_are_cut_behind);
    tcase_add_test(tests, the_length_leaves_out_the_longest_texts);
    tcase_add_test(tests, words_come_from_the_training_rows_alone);
    tcase_add_test(tests, categories_give_texts_where_they_are_asked_to);
    tcase_add_test(tests, texts_that_cannot_be_are_refused);
    tcase_add_test(tests, damaged_texts_of_a_model_are_refused);
    tcase_add_test(tests, the_most_frequent_words_of_very_many_are_kept);
}

int main(void)
{
    return tests_run("text", add_tests);
}

/* Command lines, and what they put into a document. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/difference.h"
#include "clients/propctl/document.h"
#include "clients/propctl/options.h"
#include "tests/run.h"

static const struct option own[] = {
    {"output", "FILE", "", 'o'}, {"follow", NULL, "", 0}, {.name = NULL}};
static const struct option common[] = {{"url", "URL", "", 0}, {.name = NULL}};

static enum outcome read_words(struct arguments *arguments, const char *const *words)
{
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    return arguments_read(arguments, words, count, own, common);
}

START_TEST(options_stand_anywhere)
{
    struct arguments arguments AUTO_CLEANUP(arguments_clear) = {0};
    const char *words[] = {"a", "--output", "x", "b", "--follow", "--url=u=v", "-o", "y", NULL};
    ck_assert_int_eq(read_words(&arguments, words), OUTCOME_OK);
    ck_assert_uint_eq(arguments.count, 2);
    ck_assert_str_eq(arguments.words[1], "b");
    ck_assert_str_eq(option_text(&arguments, "output"), "y");
    ck_assert_str_eq(option_text(&arguments, "url"), "u=v");
    ck_assert(option_given(&arguments, "follow"));
}
END_TEST

START_TEST(numbers_and_what_follows_two_dashes_are_words)
{
    struct arguments arguments AUTO_CLEANUP(arguments_clear) = {0};
    const char *words[] = {"-1.5", "-", "-.5", "--", "--follow", NULL};
    ck_assert_int_eq(read_words(&arguments, words), OUTCOME_OK);
    ck_assert_uint_eq(arguments.count, 4);
    ck_assert(!option_given(&arguments, "follow"));
}
END_TEST

START_TEST(wrong_options_are_refused)
{
    static const char *const lines[][3] = {{"--folow", NULL, NULL},  {"--follow=yes", NULL, NULL},
                                           {"--output", NULL, NULL}, {"-x", NULL, NULL},
                                           {"--o", "x", NULL},       {"-output", "x", NULL}};
    for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
        struct arguments arguments AUTO_CLEANUP(arguments_clear) = {0};
        ck_assert_int_eq(read_words(&arguments, lines[i]), OUTCOME_USAGE);
    }
}
END_TEST

START_TEST(numbers_are_held_to_their_bounds)
{
    static const struct {
        const char *text;
        enum outcome outcome;
        double number;
    } cases[] = {{"--url=5", OUTCOME_OK, 5},      {"--url=10", OUTCOME_OK, 10},
                 {"--url=0.5", OUTCOME_USAGE, 3}, {"--url=11", OUTCOME_USAGE, 3},
                 {"--url=5x", OUTCOME_USAGE, 3},  {"--url=", OUTCOME_USAGE, 3},
                 {"--url=nan", OUTCOME_USAGE, 3}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arguments arguments AUTO_CLEANUP(arguments_clear) = {0};
        const char *words[] = {cases[i].text, NULL};
        double number = 3;
        ck_assert_int_eq(read_words(&arguments, words), OUTCOME_OK);
        ck_assert_int_eq(option_number(&arguments, "url", 1, 10, &number), cases[i].outcome);
        ck_assert_double_eq(number, cases[i].number);
    }
}
END_TEST

START_TEST(options_that_exclude_each_other_are_refused)
{
    struct arguments one AUTO_CLEANUP(arguments_clear) = {0};
    struct arguments both AUTO_CLEANUP(arguments_clear) = {0};
    ck_assert_int_eq(read_words(&one, (const char *[]){"--url=u", NULL}), OUTCOME_OK);
    ck_assert_int_eq(options_exclude(&one, "url", "follow"), OUTCOME_OK);
    ck_assert_int_eq(options_exclude(&one, "follow", "url"), OUTCOME_OK);
    ck_assert_int_eq(read_words(&both, (const char *[]){"--url=u", "--follow", NULL}), OUTCOME_OK);
    ck_assert_int_eq(options_exclude(&both, "url", "follow"), OUTCOME_USAGE);
}
END_TEST

START_TEST(paths_make_objects_on_their_way)
{
    json_auto_t *document = json_loads("{\"layers\": [{\"units\": 4}], \"name\": \"x\"}", 0, NULL);
    ck_assert(document_set(document, "training.optimizer.type", json_string("adam")));
    ck_assert(document_set(document, "layers.0.units", json_integer(8)));
    ck_assert(!document_set(document, "name.first", json_integer(8)));
    ck_assert(!document_set(document, "layers.7", json_integer(8)));
    ck_assert(!document_set(document, "", json_integer(8)));
    ck_assert(!document_set(document, "layers.out.units", json_integer(9)));
    ck_assert(!document_set(document, "layers..units", json_integer(9)));
    ck_assert(!document_set(document, "layers.0x", json_integer(9)));
    ck_assert(!document_set(document, "layers.-1", json_integer(9)));
    char *AUTO_FREE text = json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS);
    ck_assert_str_eq(text, "{\"layers\":[{\"units\":8}],\"name\":\"x\","
                           "\"training\":{\"optimizer\":{\"type\":\"adam\"}}}");
}
END_TEST

START_TEST(only_what_differs_is_told)
{
    json_auto_t *a = json_loads("{\"x\": 1, \"l\": [1, {\"u\": 2}], \"only\": true}", 0, NULL);
    json_auto_t *b = json_loads("{\"x\": 1, \"l\": [1, {\"u\": 3}, 9]}", 0, NULL);
    json_auto_t *rows = json_array();
    difference_add(rows, "spec", a, b);
    char *AUTO_FREE text = json_dumps(rows, JSON_COMPACT);
    ck_assert_str_eq(text, "[{\"path\":\"spec.l.1.u\",\"a\":2,\"b\":3},"
                           "{\"path\":\"spec.l.2\",\"a\":null,\"b\":9},"
                           "{\"path\":\"spec.only\",\"a\":true,\"b\":null}]");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, options_stand_anywhere);
    tcase_add_test(tests, numbers_and_what_follows_two_dashes_are_words);
    tcase_add_test(tests, wrong_options_are_refused);
    tcase_add_test(tests, numbers_are_held_to_their_bounds);
    tcase_add_test(tests, options_that_exclude_each_other_are_refused);
    tcase_add_test(tests, paths_make_objects_on_their_way);
    tcase_add_test(tests, only_what_differs_is_told);
}

int main(void)
{
    return tests_run("options", add_tests);
}

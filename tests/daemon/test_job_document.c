/* SPDX-License-Identifier: Apache-2.0 */
/* The job document: what it takes, its defaults, and what is said of wrong ones. */
#include "daemon/job_document.h"
#include "tests/check.h"

#include <string.h>

#define LEAST "\"dataset\": \"iris\", \"network\": {\"layers\": []}"

/* Reads a document out of its text. */
static int read_document(const char *text, struct job_document *document, struct error *error)
{
    json_auto_t *json = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(json);
    return fields_read(&job_document_kind, json, document, "", error);
}

START_TEST(defaults_are_filled_in)
{
    struct error error = {0};
    struct job_document document;
    read_document("{" LEAST "}", &document, &error);
    ck_assert_ok(error);
    ck_assert_ptr_null(document.name);
    ck_assert_ptr_null(document.initial_model);
    ck_assert_int_eq(document.threads, 1);
    ck_assert_int_eq(document.priority, 0);
    ck_assert(!document.dry_run);
    ck_assert_int_eq(document.training->epochs, 10);
    ck_assert_ptr_nonnull(document.preprocessing);
    fields_clear(&job_document_kind, &document);
}
END_TEST

START_TEST(features_and_window_may_be_null)
{
    struct error error = {0};
    struct job_document document;
    read_document("{" LEAST ", \"features\": null, \"window\": null}", &document, &error);
    ck_assert_ok(error);
    const struct trainer_setup setup = job_document_setup(&document);
    ck_assert_ptr_null(setup.features);
    ck_assert_ptr_null(setup.window);
    fields_clear(&job_document_kind, &document);
}
END_TEST

START_TEST(setup_borrows_the_documents_parts)
{
    struct error error = {0};
    struct job_document document;
    read_document("{" LEAST ", \"target\": [\"species\"]}", &document, &error);
    ck_assert_ok(error);
    const struct trainer_setup setup = job_document_setup(&document);
    ck_assert_ptr_eq(setup.network, document.network);
    ck_assert_ptr_eq(setup.training, document.training);
    ck_assert_ptr_eq(setup.preprocessing, document.preprocessing);
    ck_assert_ptr_eq(setup.features, document.features);
    ck_assert_uint_eq(setup.targets->count, 1);
    ck_assert_ptr_null(setup.dataset);
    fields_clear(&job_document_kind, &document);
}
END_TEST

/* Document, code, words of the message. */
static const struct {
    const char *text;
    enum error_code code;
    const char *words;
} wrong[] = {
    {"{\"network\": {\"layers\": []}}", ERROR_INVALID, "dataset"},
    {"{\"dataset\": \"iris\"}", ERROR_INVALID, "network"},
    {"{" LEAST ", \"training\": null}", ERROR_INVALID, "training must be an object, not null"},
    {"{" LEAST ", \"preprocessing\": null}", ERROR_INVALID, "preprocessing must be an object"},
    {"{" LEAST ", \"window\": {\"by\": \"date\"}}", ERROR_INVALID, "window.length is required"},
    {"{\"dataset\": \"iris\", \"network\": []}", ERROR_INVALID, "network must be an object"},
    {"{" LEAST ", \"name\": \"-x\"}", ERROR_INVALID, "name must begin with a letter"},
    {"{" LEAST ", \"threads\": 0}", ERROR_INVALID, "threads must be between 1 and 256"},
    {"{" LEAST ", \"priority\": 1001}", ERROR_INVALID, "priority"},
    {"{" LEAST ", \"tags\": []}", ERROR_INVALID, "tags must be an object"},
    {"{" LEAST ", \"tags\": {\"team\": 1}}", ERROR_INVALID, "tags has \"team\""},
    {"{" LEAST ", \"epochs\": 1}", ERROR_INVALID, "epochs"},
};

START_TEST(wrong_documents_are_refused_by_name)
{
    struct error error = {0};
    struct job_document document;
    ck_assert_int_eq(read_document(wrong[_i].text, &document, &error), -1);
    ck_assert_str_eq(error_code_name(error.code), error_code_name(wrong[_i].code));
    ck_assert_msg(strstr(error.message, wrong[_i].words) != NULL, "\"%s\" does not say \"%s\"",
                  error.message, wrong[_i].words);
}
END_TEST

START_TEST(names_are_short_and_plain)
{
    char long_name[66];
    memset(long_name, 'a', 65);
    long_name[65] = '\0';
    ck_assert(job_name_valid("iris-2.b_C"));
    ck_assert(job_name_valid("7"));
    ck_assert(job_name_valid(long_name + 1));
    ck_assert(!job_name_valid(long_name));
    ck_assert(!job_name_valid(""));
    ck_assert(!job_name_valid(".iris"));
    ck_assert(!job_name_valid("iris@2"));
    ck_assert(!job_name_valid("a b"));
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, defaults_are_filled_in);
    tcase_add_test(tests, features_and_window_may_be_null);
    tcase_add_test(tests, setup_borrows_the_documents_parts);
    tcase_add_loop_test(tests, wrong_documents_are_refused_by_name, 0, (int)ARRAY_COUNT(wrong));
    tcase_add_test(tests, names_are_short_and_plain);
}

int main(void)
{
    return tests_run("job_document", add_tests);
}

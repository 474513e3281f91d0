/* Previews of augmented rows of a table. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <string.h>

#define PREVIEW "/v1/augmentations:preview"

static void set_up(void)
{
    test_open();
    test_upload_table("table");
}

START_TEST(rows_come_before_and_after_by_name)
{
    json_auto_t *answer = test_json(
        200, "POST", PREVIEW,
        "{\"dataset\": \"table\", \"augmentation\": [\"gaussian_noise\"], \"rows\": [3, 59, 0]}");
    json_auto_t *columns = json_pack("[s, s]", "x", "y");
    const json_t *rows = json_object_get(answer, "rows");
    ck_assert(json_equal(json_object_get(answer, "columns"), columns));
    ck_assert_uint_eq(json_array_size(rows), 3);
    const json_t *row = json_array_get(rows, 1);
    ck_assert_int_eq(json_integer_value(json_object_get(row, "row")), 59);
    ck_assert_str_eq(json_string_value(json_object_get(row, "label")), "far");
    ck_assert_uint_eq(json_array_size(json_object_get(row, "before")), 2);
    ck_assert_uint_eq(json_array_size(json_object_get(row, "after")), 2);
    ck_assert(!json_equal(json_object_get(row, "before"), json_object_get(row, "after")));
}
END_TEST

START_TEST(first_rows_are_shown_where_none_are_named)
{
    json_auto_t *eight =
        test_json(200, "POST", PREVIEW, "{\"dataset\": \"table\", \"augmentation\": \"mixup\"}");
    json_auto_t *all =
        test_json(200, "POST", PREVIEW,
                  "{\"dataset\": \"table\", \"augmentation\": \"mixup\", \"count\": 64}");
    ck_assert_uint_eq(json_array_size(json_object_get(eight, "rows")), 8);
    ck_assert_uint_eq(json_array_size(json_object_get(all, "rows")), 60);
}
END_TEST

START_TEST(whole_job_document_is_taken_and_checked)
{
    static const char job[] =
        "{\"dataset\": \"table\", \"target\": \"kind\", \"name\": \"n\", \"network\": {\"layers\": "
        "[{\"type\": \"dense\", \"units\": %s, \"activation\": \"softmax\"}]}, \"training\": "
        "{\"epochs\": 2, \"augmentation\": [{\"type\": \"feature_dropout\", \"rate\": 1}]}}";
    char text[512];
    (void)snprintf(text, sizeof text, job, "\"auto\"");
    json_auto_t *answer = test_json(200, "POST", PREVIEW, text);
    json_auto_t *zeros = json_pack("[f, f]", 0.0, 0.0);
    const json_t *row = json_array_get(json_object_get(answer, "rows"), 0);
    ck_assert(json_equal(json_object_get(row, "after"), zeros));
    (void)snprintf(text, sizeof text, job, "7");
    test_problem(422, "invalid", "network gives 7 values a row", "POST", PREVIEW, NULL, text);
}
END_TEST

START_TEST(what_cannot_be_shown_is_refused)
{
    test_problem(422, "invalid", "augmentation[0].type", "POST", PREVIEW, NULL,
                 "{\"dataset\": \"table\", \"augmentation\": [\"random_flip\"]}");
    test_problem(422, "invalid", "augmentation is required", "POST", PREVIEW, NULL,
                 "{\"dataset\": \"table\"}");
    test_problem(422, "invalid", "between 0 and 59", "POST", PREVIEW, NULL,
                 "{\"dataset\": \"table\", \"augmentation\": [\"mixup\"], \"rows\": [60]}");
    test_problem(422, "invalid", "no dataset", "POST", PREVIEW, NULL,
                 "{\"dataset\": \"nobody\", \"augmentation\": [\"mixup\"]}");
    test_problem(422, "invalid", "the document must be an object", "POST", PREVIEW, NULL, "[]");
    test_problem(400, "malformed", "line 1", "POST", PREVIEW, NULL, "{");
    test_problem(406, "not_acceptable", "[2] are no pictures", "POST", PREVIEW,
                 "Accept: image/png\n", "{\"dataset\": \"table\", \"augmentation\": [\"mixup\"]}");
    test_problem(405, "method_not_allowed", "POST", "GET", PREVIEW, NULL, NULL);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, test_close);
    tcase_add_test(tests, rows_come_before_and_after_by_name);
    tcase_add_test(tests, first_rows_are_shown_where_none_are_named);
    tcase_add_test(tests, whole_job_document_is_taken_and_checked);
    tcase_add_test(tests, what_cannot_be_shown_is_refused);
}

int main(void)
{
    return tests_run("augmentations", add_tests);
}

/* Jobs from submission to removal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static const char long_job[] =
    "{\"dataset\": \"table\", \"target\": \"kind\", \"network\": {\"layers\": [{\"type\": "
    "\"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}, \"training\": {\"epochs\": "
    "1000000}}";

static const char *text(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

static void submit_long(char target[128])
{
    struct reply reply = test_call("POST", "/v1/jobs", NULL, long_job);
    ck_assert_msg(reply.status == 202, "%.*s", (int)reply.body.size, (char *)reply.body.data);
    (void)snprintf(target, 128, "%s", reply_header_value(&reply, "Location"));
    reply_clear(&reply);
}

START_TEST(a_job_shows_all_that_clients_rely_on)
{
    static const char *const members[] = {
        "id",       "name",       "state",         "priority",    "position", "progress",
        "epoch",    "epochs",     "step",          "steps",       "eta_s",    "samples_per_s",
        "metrics",  "best",       "patience_left", "model",       "error",    "attempt",
        "seq",      "created_at", "started_at",    "finished_at", "spec",     "tags",
        "settings", "verifies",   "verification"};
    char id[ID_SIZE], target[128];
    test_upload_table("table");
    test_train("table", id);
    (void)snprintf(target, sizeof target, "/v1/jobs/%s", id);
    json_auto_t *job = test_json(200, "GET", target, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(members); i++)
        ck_assert_msg(json_object_get(job, members[i]) != NULL, "%s", members[i]);
    ck_assert_str_eq(text(job, "state"), "succeeded");
    ck_assert_str_eq(text(job, "model"), "table@1");
    ck_assert_int_eq(json_integer_value(json_object_get(job, "epoch")), 5);
    ck_assert_double_eq(json_number_value(json_object_get(job, "progress")), 1);
    ck_assert(json_is_null(json_object_get(job, "error")));
    ck_assert_ptr_null(json_object_get(job, "evaluation"));
}
END_TEST

START_TEST(an_evaluation_has_a_confusion_matrix)
{
    char id[ID_SIZE], target[128];
    test_upload_table("table");
    test_train("table", id);
    (void)snprintf(target, sizeof target, "/v1/jobs/%s/evaluation", id);
    json_auto_t *evaluation = test_json(200, "GET", target, NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(evaluation, "confusion_matrix")), 2);
}
END_TEST

START_TEST(a_dry_run_keeps_nothing)
{
    test_upload_table("table");
    json_auto_t *answer =
        test_json(200, "POST", "/v1/jobs",
                  "{\"dry_run\": true, \"dataset\": \"table\", \"target\": \"kind\", \"network\": "
                  "{\"layers\": [{\"type\": \"dense\", \"units\": \"auto\", \"activation\": "
                  "\"softmax\"}]}}");
    ck_assert(json_is_object(json_object_get(answer, "spec")));
    json_auto_t *list = test_json(200, "GET", "/v1/jobs", NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(list, "jobs")), 0);
}
END_TEST

START_TEST(errors_say_where)
{
    test_upload_table("table");
    test_problem(422, "invalid", "network.layers[0].units", "POST", "/v1/jobs", NULL,
                 "{\"dataset\": \"table\", \"network\": {\"layers\": [{\"type\": \"dense\", "
                 "\"units\": 0}]}}");
    test_problem(422, "invalid", "nothing", "POST", "/v1/jobs", NULL,
                 "{\"dataset\": \"nothing\", \"network\": {\"layers\": [{\"type\": \"dense\", "
                 "\"units\": 2}]}}");
    test_problem(400, "malformed", "line 1", "POST", "/v1/jobs", NULL, "{\"dataset\"");
    test_problem(400, "malformed", "", "POST", "/v1/jobs", NULL, "");
    test_problem(404, "not_found", "nobody", "GET", "/v1/jobs/nobody", NULL, NULL);
    test_problem(404, "not_found", "nobody", "PATCH", "/v1/jobs/nobody", NULL, "{}");
    test_problem(404, "not_found", "nobody", "POST", "/v1/jobs/nobody:retry", NULL, NULL);
    test_problem(404, "not_found", "nobody", "POST", "/v1/jobs/nobody:verify", NULL, NULL);
}
END_TEST

START_TEST(a_job_is_changed_and_says_so)
{
    char target[128], action[160];
    test_upload_table("table");
    submit_long(target);
    json_auto_t *job = test_json(
        200, "PATCH", target,
        "{\"learning_rate\": 0.5, \"l1\": null, \"priority\": 3, \"tags\": {\"a\": \"b\"}}");
    json_t *setting = json_array_get(json_object_get(job, "settings"), 0);
    json_t *changes = json_object_get(setting, "changes");
    ck_assert(json_is_integer(json_object_get(setting, "step")));
    ck_assert(json_is_string(json_object_get(setting, "at")));
    ck_assert_uint_eq(json_object_size(changes), 1);
    ck_assert_double_eq(json_real_value(json_object_get(changes, "learning_rate")), 0.5);
    ck_assert_int_eq(json_integer_value(json_object_get(job, "priority")), 3);
    ck_assert_str_eq(text(json_object_get(job, "tags"), "a"), "b");
    test_problem(422, "invalid", "learning_rate must be", "PATCH", target, NULL,
                 "{\"learning_rate\": \"fast\"}");
    test_problem(422, "invalid", "batch_size", "PATCH", target, NULL, "{\"batch_size\": 8}");
    test_problem(400, "malformed", "", "PATCH", target, NULL, "{");
    test_problem(412, "precondition_failed", "", "PATCH", target, "If-Match: \"other\"\n",
                 "{\"priority\": 4}");
    (void)snprintf(action, sizeof action, "%s:cancel", target);
    json_decref(test_json(200, "POST", action, NULL));
    test_problem(409, "conflict", "is cancelled", "PATCH", target, NULL, "{\"l2\": 1}");
    (void)snprintf(action, sizeof action, "%s:retry", target);
    json_auto_t *again = test_json(200, "POST", action, NULL);
    ck_assert_int_eq(json_integer_value(json_object_get(again, "attempt")), 2);
    test_problem(409, "conflict", "cannot be tried again", "POST", action, NULL, NULL);
}
END_TEST

START_TEST(a_replay_is_a_job_that_says_what_it_found)
{
    char id[ID_SIZE], target[128];
    test_upload_table("table");
    test_train("table", id);
    (void)snprintf(target, sizeof target, "/v1/jobs/%s:verify", id);
    struct reply reply = test_call("POST", target, NULL, NULL);
    ck_assert_int_eq(reply.status, 202);
    (void)snprintf(target, sizeof target, "%s", reply_header_value(&reply, "Location"));
    reply_clear(&reply);
    test_wait_finished(target + strlen("/v1/jobs/"));
    json_auto_t *replay = test_json(200, "GET", target, NULL);
    json_t *verification = json_object_get(replay, "verification");
    ck_assert_str_eq(text(replay, "verifies"), id);
    ck_assert(json_is_true(json_object_get(verification, "verified")));
    ck_assert_str_eq(text(verification, "sha256"), text(verification, "expected"));
    ck_assert(json_is_null(json_object_get(replay, "model")));
}
END_TEST

START_TEST(a_diverged_job_has_its_details_in_the_error)
{
    char target[128];
    test_upload_table("table");
    struct reply reply = test_call(
        "POST", "/v1/jobs", NULL,
        "{\"dataset\": \"table\", \"target\": \"x\", \"network\": {\"layers\": [{\"type\": "
        "\"dense\", \"units\": \"auto\"}]}, \"training\": {\"epochs\": 1000, "
        "\"optimizer\": {\"type\": \"sgd\", \"learning_rate\": 1000}}}");
    ck_assert_int_eq(reply.status, 202);
    (void)snprintf(target, sizeof target, "%s", reply_header_value(&reply, "Location"));
    reply_clear(&reply);
    test_wait_finished(target + strlen("/v1/jobs/"));
    json_auto_t *job = test_json(200, "GET", target, NULL);
    json_t *error = json_object_get(job, "error");
    ck_assert_str_eq(text(error, "code"), "diverged");
    ck_assert_str_eq(text(error, "layer"), "dense_1");
    ck_assert(json_is_integer(json_object_get(error, "step")));
    ck_assert_uint_gt(json_array_size(json_object_get(error, "rows")), 0);
    ck_assert_uint_gt(json_array_size(json_object_get(error, "gradient_norms")), 0);
}
END_TEST

START_TEST(curl_d_is_read_as_json)
{
    test_upload_table("table");
    struct reply reply = test_call("POST", "/v1/jobs",
                                   "Content-Type: application/x-www-form-urlencoded\n", long_job);
    ck_assert_int_eq(reply.status, 202);
    reply_clear(&reply);
}
END_TEST

START_TEST(a_job_is_paused_resumed_cancelled_and_removed)
{
    char target[128], action[160];
    test_upload_table("table");
    submit_long(target);
    test_problem(409, "conflict", "", "DELETE", target, NULL, NULL);
    (void)snprintf(action, sizeof action, "%s:pause", target);
    json_auto_t *paused = test_json(200, "POST", action, NULL);
    ck_assert_str_eq(text(paused, "state"), "paused");
    (void)snprintf(action, sizeof action, "%s:resume", target);
    json_decref(test_json(200, "POST", action, "{}"));
    test_problem(409, "conflict", "", "POST", action, NULL, NULL);
    test_problem(422, "invalid", "force", "POST", action, NULL, "{\"force\": true}");
    (void)snprintf(action, sizeof action, "%s:cancel", target);
    json_auto_t *cancelled = test_json(200, "POST", action, "{\"keep\": false}");
    ck_assert_str_eq(text(cancelled, "state"), "cancelled");
    ck_assert(json_is_null(json_object_get(cancelled, "model")));
    json_decref(test_json(204, "DELETE", target, NULL));
    test_problem(404, "not_found", "", "GET", target, NULL, NULL);
}
END_TEST

START_TEST(lists_are_filtered)
{
    char id[ID_SIZE], target[128];
    test_upload_table("table");
    test_upload_table("other");
    test_train("table", id);
    submit_long(target);
    static const struct {
        const char *target;
        size_t count;
    } cases[] = {{"/v1/jobs", 2},
                 {"/v1/jobs?state=succeeded", 1},
                 {"/v1/jobs?state=failed", 0},
                 {"/v1/jobs?name=table", 2},
                 {"/v1/jobs?name=none", 0},
                 {"/v1/jobs?dataset=table", 2},
                 {"/v1/jobs?dataset=other", 0},
                 {"/v1/jobs?limit=1", 1}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        json_auto_t *list = test_json(200, "GET", cases[i].target, NULL);
        ck_assert_uint_eq(json_array_size(json_object_get(list, "jobs")), cases[i].count);
    }
    test_problem(422, "invalid", "state", "GET", "/v1/jobs?state=gone", NULL, NULL);
}
END_TEST

static void check_document(const char *path, const char *name)
{
    static char data[1 << 20];
    struct request request;
    struct reply reply = {0};
    struct error error = {0};
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t size = fread(data, 1, sizeof data, file);
    (void)fclose(file);
    ck_assert_int_eq(request_open(&request, &test_service, "POST", &error), 0);
    ck_assert_int_eq(request_set_target(&request, "/v1/jobs", &error), 0);
    dispatch(&request, data, size, &reply);
    ck_assert_msg(reply.status >= 400 && reply.status < 500, "%s: %d", name, reply.status);
    reply_clear(&reply);
    request_clear(&request);
}

START_TEST(documents_that_are_no_json_are_refused)
{
    static const char *const folders[] = {TEST_DATA "/invalid/json", TEST_DATA
                                          "/../../../shared/data/json_test_suite/test_parsing"};
    int count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(folders); i++) {
        DIR *entries = opendir(folders[i]);
        for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
            char path[1024];
            (void)snprintf(path, sizeof path, "%s/%s", folders[i], entry->d_name);
            if (strncmp(entry->d_name, "n_", 2) != 0)
                continue;
            check_document(path, entry->d_name);
            count++;
        }
        if (entries != NULL)
            (void)closedir(entries);
    }
    ck_assert_int_gt(count, 5);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, test_open, test_close);
    tcase_add_test(tests, a_job_shows_all_that_clients_rely_on);
    tcase_add_test(tests, an_evaluation_has_a_confusion_matrix);
    tcase_add_test(tests, a_dry_run_keeps_nothing);
    tcase_add_test(tests, errors_say_where);
    tcase_add_test(tests, a_job_is_changed_and_says_so);
    tcase_add_test(tests, a_replay_is_a_job_that_says_what_it_found);
    tcase_add_test(tests, a_diverged_job_has_its_details_in_the_error);
    tcase_add_test(tests, curl_d_is_read_as_json);
    tcase_add_test(tests, a_job_is_paused_resumed_cancelled_and_removed);
    tcase_add_test(tests, lists_are_filtered);
    tcase_add_test(tests, documents_that_are_no_json_are_refused);
}

int main(void)
{
    return tests_run("jobs", add_tests);
}

/* Every route with every kind of token: none, wrong, expired, revoked, too small, another owner's,
 * an administrator's. The routes are those of the table, so that a new one is held to it too. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/access.h"
#include "api/attempts.h"
#include "daemon/tokens.h"
#include "tests/api/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

enum { LINE_SIZE = 128 };

/* Makes a token; the header line that shows it goes to `line`, its id to `id` (NULL: not wanted).
 */
static void make_token(const char *document, char line[LINE_SIZE], char id[ID_SIZE])
{
    struct error error = {0};
    char text[TOKEN_TEXT_SIZE];
    struct token_request asked;
    struct token_record record = {0};
    json_auto_t *json = fields_parse(document, strlen(document), &error);
    ck_assert_int_eq(fields_read(&token_request_kind, json, &asked, "", &error), 0);
    ck_assert_int_eq(tokens_make(daemon_tokens(test_service.daemon), &asked, text, &record, &error),
                     0);
    (void)snprintf(line, LINE_SIZE, "Authorization: Bearer %s\n", text);
    if (id != NULL)
        (void)snprintf(id, ID_SIZE, "%s", record.id);
    token_record_clear(&record);
    fields_clear(&token_request_kind, &asked);
}

/* Forgets failed logins, of which the tables below make more than ten. */
static void forget_failures(void)
{
    struct error error = {0};
    attempts_free(test_service.attempts);
    test_service.attempts = attempts_create(&error);
    ck_assert_ok(error);
}

/* The path of a route with its placeholders filled by `name`. */
static void fill(const char *pattern, const char *name, char path[256])
{
    size_t size = 0;
    for (const char *at = pattern; *at != '\0';) {
        if (*at == '{') {
            bool is_number = strncmp(at, "{row}", 5) == 0;
            size += (size_t)sprintf(path + size, "%s", is_number ? "0" : name);
            at = strchr(at, '}') + 1;
        } else {
            path[size++] = *at++;
        }
    }
    path[size] = '\0';
}

static int status_of(const struct route *route, const char *name, const char *headers)
{
    char path[256];
    fill(route->path, name, path);
    forget_failures();
    struct reply reply = test_call(route->method, path, headers,
                                   route->body_kind != BODY_NONE ? "{\"wrong\": 1}" : NULL);
    int status = reply.status;
    const char *challenge = reply_header_value(&reply, "WWW-Authenticate");
    ck_assert_msg((status == 401 || (status == 403 && challenge != NULL)) == (challenge != NULL),
                  "%s", path);
    reply_clear(&reply);
    return status;
}

static bool scope_allows(const char *scope, unsigned scopes)
{
    return scope == NULL || strcmp(scope, SCOPE_ANY) == 0 || (scope_find(scope) & ~scopes) == 0;
}

START_TEST(nothing_but_public_routes_is_served_without_a_token_that_counts)
{
    char admin[LINE_SIZE], expired[LINE_SIZE], revoked[LINE_SIZE], id[ID_SIZE];
    struct error error = {0};
    make_token("{\"name\": \"root\", \"scopes\": \"admin\"}", admin, NULL);
    make_token("{\"name\": \"old\", \"scopes\": \"admin\", \"expires\": \"1s\"}", expired, NULL);
    make_token("{\"name\": \"gone\", \"scopes\": \"admin\"}", revoked, id);
    ck_assert_int_eq(tokens_revoke(daemon_tokens(test_service.daemon), id, &error), 0);
    struct timespec second = {.tv_sec = 1, .tv_nsec = 1000000};
    (void)nanosleep(&second, NULL);
    static const char unknown[] = "Authorization: Bearer propd_" ZEROS "\n";
    const char *const wrong[] = {
        NULL,
        unknown,
        "Authorization: Bearer \n",
        "Authorization: Basic cm9vdDpyb290\n",
        "Sec-Fetch-Site: same-origin\nCookie: propd_session=0123456789abcdef\n",
        expired,
        revoked};
    for (const struct route *route = api_routes; route->method != NULL; route++) {
        for (size_t i = 0; i < ARRAY_COUNT(wrong); i++)
            ck_assert_msg((status_of(route, "nobody", wrong[i]) == 401) == (route->scope != NULL),
                          "%s %s, case %zu", route->method, route->path, i);
        ck_assert_msg(status_of(route, "nobody", admin) != 401, "%s", route->path);
    }
}
END_TEST

START_TEST(a_token_does_what_its_scope_says_and_no_more)
{
    static const char *const words[] = {"read", "predict", "train", "admin"};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        char document[128], line[LINE_SIZE];
        (void)snprintf(document, sizeof document, "{\"name\": \"t%zu\", \"scopes\": [\"%s\"]}", i,
                       words[i]);
        make_token(document, line, NULL);
        for (const struct route *route = api_routes; route->method != NULL; route++)
            ck_assert_msg((status_of(route, "nobody", line) == 403) ==
                              !scope_allows(route->scope, scope_find(words[i])),
                          "%s %s with %s", route->method, route->path, words[i]);
    }
}
END_TEST

START_TEST(scopes_imply_each_other_as_documented)
{
    ck_assert(scope_allows("read", scope_find("train")));
    ck_assert(scope_allows("predict", scope_find("train")));
    ck_assert(!scope_allows("read", scope_find("predict")));
    ck_assert(!scope_allows("predict", scope_find("read")));
    ck_assert(!scope_allows("admin", scope_find("train")));
    ck_assert(scope_allows("train", scope_find("admin")));
}
END_TEST

/* Uploads as whoever `headers` says. */
static void upload(const char *name, const char *headers)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/v1/datasets/%s", name);
    struct reply reply = test_call("PUT", path, headers, "x,kind\n1,a\n2,b\n3,a\n4,b\n");
    ck_assert_int_eq(reply.status, 201);
    reply_clear(&reply);
}

START_TEST(what_another_owner_has_is_not_there)
{
    char ada[LINE_SIZE], bob[LINE_SIZE], root[LINE_SIZE];
    make_token("{\"name\": \"ada\", \"scopes\": \"train\"}", ada, NULL);
    make_token("{\"name\": \"bob\", \"scopes\": \"train\"}", bob, NULL);
    make_token("{\"name\": \"root\", \"scopes\": \"admin\"}", root, NULL);
    upload("iris", ada);
    for (const struct route *route = api_routes; route->method != NULL; route++) {
        bool names_one = strstr(route->path, "{dataset}") != NULL;
        if (!names_one || strcmp(route->method, "PUT") == 0)
            continue;
        int status = status_of(route, "iris", bob);
        ck_assert_msg(status == 404, "%s %s: %d", route->method, route->path, status);
    }
    upload("iris", bob); /* a name of his own */
    struct reply reply = test_call("GET", "/v1/datasets", root, NULL);
    const char *list = bytes_text(&reply.body);
    ck_assert_ptr_nonnull(strstr(list, "ds_"));
    ck_assert_ptr_nonnull(strstr(strstr(list, "ds_") + 1, "ds_"));
    reply_clear(&reply);
}
END_TEST

START_TEST(the_first_token_must_be_an_administrators)
{
    test_problem(422, "invalid", "first token", "POST", "/v1/tokens", NULL,
                 "{\"name\": \"a\", \"scopes\": [\"read\"]}");
    json_auto_t *made =
        test_json(201, "POST", "/v1/tokens", "{\"name\": \"a\", \"scopes\": [\"admin\"]}");
    const char *text = json_string_value(json_object_get(made, "token"));
    ck_assert_int_eq(strncmp(text, "propd_", 6), 0);
    ck_assert_uint_eq(strlen(text), TOKEN_TEXT_SIZE - 1);
    test_problem(401, "unauthorized", "token", "GET", "/v1/tokens", NULL, NULL);
    char line[LINE_SIZE];
    (void)snprintf(line, sizeof line, "Authorization: bearer %s\n", text);
    struct reply reply = test_call("GET", "/v1/tokens/a", line, NULL);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_ptr_null(strstr(bytes_text(&reply.body), "propd_"));
    ck_assert_ptr_null(strstr(bytes_text(&reply.body), "sha256"));
    reply_clear(&reply);
}
END_TEST

START_TEST(a_name_counts_once_until_it_is_revoked)
{
    char root[LINE_SIZE];
    const char *document = "{\"name\": \"ci\", \"scopes\": [\"read\"]}";
    make_token("{\"name\": \"root\", \"scopes\": \"admin\"}", root, NULL);
    static const int statuses[] = {201, 409};
    for (size_t i = 0; i < ARRAY_COUNT(statuses); i++) {
        struct reply reply = test_call("POST", "/v1/tokens", root, document);
        ck_assert_int_eq(reply.status, statuses[i]);
        reply_clear(&reply);
    }
    struct reply gone = test_call("DELETE", "/v1/tokens/ci", root, NULL);
    struct reply again = test_call("POST", "/v1/tokens", root, document);
    ck_assert_int_eq(gone.status, 204);
    ck_assert_int_eq(again.status, 201);
    ck_assert_str_eq(reply_header_value(&again, "Cache-Control"), "no-store");
    reply_clear(&gone);
    reply_clear(&again);
}
END_TEST

START_TEST(a_secret_is_not_kept_for_a_key)
{
    test_problem(422, "invalid", "secret", "POST", "/v1/tokens", "Idempotency-Key: k\n",
                 "{\"name\": \"a\", \"scopes\": [\"admin\"]}");
}
END_TEST

START_TEST(ten_failed_logins_a_minute_are_enough)
{
    char root[LINE_SIZE];
    make_token("{\"name\": \"root\", \"scopes\": \"admin\"}", root, NULL);
    for (int i = 0; i < ATTEMPTS_MOST; i++) {
        test_problem(401, "unauthorized", "not known", "GET", "/v1/jobs",
                     "Authorization: Bearer propd_1\n", NULL);
        struct reply fine = test_call("GET", "/v1/jobs", root, NULL);
        ck_assert_int_eq(fine.status, 200); /* which is not counted */
        reply_clear(&fine);
    }
    struct reply reply = test_call("GET", "/v1/jobs", "Authorization: Bearer propd_1\n", NULL);
    ck_assert_int_eq(reply.status, 429);
    int wait = atoi(reply_header_value(&reply, "Retry-After"));
    ck_assert(wait >= 1 && wait <= ATTEMPTS_SECONDS);
    reply_clear(&reply);
    test_problem(429, "too_many_requests", "failed", "POST", "/v1/session", NULL,
                 "{\"token\": \"propd_1\"}");
}
END_TEST

/* The cookie that a login sets, as a header line. */
static void log_in(const char *bearer, char cookie[LINE_SIZE])
{
    struct reply reply = test_call("POST", "/v1/session", bearer, "{}");
    ck_assert_int_eq(reply.status, 200);
    const char *set = reply_header_value(&reply, "Set-Cookie");
    ck_assert_ptr_nonnull(strstr(set, "; HttpOnly; SameSite=Strict"));
    ck_assert_ptr_nonnull(strstr(set, "; Path=/; Max-Age=43200"));
    ck_assert_ptr_null(strstr(set, "Secure")); /* plain HTTP would not get it back */
    (void)snprintf(cookie, LINE_SIZE, "Cookie: theme=dark; %.*s\n", (int)strcspn(set, ";"), set);
    reply_clear(&reply);
}

static int changed(const char *cookie, const char *more)
{
    char headers[3 * LINE_SIZE];
    (void)snprintf(headers, sizeof headers, "Host: localhost:8420\n%s%s", cookie, more);
    struct reply reply = test_call("DELETE", "/v1/datasets/nothing", headers, NULL);
    int status = reply.status;
    reply_clear(&reply);
    return status;
}

START_TEST(a_cookie_speaks_for_its_token_on_pages_of_ours)
{
    char ada[LINE_SIZE], cookie[LINE_SIZE], id[ID_SIZE];
    struct error error = {0};
    make_token("{\"name\": \"ada\", \"scopes\": \"train\"}", ada, id);
    log_in(ada, cookie);
    struct reply who = test_call("GET", "/v1/session", cookie, NULL);
    ck_assert_ptr_nonnull(strstr(bytes_text(&who.body), "\"owner\":\"ada\""));
    reply_clear(&who);
    ck_assert_int_eq(changed(cookie, "Origin: http://localhost:8420\n"), 404);
    ck_assert_int_eq(changed(cookie, "Sec-Fetch-Site: same-origin\n"), 404);
    ck_assert_int_eq(changed(cookie, ""), 403);
    ck_assert_int_eq(changed(cookie, "Sec-Fetch-Site: same-site\n"), 403);
    ck_assert_int_eq(changed(cookie, "Origin: http://localhost:3000\n"), 403);
    ck_assert_int_eq(tokens_revoke(daemon_tokens(test_service.daemon), id, &error), 0);
    ck_assert_int_eq(changed(cookie, "Sec-Fetch-Site: same-origin\n"), 401);
}
END_TEST

START_TEST(a_session_ends_when_it_is_ended)
{
    char ada[LINE_SIZE], cookie[LINE_SIZE], headers[2 * LINE_SIZE];
    make_token("{\"name\": \"ada\", \"scopes\": \"read\"}", ada, NULL);
    log_in(ada, cookie);
    (void)snprintf(headers, sizeof headers, "%sSec-Fetch-Site: same-origin\n", cookie);
    struct reply out = test_call("DELETE", "/v1/session", headers, NULL);
    ck_assert_int_eq(out.status, 204);
    ck_assert_ptr_nonnull(strstr(reply_header_value(&out, "Set-Cookie"), "Max-Age=0"));
    reply_clear(&out);
    test_problem(401, "unauthorized", "session", "GET", "/v1/session", cookie, NULL);
}
END_TEST

START_TEST(without_tokens_everybody_is_nobody)
{
    json_auto_t *who = test_json(200, "GET", "/v1/session", NULL);
    ck_assert(json_is_false(json_object_get(who, "tokens")));
}
END_TEST

START_TEST(an_owner_keeps_no_more_than_his_quota)
{
    char ada[LINE_SIZE];
    make_token("{\"name\": \"ada\", \"scopes\": \"train\", \"quotas\": {\"bytes\": 10}}", ada,
               NULL);
    test_problem(403, "quota_exceeded", "10 bytes", "PUT", "/v1/datasets/a", ada,
                 "x,kind\n1,a\n2,b\n");
}
END_TEST

START_TEST(addresses_are_counted_apart)
{
    struct error error = {0};
    struct attempts *attempts = attempts_create(&error);
    struct client_address one = {{1}}, other = {{2}};
    const uint64_t second = 1000000000;
    for (int i = 0; i < ATTEMPTS_MOST; i++)
        ck_assert_int_eq(attempts_fail(attempts, &one, second), 0);
    ck_assert_int_eq(attempts_fail(attempts, &one, 2 * second), ATTEMPTS_SECONDS - 1);
    ck_assert_int_eq(attempts_fail(attempts, &other, 2 * second), 0);
    ck_assert_int_eq(attempts_fail(attempts, &one, (ATTEMPTS_SECONDS + 1) * second), 0);
    for (int i = 0; i < 100000; i++) { /* more than it holds */
        struct client_address many = {
            {3, (unsigned char)i, (unsigned char)(i >> 8), (unsigned char)(i >> 16)}};
        ck_assert_int_eq(attempts_fail(attempts, &many, 3 * second), 0);
    }
    attempts_free(attempts);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_open, test_close);
    tcase_add_test(tests, nothing_but_public_routes_is_served_without_a_token_that_counts);
    tcase_add_test(tests, a_token_does_what_its_scope_says_and_no_more);
    tcase_add_test(tests, scopes_imply_each_other_as_documented);
    tcase_add_test(tests, what_another_owner_has_is_not_there);
    tcase_add_test(tests, the_first_token_must_be_an_administrators);
    tcase_add_test(tests, a_name_counts_once_until_it_is_revoked);
    tcase_add_test(tests, a_secret_is_not_kept_for_a_key);
    tcase_add_test(tests, ten_failed_logins_a_minute_are_enough);
    tcase_add_test(tests, a_cookie_speaks_for_its_token_on_pages_of_ours);
    tcase_add_test(tests, a_session_ends_when_it_is_ended);
    tcase_add_test(tests, without_tokens_everybody_is_nobody);
    tcase_add_test(tests, an_owner_keeps_no_more_than_his_quota);
    tcase_add_test(tests, addresses_are_counted_apart);
}

int main(void)
{
    return tests_run("access", add_tests);
}

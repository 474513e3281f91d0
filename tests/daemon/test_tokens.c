/* Tokens: their texts, their ends, and what they mean together. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tokens.h"
#include "tests/check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static struct store *store;
static struct tokens *tokens;
static struct error error;

static void open_all(void)
{
    const struct store_options options = {.folder = folder};
    store = store_open(&options, &error);
    ck_assert_ok(error);
    tokens = tokens_open(store, TOKENS_AUTO, true, &error);
    ck_assert_ok(error);
}

static void close_all(void)
{
    tokens_close(tokens);
    store_close(store);
}

static void set_up(void)
{
    error_clear(&error);
    (void)snprintf(folder, sizeof folder, "/tmp/propd-tokens-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    open_all();
}

static void tear_down(void)
{
    char command[96];
    close_all();
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

static int make(const char *document, char text[TOKEN_TEXT_SIZE], char id[ID_SIZE])
{
    struct token_request asked;
    struct token_record record = {0};
    json_auto_t *json = fields_parse(document, strlen(document), &error);
    if (json == NULL || fields_read(&token_request_kind, json, &asked, "", &error) != 0)
        return -1;
    int result = tokens_make(tokens, &asked, text, &record, &error);
    if (result == 0)
        (void)snprintf(id, ID_SIZE, "%s", record.id);
    token_record_clear(&record);
    fields_clear(&token_request_kind, &asked);
    return result;
}

START_TEST(text_is_found_and_no_other)
{
    char text[TOKEN_TEXT_SIZE], other[TOKEN_TEXT_SIZE], id[ID_SIZE], changed[2 * TOKEN_TEXT_SIZE];
    ck_assert_int_eq(make("{\"name\": \"a\", \"scopes\": [\"read\"]}", text, id), 0);
    ck_assert_int_eq(make("{\"name\": \"b\", \"scopes\": [\"read\"]}", other, id), 0);
    ck_assert_str_ne(text, other);
    ck_assert_str_eq(tokens_find(tokens, text, &error)->name, "a");
    ck_assert_str_eq(tokens_find(tokens, other, &error)->name, "b");
    for (size_t i = 0; text[i] != '\0'; i++) {
        (void)snprintf(changed, sizeof changed, "%s", text);
        changed[i] ^= 1;
        error_clear(&error);
        ck_assert_ptr_null(tokens_find(tokens, changed, &error));
        ck_assert_int_eq(error.code, ERROR_UNAUTHORIZED);
    }
    (void)snprintf(changed, sizeof changed, "%s%s", text, "0");
    ck_assert_ptr_null(tokens_find(tokens, changed, NULL));
    ck_assert_ptr_null(tokens_find(tokens, "", NULL));
    text[TOKEN_TEXT_SIZE - 2] = '\0';
    ck_assert_ptr_null(tokens_find(tokens, text, NULL));
}
END_TEST

START_TEST(revoked_ones_count_no_more_also_after_a_restart)
{
    char text[TOKEN_TEXT_SIZE], id[ID_SIZE];
    ck_assert_int_eq(make("{\"name\": \"a\", \"scopes\": [\"admin\"]}", text, id), 0);
    const struct token *token = tokens_find(tokens, text, &error);
    ck_assert_ptr_nonnull(token);
    token_used(token);
    ck_assert_int_eq(tokens_revoke(tokens, id, &error), 0);
    ck_assert_int_eq(token_check(token, NULL), -1);
    close_all();
    open_all();
    ck_assert_ptr_null(tokens_find(tokens, text, &error));
    ck_assert_ptr_nonnull(strstr(error.message, "revoked"));
    ck_assert(tokens_are_required(tokens)); /* the last one's end opens nothing */
    struct token_record record = {0};
    ck_assert_int_eq(store_token_get(store, id, &record, NULL), 0);
    ck_assert_int_gt(record.used_ms, 0);
    ck_assert_int_gt(record.revoked_ms, 0);
    token_record_clear(&record);
}
END_TEST

START_TEST(quotas_of_an_owner_are_the_smallest_that_count)
{
    char text[TOKEN_TEXT_SIZE], id[ID_SIZE];
    ck_assert_int_eq(make("{\"name\": \"a\", \"scopes\": \"read\", \"owner\": \"o\", \"quotas\": "
                          "{\"bytes\": \"1K\", \"cores\": 4}}",
                          text, id),
                     0);
    ck_assert_int_eq(make("{\"name\": \"b\", \"scopes\": \"read\", \"owner\": \"o\", \"quotas\": "
                          "{\"bytes\": 500, \"queued\": 3}}",
                          text, id),
                     0);
    const struct token_quota both = tokens_quota(tokens, "o");
    ck_assert_int_eq(both.bytes, 500);
    ck_assert_int_eq(both.queued, 3);
    ck_assert_int_eq(both.cores, 4);
    ck_assert_int_eq(tokens_revoke(tokens, id, &error), 0);
    ck_assert_int_eq(tokens_quota(tokens, "o").bytes, 1024);
    ck_assert_int_eq(tokens_quota(tokens, "o").queued, 0);
    ck_assert_int_eq(tokens_quota(tokens, "p").bytes, 0);
}
END_TEST

START_TEST(wrong_wishes_are_refused_by_name)
{
    static const struct {
        const char *document, *words;
    } wrong[] = {
        {"{}", "name"},
        {"{\"name\": \"a\"}", "scopes"},
        {"{\"name\": \"a\", \"scopes\": []}", "scopes"},
        {"{\"name\": \"a\", \"scopes\": [\"write\"]}", "write"},
        {"{\"name\": \"../a\", \"scopes\": [\"read\"]}", "name"},
        {"{\"name\": \"a\", \"owner\": \"\", \"scopes\": [\"read\"]}", "owner"},
        {"{\"name\": \"a\", \"scopes\": [\"read\"], \"expires\": \"0d\"}", "expires"},
        {"{\"name\": \"a\", \"scopes\": [\"read\"], \"expires\": \"-1d\"}", "expires"},
        {"{\"name\": \"a\", \"scopes\": [\"read\"], \"expires\": \"99999999999w\"}", "expires"},
        {"{\"name\": \"a\", \"scopes\": [\"read\"], \"quotas\": {\"cores\": -1}}", "cores"}};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        char text[TOKEN_TEXT_SIZE], id[ID_SIZE];
        error_clear(&error);
        ck_assert_int_eq(make(wrong[i].document, text, id), -1);
        ck_assert_msg(strstr(error.message, wrong[i].words) != NULL, "%s", error.message);
    }
    ck_assert(!tokens_exist(tokens));
}
END_TEST

START_TEST(durations_have_units)
{
    ck_assert_int_eq(duration_read("90s", NULL), 90000);
    ck_assert_int_eq(duration_read("2m", NULL), 120000);
    ck_assert_int_eq(duration_read("12h", NULL), 43200000);
    ck_assert_int_eq(duration_read("30d", NULL), INT64_C(2592000000));
    ck_assert_int_eq(duration_read("1w", NULL), 604800000);
    static const char *const wrong[] = {"", "d", "1", "1y", "1dd", " 1d", "1.5d", "101000d"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++)
        ck_assert_msg(duration_read(wrong[i], NULL) == -1, "%s", wrong[i]);
}
END_TEST

static void *look(void *text)
{
    for (int i = 0; i < 2000; i++)
        ck_assert_ptr_nonnull(tokens_find(tokens, text, NULL));
    return NULL;
}

START_TEST(looking_goes_on_while_others_are_made)
{
    enum { THREADS = 3 };
    pthread_t threads[THREADS];
    char text[TOKEN_TEXT_SIZE], other[TOKEN_TEXT_SIZE], id[ID_SIZE], document[96];
    ck_assert_int_eq(make("{\"name\": \"a\", \"scopes\": \"read\"}", text, id), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, look, text);
    for (int i = 0; i < 20; i++) {
        (void)snprintf(document, sizeof document, "{\"name\": \"t%d\", \"scopes\": \"read\"}", i);
        ck_assert_int_eq(make(document, other, id), 0);
        ck_assert_int_eq(tokens_revoke(tokens, id, NULL), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, text_is_found_and_no_other);
    tcase_add_test(tests, revoked_ones_count_no_more_also_after_a_restart);
    tcase_add_test(tests, quotas_of_an_owner_are_the_smallest_that_count);
    tcase_add_test(tests, wrong_wishes_are_refused_by_name);
    tcase_add_test(tests, durations_have_units);
    tcase_add_test(tests, looking_goes_on_while_others_are_made);
}

int main(void)
{
    return tests_run("tokens", add_tests);
}

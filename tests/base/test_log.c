/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/log.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CAPTURED_SIZE = 4096 };
static int saved_stderr, capture[2];

static void start_capture(void)
{
    ck_assert_int_eq(pipe(capture), 0);
    saved_stderr = dup(STDERR_FILENO);
    ck_assert_int_ge(dup2(capture[1], STDERR_FILENO), 0);
    close(capture[1]);
}

/* What was written to standard error since start_capture. */
static void end_capture(char text[CAPTURED_SIZE])
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    size_t size = 0;
    ssize_t got = 0;
    while ((got = read(capture[0], text + size, CAPTURED_SIZE - 1 - size)) > 0)
        size += (size_t)got;
    text[size] = '\0';
    close(capture[0]);
}

static json_t *parse_line(const char *text)
{
    struct error error = {0};
    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    json_t *json = fields_parse(text, strlen(text), &error);
    ck_assert_ok(error);
    return json;
}

static const char *get_text(const json_t *json, const char *key)
{
    return json_string_value(json_object_get(json, key));
}

START_TEST(line_is_one_json_object_with_its_pairs)
{
    char text[CAPTURED_SIZE];
    start_capture();
    log_write(LOG_LEVEL_WARNING, "job_started", "job", LOG_TEXT("job_\"1\"\n\xff"), "cores",
              LOG_INTEGER(INT64_MIN), "rate", LOG_NUMBER(0.1), "none", LOG_TEXT(NULL), NULL);
    end_capture(text);
    json_t *json = parse_line(text);
    ck_assert_uint_eq(json_object_size(json), 7);
    ck_assert_uint_eq(strlen(get_text(json, "at")), strlen("2026-01-01T00:00:00.000Z"));
    ck_assert_str_eq(get_text(json, "level"), "warning");
    ck_assert_str_eq(get_text(json, "event"), "job_started");
    ck_assert_str_eq(get_text(json, "job"), "job_\"1\"\n\xef\xbf\xbd");
    ck_assert_int_eq(json_integer_value(json_object_get(json, "cores")), INT64_MIN);
    ck_assert_double_eq(json_real_value(json_object_get(json, "rate")), 0.1);
    ck_assert(json_is_null(json_object_get(json, "none")));
    json_decref(json);
}
END_TEST

START_TEST(lines_below_the_level_are_dropped)
{
    char text[CAPTURED_SIZE];
    start_capture();
    log_write(LOG_LEVEL_DEBUG, "before", NULL);
    log_set_level(LOG_LEVEL_ERROR);
    log_write(LOG_LEVEL_WARNING, "dropped", NULL);
    log_write(LOG_LEVEL_ERROR, "kept", NULL);
    log_set_level(LOG_LEVEL_OFF);
    log_write(LOG_LEVEL_ERROR, "dropped", NULL);
    end_capture(text);
    log_set_level(LOG_LEVEL_INFO);
    json_t *json = parse_line(text);
    ck_assert_str_eq(get_text(json, "event"), "kept");
    json_decref(json);
}
END_TEST

START_TEST(error_is_logged_with_code_and_message)
{
    char text[CAPTURED_SIZE];
    struct error error = {0};
    error_set(&error, ERROR_STORAGE_FULL, "no room for %s", "it");
    start_capture();
    log_error("job_failed", &error, "job", "job_1");
    end_capture(text);
    json_t *json = parse_line(text);
    ck_assert_str_eq(get_text(json, "level"), "error");
    ck_assert_str_eq(get_text(json, "code"), "storage_full");
    ck_assert_str_eq(get_text(json, "message"), "no room for it");
    ck_assert_str_eq(get_text(json, "job"), "job_1");
    json_decref(json);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, line_is_one_json_object_with_its_pairs);
    tcase_add_test(tests, lines_below_the_level_are_dropped);
    tcase_add_test(tests, error_is_logged_with_code_and_message);
}

int main(void)
{
    return tests_run("log", add_tests);
}

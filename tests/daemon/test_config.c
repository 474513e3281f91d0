/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults, file, environment and flags, and what is said of wrong ones. */
#include "daemon/config.h"
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char out_text[16384];

/* Reads a configuration from words ended by NULL; what is printed goes to out_text. */
static int read_words(const char *const *words, struct config *config, enum config_action *action,
                      struct error *error)
{
    char *argv[16] = {NULL};
    int argc = 0;
    for (; words[argc] != NULL; argc++)
        argv[argc] = strdup(words[argc]);
    FILE *out = fmemopen(out_text, sizeof out_text, "w");
    int result = config_read(argc, argv, config, action, out, error);
    fclose(out);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    return result;
}

#define READ(config, error, ...)                                                                   \
    read_words((const char *const[]){"propd", __VA_ARGS__, NULL}, config,                          \
               &(enum config_action){0}, error)

START_TEST(defaults_are_filled_in)
{
    struct config config;
    setenv("XDG_DATA_HOME", "/somewhere", 1);
    ck_assert_int_eq(READ(&config, NULL, NULL), 0);
    ck_assert_str_eq(config.listen, "127.0.0.1:8420");
    ck_assert_str_eq(config.data, "/somewhere/propd");
    ck_assert_int_eq(config.max_connections, 512);
    ck_assert_int_eq(config.max_dataset, INT64_C(16) << 30);
    config_clear(&config);
}
END_TEST

START_TEST(flags_win_over_variables_and_variables_over_the_file)
{
    struct config config;
    char path[] = "/tmp/propd-config-XXXXXX";
    int file = mkstemp(path);
    static const char text[] = "{\"cores\": 1, \"memory\": \"1G\", \"max_queued\": 7}";
    ck_assert_int_eq(write(file, text, sizeof text - 1), sizeof text - 1);
    close(file);
    setenv("PROPD_CORES", "2", 1);
    setenv("PROPD_MEMORY", "2G", 1);
    ck_assert_int_eq(READ(&config, NULL, "--config", path, "--cores=3"), 0);
    ck_assert_int_eq(config.cores, 3);
    ck_assert_int_eq(config.memory, INT64_C(2) << 30);
    ck_assert_int_eq(config.max_queued, 7);
    config_clear(&config);
    unlink(path);
}
END_TEST

START_TEST(flag_may_have_its_value_behind_it)
{
    struct config config;
    ck_assert_int_eq(READ(&config, NULL, "--max-queued", "9", "--listen", "127.0.0.1:0"), 0);
    ck_assert_int_eq(config.max_queued, 9);
    ck_assert_str_eq(config.listen, "127.0.0.1:0");
    config_clear(&config);
}
END_TEST

static void expect_refused(int result, const struct error *error, const char *words)
{
    ck_assert_int_eq(result, -1);
    ck_assert_msg(strstr(error->message, words) != NULL, "\"%s\" does not say \"%s\"",
                  error->message, words);
}

START_TEST(wrong_options_are_refused_by_name)
{
    struct config config;
    struct error error = {0};
    expect_refused(READ(&config, &error, "--prot", "1"), &error, "--prot is not an option");
    error_clear(&error);
    expect_refused(READ(&config, &error, "--core=1"), &error, "did you mean --cores");
    error_clear(&error);
    expect_refused(READ(&config, &error, "--cores"), &error, "--cores needs a value");
    error_clear(&error);
    expect_refused(READ(&config, &error, "--cores", "many"), &error, "--cores: ");
    error_clear(&error);
    expect_refused(READ(&config, &error, "--config", "/nowhere/propd.json"), &error,
                   "/nowhere/propd.json");
    error_clear(&error);
    expect_refused(READ(&config, &error, "--listen", "127.0.0.1"), &error, "127.0.0.1:8420");
    error_clear(&error);
    setenv("PROPD_MEMORY", "lots", 1);
    expect_refused(READ(&config, &error, NULL), &error, "PROPD_MEMORY");
}
END_TEST

START_TEST(address_that_others_reach_needs_tokens_and_tls)
{
    struct config config;
    static const char *const exposed[] = {"0.0.0.0:8420", "[::]:8420", "192.0.2.1:8420",
                                          "127.0.0.1.example:8420", "localhost.example:8420"};
    for (size_t i = 0; i < ARRAY_COUNT(exposed); i++) {
        struct error error = {0};
        expect_refused(READ(&config, &error, "--listen", exposed[i]), &error, "--insecure-http");
        ck_assert_int_eq(error.code, ERROR_INVALID);
        error_clear(&error);
        expect_refused(
            READ(&config, &error, "--listen", exposed[i], "--insecure-http", "--tokens", "off"),
            &error, "tokens");
        ck_assert_int_eq(READ(&config, NULL, "--insecure-http", "--listen", exposed[i]), 0);
        ck_assert(!config_is_loopback(&config));
        config_clear(&config);
    }
}
END_TEST

START_TEST(what_does_not_listen_needs_nothing_for_its_address)
{
    struct config config;
    static const char *const flags[] = {"--create-token", "--restore"};
    setenv("PROPD_LISTEN", "0.0.0.0:8420", 1);
    for (size_t i = 0; i < ARRAY_COUNT(flags); i++) {
        ck_assert_int_eq(READ(&config, NULL, flags[i], "ann"), 0);
        config_clear(&config);
    }
    struct error error = {0};
    expect_refused(READ(&config, &error, NULL), &error, "--insecure-http");
}
END_TEST

START_TEST(loopback_needs_nothing)
{
    struct config config;
    static const char *const ours[] = {"127.0.0.1:0", "127.8.9.1:1", "[::1]:8420", "localhost:1"};
    for (size_t i = 0; i < ARRAY_COUNT(ours); i++) {
        ck_assert_int_eq(READ(&config, NULL, "--listen", ours[i]), 0);
        ck_assert(config_is_loopback(&config));
        config_clear(&config);
    }
}
END_TEST

START_TEST(certificate_and_key_come_together)
{
    struct config config;
    struct error error = {0};
    expect_refused(READ(&config, &error, "--tls-certificate", "a.pem"), &error, "tls_key");
    error_clear(&error);
    expect_refused(READ(&config, &error, "--tls-key", "a.pem"), &error, "tls_certificate");
    ck_assert_int_eq(
        READ(&config, NULL, "--listen", "0.0.0.0:1", "--tls-key", "a", "--tls-certificate", "b"),
        0);
    config_clear(&config);
}
END_TEST

START_TEST(token_is_made_by_flags_alone)
{
    struct config config;
    enum config_action action = CONFIG_RUN;
    const char *const words[] = {"propd", "--create-token", "ci", "--scope=read,predict", NULL};
    ck_assert_int_eq(read_words(words, &config, &action, NULL), 0);
    ck_assert_int_eq(action, CONFIG_CREATE_TOKEN);
    ck_assert_str_eq(config.create_token->create_token, "ci");
    ck_assert_uint_eq(config.create_token->scope.count, 2);
    config_clear(&config);
}
END_TEST

START_TEST(help_names_every_option)
{
    struct config config;
    enum config_action action = CONFIG_RUN;
    const char *const words[] = {"propd", "--help", NULL};
    ck_assert_int_eq(read_words(words, &config, &action, NULL), 0);
    ck_assert_int_eq(action, CONFIG_EXIT);
    for (const struct field *field = config_kind.fields; field->name != NULL; field++) {
        char flag[64];
        snprintf(flag, sizeof flag, "--%s", field->name);
        for (char *c = flag + 2; *c != '\0'; c++)
            *c = *c == '_' ? '-' : *c;
        ck_assert_msg(strstr(out_text, flag) != NULL, "%s is missing", flag);
    }
}
END_TEST

START_TEST(printed_configuration_reads_back)
{
    struct config config;
    enum config_action action = CONFIG_RUN;
    const char *const words[] = {"propd", "--print-config", "--cores=2", "--data=/x", NULL};
    ck_assert_int_eq(read_words(words, &config, &action, NULL), 0);
    config_clear(&config);
    json_t *json = fields_parse(out_text, strlen(out_text), NULL);
    ck_assert_ptr_nonnull(json);
    ck_assert_int_eq(fields_read(&config_kind, json, &config, "", NULL), 0);
    ck_assert_int_eq(config.cores, 2);
    ck_assert_str_eq(config.data, "/x");
    config_clear(&config);
    json_decref(json);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, defaults_are_filled_in);
    tcase_add_test(tests, flags_win_over_variables_and_variables_over_the_file);
    tcase_add_test(tests, flag_may_have_its_value_behind_it);
    tcase_add_test(tests, wrong_options_are_refused_by_name);
    tcase_add_test(tests, address_that_others_reach_needs_tokens_and_tls);
    tcase_add_test(tests, what_does_not_listen_needs_nothing_for_its_address);
    tcase_add_test(tests, loopback_needs_nothing);
    tcase_add_test(tests, certificate_and_key_come_together);
    tcase_add_test(tests, token_is_made_by_flags_alone);
    tcase_add_test(tests, help_names_every_option);
    tcase_add_test(tests, printed_configuration_reads_back);
}

int main(void)
{
    return tests_run("config", add_tests);
}

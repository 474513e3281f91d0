/* The one table of options, and where their values come from. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/config.h"
#include "base/bytes.h"
#include "daemon/config_inside.h"
#include "daemon/manager.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

static const char *const log_levels[] = {"debug", "info", "warning", "error", "off", NULL};

static const char *const token_modes[] = {"auto", "on", "off", NULL};

static const struct field config_fields[] = {
    FIELD_STRING(struct config, data, .help = "folder for everything that is kept"),
    FIELD_STRING(struct config, listen, .text = "127.0.0.1:8420",
                 .help = "address and port; port 0 takes a free one"),
    FIELD_INTEGER(struct config, cores, .max = 4096, .help = "cores for training; 0: all"),
    FIELD_INTEGER(struct config, memory, .max = 1e15, .flags = FIELD_BYTES,
                  .help = "memory for training; 0: half of the machine's"),
    FIELD_INTEGER(struct config, max_dataset, .min = 1, .max = 1e15, .number = 16.0 * GIB,
                  .flags = FIELD_BYTES, .help = "largest dataset, inflated"),
    FIELD_INTEGER(struct config, max_body, .min = 1024, .max = 1.0 * GIB, .number = 1.0 * MIB,
                  .flags = FIELD_BYTES, .help = "largest JSON body"),
    FIELD_INTEGER(struct config, max_predict_body, .min = 1024, .max = 1.0 * GIB,
                  .number = 64.0 * MIB, .flags = FIELD_BYTES,
                  .help = "largest body of a prediction"),
    FIELD_INTEGER(struct config, max_model, .min = 1024, .max = 64.0 * GIB, .number = 1.0 * GIB,
                  .flags = FIELD_BYTES, .help = "largest model file to import"),
    FIELD_INTEGER(struct config, max_connections, .min = 4, .max = 65536, .number = 512,
                  .help = "connections at a time"),
    FIELD_INTEGER(struct config, max_queued, .min = 1, .max = 10000000, .number = 100000,
                  .help = "jobs that may wait"),
    FIELD_INTEGER(struct config, free_space_floor, .max = 1e15, .flags = FIELD_BYTES,
                  .help = "disk space that is never filled; 0: 5 % and 1 GiB, less on small disks"),
    FIELD_INTEGER(struct config, cache_models, .max = 1e15, .number = 512.0 * MIB,
                  .flags = FIELD_BYTES, .help = "memory for loaded models that are idle"),
    FIELD_INTEGER(struct config, cache_datasets, .max = 65536, .number = 64,
                  .help = "idle datasets that stay mapped"),
    FIELD_NUMBER(struct config, idle_timeout_s, .min = 1, .max = 3600, .number = 30,
                 .help = "seconds until an idle connection is closed"),
    FIELD_NUMBER(struct config, header_timeout_s, .min = 1, .max = 3600, .number = 10,
                 .help = "seconds for a request's headers to arrive"),
    FIELD_NUMBER(struct config, stall_timeout_s, .min = 1, .max = 3600, .number = 30,
                 .help = "seconds until a reader that takes nothing is cut off"),
    FIELD_STRING(struct config, webhook_url, .max = 2048,
                 .help = "http or https URL that is told of every job's end"),
    FIELD_STRING(struct config, webhook_secret, .flags = FIELD_SECRET,
                 .help = "signs that: \"whsec_\" and the base64 of 24 to 64 random bytes"),
    FIELD_BOOLEAN(struct config, webhook_allow_private,
                  .help = "webhooks may be at loopback and other private addresses"),
    FIELD_INTEGER(struct config, webhook_tries, .min = 1, .max = 100, .number = 12,
                  .help = "calls of a webhook that does not answer with 2xx"),
    FIELD_NUMBER(struct config, webhook_retry_s, .min = 0.01, .max = 3600, .number = 5,
                 .help = "seconds until the second call; 4 times as long until each further one, "
                         "at most 6 hours"),
    FIELD_NUMBER(struct config, webhook_timeout_s, .min = 0.1, .max = 60, .number = 10,
                 .help = "seconds for a webhook to answer"),
    FIELD_INTEGER(struct config, keep_jobs, .max = 1e9,
                  .help = "ended jobs that each owner keeps, the newest; 0: all"),
    FIELD_INTEGER(struct config, keep_jobs_days, .max = 36500,
                  .help = "days that ended jobs are kept; 0: for ever"),
    FIELD_INTEGER(struct config, keep_checkpoints, .max = 1000,
                  .help = "checkpoints that a job keeps when it has ended; one that failed or was "
                          "cancelled keeps its last in any case"),
    FIELD_INTEGER(struct config, keep_checkpoints_days, .max = 36500,
                  .help = "days that ended jobs keep checkpoints; 0: as long as there is the job"),
    FIELD_INTEGER(struct config, keep_model_versions, .max = 1e9,
                  .help = "versions that are kept of a model's name, the newest, and those that an "
                          "alias or an unfinished job names; 0: all"),
    FIELD_NUMBER(struct config, upkeep_every_s, .min = 0.05, .max = 86400, .number = 60,
                 .help = "seconds between two looks for what these rules let go"),
    FIELD_CHOICE(struct config, log, .choices = log_levels, .number = 1,
                 .help = "least level that is logged"),
    FIELD_STRINGS(struct config, allowed_hosts,
                  .help = "further names by which clients may call us"),
    FIELD_STRINGS(struct config, allowed_origins, .help = "web origins whose pages may call us"),
    FIELD_CHOICE(struct config, tokens, .choices = token_modes,
                 .help = "whether requests need a token; auto: where there is one, or others than "
                         "this machine can connect"),
    FIELD_STRING(struct config, tls_certificate,
                 .help = "certificate chain (PEM file) for HTTPS; read again on SIGHUP"),
    FIELD_STRING(struct config, tls_key, .help = "its private key (PEM file)"),
    FIELD_BOOLEAN(struct config, insecure_http,
                  .help = "plain HTTP on any address, e.g. behind a proxy that speaks TLS"),
    FIELD_END};

static const struct field token_word_fields[] = {
    FIELD_STRING(struct token_words, create_token,
                 .help = "make a token of this name in the data folder, print it and exit"),
    FIELD_STRINGS(struct token_words, scope,
                  .help = "with --create-token: of read, predict, train, admin"),
    FIELD_STRING(struct token_words, owner, .help = "with it: whose things; the token's name"),
    FIELD_STRING(struct token_words, expires, .help = "with it: when, from now, e.g. 30d; never"),
    FIELD_STRING(struct token_words, quota,
                 .help = "with it: what the owner may have, e.g. bytes=10G,queued=20,cores=2"),
    FIELD_END};
static const struct kind token_words_kind = {
    .name = "token", .size = sizeof(struct token_words), .fields = token_word_fields};

const struct kind config_kind = {.name = "propd",
                                 .help = "a training service for neural networks",
                                 .size = sizeof(struct config),
                                 .fields = config_fields,
                                 .check = config_check};

/* ---- where values come from */

/* "idle_timeout_s" to "PROPD_IDLE_TIMEOUT_S". */
static void variable_name(const char *field, char *name, size_t size)
{
    snprintf(name, size, "PROPD_%s", field);
    for (char *c = name; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
}

static void flag_name(const char *field, char *name, size_t size)
{
    snprintf(name, size, "--%s", field);
    for (char *c = name + 2; *c != '\0'; c++)
        *c = *c == '_' ? '-' : *c;
}

static int read_environment(struct config *config, struct error *error)
{
    for (const struct field *field = config_fields; field->name != NULL; field++) {
        char name[64];
        struct error failure = {0};
        variable_name(field->name, name, sizeof name);
        const char *value = getenv(name);
        if (value != NULL && fields_set(&config_kind, config, field->name, value, &failure) != 0)
            return error_set(error, failure.code, "environment variable %s: %s", name,
                             failure.message);
    }
    return 0;
}

/* The whole of a small file; -1 where it cannot be read. */
static int file_read(const char *path, struct bytes *text, struct error *error)
{
    FILE *file = fopen(path, "re");
    char buffer[4096];
    size_t size;
    if (file == NULL)
        return error_set_errno(error, "cannot read the configuration file %s", path);
    while ((size = fread(buffer, 1, sizeof buffer, file)) > 0)
        bytes_append(text, buffer, size);
    int failed = ferror(file);
    fclose(file);
    if (failed)
        return error_set_errno(error, "cannot read the configuration file %s", path);
    return bytes_check(text, error);
}

static int read_file(const char *path, struct config *config, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes text = {0};
    struct error failure = {0};
    if (file_read(path, &text, error) != 0)
        return -1;
    json_auto_t *json = fields_parse((const char *)text.data, text.size, &failure);
    if (json == NULL || fields_read(&config_kind, json, config, "", &failure) != 0)
        return error_set(error, failure.code, "%s: %s", path, failure.message);
    return 0;
}

/* ---- flags */

struct flags {
    int count;
    char **words;
    int at;
};

/* The value of the flag at `flags->at`: behind '=' or the next word. */
static const char *flag_value(struct flags *flags, struct error *error)
{
    const char *word = flags->words[flags->at];
    const char *equals = strchr(word, '=');
    if (equals != NULL)
        return equals + 1;
    if (flags->at + 1 < flags->count)
        return flags->words[++flags->at];
    error_set(error, ERROR_INVALID, "%s needs a value; see propd --help", word);
    return NULL;
}

static bool flag_is(const char *word, const char *flag)
{
    size_t length = strlen(flag);
    return strncmp(word, flag, length) == 0 && (word[length] == '\0' || word[length] == '=');
}

static int unknown_flag(const char *word, struct error *error)
{
    enum { OTHERS = 5 };
    const char *names[ARRAY_COUNT(config_fields) + ARRAY_COUNT(token_word_fields) + OTHERS] = {
        "help", "version", "print-config", "config", "restore"};
    char given[64];
    size_t count = OTHERS;
    for (size_t i = 0; config_fields[i].name != NULL; i++)
        names[count++] = config_fields[i].name;
    for (size_t i = 0; token_word_fields[i].name != NULL; i++)
        names[count++] = token_word_fields[i].name;
    snprintf(given, sizeof given, "%s", word + strspn(word, "-"));
    given[strcspn(given, "=")] = '\0';
    for (char *c = given; *c != '\0'; c++)
        *c = *c == '-' ? '_' : *c;
    const char *near = nearest_name(names, given);
    char flag[64] = "";
    if (near != NULL)
        flag_name(near, flag, sizeof flag);
    return error_set(error, ERROR_INVALID, "%s is not an option%s%s; see propd --help", word,
                     near != NULL ? "; did you mean " : "", flag);
}

/* A boolean alone is true, and takes no word. */
static int set_flag(struct flags *flags, const struct kind *kind, const struct field *field,
                    const char *name, void *options, struct error *error)
{
    struct error failure = {0};
    bool is_bare =
        field->type == FIELD_TYPE_BOOLEAN && strchr(flags->words[flags->at], '=') == NULL;
    const char *value = is_bare ? "true" : flag_value(flags, error);
    if (value == NULL)
        return -1;
    if (fields_set(kind, options, field->name, value, &failure) != 0)
        return error_set(error, failure.code, "%s: %s", name, failure.message);
    return 0;
}

/* 1: the flag is one of the table's, and was read; 0: it is none; -1. */
static int read_flag_of(struct flags *flags, const struct kind *kind, void *options,
                        struct error *error)
{
    for (const struct field *field = kind->fields; field->name != NULL; field++) {
        char name[64];
        flag_name(field->name, name, sizeof name);
        if (flag_is(flags->words[flags->at], name))
            return set_flag(flags, kind, field, name, options, error) == 0 ? 1 : -1;
    }
    return 0;
}

static int read_flag(struct flags *flags, struct config *config, struct error *error)
{
    int read = read_flag_of(flags, &config_kind, config, error);
    if (read == 0)
        read = read_flag_of(flags, &token_words_kind, config->create_token, error);
    return read == 0 ? unknown_flag(flags->words[flags->at], error) : read > 0 ? 0 : -1;
}

static int read_flags(int argc, char **argv, struct config *config, struct error *error)
{
    struct flags flags = {.count = argc, .words = argv, .at = 1};
    config->create_token = calloc(1, sizeof *config->create_token);
    if (config->create_token == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the options");
    for (; flags.at < argc; flags.at++) {
        const char *word = argv[flags.at];
        if (strcmp(word, "--help") == 0 || strcmp(word, "--version") == 0 ||
            strcmp(word, "--print-config") == 0)
            continue;
        if (flag_is(word, "--config") || flag_is(word, "--restore")) {
            if (flag_value(&flags, error) == NULL)
                return -1;
        } else if (read_flag(&flags, config, error) != 0) {
            return -1;
        }
    }
    return 0;
}

/* What the last flag of that name says; NULL where there is none. */
static const char *flag_find(int argc, char **argv, const char *flag)
{
    const char *value = NULL;
    struct flags flags = {.count = argc, .words = argv, .at = 1};
    for (; flags.at < argc; flags.at++) {
        if (flag_is(argv[flags.at], flag) &&
            (strchr(argv[flags.at], '=') != NULL || flags.at + 1 < argc))
            value = flag_value(&flags, NULL);
    }
    return value;
}

/* The file that --config or PROPD_CONFIG names; NULL. */
static const char *config_path(int argc, char **argv)
{
    const char *path = flag_find(argc, argv, "--config");
    return path != NULL ? path : getenv("PROPD_CONFIG");
}

const char *config_restore_file(int argc, char **argv)
{
    return flag_find(argc, argv, "--restore");
}

static bool has_flag(int argc, char **argv, const char *flag)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], flag) == 0)
            return true;
    }
    return false;
}

/* ---- answers */

static void print_default(FILE *out, const struct field *field, const json_t *defaults)
{
    const json_t *value = json_object_get(defaults, field->name);
    AUTO_FREE char *text = json_is_string(value) ? strdup(json_string_value(value))
                           : value != NULL       ? fields_print(value)
                                                 : NULL;
    if (text != NULL && strcmp(text, "null") != 0 && strcmp(text, "[]") != 0)
        fprintf(out, " [%s]", text);
    fputc('\n', out);
}

static void print_fields(FILE *out, const struct field *field, const json_t *defaults)
{
    for (; field->name != NULL; field++) {
        char name[64];
        flag_name(field->name, name, sizeof name);
        fprintf(out, "  %-20s %s", name, field->help);
        print_default(out, field, defaults);
    }
}

static void print_help(FILE *out)
{
    struct config config;
    struct error error = {0};
    json_auto_t *defaults = NULL;
    if (fields_default(&config_kind, &config, &error) == 0) {
        defaults = fields_write(&config_kind, &config);
        fields_clear(&config_kind, &config);
    }
    fprintf(out, "usage: propd [OPTION=VALUE]...\n"
                 "A self-hosted training service for neural networks, over HTTP.\n\n");
    print_fields(out, config_fields, defaults);
    print_fields(out, token_word_fields, NULL);
    fprintf(out, "  %-20s %s\n  %-20s %s\n  %-20s %s\n  %-20s %s\n  %-20s %s\n", "--restore",
            "make --data out of this backup (- for standard input) and exit", "--config",
            "read options from this JSON file", "--print-config",
            "print all options as such a file and exit", "--version", "print the version and exit",
            "--help", "print this and exit");
    fprintf(
        out,
        "\nEvery option may also be an environment variable (PROPD_LISTEN) or stand in the file\n"
        "(\"listen\"); flags win over variables, variables over the file. Sizes take K, M, G, "
        "T.\n\n"
        "Try it:  propd --data ./data &\n"
        "         curl -T iris.csv localhost:8420/v1/datasets/iris\n");
}

static int print_config(const struct config *config, FILE *out, struct error *error)
{
    json_auto_t *json = fields_write(&config_kind, config);
    AUTO_FREE char *text =
        json != NULL ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) : NULL;
    if (text == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to print the configuration");
    fprintf(out, "%s\n", text);
    return 0;
}

/* Where data goes when nobody says: the system's place for root, the user's for others. */
static int choose_data(struct config *config, struct error *error)
{
    const char *home = getenv("HOME"), *data_home = getenv("XDG_DATA_HOME");
    struct bytes path = {0};
    if (config->data != NULL)
        return 0;
    if (data_home != NULL && data_home[0] == '/')
        bytes_printf(&path, "%s/propd", data_home);
    else if (geteuid() != 0 && home != NULL)
        bytes_printf(&path, "%s/.local/share/propd", home);
    else
        bytes_printf(&path, "/var/lib/propd");
    if (bytes_text(&path) == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a path");
    config->data = (char *)path.data;
    return 0;
}

static int take_socket(struct config *config, struct error *error)
{
    char address[MANAGER_ADDRESS_SIZE];
    if (manager_take_socket(&config->listen_socket, address, error) != 0)
        return -1;
    return config->listen_socket != 0 ? fields_set(&config_kind, config, "listen", address, error)
                                      : 0;
}

/* A token is made, and a backup restored, without listening anywhere. */
static bool listens(int argc, char **argv, const struct config *config)
{
    return config_restore_file(argc, argv) == NULL && config->create_token->create_token == NULL;
}

static int read_all(int argc, char **argv, struct config *config, struct error *error)
{
    const char *path = config_path(argc, argv);
    if (path != NULL ? read_file(path, config, error) : fields_default(&config_kind, config, error))
        return -1;
    if (read_environment(config, error) != 0 || read_flags(argc, argv, config, error) != 0 ||
        choose_data(config, error) != 0 || take_socket(config, error) != 0 ||
        config_check(config, "", error) != 0 ||
        (listens(argc, argv, config) && config_check_exposure(config, error) != 0)) {
        config_clear(config);
        return -1;
    }
    return 0;
}

int config_read(int argc, char **argv, struct config *config, enum config_action *action, FILE *out,
                struct error *error)
{
    *action = CONFIG_EXIT;
    *config = (struct config){.data = NULL};
    if (has_flag(argc, argv, "--help")) {
        print_help(out);
        return 0;
    }
    if (has_flag(argc, argv, "--version")) {
        fprintf(out, "propd %s\n", PROPD_VERSION);
        return 0;
    }
    if (read_all(argc, argv, config, error) != 0)
        return -1;
    if (has_flag(argc, argv, "--print-config"))
        return print_config(config, out, error);
    *action = config_restore_file(argc, argv) != NULL      ? CONFIG_RESTORE
              : config->create_token->create_token != NULL ? CONFIG_CREATE_TOKEN
                                                           : CONFIG_RUN;
    return 0;
}

void config_clear(struct config *config)
{
    if (config->create_token != NULL)
        fields_clear(&token_words_kind, config->create_token);
    free(config->create_token);
    fields_clear(&config_kind, config);
}

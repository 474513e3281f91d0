/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/settings.h"
#include "clients/propctl/nearest.h"
#include "clients/propctl/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct option settings_options[] = {
    {"url", "URL", "the daemon's address: PROPD_URL, or http://127.0.0.1:8420", 0},
    {"token-file", "FILE", "file with the token in its first line; or PROPD_TOKEN", 0},
    {"ca-file", "FILE", "certificate authorities to trust, PEM", 0},
    {"insecure", NULL, "do not look at the daemon's certificate", 0},
    {"timeout", "SECONDS", "to connect, and to come back to a daemon that went away (60)", 0},
    {"json", NULL, "print the daemon's answer as it is", 0},
    {"help", NULL, "what the command does, with an example", 'h'},
    {.name = NULL}};

/* A file's lines, and where it is in them, for what is said of them. */
struct config_file {
    FILE *file;
    char *path, *line;
    size_t line_room;
    int number;
    bool others_can_read;
};

static void config_file_close(struct config_file *config)
{
    if (config->file != NULL)
        (void)fclose(config->file);
    free(config->path);
    free(config->line);
}

/* PROPCTL_CONFIG must be there; the file in its usual place may be absent. */
static enum outcome config_file_open(struct config_file *config)
{
    const char *named = getenv("PROPCTL_CONFIG"), *folder = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    struct text path TEXT_AUTO = {0};
    if (named != NULL)
        text_add(&path, named);
    else if (folder != NULL && *folder != '\0')
        text_printf(&path, "%s/propctl/config", folder);
    else if (home != NULL)
        text_printf(&path, "%s/.config/propctl/config", home);
    if (path.size == 0)
        return OUTCOME_OK;
    config->path = memory_copy(path.data);
    config->file = fopen(config->path, "re");
    if (config->file == NULL && (named != NULL || errno != ENOENT))
        return complain(OUTCOME_USAGE, "%s cannot be read: %s", config->path, strerror(errno));
    struct stat status;
    if (config->file != NULL && fstat(fileno(config->file), &status) == 0)
        config->others_can_read = (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
    return OUTCOME_OK;
}

static void replace(char **place, const char *value)
{
    if (value == NULL || *value == '\0')
        return;
    free(*place);
    *place = memory_copy(value);
}

static enum outcome take_line(struct settings *settings, const struct config_file *config,
                              const char *key, const char *value)
{
    static const char *const keys[] = {"url", "token", "ca_file", "insecure"};
    char **const places[] = {&settings->url, &settings->token, &settings->ca_file};
    struct nearest nearest = nearest_start(key);
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++)
        nearest_consider(&nearest, keys[i]);
    for (size_t i = 0; i < ARRAY_COUNT(places); i++)
        if (strcmp(key, keys[i]) == 0) {
            replace(places[i], value);
            return OUTCOME_OK;
        }
    bool is_true = strcmp(value, "true") == 0;
    if (strcmp(key, "insecure") == 0 && (is_true || strcmp(value, "false") == 0)) {
        settings->is_insecure = is_true;
        return OUTCOME_OK;
    }
    if (strcmp(key, "insecure") == 0)
        return complain(OUTCOME_USAGE, "%s:%d: insecure must be true or false, not \"%s\"",
                        config->path, config->number, value);
    return complain(OUTCOME_USAGE,
                    "%s:%d: \"%s\" is not known%s%s%s; url, token, ca_file and insecure are",
                    config->path, config->number, key, nearest.name != NULL ? ", " : "",
                    nearest.name != NULL ? nearest.name : "", nearest.name != NULL ? "?" : "");
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t size = strlen(text);
    while (size > 0 && isspace((unsigned char)text[size - 1]) != 0)
        text[--size] = '\0';
    return text;
}

static enum outcome read_line(struct settings *settings, const struct config_file *config)
{
    char *line = trim(config->line), *equals = strchr(line, '=');
    if (*line == '\0' || *line == '#')
        return OUTCOME_OK;
    if (equals == NULL)
        return complain(OUTCOME_USAGE, "%s:%d: expected key = value, as in url = %s", config->path,
                        config->number, "http://127.0.0.1:8420");
    *equals = '\0';
    return take_line(settings, config, trim(line), trim(equals + 1));
}

static enum outcome read_config(struct settings *settings)
{
    struct config_file config AUTO_CLEANUP(config_file_close) = {0};
    enum outcome outcome = config_file_open(&config);
    if (outcome != OUTCOME_OK || config.file == NULL)
        return outcome;
    while (outcome == OUTCOME_OK && getline(&config.line, &config.line_room, config.file) >= 0) {
        config.number++;
        outcome = read_line(settings, &config);
    }
    if (outcome == OUTCOME_OK && settings->token != NULL && config.others_can_read)
        return complain(OUTCOME_USAGE, "%s holds a token that others can read: chmod 600 %s",
                        config.path, config.path);
    return outcome;
}

/* The token is not taken from the command line itself: everybody sees that in the list of
 * processes. */
static enum outcome read_token_file(struct settings *settings, const char *path)
{
    char *AUTO_FREE line = NULL;
    size_t room = 0;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (file == NULL)
        return complain(OUTCOME_USAGE, "%s cannot be read: %s", path, strerror(errno));
    bool is_read = getline(&line, &room, file) > 0;
    if (file != stdin)
        (void)fclose(file);
    char *token = is_read ? trim(line) : NULL;
    if (token == NULL || *token == '\0')
        return complain(OUTCOME_USAGE, "%s has no token in its first line", path);
    replace(&settings->token, token);
    return OUTCOME_OK;
}

/* localhost:8420/ is http://localhost:8420. */
static enum outcome settle_url(struct settings *settings)
{
    struct text url TEXT_AUTO = {0};
    if (strstr(settings->url, "://") == NULL)
        text_add(&url, "http://");
    text_add(&url, settings->url);
    while (url.data[url.size - 1] == '/')
        url.data[--url.size] = '\0';
    if (strncmp(url.data, "http://", 7) != 0 && strncmp(url.data, "https://", 8) != 0)
        return complain(OUTCOME_USAGE,
                        "the URL must begin with http:// or https://, as in "
                        "http://127.0.0.1:8420, not \"%s\"",
                        settings->url);
    replace(&settings->url, url.data);
    return OUTCOME_OK;
}

enum outcome settings_read(struct settings *settings, const struct arguments *arguments)
{
    settings->url = memory_copy("http://127.0.0.1:8420");
    settings->timeout_s = 60;
    enum outcome outcome = read_config(settings);
    if (outcome != OUTCOME_OK)
        return outcome;
    replace(&settings->url, getenv("PROPD_URL"));
    replace(&settings->token, getenv("PROPD_TOKEN"));
    replace(&settings->url, option_text(arguments, "url"));
    replace(&settings->ca_file, option_text(arguments, "ca-file"));
    settings->is_insecure = settings->is_insecure || option_given(arguments, "insecure");
    const char *token_file = option_text(arguments, "token-file");
    outcome = option_number(arguments, "timeout", 0, 86400, &settings->timeout_s);
    if (outcome == OUTCOME_OK && token_file != NULL)
        outcome = read_token_file(settings, token_file);
    if (outcome == OUTCOME_OK && settings->ca_file != NULL && access(settings->ca_file, R_OK) != 0)
        outcome = complain(OUTCOME_USAGE, "%s (--ca-file) cannot be read: %s", settings->ca_file,
                           strerror(errno));
    return outcome == OUTCOME_OK ? settle_url(settings) : outcome;
}

void settings_clear(struct settings *settings)
{
    free(settings->url);
    free(settings->token);
    free(settings->ca_file);
    *settings = (struct settings){0};
}

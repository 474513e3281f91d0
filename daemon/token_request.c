/* The tables behind a token's document. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/token_request.h"
#include "daemon/job_document.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    unsigned bits;
} scopes[] = {{"read", SCOPE_READ},
              {"predict", SCOPE_PREDICT},
              {"train", SCOPE_TRAIN | SCOPE_READ | SCOPE_PREDICT},
              {"admin", SCOPE_ADMIN | SCOPE_TRAIN | SCOPE_READ | SCOPE_PREDICT}};

unsigned scope_find(const char *word)
{
    for (size_t i = 0; i < ARRAY_COUNT(scopes); i++)
        if (strcmp(scopes[i].word, word) == 0)
            return scopes[i].bits;
    return 0;
}

unsigned scopes_read(const struct strings *words, struct error *error)
{
    unsigned all = 0;
    for (size_t i = 0; i < words->count; i++) {
        unsigned bits = scope_find(words->items[i]);
        if (bits == 0) {
            (void)error_set_at(error, ERROR_INVALID, "scopes",
                               "must be of read, predict, train and admin, e.g. [\"read\", "
                               "\"predict\"], not \"%.40s\"",
                               words->items[i]);
            return 0;
        }
        all |= bits;
    }
    if (all == 0)
        (void)error_set_at(error, ERROR_INVALID, "scopes",
                           "must name what the token may do, e.g. [\"read\", \"predict\"]");
    return all;
}

int64_t duration_read(const char *text, struct error *error)
{
    static const struct {
        char letter;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    static const int64_t longest = INT64_C(100) * 366 * 86400;
    size_t digits = strspn(text, "0123456789");
    int64_t count = digits > 0 && digits < 12 ? strtoll(text, NULL, 10) : 0;
    for (size_t i = 0; i < ARRAY_COUNT(units); i++)
        if (text[digits] == units[i].letter && text[digits + 1] == '\0' && count > 0 &&
            count <= longest / units[i].seconds)
            return count * units[i].seconds * 1000;
    return error_set_at(error, ERROR_INVALID, "expires",
                        "must be a time from now such as 90s, 45m, 12h, 30d or 8w, at most a "
                        "hundred years, not \"%.40s\"",
                        text);
}

static const struct field quota_fields[] = {
    FIELD_INTEGER(struct token_quota, bytes, .max = 1e15, .flags = FIELD_BYTES,
                  .help = "of datasets and models that the owner keeps; 0: no limit"),
    FIELD_INTEGER(struct token_quota, queued, .max = 1e7,
                  .help = "jobs of the owner that may wait; 0: no limit"),
    FIELD_INTEGER(struct token_quota, cores, .max = 4096,
                  .help = "threads that the owner's running jobs may have; 0: no limit"),
    FIELD_END};
const struct kind token_quota_kind = {.name = "quotas",
                                      .help = "what an owner may have at once",
                                      .size = sizeof(struct token_quota),
                                      .fields = quota_fields};

int token_quota_read(const char *text, struct token_quota *quota, struct error *error)
{
    AUTO_FREE char *copy = strdup(text);
    char *rest = NULL;
    if (copy == NULL || fields_default(&token_quota_kind, quota, error) != 0)
        return error_set(error, ERROR_MEMORY, "no memory for a quota");
    for (char *word = strtok_r(copy, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest)) {
        char *equals = strchr(word, '=');
        if (equals == NULL)
            return error_set(error, ERROR_INVALID,
                             "must be a list such as bytes=10G,queued=20,cores=2, not \"%.80s\"",
                             text);
        *equals = '\0';
        if (fields_set(&token_quota_kind, quota, word, equals + 1, error) != 0)
            return -1;
    }
    return 0;
}

static int name_is_proper(const char *what, const char *name, struct error *error)
{
    if (name == NULL || job_name_valid(name))
        return 0;
    return error_set_at(error, ERROR_INVALID, what,
                        "must begin with a letter or digit and have at most 64 letters, digits, "
                        "'.', '_' or '-'");
}

static int request_check(const void *options, const char *path, struct error *error)
{
    const struct token_request *request = options;
    (void)path;
    if (name_is_proper("name", request->name, error) != 0 ||
        name_is_proper("owner", request->owner, error) != 0 ||
        scopes_read(&request->scopes, error) == 0)
        return -1;
    return request->expires == NULL || duration_read(request->expires, error) > 0 ? 0 : -1;
}

static const struct field request_fields[] = {
    FIELD_STRING(struct token_request, name, .flags = FIELD_REQUIRED,
                 .help = "to know the token by"),
    FIELD_STRINGS(struct token_request, scopes, .flags = FIELD_REQUIRED,
                  .help = "read, predict, train (those two as well), admin (everything)"),
    FIELD_STRING(struct token_request, owner,
                 .help = "whose things it sees and makes; the token's name"),
    FIELD_STRING(struct token_request, expires, .help = "how long from now, e.g. 30d; never"),
    FIELD_OBJECT(struct token_request, quotas, struct token_quota, .object = &token_quota_kind,
                 .help = "what the owner may have at once"),
    FIELD_END};
const struct kind token_request_kind = {.name = "token",
                                        .help = "a token to be made",
                                        .size = sizeof(struct token_request),
                                        .fields = request_fields,
                                        .check = request_check};

/* What a token is asked to be: the body of POST /v1/tokens and the words of --create-token. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_TOKEN_REQUEST_H
#define PROPD_DAEMON_TOKEN_REQUEST_H

#include <stdint.h>

#include "base/error.h"
#include "base/fields.h"

/* What a token may do, or'ed. */
enum scope {
    SCOPE_READ = 1 << 0,
    SCOPE_PREDICT = 1 << 1,
    SCOPE_TRAIN = 1 << 2, /* read and predict too */
    SCOPE_ADMIN = 1 << 3  /* everything, of all owners */
};

/* What an owner may have at once; 0: no limit. */
struct token_quota {
    int64_t bytes;  /* of datasets and models that are kept */
    int64_t queued; /* jobs that wait */
    int64_t cores;  /* threads of jobs that run */
};
extern const struct kind token_quota_kind;

struct token_request {
    char *name;
    struct strings scopes;
    char *owner;   /* NULL: the name */
    char *expires; /* "30d"; NULL: never */
    struct token_quota *quotas;
};
extern const struct kind token_request_kind;

/* The scopes with all that they imply; 0 with an error for a word that is none. */
unsigned scopes_read(const struct strings *words, struct error *error);
unsigned scope_find(const char *word); /* 0: none */

/* Milliseconds of a duration such as "90s", "45m", "12h", "30d" or "8w"; -1. */
int64_t duration_read(const char *text, struct error *error);

/* "bytes=10G,queued=20,cores=2" into *quota, as --quota has it. */
int token_quota_read(const char *text, struct token_quota *quota, struct error *error);

#endif

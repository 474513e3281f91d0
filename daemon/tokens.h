/* Who may do what: the tokens as the store has them, kept in memory so that a request asks nobody
 * else. A token's text is "propd_" and 256 random bits; only its SHA-256 is kept. Thread-safe. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_TOKENS_H
#define PROPD_DAEMON_TOKENS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/digest.h"
#include "daemon/token_request.h"
#include "storage/store.h"

struct tokens;

enum { TOKEN_TEXT_SIZE = sizeof "propd_" + 64 };

/* Lives as long as the service, also when it was revoked. */
struct token {
    struct token *next; /* older */
    char id[ID_SIZE], sha256[DIGEST_TEXT_SIZE];
    char *name, *owner;
    unsigned scopes; /* enum scope, or'ed, with what they imply */
    struct token_quota quota;
    int64_t expires_ms; /* 0: never */
    _Atomic int64_t revoked_ms, used_ms;
    int64_t used_written_ms; /* what the store has */
};

/* Whether requests need one. AUTO: where others than this machine can connect, and where there ever
 * was one, so that the last one's end opens nothing. */
enum tokens_mode { TOKENS_AUTO, TOKENS_ON, TOKENS_OFF };

/* Reads all of the store's (borrowed), and writes down from time to time when they were used. */
struct tokens *tokens_open(struct store *store, enum tokens_mode mode, bool is_loopback,
                           struct error *error);
/* Takes NULL. */
void tokens_close(struct tokens *tokens);

bool tokens_are_required(const struct tokens *tokens);
enum tokens_mode tokens_mode(const struct tokens *tokens);
/* Whether there ever was one. */
bool tokens_exist(const struct tokens *tokens);

/* The token of a text; NULL with ERROR_UNAUTHORIZED where it is unknown, expired or revoked. It
 * compares with every one in a time that does not tell which bytes were right. */
const struct token *tokens_find(struct tokens *tokens, const char *text, struct error *error);
/* The same for one that was found before. */
int token_check(const struct token *token, struct error *error);
void token_used(const struct token *token);

/* Makes one: its text, which is shown this once, and its record for the caller to clear.
 * ERROR_CONFLICT where another token of this name counts. */
int tokens_make(struct tokens *tokens, const struct token_request *request,
                char text[TOKEN_TEXT_SIZE], struct token_record *record, struct error *error);
/* From the return on it counts no more. */
int tokens_revoke(struct tokens *tokens, const char *id, struct error *error);
/* Writes down when they were used. */
int tokens_flush(struct tokens *tokens, struct error *error);

/* Of the limits that an owner's tokens name, the smallest each; those that expired or were revoked
 * do not count. */
struct token_quota tokens_quota(const struct tokens *tokens, const char *owner);

#endif

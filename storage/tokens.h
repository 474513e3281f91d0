/* Tokens: what is known of them, never their text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_TOKENS_H
#define PROPD_STORAGE_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/lists.h"

struct store;

struct token_record {
    char *id, *name, *owner;
    char *sha256; /* of its text */
    char *scopes; /* as the daemon writes them */
    char *quotas; /* JSON object text; NULL: none */
    int64_t created_ms;
    int64_t expires_ms, revoked_ms, used_ms; /* 0: never */
};
void token_record_clear(struct token_record *record);
int store_token_add(struct store *store, struct token_record *record, struct error *error);
/* By id, or the newest of that name. */
int store_token_get(struct store *store, const char *reference, struct token_record *record,
                    struct error *error);
int store_token_list(struct store *store, const struct store_page *page,
                     struct token_record **records, size_t *count, bool *more, struct error *error);
/* All of them, those that expired or were revoked too. */
struct token_list {
    struct token_record *records;
    size_t count;
};
int store_token_all(struct store *store, struct token_list *list, struct error *error);
void token_list_clear(struct token_list *list);
/* The first revocation stays. */
int store_token_revoke(struct store *store, const char *id, int64_t revoked_ms,
                       struct error *error);
struct token_use {
    const char *id;
    int64_t used_ms;
};
int store_token_uses(struct store *store, const struct token_use *uses, size_t count,
                     struct error *error);

#endif

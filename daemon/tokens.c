/* A list that only grows at its head, so that whoever reads it takes no lock. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tokens.h"
#include "base/bytes.h"
#include "base/log.h"
#include "base/secret.h"

#include <nettle/memops.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FLUSH_EVERY_S = 60, USES_AT_ONCE = 256 };

struct tokens {
    struct store *store;
    enum tokens_mode mode;
    bool is_loopback;
    struct token *_Atomic first; /* the newest */
    pthread_mutex_t mutex;       /* of whoever adds, revokes or writes uses down */
    pthread_cond_t closing;
    bool is_closing, has_thread;
    pthread_t thread;
};

/* ---- one token */

static void token_free(struct token *token)
{
    if (token == NULL)
        return;
    free(token->name);
    free(token->owner);
    free(token);
}

static int quota_parse(const char *text, struct token_quota *quota, struct error *error)
{
    if (text == NULL)
        return 0;
    json_auto_t *json = fields_parse(text, strlen(text), error);
    return json != NULL ? fields_read(&token_quota_kind, json, quota, "", error) : -1;
}

/* "read,predict" */
static unsigned scopes_parse(const char *text)
{
    AUTO_FREE char *copy = strdup(text);
    char *rest = NULL;
    unsigned all = 0;
    for (char *word = copy != NULL ? strtok_r(copy, ",", &rest) : NULL; word != NULL;
         word = strtok_r(NULL, ",", &rest))
        all |= scope_find(word);
    return all;
}

static struct token *token_make(const struct token_record *record, struct error *error)
{
    struct token *token = calloc(1, sizeof *token);
    if (token != NULL) {
        (void)snprintf(token->id, sizeof token->id, "%s", record->id);
        (void)snprintf(token->sha256, sizeof token->sha256, "%s", record->sha256);
        token->name = strdup(record->name);
        token->owner = strdup(record->owner);
        token->scopes = scopes_parse(record->scopes);
        token->expires_ms = record->expires_ms;
        token->revoked_ms = record->revoked_ms;
        token->used_ms = token->used_written_ms = record->used_ms;
    }
    if (token != NULL && token->name != NULL && token->owner != NULL &&
        quota_parse(record->quotas, &token->quota, error) == 0)
        return token;
    token_free(token);
    (void)error_set(error, ERROR_MEMORY, "no memory for a token");
    return NULL;
}

int token_check(const struct token *token, struct error *error)
{
    if (token->revoked_ms != 0)
        return error_set(error, ERROR_UNAUTHORIZED, "the token was revoked");
    if (token->expires_ms != 0 && token->expires_ms <= clock_unix_ms())
        return error_set(error, ERROR_UNAUTHORIZED, "the token has expired");
    return 0;
}

static bool token_counts(const struct token *token)
{
    struct error error = {0};
    return token_check(token, &error) == 0;
}

void token_used(const struct token *token)
{
    ((struct token *)(uintptr_t)token)->used_ms = clock_unix_ms();
}

/* ---- when they were used */

/* Those of one write. Under the mutex. */
static size_t uses_collect(const struct tokens *tokens, struct token_use *uses)
{
    size_t count = 0;
    for (struct token *token = tokens->first; token != NULL; token = token->next) {
        int64_t used_ms = token->used_ms;
        if (used_ms == token->used_written_ms || count == USES_AT_ONCE)
            continue;
        uses[count++] = (struct token_use){.id = token->id, .used_ms = used_ms};
        token->used_written_ms = used_ms;
    }
    return count;
}

/* Under the mutex. What a failed write leaves out, the next use brings back. */
static int flush(struct tokens *tokens, struct error *error)
{
    struct token_use uses[USES_AT_ONCE];
    size_t count;
    do {
        count = uses_collect(tokens, uses);
        if (store_token_uses(tokens->store, uses, count, error) != 0)
            return -1;
    } while (count == USES_AT_ONCE);
    return 0;
}

int tokens_flush(struct tokens *tokens, struct error *error)
{
    pthread_mutex_lock(&tokens->mutex);
    int result = flush(tokens, error);
    pthread_mutex_unlock(&tokens->mutex);
    return result;
}

static void flush_or_log(struct tokens *tokens)
{
    struct error error = {0};
    if (flush(tokens, &error) != 0)
        log_error("token_uses_not_written", &error, "when", "later");
}

/* And at the end, which may have come before this thread had its first turn. */
static void *flush_at_times(void *context)
{
    struct tokens *tokens = context;
    pthread_mutex_lock(&tokens->mutex);
    while (!tokens->is_closing) {
        struct timespec until;
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += FLUSH_EVERY_S;
        (void)pthread_cond_timedwait(&tokens->closing, &tokens->mutex, &until);
        if (!tokens->is_closing)
            flush_or_log(tokens);
    }
    flush_or_log(tokens);
    pthread_mutex_unlock(&tokens->mutex);
    return NULL;
}

/* ---- open and close */

static int load(struct tokens *tokens, struct error *error)
{
    AUTO_CLEAR(token_list_clear) struct token_list list = {0};
    if (store_token_all(tokens->store, &list, error) != 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        struct token *token = token_make(&list.records[i], error);
        if (token == NULL)
            return -1;
        token->next = tokens->first;
        tokens->first = token;
    }
    return 0;
}

struct tokens *tokens_open(struct store *store, enum tokens_mode mode, bool is_loopback,
                           struct error *error)
{
    struct tokens *tokens = calloc(1, sizeof *tokens);
    if (tokens == NULL) {
        (void)error_set(error, ERROR_MEMORY, "no memory for the tokens");
        return NULL;
    }
    tokens->store = store;
    tokens->mode = mode;
    tokens->is_loopback = is_loopback;
    pthread_mutex_init(&tokens->mutex, NULL);
    pthread_cond_init(&tokens->closing, NULL);
    if (load(tokens, error) == 0) {
        tokens->has_thread = pthread_create(&tokens->thread, NULL, flush_at_times, tokens) == 0;
        if (tokens->has_thread)
            return tokens;
        (void)error_set(error, ERROR_MEMORY, "cannot start a thread for the tokens");
    }
    tokens_close(tokens);
    return NULL;
}

void tokens_close(struct tokens *tokens)
{
    if (tokens == NULL)
        return;
    pthread_mutex_lock(&tokens->mutex);
    tokens->is_closing = true;
    pthread_cond_signal(&tokens->closing);
    pthread_mutex_unlock(&tokens->mutex);
    if (tokens->has_thread)
        pthread_join(tokens->thread, NULL);
    for (struct token *token = tokens->first, *next; token != NULL; token = next) {
        next = token->next;
        token_free(token);
    }
    pthread_cond_destroy(&tokens->closing);
    pthread_mutex_destroy(&tokens->mutex);
    free(tokens);
}

/* ---- questions */

enum tokens_mode tokens_mode(const struct tokens *tokens)
{
    return tokens->mode;
}

bool tokens_exist(const struct tokens *tokens)
{
    return tokens->first != NULL;
}

bool tokens_are_required(const struct tokens *tokens)
{
    if (tokens->mode != TOKENS_AUTO)
        return tokens->mode == TOKENS_ON;
    return !tokens->is_loopback || tokens_exist(tokens);
}

const struct token *tokens_find(struct tokens *tokens, const char *text, struct error *error)
{
    char sha256[DIGEST_TEXT_SIZE];
    const struct token *found = NULL;
    digest_bytes(text, strlen(text), sha256);
    for (const struct token *token = tokens->first; token != NULL; token = token->next)
        if (memeql_sec(token->sha256, sha256, sizeof sha256))
            found = token;
    if (found == NULL) {
        (void)error_set(error, ERROR_UNAUTHORIZED, "the token is not known here");
        return NULL;
    }
    return token_check(found, error) == 0 ? found : NULL;
}

static int64_t smaller_limit(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

struct token_quota tokens_quota(const struct tokens *tokens, const char *owner)
{
    struct token_quota all = {0};
    for (const struct token *token = tokens->first; token != NULL; token = token->next) {
        if (strcmp(token->owner, owner) != 0 || !token_counts(token))
            continue;
        all.bytes = smaller_limit(all.bytes, token->quota.bytes);
        all.queued = smaller_limit(all.queued, token->quota.queued);
        all.cores = smaller_limit(all.cores, token->quota.cores);
    }
    return all;
}

/* ---- changes */

static int text_make(char text[TOKEN_TEXT_SIZE], struct error *error)
{
    int size = snprintf(text, TOKEN_TEXT_SIZE, "propd_");
    return secret_text(text + size, error);
}

static char *scopes_text(const struct strings *scopes)
{
    AUTO_CLEAR(bytes_clear) struct bytes text = {0};
    for (size_t i = 0; i < scopes->count; i++)
        bytes_printf(&text, "%s%s", i > 0 ? "," : "", scopes->items[i]);
    return bytes_text(&text) != NULL ? strdup(bytes_text(&text)) : NULL;
}

static char *quotas_text(const struct token_quota *quota)
{
    json_auto_t *json = fields_write(&token_quota_kind, quota);
    return json != NULL ? fields_print(json) : NULL;
}

static int record_fill(const struct token_request *request, const char *text,
                       struct token_record *record, struct error *error)
{
    char id[ID_SIZE], sha256[DIGEST_TEXT_SIZE];
    int64_t life_ms = request->expires != NULL ? duration_read(request->expires, error) : 0;
    if (life_ms < 0 || id_make("tok", id, error) != 0)
        return -1;
    digest_bytes(text, strlen(text), sha256);
    const int64_t now_ms = clock_unix_ms();
    *record = (struct token_record){
        .id = strdup(id),
        .name = strdup(request->name),
        .owner = strdup(request->owner != NULL ? request->owner : request->name),
        .sha256 = strdup(sha256),
        .scopes = scopes_text(&request->scopes),
        .quotas = request->quotas != NULL ? quotas_text(request->quotas) : NULL,
        .created_ms = now_ms,
        .expires_ms = life_ms > 0 ? now_ms + life_ms : 0};
    if (record->id == NULL || record->name == NULL || record->owner == NULL ||
        record->sha256 == NULL || record->scopes == NULL ||
        (request->quotas != NULL && record->quotas == NULL))
        return error_set(error, ERROR_MEMORY, "no memory for a token");
    return 0;
}

static int name_check_free(const struct tokens *tokens, const char *name, struct error *error)
{
    for (const struct token *token = tokens->first; token != NULL; token = token->next)
        if (strcmp(token->name, name) == 0 && token_counts(token))
            return error_set(error, ERROR_CONFLICT,
                             "there is a token \"%.64s\" already: revoke it first, or take another "
                             "name",
                             name);
    return 0;
}

/* Under the mutex. */
static int add(struct tokens *tokens, struct token_record *record, struct error *error)
{
    if (name_check_free(tokens, record->name, error) != 0)
        return -1;
    struct token *token = token_make(record, error);
    if (token == NULL || store_token_add(tokens->store, record, error) != 0) {
        token_free(token);
        return -1;
    }
    token->next = tokens->first;
    tokens->first = token;
    return 0;
}

int tokens_make(struct tokens *tokens, const struct token_request *request,
                char text[TOKEN_TEXT_SIZE], struct token_record *record, struct error *error)
{
    int result = text_make(text, error);
    if (result == 0)
        result = record_fill(request, text, record, error);
    if (result == 0) {
        pthread_mutex_lock(&tokens->mutex);
        result = add(tokens, record, error);
        pthread_mutex_unlock(&tokens->mutex);
    }
    if (result != 0)
        token_record_clear(record);
    return result;
}

int tokens_revoke(struct tokens *tokens, const char *id, struct error *error)
{
    const int64_t now_ms = clock_unix_ms();
    pthread_mutex_lock(&tokens->mutex);
    int result = store_token_revoke(tokens->store, id, now_ms, error);
    for (struct token *token = tokens->first; result == 0 && token != NULL; token = token->next)
        if (strcmp(token->id, id) == 0 && token->revoked_ms == 0)
            token->revoked_ms = now_ms;
    pthread_mutex_unlock(&tokens->mutex);
    return result;
}

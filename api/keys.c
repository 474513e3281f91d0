/* Idempotency keys: what is being answered now is a list in memory, what was answered is in the
 * store. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/keys.h"
#include "api/route.h"
#include "base/digest.h"
#include "daemon/daemon.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SIZE_MAX = 255 };

struct running {
    struct running *next;
    char *key;
    const char *owner; /* borrowed */
};

struct keys {
    pthread_mutex_t mutex;
    struct running *running;
};

struct keys *keys_create(struct error *error)
{
    struct keys *keys = calloc(1, sizeof *keys);
    if (keys == NULL) {
        (void)error_set(error, ERROR_MEMORY, "no memory for the idempotency keys");
        return NULL;
    }
    pthread_mutex_init(&keys->mutex, NULL);
    return keys;
}

void keys_free(struct keys *keys)
{
    if (keys == NULL)
        return;
    pthread_mutex_destroy(&keys->mutex);
    free(keys);
}

static const char *request_key(const struct request *request)
{
    if (strcmp(request->method, "POST") != 0 || request->service->keys == NULL)
        return NULL;
    return request_header(request, "Idempotency-Key");
}

static struct running **find(struct keys *keys, const char *owner, const char *key)
{
    struct running **at = &keys->running;
    while (*at != NULL && (strcmp((*at)->key, key) != 0 || strcmp((*at)->owner, owner) != 0))
        at = &(*at)->next;
    return at;
}

static void give_free(const struct request *request, const char *key)
{
    struct keys *keys = request->service->keys;
    pthread_mutex_lock(&keys->mutex);
    struct running **at = find(keys, request->viewer.owner, key), *running = *at;
    if (running != NULL)
        *at = running->next;
    pthread_mutex_unlock(&keys->mutex);
    if (running != NULL)
        free(running->key);
    free(running);
}

static int take(const struct request *request, const char *key, struct error *error)
{
    struct keys *keys = request->service->keys;
    struct running *made = calloc(1, sizeof *made);
    char *copy = strdup(key);
    if (made == NULL || copy == NULL) {
        free(made);
        free(copy);
        return error_set(error, ERROR_MEMORY, "no memory for an idempotency key");
    }
    made->key = copy;
    made->owner = request->viewer.owner;
    pthread_mutex_lock(&keys->mutex);
    bool taken = *find(keys, made->owner, key) != NULL;
    if (!taken) {
        made->next = keys->running;
        keys->running = made;
    }
    pthread_mutex_unlock(&keys->mutex);
    if (!taken)
        return 0;
    free(copy);
    free(made);
    return error_set(error, ERROR_CONFLICT,
                     "the first request with this Idempotency-Key is still being answered");
}

/* What makes two requests the same: path, query and body. */
static int request_digest(const struct request *request, char text[DIGEST_TEXT_SIZE],
                          struct error *error)
{
    struct digest digest;
    char body[DIGEST_TEXT_SIZE];
    if (body_digest(&request->body, body, error) != 0)
        return -1;
    digest_start(&digest);
    digest_add(&digest, request->path, strlen(request->path) + 1);
    for (size_t i = 0; i < request->parameter_count; i++) {
        const struct parameter *parameter = &request->parameters[i];
        digest_add(&digest, parameter->name, strlen(parameter->name) + 1);
        digest_add(&digest, parameter->value, strlen(parameter->value) + 1);
    }
    digest_add(&digest, body, sizeof body);
    digest_finish(&digest, text);
    return 0;
}

static int repeat(const struct answer_record *record, struct reply *reply, struct error *error)
{
    json_t *json = fields_parse(record->body, strlen(record->body), error);
    if (json == NULL || reply_json(reply, (int)record->status, json, error) != 0)
        return -1;
    if (record->location != NULL &&
        reply_header(reply, error, "Location", "%s", record->location) != 0)
        return -1;
    return reply_header(reply, error, "Idempotency-Replayed", "true");
}

static int look_up(struct request *request, const char *key, struct reply *reply, bool *answered,
                   struct error *error)
{
    struct answer_record record AUTO_CLEAR(answer_record_clear) = {0};
    char digest[DIGEST_TEXT_SIZE];
    if (request_digest(request, digest, error) != 0 ||
        store_answer_get(daemon_store(request->service->daemon), request->viewer.owner, key,
                         &record, error) != 0)
        return -1;
    *answered = record.request_sha256 != NULL;
    if (!*answered)
        return 0;
    if (strcmp(record.request_sha256, digest) != 0)
        return error_set(error, ERROR_INVALID,
                         "this Idempotency-Key came with another request before");
    return repeat(&record, reply, error);
}

int keys_begin(struct request *request, struct reply *reply, bool *answered, struct error *error)
{
    const char *key = request_key(request);
    *answered = false;
    if (key == NULL)
        return 0;
    if ((request->route->flags & ROUTE_SECRET) != 0)
        return error_set(error, ERROR_INVALID,
                         "this answer holds a secret and is not kept: send it without "
                         "Idempotency-Key");
    if (*key == '\0' || strlen(key) > KEY_SIZE_MAX)
        return error_set(error, ERROR_MALFORMED, "an Idempotency-Key has 1 to %d bytes",
                         KEY_SIZE_MAX);
    if (take(request, key, error) != 0)
        return -1;
    int result = look_up(request, key, reply, answered, error);
    if (result != 0 || *answered)
        give_free(request, key);
    return result;
}

static int keep(struct request *request, const char *key, const struct reply *reply,
                struct error *error)
{
    char digest[DIGEST_TEXT_SIZE];
    AUTO_FREE char *body = fields_print(reply->json);
    if (body == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to keep the answer");
    if (request_digest(request, digest, error) != 0)
        return -1;
    const char *location = reply_header_value(reply, "Location");
    AUTO_FREE char *location_copy = location != NULL ? strdup(location) : NULL;
    const struct answer_record record = {
        .request_sha256 = digest, .status = reply->status, .location = location_copy, .body = body};
    return store_answer_put(daemon_store(request->service->daemon), request->viewer.owner, key,
                            &record, error);
}

int keys_end(struct request *request, struct reply *reply, bool succeeded, struct error *error)
{
    const char *key = request_key(request);
    if (key == NULL)
        return 0;
    int result = succeeded && reply->json != NULL ? keep(request, key, reply, error) : 0;
    give_free(request, key);
    return result;
}

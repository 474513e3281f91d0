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
    const char *owner, *key;
};

struct keys {
    pthread_mutex_t mutex;
    struct running *running;
};

/* A request with a key that is being answered. */
struct key_use {
    struct running running; /* its texts are borrowed from the request */
    char digest[DIGEST_TEXT_SIZE];
    struct store_answer answer;
    const struct keys_answer *made_by;
    struct reply made; /* the answer as it was kept with what was made */
    bool is_made;
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

static struct running **find(struct keys *keys, const struct running *wanted)
{
    struct running **at = &keys->running;
    while (*at != NULL &&
           (strcmp((*at)->key, wanted->key) != 0 || strcmp((*at)->owner, wanted->owner) != 0))
        at = &(*at)->next;
    return at;
}

static void give_free(struct request *request)
{
    struct keys *keys = request->service->keys;
    struct key_use *use = request->key;
    pthread_mutex_lock(&keys->mutex);
    struct running **at = find(keys, &use->running);
    *at = use->running.next;
    pthread_mutex_unlock(&keys->mutex);
    reply_clear(&use->made);
    free(use);
    request->key = NULL;
    request->terms.answer = NULL;
}

static int take(struct keys *keys, struct running *running, struct error *error)
{
    pthread_mutex_lock(&keys->mutex);
    bool taken = *find(keys, running) != NULL;
    if (!taken) {
        running->next = keys->running;
        keys->running = running;
    }
    pthread_mutex_unlock(&keys->mutex);
    if (!taken)
        return 0;
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

static int look_up(struct request *request, struct reply *reply, bool *answered,
                   struct error *error)
{
    const struct key_use *use = request->key;
    struct answer_record record AUTO_CLEAR(answer_record_clear) = {0};
    if (store_answer_get(daemon_store(request->service->daemon), use->running.owner,
                         use->running.key, &record, error) != 0)
        return -1;
    *answered = record.request_sha256 != NULL;
    if (!*answered)
        return 0;
    if (strcmp(record.request_sha256, use->digest) != 0)
        return error_set(error, ERROR_INVALID,
                         "this Idempotency-Key came with another request before");
    return repeat(&record, reply, error);
}

static int use_make(struct request *request, const char *key, struct error *error)
{
    struct key_use *use = calloc(1, sizeof *use);
    if (use == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an idempotency key");
    use->running.owner = request->viewer.owner;
    use->running.key = key;
    if (request_digest(request, use->digest, error) != 0 ||
        take(request->service->keys, &use->running, error) != 0) {
        free(use);
        return -1;
    }
    request->key = use;
    return 0;
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
    if (use_make(request, key, error) != 0)
        return -1;
    int result = look_up(request, reply, answered, error);
    if (result != 0 || *answered)
        give_free(request);
    return result;
}

/* ---- keeping */

/* The answer as JSON text; NULL where it is none, or without memory. */
static char *reply_text_of(const struct reply *reply)
{
    if (reply->json != NULL)
        return fields_print(reply->json);
    if (reply->content_type == NULL || strcmp(reply->content_type, "application/json") != 0 ||
        reply->body.failed)
        return NULL;
    return strndup((const char *)reply->body.data, reply->body.size);
}

static int record_make(const struct reply *reply, struct answer_record *record, struct error *error)
{
    const char *location = reply_header_value(reply, "Location");
    record->status = reply->status;
    record->body = reply_text_of(reply);
    record->location = location != NULL ? strdup(location) : NULL;
    if (record->body == NULL || (location != NULL && record->location == NULL))
        return error_set(error, ERROR_MEMORY, "no memory to keep the answer");
    return 0;
}

static int fill(void *context, const void *record, bool is_new, struct answer_record *answer,
                struct error *error)
{
    struct key_use *use = context;
    if (use->made_by->reply(use->made_by->context, record, is_new, &use->made, error) != 0 ||
        record_make(&use->made, answer, error) != 0)
        return -1;
    use->is_made = true;
    return 0;
}

const struct store_terms *keys_terms(struct request *request, const struct keys_answer *answer)
{
    struct key_use *use = request->key;
    if (use != NULL) {
        use->made_by = answer;
        use->answer = (struct store_answer){.owner = use->running.owner,
                                            .key = use->running.key,
                                            .request_sha256 = use->digest,
                                            .fill = fill,
                                            .context = use};
        request->terms.answer = &use->answer;
    }
    return &request->terms;
}

int keys_reply(struct request *request, const struct keys_answer *answer, const void *record,
               bool is_new, struct reply *reply, struct error *error)
{
    struct key_use *use = request->key;
    if (use == NULL)
        return answer->reply(answer->context, record, is_new, reply, error);
    reply_clear(reply);
    *reply = use->made;
    use->made = (struct reply){0};
    return 0;
}

static int keep(struct request *request, const struct reply *reply, struct error *error)
{
    const struct key_use *use = request->key;
    struct answer_record record AUTO_CLEAR(answer_record_clear) = {0};
    const struct store_answer answer = {
        .owner = use->running.owner, .key = use->running.key, .request_sha256 = use->digest};
    if (record_make(reply, &record, error) != 0)
        return -1;
    return store_answer_put(daemon_store(request->service->daemon), &answer, &record, error);
}

static bool is_kept_as_json(const struct reply *reply)
{
    return reply->json != NULL ||
           (reply->content_type != NULL && strcmp(reply->content_type, "application/json") == 0);
}

int keys_end(struct request *request, struct reply *reply, bool succeeded, struct error *error)
{
    const struct key_use *use = request->key;
    if (use == NULL)
        return 0;
    int result = 0;
    if (succeeded && !use->is_made && is_kept_as_json(reply))
        result = keep(request, reply, error);
    give_free(request);
    return result;
}

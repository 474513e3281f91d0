/* A table of sets of a few entries by a hash of who asks for what; in a full set the entry goes
 * that was not asked for the longest. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/etags.h"
#include "base/bytes.h"
#include "base/fnv.h"
#include "daemon/daemon.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SET_COUNT = 4096, WAYS = 4, KEY_MAX = 4096 };

struct entry {
    char *key; /* owned; NULL: free */
    uint64_t used, since;
    struct change_set made_of;
    bool keeps, varies_by_accept;
    const char *content_type;   /* static */
    char etag[REPLY_ETAG_SIZE]; /* in any form */
    char form[REPLY_ETAG_SIZE]; /* in that which was asked for */
};

struct etags {
    pthread_mutex_t mutex;
    uint64_t turn;
    struct entry sets[SET_COUNT][WAYS];
};

struct etags *etags_create(struct error *error)
{
    struct etags *etags = calloc(1, sizeof *etags);
    if (etags == NULL) {
        (void)error_set(error, ERROR_MEMORY, "no memory to remember ETags");
        return NULL;
    }
    pthread_mutex_init(&etags->mutex, NULL);
    return etags;
}

void etags_free(struct etags *etags)
{
    if (etags == NULL)
        return;
    for (size_t i = 0; i < SET_COUNT; i++)
        for (size_t j = 0; j < WAYS; j++)
            free(etags->sets[i][j].key);
    pthread_mutex_destroy(&etags->mutex);
    free(etags);
}

static void add_part(struct bytes *key, const char *part)
{
    if (part == NULL)
        bytes_append(key, "-", 1);
    else
        bytes_printf(key, "%zu:%s", strlen(part), part);
}

/* Who asks for what in which form. */
static const char *make_key(const struct request *request, struct bytes *key)
{
    add_part(key, request->viewer.sees_all ? "all" : NULL);
    add_part(key, request->viewer.owner);
    add_part(key, request->path);
    add_part(key, request_header(request, "Accept"));
    add_part(key, request_header(request, "Accept-Encoding"));
    for (size_t i = 0; i < request->parameter_count; i++) {
        add_part(key, request->parameters[i].name);
        add_part(key, request->parameters[i].value);
    }
    return key->size <= KEY_MAX ? bytes_text(key) : NULL;
}

static struct entry *set_of(struct etags *etags, const char *key)
{
    uint64_t hash = fnv_add(FNV_START, key, strlen(key));
    return etags->sets[(hash ^ hash >> 32) % SET_COUNT];
}

/* A copy of the entry, without its key. Under the mutex. */
static bool find(struct etags *etags, const char *key, struct entry *found)
{
    struct entry *set = set_of(etags, key);
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].key != NULL && strcmp(set[i].key, key) == 0) {
            set[i].used = ++etags->turn;
            *found = set[i];
            found->key = NULL;
            return true;
        }
    return false;
}

static bool is_read(const struct request *request)
{
    return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

bool etags_answer(struct request *request, struct reply *reply)
{
    struct etags *etags = request->service->etags;
    struct bytes text AUTO_CLEAR(bytes_clear) = {0};
    struct entry entry;
    if (etags == NULL || !is_read(request) || request_header(request, "If-None-Match") == NULL)
        return false;
    const char *key = make_key(request, &text);
    if (key == NULL)
        return false;
    pthread_mutex_lock(&etags->mutex);
    bool found = find(etags, key, &entry);
    pthread_mutex_unlock(&etags->mutex);
    if (!found || changes_any(store_changes(daemon_store(request->service->daemon)), &entry.made_of,
                              entry.since))
        return false;
    if (!reply_unchanged(reply, request, entry.etag))
        return false;
    (void)snprintf(reply->etag, sizeof reply->etag, "%s", entry.form);
    reply->keeps = entry.keeps;
    reply->varies_by_accept = entry.varies_by_accept;
    reply->content_type = entry.content_type;
    return true;
}

static struct entry *choose(struct etags *etags, const char *key)
{
    struct entry *set = set_of(etags, key), *oldest = set;
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].key != NULL && strcmp(set[i].key, key) == 0)
            return &set[i];
        if (set[i].used < oldest->used)
            oldest = &set[i];
    }
    return oldest;
}

void etags_keep(struct request *request, const struct reply *reply)
{
    struct etags *etags = request->service->etags;
    struct bytes text AUTO_CLEAR(bytes_clear) = {0};
    const char *form = reply_header_value(reply, "ETag");
    bool is_told = reply->status == 200 || reply->status == 304;
    if (etags == NULL || request->made_of.count == 0 || !is_read(request) || form == NULL ||
        !is_told)
        return;
    const char *key = make_key(request, &text);
    char *copy = key != NULL ? strdup(key) : NULL;
    if (copy == NULL)
        return;
    pthread_mutex_lock(&etags->mutex);
    struct entry *entry = choose(etags, copy);
    free(entry->key);
    *entry = (struct entry){.key = copy,
                            .used = ++etags->turn,
                            .since = request->since,
                            .made_of = request->made_of,
                            .keeps = reply->keeps,
                            .varies_by_accept = reply->varies_by_accept,
                            .content_type = reply->content_type};
    (void)snprintf(entry->etag, sizeof entry->etag, "%s", reply->etag);
    (void)snprintf(entry->form, sizeof entry->form, "%s", form);
    pthread_mutex_unlock(&etags->mutex);
}

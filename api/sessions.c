/* An array under a mutex. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/sessions.h"
#include "base/clock.h"

#include <nettle/memops.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
    char sha256[DIGEST_TEXT_SIZE];
    const struct token *token; /* NULL: the place is free */
    uint64_t ends_ns;
};

struct sessions {
    pthread_mutex_t mutex;
    struct session places[SESSIONS_MAX];
};

struct sessions *sessions_create(struct error *error)
{
    struct sessions *sessions = calloc(1, sizeof *sessions);
    if (sessions == NULL) {
        (void)error_set(error, ERROR_MEMORY, "no memory for sessions");
        return NULL;
    }
    pthread_mutex_init(&sessions->mutex, NULL);
    return sessions;
}

void sessions_free(struct sessions *sessions)
{
    if (sessions == NULL)
        return;
    pthread_mutex_destroy(&sessions->mutex);
    free(sessions);
}

int sessions_begin(struct sessions *sessions, const struct token *token, char id[SESSION_ID_SIZE],
                   struct error *error)
{
    if (secret_text(id, error) != 0)
        return -1;
    pthread_mutex_lock(&sessions->mutex);
    struct session *place = sessions->places; /* free ones have ended long ago */
    for (struct session *at = place; at < sessions->places + SESSIONS_MAX; at++)
        if (at->ends_ns < place->ends_ns)
            place = at;
    digest_bytes(id, strlen(id), place->sha256);
    place->token = token;
    place->ends_ns = clock_now_ns() + SESSION_SECONDS * UINT64_C(1000000000);
    pthread_mutex_unlock(&sessions->mutex);
    return 0;
}

/* Compares with all, in a time that does not tell which bytes were right. Under the mutex. */
static struct session *session_of(struct sessions *sessions, const char *id)
{
    char sha256[DIGEST_TEXT_SIZE];
    struct session *found = NULL;
    digest_bytes(id, strlen(id), sha256);
    for (struct session *at = sessions->places; at < sessions->places + SESSIONS_MAX; at++)
        if (memeql_sec(at->sha256, sha256, sizeof sha256) && at->ends_ns > clock_now_ns())
            found = at;
    return found;
}

const struct token *sessions_find(struct sessions *sessions, const char *id)
{
    pthread_mutex_lock(&sessions->mutex);
    const struct session *session = session_of(sessions, id);
    const struct token *token = session != NULL ? session->token : NULL;
    pthread_mutex_unlock(&sessions->mutex);
    return token;
}

void sessions_end(struct sessions *sessions, const char *id)
{
    pthread_mutex_lock(&sessions->mutex);
    struct session *session = session_of(sessions, id);
    if (session != NULL)
        *session = (struct session){.token = NULL};
    pthread_mutex_unlock(&sessions->mutex);
}

/* Logins of browsers: a random id in a cookie stands for a token, as long as that counts and at
 * most for half a day. Kept in memory, by their SHA-256; a restart ends them. Thread-safe. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_SESSIONS_H
#define PROPD_API_SESSIONS_H

#include "base/digest.h"
#include "base/error.h"
#include "base/secret.h"

struct sessions;
struct token;

enum { SESSION_SECONDS = 12 * 60 * 60, SESSION_ID_SIZE = SECRET_TEXT_SIZE, SESSIONS_MAX = 1024 };

struct sessions *sessions_create(struct error *error);
void sessions_free(struct sessions *sessions);

/* A new one; where there are SESSIONS_MAX, it takes the place of the one that ends first. */
int sessions_begin(struct sessions *sessions, const struct token *token, char id[SESSION_ID_SIZE],
                   struct error *error);
/* The token behind an id, NULL where there is none any more. */
const struct token *sessions_find(struct sessions *sessions, const char *id);
void sessions_end(struct sessions *sessions, const char *id);

#endif

/* A request's body on its way in: small ones in memory, uploads into files of the store with their
 * SHA-256 counted while they arrive, so that memory does not grow with them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_BODY_H
#define PROPD_API_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"

struct inflation;
struct store;

enum body_kind {
    BODY_NONE,  /* any byte is an error */
    BODY_JSON,  /* in memory */
    BODY_UPLOAD /* in files */
};

enum { BODY_UPLOADS_MAX = 2 };

struct upload {
    const char *name; /* "body", or the form field "features", "labels"; static */
    char *path;       /* owned; in the store's uploads/ */
    int file;
    int64_t bytes;
    struct digest digest;
    char sha256[DIGEST_TEXT_SIZE]; /* after body_finish() */
};

/* What all bodies in memory may take together. */
struct body_budget {
    _Atomic int64_t used;
    int64_t most;
};

/* All zero is no body. */
struct body {
    enum body_kind kind;
    int64_t limit; /* bytes, of all of it, as it comes and as it inflates */
    int64_t received;
    struct inflation *inflation; /* owned; BODY_JSON in a content coding, NULL: as it is */
    int64_t inflated;
    int64_t received_at_check;  /* when free space was last looked at */
    struct bytes text;          /* BODY_JSON */
    struct body_budget *budget; /* that text counts against; NULL: none */
    int64_t budgeted;
    struct store *store; /* BODY_UPLOAD; borrowed */
    struct upload uploads[BODY_UPLOADS_MAX];
    int upload_count;
    struct error error; /* the first thing that went wrong; what comes later is thrown away */
};

/* Whether a body of `size` bytes (-1: not known yet) may come at all: ERROR_TOO_LARGE,
 * ERROR_STORAGE_FULL. */
int body_check_size(const struct body *body, int64_t size, struct error *error);

/* Takes the next bytes of the body. Errors are kept for body_finish(). */
void body_add(struct body *body, const void *data, size_t size);
/* The same for a field of a form; only "features", "labels" and "file" are known. */
void body_add_field(struct body *body, const char *field, const void *data, size_t size);
/* Whether so much was thrown away that the connection is better cut than answered. */
bool body_is_hopeless(const struct body *body);

/* All has arrived: digests are written, or the error that came up on the way is given. */
int body_finish(struct body *body, struct error *error);

/* SHA-256 of all bytes, features before labels whichever came first. After body_finish(). */
int body_digest(const struct body *body, char text[DIGEST_TEXT_SIZE], struct error *error);

/* The upload of that field name; NULL where there is none. */
const struct upload *body_upload(const struct body *body, const char *name);

/* Frees all and removes the files that are still there. */
void body_clear(struct body *body);

#endif

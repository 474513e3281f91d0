/* What went wrong, as a value: one struct on the caller's stack, passed last.
 *
 * Functions return 0 or -1 (constructors a pointer or NULL) and set their outputs only on success.
 * The first error wins: setting an error that is already set changes nothing, so that a clean-up
 * path cannot hide the cause. Library code never logs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_ERROR_H
#define PROPD_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

/* Code, its name in answers and logs, and what it says to whoever asked. */
#define ERROR_CODES(CODE)                                                                          \
    CODE(ERROR_NONE, "none")                                                                       \
    CODE(ERROR_MALFORMED, "malformed")     /* cannot be parsed at all */                           \
    CODE(ERROR_INVALID, "invalid")         /* parses, but cannot be */                             \
    CODE(ERROR_NOT_BUILT, "not_built_yet") /* specified, not built */                              \
    CODE(ERROR_NOT_FOUND, "not_found")                                                             \
    CODE(ERROR_NOT_ALLOWED, "method_not_allowed")                                                  \
    CODE(ERROR_UNAUTHORIZED, "unauthorized") /* no token, or none that counts */                   \
    CODE(ERROR_SCOPE, "insufficient_scope")  /* the token may not do this */                       \
    CODE(ERROR_QUOTA, "quota_exceeded")      /* the owner has all that he may */                   \
    CODE(ERROR_FORBIDDEN, "forbidden")                                                             \
    CODE(ERROR_MISDIRECTED, "misdirected") /* a Host that is not ours */                           \
    CODE(ERROR_NOT_ACCEPTABLE, "not_acceptable")                                                   \
    CODE(ERROR_CONFLICT, "conflict") /* the state forbids it */                                    \
    CODE(ERROR_RANGE, "range_not_satisfiable")                                                     \
    CODE(ERROR_PRECONDITION, "precondition_failed")                                                \
    CODE(ERROR_UNSUPPORTED, "unsupported_media_type")                                              \
    CODE(ERROR_TOO_LARGE, "too_large") /* over a stated limit */                                   \
    CODE(ERROR_URI_TOO_LONG, "uri_too_long")                                                       \
    CODE(ERROR_HEADERS_TOO_LARGE, "headers_too_large")                                             \
    CODE(ERROR_TOO_MANY, "too_many_requests")                                                      \
    CODE(ERROR_BUSY, "busy") /* later: Retry-After */                                              \
    CODE(ERROR_STORAGE_FULL, "storage_full")                                                       \
    CODE(ERROR_MEMORY, "out_of_memory")                                                            \
    CODE(ERROR_DIVERGED, "diverged") /* loss is not finite */                                      \
    CODE(ERROR_CANCELLED, "cancelled")                                                             \
    CODE(ERROR_IO, "io")                                                                           \
    CODE(ERROR_CORRUPT, "corrupt")                 /* a digest does not match */                   \
    CODE(ERROR_NOT_IMPLEMENTED, "not_implemented") /* in HTTP's sense */                           \
    CODE(ERROR_INTERNAL, "internal")

enum error_code {
#define ERROR_ENUMERATOR(code, name) code,
    ERROR_CODES(ERROR_ENUMERATOR)
#undef ERROR_ENUMERATOR
};

struct error {
    enum error_code code; /* ERROR_NONE: nothing went wrong */
    char path[256];       /* where in a document: "network.layers[2].units", or "" */
    char message[768];    /* one sentence, lower case, no full stop: names the thing and what was
                             expected */
};

/* Sets `error` unless it is set. `error` may be NULL (then nothing happens). Returns -1, so that a
 * failing function can end with `return error_set(…)`. */
int error_set(struct error *error, enum error_code code, const char *format, ...) PRINTF_LIKE(3, 4);

/* As error_set, and says where in a document: the message begins with `path` ("" for none). */
int error_set_at(struct error *error, enum error_code code, const char *path, const char *format,
                 ...) PRINTF_LIKE(4, 5);

/* As error_set for a failed system call: appends strerror(errno); ENOSPC and EDQUOT become
 * ERROR_STORAGE_FULL, ENOMEM ERROR_MEMORY, everything else ERROR_IO. */
int error_set_errno(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);

/* Forgets what was set, for a second try. */
void error_clear(struct error *error);

/* The code's name: "invalid". Never NULL. */
const char *error_code_name(enum error_code code);

/* The code of a name, ERROR_INTERNAL for an unknown one. */
enum error_code error_code_find(const char *name);

#ifdef __clang_analyzer__
/* The analyzer sees one file at a time: without this it follows paths on which these give 0. */
#define error_set(...) (error_set(__VA_ARGS__), -1)
#define error_set_at(...) (error_set_at(__VA_ARGS__), -1)
#define error_set_errno(...) (error_set_errno(__VA_ARGS__), -1)
#endif

#endif

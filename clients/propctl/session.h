/* What a command runs with. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_SESSION_H
#define PROPCTL_SESSION_H

#include "clients/propctl/http.h"
#include "clients/propctl/terminal.h"

struct session {
    struct settings settings;
    struct http http;
    struct terminal out, err;
};

/* The file is opened for reading, "-" is standard input; complains. NULL on failure. */
FILE *session_open(const char *path);

/* All of a file. */
enum outcome session_read(const char *path, struct text *text);

/* Sends and prints the answer as it is, with a newline behind it. */
enum outcome session_print_answer(struct session *session, const struct http_request *request);

/* Prints JSON for people to read and change, with a newline behind it. */
void session_print_document(const struct session *session, const json_t *document);

/* For commands that are a request and a word of what came of it: prints the answer as it is with
 * --json, else gives it. *json stays NULL where it was printed, or where there is none. */
enum outcome session_ask(struct session *session, const struct http_request *request,
                         json_t **json);

/* DELETEs what `path` leads to, and says `done` where people read it. */
enum outcome session_delete(struct session *session, const char *path, const char *done);

#endif

/* One request to the daemon and its answer, by libcurl. Nothing is kept in memory that the caller
 * takes as it comes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_HTTP_H
#define PROPCTL_HTTP_H

#include "clients/propctl/settings.h"
#include "clients/propctl/text.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>

struct http {
    const struct settings *settings;
    CURL *handles[2]; /* the second one for what is asked while an answer is still coming */
    size_t busy;      /* how many of them are at it */
    bool prints_json; /* answers and problems are printed as they are, as JSON */
};

/* Both give false to end the request. */
typedef bool http_take_fn(void *context, const char *data, size_t size);
typedef bool http_tick_fn(void *context, curl_off_t sent, curl_off_t sent_total);

struct http_request {
    const char *method; /* NULL: GET */
    const char *path;   /* http_path() */
    const char *body;   /* or NULL */
    size_t body_size;
    FILE *file;                        /* the body, read as it is sent; or NULL */
    curl_off_t file_size;              /* -1: not known */
    curl_mime *form;                   /* the body, or NULL */
    const char *content_type, *accept; /* NULL: JSON */
    const char *headers[3];            /* more of them, "Name: value" */
    http_take_fn *take;                /* the body of an answer of 2xx; NULL: into the answer */
    http_tick_fn *tick; /* several times a second, and while nothing comes; or NULL */
    void *context;
    bool is_quiet;  /* nothing is complained of */
    double limit_s; /* for the whole of it; 0: none */
};

struct http_answer {
    long status; /* 0: none came */
    struct text body;
    char etag[160];
};

void http_close(struct http *http);

/* OUTCOME_OK for an answer of 2xx. Else what was wrong has been said: the daemon's problem with
 * its pointers, or that there is no connection. */
enum outcome http_send(struct http *http, const struct http_request *request,
                       struct http_answer *answer);
void http_answer_clear(struct http_answer *answer);

/* Each %s in `pattern` is one of the words that follow, escaped as a URL wants it. */
void http_path(struct text *path, const char *pattern, ...);

/* The answer as JSON. */
enum outcome http_json(struct http *http, const struct http_request *request, json_t **json);

/* GETs `path` as JSON. */
enum outcome http_get(struct http *http, const char *path, json_t **json);

#endif

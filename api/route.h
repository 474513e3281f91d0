/* Routes as a table. The same table finds the handler, gives 404 and 405 with Allow, says which
 * query parameters and body a request may have, and is printed as /openapi.json. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_ROUTE_H
#define PROPD_API_ROUTE_H

#include <stdint.h>

#include "api/reply.h"
#include "api/request.h"

/* Fills `reply`, or returns -1 with `error`. */
typedef int route_handler_fn(struct request *request, struct reply *reply, struct error *error);

/* A handler cut in three, so that the middle of several requests can be done at once. */
struct route_steps {
    route_handler_fn *begin; /* sets request->work */
    /* Whether run() takes so long that it had better run on a worker thread; after begin(). */
    bool (*is_long)(const struct request *request);
    /* Of requests that began; what goes wrong is for end() to tell. */
    void (*run)(struct request *const *requests, size_t count);
    route_handler_fn *end;
    void (*free)(void *work);
};

enum route_flag {
    ROUTE_STREAM = 1 << 0,         /* may stream or wait: counts against the limit of those */
    ROUTE_TENSORFLOW = 1 << 1,     /* errors in TensorFlow Serving's form */
    ROUTE_OPEN_INFERENCE = 1 << 2, /* in the Open Inference Protocol's: the same, and 400 where we
                                      say 422 */
    ROUTE_RANGES = 1 << 3,         /* serves parts of its answer: Range, 206 and 416 */
    ROUTE_SECRET = 1 << 4,         /* the answer is for whoever asked alone: never kept for a key */
    ROUTE_PASSING = 1 << 5,        /* the answer is of its moment: it has no ETag */
};

enum { ROUTE_ANSWERS_MAX = 6, ROUTE_PROBLEMS_MAX = 6 };

/* One way in which a route answers what went well; for /openapi.json, which a test holds all
 * answers against. {202, "job"}: JSON; {200, .type = "text/csv"}: not JSON; {204}: nothing. */
struct route_answer {
    int status;         /* 0: no further answer */
    const char *schema; /* of its JSON: a name in api/schemas (api/schema.h); NULL: not JSON */
    const char *type;   /* media type; NULL: application/json with a schema, else an empty body */
};

struct route {
    const char *method;
    const char *path;          /* "/v1/jobs/{job}:cancel" */
    route_handler_fn *handler; /* NULL where there are steps */
    const struct kind *query;  /* parameters; NULL: none */
    enum body_kind body_kind;
    const struct kind *body; /* fields of a JSON body; NULL: none, or body_schema says it */
    const char *body_schema; /* its name in api/schemas, where no kind is read; NULL */
    const char *body_types;  /* media types that it may have beside JSON's, or an upload's, with
                                ", " between: the handler looks which it is; NULL */
    const char *example;     /* a JSON body that is right; for routes that take JSON */
    int64_t (*body_limit)(const struct config *config);
    bool (*is_slow)(const struct request *request); /* whether it runs on a worker thread, its
                                                       connection sleeping; NULL: never */
    const struct route_steps *steps;                /* NULL: a handler */
    unsigned flags;                                 /* enum route_flag, or'ed */
    const char *scope; /* read, predict, train, admin; SCOPE_ANY: of any token; NULL: public */
    const char *help;  /* one phrase */
    struct route_answer answers[ROUTE_ANSWERS_MAX]; /* the usual one first */
    /* What can go wrong beside what can with any route of its method, placeholders, body and scope
     * (api/openapi_problems.c). */
    enum error_code problems[ROUTE_PROBLEMS_MAX];
};

/* All routes of propd, ended by one without a method (api/routes.c). */
extern const struct route api_routes[];

/* Finds the route for a method and path (HEAD is GET's), sets request->route and its captures.
 * ERROR_NOT_FOUND names the nearest path; ERROR_NOT_ALLOWED comes with Allow in `reply`. */
int route_find(struct request *request, struct reply *reply, struct error *error);

/* "GET, HEAD, DELETE" for a path, NULL where no route has it or memory ran out; the caller frees.
 */
char *route_methods(const struct route *routes, const char *path);

#endif

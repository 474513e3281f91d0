/* What the dialects of predictions share: the model that a path names, what is computed of a
 * request, with others' of the same model where they come together, and what is counted of it.
 *
 * The work of a route's steps begins with one of these. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_HANDLERS_INFERENCE_H
#define PROPD_API_HANDLERS_INFERENCE_H

#include "api/route.h"
#include "daemon/daemon.h"
#include "engine/prediction.h"

enum { INFERENCE_ROWS_MAX = 1 << 20 };

struct inference {
    struct daemon *daemon;
    struct model_title title; /* id "" until there is a model */
    struct prediction prediction;
    struct error error;   /* of the run */
    uint64_t started_ns;  /* the request's */
    uint64_t begun_ns;    /* it was read */
    uint64_t run_ns;      /* it was computed from here … */
    uint64_t computed_ns; /* … to here */
    bool executed;        /* first of those that were computed together */
    bool succeeded;       /* it was answered, and counted */
};

/* The model of the path: {model}, or {model} and a version or alias behind it. Release it. */
const struct model *inference_hold(const struct request *request, struct model_title *title,
                                   struct error *error);
/* Holds it for a request. */
int inference_open(struct inference *inference, const struct request *request, struct error *error);
/* After reading: the time. */
void inference_begun(struct inference *inference);

/* Of struct route_steps. */
bool inference_is_long(const struct request *request);
void inference_run(struct request *const *requests, size_t count);

/* For the end: the error of the run, or 0. */
int inference_check(const struct inference *inference, struct error *error);
/* The answer is written: counts it. */
void inference_succeed(struct inference *inference);
/* Counts what did not succeed, and lets go of the model. */
void inference_close(struct inference *inference);

/* "3", or "live" of a job that runs. */
enum { VERSION_TEXT_SIZE = 24 };
void inference_version(const struct model_title *title, char text[VERSION_TEXT_SIZE]);

/* Whether the path names what a job trains right now, which may have to be waited for. */
bool inference_is_live(const struct request *request);

#endif

/* The job document, as POST /v1/jobs takes it and as a job's `spec` gives it back with every
 * default. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_JOB_DOCUMENT_H
#define PROPD_DAEMON_JOB_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/fields.h"
#include "daemon/webhook.h"
#include "engine/preprocessing.h"
#include "engine/trainer.h"

/* Members of a struct field: a job's priority, at its submission and later. */
#define PRIORITY_RANGE .min = -1000, .max = 1000

struct job_document {
    char *name;    /* NULL: the dataset's name */
    char *dataset; /* id, name or name@version */
    struct strings target;
    struct feature_options *features;
    struct series_options *window; /* NULL: none */
    json_t *network;
    struct training *training;
    struct preprocessing_options *preprocessing;
    char *initial_model; /* id, name or name@version; NULL */
    int64_t priority, threads;
    json_t *tags;                    /* object of strings; NULL */
    struct webhook_options *webhook; /* NULL: nobody is told of the end */
    bool dry_run;
};
extern const struct kind job_document_kind;

/* What the engine needs of it; the rest of the setup is the caller's. Borrowed from `document`. */
struct trainer_setup job_document_setup(const struct job_document *document);

/* Whether tags are an object of strings (or null). */
int job_tags_check(const json_t *tags, struct error *error);

/* Whether a name is one: [A-Za-z0-9][A-Za-z0-9._-]{0,63}. */
bool job_name_valid(const char *name);

#endif

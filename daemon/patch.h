/* A change of a job, as PATCH asks for it and as whoever writes it down needs it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_PATCH_H
#define PROPD_DAEMON_PATCH_H

#include <jansson.h>

#include "engine/trainer_change.h"
#include "storage/store.h"

struct patch_document {
    struct trainer_change change; /* begins it: the base of job_patch_kind */
    int64_t priority;
    json_t *tags;
};

struct patch {
    struct patch_document document;
    json_t *changes; /* all that it changes, for the event; owned, as the texts */
    char *training;  /* what of it the trainer takes, as JSON text; NULL: nothing */
    char *tags;      /* JSON text; NULL: they stay */
    char *status;    /* of a job that waits, what its status says otherwise now; NULL: nothing */
    bool has_priority;
    const struct store_terms *terms; /* of the write; NULL */
};

/* Reads a PATCH's body; the caller clears the patch. */
int patch_read(const json_t *document, struct patch *patch, struct error *error);
void patch_clear(struct patch *patch);

/* Writes it down in one transaction with its event; `place` says where in the run it takes effect
 * (NULL where nothing of the training changes). ERROR_CONFLICT where the job is in none of the
 * states `from` (NULL: any), or has come further than that. */
int patch_write(struct store *store, const char *id, const struct patch *patch,
                const struct job_setting *place, const char *const *from, struct error *error);

#endif

/* What else belongs to a write: what must not have changed before it (If-Match), and the answer
 * that is kept with what it made (Idempotency-Key). Both hold in the write's own transaction. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_TERMS_H
#define PROPD_STORAGE_TERMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/changes.h"

/* An answer kept for an owner's key. `request_sha256` tells whether the request was the same. */
struct answer_record {
    char *request_sha256;
    int64_t status;
    char *location, *body;
};
void answer_record_clear(struct answer_record *record);

/* Under which key a new answer is kept, and how it is made of the record that is answered with: a
 * struct dataset_record, job_record or model_record, with its version or seq. */
struct store_answer {
    const char *owner, *key, *request_sha256;
    /* Fills status, location and body, owned. In the writer's thread: it must not use the store.
     * `is_new`: false where the same thing was there already. */
    int (*fill)(void *context, const void *record, bool is_new, struct answer_record *answer,
                struct error *error);
    void *context;
};

struct store_terms {
    const struct change_set *unchanged; /* since `since`, else ERROR_PRECONDITION; NULL: none */
    uint64_t since;
    const struct store_answer *answer; /* only with what makes something; NULL: none */
};

#endif

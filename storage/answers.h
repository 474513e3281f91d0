/* Idempotency keys and their answers, which are kept for a day. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_ANSWERS_H
#define PROPD_STORAGE_ANSWERS_H

#include "base/error.h"
#include "storage/terms.h"

struct store;

/* The answer kept for an owner's key, NULL members where there is none. */
int store_answer_get(struct store *store, const char *owner, const char *key,
                     struct answer_record *record, struct error *error);
/* An answer that nothing in the store goes with; answer->fill is not asked. ERROR_CONFLICT where
 * the key has one. */
int store_answer_put(struct store *store, const struct store_answer *answer,
                     const struct answer_record *record, struct error *error);

#endif

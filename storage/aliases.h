/* Aliases: name@alias is a version of a model's name, until it is moved. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_ALIASES_H
#define PROPD_STORAGE_ALIASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/models.h"
#include "storage/terms.h"

struct store;

struct alias_record {
    char *alias, *model_id;
    int64_t version, changed_ms;
};
void alias_record_clear(struct alias_record *record);
/* Of all versions of the model's name, in the order of their names. */
int store_alias_list(struct store *store, const struct model_record *model,
                     struct alias_record **records, size_t *count, struct error *error);
void alias_records_free(struct alias_record *records, size_t count);
/* From here on the alias is this version. */
int store_alias_set(struct store *store, const struct model_record *model, const char *alias,
                    bool *is_new, const struct store_terms *terms, struct error *error);
int store_alias_remove(struct store *store, const struct model_record *model, const char *alias,
                       const struct store_terms *terms, struct error *error);

#endif

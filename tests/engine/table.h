/* Datasets made by hand, for tests of what reads them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_ENGINE_TABLE_H
#define PROPD_TESTS_ENGINE_TABLE_H

#include "engine/dataset.h"

#include <stdint.h>

/* An empty one; every column added has `rows` values, which are copied. Aborts out of memory. */
struct dataset *table_create(int64_t rows);
void table_free(struct dataset *table);

void table_add_numbers(struct dataset *table, const char *name, const double *numbers);
void table_add_booleans(struct dataset *table, const char *name, const uint8_t *booleans);
/* NULL: missing. */
void table_add_categories(struct dataset *table, const char *name, const char *const *categories);
void table_add_dates(struct dataset *table, const char *name, const int64_t *dates);
void table_add_text(struct dataset *table, const char *name, const char *const *texts);
void table_add_bytes(struct dataset *table, const char *name, struct shape shape,
                     const uint8_t *bytes);
void table_add_floats(struct dataset *table, const char *name, struct shape shape,
                      const float *floats);

#endif

/* Datasets out of bytes in a test: written to a temporary file, imported, opened. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_ENGINE_IMPORTED_H
#define PROPD_TESTS_ENGINE_IMPORTED_H

#include "engine/dataset.h"

#include <stddef.h>

/* A temporary file, already unlinked, with these bytes. */
int temporary_file(const void *bytes, size_t size);

/* The dataset of the file's content under options like "header=no target=y" (NULL for none); NULL
 * with the import's error. `column_file`, where not NULL, gets the column file's descriptor. */
struct dataset *import_file(int file, const char *options, int *column_file, struct error *error);
struct dataset *import_bytes(const void *bytes, size_t size, const char *options,
                             struct error *error);
struct dataset *import_text(const char *text, const char *options, struct error *error);
/* Features and labels. */
struct dataset *import_pair(const void *features, size_t features_size, const void *labels,
                            size_t labels_size, const char *options, struct error *error);

/* The dataset of a text that must be good. */
struct dataset *good(const char *text, const char *options);
/* Asserts that a text is ERROR_INVALID with this message. */
void refused(const char *text, const char *options, const char *message);
/* Asserts a row's JSON text. */
void row_is(const struct dataset *dataset, int64_t row, const char *json);
/* Asserts the types of all columns by their first letters, like "nncb". */
void types_are(const struct dataset *dataset, const char *letters);
/* The description of a column. */
json_t *described(const struct dataset *dataset, const char *column);

#endif

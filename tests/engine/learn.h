/* Preprocessing learned from a table in one call, for tests. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_ENGINE_LEARN_H
#define PROPD_TESTS_ENGINE_LEARN_H

#include "engine/preprocessing.h"

/* What a job says; NULL: its default. */
struct job {
    const char *preprocessing, *features, *window; /* JSON */
    const char *targets[3];                        /* none: the last column */
    const char *default_target;
    bool decided, raw_targets, reads_tokens;
    int64_t vocabulary; /* of the embedding */
    enum target_kind wanted;
};

/* From `rows` (NULL: all). NULL with an error. */
struct preprocessing *learn_rows(const struct dataset *dataset, const struct job *job,
                                 const uint32_t *rows, int64_t row_count, struct error *error);
/* From all rows; fails the test where that fails. */
struct preprocessing *learn(const struct dataset *dataset, const struct job *job);
/* The message of the error that learning gives; "" where it gives none. Static. */
const char *learn_refusal(const struct dataset *dataset, const struct job *job,
                          enum error_code *code);

/* Rows 0 … count-1 encoded; the caller frees. */
float *encode_all(const struct preprocessing *preprocessing, const struct dataset *dataset);

/* Whether a row of the dataset can be trained on. */
bool row_is_usable(const struct preprocessing *preprocessing, const struct dataset *dataset,
                   int64_t row);

/* Fails the test where a float differs. */
void expect_floats(const float *x, const float *expected, size_t count);

/* Parses JSON; fails the test where it cannot. */
json_t *parse(const char *text);

/* "a, b, c" of the strings of a JSON array; static. */
const char *join(const json_t *array);

#endif

/* Small models of every kind, for tests. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_ENGINE_EXAMPLE_MODELS_H
#define PROPD_TESTS_ENGINE_EXAMPLE_MODELS_H

#include "engine/prediction.h"

/* Columns length (number) and colour (red, green); classes ant, bee, cat; a hidden layer, softmax.
 */
struct model *example_classes(void);
/* Column x; target price = 100 and 300 on average; output 2x + 1 of the scaled input. */
struct model *example_values(void);
/* Column x; classes no, yes; one sigmoid unit of weight 4. */
struct model *example_binary(void);
/* Floats [2, 3], taken as they come; flatten and a dense layer of weights 1, 2, …; no labels. */
struct model *example_identity(void);
/* Ids [2] as they come, of a vocabulary of 3, each of two numbers; no labels. */
struct model *example_tokens(void);

/* Of a network document and a preprocessing, first weights by `seed`; fails the test where it
 * cannot. */
struct model *example_make(const char *network, struct preprocessing *preprocessing_taken,
                           uint64_t seed);

/* The answer to a request's text; NULL with an error. */
json_t *example_predict(const struct model *model, const char *request, struct error *error);

#endif

/* What differs between two JSON values. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_DIFFERENCE_H
#define PROPCTL_DIFFERENCE_H

#include <jansson.h>

/* Appends {"path": "spec.training.epochs", "a": 10, "b": 20} to `rows` for everything that is not
 * the same; null stands for what is absent. Lists of different lengths are compared as far as they
 * go, too. */
void difference_add(json_t *rows, const char *path, json_t *a, json_t *b);

#endif

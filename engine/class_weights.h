/* training.class_weights, once the classes and their counts are known. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_CLASS_WEIGHTS_H
#define PROPD_ENGINE_CLASS_WEIGHTS_H

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"

/* Fills weights[class_count]: "balanced" gives rows / (class_count * count), so that every class
 * weighs the same in sum (a class without rows: 0); an object weighs by label, 1 for labels that it
 * leaves out; a list by class index. `labels`: JSON array of class_count strings, numbers or
 * booleans, NULL where an object cannot be (then only the other two). Errors name `path`. */
int class_weights_read(const json_t *weights_json, const json_t *labels, const int64_t *counts,
                       int64_t class_count, float *weights, const char *path, struct error *error);

#endif

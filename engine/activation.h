/* Activations as kinds: "relu" or {"type": "leaky_relu", "alpha": 0.2} in a document, a code and a
 * number for the kernels. Names and formulas are those of PyTorch. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_ACTIVATION_H
#define PROPD_ENGINE_ACTIVATION_H

#include "base/fields.h"
#include "engine/kernels/kernels.h"

/* All activations, in the order of enum activation_code, NULL-terminated: for a FIELD_VARIANT. */
extern const struct kind *const activation_kinds[];

/* The code of a variant out of activation_kinds; linear where its kind is NULL. */
enum activation_code activation_code(const struct variant *activation);

/* The parameter of leaky_relu and elu, 0 for the others. */
float activation_alpha(const struct variant *activation);

/* "relu" */
const char *activation_name(enum activation_code code);

#endif

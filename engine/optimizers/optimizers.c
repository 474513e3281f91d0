/* The list of optimizers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/optimizers/optimizers.h"

const struct optimizer_type *const optimizer_types[] = {&optimizer_sgd, &optimizer_adam,
                                                        &optimizer_adamw, &optimizer_rmsprop, NULL};

const struct kind *const optimizer_kinds[] = {&optimizer_sgd.kind, &optimizer_adam.kind,
                                              &optimizer_adamw.kind, &optimizer_rmsprop.kind, NULL};

const char *const optimizers_not_built[] = {"adagrad", "adadelta", "amsgrad",
                                            "nadam",   "lion",     NULL};

/* The list of optimizers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/optimizers/optimizers.h"

const struct optimizer_type *const optimizer_types[] = {&optimizer_sgd,      &optimizer_adagrad,
                                                        &optimizer_adadelta, &optimizer_rmsprop,
                                                        &optimizer_adam,     &optimizer_amsgrad,
                                                        &optimizer_adamw,    &optimizer_nadam,
                                                        &optimizer_lion,     NULL};

const struct kind *const optimizer_kinds[] = {&optimizer_sgd.kind,      &optimizer_adagrad.kind,
                                              &optimizer_adadelta.kind, &optimizer_rmsprop.kind,
                                              &optimizer_adam.kind,     &optimizer_amsgrad.kind,
                                              &optimizer_adamw.kind,    &optimizer_nadam.kind,
                                              &optimizer_lion.kind,     NULL};

/* The optimizers that are built, one a file, and the option fields that they share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_OPTIMIZERS_OPTIMIZERS_H
#define PROPD_ENGINE_OPTIMIZERS_OPTIMIZERS_H

#include "engine/optimizer.h"
#include "engine/training_ranges.h"

extern const struct optimizer_type optimizer_adadelta;
extern const struct optimizer_type optimizer_adagrad;
extern const struct optimizer_type optimizer_adam;
extern const struct optimizer_type optimizer_adamw;
extern const struct optimizer_type optimizer_amsgrad;
extern const struct optimizer_type optimizer_lion;
extern const struct optimizer_type optimizer_nadam;
extern const struct optimizer_type optimizer_rmsprop;
extern const struct optimizer_type optimizer_sgd;

/* Adam and AdamW differ in their defaults and in where the weight decay goes; AMSGrad has a third
 * slot. */
struct adam_options {
    struct optimizer_options common;
    double beta_1, beta_2, epsilon;
};
int adam_slot_count(const void *options);
void adam_run(const struct adam_options *adam, const struct optimizer_step *step, int64_t begin,
              int64_t end, int is_decoupled);
void adam_coupled_run(const void *options, const struct optimizer_step *step, int64_t begin,
                      int64_t end);

/* The shared members, whose defaults differ by optimizer. */
#define OPTIMIZER_FIELDS(default_learning_rate, default_weight_decay)                              \
    FIELD_NUMBER(struct optimizer_options, learning_rate, LEARNING_RATE_RANGE,                     \
                 .number = (default_learning_rate), .help = "step size before the schedule"),      \
        FIELD_NUMBER(struct optimizer_options, weight_decay, .min = 0, .max = 1e6,                 \
                     .number = (default_weight_decay), .help = "decay of every weight")

#define ADAM_FIELDS                                                                                \
    FIELD_NUMBER(struct adam_options, beta_1, .min = 0, .max = 1, .flags = FIELD_BELOW_MAX,        \
                 .number = 0.9, .help = "memory of the gradient's mean"),                          \
        FIELD_NUMBER(struct adam_options, beta_2, .min = 0, .max = 1, .flags = FIELD_BELOW_MAX,    \
                     .number = 0.999, .help = "memory of the gradient's square"),                  \
        FIELD_NUMBER(struct adam_options, epsilon, .min = 0, .max = 1, .number = 1e-8,             \
                     .help = "added to the root")

#endif

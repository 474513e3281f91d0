/* What the files of this folder share: their entries in the table of losses, and the loops that
 * most of them are made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LOSSES_LOSSES_H
#define PROPD_ENGINE_LOSSES_LOSSES_H

#include "engine/loss.h"

extern const struct loss_type loss_binary_crossentropy;
extern const struct loss_type loss_categorical_crossentropy;
extern const struct loss_type loss_focal;
extern const struct loss_type loss_hinge;
extern const struct loss_type loss_huber;
extern const struct loss_type loss_kl_divergence;
extern const struct loss_type loss_log_cosh;
extern const struct loss_type loss_mae;
extern const struct loss_type loss_mse;
extern const struct loss_type loss_poisson;

/* The target of one output: a number as it is, a class as 0 or 1 (its own where the width is 1, one
 * output a class otherwise). */
double loss_target(const struct loss_batch *batch, int64_t row, int64_t column);

/* A loss of one output by its target; *d becomes its derivative by the output. */
typedef double loss_value_fn(const void *options, const struct loss_batch *batch, double output,
                             double target, double *d);

/* Rows of a loss that is the mean of `value` over the outputs. */
void loss_run_values(const void *options, const struct loss_batch *batch, int64_t begin,
                     int64_t end, loss_value_fn *value);

/* The weight of a row. */
double loss_row_weight(const struct loss_batch *batch, int64_t row);

/* The softmax of one row, without overflow, into `probabilities` where it is not NULL; returns
 * log(Σ e^logit). */
double loss_softmax(const struct kernels *kernels, const float *logits, int64_t width,
                    float *probabilities);

/* The gradient of a row: its part of the batch's, NULL where none is wanted. */
float *loss_d_row(const struct loss_batch *batch, int64_t row);

/* ERROR_INVALID unless the last layer's activation is `needed`. */
int loss_check_activation(const char *loss, enum activation_code found, enum activation_code needed,
                          struct error *error);

/* ERROR_INVALID unless there are at least two outputs. */
int loss_check_width(const char *loss, int64_t width, struct error *error);

/* ERROR_INVALID unless the last layer's activation is softmax or its logarithm. */
int loss_check_softmax(const char *loss, enum activation_code found, struct error *error);

/* Whether every output is above zero, as far as floats can tell. */
bool loss_is_positive(enum activation_code output_activation);

/* fuses() of the losses that work on the output itself, and of those that take a softmax's logits.
 */
bool loss_fuses_never(enum activation_code output_activation);
bool loss_fuses_softmax(enum activation_code output_activation);

#endif

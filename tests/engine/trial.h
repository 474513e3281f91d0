/* A network for tests, with memory for one batch, weights and gradients: made from a JSON text that
 * also says the input's shape, {"input": [5], "layers": […]}. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_ENGINE_TRIAL_H
#define PROPD_TESTS_ENGINE_TRIAL_H

#include "base/error.h"
#include "engine/network.h"
#include "engine/team.h"

/* Trials may be run by teams of so many. */
enum { TRIAL_MEMBERS = 8 };

struct trial {
    struct network *network;
    struct workspace *training, *prediction;
    int64_t rows;
    int64_t input_elements, output_elements; /* of the whole batch */
    float *parameters, *gradients;
    struct network_run run; /* training, output_activation, seed 1, step 0 */
};

/* The network alone; NULL and an error as network_create(). */
struct network *network_from_text(const char *text, int64_t auto_units, struct error *error);
struct network *network_from_json(const json_t *json, int64_t auto_units, struct error *error);

/* Inputs, normal numbers or the ids that an embedding wants, and every parameter on top of its
 * first value, are drawn from `seed`. Fails the test where the text is refused. */
struct trial trial_create(const char *text, int64_t rows, uint64_t seed,
                          const struct kernels *kernels);
/* Takes the network over. */
struct trial trial_of_network(struct network *network_taken, int64_t rows, uint64_t seed,
                              const struct kernels *kernels);
void trial_clear(struct trial *trial);

/* Runs forward in training. */
void trial_forward(struct trial *trial);

/* Runs forward, then backward from the gradient `d_output` by the output (by the logits where
 * `from_logits`), into gradients that were zero. */
void trial_backward(struct trial *trial, const float *d_output, bool from_logits);

/* Predicts the batch; the result is the workspace's. */
const float *trial_predict(struct trial *trial);

/* Fails the test unless training and prediction give these outputs (ours within 1e-5 of their size,
 * and both the same bytes). */
void trial_check_outputs(struct trial *trial, const double *expected);
/* The output's shape as a text, "[4, 6]". */
void trial_check_shape(const struct trial *trial, const char *expected);

/* The kernels of this machine. */
const struct kernels *best_kernels(void);

/* The tensor "layer/tensor" of a network; fails the test where there is none. */
const struct layer_tensor *tensor_find(const struct network *network, const char *name);
/* Its numbers in a trial. */
const float *trial_tensor(const struct trial *trial, const char *name);

/* Standard normal numbers from a stream of their own. */
void draw_normal(uint64_t seed, const char *name, int64_t count, float *values);

#endif

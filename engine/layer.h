/* What a layer type is: one `const struct layer_type` a file under layers/, one line in
 * layers/layers.c.
 *
 * Life of a layer: plan (shapes, parameters, scratch) once per network; then per step, over rows of
 * the batch, forward up the list and backward down the same list. "Rows" are samples of the batch:
 * a layer may see its tensors as [row][elements of one sample].
 *
 * Backward adds into d_inputs and into gradients; their owner zeroes them. forward and backward are
 * row-wise: called for any [begin, end) of the batch's rows, from several threads at once, and must
 * touch only those rows. What needs the whole batch (batch_norm's statistics) goes into
 * forward_batch / backward_batch, which are called with all earlier layers finished for all rows,
 * cut by items; forward_batch only in training. Gradients by parameters are made in
 * backward_parameters, cut by items of `parameter_items` (output columns, channels), each summed
 * over the rows in their order, so that the bytes do not depend on the number of threads.
 *
 * Scratch is there in training only: it is NULL while predicting, but for per-row scratch of layers
 * that say scratch_in_prediction. Work is memory that a call has for itself: each member of the
 * team has its own, and nothing is left in it from one call to the next. Layers that work in place
 * are never run. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LAYER_H
#define PROPD_ENGINE_LAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fields.h"
#include "base/rng.h"
#include "engine/kernels/kernels.h"
#include "engine/shape.h"

enum { LAYER_TENSORS_MAX = 16, LAYER_INPUTS_MAX = 16, LAYER_SCRATCH_MAX = 8 };

/* What every layer takes beside its own fields: name, input, and the regularization of its weights.
 * A layer's option struct begins with it. */
struct layer_options {
    char *name;           /* NULL: <type>_<n> */
    struct strings input; /* empty: the layer before */
    double l1, l2;        /* NAN (null): training.l1, training.l2 */
    double bias_l1, bias_l2;
    double max_norm; /* NAN (null): none; of its kernels, after each update */
};
extern const struct kind layer_options_kind;

enum tensor_role {
    TENSOR_KERNEL, /* trained; l1 and l2 */
    TENSOR_BIAS,   /* trained; bias_l1 and bias_l2 */
    TENSOR_SCALE,  /* trained; no penalty (gamma, beta) */
    TENSOR_STATE   /* not trained, but saved: moving_mean, moving_variance */
};

/* One named tensor of a layer, in the network's parameter block. */
struct layer_tensor {
    const char *name; /* "kernel" */
    enum tensor_role role;
    struct shape shape;
    struct variant initializer; /* borrowed from the options; kind NULL: filled with `value` */
    float value;
    int64_t value_begin, value_end; /* elements that begin with `value` whatever the initializer (a
                                       forget gate's bias) */
    int64_t fan_in, fan_out;        /* for the initializers */
    int unit_axis;  /* of a kernel: the axis that max_norm goes along, each of whose indices has a
                       norm of its own; layer_add_tensor() makes it the last, the output units */
    int64_t offset; /* floats from the start of the parameter block; set by the network, 64-byte
                       aligned */
    int64_t count;  /* elements */
};

/* A planned layer. The network owns it. */
struct layer {
    const struct layer_type *type;
    const void *options; /* of type->kind, begins with struct layer_options */
    char *name;
    int input_count;
    int inputs[LAYER_INPUTS_MAX]; /* index of the layer, -1: the network's input */
    struct shape input_shapes[LAYER_INPUTS_MAX];

    /* Set by plan(). */
    struct shape output_shape;
    int tensor_count;
    struct layer_tensor tensors[LAYER_TENSORS_MAX];
    int64_t scratch_per_row[LAYER_SCRATCH_MAX]; /* floats kept from forward to backward, per row of
                                                   the batch */
    bool scratch_in_prediction;                 /* scratch_per_row is there while predicting too */
    int64_t scratch_fixed[LAYER_SCRATCH_MAX];   /* the same, once per batch */
    int64_t work_size;                          /* floats of pass.work */
    int64_t parameter_items; /* items of backward_parameters; 0: no trained tensors */
    int64_t parameter_step;  /* parts of them are best as multiples of it; 0: of 32 */
    bool stores_gradient;    /* backward_parameters heeds pass.stores */
    int64_t batch_items;     /* items of forward_batch and backward_batch; 0: row-wise only */
    bool in_place;           /* output may share the (only) input's memory: reshape, flatten */
    bool draws;              /* uses pass.rng (dropout) */
    int64_t flops_per_row;   /* of forward, multiply and add counted as two */
    void *plan_data;         /* anything; freed with free() */

    /* Set by the network before plan(): the output layer's activation is left to the loss. */
    bool leave_activation;
};

/* Everything a layer's run sees: pointers into the workspace for one batch. */
struct layer_pass {
    const struct kernels *kernels;
    int64_t rows; /* of this batch */
    bool training;
    bool frozen;    /* training with statistics left alone: the moving ones normalize, and gradients
                       go through them as constants */
    struct rng rng; /* keyed by (seed, layer name, step); counter = row * elements + element */
    const float *inputs[LAYER_INPUTS_MAX]; /* [rows][input elements] */
    float *output;                         /* [rows][output elements] */
    float *d_inputs[LAYER_INPUTS_MAX]; /* to add to; NULL where no gradient is wanted (the network's
                                          input) */
    bool d_input_overwrite[LAYER_INPUTS_MAX]; /* true: first writer, store instead of adding (spares
                                                 the zeroing) */
    const float *output_read;                 /* backward: what forward left in output */
    float *d_output; /* may be overwritten by backward (activation's derivative in place) */
    float *scratch[LAYER_SCRATCH_MAX]; /* per-row scratch: [rows][scratch_per_row] */
    float *fixed[LAYER_SCRATCH_MAX];
    float *work;         /* [work_size], the caller's own, any content; NULL where work_size is 0 */
    const float *packed; /* prediction: what the type's pack() made, or NULL */
    float *tensors[LAYER_TENSORS_MAX];   /* weights; written only for TENSOR_STATE, in forward_batch
                                            when training */
    float *d_tensors[LAYER_TENSORS_MAX]; /* gradients to add to; NULL for TENSOR_STATE */
    bool stores; /* the gradient by tensor 0 is undefined yet: it is stored instead of added */
};

struct layer_type {
    struct kind kind; /* name, help, fields; kind.base is &layer_options_kind */
    int min_inputs, max_inputs;
    bool takes_ids; /* input 0, or a part of it, is whole numbers that name something */
    /* A JSON object whose layers[-1] is of this type, for its gradient check and its place in the
     * catalog:
     * {"input": [5], "layers": [ … ]}. */
    const char *example;
    /* Fills the planned members from options and input_shapes; errors name `path`
     * ("network.layers[2]"). */
    int (*plan)(struct layer *layer, const char *path, struct error *error);
    /* Whether it can work with one row of input 0; ERROR_INVALID at `path`. NULL: with any. */
    int (*check_input)(const struct layer *layer, const float *x, const char *path,
                       struct error *error);
    /* Weights in the order in which predictions read them: floats that it takes, and how they are
     * filled from the layer's tensors. NULL: predictions read the tensors. */
    int64_t (*packed_size)(const struct layer *layer, const struct kernels *kernels);
    void (*pack)(const struct layer *layer, const struct kernels *kernels,
                 const float *const *tensors, float *packed);
    void (*forward_batch)(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                          int64_t end);
    void (*forward)(const struct layer *layer, struct layer_pass *pass, int64_t begin, int64_t end);
    /* Before backward: d_output of all rows is complete. */
    void (*backward_batch)(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                           int64_t end);
    void (*backward)(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                     int64_t end);
    void (*backward_parameters)(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                                int64_t end);
};

/* All layer types that are built, NULL-terminated. */
extern const struct layer_type *const layer_types[];

/* A layer type by name. An unknown name is ERROR_INVALID with the nearest known one. */
const struct layer_type *layer_type_find(const char *name, const char *path, struct error *error);

#endif

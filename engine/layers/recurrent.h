/* What lstm and gru have in common: options, tensors, memory, and the walk through time in one or
 * two directions. What differs, one time step, is a struct recurrent_cell. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LAYERS_RECURRENT_H
#define PROPD_ENGINE_LAYERS_RECURRENT_H

#include "engine/layers/layers.h"

/* A row of gates, whatever the cell: 4 * units floats. */
enum { RECURRENT_GATES = 4 };

struct recurrent_options {
    struct layer_options common;
    int64_t units;
    bool return_sequences, bidirectional;
    struct variant kernel_initializer, recurrent_initializer, bias_initializer;
};
extern const struct field recurrent_fields[];

/* One direction's tensors, in this order in the layer. */
enum recurrent_tensor {
    RECURRENT_INPUT_KERNEL, /* kernel */
    RECURRENT_KERNEL,       /* recurrent_kernel */
    RECURRENT_INPUT_BIAS,   /* bias */
    RECURRENT_BIAS          /* recurrent_bias, of cells that have one */
};

/* One time step of some rows. Before forward, gates hold the input's product with its bias in as
 * many columns as the kernel has; what follows is the cell's. */
struct recurrent_step {
    const struct kernels *kernels;
    int64_t rows, units;
    float *const *tensors; /* of the direction, by enum recurrent_tensor */
    float *gates;          /* [rows][4 units]; after backward the gradients by what they were */
    const float *h_before, *c_before; /* [rows][units]; NULL: the first step, zeros */
    float *h, *c;                     /* [rows][units]; may be what was before */
    float *d_h, *d_c; /* [rows][units]; backward: by h and c in, by those before out */
};

struct recurrent_cell {
    int64_t kernel_parts; /* columns of the kernels over units: 4 (lstm), 3 (gru) */
    bool has_state;       /* c beside h */
    bool has_recurrent_bias;
    /* Columns of the recurrent kernel from the third part on have their gradients in gates so many
     * parts further on than those of the input's kernel. */
    int64_t recurrent_shift;
    void (*forward)(const struct recurrent_step *step);
    void (*backward)(const struct recurrent_step *step);
};

/* Sizes of a layer with such a cell. */
struct recurrent_view {
    int64_t time, channels, units;
    int64_t columns;    /* of a direction's kernels */
    int directions;     /* 1, 2 */
    int tensors;        /* of a direction */
    bool all_times;     /* return_sequences */
    int64_t row_input;  /* floats of a row's input */
    int64_t row_output; /* … and output */
    int64_t width;      /* of an output's last axis */
};
struct recurrent_view recurrent_view(const struct layer *layer, const struct recurrent_cell *cell);

/* Scratch per row, in training: the input by time, then the memory of each direction. */
enum {
    RECURRENT_SCRATCH_INPUT,
    RECURRENT_SCRATCH_GATES,
    RECURRENT_SCRATCH_H,
    RECURRENT_SCRATCH_C,
    RECURRENT_SCRATCH_DIRECTION = 3
};

/* Rows that go through time together; work memory is for so many. */
enum { RECURRENT_BLOCK_ROWS = 32 };

/* Fills the plan. ERROR_INVALID where the input is not [time, channels]. */
int recurrent_plan(struct layer *layer, const struct recurrent_cell *cell, const char *path,
                   struct error *error);
void recurrent_forward(const struct layer *layer, const struct recurrent_cell *cell,
                       const struct layer_pass *pass, int64_t begin, int64_t end);
void recurrent_backward(const struct layer *layer, const struct recurrent_cell *cell,
                        const struct layer_pass *pass, int64_t begin, int64_t end);
/* Items are columns of the kernels, those of the backward direction after the forward one's. */
void recurrent_backward_parameters(const struct layer *layer, const struct recurrent_cell *cell,
                                   const struct layer_pass *pass, int64_t begin, int64_t end);

#endif

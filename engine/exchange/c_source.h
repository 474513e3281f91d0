/* A model as one C file: the format, and what the files that write it share.
 *
 * The file is C99 and C++11, needs the C library alone and takes no memory. It begins with its
 * declarations (alone with <NAME>_DECLARATIONS defined), has those functions of c_parts/ that the
 * model needs, the weights, the network, the way from a row of columns into it and from its outputs
 * to labels or original units, and under PROPD_SELF_TEST a main() that compares rows with what the
 * engine gave for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_C_SOURCE_H
#define PROPD_ENGINE_EXCHANGE_C_SOURCE_H

#include "engine/exchange/exchange.h"

extern const struct model_format c_model_format;

/* What a file can hold: it is text, and its memory is static. */
enum { C_WEIGHTS_MAX = 1 << 22, C_WORKSPACE_MAX = 1 << 24 };

enum { C_NAME_SIZE = 80, C_PARTS_MAX = 64 };

struct c_writer {
    const struct model *model;
    const char *title;            /* "iris@1" */
    char name[C_NAME_SIZE];       /* "iris" */
    char capitals[C_NAME_SIZE];   /* "IRIS" */
    char (*members)[C_NAME_SIZE]; /* of each column, in the row's struct; owned */
    bool parts[C_PARTS_MAX];      /* those that are used */
    struct bytes body;            /* behind the parts; owned */
    struct error *error;
};

/* ---- c_names.c: names and constants */

/* A valid identifier in lower case of what `text` is called, that is none of the language. */
void c_identifier(const char *text, char name[C_NAME_SIZE]);
/* A text in double quotes, or as a comment's words. */
void c_string(struct bytes *bytes, const char *text, size_t length);
void c_comment(struct bytes *bytes, const char *text);
/* A text with NAME and CAPITALS filled in. */
void c_template(const struct c_writer *writer, struct bytes *bytes, const char *text);
/* Constants that read back as the same number, NAN where it is none. */
void c_float(struct bytes *bytes, float value);
void c_double(struct bytes *bytes, double value);
/* "static const float NAME[n] = {…};" */
void c_floats(struct bytes *bytes, const char *name, const float *values, int64_t count);

/* ---- c_parts.c: functions that files are made of */

/* Marks the part of that name, which must exist. */
void c_use(struct c_writer *writer, const char *part);
/* Those that are marked, in the order in which they need each other. */
void c_parts_append(const struct c_writer *writer, struct bytes *bytes);

/* ---- c_layers.c: what a layer is in C */

/* Where a layer's tensors lie, as C expressions: "w + 16". */
struct c_layer {
    struct c_writer *writer;
    const struct layer *layer;
    const json_t *options; /* as the network's document has them */
    char prefix[C_NAME_SIZE];
    char inputs[LAYER_INPUTS_MAX][24];
    char output[24], work[24];
};

struct c_layer_type {
    const char *name;
    bool is_alias; /* its output is its input */
    /* Floats of work memory beside input and output; NULL: none. */
    int64_t (*work)(const struct layer *layer, const json_t *options);
    /* Appends constants to `constants` and statements to `calls`; NULL: none. */
    void (*write)(const struct c_layer *layer, struct bytes *constants, struct bytes *calls);
};
/* NULL where the format has no such layer. */
const struct c_layer_type *c_layer_type_find(const char *name);

/* ---- the file's pieces, appended to writer->body */

/* c_network.c: weights, and `static int network(const float *x, float *w, float *y)`. Sets the
 * floats that w must have. */
int c_network_append(struct c_writer *writer, int64_t *workspace);
/* c_columns.c: the members of the row's struct; `static int encode(…, float *x)`. */
int c_columns_prepare(struct c_writer *writer);
void c_columns_declare(const struct c_writer *writer, struct bytes *bytes);
int c_columns_append(struct c_writer *writer);
/* c_outputs.c: `static void decode(const float *y, struct NAME_prediction *prediction)`. */
bool c_outputs_are_labelled(const struct c_writer *writer);
int c_outputs_append(struct c_writer *writer);
/* c_self_test.c: rows, what the engine gives for them, main(). */
int c_self_test_append(struct c_writer *writer);

#endif

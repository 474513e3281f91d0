/* One feature column's way into the network: a table of encoder kinds, each `const struct
 * encoder_kind` in a file under encoders/, one line in the list of encoder.c.
 *
 * An encoder is learned from training rows, kept in the model, and then writes the same `width`
 * floats for the same value whether it comes out of a dataset's column or out of a client's JSON.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_ENCODER_H
#define PROPD_ENGINE_ENCODER_H

#include "base/error.h"
#include "base/fields.h"
#include "engine/column_options.h"
#include "engine/columns.h"
#include "engine/dataset.h"
#include "engine/kernels/kernels.h"
#include "engine/labels.h"
#include "engine/scale.h"
#include "engine/shape.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ENCODER_PARTS_MAX = 5,     /* numbers that one value can become: those of a date */
    ENCODER_CATEGORIES = 1000, /* above them a one_hot column is hashed */
    ENCODER_HASH_SLOTS = 1024, /* FNV-1a, 64 bits, modulo this */
    ENCODER_EXAMPLE_SIZE = 48  /* an example value as JSON text */
};
/* A column may become no more floats than this, and so may all of them together. */
enum { ENCODER_WIDTH_MAX = 1 << 28 };

struct encoder {
    const struct encoder_kind *kind;
    char *column;     /* owned */
    int column_index; /* where it was found last: a hint */
    int64_t width;
    int64_t offset;     /* of its first float in the row */
    bool required;      /* a row without a value cannot be trained on (missing: drop_rows) */
    bool has_indicator; /* scaled kinds: one more float, 1 where the value is missing */
    struct scale scales[ENCODER_PARTS_MAX]; /* scaled kinds: one a part */
    struct labels labels; /* one_hot, ordinal, embedded: categories of the training rows;
                             text_tokens: words */
    struct shape shape;   /* tensor */
    bool tensor_is_bytes;
    int64_t text_slots;  /* text_hash */
    bool text_bigrams;   /* text_hash */
    int64_t text_length; /* text_tokens */
};

/* What there is to learn from. */
struct encoder_lesson {
    const struct column *column;
    const uint32_t *rows;
    int64_t row_count;
    struct column_options options;
    bool is_text; /* a column of categories is taken as texts */
};

/* A dataset's column, matched to an encoder. */
struct encoder_source {
    const struct column *column;
    uint32_t *slots; /* CATEGORY: dictionary index to the encoder's slot, ENCODER_NO_SLOT: none;
                        owned, NULL for other types */
    const struct kernels *kernels; /* tensors of bytes */
    bool is_empty;                 /* the column has no value in any row, whatever its type is */
};
#define ENCODER_NO_SLOT UINT32_MAX

/* One value from outside, as a column of one row. */
struct encoder_cell {
    struct column column;
    double number;
    uint8_t boolean;
    uint32_t category;
    int64_t date;
    uint32_t slot;
    uint64_t text_offsets[2];
};

struct encoder_kind {
    struct kind kind; /* name and help */
    enum column_type type;
    const char *expected; /* "a number": for messages */
    /* Sets what encode needs, but for width. */
    int (*learn)(struct encoder *encoder, const struct encoder_lesson *lesson, struct error *error);
    /* Floats a value, -1 where they would be too many. */
    int64_t (*width)(const struct encoder *encoder);
    /* How many different whole numbers it writes, 0 among them, for a layer that looks vectors up;
     * NULL where it writes other numbers. */
    int64_t (*vocabulary)(const struct encoder *encoder);
    /* CATEGORY: the slot of a text; NULL for others. */
    uint32_t (*slot)(const struct encoder *encoder, const char *text, size_t length);
    /* Value of rows[i] to x[i * stride …], for all of them. */
    void (*encode)(const struct encoder *encoder, const struct encoder_source *source,
                   const uint32_t *rows, int64_t row_count, float *x, int64_t stride);
    /* A JSON value (NULL: missing) into the cell; false where it is not what is expected. NULL:
     * tensors, whose values are not scalars. */
    bool (*parse)(const struct encoder *encoder, const json_t *json, struct encoder_cell *cell);
    /* A finite number from outside, as parse and encode take it; NULL where a number is not what is
     * expected, or goes through a cell. */
    void (*encode_number)(const struct encoder *encoder, double number, float *x);
    /* A value that would be taken, as JSON text; NULL for tensors. */
    void (*example)(const struct encoder *encoder, char text[ENCODER_EXAMPLE_SIZE]);
    /* What was learned, into and out of a JSON object. */
    int (*write)(const struct encoder *encoder, json_t *object);
    int (*read)(struct encoder *encoder, const json_t *object, const char *path,
                struct error *error);
};

extern const struct encoder_kind encoder_number;
extern const struct encoder_kind encoder_boolean;
extern const struct encoder_kind encoder_one_hot;
extern const struct encoder_kind encoder_hashed;
extern const struct encoder_kind encoder_ordinal;
extern const struct encoder_kind encoder_embedded;
extern const struct encoder_kind encoder_date;
extern const struct encoder_kind encoder_text_hash;
extern const struct encoder_kind encoder_text_tokens;
extern const struct encoder_kind encoder_tensor;
/* All of them, NULL-terminated. */
extern const struct encoder_kind *const encoder_kinds[];

/* The length of the vector that embedded categories become: min(50, ⌈√n⌉) of n. */
int64_t embedded_units(const struct encoder *encoder);

/* Learns a column with the kind that fits its type and the options. On failure nothing is left to
 * clear. */
int encoder_learn(struct encoder *encoder, const struct encoder_lesson *lesson,
                  struct error *error);
void encoder_clear(struct encoder *encoder);

/* Matches a column of the right name, of row_count rows; ERROR_INVALID where its type or shape
 * differs. */
int encoder_bind(const struct encoder *encoder, const struct column *column, int64_t row_count,
                 struct encoder_source *source, struct error *error);
void encoder_source_clear(struct encoder_source *source);
void encoder_encode(const struct encoder *encoder, const struct encoder_source *source,
                    const uint32_t *rows, int64_t row_count, float *x, int64_t stride);

/* {"b64": "…"}: bytes, as TensorFlow Serving's clients send them. */
bool encoder_is_base64(const json_t *json);
/* One scalar (NULL, null and "": missing; text also as base64) to x[width]. ERROR_INVALID at
 * `path`.<column>. */
int encoder_encode_json(const struct encoder *encoder, const json_t *json, const char *path,
                        float *x, struct error *error);

json_t *encoder_write(const struct encoder *encoder);
int encoder_read(struct encoder *encoder, const json_t *json, const char *path,
                 struct error *error);

#endif

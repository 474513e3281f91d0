/* Encoders: the list of kinds, choosing one, and what goes for all of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/encoder.h"
#include "base/base64.h"
#include "engine/encoders/categories.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct encoder_kind *const encoder_kinds[] = {&encoder_number,
                                                    &encoder_boolean,
                                                    &encoder_one_hot,
                                                    &encoder_hashed,
                                                    &encoder_ordinal,
                                                    &encoder_embedded,
                                                    &encoder_date,
                                                    &encoder_text_hash,
                                                    &encoder_text_tokens,
                                                    &encoder_tensor,
                                                    NULL};

/* ---- learning */

static const struct encoder_kind *encoder_choose_category(const struct encoder_lesson *lesson,
                                                          struct error *error)
{
    if (lesson->options.categorical == CATEGORICAL_ORDINAL)
        return &encoder_ordinal;
    if (lesson->options.categorical == CATEGORICAL_EMBEDDING)
        return &encoder_embedded;
    int64_t count = categories_count(lesson, error);
    if (count < 0)
        return NULL;
    return count > ENCODER_CATEGORIES ? &encoder_hashed : &encoder_one_hot;
}

static const struct encoder_kind *encoder_choose(const struct encoder_lesson *lesson,
                                                 struct error *error)
{
    switch (lesson->is_text ? COLUMN_TEXT : lesson->column->type) {
    case COLUMN_NUMBER:
        return &encoder_number;
    case COLUMN_BOOLEAN:
        return &encoder_boolean;
    case COLUMN_CATEGORY:
        return encoder_choose_category(lesson, error);
    case COLUMN_DATE:
        return &encoder_date;
    case COLUMN_TEXT:
        return lesson->options.text == TEXT_TOKENS ? &encoder_text_tokens : &encoder_text_hash;
    case COLUMN_TENSOR:
        break;
    }
    return &encoder_tensor;
}

/* After learning and reading alike. */
static int encoder_set_width(struct encoder *encoder, struct error *error)
{
    encoder->width = encoder->kind->width(encoder);
    if (encoder->width < 1 || encoder->width > ENCODER_WIDTH_MAX)
        return error_set(error, ERROR_INVALID, "column \"%s\" has more than %d inputs",
                         encoder->column, ENCODER_WIDTH_MAX);
    return 0;
}

int encoder_learn(struct encoder *encoder, const struct encoder_lesson *lesson, struct error *error)
{
    struct encoder learned = {.kind = encoder_choose(lesson, error),
                              .column = strdup(lesson->column->name),
                              .required = lesson->options.missing == MISSING_DROP_ROWS};
    if (!learned.column)
        error_set(error, ERROR_MEMORY, "out of memory for a column");
    if (!learned.column || !learned.kind || learned.kind->learn(&learned, lesson, error) ||
        encoder_set_width(&learned, error)) {
        encoder_clear(&learned);
        return -1;
    }
    *encoder = learned;
    return 0;
}

void encoder_clear(struct encoder *encoder)
{
    free(encoder->column);
    labels_clear(&encoder->labels);
    *encoder = (struct encoder){0};
}

/* ---- columns of a dataset */

static int encoder_bind_tensor(const struct encoder *encoder, const struct column *column,
                               struct encoder_source *source, struct error *error)
{
    char has[96];
    char expected[96];
    if (!shape_equal(&encoder->shape, &column->shape) ||
        encoder->tensor_is_bytes != column->tensor_is_bytes)
        return error_set(error, ERROR_INVALID,
                         "column \"%s\" has tensors %s of %s, but the model learned %s of %s",
                         column->name, shape_text(&column->shape, has, sizeof(has)),
                         column->tensor_is_bytes ? "bytes" : "floats",
                         shape_text(&encoder->shape, expected, sizeof(expected)),
                         encoder->tensor_is_bytes ? "bytes" : "floats");
    source->kernels = kernels_get(error);
    return source->kernels ? 0 : -1;
}

int encoder_bind(const struct encoder *encoder, const struct column *column, int64_t row_count,
                 struct encoder_source *source, struct error *error)
{
    struct encoder_source bound = {.column = column};
    /* The importer cannot tell the type of a column without values, so any will do. */
    if (encoder->kind->parse && column->missing_count == row_count) {
        *source = (struct encoder_source){.column = column, .is_empty = true};
        return 0;
    }
    bool gives_texts = column->type == COLUMN_CATEGORY && encoder->kind->type == COLUMN_TEXT;
    if (!gives_texts && column_expect(column, encoder->kind->type, error))
        return -1;
    if (column->type == COLUMN_TENSOR && encoder_bind_tensor(encoder, column, &bound, error))
        return -1;
    if (column->type == COLUMN_CATEGORY && !gives_texts) {
        bound.slots = categories_slots(encoder, column, error);
        if (!bound.slots)
            return -1;
    }
    *source = bound;
    return 0;
}

void encoder_source_clear(struct encoder_source *source)
{
    free(source->slots);
    *source = (struct encoder_source){0};
}

/* ---- values */

/* One value that was parsed. */
static void encoder_encode_cell(const struct encoder *encoder, struct encoder_cell *cell, float *x)
{
    static const uint32_t row = 0;
    struct encoder_source source = {.column = &cell->column, .slots = &cell->slot};
    encoder->kind->encode(encoder, &source, &row, 1, x, encoder->width);
}

static void encoder_encode_missing(const struct encoder *encoder, int64_t row_count, float *x,
                                   int64_t stride)
{
    struct encoder_cell cell = {.column = {.type = encoder->kind->type}};
    bool parsed = encoder->kind->parse(encoder, NULL, &cell);
    assert(parsed);
    (void)parsed;
    for (int64_t i = 0; i < row_count; i++)
        encoder_encode_cell(encoder, &cell, x + i * stride);
}

void encoder_encode(const struct encoder *encoder, const struct encoder_source *source,
                    const uint32_t *rows, int64_t row_count, float *x, int64_t stride)
{
    if (source->is_empty)
        encoder_encode_missing(encoder, row_count, x, stride);
    else
        encoder->kind->encode(encoder, source, rows, row_count, x, stride);
}

static bool is_missing(const json_t *json)
{
    return !json || json_is_null(json) || (json_is_string(json) && json_string_length(json) == 0);
}

static int encoder_refuse(const struct encoder *encoder, const json_t *json, const char *path,
                          struct error *error)
{
    char where[256];
    char example[ENCODER_EXAMPLE_SIZE];
    AUTO_FREE char *text = json ? fields_print(json) : NULL;
    const char *is = text ? text : "this";
    snprintf(where, sizeof(where), "%s.%s", path, encoder->column);
    encoder->kind->example(encoder, example);
    if (is_missing(json))
        return error_set_at(
            error, ERROR_INVALID, where,
            "must be there: the model learned from rows that have it (preprocessing."
            "missing \"drop_rows\"); for example %s",
            example);
    return error_set_at(error, ERROR_INVALID, where, "must be %s, not %.60s; for example %s",
                        encoder->kind->expected, is, example);
}

bool encoder_is_base64(const json_t *json)
{
    return json_object_size(json) == 1 && json_is_string(json_object_get(json, "b64"));
}

/* TensorFlow's clients send bytes so; here they are text. */
static int encode_base64(const struct encoder *encoder, const json_t *json, const char *path,
                         float *x, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes bytes = {0};
    const json_t *base64 = json_object_get(json, "b64");
    json_auto_t *text = NULL;
    if (base64_append_decoded(&bytes, json_string_value(base64), json_string_length(base64)) == 0)
        text = json_stringn(bytes.data ? (const char *)bytes.data : "", bytes.size);
    if (text)
        return encoder_encode_json(encoder, text, path, x, error);
    return error_set_at(error, ERROR_INVALID, path,
                        "has a \"b64\" for %.100s that is no text in UTF-8 as base64",
                        encoder->column);
}

int encoder_encode_json(const struct encoder *encoder, const json_t *json, const char *path,
                        float *x, struct error *error)
{
    if (encoder_is_base64(json))
        return encode_base64(encoder, json, path, x, error);
    struct encoder_cell cell = {.column = {.type = encoder->kind->type}};
    bool missing = is_missing(json);
    if ((missing && encoder->required) ||
        !encoder->kind->parse(encoder, missing ? NULL : json, &cell))
        return encoder_refuse(encoder, json, path, error);
    encoder_encode_cell(encoder, &cell, x);
    return 0;
}

/* ---- JSON of what was learned */

json_t *encoder_write(const struct encoder *encoder)
{
    json_auto_t *object = json_pack("{s:s, s:s, s:b}", "column", encoder->column, "encoder",
                                    encoder->kind->kind.name, "required", encoder->required);
    if (!object || encoder->kind->write(encoder, object))
        return NULL;
    return json_incref(object);
}

static const struct encoder_kind *encoder_kind_find(const char *name)
{
    for (size_t i = 0; name && encoder_kinds[i]; i++)
        if (strcmp(encoder_kinds[i]->kind.name, name) == 0)
            return encoder_kinds[i];
    return NULL;
}

static int encoder_read_parts(struct encoder *encoder, const json_t *json, const char *path,
                              struct error *error)
{
    const char *column = json_string_value(json_object_get(json, "column"));
    encoder->kind = encoder_kind_find(json_string_value(json_object_get(json, "encoder")));
    if (!column || !encoder->kind)
        return error_set_at(error, ERROR_INVALID, path,
                            "must be an object with a \"column\" and the name of an \"encoder\"");
    encoder->required = json_is_true(json_object_get(json, "required"));
    encoder->column = strdup(column);
    if (!encoder->column)
        return error_set(error, ERROR_MEMORY, "out of memory for a column");
    if (encoder->kind->read(encoder, json, path, error))
        return -1;
    return encoder_set_width(encoder, error);
}

int encoder_read(struct encoder *encoder, const json_t *json, const char *path, struct error *error)
{
    struct encoder read = {0};
    if (encoder_read_parts(&read, json, path, error)) {
        encoder_clear(&read);
        return -1;
    }
    *encoder = read;
    return 0;
}

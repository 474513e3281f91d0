/* A row of columns in C: a struct with a member for each, and its way into the network. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/c_source.h"
#include "engine/preprocessing_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- kinds of columns */

struct column_writer {
    struct c_writer *writer;
    const struct encoder *encoder;
    const char *member;
    struct bytes *constants, *calls; /* calls: statements of encode_row() */
};

/* What a kind of encoder is in C. */
struct c_column_type {
    const struct encoder_kind *kind;
    const char *type;    /* of the member, with a blank or star behind it */
    const char *comment; /* what is missing */
    const char *missing; /* condition with %s for the member */
    void (*write)(const struct column_writer *c);
};

/* "static const struct scale NAME_scales[n] = {…};" */
static void write_scales(const struct column_writer *c, int count)
{
    c_use(c->writer, "narrow");
    c_use(c->writer, "scaled");
    bytes_printf(c->constants, "static const struct scale column_%s_scales[%d] = {", c->member,
                 count);
    for (int i = 0; i < count; i++) {
        const struct scale *scale = &c->encoder->scales[i];
        bytes_printf(c->constants, i == 0 ? "{" : ",\n    {");
        c_double(c->constants, scale->shift);
        bytes_printf(c->constants, ", ");
        c_double(c->constants, scale_factor(scale));
        bytes_printf(c->constants, ", ");
        c_double(c->constants, scale->fill);
        bytes_printf(c->constants, "}");
    }
    bytes_printf(c->constants, "};\n");
}

/* x[offset] and perhaps an indicator, of an expression for the value and one for its absence. */
static void write_scaled(const struct column_writer *c, const char *value, const char *missing)
{
    const long long offset = c->encoder->offset;
    write_scales(c, 1);
    bytes_printf(c->calls, "    x[%lld] = scaled(%s, column_%s_scales);\n", offset, value,
                 c->member);
    if (c->encoder->has_indicator)
        bytes_printf(c->calls, "    x[%lld] = %s ? 1.0F : 0.0F;\n", offset + 1, missing);
}

enum { EXPRESSION_SIZE = 4 * C_NAME_SIZE };

static void write_number(const struct column_writer *c)
{
    char value[EXPRESSION_SIZE], missing[EXPRESSION_SIZE];
    snprintf(value, sizeof(value), "row->%s", c->member);
    snprintf(missing, sizeof(missing), "row->%s != row->%s", c->member, c->member);
    write_scaled(c, value, missing);
}

static void write_boolean(const struct column_writer *c)
{
    char value[EXPRESSION_SIZE], missing[EXPRESSION_SIZE];
    c_use(c->writer, "truth");
    snprintf(value, sizeof(value), "truth(row->%s)", c->member);
    snprintf(missing, sizeof(missing), "row->%s < 0", c->member);
    write_scaled(c, value, missing);
}

static void write_date(const struct column_writer *c)
{
    enum { PARTS = 5 };
    const long long offset = c->encoder->offset;
    write_scales(c, PARTS);
    c_use(c->writer, "date");
    bytes_printf(c->calls, "    date(row->%s, column_%s_scales, x + %lld);\n", c->member, c->member,
                 offset);
    if (c->encoder->has_indicator)
        bytes_printf(c->calls, "    x[%lld] = row->%s != row->%s ? 1.0F : 0.0F;\n", offset + PARTS,
                     c->member, c->member);
}

/* The encoder's labels in the order of their bytes, and the number of each. */
static void write_labels(const struct column_writer *c)
{
    const struct labels *labels = &c->encoder->labels;
    const uint32_t room = labels->count > 0 ? labels->count : 1;
    c_use(c->writer, "find");
    bytes_printf(c->constants, "static const char *const column_%s_texts[%u] = {", c->member, room);
    for (uint32_t i = 0; i < labels->count; i++) {
        bytes_printf(c->constants, i == 0 ? "\n    " : ",\n    ");
        c_string(c->constants, labels->sorted[i]->text, labels->sorted[i]->length);
    }
    bytes_printf(c->constants, "%s};\nstatic const int column_%s_numbers[%u] = {",
                 labels->count > 0 ? "" : "\"\"", c->member, room);
    for (uint32_t i = 0; i < labels->count; i++)
        bytes_printf(c->constants, "%s%d", i == 0 ? "" : ", ",
                     (int)(labels->sorted[i] - labels->items));
    bytes_printf(c->constants, "%s};\n", labels->count > 0 ? "" : "-1");
}

/* An expression for the number of the row's category. */
static void category_text(const struct column_writer *c, char text[EXPRESSION_SIZE])
{
    write_labels(c);
    c_use(c->writer, "category");
    snprintf(text, EXPRESSION_SIZE, "category(row->%s, column_%s_texts, column_%s_numbers, %u)",
             c->member, c->member, c->member, c->encoder->labels.count);
}

static void write_one_hot(const struct column_writer *c)
{
    char number[EXPRESSION_SIZE];
    category_text(c, number);
    c_use(c->writer, "one_hot");
    bytes_printf(c->calls, "    one_hot(%s, %u, x + %lld);\n", number, c->encoder->labels.count,
                 (long long)c->encoder->offset);
}

static void write_embedded(const struct column_writer *c)
{
    char number[EXPRESSION_SIZE];
    category_text(c, number);
    bytes_printf(c->calls, "    x[%lld] = (float)(%s + 1);\n", (long long)c->encoder->offset,
                 number);
}

static void write_ordinal(const struct column_writer *c)
{
    char number[EXPRESSION_SIZE], value[EXPRESSION_SIZE], missing[EXPRESSION_SIZE];
    category_text(c, number);
    bytes_printf(c->calls, "    const int rank_of_%s = %s;\n", c->member, number);
    snprintf(value, sizeof(value), "rank_of_%s < 0 ? NAN : rank_of_%s", c->member, c->member);
    snprintf(missing, sizeof(missing), "rank_of_%s < 0", c->member);
    write_scaled(c, value, missing);
}

static void write_hashed(const struct column_writer *c)
{
    c_use(c->writer, "hash");
    c_use(c->writer, "hashed");
    bytes_printf(c->calls, "    hashed(row->%s, %lld, x + %lld);\n", c->member,
                 (long long)c->encoder->width, (long long)c->encoder->offset);
}

static void use_words(const struct column_writer *c)
{
    c_use(c->writer, "word_tables");
    c_use(c->writer, "characters");
    c_use(c->writer, "words");
}

static void write_text_hash(const struct column_writer *c)
{
    use_words(c);
    c_use(c->writer, "hash");
    c_use(c->writer, "text_hash");
    bytes_printf(c->calls, "    text_hash(row->%s, %lld, %d, x + %lld);\n", c->member,
                 (long long)c->encoder->text_slots, c->encoder->text_bigrams,
                 (long long)c->encoder->offset);
}

static void write_text_tokens(const struct column_writer *c)
{
    write_labels(c);
    use_words(c);
    c_use(c->writer, "text_tokens");
    bytes_printf(c->calls,
                 "    text_tokens(row->%s, column_%s_texts, column_%s_numbers, %u, %lld, x + "
                 "%lld);\n",
                 c->member, c->member, c->member, c->encoder->labels.count,
                 (long long)c->encoder->text_length, (long long)c->encoder->offset);
}

static void write_tensor(const struct column_writer *c)
{
    const char *part = c->encoder->tensor_is_bytes ? "bytes" : "copy";
    c_use(c->writer, part);
    bytes_printf(c->calls, "    %s(row->%s, %lld, x);\n", part, c->member,
                 (long long)c->encoder->width);
}

#define MISSING_NUMBER "row->%s != row->%s"
#define MISSING_TEXT "!row->%s || !*row->%s"

static const struct c_column_type types[] = {
    {&encoder_number, "double ", "NAN: missing", MISSING_NUMBER, write_number},
    {&encoder_boolean, "int ", "0, 1; -1: missing", "row->%s < 0", write_boolean},
    {&encoder_one_hot, "const char *", "NULL: missing", MISSING_TEXT, write_one_hot},
    {&encoder_hashed, "const char *", "NULL: missing", MISSING_TEXT, write_hashed},
    {&encoder_ordinal, "const char *", "NULL: missing", MISSING_TEXT, write_ordinal},
    {&encoder_embedded, "const char *", "NULL: missing", MISSING_TEXT, write_embedded},
    {&encoder_date, "double ", "seconds since 1970-01-01 UTC; NAN: missing", MISSING_NUMBER,
     write_date},
    {&encoder_text_hash, "const char *", "text in UTF-8; NULL: missing", MISSING_TEXT,
     write_text_hash},
    {&encoder_text_tokens, "const char *", "text in UTF-8; NULL: missing", MISSING_TEXT,
     write_text_tokens},
    {&encoder_tensor, "const float *", "", "!row->%s", write_tensor},
};

static const struct c_column_type *type_of(const struct encoder *encoder)
{
    for (size_t i = 0; i < ARRAY_COUNT(types); i++)
        if (types[i].kind == encoder->kind)
            return &types[i];
    return NULL;
}

/* ---- the struct */

static int compare_members(const void *a, const void *b)
{
    const char(*const *first)[C_NAME_SIZE] = a, (*const *second)[C_NAME_SIZE] = b;
    const int order = strcmp(**first, **second);
    return order != 0 ? order : (*first > *second) - (*first < *second);
}

/* Columns whose names become one identifier get their number behind it. */
static int tell_apart(struct c_writer *writer, size_t count)
{
    AUTO_FREE char(**sorted)[C_NAME_SIZE] = malloc((count + 1) * sizeof(*sorted));
    if (!sorted)
        return error_set(writer->error, ERROR_MEMORY, "out of memory for %zu columns", count);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &writer->members[i];
    qsort(sorted, count, sizeof(*sorted), compare_members);
    for (size_t i = count; i-- > 1;)
        if (strcmp(*sorted[i], *sorted[i - 1]) == 0) {
            const size_t length = strlen(*sorted[i]);
            snprintf(*sorted[i] + length, C_NAME_SIZE - length, "_column_%zu",
                     (size_t)(sorted[i] - writer->members) + 1);
        }
    return 0;
}

static int check_column(const struct encoder *encoder, struct error *error)
{
    enum { LITERAL_MAX = 4000 }; /* C99 promises 4,095 bytes */
    if (!type_of(encoder))
        return error_set(error, ERROR_INVALID,
                         "column \"%s\" is encoded as %s, which the format c does not have",
                         encoder->column, encoder->kind->kind.name);
    for (uint32_t i = 0; i < encoder->labels.count; i++) {
        const struct label *label = &encoder->labels.items[i];
        if (label->length > LITERAL_MAX / 4 || strlen(label->text) != label->length)
            return error_set(error, ERROR_INVALID,
                             "column \"%s\" has the category \"%.40s…\", which is no constant in C",
                             encoder->column, label->text);
    }
    return 0;
}

int c_columns_prepare(struct c_writer *writer)
{
    const struct preprocessing *preprocessing = writer->model->preprocessing;
    const size_t count = (size_t)preprocessing->encoder_count;
    writer->members = calloc(count, sizeof(*writer->members));
    if (!writer->members)
        return error_set(writer->error, ERROR_MEMORY, "out of memory for %zu columns", count);
    for (size_t i = 0; i < count; i++) {
        if (check_column(&preprocessing->encoders[i], writer->error) != 0)
            return -1;
        c_identifier(preprocessing->encoders[i].column, writer->members[i]);
    }
    return tell_apart(writer, count);
}

void c_columns_declare(const struct c_writer *writer, struct bytes *bytes)
{
    const struct preprocessing *preprocessing = writer->model->preprocessing;
    bytes_printf(bytes, "struct %s_row {\n", writer->name);
    for (int i = 0; i < preprocessing->encoder_count; i++) {
        const struct encoder *encoder = &preprocessing->encoders[i];
        const bool is_bytes = encoder->kind == &encoder_tensor && encoder->tensor_is_bytes;
        char shape[128];
        bytes_printf(bytes, "    %s%s; /* ",
                     is_bytes ? "const unsigned char *" : type_of(encoder)->type,
                     writer->members[i]);
        c_comment(bytes, encoder->column);
        if (encoder->kind == &encoder_tensor)
            bytes_printf(bytes, ": %s%s", shape_text(&encoder->shape, shape, sizeof(shape)),
                         is_bytes ? ", 0 to 255" : "");
        else
            bytes_printf(bytes, ": %s",
                         encoder->required ? "must be there" : type_of(encoder)->comment);
        bytes_printf(bytes, " */\n");
    }
    bytes_printf(bytes, "};\n");
}

/* ---- encoding */

static void append_check(struct bytes *calls, const struct encoder *encoder, const char *member)
{
    const bool is_tensor = encoder->kind == &encoder_tensor;
    if (!encoder->required && !is_tensor)
        return;
    bytes_printf(calls, "    if (");
    for (const char *at = type_of(encoder)->missing; *at != '\0'; at++)
        if (at[0] == '%') {
            bytes_printf(calls, "%s", member);
            at++;
        } else {
            bytes_append_u8(calls, (uint8_t)*at);
        }
    bytes_printf(calls, ")\n        return -1;\n");
}

static void append_encode(struct c_writer *writer, const struct bytes *constants,
                          const struct bytes *calls)
{
    const struct preprocessing *preprocessing = writer->model->preprocessing;
    struct bytes *body = &writer->body;
    bytes_append_u8(body, '\n');
    bytes_append(body, constants->data, constants->size);
    bytes_printf(
        body,
        "\n/* One row of columns to x. -1 where a value is missing that must be there. */\n"
        "static int encode_row(const struct %s_row *row, float *x)\n{\n",
        writer->name);
    bytes_append(body, calls->data, calls->size);
    bytes_printf(body, "    return 0;\n}\n");
    bytes_printf(body,
                 "\nstatic int encode(const struct %s_row *rows, float *x)\n{\n"
                 "    for (int i = 0; i < %s_ROWS; i++)\n"
                 "        if (encode_row(&rows[i], x + i * %lld) != 0)\n"
                 "            return -1;\n"
                 "    return 0;\n}\n",
                 writer->name, writer->capitals, (long long)preprocessing->width);
}

int c_columns_append(struct c_writer *writer)
{
    const struct preprocessing *preprocessing = writer->model->preprocessing;
    AUTO_CLEAR(bytes_clear) struct bytes constants = {0};
    AUTO_CLEAR(bytes_clear) struct bytes calls = {0};
    for (int i = 0; i < preprocessing->encoder_count; i++) {
        const struct encoder *encoder = &preprocessing->encoders[i];
        const struct column_writer c = {.writer = writer,
                                        .encoder = encoder,
                                        .member = writer->members[i],
                                        .constants = &constants,
                                        .calls = &calls};
        append_check(&calls, encoder, writer->members[i]);
        type_of(encoder)->write(&c);
    }
    if (bytes_check(&constants, writer->error) != 0 || bytes_check(&calls, writer->error) != 0)
        return -1;
    append_encode(writer, &constants, &calls);
    return 0;
}

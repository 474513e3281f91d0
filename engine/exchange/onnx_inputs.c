/* From raw columns to the network's input, as the encoders do it.
 *
 * Everything that becomes scaled numbers (numbers, booleans, ranks, the parts of dates) goes side
 * by side through one run of operators, in double as in the encoders; what is known of missing
 * values beside it. Categories that become places go one by one. In the end the floats are put into
 * the order that the network takes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/exchange/onnx_write.h"
#include "engine/preprocessing_parts.h"

#include <stdlib.h>
#include <string.h>

struct inputs {
    struct onnx_graph *graph;
    const struct preprocessing *preprocessing;
    struct shape column; /* of a column's values in a row: [1], or [length] of a window */
    /* Numbers that are scaled together. */
    const char **numbers;
    size_t number_count; /* names in it */
    int64_t scaled;      /* numbers, of which a date gives several */
    double *shifts, *factors;
    float *fills;
    /* What is concatenated, and where each float of the network's input lies in that. */
    const char **blocks;
    size_t block_count;
    int64_t *places;
};

static void inputs_clear(struct inputs *inputs)
{
    free(inputs->numbers);
    free(inputs->shifts);
    free(inputs->factors);
    free(inputs->fills);
    free(inputs->blocks);
    free(inputs->places);
}

static int inputs_start(struct inputs *inputs, struct error *error)
{
    const size_t count = (size_t)inputs->preprocessing->encoder_count;
    const size_t most = count * ENCODER_PARTS_MAX;
    inputs->numbers = calloc(count, sizeof(*inputs->numbers));
    inputs->shifts = calloc(most, sizeof(*inputs->shifts));
    inputs->factors = calloc(most, sizeof(*inputs->factors));
    inputs->fills = calloc(most, sizeof(*inputs->fills));
    inputs->blocks = calloc(count + 2, sizeof(*inputs->blocks));
    inputs->places = calloc((size_t)inputs->preprocessing->width, sizeof(*inputs->places));
    if (!inputs->numbers || !inputs->shifts || !inputs->factors || !inputs->fills ||
        !inputs->blocks || !inputs->places)
        return error_set(error, ERROR_MEMORY, "out of memory for the columns of an ONNX graph");
    return 0;
}

/* ---- small operators */

static const char *two(struct onnx_graph *graph, const char *operator, const char * a,
                       const char *b)
{
    return onnx_apply(graph, operator, NULL, a, b, NULL);
}

static const char *cast(struct onnx_graph *graph, const char *x, enum onnx_type type)
{
    return onnx_apply(graph, "Cast", ONNX_ATTRIBUTES(ONNX_INTEGER_OF("to", (int64_t)type)), x,
                      NULL);
}

static const char *join(struct onnx_graph *graph, const char *const *parts, size_t count)
{
    if (count == 1)
        return parts[0];
    return onnx_node(graph,
                     &(struct onnx_node){.operator= "Concat",
                                         .attributes = ONNX_ATTRIBUTES(ONNX_INTEGER_OF("axis", -1)),
                                         .inputs = parts,
                                         .input_count = count});
}

/* ---- columns */

/* A column's input, its values along an axis of their own: [N, 1], of windows [N, length, 1]. */
static const char *column_input(struct inputs *inputs, const struct encoder *encoder,
                                enum onnx_type type)
{
    const struct shape row = {.rank = 2, .dims = {inputs->column.dims[0], 1}};
    onnx_input(inputs->graph, encoder->column, type, &inputs->column);
    if (inputs->preprocessing->window.length == 0)
        return encoder->column;
    return onnx_reshape(inputs->graph, encoder->column, &row);
}

/* What a text is in the list of labels: first + its place, or `other` where it is not in it. */
static const char *place_of(struct inputs *inputs, const struct encoder *encoder, float first,
                            float other)
{
    const struct labels *labels = &encoder->labels;
    const struct label nothing = {.text = (char[]){""}};
    const struct labels none = {.count = 1, .items = (struct label *)(uintptr_t)&nothing};
    const size_t count = labels->count > 0 ? labels->count : 1;
    AUTO_FREE float *places = calloc(count, sizeof(*places));
    if (places == NULL) {
        inputs->graph->failed = true;
        return "";
    }
    for (size_t i = 0; i < count; i++)
        places[i] = labels->count > 0 ? first + (float)i : other;
    const char *x = column_input(inputs, encoder, ONNX_STRING);
    const struct onnx_attribute attributes[] = {
        {.name = "keys_strings",
         .type = ONNX_IS_TEXTS,
         .texts = labels->count > 0 ? labels : &none},
        {.name = "values_floats", .type = ONNX_IS_FLOATS, .numbers = places, .count = count},
        ONNX_FLOAT_OF("default_float", other),
        {.name = NULL, .type = ONNX_IS_INTEGER}};
    return onnx_node(inputs->graph, &(struct onnx_node){.operator= "LabelEncoder",
                                                        .domain = ONNX_ML_DOMAIN,
                                                        .attributes = attributes,
                                                        .inputs = &x,
                                                        .input_count = 1});
}

/* A block that is the encoder's floats as they are. The numbers' two blocks stand before it. */
static void add_block(struct inputs *inputs, const char *block)
{
    inputs->blocks[inputs->block_count++] = block;
}

static void write_number(struct inputs *inputs, const struct encoder *encoder)
{
    inputs->numbers[inputs->number_count++] = column_input(inputs, encoder, ONNX_FLOAT);
}

static void write_ordinal(struct inputs *inputs, const struct encoder *encoder)
{
    inputs->numbers[inputs->number_count++] = place_of(inputs, encoder, 0.0F, NAN);
}

static void write_embedded(struct inputs *inputs, const struct encoder *encoder)
{
    add_block(inputs, place_of(inputs, encoder, 1.0F, 0.0F));
}

static void write_one_hot(struct inputs *inputs, const struct encoder *encoder)
{
    const int64_t width = encoder->width;
    const char *place = place_of(inputs, encoder, 0.0F, (float)(width - 1));
    AUTO_FREE float *places = calloc((size_t)width, sizeof(*places));
    const struct shape shape = {.rank = 1, .dims = {width}};
    if (places == NULL) {
        inputs->graph->failed = true;
        return;
    }
    for (int64_t i = 0; i < width; i++)
        places[i] = (float)i;
    const char *all = onnx_floats(inputs->graph, places, &shape);
    add_block(inputs, cast(inputs->graph, two(inputs->graph, "Equal", place, all), ONNX_FLOAT));
}

/* ---- dates */

static const char *with(struct onnx_graph *graph, const char *operator, const char * x,
                        double value)
{
    return two(graph, operator, x, onnx_double(graph, value));
}

static const char *quotient(struct onnx_graph *graph, const char *x, double divisor)
{
    return onnx_apply(graph, "Floor", NULL, with(graph, "Div", x, divisor), NULL);
}

/* x - divisor · quotient */
static const char *rest(struct onnx_graph *graph, const char *x, const char *quotient,
                        double divisor)
{
    return two(graph, "Sub", x, with(graph, "Mul", quotient, divisor));
}

/* `then` of x where it is at least `limit`, else 0. */
static const char *from(struct onnx_graph *graph, const char *x, double limit, double then)
{
    const char *is_there = with(graph, "GreaterOrEqual", x, limit);
    return with(graph, "Mul", cast(graph, is_there, ONNX_DOUBLE), then);
}

/* Year, month and day of a day since 1970, as encoders/date.c finds them. */
static void civil(struct onnx_graph *graph, const char *day, const char *parts[ENCODER_PARTS_MAX])
{
    const char *shifted = with(graph, "Add", day, 719468);
    const char *era = quotient(graph, shifted, 146097);
    const char *day_of_era = rest(graph, shifted, era, 146097);
    const char *sum = two(graph, "Sub", day_of_era, quotient(graph, day_of_era, 1460));
    sum = two(graph, "Add", sum, quotient(graph, day_of_era, 36524));
    sum = two(graph, "Sub", sum, quotient(graph, day_of_era, 146096));
    const char *year = quotient(graph, sum, 365);
    const char *day_of_year = rest(graph, day_of_era, year, 365);
    day_of_year = two(graph, "Sub", day_of_year, quotient(graph, year, 4));
    day_of_year = two(graph, "Add", day_of_year, quotient(graph, year, 100));
    const char *month =
        quotient(graph, with(graph, "Add", with(graph, "Mul", day_of_year, 5), 2), 153);
    const char *before = quotient(graph, with(graph, "Add", with(graph, "Mul", month, 153), 2), 5);
    const char *is_late = from(graph, month, 10, 1);
    year = two(graph, "Add", year, with(graph, "Mul", era, 400));
    parts[0] = two(graph, "Add", year, is_late);
    parts[1] = with(graph, "Add", two(graph, "Sub", month, with(graph, "Mul", is_late, 12)), 3);
    parts[2] = with(graph, "Add", two(graph, "Sub", day_of_year, before), 1);
}

/* The input is seconds since 1970-01-01 in UTC: a text of a date is more than ONNX can read. */
static void write_date(struct inputs *inputs, const struct encoder *encoder)
{
    struct onnx_graph *graph = inputs->graph;
    const char *seconds = column_input(inputs, encoder, ONNX_DOUBLE);
    const char *parts[ENCODER_PARTS_MAX];
    const char *day = quotient(graph, seconds, 86400);
    const char *since_monday = with(graph, "Add", day, 3);
    civil(graph, day, parts);
    parts[3] = rest(graph, since_monday, quotient(graph, since_monday, 7), 7);
    parts[4] = quotient(graph, rest(graph, seconds, day, 86400), 3600);
    inputs->numbers[inputs->number_count++] =
        cast(graph, join(graph, parts, ENCODER_PARTS_MAX), ONNX_FLOAT);
}

/* ---- the table */

static const struct column_writer {
    const struct encoder_kind *kind;
    void (*write)(struct inputs *inputs, const struct encoder *encoder);
    int parts; /* scaled numbers; 0: a block of its own */
} writers[] = {
    {&encoder_number, write_number, 1},   {&encoder_boolean, write_number, 1},
    {&encoder_ordinal, write_ordinal, 1}, {&encoder_date, write_date, ENCODER_PARTS_MAX},
    {&encoder_one_hot, write_one_hot, 0}, {&encoder_embedded, write_embedded, 0},
};

static const struct column_writer *writer_find(const struct encoder *encoder, struct error *error)
{
    const char *name = encoder->column;
    for (size_t i = 0; i < ARRAY_COUNT(writers); i++)
        if (writers[i].kind == encoder->kind)
            break;
        else if (i + 1 == ARRAY_COUNT(writers))
            return error_set(error, ERROR_INVALID,
                             "column \"%s\" is encoded as %s, which ONNX has no operators for: "
                             "take format=safetensors, or train without it (features.exclude)",
                             name, encoder->kind->kind.name),
                   NULL;
    if (name[0] == '\0' || name[0] == '/' || strcmp(name, ONNX_PREDICTIONS) == 0 ||
        strcmp(name, ONNX_LABELS) == 0) {
        error_set(error, ERROR_INVALID,
                  "column \"%s\" has a name that the ONNX graph needs for itself (\"%s\", \"%s\", "
                  "and what begins with \"/\"): give it another name",
                  name, ONNX_PREDICTIONS, ONNX_LABELS);
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_COUNT(writers); i++)
        if (writers[i].kind == encoder->kind)
            return &writers[i];
    return NULL;
}

/* ---- together */

/* The scales of an encoder's numbers, and the places of its floats: numbers count from 0, blocks of
 * their own from `base` on, indicators are marked by negative numbers until their base is known. */
static void place_numbers(struct inputs *inputs, const struct encoder *encoder, int parts)
{
    int64_t *places = inputs->places + encoder->offset;
    for (int i = 0; i < parts; i++) {
        const struct scale *scale = &encoder->scales[i];
        const double factor = scale_factor(scale);
        inputs->shifts[inputs->scaled] = scale->shift;
        inputs->factors[inputs->scaled] = factor;
        inputs->fills[inputs->scaled] = scale_encode(scale, factor, scale->fill);
        places[i] = inputs->scaled++;
    }
    if (encoder->has_indicator)
        places[parts] = -places[0] - 1;
}

/* Scales all numbers together; *missing is whether each was, as floats. */
static const char *scale_numbers(struct inputs *inputs, const char **missing)
{
    struct onnx_graph *graph = inputs->graph;
    const struct shape shape = {.rank = 1, .dims = {inputs->scaled}};
    const char *raw = join(graph, inputs->numbers, inputs->number_count);
    const char *is_missing = onnx_apply(graph, "IsNaN", NULL, raw, NULL);
    const char *x = cast(graph, raw, ONNX_DOUBLE);
    x = two(graph, "Sub", x, onnx_doubles(graph, inputs->shifts, inputs->scaled));
    x = two(graph, "Mul", x, onnx_doubles(graph, inputs->factors, inputs->scaled));
    x = onnx_apply(graph, "Clip", NULL, x, onnx_double(graph, -(double)FLT_MAX),
                   onnx_double(graph, (double)FLT_MAX), NULL);
    *missing = cast(graph, is_missing, ONNX_FLOAT);
    return onnx_apply(graph, "Where", NULL, is_missing, onnx_floats(graph, inputs->fills, &shape),
                      cast(graph, x, ONNX_FLOAT), NULL);
}

static bool is_in_order(const int64_t *places, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (places[i] != i)
            return false;
    return true;
}

/* Numbers, their indicators where an encoder has one, then the blocks, put in order. */
static const char *order_floats(struct inputs *inputs, bool has_indicators, int64_t total)
{
    struct onnx_graph *graph = inputs->graph;
    const char *blocks[2];
    size_t count = 0;
    const int64_t width = inputs->preprocessing->width;
    if (inputs->scaled > 0) {
        const char *missing;
        blocks[count++] = scale_numbers(inputs, &missing);
        if (has_indicators)
            blocks[count++] = missing;
    }
    memmove(inputs->blocks + count, inputs->blocks, inputs->block_count * sizeof(*blocks));
    memcpy(inputs->blocks, blocks, count * sizeof(*blocks));
    const char *x = join(graph, inputs->blocks, inputs->block_count + count);
    if (total == width && is_in_order(inputs->places, width))
        return x;
    return onnx_apply(graph, "Gather", ONNX_ATTRIBUTES(ONNX_INTEGER_OF("axis", -1)), x,
                      onnx_integers(graph, inputs->places, width), NULL);
}

/* Places of blocks and indicators, once it is known how many numbers there are. */
static int64_t finish_places(struct inputs *inputs, bool has_indicators)
{
    int64_t next = has_indicators ? 2 * inputs->scaled : inputs->scaled;
    for (int i = 0; i < inputs->preprocessing->encoder_count; i++) {
        const struct encoder *encoder = &inputs->preprocessing->encoders[i];
        int64_t *places = inputs->places + encoder->offset;
        if (encoder->has_indicator)
            places[encoder->width - 1] = inputs->scaled - places[encoder->width - 1] - 1;
        if (encoder->kind == &encoder_one_hot || encoder->kind == &encoder_embedded)
            for (int64_t k = 0; k < encoder->width; k++)
                places[k] = next++;
    }
    return next;
}

static int write_columns(struct inputs *inputs, const char **input, struct error *error)
{
    bool has_indicators = false;
    if (inputs_start(inputs, error))
        return -1;
    for (int i = 0; i < inputs->preprocessing->encoder_count; i++) {
        const struct encoder *encoder = &inputs->preprocessing->encoders[i];
        const struct column_writer *writer = writer_find(encoder, error);
        if (writer == NULL)
            return -1;
        writer->write(inputs, encoder);
        if (writer->parts > 0)
            place_numbers(inputs, encoder, writer->parts);
        has_indicators = has_indicators || encoder->has_indicator;
    }
    const int64_t total = finish_places(inputs, has_indicators);
    *input = order_floats(inputs, has_indicators, total);
    return 0;
}

/* ---- tensors */

static const char *write_tensor(struct onnx_graph *graph, const struct preprocessing *preprocessing)
{
    const struct encoder *encoder = &preprocessing->encoders[0];
    /* Columns of tensors may have any name; this one is the only one. */
    const char *x = "input";
    onnx_input(graph, x, ONNX_FLOAT, &encoder->shape);
    if (encoder->tensor_is_bytes)
        x = two(graph, "Div", x, onnx_float(graph, 255.0F));
    if (encoder->shape.rank != preprocessing->input.rank)
        x = onnx_reshape(graph, x, &preprocessing->input);
    return x;
}

int onnx_write_inputs(struct onnx_graph *graph, const struct preprocessing *preprocessing,
                      const char **input, struct error *error)
{
    const int64_t length = preprocessing->window.length;
    AUTO_CLEAR(inputs_clear)
    struct inputs inputs = {.graph = graph,
                            .preprocessing = preprocessing,
                            .column = {.rank = 1, .dims = {length > 0 ? length : 1}}};
    graph->scope = "columns";
    if (!preprocessing_takes_tensors(preprocessing))
        return write_columns(&inputs, input, error);
    *input = write_tensor(graph, preprocessing);
    return 0;
}

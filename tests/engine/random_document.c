/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/engine/random_document.h"
#include "engine/augment.h"
#include "engine/loss.h"
#include "engine/optimizer.h"
#include "engine/schedule.h"
#include "engine/trainer.h"
#include "tests/check.h"
#include "tests/engine/learn.h"

#include <stdio.h>
#include <string.h>

enum {
    WIDE_UNITS = 300, /* a layer that is work for several members */
    WIDE_PERCENT = 35,
    AUGMENTED_PERCENT = 40,
    FRAGMENT_PERCENT = 12
};

static struct rng draws;
static uint64_t counter;

void draw_start(uint64_t part)
{
    draws = rng_stream(1, "test", "random_resume", 0);
    counter = part << 32;
}

int64_t draw(int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(&draws, counter += 4, (uint64_t)(high - low + 1));
}

static bool chance(int percent)
{
    return draw(1, 100) <= percent;
}

static double draw_share(void)
{
    return (double)draw(1, 999) / 1000;
}

/* Within the field's limits, of at most 1 above its least, small ones more often. */
static double draw_number(const struct field *field)
{
    double low = field->max > field->min ? field->min : 0;
    double high = field->max > field->min && field->max < low + 1 ? field->max : low + 1;
    double share = draw_share();

    if (strcmp(field->name, "learning_rate") == 0)
        return 0.02 * share;
    return low + (high - low) * share * share * share;
}

/* NULL: none that could be drawn. */
static json_t *draw_field(const struct field *field)
{
    size_t choices = 0;

    switch (field->type) {
    case FIELD_TYPE_BOOLEAN:
        return json_boolean(draw(0, 1));
    case FIELD_TYPE_INTEGER:
        return json_integer(draw((int64_t)field->min, (int64_t)field->min + 4));
    case FIELD_TYPE_NUMBER:
        return json_real(draw_number(field));
    case FIELD_TYPE_CHOICE:
        while (field->choices[choices] != NULL)
            choices++;
        return json_string(field->choices[draw(0, (int64_t)choices - 1)]);
    case FIELD_TYPE_SIZES:
        return json_pack("[I, I]", (json_int_t)draw(1, 3), (json_int_t)draw(4, 7));
    default:
        return NULL;
    }
}

/* {"type": name, …} with what is required and some of the rest. */
static json_t *draw_options(const struct kind *kind)
{
    json_t *options = json_pack("{s:s}", "type", kind->name);

    for (const struct kind *from = kind; from != NULL; from = from->base)
        for (const struct field *field = from->fields; field != NULL && field->name; field++) {
            if ((field->flags & FIELD_REQUIRED) == 0 && !chance(35))
                continue;
            json_t *value = draw_field(field);
            if (value != NULL)
                json_object_set_new(options, field->name, value);
        }
    return options;
}

static size_t count_of(const void *const *entries)
{
    size_t count = 0;

    while (entries[count] != NULL)
        count++;
    return count;
}
#define COUNT_OF(entries) count_of((const void *const *)(entries))

/* ---- documents */

static const struct {
    const char *name, *activation;
} targets[] = {{"kind", "softmax"}, {"flag", "sigmoid"}, {"y", "linear"}, {"count", "softplus"}};

/* Parts of a training document. Those that do not fit the rest are refused, and drawn again. */
static const char *const fragments[] = {
    "{\"clip_norm\": 0.5}",
    "{\"clip_value\": 0.05}",
    "{\"l1\": 0.001}",
    "{\"l2\": 0.01}",
    "{\"label_smoothing\": 0.1}",
    "{\"class_weights\": \"balanced\"}",
    "{\"sample_weight\": \"weight\"}",
    "{\"accumulate\": 3}",
    "{\"average\": {\"ema\": 0.9}}",
    "{\"shuffle\": false}",
    "{\"validation\": null}",
    "{\"validation\": {\"split\": 0.4}}",
    "{\"validation\": {\"folds\": 3}}",
    "{\"early_stopping\": {\"patience\": 1}}",
    "{\"early_stopping\": {\"patience\": 2, \"monitor\": \"loss\", \"restore_best\": false}}",
    "{\"on_divergence\": \"rollback\"}",
    "{\"limits\": {\"steps\": 8}}",
    "{\"limits\": {\"target\": {\"val_loss\": 0.6}}}"};

void document_clear(struct document *document)
{
    json_decref(document->network);
    json_decref(document->training);
    *document = (struct document){0};
}

static void append(json_t *layers, json_t *layer_taken)
{
    ck_assert_int_eq(json_array_append_new(layers, layer_taken), 0);
}

/* The last layer of some type's example, where it takes just what lies before it. */
static void append_any(json_t *layers)
{
    const struct layer_type *type = layer_types[draw(0, (int64_t)COUNT_OF(layer_types) - 1)];
    json_auto_t *example = parse(type->example);
    json_t *list = json_object_get(example, "layers");
    json_t *layer = json_array_get(list, json_array_size(list) - 1);

    json_object_del(layer, "name");
    if (json_object_get(layer, "input") == NULL)
        append(layers, json_incref(layer));
}

static void draw_network(struct document *document, const struct layer_type *type)
{
    json_auto_t *example = parse(type->example);
    json_t *input = json_object_get(example, "input");
    json_t *layers = json_object_get(example, "layers");

    document->shape.rank = (int)json_array_size(input);
    for (int i = 0; i < document->shape.rank; i++)
        document->shape.dims[i] = json_integer_value(json_array_get(input, (size_t)i));
    /* Two dimensions come as an image of one channel. */
    if (document->shape.rank == 2)
        json_array_insert_new(layers, 0,
                              json_pack("{s:s, s:O}", "type", "reshape", "shape", input));
    for (int64_t more = draw(0, 2); more > 0; more--)
        append_any(layers);
    append(layers, json_pack("{s:s}", "type", "flatten"));
    if (chance(WIDE_PERCENT))
        append(layers, json_pack("{s:s, s:i, s:s}", "type", "dense", "units", WIDE_UNITS,
                                 "activation", "relu"));
    append(layers, json_pack("{s:s, s:s, s:s}", "type", "dense", "units", "auto", "activation",
                             targets[document->target].activation));
    document->network = json_pack("{s:O}", "layers", layers);
}

static void append_augmentation(json_t *training)
{
    const struct augment_type *type = augment_types[draw(0, (int64_t)COUNT_OF(augment_types) - 1)];
    json_auto_t *example = parse(type->example);
    json_t *list = json_object_get(training, "augmentation");

    if (list == NULL)
        json_object_set_new(training, "augmentation", list = json_array());
    ck_assert_int_eq(json_array_extend(list, example), 0);
}

static void draw_training(struct document *document, const struct kind *optimizer,
                          const struct kind *schedule)
{
    document->training =
        json_pack("{s:I, s:I, s:I, s:o, s:o}", "epochs", (json_int_t)draw(2, 4), "batch_size",
                  (json_int_t)draw(4, 20), "seed", (json_int_t)draw(0, 1000), "optimizer",
                  draw_options(optimizer), "schedule", draw_options(schedule));
    if (chance(50))
        json_object_set_new(document->training, "loss",
                            draw_options(loss_kinds[draw(0, (int64_t)COUNT_OF(loss_kinds) - 1)]));
    while (chance(AUGMENTED_PERCENT))
        append_augmentation(document->training);
    for (size_t i = 0; i < ARRAY_COUNT(fragments); i++) {
        json_auto_t *fragment = parse(fragments[i]);
        if (chance(FRAGMENT_PERCENT))
            json_object_update(document->training, fragment);
    }
}

/* Entries of all tables by the number, the tables turning apart. */
static const struct layer_type *layer_of(int number)
{
    return layer_types[(size_t)number % COUNT_OF(layer_types)];
}

static const struct kind *optimizer_of(int number)
{
    return optimizer_kinds[(size_t)number % COUNT_OF(optimizer_kinds)];
}

static const struct kind *schedule_of(int number)
{
    return schedule_kinds[(size_t)number / COUNT_OF(optimizer_kinds) % COUNT_OF(schedule_kinds)];
}

struct document draw_document(int number)
{
    struct document document = {.target = (int)draw(0, ARRAY_COUNT(targets) - 1),
                                .whole_numbers = draw(0, 1)};

    draw_network(&document, layer_of(number));
    draw_training(&document, optimizer_of(number), schedule_of(number));
    return document;
}

const char *document_target(const struct document *document)
{
    return targets[document->target].name;
}

const char *document_entries(int number)
{
    static char text[160];
    snprintf(text, sizeof text, "%s, %s, %s", layer_of(number)->kind.name,
             optimizer_of(number)->name, schedule_of(number)->name);
    return text;
}

size_t document_count(void)
{
    const size_t pairs = COUNT_OF(optimizer_kinds) * COUNT_OF(schedule_kinds);
    return COUNT_OF(layer_types) > pairs ? COUNT_OF(layer_types) : pairs;
}

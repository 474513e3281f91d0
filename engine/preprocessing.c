/* Preprocessing: its life and the questions that it answers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/preprocessing.h"
#include "engine/preprocessing_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- life */

struct preprocessing *preprocessing_new(size_t encoder_count, struct error *error)
{
    struct preprocessing *preprocessing = calloc(1, sizeof(*preprocessing));
    if (preprocessing)
        preprocessing->encoders = calloc(encoder_count, sizeof(*preprocessing->encoders));
    if (!preprocessing || !preprocessing->encoders) {
        error_set(error, ERROR_MEMORY, "out of memory for %zu columns", encoder_count);
        free(preprocessing);
        return NULL;
    }
    return preprocessing;
}

void preprocessing_free(struct preprocessing *preprocessing)
{
    if (!preprocessing)
        return;
    for (int i = 0; i < preprocessing->encoder_count; i++)
        encoder_clear(&preprocessing->encoders[i]);
    free(preprocessing->encoders);
    targets_clear(&preprocessing->targets);
    fields_clear(&series_options_kind, &preprocessing->window);
    json_decref(preprocessing->embeddings);
    json_decref(preprocessing->columns);
    json_decref(preprocessing->target_names);
    json_decref(preprocessing->left_out);
    json_decref(preprocessing->unused);
    free(preprocessing);
}

/* Whether an encoder's floats can stand beside those of others. */
static int check_company(const struct preprocessing *preprocessing, const struct encoder *encoder,
                         struct error *error)
{
    bool is_tensor = encoder->kind == &encoder_tensor;
    bool is_tokens = encoder->kind == &encoder_text_tokens;
    if (preprocessing->encoder_count > 1 && is_tensor)
        return error_set(error, ERROR_INVALID,
                         "tensors (column \"%s\") cannot be combined with other inputs",
                         encoder->column);
    if (preprocessing->encoder_count > 1 && is_tokens)
        return error_set_at(error, ERROR_INVALID, "preprocessing.text",
                            "cannot be \"tokens\" for \"%s\" beside other inputs: name it alone "
                            "as features.include, or take \"hash\"",
                            encoder->column);
    if (preprocessing->window.length > 0 && (is_tensor || is_tokens))
        return error_set_at(error, ERROR_INVALID, "window",
                            "cannot be cut from the %s of \"%s\": windows are of numbers, "
                            "categories, dates and hashed texts",
                            is_tensor ? "tensors" : "tokens", encoder->column);
    return 0;
}

static int preprocessing_place_encoders(struct preprocessing *preprocessing, struct error *error)
{
    int64_t rows = preprocessing->window.length > 0 ? preprocessing->window.length : 1;
    preprocessing->width = 0;
    for (int i = 0; i < preprocessing->encoder_count; i++) {
        struct encoder *encoder = &preprocessing->encoders[i];
        encoder->offset = preprocessing->width;
        preprocessing->width += encoder->width;
        if (preprocessing->width * rows > ENCODER_WIDTH_MAX)
            return error_set(error, ERROR_INVALID, "the columns make more than %d inputs together",
                             ENCODER_WIDTH_MAX);
        if (check_company(preprocessing, encoder, error))
            return -1;
    }
    return 0;
}

static void preprocessing_set_shape(struct preprocessing *preprocessing)
{
    struct shape *input = &preprocessing->input;
    if (preprocessing->window.length > 0) {
        *input =
            (struct shape){.rank = 2, .dims = {preprocessing->window.length, preprocessing->width}};
        return;
    }
    if (!preprocessing_takes_tensors(preprocessing)) {
        *input = (struct shape){.rank = 1, .dims = {preprocessing->width}};
        return;
    }
    *input = preprocessing->encoders[0].shape;
    if (input->rank == 2 && !preprocessing->is_identity)
        input->dims[input->rank++] = 1; /* images of one channel */
}

static int preprocessing_set_names(struct preprocessing *preprocessing, struct error *error)
{
    bool tensors = preprocessing_takes_tensors(preprocessing);
    int failed = 0;
    preprocessing->target_names = json_array();
    preprocessing->columns = tensors ? NULL : json_array();
    for (int i = 0; !tensors && i < preprocessing->encoder_count; i++)
        failed |= json_array_append_new(preprocessing->columns,
                                        json_string(preprocessing->encoders[i].column));
    for (int i = 0; i < preprocessing->targets.count; i++)
        failed |= json_array_append_new(preprocessing->target_names,
                                        json_string(preprocessing->targets.items[i].column));
    if (!preprocessing->left_out)
        preprocessing->left_out = json_array();
    if (!preprocessing->unused)
        preprocessing->unused = json_array();
    if (failed || !preprocessing->target_names || (!tensors && !preprocessing->columns) ||
        !preprocessing->left_out || !preprocessing->unused)
        return error_set(error, ERROR_MEMORY, "out of memory for the names of the columns");
    return 0;
}

static int preprocessing_list_embeddings(struct preprocessing *preprocessing, struct error *error)
{
    json_auto_t *embeddings = json_array();
    for (int i = 0; i < preprocessing->encoder_count; i++) {
        const struct encoder *encoder = &preprocessing->encoders[i];
        if (encoder->kind != &encoder_embedded)
            continue;
        json_t *entry = json_pack("{s:s, s:I, s:I, s:I}", "column", encoder->column, "position",
                                  (json_int_t)encoder->offset, "vocabulary",
                                  (json_int_t)encoder->kind->vocabulary(encoder), "units",
                                  (json_int_t)embedded_units(encoder));
        if (json_array_append_new(embeddings, entry))
            return error_set(error, ERROR_MEMORY, "out of memory for the embedded columns");
    }
    if (!embeddings)
        return error_set(error, ERROR_MEMORY, "out of memory for the embedded columns");
    if (json_array_size(embeddings) > 0)
        preprocessing->embeddings = json_incref(embeddings);
    return 0;
}

int preprocessing_finish(struct preprocessing *preprocessing, struct error *error)
{
    if (preprocessing_place_encoders(preprocessing, error) ||
        preprocessing_list_embeddings(preprocessing, error))
        return -1;
    preprocessing_set_shape(preprocessing);
    return preprocessing_set_names(preprocessing, error);
}

/* ---- questions */

bool preprocessing_is_identity(const struct preprocessing *preprocessing)
{
    return preprocessing->is_identity;
}

struct shape preprocessing_input_shape(const struct preprocessing *preprocessing)
{
    return preprocessing->input;
}

enum task_type preprocessing_task(const struct preprocessing *preprocessing)
{
    return preprocessing->targets.task;
}

int64_t preprocessing_target_width(const struct preprocessing *preprocessing)
{
    const struct targets *targets = &preprocessing->targets;
    return targets->task == TASK_CLASSES ? (int64_t)targets->labels.count : targets->count;
}

int64_t preprocessing_vocabulary(const struct preprocessing *preprocessing)
{
    const struct encoder *encoder = &preprocessing->encoders[0];
    return encoder->kind == &encoder_text_tokens ? encoder->kind->vocabulary(encoder) : 0;
}

const json_t *preprocessing_embeddings(const struct preprocessing *preprocessing)
{
    return preprocessing->embeddings;
}

const char *preprocessing_text(const struct preprocessing *preprocessing)
{
    for (int i = 0; i < preprocessing->encoder_count; i++) {
        const struct encoder_kind *kind = preprocessing->encoders[i].kind;
        if (kind->type == COLUMN_TEXT)
            return kind == &encoder_text_tokens ? "tokens" : "hash";
    }
    return NULL;
}

const struct series_options *preprocessing_window(const struct preprocessing *preprocessing)
{
    return preprocessing->window.length > 0 ? &preprocessing->window : NULL;
}

/* ---- comparing */

static bool is_json_equal(const json_t *a, const json_t *b)
{
    return a == b || (a && b && json_equal(a, b));
}

static bool is_name_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool windows_are_equal(const struct series_options *a, const struct series_options *b)
{
    return a->length == b->length && a->horizon == b->horizon && is_name_equal(a->by, b->by) &&
           is_name_equal(a->group, b->group);
}

bool preprocessing_is_alike(const struct preprocessing *a, const struct preprocessing *b)
{
    if (a->is_identity || b->is_identity || a->encoder_count != b->encoder_count ||
        a->targets.task != b->targets.task || !shape_equal(&a->input, &b->input) ||
        !windows_are_equal(&a->window, &b->window))
        return false;
    for (int i = 0; i < a->encoder_count; i++)
        if (a->encoders[i].kind != b->encoders[i].kind)
            return false;
    return is_json_equal(a->columns, b->columns) &&
           is_json_equal(a->target_names, b->target_names) &&
           is_json_equal(a->targets.classes, b->targets.classes);
}

/* ---- targets */

const char *preprocessing_class(const struct preprocessing *preprocessing, int64_t index)
{
    const struct labels *labels = &preprocessing->targets.labels;
    return index >= 0 && index < (int64_t)labels->count ? labels->items[index].text : NULL;
}

const json_t *preprocessing_classes(const struct preprocessing *preprocessing)
{
    return preprocessing->targets.classes;
}

const json_t *preprocessing_columns(const struct preprocessing *preprocessing)
{
    return preprocessing->columns;
}

static bool gives_numbers(const struct encoder *encoder)
{
    return encoder->kind == &encoder_number || encoder->kind == &encoder_ordinal ||
           encoder->kind == &encoder_date;
}

struct preprocessing_column preprocessing_column(const struct preprocessing *preprocessing,
                                                 int64_t index)
{
    assert(index >= 0 && index < preprocessing->encoder_count);
    const struct encoder *encoder = &preprocessing->encoders[index];
    int64_t numbers = gives_numbers(encoder) ? encoder->width - encoder->has_indicator : 0;
    return (struct preprocessing_column){encoder->offset, encoder->width, numbers};
}

bool preprocessing_takes_bytes(const struct preprocessing *preprocessing)
{
    return preprocessing_takes_tensors(preprocessing) && preprocessing->encoders[0].tensor_is_bytes;
}

const json_t *preprocessing_left_out(const struct preprocessing *preprocessing)
{
    return preprocessing->left_out;
}

const json_t *preprocessing_targets(const struct preprocessing *preprocessing)
{
    return preprocessing->target_names;
}

double preprocessing_decode_value(const struct preprocessing *preprocessing, int64_t index,
                                  double scaled)
{
    const struct targets *targets = &preprocessing->targets;
    if (targets->task == TASK_CLASSES || index < 0 || index >= targets->count)
        return scaled;
    return scaled * targets->items[index].scale.scale + targets->items[index].scale.shift;
}

double preprocessing_target_scale(const struct preprocessing *preprocessing, int64_t index)
{
    const struct targets *targets = &preprocessing->targets;
    if (targets->task == TASK_CLASSES || index < 0 || index >= targets->count)
        return 1;
    return targets->items[index].scale.scale;
}

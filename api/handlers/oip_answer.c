/* Outputs as JSON lists or as bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/oip_answer.h"
#include "base/float_text.h"
#include "base/json_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An output on its way: elements go into `data` as JSON values or bytes. */
struct output {
    const struct prediction *prediction;
    const struct oip_output *asked;
    struct bytes data;
    int64_t count; /* elements so far */
};

static void begin_element(struct output *output)
{
    if (!output->asked->is_binary && output->count > 0)
        bytes_append_u8(&output->data, ',');
    output->count++;
}

static void add_value(struct output *output, float value)
{
    char number[FLOAT_TEXT_SIZE];
    uint32_t bits;
    begin_element(output);
    memcpy(&bits, &value, sizeof bits);
    if (output->asked->is_binary)
        bytes_append_u32(&output->data, bits);
    else
        bytes_append(&output->data, number, float_text(value, number));
}

static void add_text(struct output *output, const char *text)
{
    begin_element(output);
    if (output->asked->is_binary)
        bytes_append_string(&output->data, text);
    else
        json_append_string(&output->data, text);
}

/* Labels are texts here, whatever they were in the data. */
static void label_append(const json_t *label, struct bytes *text)
{
    if (json_is_string(label))
        bytes_append(text, json_string_value(label), json_string_length(label));
    else
        json_append(text, label);
}

/* ---- classification: "value:index:label" of the most probable ones (Triton's
 * extension_classification.md) */

struct candidate {
    float value;
    int64_t index;
};

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *one = a, *other = b;
    if (one->value != other->value)
        return one->value > other->value ? -1 : 1;
    return one->index < other->index ? -1 : one->index > other->index;
}

/* One output for two classes is the second one's probability. */
static bool is_binary_class(const struct prediction *prediction)
{
    const struct preprocessing *preprocessing = prediction->model->preprocessing;
    return prediction_width(prediction) == 1 && preprocessing_task(preprocessing) == TASK_CLASSES &&
           json_array_size(preprocessing_classes(preprocessing)) == 2;
}

static int64_t candidate_count(const struct prediction *prediction)
{
    return is_binary_class(prediction) ? 2 : prediction_width(prediction);
}

static int64_t classes_asked(const struct output *output)
{
    const int64_t count = candidate_count(output->prediction);
    return output->asked->classes < count ? output->asked->classes : count;
}

static void fill_candidates(const struct prediction *prediction, int64_t row,
                            struct candidate *candidates)
{
    const int64_t count = candidate_count(prediction);
    if (is_binary_class(prediction)) {
        const float value = prediction_value(prediction, row, 0);
        candidates[0] = (struct candidate){1 - value, 0};
        candidates[1] = (struct candidate){value, 1};
    } else {
        for (int64_t i = 0; i < count; i++)
            candidates[i] = (struct candidate){prediction_value(prediction, row, i), i};
    }
    qsort(candidates, (size_t)count, sizeof *candidates, compare_candidates);
}

static void add_candidate(struct output *output, const struct candidate *candidate)
{
    const struct preprocessing *preprocessing = output->prediction->model->preprocessing;
    const json_t *label =
        preprocessing_task(preprocessing) == TASK_CLASSES
            ? json_array_get(preprocessing_classes(preprocessing), (size_t)candidate->index)
            : NULL;
    struct bytes text AUTO_CLEAR(bytes_clear) = {0};
    char number[FLOAT_TEXT_SIZE];
    bytes_append(&text, number, float_text(candidate->value, number));
    bytes_printf(&text, ":%lld%s", (long long)candidate->index, label != NULL ? ":" : "");
    if (label != NULL)
        label_append(label, &text);
    add_text(output, bytes_text(&text) != NULL ? (const char *)text.data : "");
}

static void add_classes(struct output *output)
{
    AUTO_FREE struct candidate *candidates =
        calloc((size_t)candidate_count(output->prediction), sizeof *candidates);
    if (candidates == NULL) {
        output->data.failed = true;
        return;
    }
    for (int64_t row = 0; row < output->prediction->rows; row++) {
        fill_candidates(output->prediction, row, candidates);
        for (int64_t i = 0; i < classes_asked(output); i++)
            add_candidate(output, &candidates[i]);
    }
}

/* ---- values and labels */

static void add_values(struct output *output)
{
    const int64_t width = prediction_width(output->prediction);
    for (int64_t row = 0; row < output->prediction->rows; row++)
        for (int64_t i = 0; i < width; i++)
            add_value(output, prediction_value(output->prediction, row, i));
}

static void add_labels(struct output *output)
{
    for (int64_t row = 0; row < output->prediction->rows; row++) {
        struct bytes text AUTO_CLEAR(bytes_clear) = {0};
        label_append(prediction_label(output->prediction, row), &text);
        add_text(output, bytes_text(&text) != NULL ? (const char *)text.data : "");
    }
}

static void add_elements(struct output *output)
{
    if (output->asked->is_labels)
        add_labels(output);
    else if (output->asked->classes > 0)
        add_classes(output);
    else
        add_values(output);
}

/* ---- the document */

static void append_shape(const struct output *output, struct bytes *text)
{
    const struct shape *shape = &output->prediction->model->network->output_shape;
    bytes_printf(text, "\"shape\":[%lld", (long long)output->prediction->rows);
    if (output->asked->classes > 0)
        bytes_printf(text, ",%lld", (long long)classes_asked(output));
    for (int i = 0; !output->asked->is_labels && output->asked->classes == 0 && i < shape->rank;
         i++)
        bytes_printf(text, ",%lld", (long long)shape->dims[i]);
    bytes_append_u8(text, ']');
}

static void append_output(const struct output *output, struct bytes *text)
{
    const bool is_text = output->asked->is_labels || output->asked->classes > 0;
    bytes_printf(text, "{\"name\":\"%s\",\"datatype\":\"%s\",",
                 output->asked->is_labels ? PREDICTION_LABELS : PREDICTION_OUTPUT,
                 is_text ? "BYTES" : "FP32");
    append_shape(output, text);
    if (output->asked->is_binary) {
        bytes_printf(text, ",\"parameters\":{\"binary_data_size\":%zu}}", output->data.size);
        return;
    }
    bytes_printf(text, ",\"data\":[");
    bytes_append(text, output->data.data, output->data.size);
    bytes_printf(text, "]}");
}

/* What of the answer is not in its outputs. JSON cannot hold what is not finite. */
static void append_parameters(const struct inference *inference, const struct output *outputs,
                              int count, struct bytes *text)
{
    const struct prediction *prediction = &inference->prediction;
    bool is_finite = true;
    for (int i = 0; i < count; i++)
        for (int64_t k = 0; !outputs[i].asked->is_binary && !outputs[i].asked->is_labels &&
                            k < prediction->rows * prediction_width(prediction);
             k++)
            is_finite = is_finite && isfinite(prediction->y[k]);
    if (inference->title.is_live)
        bytes_printf(text, ",\"parameters\":{\"job\":\"%s\",\"step\":%lld%s}", inference->title.id,
                     (long long)inference->title.step, is_finite ? "" : ",\"nonfinite\":true");
    else if (!is_finite)
        bytes_printf(text, ",\"parameters\":{\"nonfinite\":true}");
}

static void append_document(const struct inference *inference, const struct oip_request *asked,
                            const struct output *outputs, struct bytes *text)
{
    char version[VERSION_TEXT_SIZE];
    inference_version(&inference->title, version);
    bytes_printf(text, "{\"model_name\":");
    json_append_string(text, inference->title.name);
    bytes_printf(text, ",\"model_version\":\"%s\"", version);
    if (asked->id != NULL) {
        bytes_printf(text, ",\"id\":");
        json_append_string(text, asked->id);
    }
    append_parameters(inference, outputs, asked->output_count, text);
    bytes_printf(text, ",\"outputs\":[");
    for (int i = 0; i < asked->output_count; i++) {
        if (i > 0)
            bytes_append_u8(text, ',');
        append_output(&outputs[i], text);
    }
    bytes_printf(text, "]}");
}

/* ---- bytes */

/* Whoever asks for a coding here gets it, also of bytes and of short answers: its clients ask only
 * where they are told to. */
static int append_binary(const struct output *outputs, int count, struct reply *reply,
                         struct error *error)
{
    const size_t header_size = reply->body.size;
    reply->is_packed_always = true;
    for (int i = 0; i < count; i++)
        if (outputs[i].asked->is_binary)
            bytes_append(&reply->body, outputs[i].data.data, outputs[i].data.size);
    reply->content_type = "application/json";
    reply->is_json = reply->body.size == header_size;
    if (reply->is_json)
        return 0;
    reply->content_type = "application/octet-stream";
    return reply_header(reply, error, "Inference-Header-Content-Length", "%zu", header_size);
}

int oip_answer(const struct inference *inference, const struct oip_request *asked,
               struct reply *reply, struct error *error)
{
    struct output outputs[OIP_OUTPUTS_MAX];
    int result = 0;
    for (int i = 0; i < asked->output_count; i++) {
        outputs[i] =
            (struct output){.prediction = &inference->prediction, .asked = &asked->outputs[i]};
        add_elements(&outputs[i]);
        if (result == 0)
            result = bytes_check(&outputs[i].data, error);
    }
    if (result == 0) {
        append_document(inference, asked, outputs, &reply->body);
        result = append_binary(outputs, asked->output_count, reply, error);
    }
    for (int i = 0; i < asked->output_count; i++)
        bytes_clear(&outputs[i].data);
    return result == 0 ? bytes_check(&reply->body, error) : -1;
}

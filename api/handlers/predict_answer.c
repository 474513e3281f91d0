/* Predictions on their way out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/predict_answer.h"
#include "api/accept.h"
#include "base/csv_text.h"
#include "base/float_text.h"
#include "base/json_text.h"

#include <math.h>
#include <string.h>

static int answer_json(const struct inference *inference, struct reply *reply, struct error *error)
{
    struct bytes text = {0};
    bytes_append_u8(&text, '{');
    prediction_append(&inference->prediction, &text);
    bytes_printf(&text, ",\"model\":");
    json_append_string(&text, inference->title.name);
    if (inference->title.is_live)
        bytes_printf(&text, ",\"version\":\"" MODEL_LIVE "\",\"job\":\"%s\",\"step\":%lld}",
                     inference->title.id, (long long)inference->title.step);
    else
        bytes_printf(&text, ",\"version\":%lld}", (long long)inference->title.version);
    return reply_json_text(reply, 200, &text, error);
}

/* ---- CSV */

static void append_header(const struct prediction *prediction, struct bytes *text)
{
    const struct preprocessing *preprocessing = prediction->model->preprocessing;
    const json_t *classes = preprocessing_classes(preprocessing);
    const json_t *targets = preprocessing_targets(preprocessing);
    const int64_t width = prediction_width(prediction);
    const json_t *names = preprocessing_task(preprocessing) == TASK_CLASSES ? classes : targets;
    for (int64_t i = 0; i < width; i++) {
        bytes_printf(text, "%s", i > 0 ? "," : "");
        if ((int64_t)json_array_size(names) == width)
            csv_append_value(text, json_array_get(names, (size_t)i));
        else
            bytes_printf(text, width == 1 ? "output" : "output_%lld", (long long)i + 1);
    }
    bytes_printf(text, "%s", prediction_label(prediction, 0) != NULL ? ",label" : "");
    csv_end_line(text);
}

static void append_value(struct bytes *text, float value)
{
    char number[FLOAT_TEXT_SIZE];
    if (isfinite(value))
        bytes_append(text, number, float_text(value, number));
    else
        bytes_printf(text, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
}

static void append_row(const struct prediction *prediction, int64_t row, struct bytes *text)
{
    const int64_t width = prediction_width(prediction);
    const json_t *label = prediction_label(prediction, row);
    for (int64_t i = 0; i < width; i++) {
        bytes_printf(text, "%s", i > 0 ? "," : "");
        append_value(text, prediction_value(prediction, row, i));
    }
    if (label != NULL) {
        bytes_append_u8(text, ',');
        csv_append_value(text, label);
    }
    csv_end_line(text);
}

static int answer_csv(const struct prediction *prediction, struct reply *reply, struct error *error)
{
    append_header(prediction, &reply->body);
    for (int64_t row = 0; row < prediction->rows; row++)
        append_row(prediction, row, &reply->body);
    reply->content_type = "text/csv; charset=utf-8";
    return bytes_check(&reply->body, error);
}

/* ---- NDJSON */

static int answer_ndjson(const struct prediction *prediction, struct reply *reply,
                         struct error *error)
{
    for (int64_t row = 0; row < prediction->rows; row++) {
        prediction_append_row(prediction, row, &reply->body);
        bytes_append_u8(&reply->body, '\n');
    }
    reply->content_type = "application/x-ndjson";
    return bytes_check(&reply->body, error);
}

/* ---- NPY (numpy.org/doc/stable/reference/generated/numpy.lib.format.html) */

enum { NPY_ALIGNMENT = 64, NPY_PREAMBLE = 10 };

static void append_npy_header(const struct prediction *prediction, struct bytes *text)
{
    const struct shape *shape = &prediction->model->network->output_shape;
    struct bytes header AUTO_CLEAR(bytes_clear) = {0};
    bytes_printf(&header, "{'descr': '<f4', 'fortran_order': False, 'shape': (%lld,",
                 (long long)prediction->rows);
    for (int i = 0; i < shape->rank; i++)
        bytes_printf(&header, "%s %lld", i > 0 ? "," : "", (long long)shape->dims[i]);
    bytes_printf(&header, "), }");
    const size_t unaligned = (NPY_PREAMBLE + header.size + 1) % NPY_ALIGNMENT;
    const size_t padding = unaligned > 0 ? NPY_ALIGNMENT - unaligned : 0;
    bytes_printf(&header, "%*s\n", (int)padding, "");
    bytes_append(text, "\x93NUMPY\x01", 8); /* its version 1.0 */
    bytes_append_u8(text, (uint8_t)header.size);
    bytes_append_u8(text, (uint8_t)(header.size >> 8));
    bytes_append(text, header.data, header.size);
    text->failed = text->failed || header.failed;
}

static int answer_npy(const struct prediction *prediction, struct reply *reply, struct error *error)
{
    const int64_t width = prediction_width(prediction);
    append_npy_header(prediction, &reply->body);
    for (int64_t row = 0; row < prediction->rows; row++)
        for (int64_t i = 0; i < width; i++) {
            const float value = prediction_value(prediction, row, i);
            uint32_t bits;
            memcpy(&bits, &value, sizeof bits);
            bytes_append_u32(&reply->body, bits);
        }
    reply->content_type = "application/x-npy";
    return bytes_check(&reply->body, error);
}

/* The first is what a client gets that does not care. */
static const struct {
    const char *type;
    int (*answer)(const struct prediction *prediction, struct reply *reply, struct error *error);
} answers[] = {{"application/json", NULL},
               {"text/csv", answer_csv},
               {"application/x-ndjson", answer_ndjson},
               {"application/x-npy", answer_npy}};

static int choose(const struct request *request, struct error *error)
{
    int best = 0, quality = -1, precision = 0;
    for (int i = 0; i < (int)ARRAY_COUNT(answers); i++) {
        const struct wish wish = accept_type(request, answers[i].type);
        if (wish.quality > quality || (wish.quality == quality && wish.precision > precision)) {
            best = i;
            quality = wish.quality;
            precision = wish.precision;
        }
    }
    if (quality > 0)
        return best;
    return error_set(error, ERROR_NOT_ACCEPTABLE,
                     "predictions come as application/json, text/csv, application/x-ndjson or "
                     "application/x-npy");
}

int predict_answer(const struct inference *inference, const struct request *request,
                   struct reply *reply, struct error *error)
{
    if (request_header(request, "Accept") == NULL)
        return answer_json(inference, reply, error);
    const int chosen = choose(request, error);
    if (chosen <= 0)
        return chosen < 0 ? -1 : answer_json(inference, reply, error);
    reply->varies_by_accept = true;
    return answers[chosen].answer(&inference->prediction, reply, error);
}

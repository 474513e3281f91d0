/* ONNX: the file around a graph, and its place in the table of formats. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_read.h"
#include "engine/exchange/exchange.h"
#include "engine/exchange/onnx_write.h"
#include "engine/exchange/protobuf.h"
#include "engine/model_parts.h"

/* Messages hold their lengths in 31 bits: https://protobuf.dev/programming-guides/proto-limits/. */
enum { FILE_SIZE_MAX = INT32_MAX };

static void put_opset(struct bytes *file, const char *domain, int64_t version)
{
    struct bytes opset = {0};
    protobuf_put_text(&opset, ONNX_OPSET_DOMAIN, domain);
    protobuf_put_integer(&opset, ONNX_OPSET_VERSION, version);
    protobuf_put_message(file, ONNX_MODEL_OPSET, &opset);
}

static int put_metadata(struct bytes *file, const struct model *model, struct error *error)
{
    json_auto_t *metadata = model_metadata(model);
    const char *key;
    json_t *value;
    if (metadata == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a model's metadata");
    json_object_foreach(metadata, key, value)
    {
        struct bytes entry = {0};
        protobuf_put_text(&entry, ONNX_ENTRY_KEY, key);
        protobuf_put_bytes(&entry, ONNX_ENTRY_VALUE, json_string_value(value),
                           json_string_length(value));
        protobuf_put_message(file, ONNX_MODEL_METADATA, &entry);
    }
    return 0;
}

static int put_file(struct bytes *file, const struct model *model, struct onnx_graph *graph,
                    struct error *error)
{
    const size_t begin = file->size;
    protobuf_put_integer(file, ONNX_MODEL_IR, ONNX_IR);
    protobuf_put_text(file, ONNX_MODEL_PRODUCER, "propd");
    protobuf_put_text(file, ONNX_MODEL_PRODUCER_VERSION, PROPD_VERSION);
    put_opset(file, "", ONNX_OPSET);
    if (graph->uses_ml)
        put_opset(file, ONNX_ML_DOMAIN, ONNX_ML_OPSET);
    if (put_metadata(file, model, error))
        return -1;
    protobuf_put_message(file, ONNX_MODEL_GRAPH, &graph->fields);
    if (file->size - begin > FILE_SIZE_MAX)
        return error_set(
            error, ERROR_INVALID,
            "the model would be an ONNX file of %zu bytes, but ONNX files hold at most "
            "2 GiB; format=safetensors holds more",
            file->size - begin);
    return bytes_check(file, error);
}

static int write_onnx(const struct model *model, const char *title, struct bytes *file,
                      struct error *error)
{
    AUTO_CLEAR(onnx_graph_clear) struct onnx_graph graph = {0};
    const char *input, *output;
    protobuf_put_text(&graph.fields, ONNX_GRAPH_NAME, title);
    if (onnx_write_inputs(&graph, model->preprocessing, &input, error) ||
        onnx_write_layers(&graph, model, input, &output, error) ||
        onnx_write_outputs(&graph, model, output, error))
        return -1;
    return put_file(file, model, &graph, error);
}

/* The version of the format, then another field of the model. */
static bool sniff_onnx(const void *file, size_t size)
{
    const uint8_t *bytes = file;
    return size > 2 && bytes[0] == 0x08 && bytes[1] > 0 && bytes[1] < 0x80 && bytes[2] >= 0x08 &&
           bytes[2] < 0x80;
}

const struct model_format onnx_format = {
    .name = "onnx",
    .help = "a graph for ONNX runtimes, from raw columns to predictions and labels",
    .content_type = "application/octet-stream",
    .ending = ".onnx",
    .write = write_onnx,
    .sniff = sniff_onnx,
    .read = onnx_read,
};

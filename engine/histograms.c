/* Histograms as JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/histograms.h"
#include "base/bytes.h"
#include "base/compiler.h"
#include "engine/summary.h"

#include <string.h>

static json_t *read_histogram(struct bytes_reader *reader, uint32_t bins)
{
    double min = bytes_read_f64(reader), max = bytes_read_f64(reader);
    double norm = bytes_read_f64(reader);
    json_t *counts = json_array();
    for (uint32_t i = 0; i < bins && !reader->failed; i++)
        json_array_append_new(counts, json_integer(bytes_read_u32(reader)));
    return json_pack("{s:o, s:o, s:o, s:o}", "min", summary_double(min), "max", summary_double(max),
                     "norm", summary_double(norm), "counts", counts);
}

static json_t *read_values(struct bytes_reader *reader, uint32_t bins)
{
    double ratio = bytes_read_f64(reader);
    bool has_gradients = bytes_read_u8(reader) != 0;
    json_t *weights = read_histogram(reader, bins);
    return json_pack("{s:o, s:o, s:o}", "weights", weights, "gradients",
                     has_gradients ? read_histogram(reader, bins) : json_null(), "update_ratio",
                     summary_double(ratio));
}

/* One tensor, into the object of its layer. */
static int read_tensor(struct bytes_reader *reader, uint32_t bins, const char *only, json_t *layers,
                       struct error *error)
{
    AUTO_FREE char *layer = bytes_read_string(reader), *name = bytes_read_string(reader);
    json_auto_t *values = read_values(reader, bins);
    if (layer == NULL || name == NULL || reader->failed)
        return error_set(error, ERROR_CORRUPT, "the histograms are cut short");
    if (only != NULL && strcmp(only, layer) != 0)
        return 0;
    json_auto_t *full_name = json_sprintf("%s/%s", layer, name);
    json_t *tensors = json_object_get(layers, layer);
    if (tensors == NULL) {
        tensors = json_object();
        json_object_set_new(layers, layer, tensors);
    }
    if (json_object_set(tensors, json_string_value(full_name), values) != 0)
        return error_set(error, ERROR_MEMORY, "out of memory for histograms");
    return 0;
}

json_t *histograms_read(const void *data, size_t size, const char *layer, struct error *error)
{
    struct bytes_reader reader = {.data = data, .size = size};
    uint32_t version = bytes_read_u32(&reader);
    json_int_t epoch = (json_int_t)bytes_read_u64(&reader);
    json_int_t step = (json_int_t)bytes_read_u64(&reader);
    uint32_t bins = bytes_read_u32(&reader), tensors = bytes_read_u32(&reader);
    if (reader.failed || version != HISTOGRAMS_VERSION || bins > HISTOGRAM_BINS_MAX) {
        error_set(error, ERROR_CORRUPT, "the histograms are of another format");
        return NULL;
    }
    json_auto_t *layers = json_object();
    for (uint32_t i = 0; i < tensors; i++)
        if (read_tensor(&reader, bins, layer, layers, error) != 0)
            return NULL;
    json_t *json = json_pack("{s:I, s:I, s:O}", "epoch", epoch, "step", step, "layers", layers);
    if (json == NULL)
        error_set(error, ERROR_MEMORY, "out of memory for histograms");
    return json;
}

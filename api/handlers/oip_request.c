/* Requests taken apart. Everything is checked before a byte of a tensor is looked at. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/oip_request.h"
#include "api/handlers/oip_data.h"
#include "base/fields.h"
#include "engine/prediction.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS_MAX = 16384, PATH_SIZE = 160 };

/* The body, and how far it was read. */
struct reader {
    const struct model *model;
    const uint8_t *body;
    size_t size, at;
    bool binary_outputs; /* binary_data_output */
};

void oip_request_clear(struct oip_request *request)
{
    for (size_t i = 0; request->data != NULL && i < request->input_count; i++)
        bytes_clear(&request->data[i]);
    free(request->data);
    free(request->inputs);
    json_decref(request->json);
    *request = (struct oip_request){0};
}

/* ---- pieces of JSON */

static int check_members(const json_t *object, const char *const *known, const char *path,
                         struct error *error)
{
    const char *key;
    json_t *value;
    char place[PATH_SIZE];
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        bool is_known = false;
        for (int i = 0; known[i] != NULL; i++)
            is_known = is_known || strcmp(known[i], key) == 0;
        (void)snprintf(place, sizeof place, "%s%s%.64s", path, path[0] != '\0' ? "." : "", key);
        if (!is_known)
            return error_set_at(error, ERROR_INVALID, place, "is not known here");
    }
    return 0;
}

static const char *get_text(const json_t *object, const char *key, const char *path,
                            struct error *error)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (text == NULL)
        (void)error_set_at(error, ERROR_INVALID, path, "must have a \"%s\", which is text", key);
    return text;
}

/* Parameters are open to every server: those that are not known are passed over, as the protocol
 * has it. Those that would change what is meant are not. */
static int get_parameters(const json_t *object, const char *path, const json_t **parameters,
                          struct error *error)
{
    static const char *const refused[] = {"shared_memory_region", "shared_memory_byte_size",
                                          "shared_memory_offset", "sequence_id"};
    const json_t *found = json_object_get(object, "parameters");
    *parameters = found;
    if (found != NULL && !json_is_object(found))
        return error_set_at(error, ERROR_INVALID, path, "must have an object as \"parameters\"");
    for (size_t i = 0; i < ARRAY_COUNT(refused); i++)
        if (json_object_get(found, refused[i]) != NULL)
            return error_set_at(error, ERROR_INVALID, path,
                                "has the parameter %s, which is not to be had here", refused[i]);
    return 0;
}

/* A flag among parameters; absent it stays. */
static int get_flag(const json_t *parameters, const char *key, const char *path, bool *flag,
                    struct error *error)
{
    const json_t *value = json_object_get(parameters, key);
    if (value == NULL)
        return 0;
    if (!json_is_boolean(value))
        return error_set_at(error, ERROR_INVALID, path, "must have true or false as \"%s\"", key);
    *flag = json_is_true(value);
    return 0;
}

/* A whole number from `least` on among parameters; *present tells. */
static int get_count(const json_t *parameters, const char *key, int64_t least, const char *path,
                     bool *present, int64_t *count, struct error *error)
{
    const json_t *value = json_object_get(parameters, key);
    *present = value != NULL;
    if (value == NULL)
        return 0;
    if (!json_is_integer(value) || json_integer_value(value) < least)
        return error_set_at(error, ERROR_INVALID, path,
                            "must have a whole number from %" PRId64 " on as \"%s\"", least, key);
    *count = json_integer_value(value);
    return 0;
}

/* ---- inputs */

static int read_shape(const json_t *input, const char *path, struct tensor *tensor,
                      struct error *error)
{
    int64_t sizes[TENSOR_RANK_MAX];
    const json_t *shape = json_object_get(input, "shape");
    const size_t rank = json_array_size(shape);
    char place[PATH_SIZE];
    (void)snprintf(place, sizeof place, "%.100s.shape", path);
    for (size_t i = 0; i < rank && i < TENSOR_RANK_MAX; i++) {
        if (!json_is_integer(json_array_get(shape, i)))
            return error_set_at(error, ERROR_INVALID, place, "must be a list of whole numbers");
        sizes[i] = json_integer_value(json_array_get(shape, i));
    }
    if (!json_is_array(shape))
        return error_set_at(error, ERROR_INVALID, place, "must be a list, as in [1, 4]");
    return tensor_set_sizes(tensor, sizes, rank, place, error);
}

static const struct tensor_type *read_type(const json_t *input, const char *path,
                                           struct error *error)
{
    const char *name = get_text(input, "datatype", path, error);
    const struct tensor_type *type = name != NULL ? tensor_type_find(name) : NULL;
    if (name != NULL && type == NULL)
        (void)error_set_at(error, ERROR_INVALID, path,
                           "has the datatype \"%.20s\", expected BOOL, UINT8 to UINT64, INT8 to "
                           "INT64, FP16, FP32, FP64 or BYTES",
                           name);
    return type;
}

/* The next `size` bytes behind the JSON. */
static int take_binary(struct reader *reader, int64_t size, const char *path, struct tensor *tensor,
                       struct error *error)
{
    const size_t left = reader->size - reader->at;
    if ((uint64_t)size > left)
        return error_set_at(error, ERROR_INVALID, path,
                            "has binary_data_size %" PRId64 ", and the body ends before: expecting "
                            "%" PRId64 " additional bytes",
                            size, size - (int64_t)left);
    tensor->data = reader->body + reader->at;
    tensor->size = (size_t)size;
    reader->at += (size_t)size;
    return 0;
}

/* Exactly one of "data" and binary_data_size. */
static int read_data(struct reader *reader, const json_t *input, const struct tensor_type *type,
                     const char *path, struct tensor *tensor, struct bytes *converted,
                     struct error *error)
{
    const json_t *parameters, *data = json_object_get(input, "data");
    bool is_binary;
    int64_t size;
    if (get_parameters(input, path, &parameters, error) != 0 ||
        get_count(parameters, "binary_data_size", 0, path, &is_binary, &size, error) != 0)
        return -1;
    if (is_binary == (data != NULL))
        return error_set_at(error, ERROR_INVALID, path,
                            "must have exactly one of \"data\" and the parameter binary_data_size");
    if (is_binary)
        return take_binary(reader, size, path, tensor, error);
    if (oip_data_append(type, data, path, converted, error) != 0)
        return -1;
    tensor->data = converted->data;
    tensor->size = converted->size;
    return 0;
}

static int read_input(struct reader *reader, const json_t *input, const char *path,
                      struct tensor *tensor, struct bytes *converted, struct error *error)
{
    static const char *const members[] = {"name", "shape", "datatype", "parameters", "data", NULL};
    if (!json_is_object(input))
        return error_set_at(error, ERROR_INVALID, path,
                            "must be an object, as {\"name\": \"" PREDICTION_INPUT
                            "\", \"shape\": [1, 4], \"datatype\": \"FP32\", \"data\": [...]}");
    if (check_members(input, members, path, error) != 0)
        return -1;
    tensor->name = get_text(input, "name", path, error);
    const struct tensor_type *type = tensor->name != NULL ? read_type(input, path, error) : NULL;
    if (type == NULL || read_shape(input, path, tensor, error) != 0)
        return -1;
    tensor->array = type->array;
    tensor->is_text = type->is_text;
    return read_data(reader, input, type, path, tensor, converted, error);
}

static int make_inputs(struct oip_request *request, size_t count, struct error *error)
{
    request->inputs = calloc(count, sizeof *request->inputs);
    request->data = calloc(count, sizeof *request->data);
    if (request->inputs == NULL || request->data == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the inputs");
    request->input_count = count;
    return 0;
}

/* Sizes are compared once all bytes have found their input. */
static int check_inputs(const struct oip_request *request, const struct reader *reader,
                        struct error *error)
{
    char path[PATH_SIZE];
    if (reader->at != reader->size)
        return error_set(error, ERROR_INVALID,
                         "unexpected additional input data: %zu bytes behind the last input",
                         reader->size - reader->at);
    for (size_t i = 0; i < request->input_count; i++) {
        (void)snprintf(path, sizeof path, "inputs[%zu] \"%.64s\"", i, request->inputs[i].name);
        if (tensor_check(&request->inputs[i], path, error) != 0)
            return -1;
    }
    return 0;
}

static int read_inputs(struct oip_request *request, struct reader *reader, struct error *error)
{
    const json_t *inputs = json_object_get(request->json, "inputs");
    const size_t count = json_array_size(inputs);
    char path[PATH_SIZE];
    if (count == 0 || count > INPUTS_MAX)
        return error_set(error, ERROR_INVALID,
                         "inputs must be a list of 1 to %d, as [{\"name\": \"" PREDICTION_INPUT
                         "\", \"shape\": [1, 4], \"datatype\": \"FP32\", \"data\": [5.1, 3.5, "
                         "1.4, 0.2]}]",
                         INPUTS_MAX);
    if (make_inputs(request, count, error) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(path, sizeof path, "inputs[%zu]", i);
        if (read_input(reader, json_array_get(inputs, i), path, &request->inputs[i],
                       &request->data[i], error) != 0)
            return -1;
    }
    return check_inputs(request, reader, error);
}

/* ---- outputs */

static bool has_labels(const struct model *model)
{
    return preprocessing_task(model->preprocessing) == TASK_CLASSES &&
           preprocessing_classes(model->preprocessing) != NULL;
}

static int name_output(const struct model *model, const char *name, const char *path,
                       struct oip_output *output, struct error *error)
{
    output->is_labels = strcmp(name, PREDICTION_LABELS) == 0;
    if (strcmp(name, PREDICTION_OUTPUT) == 0 || (output->is_labels && has_labels(model)))
        return 0;
    return error_set_at(error, ERROR_INVALID, path,
                        "has the name \"%.64s\", expected \"" PREDICTION_OUTPUT "\"%s", name,
                        has_labels(model) ? " or \"" PREDICTION_LABELS "\"" : "");
}

static int read_output(const struct reader *reader, const json_t *json, const char *path,
                       struct oip_output *output, struct error *error)
{
    static const char *const members[] = {"name", "parameters", NULL};
    const json_t *parameters;
    bool present;
    if (!json_is_object(json))
        return error_set_at(error, ERROR_INVALID, path,
                            "must be an object, as {\"name\": \"" PREDICTION_OUTPUT "\"}");
    const char *name = get_text(json, "name", path, error);
    output->is_binary = reader->binary_outputs;
    if (name == NULL || check_members(json, members, path, error) != 0 ||
        name_output(reader->model, name, path, output, error) != 0 ||
        get_parameters(json, path, &parameters, error) != 0 ||
        get_flag(parameters, "binary_data", path, &output->is_binary, error) != 0 ||
        get_count(parameters, "classification", 1, path, &present, &output->classes, error) != 0)
        return -1;
    if (present && output->is_labels)
        return error_set_at(error, ERROR_INVALID, path,
                            "cannot be classified: \"" PREDICTION_OUTPUT "\" can");
    return 0;
}

static void default_outputs(struct oip_request *request, const struct reader *reader)
{
    request->outputs[0] = (struct oip_output){.is_binary = reader->binary_outputs};
    request->outputs[1] =
        (struct oip_output){.is_binary = reader->binary_outputs, .is_labels = true};
    request->output_count = has_labels(reader->model) ? 2 : 1;
}

static int read_outputs(struct oip_request *request, const struct reader *reader,
                        struct error *error)
{
    const json_t *outputs = json_object_get(request->json, "outputs");
    char path[PATH_SIZE];
    if (outputs != NULL && !json_is_array(outputs))
        return error_set(error, ERROR_INVALID, "outputs must be a list");
    const size_t count = json_array_size(outputs);
    if (count == 0)
        default_outputs(request, reader);
    for (size_t i = 0; i < count; i++) {
        struct oip_output output = {0};
        (void)snprintf(path, sizeof path, "outputs[%zu]", i);
        if (read_output(reader, json_array_get(outputs, i), path, &output, error) != 0)
            return -1;
        for (int k = 0; k < request->output_count; k++)
            if (request->outputs[k].is_labels == output.is_labels)
                return error_set_at(error, ERROR_INVALID, path, "is asked for twice");
        request->outputs[request->output_count++] = output;
    }
    return 0;
}

/* ---- requests */

static int read_document(struct oip_request *request, struct reader *reader, struct error *error)
{
    /* Clients repeat the path's names. */
    static const char *const members[] = {"id",         "parameters",    "inputs", "outputs",
                                          "model_name", "model_version", NULL};
    const json_t *parameters, *id;
    request->json = fields_parse((const char *)reader->body, reader->at, error);
    if (request->json == NULL)
        return -1;
    if (!json_is_object(request->json))
        return error_set(error, ERROR_INVALID, "the request must be an object with \"inputs\"");
    if (check_members(request->json, members, "", error) != 0 ||
        get_parameters(request->json, "the request", &parameters, error) != 0 ||
        get_flag(parameters, "binary_data_output", "the request", &reader->binary_outputs, error) !=
            0)
        return -1;
    id = json_object_get(request->json, "id");
    if (id != NULL && !json_is_string(id))
        return error_set(error, ERROR_INVALID, "id must be text");
    request->id = json_string_value(id);
    if (read_inputs(request, reader, error) != 0)
        return -1;
    return read_outputs(request, reader, error);
}

/* The body is one text. */
static int read_raw_text(struct oip_request *request, const struct reader *reader,
                         struct error *error)
{
    static const int64_t one = 1;
    struct tensor *tensor = &request->inputs[0];
    struct bytes *data = &request->data[0];
    bytes_append_u32(data, (uint32_t)reader->size);
    bytes_append(data, reader->body, reader->size);
    tensor->data = data->data;
    tensor->size = data->size;
    if (bytes_check(data, error) != 0)
        return -1;
    return tensor_set_sizes(tensor, &one, 1, "the body", error);
}

/* The body is one row: nothing says how many there are. */
static int read_raw_row(struct tensor *tensor, const json_t *shape, const struct reader *reader,
                        struct error *error)
{
    int64_t sizes[TENSOR_RANK_MAX] = {1}, row = (int64_t)tensor->array.size;
    const size_t rank = json_array_size(shape);
    for (size_t i = 1; i < rank && i < TENSOR_RANK_MAX; i++) {
        sizes[i] = json_integer_value(json_array_get(shape, i));
        row *= sizes[i];
    }
    tensor->data = reader->body;
    tensor->size = reader->size;
    if ((int64_t)reader->size != row)
        return error_set(error, ERROR_INVALID,
                         "the body has %zu bytes, and a raw request is one row of %" PRId64
                         " bytes; several rows need a JSON part with their shape",
                         reader->size, row);
    return tensor_set_sizes(tensor, sizes, rank, "the body", error);
}

/* Bytes alone, whose shape the model tells: a row of its numbers, or one text. */
static int read_raw(struct oip_request *request, const struct reader *reader, struct error *error)
{
    const struct preprocessing *preprocessing = reader->model->preprocessing;
    json_auto_t *inputs = prediction_inputs(reader->model);
    const json_t *input = json_array_get(inputs, 0);
    if (json_array_size(inputs) != 1)
        return error_set(error, ERROR_INVALID,
                         "a raw request is for models of one input, and this one has %zu",
                         json_array_size(inputs));
    const struct tensor_type *type =
        tensor_type_find(json_string_value(json_object_get(input, "datatype")));
    if (make_inputs(request, 1, error) != 0)
        return -1;
    struct tensor *tensor = &request->inputs[0];
    tensor->array = type->array;
    tensor->is_text = type->is_text;
    tensor->name = PREDICTION_INPUT;
    if (!prediction_takes_numbers(reader->model))
        tensor->name = json_string_value(json_array_get(preprocessing_columns(preprocessing), 0));
    return type->is_text ? read_raw_text(request, reader, error)
                         : read_raw_row(tensor, json_object_get(input, "shape"), reader, error);
}

/* The bytes of the JSON part. */
static int read_header_size(const char *text, size_t size, size_t *header_size, struct error *error)
{
    char *end;
    const unsigned long long value = strtoull(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && value <= size) {
        *header_size = (size_t)value;
        return 0;
    }
    return error_set(error, ERROR_INVALID,
                     "inference header size should be in range: Inference-Header-Content-Length "
                     "must be 0 to %zu, the body's bytes, not %.40s",
                     size, text);
}

int oip_request_read(struct oip_request *request, const struct model *model, const uint8_t *body,
                     size_t size, const char *header_size, struct error *error)
{
    struct reader reader = {.model = model, .body = body, .size = size, .at = size};
    if (header_size != NULL && read_header_size(header_size, size, &reader.at, error) != 0)
        return -1;
    if (header_size == NULL || reader.at > 0)
        return read_document(request, &reader, error);
    reader.binary_outputs = true;
    default_outputs(request, &reader);
    return read_raw(request, &reader, error);
}

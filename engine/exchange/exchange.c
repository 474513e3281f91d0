/* All formats, and finding the right one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/exchange.h"
#include "base/fields.h"
#include "engine/exchange/c_source.h"
#include "engine/exchange/keras.h"
#include "engine/exchange/npz.h"

#include <string.h>

static int write_safetensors(const struct model *model, const char *title, struct bytes *file,
                             struct error *error)
{
    (void)title;
    return model_write(model, file, error);
}

/* The size of the header, then its brace. */
static bool sniff_safetensors(const void *file, size_t size)
{
    return size > 8 && ((const char *)file)[8] == '{';
}

static const struct model_format safetensors_format = {
    .name = "safetensors",
    .help = "weights, network and preprocessing: what propd keeps and reads again",
    .content_type = "application/octet-stream",
    .ending = ".safetensors",
    .write = write_safetensors,
    .sniff = sniff_safetensors,
    .read = model_read,
};

const struct model_format *const model_formats[] = {&safetensors_format, &onnx_format,
                                                    &npz_model_format,   &keras_model_format,
                                                    &c_model_format,     NULL};

const struct model_format *model_format_find(const char *name, struct error *error)
{
    const char *names[ARRAY_COUNT(model_formats)] = {0};
    for (size_t i = 0; model_formats[i] != NULL; i++) {
        if (strcmp(model_formats[i]->name, name) == 0)
            return model_formats[i];
        names[i] = model_formats[i]->name;
    }
    const char *nearest = nearest_name(names, name);
    (void)error_set_at(error, ERROR_INVALID, "format",
                       "must be a format of model files, as in ?format=%s, not \"%.40s\"",
                       nearest != NULL ? nearest : names[0], name);
    return NULL;
}

struct model *model_import(const void *file, size_t size, struct error *error)
{
    for (const struct model_format *const *format = model_formats; *format != NULL; format++)
        if ((*format)->read != NULL && (*format)->sniff(file, size))
            return (*format)->read(file, size, error);
    return model_read(file, size, error);
}

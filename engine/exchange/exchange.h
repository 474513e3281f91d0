/* The files in which models travel: a table entry a format. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_EXCHANGE_H
#define PROPD_ENGINE_EXCHANGE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/model.h"

struct model_format {
    const char *name; /* "onnx": ?format= */
    const char *help;
    const char *content_type;
    const char *ending; /* ".onnx" */
    /* Appends the file; the same model and title give the same bytes. `title`: "iris@1", for
     * formats that name what they hold. ERROR_INVALID names the layer or column that the format
     * cannot say. NULL: cannot be written. */
    int (*write)(const struct model *model, const char *title, struct bytes *file,
                 struct error *error);
    /* Whether a file is in this format, by its first bytes; NULL, as read is: cannot be read. */
    bool (*sniff)(const void *file, size_t size);
    /* Checks everything against `size` before memory is taken for it. */
    struct model *(*read)(const void *file, size_t size, struct error *error);
};

extern const struct model_format onnx_format;

/* All formats, NULL-terminated; the first is what models are kept as. */
extern const struct model_format *const model_formats[];

/* ERROR_INVALID at "format" with the nearest known name. */
const struct model_format *model_format_find(const char *name, struct error *error);

/* A model out of a file of any format that can be read: of the one that its first bytes tell, else
 * of the first. */
struct model *model_import(const void *file, size_t size, struct error *error);

#endif

/* POST /v1/augmentations:preview: rows before and after, as pictures or as numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/pictures.h"
#include "base/base64.h"
#include "daemon/daemon.h"

/* "data:image/png;base64,…"; NULL with an error. */
static json_t *picture(const struct augment_preview *preview, const float *values, int64_t row,
                       struct error *error)
{
    static const char start[] = "data:image/png;base64,";
    struct bytes file AUTO_CLEAR(bytes_clear) = {0}, text AUTO_CLEAR(bytes_clear) = {0};
    if (picture_append(&file, preview, row, values, error) != 0)
        return NULL;
    bytes_append(&text, start, sizeof start - 1);
    base64_append(&text, file.data, file.size);
    const char *string = bytes_text(&text);
    json_t *json = string == NULL ? NULL : json_string(string);
    if (json == NULL)
        error_set(error, ERROR_MEMORY, "no memory for a picture");
    return json;
}

/* The values from dimension `axis` of the shape on, nested; moves *values behind them. */
static json_t *nested(const struct shape *shape, int axis, const float **values)
{
    if (axis == shape->rank)
        return json_real((double)*(*values)++);
    json_t *list = json_array();
    for (int64_t i = 0; i < shape->dims[axis]; i++)
        if (json_array_append_new(list, nested(shape, axis + 1, values)) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *shown(const struct augment_preview *preview, const float *values, int64_t row,
                     struct error *error)
{
    if (pictures_can_show(&preview->shape))
        return picture(preview, values, row, error);
    const float *at = values + row * preview->elements;
    json_t *json = nested(&preview->shape, 0, &at);
    if (json == NULL)
        error_set(error, ERROR_MEMORY, "no memory for a preview");
    return json;
}

static int add_rows(const struct augment_preview *preview, struct error *error)
{
    for (int64_t i = 0; i < preview->count; i++) {
        json_t *row = json_array_get(preview->rows, (size_t)i);
        json_t *before = shown(preview, preview->before, i, error);
        json_t *after = before == NULL ? NULL : shown(preview, preview->after, i, error);
        int failed = json_object_set_new(row, "before", before);
        if (failed | json_object_set_new(row, "after", after))
            return error_set(error, ERROR_MEMORY, "no memory for a preview");
    }
    return 0;
}

static int reply_rows(const struct augment_preview *preview, struct reply *reply,
                      struct error *error)
{
    json_auto_t *shape = json_array();
    for (int i = 0; i < preview->shape.rank; i++)
        json_array_append_new(shape, json_integer(preview->shape.dims[i]));
    if (add_rows(preview, error) != 0)
        return -1;
    return reply_json(reply, 200,
                      json_pack("{s:O, s:O*, s:O}", "shape", shape, "columns", preview->names,
                                "rows", preview->rows),
                      error);
}

static int reply_sheet(const struct augment_preview *preview, struct reply *reply,
                       struct error *error)
{
    char shape[64];
    if (!pictures_can_show(&preview->shape))
        return error_set(error, ERROR_NOT_ACCEPTABLE,
                         "rows of %s are no pictures, which have 1, 3 or 4 channels: ask for "
                         "application/json",
                         shape_text(&preview->shape, shape, sizeof shape));
    reply->status = 200;
    reply->content_type = "image/png";
    return picture_sheet_append(&reply->body, preview, error);
}

int handle_augmentations_preview(struct request *request, struct reply *reply, struct error *error)
{
    json_auto_t *document = request_json(request, error);
    if (document == NULL)
        return -1;
    struct augment_preview *preview =
        daemon_augmentation_preview(request->service->daemon, &request->viewer, document, error);
    if (preview == NULL)
        return -1;
    int result = request_prefers(request, "image/png") ? reply_sheet(preview, reply, error)
                                                       : reply_rows(preview, reply, error);
    augment_preview_free(preview);
    return result;
}

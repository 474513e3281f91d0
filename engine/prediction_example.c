/* What a right request would be, for messages. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/prediction_parts.h"
#include "engine/preprocessing_parts.h"

enum { LISTED_MAX = 12 };

/* [[0, 0, …], …] */
static void append_tensor(const struct shape *shape, int axis, struct bytes *text)
{
    const int64_t size = shape->dims[axis];
    const bool is_last = axis == shape->rank - 1;
    const int64_t listed = is_last ? (size < 3 ? size : 2) : 1;
    bytes_append_u8(text, '[');
    for (int64_t i = 0; i < listed; i++) {
        bytes_printf(text, "%s", i > 0 ? ", " : "");
        if (is_last)
            bytes_append_u8(text, '0');
        else
            append_tensor(shape, axis + 1, text);
    }
    bytes_printf(text, "%s]", listed < size ? ", …" : "");
}

static void append_row(const struct preprocessing *preprocessing, struct bytes *text)
{
    const int count = preprocessing->encoder_count;
    if (preprocessing_takes_tensors(preprocessing)) {
        append_tensor(&preprocessing->encoders[0].shape, 0, text);
        return;
    }
    bytes_append_u8(text, '[');
    for (int i = 0; i < count && i < LISTED_MAX; i++) {
        char example[ENCODER_EXAMPLE_SIZE];
        preprocessing->encoders[i].kind->example(&preprocessing->encoders[i], example);
        bytes_printf(text, "%s%s", i > 0 ? ", " : "", example);
    }
    bytes_printf(text, "%s]", count > LISTED_MAX ? ", …" : "");
}

const char *prediction_row_text(const struct model *model, struct bytes *text)
{
    char shape[96];
    if (!preprocessing_takes_tensors(model->preprocessing))
        return preprocessing_columns_text(model->preprocessing, text);
    bytes_printf(text, "%s numbers",
                 shape_text(&model->preprocessing->encoders[0].shape, shape, sizeof(shape)));
    const char *words = bytes_text(text);
    return words ? words : "";
}

const char *prediction_body_text(const struct model *model, struct bytes *text)
{
    const bool is_window = model->preprocessing->window.length > 0;
    bytes_printf(text, "{\"instances\": [%s", is_window ? "[" : "");
    append_row(model->preprocessing, text);
    bytes_printf(text, "%s]}", is_window ? ", …]" : "");
    const char *words = bytes_text(text);
    return words ? words : "";
}

/* Texts from clients and from files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/encoders/text.h"

#include <stdio.h>

bool text_parse(const struct encoder *encoder UNUSED, const json_t *json, struct encoder_cell *cell)
{
    cell->text_offsets[0] = 0;
    cell->text_offsets[1] = json_string_length(json);
    cell->column.text_offsets = cell->text_offsets;
    cell->column.text = json_string_value(json);
    return !json || json_is_string(json);
}

void text_example(const struct encoder *encoder UNUSED, char text[ENCODER_EXAMPLE_SIZE])
{
    snprintf(text, ENCODER_EXAMPLE_SIZE, "\"a text\"");
}

int text_read_integer(const json_t *object, const char *name, int64_t least, int64_t most,
                      int64_t *integer, const char *path, struct error *error)
{
    const json_t *json = json_object_get(object, name);
    *integer = json_integer_value(json);
    if (json_is_integer(json) && *integer >= least && *integer <= most)
        return 0;
    return error_set_at(error, ERROR_INVALID, path,
                        "must hold a whole number from %lld to %lld as \"%s\"", (long long)least,
                        (long long)most, name);
}

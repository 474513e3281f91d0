/* Columns of values: they come as numbers, and go to the column file or, where the user wants
 * another type, through cells. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_text.h"
#include "engine/column_builder.h"
#include "engine/number_text.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CELL_ROOM = JSON_NUMBER_SIZE + NUMBER_TEXT_ROOM };

static struct cell number_cell(double number, char text[CELL_ROOM])
{
    static const double whole_max = 9007199254740992; /* 2^53 */
    if (isnan(number))
        text[0] = 0;
    else if (isinf(number))
        snprintf(text, CELL_ROOM, "%s", number < 0 ? "-inf" : "inf");
    else if (number == rint(number) && fabs(number) < whole_max)
        snprintf(text, CELL_ROOM, "%.0f", number + 0.0);
    else
        json_format_number(number, text);
    return (struct cell){.text = text, .length = (uint32_t)strlen(text)};
}

int column_builder_survey_number(struct column_builder *column, double number, int64_t row,
                                 struct error *error)
{
    char text[CELL_ROOM] = "";
    if (column->holds_values)
        return 0;
    struct cell cell = number_cell(number, text);
    return column_builder_survey(column, &cell, row, error);
}

static int append_number(struct column_builder *column, double number, struct error *error)
{
    if (isinf(number))
        return error_set(error, ERROR_INVALID, "column \"%.80s\" has a value that is infinite",
                         column->name);
    column->missing_count += isnan(number);
    return column_stream_append(&column->values_stream, &number, sizeof(number), error);
}

int column_builder_write_number(struct column_builder *column, double number, struct error *error)
{
    char text[CELL_ROOM] = "";
    uint8_t truth = number != 0;
    if (!column->holds_values) {
        struct cell cell = number_cell(number, text);
        return column_builder_write(column, &cell, error);
    }
    if (column->type == COLUMN_BOOLEAN)
        return column_stream_append(&column->values_stream, &truth, sizeof(truth), error);
    assert(column->type == COLUMN_NUMBER);
    return append_number(column, number, error);
}

int column_builder_write_tensor(struct column_builder *column, const void *elements, size_t count,
                                struct error *error)
{
    assert(column->type == COLUMN_TENSOR);
    size_t width = column->tensor_is_bytes ? 1 : sizeof(float);
    return column_stream_append(&column->values_stream, elements, count * width, error);
}

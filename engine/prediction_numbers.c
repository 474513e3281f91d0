/* Requests that are rows of numbers and nothing else, straight from their text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/number_list.h"
#include "engine/prediction_parts.h"

#include <stdlib.h>
#include <string.h>

/* A request's text, and where a row's numbers go before they are encoded. */
struct reader {
    const char *at, *end;
    const struct shape *shape; /* rows may be nested like this; NULL: never */
    double *numbers;           /* [count] */
    int64_t count;
};

/* Passes blanks and the character; false where it is another one. */
static bool pass(struct reader *reader, char expected)
{
    reader->at = number_list_skip_blanks(reader->at, reader->end);
    if (reader->at == reader->end || *reader->at != expected)
        return false;
    reader->at++;
    return true;
}

/* What comes behind blanks; 0 at the end. */
static char peek(struct reader *reader)
{
    reader->at = number_list_skip_blanks(reader->at, reader->end);
    return reader->at < reader->end ? *reader->at : '\0';
}

static bool pass_word(struct reader *reader, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(reader->end - reader->at) < size || memcmp(reader->at, word, size) != 0)
        return false;
    reader->at += size;
    return true;
}

/* {"instances": [ */
static bool pass_head(struct reader *reader, bool *by_inputs)
{
    if (!pass(reader, '{') || !pass(reader, '"'))
        return false;
    *by_inputs = !pass_word(reader, "instances\"");
    if (*by_inputs && !pass_word(reader, "inputs\""))
        return false;
    return pass(reader, ':') && pass(reader, '[');
}

/* ]} */
static bool pass_tail(struct reader *reader)
{
    return pass(reader, ']') && pass(reader, '}') && peek(reader) == '\0' &&
           reader->at == reader->end;
}

static bool read_list(struct reader *reader, double *numbers, int64_t count)
{
    const char *at = number_list_read(reader->at, reader->end, numbers, (size_t)count);
    if (at == NULL)
        return false;
    reader->at = at;
    return true;
}

/* The lists of dimension `axis`, `count` numbers in all of it. */
static bool read_nested(struct reader *reader, int axis, double *numbers, int64_t count)
{
    if (peek(reader) != '[')
        return false;
    if (axis == reader->shape->rank - 1)
        return read_list(reader, numbers, count);
    const int64_t items = reader->shape->dims[axis], part = count / items;
    reader->at++;
    for (int64_t i = 0; i < items; i++)
        if ((i > 0 && !pass(reader, ',')) ||
            !read_nested(reader, axis + 1, numbers + i * part, part))
            return false;
    return pass(reader, ']');
}

static bool opens_twice(const struct reader *reader)
{
    const char *inner = number_list_skip_blanks(reader->at + 1, reader->end);
    return inner < reader->end && *inner == '[';
}

static bool read_row(struct reader *reader)
{
    if (peek(reader) != '[')
        return false;
    if (reader->shape != NULL && reader->shape->rank > 1 && opens_twice(reader))
        return read_nested(reader, 0, reader->numbers, reader->count);
    return read_list(reader, reader->numbers, reader->count);
}

/* Encodes the row that was read. Errors are for the document's way to tell: what is wrong further
 * on may come first there. */
static bool take_row(struct prediction *prediction, const struct reader *reader)
{
    const struct model *model = prediction->model;
    const int64_t width = shape_elements(&model->network->input_shape, NULL);
    float *x = prediction->x + prediction->rows * width;
    struct error untold = {0};
    preprocessing_encode_numbers(model->preprocessing, reader->numbers, x);
    return network_check_row(model->network, x, "", &untold) == 0;
}

static bool read_rows(struct prediction *prediction, struct reader *reader, int64_t max_rows)
{
    struct error untold = {0};
    int64_t room = 0;
    prediction->rows = 0;
    do {
        if (prediction->rows == max_rows || !read_row(reader))
            return false;
        if (prediction->rows == room) {
            room = room > 0 ? 2 * room : 1;
            if (prediction_make_room(prediction, room, &untold))
                return false;
        }
        if (!take_row(prediction, reader))
            return false;
        prediction->rows++;
    } while (pass(reader, ','));
    return pass_tail(reader);
}

bool prediction_read_numbers(struct prediction *prediction, const char *text, size_t size,
                             int64_t max_rows)
{
    const struct preprocessing *preprocessing = prediction->model->preprocessing;
    struct reader reader = {.at = text,
                            .end = text + size,
                            .shape = preprocessing_tensor_shape(preprocessing),
                            .count = preprocessing_number_count(preprocessing)};
    if (reader.count == 0 || !pass_head(&reader, &prediction->by_inputs))
        return false;
    reader.numbers = malloc((size_t)reader.count * sizeof(*reader.numbers));
    bool taken = reader.numbers != NULL && read_rows(prediction, &reader, max_rows);
    free(reader.numbers);
    return taken;
}

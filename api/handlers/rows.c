/* /v1/datasets/{dataset}/rows: a look at the data, as objects and as images. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "api/media.h"
#include "base/png.h"
#include "daemon/daemon.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { ROWS_LIMIT = 50, ROWS_LIMIT_MAX = 500, ELEMENTS_MAX = 1 << 20 };

struct rows_query {
    int64_t offset, limit;
    int format; /* enum media */
};
static const struct field rows_query_fields[] = {
    FIELD_INTEGER(struct rows_query, offset, .min = 0, .max = -1, .help = "the first row, from 0"),
    FIELD_INTEGER(struct rows_query, limit, .number = ROWS_LIMIT, .min = 1, .max = ROWS_LIMIT_MAX,
                  .help = "how many; fewer come where rows are large"),
    FIELD_CHOICE(struct rows_query, format, .choices = media_row_names,
                 .help = "auto: what Accept says"),
    FIELD_END};
const struct kind rows_query_kind = {.name = "rows",
                                     .help = "which rows",
                                     .size = sizeof(struct rows_query),
                                     .fields = rows_query_fields};

struct rows_image_query {
    char *column; /* NULL: the first that holds images */
};
static const struct field rows_image_query_fields[] = {
    FIELD_STRING(struct rows_image_query, column,
                 .help = "the column; by default the first that holds images"),
    FIELD_END};
const struct kind rows_image_query_kind = {.name = "image",
                                           .help = "which image of a row",
                                           .size = sizeof(struct rows_image_query),
                                           .fields = rows_image_query_fields};

/* NULL with an error; to be released. */
static const struct dataset *hold(struct request *request, struct error *error)
{
    struct daemon *daemon = request->service->daemon;
    struct dataset_record record AUTO_CLEAR(dataset_record_clear) = {0};
    if (store_dataset_get(daemon_store(daemon), &request->viewer, request->captures[0], &record,
                          error) != 0)
        return NULL;
    return daemon_dataset_hold(daemon, &record, error);
}

/* ---- objects */

static int64_t row_elements(const struct dataset *dataset)
{
    int64_t elements = 0;
    for (int i = 0; i < dataset->column_count; i++) {
        const struct column *column = &dataset->columns[i];
        elements += column->type == COLUMN_TENSOR ? shape_elements(&column->shape, NULL) : 1;
    }
    return elements;
}

static json_t *rows_list(const struct dataset *dataset, int64_t first, int64_t count)
{
    json_t *rows = json_array();
    for (int64_t i = 0; i < count; i++)
        if (json_array_append_new(rows, dataset_row(dataset, first + i)) != 0) {
            json_decref(rows);
            return NULL;
        }
    return rows;
}

static json_t *column_names(const struct dataset *dataset)
{
    json_t *names = json_array();
    for (int i = 0; i < dataset->column_count; i++)
        (void)json_array_append_new(names, json_string(dataset->columns[i].name));
    return names;
}

static int reply_rows_as(enum media media, const struct dataset *dataset, const json_t *rows,
                         int64_t first, struct reply *reply, struct error *error)
{
    int64_t next = first + (int64_t)json_array_size(rows);
    if (media != MEDIA_JSON) {
        json_auto_t *names = column_names(dataset);
        return media_reply_objects(reply, media, names, rows, error);
    }
    return reply_json(reply, 200,
                      json_pack("{s:O, s:I, s:I, s:o}", "rows", rows, "offset", (json_int_t)first,
                                "total", (json_int_t)dataset->rows, "next",
                                next < dataset->rows ? json_integer(next) : json_null()),
                      error);
}

static int64_t count_rows(const struct dataset *dataset, const struct rows_query *query,
                          int64_t first, struct error *error)
{
    int64_t elements = row_elements(dataset);
    assert(elements > 0);
    if (elements > ELEMENTS_MAX)
        return error_set(error, ERROR_TOO_LARGE,
                         "a row has %" PRId64 " values, more than are shown as JSON (%d): "
                         "rows/0.png shows an image",
                         elements, ELEMENTS_MAX);
    int64_t count = ELEMENTS_MAX / elements < query->limit ? ELEMENTS_MAX / elements : query->limit;
    return count < dataset->rows - first ? count : dataset->rows - first;
}

static int link_next(const struct request *request, int64_t next, struct reply *reply,
                     struct error *error)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRId64, next);
    return media_link_next(request, "offset", text, reply, error);
}

static int reply_rows(const struct dataset *dataset, const struct request *request,
                      struct reply *reply, struct error *error)
{
    const struct rows_query *query = request->query;
    int media = media_choose_rows(request, (enum media)query->format, reply, error);
    int64_t first = query->offset < dataset->rows ? query->offset : dataset->rows;
    int64_t count = media < 0 ? -1 : count_rows(dataset, query, first, error);
    if (count < 0 ||
        (first + count < dataset->rows && link_next(request, first + count, reply, error) != 0))
        return -1;
    json_auto_t *rows = rows_list(dataset, first, count);
    if (rows == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the rows");
    return reply_rows_as((enum media)media, dataset, rows, first, reply, error);
}

int handle_rows(struct request *request, struct reply *reply, struct error *error)
{
    const struct dataset *dataset = hold(request, error);
    if (dataset == NULL)
        return -1;
    int result = reply_rows(dataset, request, reply, error);
    daemon_dataset_release(request->service->daemon, dataset);
    return result;
}

/* ---- images */

/* [height, width] and [height, width, channels]. */
static bool holds_images(const struct column *column)
{
    const struct shape *shape = &column->shape;
    return column->type == COLUMN_TENSOR && (shape->rank == 2 || shape->rank == 3) &&
           (shape->rank == 2 || png_takes_channels(shape->dims[2])) &&
           shape->dims[0] <= PNG_SIDE_MAX && shape->dims[1] <= PNG_SIDE_MAX;
}

static const struct column *find_images(const struct dataset *dataset, const char *name,
                                        struct error *error)
{
    for (int i = 0; i < dataset->column_count; i++) {
        const struct column *column = &dataset->columns[i];
        if (holds_images(column) && (name == NULL || strcmp(column->name, name) == 0))
            return column;
    }
    error_set(
        error, ERROR_INVALID,
        "%s%.80s%s no images: tensors of [height, width] or [height, width, channels] with 1, "
        "3 or 4 channels",
        name != NULL ? "column \"" : "the dataset", name != NULL ? name : "",
        name != NULL ? "\" has" : " has");
    return NULL;
}

/* From the least to the greatest value of the row. */
static void floats_to_bytes(const float *floats, int64_t count, uint8_t *bytes)
{
    float least = floats[0], most = floats[0];
    for (int64_t i = 1; i < count; i++) {
        least = floats[i] < least ? floats[i] : least;
        most = floats[i] > most ? floats[i] : most;
    }
    double span = (double)most - (double)least;
    for (int64_t i = 0; i < count; i++) {
        double share = ((double)floats[i] - (double)least) / span;
        /* Written so that NaN is 0. */
        bytes[i] = share > 0 ? (uint8_t)lround((share < 1 ? share : 1) * 255) : 0;
    }
}

static int append_image(const struct column *column, int64_t row, struct bytes *file,
                        struct error *error)
{
    const int64_t *dims = column->shape.dims;
    int64_t channels = column->shape.rank == 3 ? dims[2] : 1;
    int64_t count = shape_elements(&column->shape, NULL);
    if (column->tensor_is_bytes)
        return png_append(file, dims[0], dims[1], channels, column->tensor_bytes + row * count,
                          error);
    AUTO_FREE uint8_t *bytes = malloc((size_t)count);
    if (bytes == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an image");
    floats_to_bytes(column->tensor_floats + row * count, count, bytes);
    return png_append(file, dims[0], dims[1], channels, bytes, error);
}

static int64_t read_row(const char *text, int64_t rows, struct error *error)
{
    int64_t row = 0;
    size_t digits = strspn(text, "0123456789");
    for (size_t i = 0; i < digits && row < rows; i++)
        row = row * 10 + (text[i] - '0');
    if (text[digits] == 0 && row < rows)
        return row;
    return error_set(error, ERROR_NOT_FOUND, "there is no row %.40s: they are 0 to %" PRId64, text,
                     rows - 1);
}

static int reply_image(const struct dataset *dataset, const struct request *request,
                       struct reply *reply, struct error *error)
{
    const struct rows_image_query *query = request->query;
    int64_t row = read_row(request->captures[1], dataset->rows, error);
    const struct column *column = row < 0 ? NULL : find_images(dataset, query->column, error);
    if (column == NULL)
        return -1;
    reply->status = 200;
    reply->content_type = "image/png";
    reply->takes_ranges = true;
    return append_image(column, row, &reply->body, error);
}

int handle_rows_image(struct request *request, struct reply *reply, struct error *error)
{
    const struct dataset *dataset = hold(request, error);
    if (dataset == NULL)
        return -1;
    int result = reply_image(dataset, request, reply, error);
    daemon_dataset_release(request->service->daemon, dataset);
    return result;
}

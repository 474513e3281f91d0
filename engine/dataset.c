/* Column files mapped: everything that the header says is checked before it is believed, and every
 * offset and category before it is used. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/dataset.h"
#include "engine/column_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static int corrupt(struct error *error, const char *what)
{
    return error_set(error, ERROR_CORRUPT, "the column file is damaged: %s", what);
}

static int map_file(struct dataset *dataset, int file, struct error *error)
{
    struct stat status;
    if (fstat(file, &status) != 0)
        return error_set_errno(error, "cannot look at the column file");
    if (status.st_size < (off_t)sizeof(struct column_file_preamble))
        return corrupt(error, "it is shorter than its preamble");
    void *map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, file, 0);
    if (map == MAP_FAILED)
        return error_set_errno(error, "cannot map the column file");
    dataset->map = map;
    dataset->map_size = (size_t)status.st_size;
    return 0;
}

/* The header as JSON, from where the preamble says. */
static json_t *read_header(struct dataset *dataset, struct error *error)
{
    struct column_file_preamble preamble;
    memcpy(&preamble, dataset->map, sizeof(preamble));
    if (memcmp(preamble.magic, COLUMN_FILE_MAGIC, sizeof(preamble.magic)) != 0 ||
        preamble.byte_order != COLUMN_FILE_ORDER) {
        corrupt(error, "it does not begin like one of this machine");
        return NULL;
    }
    if (preamble.version != COLUMN_FILE_VERSION) {
        error_set(error, ERROR_CORRUPT, "the column file has version %u, not %d",
                  (unsigned)preamble.version, COLUMN_FILE_VERSION);
        return NULL;
    }
    if (preamble.file_size != dataset->map_size || preamble.rows > INT64_MAX / 16 ||
        preamble.header_offset > dataset->map_size ||
        preamble.header_size > dataset->map_size - preamble.header_offset) {
        corrupt(error, "its sizes do not fit");
        return NULL;
    }
    dataset->rows = (int64_t)preamble.rows;
    struct error inner = {0};
    json_t *header = fields_parse((const char *)dataset->map + preamble.header_offset,
                                  (size_t)preamble.header_size, &inner);
    if (header == NULL)
        corrupt(error, inner.message);
    return header;
}

/* The bytes of a section; NULL where it is not wholly inside or not aligned. */
static const void *find_section(const struct dataset *dataset, const json_t *place, const char *key,
                                uint64_t *size, struct error *error)
{
    const json_t *section = json_object_get(place, key);
    json_int_t offset = json_integer_value(json_array_get(section, 0));
    json_int_t length = json_integer_value(json_array_get(section, 1));
    if (json_array_size(section) != 2 || offset < COLUMN_FILE_ALIGNMENT || length < 0 ||
        offset % COLUMN_FILE_ALIGNMENT != 0 || (uint64_t)offset > dataset->map_size ||
        (uint64_t)length > dataset->map_size - (uint64_t)offset) {
        corrupt(error, "a section does not lie inside of it");
        return NULL;
    }
    *size = (uint64_t)length;
    return (const char *)dataset->map + offset;
}

/* A section of exactly `count` times `width` bytes. */
static const void *find_values(const struct dataset *dataset, const json_t *place, const char *key,
                               uint64_t count, uint64_t width, struct error *error)
{
    uint64_t size, expected;
    const void *values = find_section(dataset, place, key, &size, error);
    if (values == NULL)
        return NULL;
    if (!__builtin_mul_overflow(count, width, &expected) && size == expected)
        return values;
    corrupt(error, "a section has another size than its values");
    return NULL;
}

static int check_offsets(const uint64_t *offsets, uint64_t count, uint64_t text_size,
                         struct error *error)
{
    bool ordered = offsets[0] == 0 && offsets[count] <= text_size;
    for (uint64_t i = 0; i < count; i++)
        ordered &= offsets[i] <= offsets[i + 1];
    return ordered ? 0 : corrupt(error, "its texts are out of order");
}

static int open_category(struct dataset *dataset, struct column *column, const json_t *place,
                         struct error *error)
{
    uint64_t size, text_size;
    uint64_t rows = (uint64_t)dataset->rows;
    column->categories = find_values(dataset, place, "values", rows, sizeof(uint32_t), error);
    column->category_offsets = find_section(dataset, place, "offsets", &size, error);
    column->category_text = find_section(dataset, place, "text", &text_size, error);
    if (column->categories == NULL || column->category_offsets == NULL ||
        column->category_text == NULL)
        return -1;
    uint64_t count = size / sizeof(uint64_t) - 1;
    if (size < sizeof(uint64_t) || size % sizeof(uint64_t) != 0 || count >= UINT32_MAX)
        return corrupt(error, "a dictionary has an impossible size");
    column->category_count = (uint32_t)count;
    bool inside = true;
    for (uint64_t i = 0; i < rows; i++)
        inside &= column->categories[i] < count || column->categories[i] == UINT32_MAX;
    if (!inside)
        return corrupt(error, "a value is in no dictionary");
    return check_offsets(column->category_offsets, count, text_size, error);
}

static int open_text(struct dataset *dataset, struct column *column, const json_t *place,
                     struct error *error)
{
    uint64_t text_size;
    uint64_t rows = (uint64_t)dataset->rows;
    column->text_offsets = find_values(dataset, place, "values", rows + 1, sizeof(uint64_t), error);
    column->text = find_section(dataset, place, "text", &text_size, error);
    if (column->text_offsets == NULL || column->text == NULL)
        return -1;
    return check_offsets(column->text_offsets, rows, text_size, error);
}

static int read_shape(struct shape *shape, const json_t *dims, uint64_t *elements,
                      struct error *error)
{
    size_t rank = json_array_size(dims);
    if (rank < 1 || rank > SHAPE_RANK_MAX)
        return corrupt(error, "a tensor has an impossible rank");
    shape->rank = (int)rank;
    *elements = 1;
    for (size_t i = 0; i < rank; i++) {
        shape->dims[i] = json_integer_value(json_array_get(dims, i));
        if (shape->dims[i] <= 0 ||
            __builtin_mul_overflow(*elements, (uint64_t)shape->dims[i], elements))
            return corrupt(error, "a tensor has an impossible shape");
    }
    return 0;
}

/* Bytes or floats: the section's size tells. */
static int open_tensor(struct dataset *dataset, struct column *column, const json_t *described,
                       const json_t *place, struct error *error)
{
    uint64_t elements = 0, total, size;
    if (read_shape(&column->shape, json_object_get(described, "shape"), &elements, error) != 0)
        return -1;
    const void *values = find_section(dataset, place, "values", &size, error);
    if (values == NULL)
        return -1;
    if (__builtin_mul_overflow(elements, (uint64_t)dataset->rows, &total) ||
        (size != total && (size % sizeof(float) != 0 || size / sizeof(float) != total)))
        return corrupt(error, "a section has another size than its tensors");
    column->tensor_is_bytes = size == total;
    column->tensor_bytes = values;
    return 0;
}

static int open_values(struct dataset *dataset, struct column *column, const json_t *described,
                       const json_t *place, struct error *error)
{
    uint64_t rows = (uint64_t)dataset->rows;
    switch (column->type) {
    case COLUMN_NUMBER:
        column->numbers = find_values(dataset, place, "values", rows, sizeof(double), error);
        return column->numbers == NULL ? -1 : 0;
    case COLUMN_BOOLEAN:
        column->booleans = find_values(dataset, place, "values", rows, 1, error);
        return column->booleans == NULL ? -1 : 0;
    case COLUMN_DATE:
        column->dates = find_values(dataset, place, "values", rows, sizeof(int64_t), error);
        return column->dates == NULL ? -1 : 0;
    case COLUMN_CATEGORY:
        return open_category(dataset, column, place, error);
    case COLUMN_TEXT:
        return open_text(dataset, column, place, error);
    case COLUMN_TENSOR:
        return open_tensor(dataset, column, described, place, error);
    }
    assert(false && "the type was checked");
    return -1;
}

static int find_type(const char *name)
{
    for (int i = 0; name != NULL && column_type_names[i] != NULL; i++)
        if (strcmp(column_type_names[i], name) == 0)
            return i;
    return -1;
}

static int open_column(struct dataset *dataset, struct column *column, const json_t *described,
                       const json_t *place, struct error *error)
{
    int type = find_type(json_string_value(json_object_get(described, "type")));
    column->name = json_string_value(json_object_get(described, "name"));
    if (type < 0 || column->name == NULL)
        return corrupt(error, "a column has no name or no type");
    column->type = (enum column_type)type;
    column->integers = json_is_true(json_object_get(described, "integers"));
    column->missing_count = json_integer_value(json_object_get(described, "missing"));
    column->distinct_count = json_integer_value(json_object_get(described, "distinct"));
    return open_values(dataset, column, described, place, error);
}

static int open_columns(struct dataset *dataset, const json_t *header, struct error *error)
{
    dataset->description = json_incref(json_object_get(header, "description"));
    const json_t *columns = json_object_get(dataset->description, "columns");
    const json_t *places = json_object_get(header, "places");
    size_t count = json_array_size(columns);
    if (count == 0 || count > INT32_MAX || json_array_size(places) != count)
        return corrupt(error, "it does not say where its columns are");
    dataset->columns = calloc(count, sizeof(*dataset->columns));
    if (dataset->columns == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for %zu columns", count);
    dataset->column_count = (int)count;
    for (size_t i = 0; i < count; i++)
        if (open_column(dataset, &dataset->columns[i], json_array_get(columns, i),
                        json_array_get(places, i), error) != 0)
            return -1;
    return 0;
}

struct dataset *dataset_open(int file, struct error *error)
{
    struct dataset *dataset = calloc(1, sizeof(*dataset));
    if (dataset == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for a dataset");
        return NULL;
    }
    json_t *header = NULL;
    if (map_file(dataset, file, error) == 0)
        header = read_header(dataset, error);
    if (header == NULL || open_columns(dataset, header, error) != 0) {
        dataset_close(dataset);
        dataset = NULL;
    }
    json_decref(header);
    return dataset;
}

void dataset_close(struct dataset *dataset)
{
    if (dataset == NULL)
        return;
    if (dataset->map != NULL)
        munmap(dataset->map, dataset->map_size);
    json_decref(dataset->description);
    free(dataset->columns);
    free(dataset);
}

int dataset_find(const struct dataset *dataset, const char *name)
{
    for (int i = 0; i < dataset->column_count; i++)
        if (strcmp(dataset->columns[i].name, name) == 0)
            return i;
    return -1;
}

/* Datasets made by hand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/engine/table.h"
#include "base/bytes.h"
#include "base/compiler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *copy(const void *data, size_t size)
{
    void *memory = malloc(size + 1);
    if (!memory)
        abort();
    return memcpy(memory, data, size);
}

struct dataset *table_create(int64_t rows)
{
    struct dataset *table = calloc(1, sizeof(*table));
    if (!table)
        abort();
    table->rows = rows;
    return table;
}

static void column_free(struct column *column)
{
    free((void *)(uintptr_t)column->name);
    free((void *)(uintptr_t)column->numbers);
    free((void *)(uintptr_t)column->text);
    free((void *)(uintptr_t)column->text_offsets);
    free((void *)(uintptr_t)column->category_text);
    free((void *)(uintptr_t)column->category_offsets);
}

void table_free(struct dataset *table)
{
    for (int i = 0; i < table->column_count; i++)
        column_free(&table->columns[i]);
    free(table->columns);
    free(table);
}

static struct column *table_add(struct dataset *table, const char *name, enum column_type type)
{
    size_t count = (size_t)table->column_count + 1;
    struct column *columns = realloc(table->columns, count * sizeof(*columns));
    if (!columns)
        abort();
    table->columns = columns;
    struct column *column = &columns[table->column_count++];
    *column = (struct column){.name = copy(name, strlen(name) + 1), .type = type};
    return column;
}

static int numbers_compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

void table_add_numbers(struct dataset *table, const char *name, const double *numbers)
{
    struct column *column = table_add(table, name, COLUMN_NUMBER);
    size_t rows = (size_t)table->rows;
    AUTO_FREE double *present = copy(numbers, rows * sizeof(*numbers));
    size_t count = 0;
    column->numbers = copy(numbers, rows * sizeof(*numbers));
    column->integers = true;
    for (size_t i = 0; i < rows; i++)
        if (!isnan(numbers[i])) {
            present[count++] = numbers[i];
            column->integers = column->integers && numbers[i] == floor(numbers[i]);
        }
    column->missing_count = (int64_t)(rows - count);
    qsort(present, count, sizeof(*present), numbers_compare);
    for (size_t i = 0; i < count; i++)
        column->distinct_count += i == 0 || present[i] != present[i - 1];
}

void table_add_booleans(struct dataset *table, const char *name, const uint8_t *booleans)
{
    struct column *column = table_add(table, name, COLUMN_BOOLEAN);
    bool seen[2] = {false, false};
    column->booleans = copy(booleans, (size_t)table->rows);
    for (int64_t i = 0; i < table->rows; i++) {
        column->missing_count += booleans[i] > 1;
        seen[booleans[i] & 1] |= booleans[i] <= 1;
    }
    column->distinct_count = seen[0] + seen[1];
}

static int texts_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The different texts, sorted; returns how many. */
static size_t texts_sort(const char **sorted, const char *const *texts, int64_t rows)
{
    size_t present = 0;
    size_t count = 0;
    for (int64_t i = 0; i < rows; i++)
        if (texts[i])
            sorted[present++] = texts[i];
    qsort(sorted, present, sizeof(*sorted), texts_compare);
    for (size_t i = 0; i < present; i++)
        if (count == 0 || strcmp(sorted[count - 1], sorted[i]) != 0)
            sorted[count++] = sorted[i];
    return count;
}

/* All texts one after the other, and where each begins. */
static char *texts_join(const char *const *texts, size_t count, uint64_t *offsets)
{
    struct bytes joined = {0};
    offsets[0] = 0;
    for (size_t i = 0; i < count; i++) {
        const char *text = texts[i] ? texts[i] : "";
        bytes_append(&joined, text, strlen(text));
        offsets[i + 1] = joined.size;
    }
    if (!bytes_text(&joined))
        abort();
    return (char *)joined.data;
}

void table_add_categories(struct dataset *table, const char *name, const char *const *categories)
{
    struct column *column = table_add(table, name, COLUMN_CATEGORY);
    size_t rows = (size_t)table->rows;
    AUTO_FREE const char **sorted = calloc(rows + 1, sizeof(*sorted));
    uint32_t *indices = calloc(rows + 1, sizeof(*indices));
    uint64_t *offsets = calloc(rows + 2, sizeof(*offsets));
    if (!sorted || !indices || !offsets)
        abort();
    size_t count = texts_sort(sorted, categories, table->rows);
    for (size_t i = 0; i < rows; i++) {
        const char **found =
            categories[i] ? bsearch(&categories[i], sorted, count, sizeof(*sorted), texts_compare)
                          : NULL;
        indices[i] = found ? (uint32_t)(found - sorted) : UINT32_MAX;
        column->missing_count += !found;
    }
    column->categories = indices;
    column->category_text = texts_join(sorted, count, offsets);
    column->category_offsets = offsets;
    column->category_count = (uint32_t)count;
    column->distinct_count = (int64_t)count;
}

void table_add_dates(struct dataset *table, const char *name, const int64_t *dates)
{
    struct column *column = table_add(table, name, COLUMN_DATE);
    column->dates = copy(dates, (size_t)table->rows * sizeof(*dates));
    for (int64_t i = 0; i < table->rows; i++)
        column->missing_count += dates[i] == INT64_MIN;
    column->distinct_count = table->rows - column->missing_count;
}

void table_add_text(struct dataset *table, const char *name, const char *const *texts)
{
    struct column *column = table_add(table, name, COLUMN_TEXT);
    uint64_t *offsets = calloc((size_t)table->rows + 1, sizeof(*offsets));
    if (!offsets)
        abort();
    column->text = texts_join(texts, (size_t)table->rows, offsets);
    column->text_offsets = offsets;
    column->distinct_count = table->rows;
}

static size_t shape_size(const struct shape *shape)
{
    size_t size = 1;
    for (int i = 0; i < shape->rank; i++)
        size *= (size_t)shape->dims[i];
    return size;
}

void table_add_bytes(struct dataset *table, const char *name, struct shape shape,
                     const uint8_t *bytes)
{
    struct column *column = table_add(table, name, COLUMN_TENSOR);
    column->shape = shape;
    column->tensor_is_bytes = true;
    column->tensor_bytes = copy(bytes, (size_t)table->rows * shape_size(&shape));
}

void table_add_floats(struct dataset *table, const char *name, struct shape shape,
                      const float *floats)
{
    struct column *column = table_add(table, name, COLUMN_TENSOR);
    column->shape = shape;
    column->tensor_floats =
        copy(floats, (size_t)table->rows * shape_size(&shape) * sizeof(*floats));
}

/* Rows in the order of time, and windows over them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/series.h"
#include "engine/columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH_MAX = 65536 };

static const struct field series_fields[] = {
    FIELD_INTEGER(struct series_options, length, .min = 1, .max = LENGTH_MAX,
                  .flags = FIELD_REQUIRED,
                  .help = "rows of a window: the network's input is "
                          "[length, inputs of a row]"),
    FIELD_INTEGER(struct series_options, horizon, .min = 1, .max = LENGTH_MAX, .number = 1,
                  .help = "how many rows behind the window's last one the target is"),
    FIELD_STRING(struct series_options, by, .min = 1,
                 .help =
                     "the column that orders the rows: dates or numbers; the dataset's order by "
                     "itself"),
    FIELD_STRING(struct series_options, group, .min = 1,
                 .help = "a column whose values have windows of their own, such as a shop or a "
                         "sensor"),
    FIELD_END};

const struct kind series_options_kind = {
    .name = "window",
    .help = "sequences of rows that follow each other in time, the target's past values among "
            "their inputs; the last ones validate",
    .size = sizeof(struct series_options),
    .fields = series_fields};

/* ---- columns as keys */

static double key_of(const struct column *column, uint32_t row)
{
    if (column_is_missing(column, row))
        return (double)NAN;
    switch (column->type) {
    case COLUMN_NUMBER:
        return column->numbers[row];
    case COLUMN_BOOLEAN:
        return column->booleans[row];
    case COLUMN_CATEGORY:
        return column->categories[row];
    case COLUMN_DATE:
        return (double)column->dates[row];
    case COLUMN_TEXT:
    case COLUMN_TENSOR:
        break;
    }
    return (double)NAN;
}

/* *column stays NULL where `name` is. */
static int find_key(const struct dataset *dataset, const char *name, const char *path,
                    const struct column **column, struct error *error)
{
    if (name == NULL)
        return 0;
    int index = columns_find(dataset, name, path, error);
    if (index < 0)
        return -1;
    *column = &dataset->columns[index];
    if ((*column)->type != COLUMN_TEXT && (*column)->type != COLUMN_TENSOR)
        return 0;
    return error_set_at(error, ERROR_INVALID, path,
                        "\"%s\" is a column of type %s; rows are ordered by dates or numbers and "
                        "grouped by categories, numbers or booleans",
                        name, column_type_names[(*column)->type]);
}

/* ---- the index */

struct sorted_row {
    double group, time;
    uint32_t row;
};

static int sorted_row_compare(const void *a, const void *b)
{
    const struct sorted_row *x = a, *y = b;
    if (x->group < y->group || x->group > y->group)
        return x->group < y->group ? -1 : 1;
    if (x->time < y->time || x->time > y->time)
        return x->time < y->time ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* The rows that have a time and a group, sorted. */
static int64_t sort_rows(const struct series_index *index, const struct column *group,
                         int64_t row_count, struct sorted_row *sorted)
{
    int64_t count = 0;
    for (int64_t row = 0; row < row_count; row++) {
        struct sorted_row item = {.group = group ? key_of(group, (uint32_t)row) : 0,
                                  .time = index->times[row],
                                  .row = (uint32_t)row};
        if (!isnan(item.group) && !isnan(item.time))
            sorted[count++] = item;
    }
    qsort(sorted, (size_t)count, sizeof(*sorted), sorted_row_compare);
    return count;
}

static int index_fill(struct series_index *index, const struct dataset *dataset,
                      const struct column *by, const struct column *group, struct error *error)
{
    struct sorted_row *sorted = calloc((size_t)dataset->rows + 1, sizeof(*sorted));
    if (sorted == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the order of the rows");
    for (int64_t row = 0; row < dataset->rows; row++)
        index->times[row] = by ? key_of(by, (uint32_t)row) : (double)row;
    int64_t count = sort_rows(index, group, dataset->rows, sorted);
    for (int64_t i = 0; i < count; i++) {
        uint32_t row = sorted[i].row;
        bool goes_on = i > 0 && !(sorted[i].group > sorted[i - 1].group);
        index->order[i] = row;
        index->places[row] = (uint32_t)i;
        index->ranks[row] = goes_on ? index->ranks[sorted[i - 1].row] + 1 : 0;
    }
    free(sorted);
    return 0;
}

int series_index_make(struct series_index *index, const struct series_options *options,
                      const struct dataset *dataset, struct error *error)
{
    const struct column *by = NULL, *group = NULL;
    size_t rows = (size_t)dataset->rows + 1;
    *index = (struct series_index){.options = options};
    if (find_key(dataset, options->by, "window.by", &by, error) != 0 ||
        find_key(dataset, options->group, "window.group", &group, error) != 0)
        return -1;
    index->order = calloc(rows, sizeof(*index->order));
    index->places = calloc(rows, sizeof(*index->places));
    index->ranks = calloc(rows, sizeof(*index->ranks));
    index->times = calloc(rows, sizeof(*index->times));
    if (index->order == NULL || index->places == NULL || index->ranks == NULL ||
        index->times == NULL)
        error_set(error, ERROR_MEMORY, "out of memory for the windows of %zu rows", rows - 1);
    else if (index_fill(index, dataset, by, group, error) == 0)
        return 0;
    series_index_clear(index);
    return -1;
}

void series_index_clear(struct series_index *index)
{
    free(index->order);
    free(index->places);
    free(index->ranks);
    free(index->times);
    *index = (struct series_index){.order = NULL};
}

const uint32_t *series_window(const struct series_index *index, uint32_t row)
{
    /* A row in no window has rank 0, and a window is at least one row. */
    int64_t reach = index->options->length + index->options->horizon - 1;
    if (index->ranks[row] < reach)
        return NULL;
    return index->order + index->places[row] - reach;
}

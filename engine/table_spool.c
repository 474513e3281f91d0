/* Slabs of numbers: out of the survey, and into the sections. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/table_spool.h"
#include "base/file_view.h"

#include <assert.h>
#include <stdlib.h>

enum {
    SLAB_SIZE = 32 << 20, /* at most */
    /* At most: parts of 132 KB, enough for each to be written at once, and whole pages whose
     * beginnings do not all fall into one place of a cache. */
    SLAB_ROWS = 33 * 512,
    SLAB_ROWS_LEAST = 16
};

/* Up to STATISTICS_GROUP columns that keep numbers, side by side in all that is done with them. */
struct group {
    int count;
    struct column_builder *columns[STATISTICS_GROUP];
    int64_t indices[STATISTICS_GROUP];
};

/* The next group from column *at on; false where there is none. */
static bool next_group(const struct table_builder *table, int64_t *at, struct group *group)
{
    group->count = 0;
    for (; *at < table->column_count && group->count < STATISTICS_GROUP; ++*at) {
        if (!table->columns[*at].keeps_numbers)
            continue;
        group->indices[group->count] = *at;
        group->columns[group->count++] = &table->columns[*at];
    }
    return group->count > 0;
}

int table_spool_start(struct table_builder *table, struct error *error)
{
    struct table_spool *spool = &table->spool;
    uint64_t row_size = (uint64_t)table->column_count * sizeof(double);
    assert(table->rows == 0 && spool->slab == NULL && table->column_count > 0);
    uint64_t rows = SLAB_SIZE / row_size;
    spool->slab_rows = rows < SLAB_ROWS_LEAST ? SLAB_ROWS_LEAST
                       : rows > SLAB_ROWS     ? SLAB_ROWS
                                              : (int64_t)rows;
    spool->slab = malloc((size_t)spool->slab_rows * row_size);
    if (spool->slab == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the numbers of a table");
    for (int64_t i = 0; i < table->column_count; i++) {
        struct column_builder *column = &table->columns[i];
        column->keeps_numbers = !column->holds_values && (column->readings & READS_NUMBER) != 0 &&
                                (!column->forced || column->type == COLUMN_NUMBER);
        column_range_start(&column->range);
    }
    return 0;
}

void table_spool_clear(struct table_builder *table)
{
    free(table->spool.slab);
    table->spool = (struct table_spool){0};
}

/* Reading again is all that is left. */
static void give_up(struct table_builder *table)
{
    if (table->spool.offset > 0)
        column_file_cut(table->file, table->spool.offset);
    for (int64_t i = 0; i < table->column_count; i++)
        table->columns[i].keeps_numbers = false;
    table_spool_clear(table);
}

static void add_to_ranges(struct table_builder *table)
{
    const struct table_spool *spool = &table->spool;
    struct group group;
    for (int64_t at = 0; next_group(table, &at, &group);) {
        struct column_range *ranges[STATISTICS_GROUP];
        const double *values[STATISTICS_GROUP];
        for (int i = 0; i < group.count; i++) {
            ranges[i] = &group.columns[i]->range;
            values[i] = spool->slab + group.indices[i] * spool->slab_rows;
        }
        column_ranges_add(ranges, values, group.count, (size_t)spool->used);
    }
}

/* Neighbours that are kept go out at once. */
static int write_slab(const struct table_builder *table)
{
    const struct table_spool *spool = &table->spool;
    const uint64_t column_size = (uint64_t)spool->slab_rows * sizeof(double);
    uint64_t offset =
        spool->offset + (uint64_t)spool->slab_count * (uint64_t)table->column_count * column_size;
    struct error ignored = {0};
    for (int64_t from = 0, to; from < table->column_count; from = to + 1) {
        for (to = from; to < table->column_count && table->columns[to].keeps_numbers;)
            to++;
        if (to > from && column_file_write(table->file, offset + (uint64_t)from * column_size,
                                           spool->slab + from * spool->slab_rows,
                                           (size_t)(to - from) * column_size, &ignored) != 0)
            return -1;
    }
    return 0;
}

static void pass_slab(struct table_builder *table)
{
    struct table_spool *spool = &table->spool;
    uint64_t size = (uint64_t)(spool->slab_count + 1) * (uint64_t)spool->slab_rows *
                    (uint64_t)table->column_count * sizeof(double);
    uint64_t beyond = column_file_beyond(table->file, size);
    /* Numbers that have no place in the file are not kept beyond it either. */
    if (size > table->file->limit || beyond == UINT64_MAX) {
        give_up(table);
        return;
    }
    spool->offset = beyond;
    if (write_slab(table) != 0) {
        give_up(table);
        return;
    }
    spool->slab_count++;
    spool->used = 0;
}

int64_t table_spool_room(const struct table_builder *table)
{
    return table->spool.slab == NULL ? INT64_MAX : table->spool.slab_rows - table->spool.used;
}

void table_spool_passed(struct table_builder *table, int64_t rows)
{
    struct table_spool *spool = &table->spool;
    if (spool->slab == NULL)
        return;
    spool->used += rows;
    assert(spool->used <= spool->slab_rows);
    if (spool->used < spool->slab_rows)
        return;
    add_to_ranges(table);
    pass_slab(table);
}

/* ---- into the sections */

static int write_part(const struct table_builder *table, const struct group *group,
                      const double *const *values, int64_t row, int64_t count,
                      struct column_spreads *spreads, struct error *error)
{
    for (int i = 0; i < group->count; i++)
        if (column_file_write(table->file,
                              group->columns[i]->values.offset + (uint64_t)row * sizeof(double),
                              values[i], (size_t)count * sizeof(double), error) != 0)
            return -1;
    column_spreads_add(spreads, values, (size_t)count);
    return 0;
}

static int write_slab_part(const struct table_builder *table, const struct group *group,
                           int64_t slab, struct column_spreads *spreads, struct error *error)
{
    const struct table_spool *spool = &table->spool;
    const size_t column_size = (size_t)spool->slab_rows * sizeof(double);
    struct file_view views[STATISTICS_GROUP] = {{0}};
    const double *values[STATISTICS_GROUP];
    int status = 0;
    for (int i = 0; i < group->count && status == 0; i++) {
        uint64_t place = (uint64_t)(slab * table->column_count + group->indices[i]);
        status = file_view_open(&views[i], table->file->file, spool->offset + place * column_size,
                                column_size);
        values[i] = (const double *)(const void *)views[i].data;
    }
    if (status != 0)
        error_set_errno(error, "cannot read the column file");
    else
        status = write_part(table, group, values, slab * spool->slab_rows, spool->slab_rows,
                            spreads, error);
    for (int i = 0; i < group->count; i++)
        file_view_close(&views[i]);
    return status;
}

static int write_slabs(const struct table_builder *table, const struct group *group,
                       struct column_spreads *spreads, struct error *error)
{
    const struct table_spool *spool = &table->spool;
    const double *values[STATISTICS_GROUP];
    for (int64_t slab = 0; slab < spool->slab_count; slab++)
        if (write_slab_part(table, group, slab, spreads, error) != 0)
            return -1;
    for (int i = 0; i < group->count; i++)
        values[i] = spool->slab + group->indices[i] * spool->slab_rows;
    return write_part(table, group, values, spool->slab_count * spool->slab_rows, spool->used,
                      spreads, error);
}

static int write_group(const struct table_builder *table, const struct group *group,
                       struct column_spreads *spreads, struct error *error)
{
    const struct column_range *ranges[STATISTICS_GROUP];
    for (int i = 0; i < group->count; i++)
        ranges[i] = &group->columns[i]->range;
    if (column_spreads_start(spreads, ranges, group->count, error) != 0 ||
        write_slabs(table, group, spreads, error) != 0)
        return -1;
    for (int i = 0; i < group->count; i++) {
        struct column_builder *column = group->columns[i];
        column_spread_finish(&spreads->each[i], &column->statistics);
        column->missing_count = table->rows - column->statistics.count;
    }
    return 0;
}

int table_spool_finish(struct table_builder *table, struct error *error)
{
    struct column_spreads spreads = {0};
    struct group group;
    int status = 0;
    if (table->spool.slab == NULL)
        return 0;
    add_to_ranges(table);
    for (int64_t at = 0; status == 0 && next_group(table, &at, &group);)
        status = write_group(table, &group, &spreads, error);
    column_spreads_clear(&spreads);
    return status;
}

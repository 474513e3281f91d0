/* Slabs of numbers: out of the survey, and into the sections. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/table_spool.h"
#include "base/file_view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

/* The next group of at most so many, from column *at on; false where there is none. */
static bool next_group(const struct table_builder *table, int64_t *at, int most,
                       struct group *group)
{
    group->count = 0;
    for (; *at < table->column_count && group->count < most; ++*at) {
        if (!table->columns[*at].keeps_numbers)
            continue;
        group->indices[group->count] = *at;
        group->columns[group->count++] = &table->columns[*at];
    }
    return group->count > 0;
}

/* Where in the file a column's part of a slab is. */
static uint64_t part_offset(const struct table_builder *table, int64_t slab, int64_t column)
{
    const struct table_spool *spool = &table->spool;
    uint64_t part_size = (uint64_t)spool->slab_rows * sizeof(double);
    if (spool->in_place)
        return spool->offset + (uint64_t)column * spool->column_size + (uint64_t)slab * part_size;
    return spool->offset + (uint64_t)(slab * table->column_count + column) * part_size;
}

int table_spool_start(struct table_builder *table, int64_t expected_rows, struct error *error)
{
    struct table_spool *spool = &table->spool;
    uint64_t row_size = (uint64_t)table->column_count * sizeof(double);
    assert(table->rows == 0 && spool->slab == NULL && table->column_count > 0);
    uint64_t rows = SLAB_SIZE / row_size;
    spool->slab_rows = rows < SLAB_ROWS_LEAST ? SLAB_ROWS_LEAST
                       : rows > SLAB_ROWS     ? SLAB_ROWS
                                              : (int64_t)rows;
    spool->expected_rows = expected_rows;
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
    for (int64_t at = 0; next_group(table, &at, STATISTICS_GROUP, &group);) {
        struct column_range *ranges[STATISTICS_GROUP];
        const double *values[STATISTICS_GROUP];
        for (int i = 0; i < group.count; i++) {
            ranges[i] = &group.columns[i]->range;
            values[i] = spool->slab + group.indices[i] * spool->slab_rows;
        }
        column_ranges_add(ranges, values, group.count, (size_t)spool->used);
    }
}

/* Neighbours that are kept go out at once, where they lie side by side. */
static int write_slab(const struct table_builder *table)
{
    const struct table_spool *spool = &table->spool;
    const size_t part_size = (size_t)spool->slab_rows * sizeof(double);
    struct error ignored = {0};
    for (int64_t from = 0, to; from < table->column_count; from = to + 1) {
        for (to = from; to < table->column_count && table->columns[to].keeps_numbers;)
            to++;
        int64_t step = spool->in_place ? 1 : to - from;
        for (int64_t column = from; column < to; column += step)
            if (column_file_write(table->file, part_offset(table, spool->slab_count, column),
                                  spool->slab + column * spool->slab_rows, (size_t)step * part_size,
                                  &ignored) != 0)
                return -1;
    }
    return 0;
}

static bool all_keep_numbers(const struct table_builder *table)
{
    for (int64_t i = 0; i < table->column_count; i++)
        if (!table->columns[i].keeps_numbers)
            return false;
    return true;
}

/* Where the slabs go, before the first does. */
static bool choose_place(struct table_builder *table)
{
    struct table_spool *spool = &table->spool;
    struct column_file copy = *table->file;
    struct column_section section = {0};
    struct error ignored = {0};
    spool->in_place = spool->expected_rows >= spool->slab_rows && all_keep_numbers(table);
    for (int64_t i = 0; spool->in_place && i < table->column_count; i++) {
        spool->in_place = column_file_reserve(&copy, (uint64_t)spool->expected_rows, sizeof(double),
                                              &section, &ignored) == 0;
        spool->offset = i == 0 ? section.offset : spool->offset;
        spool->column_size = copy.end - section.offset;
    }
    if (!spool->in_place)
        spool->offset = column_file_beyond(table->file);
    return spool->offset != UINT64_MAX;
}

/* Whether one more has room. */
static bool has_room(const struct table_builder *table)
{
    const struct table_spool *spool = &table->spool;
    uint64_t rows = (uint64_t)(spool->slab_count + 1) * (uint64_t)spool->slab_rows;
    uint64_t size = rows * (uint64_t)table->column_count * sizeof(double);
    if (spool->in_place)
        return rows <= (uint64_t)spool->expected_rows && all_keep_numbers(table);
    /* Numbers that have no place in the file are not kept beyond it either. */
    return size <= table->file->limit && column_file_may_reach(spool->offset + size);
}

static void pass_slab(struct table_builder *table)
{
    struct table_spool *spool = &table->spool;
    if (spool->slab_count == 0 && !choose_place(table)) {
        spool->offset = 0;
        give_up(table);
    } else if (!has_room(table) || write_slab(table) != 0) {
        give_up(table);
    } else {
        spool->slab_count++;
        spool->used = 0;
    }
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

void table_spool_settle(struct table_builder *table)
{
    struct table_spool *spool = &table->spool;
    bool fits = !spool->in_place || table->rows <= spool->expected_rows;
    for (int64_t i = 0; spool->in_place && i < table->column_count; i++)
        fits = fits && !column_builder_needs_cells(&table->columns[i]);
    if (!fits)
        give_up(table);
}

/* ---- into the sections */

/* What becomes of the parts of a group. */
struct transfer {
    const struct table_builder *table;
    struct group group;
    struct column_spreads spreads;
    bool stays;   /* they lie where they belong already */
    double *room; /* for a part that moves within the file; NULL: they come from beyond */
};

static int take_part(struct transfer *transfer, const double *const *values, int64_t row,
                     int64_t count, bool in_memory, struct error *error)
{
    const struct group *group = &transfer->group;
    const size_t size = (size_t)count * sizeof(double);
    column_spreads_add(&transfer->spreads, values, (size_t)count); /* before they are moved */
    for (int i = 0; i < group->count && (in_memory || !transfer->stays); i++) {
        const double *from = values[i];
        if (transfer->room != NULL)
            from = memcpy(transfer->room, from, size);
        if (column_file_write(transfer->table->file,
                              group->columns[i]->values.offset + (uint64_t)row * sizeof(double),
                              from, size, error) != 0)
            return -1;
    }
    return 0;
}

static int take_slab(struct transfer *transfer, int64_t slab, struct error *error)
{
    const struct table_builder *table = transfer->table;
    const struct group *group = &transfer->group;
    const int64_t rows = table->spool.slab_rows;
    struct file_view views[STATISTICS_GROUP] = {{0}};
    const double *values[STATISTICS_GROUP];
    int status = 0;
    for (int i = 0; i < group->count && status == 0; i++) {
        status = file_view_open(&views[i], table->file->file,
                                part_offset(table, slab, group->indices[i]),
                                (size_t)rows * sizeof(double));
        values[i] = (const double *)(const void *)views[i].data;
    }
    if (status != 0)
        error_set_errno(error, "cannot read the column file");
    else
        status = take_part(transfer, values, slab * rows, rows, false, error);
    for (int i = 0; i < group->count; i++)
        file_view_close(&views[i]);
    return status;
}

/* Behind a section that has moved lies what was there before. */
static int clear_behind(const struct transfer *transfer, struct error *error)
{
    static const char zeros[COLUMN_FILE_ALIGNMENT];
    const struct column_section *section = &transfer->group.columns[0]->values;
    uint64_t end = section->offset + section->size;
    return column_file_write(
        transfer->table->file, end, zeros,
        (COLUMN_FILE_ALIGNMENT - end % COLUMN_FILE_ALIGNMENT) % COLUMN_FILE_ALIGNMENT, error);
}

static int take_slabs(struct transfer *transfer, struct error *error)
{
    const struct table_spool *spool = &transfer->table->spool;
    const double *values[STATISTICS_GROUP];
    for (int64_t slab = 0; slab < spool->slab_count; slab++)
        if (take_slab(transfer, slab, error) != 0)
            return -1;
    for (int i = 0; i < transfer->group.count; i++)
        values[i] = spool->slab + transfer->group.indices[i] * spool->slab_rows;
    if (take_part(transfer, values, spool->slab_count * spool->slab_rows, spool->used, true,
                  error) != 0)
        return -1;
    return transfer->room == NULL ? 0 : clear_behind(transfer, error);
}

static int take_group(struct transfer *transfer, struct error *error)
{
    const struct group *group = &transfer->group;
    const struct column_range *ranges[STATISTICS_GROUP];
    for (int i = 0; i < group->count; i++)
        ranges[i] = &group->columns[i]->range;
    if (column_spreads_start(&transfer->spreads, ranges, group->count, error) != 0 ||
        take_slabs(transfer, error) != 0)
        return -1;
    for (int i = 0; i < group->count; i++) {
        struct column_builder *column = group->columns[i];
        column_spread_finish(&transfer->spreads.each[i], &column->statistics);
        column->missing_count = transfer->table->rows - column->statistics.count;
    }
    return 0;
}

/* Whether the sections have come to lie where they were expected. */
static bool stay(const struct table_builder *table)
{
    for (int64_t i = 0; i < table->column_count; i++)
        if (table->columns[i].keeps_numbers &&
            table->columns[i].values.offset != part_offset(table, 0, i))
            return false;
    return true;
}

/* Sections that must move go down in the file, or stay: one after the other, none is written over
 * before it was read. */
int table_spool_finish(struct table_builder *table, struct error *error)
{
    const struct table_spool *spool = &table->spool;
    struct transfer transfer = {.table = table, .stays = spool->in_place && stay(table)};
    int status = 0, most = STATISTICS_GROUP;
    if (spool->slab == NULL)
        return 0;
    if (spool->in_place && !transfer.stays) {
        most = 1;
        transfer.room = malloc((size_t)spool->slab_rows * sizeof(double));
        if (transfer.room == NULL)
            return error_set(error, ERROR_MEMORY, "out of memory for the numbers of a table");
    }
    add_to_ranges(table);
    for (int64_t at = 0; status == 0 && next_group(table, &at, most, &transfer.group);)
        status = take_group(&transfer, error);
    column_spreads_clear(&transfer.spreads);
    free(transfer.room);
    return status;
}

/* Rows of history_chunks. A leaf is: the steps, the epochs, then the values as doubles, one where
 * all are the same (a learning rate); steps and epochs as a sequence each: its first member and
 * stride where the distance is always the same (it nearly always is), else every member. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/history_chunks.h"
#include "base/bytes.h"
#include "storage/statement.h"

#include <inttypes.h>
#include <string.h>

enum sequence_form { SEQUENCE_EVEN, SEQUENCE_LISTED };

static bool sequence_even(const int64_t *members, size_t count)
{
    for (size_t i = 2; i < count; i++)
        if (members[i] - members[i - 1] != members[1] - members[0])
            return false;
    return true;
}

static void sequence_write(struct bytes *bytes, const int64_t *members, size_t count)
{
    if (sequence_even(members, count)) {
        bytes_append_u8(bytes, SEQUENCE_EVEN);
        bytes_append_u64(bytes, (uint64_t)members[0]);
        bytes_append_u64(bytes, count > 1 ? (uint64_t)(members[1] - members[0]) : 0);
        return;
    }
    bytes_append_u8(bytes, SEQUENCE_LISTED);
    for (size_t i = 0; i < count; i++)
        bytes_append_u64(bytes, (uint64_t)members[i]);
}

static void sequence_read(struct bytes_reader *reader, int64_t *members, size_t count)
{
    if (bytes_read_u8(reader) == SEQUENCE_EVEN) {
        uint64_t first = bytes_read_u64(reader);
        uint64_t stride = bytes_read_u64(reader);
        for (size_t i = 0; i < count; i++)
            members[i] = (int64_t)(first + stride * i);
        return;
    }
    for (size_t i = 0; i < count; i++)
        members[i] = (int64_t)bytes_read_u64(reader);
}

static int chunk_corrupt(int64_t series, int level, int64_t position, struct error *error)
{
    return error_set(error, ERROR_CORRUPT,
                     "history series %" PRId64 " lacks chunk %" PRId64 " of level %d", series,
                     position, level);
}

/* Its row is the data; 1, 0 where there is none, -1. */
static struct statement chunk_select(struct connection *connection, int64_t series, int level,
                                     int64_t position)
{
    struct statement select =
        statement_start(connection, "SELECT data FROM history_chunks "
                                    "WHERE series = ? AND level = ? AND position = ?");
    statement_bind_integer(&select, series);
    statement_bind_integer(&select, level);
    statement_bind_integer(&select, position);
    return select;
}

static int chunk_save(struct connection *connection, int64_t series, int level, int64_t position,
                      int64_t first_step, const struct bytes *data, struct error *error)
{
    if (bytes_check(data, error) != 0)
        return -1;
    AUTO_CLEAR(statement_end)
    struct statement save = statement_start(
        connection, "INSERT INTO history_chunks (series, level, position, first_step, data) "
                    "VALUES (?, ?, ?, ?, ?) "
                    "ON CONFLICT (series, level, position) DO UPDATE SET data = excluded.data");
    statement_bind_integer(&save, series);
    statement_bind_integer(&save, level);
    statement_bind_integer(&save, position);
    statement_bind_integer(&save, first_step);
    statement_bind_blob(&save, data->data, data->size);
    return statement_run(&save, error);
}

static bool leaf_read(struct history_leaf *leaf, const void *data, size_t size)
{
    struct bytes_reader reader = {.data = data, .size = size};
    size_t count = bytes_read_u32(&reader);
    if (count == 0 || count > LEAF_POINTS)
        return false;
    sequence_read(&reader, leaf->steps, count);
    sequence_read(&reader, leaf->epochs, count);
    size_t distance = size - reader.at == sizeof(double) ? 0 : sizeof(double);
    const uint8_t *values = bytes_read(&reader, distance == 0 ? sizeof(double) : count * distance);
    if (!values || reader.failed || reader.at != size)
        return false;
    for (size_t i = 0; i < count; i++)
        leaf->values[i] = history_number_read(values + i * distance);
    leaf->count = count;
    return true;
}

int history_leaf_load(struct connection *connection, int64_t series, int64_t position,
                      struct history_leaf *leaf, struct error *error)
{
    leaf->position = -1;
    leaf->changed = false;
    AUTO_CLEAR(statement_end)
    struct statement select = chunk_select(connection, series, 0, position);
    int row = statement_step(&select, error);
    if (row < 0)
        return -1;
    size_t size = 0;
    const void *data = row == 1 ? statement_borrow_blob(&select, &size) : NULL;
    if (statement_check(&select, error) != 0)
        return -1;
    if (!data || !leaf_read(leaf, data, size))
        return chunk_corrupt(series, 0, position, error);
    leaf->position = position;
    return 0;
}

/* By their bytes, so that a NaN is the same as itself and -0 is not 0. */
static bool values_same(const struct history_leaf *leaf)
{
    for (size_t i = 1; i < leaf->count; i++)
        if (memcmp(&leaf->values[i], &leaf->values[0], sizeof(leaf->values[0])) != 0)
            return false;
    return true;
}

static void leaf_write(const struct history_leaf *leaf, struct bytes *bytes)
{
    bytes_append_u32(bytes, (uint32_t)leaf->count);
    sequence_write(bytes, leaf->steps, leaf->count);
    sequence_write(bytes, leaf->epochs, leaf->count);
    size_t count = values_same(leaf) ? 1 : leaf->count;
    uint8_t *values = bytes_extend(bytes, count * sizeof(double));
    for (size_t i = 0; values && i < count; i++)
        history_number_write(values + i * sizeof(double), leaf->values[i]);
}

int history_leaf_save(struct connection *connection, int64_t series, struct history_leaf *leaf,
                      struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes bytes = {0};
    leaf_write(leaf, &bytes);
    leaf->changed = false;
    return chunk_save(connection, series, 0, leaf->position, leaf->steps[0], &bytes, error);
}

int history_row_load(struct connection *connection, int64_t series, int level, int64_t position,
                     int64_t points, struct history_row *row, struct error *error)
{
    row->position = -1;
    row->changed = false;
    AUTO_CLEAR(statement_end)
    struct statement select = chunk_select(connection, series, level, position);
    int found = statement_step(&select, error);
    if (found < 0)
        return -1;
    size_t size = 0;
    const uint8_t *data = found == 1 ? statement_borrow_blob(&select, &size) : NULL;
    if (statement_check(&select, error) != 0)
        return -1;
    size_t count = size / HISTORY_CELL_SIZE;
    if (!data || size % HISTORY_CELL_SIZE != 0 || count > LEVEL_CELLS)
        return chunk_corrupt(series, level, position, error);
    for (size_t i = 0; i < count; i++)
        row->cells[i] = history_cell_read(data + i * HISTORY_CELL_SIZE, points);
    row->count = count;
    row->position = position;
    return 0;
}

int history_row_save(struct connection *connection, int64_t series, int level,
                     struct history_row *row, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes bytes = {0};
    uint8_t *data = bytes_extend(&bytes, row->count * HISTORY_CELL_SIZE);
    for (size_t i = 0; data && i < row->count; i++)
        history_cell_write(&row->cells[i], data + i * HISTORY_CELL_SIZE);
    row->changed = false;
    return chunk_save(connection, series, level, row->position, row->cells[0].first_step, &bytes,
                      error);
}

int history_chunks_delete(struct connection *connection, int64_t series, int level,
                          int64_t position, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement delete = statement_start(
        connection, "DELETE FROM history_chunks WHERE series = ? AND level = ? AND position >= ?");
    statement_bind_integer(&delete, series);
    statement_bind_integer(&delete, level);
    statement_bind_integer(&delete, position);
    return statement_run(&delete, error);
}

static int position_read(struct statement *select, int64_t *position, struct error *error)
{
    int row = statement_step(select, error);
    if (row < 0)
        return -1;
    *position = row == 1 ? statement_read_integer(select) : -1;
    return 0;
}

int history_leaf_last(struct connection *connection, int64_t series, int64_t *position,
                      struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(
        connection, "SELECT position FROM history_chunks WHERE series = ? AND level = 0 "
                    "ORDER BY position DESC LIMIT 1");
    statement_bind_integer(&select, series);
    return position_read(&select, position, error);
}

int history_leaf_find(struct connection *connection, int64_t series, int64_t step,
                      int64_t *position, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(
        connection, "SELECT position FROM history_chunks WHERE series = ? AND level = 0 "
                    "AND first_step <= ? ORDER BY first_step DESC LIMIT 1");
    statement_bind_integer(&select, series);
    statement_bind_integer(&select, step);
    return position_read(&select, position, error);
}

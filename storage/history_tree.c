/* The tree of summaries over one history series. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/history_tree.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

_Static_assert(LEAF_POINTS % CELL_POINTS == 0, "the points of a cell lie in one leaf");
_Static_assert(LEVEL_CELLS % CELL_CHILDREN == 0, "the children of a cell lie in one row");

int64_t history_level_points(int level)
{
    int64_t points = level > 0 ? CELL_POINTS : 1;
    for (; level > 1; level--)
        points *= CELL_CHILDREN;
    return points;
}

/* Makes the leaf at `position` the one at hand. */
static int leaf_reach(struct history_tree *tree, int64_t position, struct error *error)
{
    struct history_leaf *leaf = &tree->leaf;
    if (leaf->position == position)
        return 0;
    if (leaf->changed && history_leaf_save(tree->connection, tree->series, leaf, error) != 0)
        return -1;
    return history_leaf_load(tree->connection, tree->series, position, leaf, error);
}

static int row_reach(struct history_tree *tree, int level, int64_t position, struct error *error)
{
    struct history_row *row = &tree->rows[level - 1];
    if (row->position == position)
        return 0;
    if (row->changed && history_row_save(tree->connection, tree->series, level, row, error) != 0)
        return -1;
    return history_row_load(tree->connection, tree->series, level, position,
                            history_level_points(level), row, error);
}

struct history_tree *history_tree_open(struct connection *connection, int64_t series,
                                       struct error *error)
{
    struct history_tree *tree = malloc(sizeof(*tree));
    if (!tree) {
        error_set(error, ERROR_MEMORY, "no memory for a history");
        return NULL;
    }
    tree->connection = connection;
    tree->series = series;
    tree->count = 0;
    tree->leaf.position = -1;
    tree->leaf.changed = false;
    for (int i = 0; i < HISTORY_LEVELS; i++) {
        tree->rows[i].position = -1;
        tree->rows[i].changed = false;
    }
    int64_t last;
    if (history_leaf_last(connection, series, &last, error) != 0 ||
        (last >= 0 && leaf_reach(tree, last, error) != 0)) {
        history_tree_free(tree);
        return NULL;
    }
    if (last >= 0)
        tree->count = last * LEAF_POINTS + (int64_t)tree->leaf.count;
    return tree;
}

void history_tree_free(struct history_tree *tree)
{
    free(tree);
}

/* Opens an empty leaf or row behind the last one. */
static int leaf_begin(struct history_tree *tree, int64_t position, struct error *error)
{
    struct history_leaf *leaf = &tree->leaf;
    if (leaf->changed && history_leaf_save(tree->connection, tree->series, leaf, error) != 0)
        return -1;
    leaf->position = position;
    leaf->count = 0;
    return 0;
}

static int row_begin(struct history_tree *tree, int level, int64_t position, struct error *error)
{
    struct history_row *row = &tree->rows[level - 1];
    if (row->changed && history_row_save(tree->connection, tree->series, level, row, error) != 0)
        return -1;
    row->position = position;
    row->count = 0;
    return 0;
}

/* The summary of what the level below got last. */
static struct history_cell cell_make(const struct history_tree *tree, int level)
{
    struct history_cell cell = {0};
    if (level == 1) {
        const struct history_leaf *leaf = &tree->leaf;
        for (size_t i = leaf->count - CELL_POINTS; i < leaf->count; i++)
            history_cell_add(&cell, leaf->steps[i], leaf->epochs[i], leaf->values[i]);
        return cell;
    }
    const struct history_row *row = &tree->rows[level - 2];
    for (size_t i = row->count - CELL_CHILDREN; i < row->count; i++)
        history_cell_merge(&cell, &row->cells[i]);
    return cell;
}

static int cell_append(struct history_tree *tree, int level, const struct history_cell *cell,
                       struct error *error)
{
    int64_t index = tree->count / history_level_points(level) - 1;
    int64_t position = index / LEVEL_CELLS;
    int result = index % LEVEL_CELLS == 0 ? row_begin(tree, level, position, error)
                                          : row_reach(tree, level, position, error);
    if (result != 0)
        return -1;
    struct history_row *row = &tree->rows[level - 1];
    if ((int64_t)row->count != index % LEVEL_CELLS)
        return error_set(error, ERROR_CORRUPT,
                         "history series %" PRId64 " has %zu cells where %" PRId64
                         " must be, at level %d",
                         tree->series, row->count, index % LEVEL_CELLS, level);
    row->cells[row->count++] = *cell;
    row->changed = true;
    return 0;
}

/* Makes the cells that the last point completed. */
static int cells_close(struct history_tree *tree, struct error *error)
{
    for (int level = 1; level <= HISTORY_LEVELS; level++) {
        if (tree->count % history_level_points(level) != 0)
            return 0;
        struct history_cell cell = cell_make(tree, level);
        if (cell_append(tree, level, &cell, error) != 0)
            return -1;
    }
    return 0;
}

static int point_append(struct history_tree *tree, int64_t step, int64_t epoch, double value,
                        struct error *error)
{
    struct history_leaf *leaf = &tree->leaf;
    if (tree->count > 0 && step <= leaf->steps[leaf->count - 1])
        return error_set(error, ERROR_INVALID,
                         "the steps of a history must ascend: %" PRId64 " came after %" PRId64,
                         step, leaf->steps[leaf->count - 1]);
    if (tree->count % LEAF_POINTS == 0 && leaf_begin(tree, tree->count / LEAF_POINTS, error) != 0)
        return -1;
    leaf->steps[leaf->count] = step;
    leaf->epochs[leaf->count] = epoch;
    leaf->values[leaf->count++] = value;
    leaf->changed = true;
    tree->count++;
    return tree->count % CELL_POINTS == 0 ? cells_close(tree, error) : 0;
}

int history_tree_append(struct history_tree *tree, const struct history_points *points,
                        struct error *error)
{
    if (tree->count > 0 && leaf_reach(tree, (tree->count - 1) / LEAF_POINTS, error) != 0)
        return -1;
    for (int64_t i = 0; i < points->count; i++)
        if (point_append(tree, points->steps[i], points->epochs ? points->epochs[i] : 0,
                         points->values[i], error) != 0)
            return -1;
    return 0;
}

int history_tree_flush(struct history_tree *tree, struct error *error)
{
    if (tree->leaf.changed &&
        history_leaf_save(tree->connection, tree->series, &tree->leaf, error) != 0)
        return -1;
    for (int level = 1; level <= HISTORY_LEVELS; level++) {
        struct history_row *row = &tree->rows[level - 1];
        if (row->changed &&
            history_row_save(tree->connection, tree->series, level, row, error) != 0)
            return -1;
    }
    return 0;
}

/* Cuts the last leaf or row so that `count` members of the level stay in all. */
static int level_cut(struct history_tree *tree, int level, int64_t count, struct error *error)
{
    int64_t members = level == 0 ? LEAF_POINTS : LEVEL_CELLS;
    int64_t rest = count % members;
    if (history_chunks_delete(tree->connection, tree->series, level,
                              (count + members - 1) / members, error) != 0)
        return -1;
    if (rest == 0)
        return 0;
    if (level == 0) {
        if (leaf_reach(tree, count / members, error) != 0)
            return -1;
        tree->leaf.count = (size_t)rest;
        return history_leaf_save(tree->connection, tree->series, &tree->leaf, error);
    }
    if (row_reach(tree, level, count / members, error) != 0)
        return -1;
    struct history_row *row = &tree->rows[level - 1];
    row->count = (size_t)rest;
    return history_row_save(tree->connection, tree->series, level, row, error);
}

int history_tree_truncate(struct history_tree *tree, int64_t count, struct error *error)
{
    assert(count >= 0 && count <= tree->count);
    for (int level = 0; level <= HISTORY_LEVELS; level++) {
        int64_t points = history_level_points(level);
        if (points > tree->count)
            break;
        if (level_cut(tree, level, count / points, error) != 0)
            return -1;
    }
    tree->count = count;
    tree->leaf.position = -1;
    for (int i = 0; i < HISTORY_LEVELS; i++)
        tree->rows[i].position = -1;
    return 0;
}

/* The index of the first member that is at least `step`. */
static size_t steps_search(const struct history_leaf *leaf, int64_t step)
{
    size_t low = 0, high = leaf->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (leaf->steps[middle] < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int history_tree_find(struct history_tree *tree, int64_t step, int64_t *ordinal,
                      struct error *error)
{
    int64_t position;
    if (history_leaf_find(tree->connection, tree->series, step, &position, error) != 0)
        return -1;
    if (position < 0) {
        *ordinal = 0;
        return 0;
    }
    if (leaf_reach(tree, position, error) != 0)
        return -1;
    *ordinal = position * LEAF_POINTS + (int64_t)steps_search(&tree->leaf, step);
    return 0;
}

static int points_collect(struct history_tree *tree, int64_t from, int64_t to,
                          struct history_cell *cell, struct error *error)
{
    const struct history_leaf *leaf = &tree->leaf;
    for (int64_t i = from; i < to; i++) {
        if (leaf_reach(tree, i / LEAF_POINTS, error) != 0)
            return -1;
        size_t index = (size_t)(i % LEAF_POINTS);
        if (index >= leaf->count)
            return error_set(error, ERROR_CORRUPT,
                             "history series %" PRId64 " lacks point %" PRId64, tree->series, i);
        history_cell_add(cell, leaf->steps[index], leaf->epochs[index], leaf->values[index]);
    }
    return 0;
}

static int cells_collect(struct history_tree *tree, int level, int64_t from, int64_t to,
                         struct history_cell *cell, struct error *error)
{
    const struct history_row *row = &tree->rows[level - 1];
    for (int64_t i = from; i < to; i++) {
        if (row_reach(tree, level, i / LEVEL_CELLS, error) != 0)
            return -1;
        size_t index = (size_t)(i % LEVEL_CELLS);
        if (index >= row->count)
            return error_set(error, ERROR_CORRUPT,
                             "history series %" PRId64 " lacks cell %" PRId64 " of level %d",
                             tree->series, i, level);
        history_cell_merge(cell, &row->cells[index]);
    }
    return 0;
}

/* Whole cells in the middle; what is left at both ends out of the levels below. */
int history_tree_collect(struct history_tree *tree, int level, int64_t from, int64_t to,
                         struct history_cell *cell, struct error *error)
{
    assert(from >= 0 && from <= to && to <= tree->count);
    if (level == 0)
        return points_collect(tree, from, to, cell, error);
    int64_t points = history_level_points(level);
    int64_t first = (from + points - 1) / points, last = to / points;
    if (first >= last)
        return history_tree_collect(tree, level - 1, from, to, cell, error);
    if (history_tree_collect(tree, level - 1, from, first * points, cell, error) != 0 ||
        cells_collect(tree, level, first, last, cell, error) != 0)
        return -1;
    return history_tree_collect(tree, level - 1, last * points, to, cell, error);
}

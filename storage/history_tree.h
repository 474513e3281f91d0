/* One series of a history as a tree over its points' ordinals 0 … count-1: leaves with the points,
 * above them summaries ("cells") of 64 points, of 256, of 1,024 and so on by 4. Only complete cells
 * are stored; what is over at the end is read from the levels below. So appending rewrites at most
 * one row a level that got a new cell (one point in 64 reaches level 1, one in 256 level 2), and
 * beside the cells of its own level a range takes at most 6 of each level below and 126 points.
 *
 * A tree is used within one transaction. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_HISTORY_TREE_H
#define PROPD_STORAGE_HISTORY_TREE_H

#include "storage/history_chunks.h"

enum { HISTORY_LEVELS = 16, CELL_POINTS = 64, CELL_CHILDREN = 4 };

struct history_tree {
    struct connection *connection;
    int64_t series;                          /* number of its row */
    int64_t count;                           /* points */
    struct history_leaf leaf;                /* the last one looked at */
    struct history_row rows[HISTORY_LEVELS]; /* of level i + 1, likewise */
};

/* Reads the tail of the series. NULL on errors. */
struct history_tree *history_tree_open(struct connection *connection, int64_t series,
                                       struct error *error);
void history_tree_free(struct history_tree *tree);

/* Points that a cell of the level stands for; 1 at level 0. */
int64_t history_level_points(int level);

/* ERROR_INVALID unless the steps ascend from the series' last. Written by history_tree_flush(). */
int history_tree_append(struct history_tree *tree, const struct history_points *points,
                        struct error *error);
int history_tree_flush(struct history_tree *tree, struct error *error);
/* Forgets all but the first `count` points. */
int history_tree_truncate(struct history_tree *tree, int64_t count, struct error *error);

/* The ordinal of the first point with a step of at least `step`; count where there is none. */
int history_tree_find(struct history_tree *tree, int64_t step, int64_t *ordinal,
                      struct error *error);
/* Merges the points [from, to) into `cell`, out of cells of at most `level`. */
int history_tree_collect(struct history_tree *tree, int level, int64_t from, int64_t to,
                         struct history_cell *cell, struct error *error);

#endif

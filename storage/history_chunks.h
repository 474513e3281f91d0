/* How the points and summaries of a history lie in rows: leaves of up to 512 points, and for each
 * level above rows of up to 64 summaries. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_HISTORY_CHUNKS_H
#define PROPD_STORAGE_HISTORY_CHUNKS_H

#include "storage/connection.h"
#include "storage/history_cells.h"

enum { LEAF_POINTS = 512, LEVEL_CELLS = 64 };

/* One row of points, taken apart. position -1: none. */
struct history_leaf {
    int64_t position;
    size_t count;
    bool changed; /* differs from its row */
    int64_t steps[LEAF_POINTS], epochs[LEAF_POINTS];
    double values[LEAF_POINTS];
};

/* One row of summaries of a level. */
struct history_row {
    int64_t position;
    size_t count;
    bool changed;
    struct history_cell cells[LEVEL_CELLS];
};

/* ERROR_CORRUPT where the row is missing or not what was written. */
int history_leaf_load(struct connection *connection, int64_t series, int64_t position,
                      struct history_leaf *leaf, struct error *error);
int history_leaf_save(struct connection *connection, int64_t series, struct history_leaf *leaf,
                      struct error *error);
/* `points`: how many each cell of the level stands for. */
int history_row_load(struct connection *connection, int64_t series, int level, int64_t position,
                     int64_t points, struct history_row *row, struct error *error);
int history_row_save(struct connection *connection, int64_t series, int level,
                     struct history_row *row, struct error *error);

/* Removes the rows of a level from `position` on. */
int history_chunks_delete(struct connection *connection, int64_t series, int level,
                          int64_t position, struct error *error);
/* The last leaf's position, -1 where there is none. */
int history_leaf_last(struct connection *connection, int64_t series, int64_t *position,
                      struct error *error);
/* The position of the last leaf that begins at or before `step`, -1 where there is none. */
int history_leaf_find(struct connection *connection, int64_t series, int64_t step,
                      int64_t *position, struct error *error);

#endif

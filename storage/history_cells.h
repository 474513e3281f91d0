/* Summaries of runs of history points: made point by point, merged, written in 64 bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_HISTORY_CELLS_H
#define PROPD_STORAGE_HISTORY_CELLS_H

#include <stdint.h>

#include "storage/store.h"

enum { HISTORY_CELL_SIZE = 64 };

/* What a run holds that is not finite; the greater one hides the lesser. */
enum history_worst { WORST_FINITE, WORST_BELOW, WORST_ABOVE, WORST_NAN };

/* All zero is an empty one. The values are over the finite points. */
struct history_cell {
    int64_t first_step, epoch; /* of the first point */
    int64_t count, finite_count;
    double min, max, first, last, sum;
    enum history_worst worst;
};

void history_cell_add(struct history_cell *cell, int64_t step, int64_t epoch, double value);
/* `next` holds the points that come after those of `cell`. */
void history_cell_merge(struct history_cell *cell, const struct history_cell *next);

void history_cell_write(const struct history_cell *cell, uint8_t data[HISTORY_CELL_SIZE]);
/* `count` is not written: it is that of the cell's level. */
struct history_cell history_cell_read(const uint8_t data[HISTORY_CELL_SIZE], int64_t count);

/* As callers see it. The mean is the sum in double precision, pairs of runs first, over the count;
 * it lies within [min, max] also where the sum overflows. */
struct history_bucket history_cell_bucket(const struct history_cell *cell);

/* Little-endian numbers in memory of any alignment; compiled to plain moves. */
void history_number_write(uint8_t *data, double value);
double history_number_read(const uint8_t *data);

#endif

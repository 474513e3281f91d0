/* Summaries of runs of history points. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/history_cells.h"

#include <assert.h>
#include <endian.h>
#include <math.h>
#include <string.h>

static enum history_worst value_worst(double value)
{
    if (isnan(value))
        return WORST_NAN;
    return isfinite(value) ? WORST_FINITE : value > 0 ? WORST_ABOVE : WORST_BELOW;
}

static double worst_value(enum history_worst worst)
{
    switch (worst) {
    case WORST_BELOW:
        return -(double)INFINITY;
    case WORST_ABOVE:
        return (double)INFINITY;
    case WORST_NAN:
        return (double)NAN;
    case WORST_FINITE:
        break;
    }
    return 0;
}

void history_cell_merge(struct history_cell *cell, const struct history_cell *next)
{
    if (cell->count == 0) {
        *cell = *next;
        return;
    }
    cell->count += next->count;
    if (next->worst > cell->worst)
        cell->worst = next->worst;
    if (next->finite_count == 0)
        return;
    bool none = cell->finite_count == 0;
    cell->min = none || next->min < cell->min ? next->min : cell->min;
    cell->max = none || next->max > cell->max ? next->max : cell->max;
    cell->first = none ? next->first : cell->first;
    cell->last = next->last;
    cell->sum += next->sum;
    cell->finite_count += next->finite_count;
}

void history_cell_add(struct history_cell *cell, int64_t step, int64_t epoch, double value)
{
    struct history_cell point = {.first_step = step, .epoch = epoch, .count = 1};
    point.worst = value_worst(value);
    if (point.worst == WORST_FINITE) {
        point.finite_count = 1;
        point.min = point.max = point.first = point.last = point.sum = value;
    }
    history_cell_merge(cell, &point);
}

static void integer_write(uint8_t *data, int64_t value)
{
    uint64_t bits = htole64((uint64_t)value);
    memcpy(data, &bits, sizeof(bits));
}

static int64_t integer_read(const uint8_t *data)
{
    uint64_t bits;
    memcpy(&bits, data, sizeof(bits));
    return (int64_t)le64toh(bits);
}

void history_number_write(uint8_t *data, double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    integer_write(data, bits);
}

double history_number_read(const uint8_t *data)
{
    int64_t bits = integer_read(data);
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

void history_cell_write(const struct history_cell *cell, uint8_t data[HISTORY_CELL_SIZE])
{
    assert(cell->finite_count >= 0 && cell->finite_count <= cell->count);
    integer_write(data, cell->first_step);
    integer_write(data + 8, cell->epoch);
    history_number_write(data + 16, cell->min);
    history_number_write(data + 24, cell->max);
    history_number_write(data + 32, cell->first);
    history_number_write(data + 40, cell->last);
    history_number_write(data + 48, cell->sum);
    integer_write(data + 56, cell->finite_count << 2 | (int64_t)cell->worst);
}

struct history_cell history_cell_read(const uint8_t data[HISTORY_CELL_SIZE], int64_t count)
{
    int64_t packed = integer_read(data + 56);
    return (struct history_cell){
        .first_step = integer_read(data),
        .epoch = integer_read(data + 8),
        .count = count,
        .finite_count = packed >> 2,
        .min = history_number_read(data + 16),
        .max = history_number_read(data + 24),
        .first = history_number_read(data + 32),
        .last = history_number_read(data + 40),
        .sum = history_number_read(data + 48),
        .worst = (enum history_worst)(packed & 3),
    };
}

static double cell_mean(const struct history_cell *cell)
{
    double mean = cell->sum / (double)cell->finite_count;
    if (isnan(mean)) /* partial sums overflowed both ways */
        return cell->min / 2 + cell->max / 2;
    return fmin(fmax(mean, cell->min), cell->max);
}

struct history_bucket history_cell_bucket(const struct history_cell *cell)
{
    const double none = (double)NAN;
    bool any = cell->finite_count > 0;
    return (struct history_bucket){
        .first_step = cell->first_step,
        .epoch = cell->epoch,
        .count = cell->count,
        .min = any ? cell->min : none,
        .max = any ? cell->max : none,
        .first = any ? cell->first : none,
        .last = any ? cell->last : none,
        .mean = any ? cell_mean(cell) : none,
        .nonfinite = cell->worst != WORST_FINITE,
        .worst = worst_value(cell->worst),
    };
}

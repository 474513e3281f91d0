/* An axis of a plot: where a value lies on it, and which round values stand beside it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_AXIS_H
#define PROPCTL_AXIS_H

#include "clients/propctl/series.h"

struct axis {
    double least, most; /* their logarithms to the base of 10 where is_log */
    bool is_log;
};

/* Axes over all that the series hold; false where there is nothing finite (with a log axis:
 * nothing above 0). */
bool axis_of_values(struct axis *axis, const struct series_list *list, bool is_log);
bool axis_of_steps(struct axis *axis, const struct series_list *list);

/* 0 at the least value, 1 at the most; NaN for what cannot be on it. */
double axis_place(const struct axis *axis, double value);

/* The value at a place. */
double axis_value(const struct axis *axis, double place);

/* Round values (1, 2 or 5 times a power of ten) from least to most, at most `room`. */
size_t axis_ticks(const struct axis *axis, double *ticks, size_t room);

#endif

/* Curves in the terminal: braille dots, or ASCII where the locale has no UTF-8. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_CHART_H
#define PROPCTL_CHART_H

#include "clients/propctl/series.h"

/* Appends a legend and `rows` lines of curves with a line of steps below, at most terminal->width
 * wide. Every bucket's least and most value are drawn, so that no spike is lost. false: nothing
 * is finite (or above 0, where the axis is logarithmic). */
bool chart_draw(const struct series_list *list, const struct terminal *terminal, int rows,
                bool is_log, struct text *out);

/* Appends `columns` characters: the means of a series, from its least to its most. */
void chart_sparkline(const struct series *series, const struct terminal *terminal, int columns,
                     struct text *out);

/* Appends a bar that is full by `share` from 0 to 1. */
void chart_bar(double share, const struct terminal *terminal, int columns, struct text *out);

#endif

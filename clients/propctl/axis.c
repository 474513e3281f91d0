/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/axis.h"

#include <math.h>

static double scaled(const struct axis *axis, double value)
{
    if (!axis->is_log)
        return value;
    return value > 0 ? log10(value) : (double)NAN;
}

static void include(struct axis *axis, double value)
{
    double at = scaled(axis, value);
    if (!isfinite(at))
        return;
    axis->least = fmin(axis->least, at);
    axis->most = fmax(axis->most, at);
}

/* One value alone lies in the middle. */
static bool settle(struct axis *axis)
{
    if (axis->least > axis->most)
        return false;
    if (axis->least == axis->most) {
        double half = axis->least == 0 ? 1 : fabs(axis->least) / 2;
        axis->least -= half;
        axis->most += half;
    }
    return true;
}

bool axis_of_values(struct axis *axis, const struct series_list *list, bool is_log)
{
    *axis = (struct axis){(double)INFINITY, -(double)INFINITY, is_log};
    for (size_t i = 0; i < list->count; i++)
        for (size_t j = 0; j < list->items[i].count; j++) {
            include(axis, list->items[i].least[j]);
            include(axis, list->items[i].most[j]);
        }
    return settle(axis);
}

bool axis_of_steps(struct axis *axis, const struct series_list *list)
{
    *axis = (struct axis){(double)INFINITY, -(double)INFINITY, false};
    for (size_t i = 0; i < list->count; i++)
        for (size_t j = 0; j < list->items[i].count; j++)
            include(axis, list->items[i].step[j]);
    return settle(axis);
}

double axis_place(const struct axis *axis, double value)
{
    return (scaled(axis, value) - axis->least) / (axis->most - axis->least);
}

double axis_value(const struct axis *axis, double place)
{
    double at = axis->least + place * (axis->most - axis->least);
    return axis->is_log ? pow(10, at) : at;
}

/* The least of 1, 2, 5, 10 … times a power of ten that is no less. */
static double round_up(double width)
{
    double power = pow(10, floor(log10(width)));
    double part = width / power;
    return (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * power;
}

static size_t linear_ticks(double least, double most, double *ticks, size_t room)
{
    double width = round_up((most - least) / (double)(room - 1));
    double first = ceil(least / width);
    size_t count = 0;
    for (; count < room && (first + (double)count) * width <= most; count++)
        ticks[count] = (first + (double)count) * width;
    return count;
}

/* Powers of ten; where there are fewer than two, what is round on the way. */
size_t axis_ticks(const struct axis *axis, double *ticks, size_t room)
{
    if (!axis->is_log)
        return linear_ticks(axis->least, axis->most, ticks, room);
    double first = ceil(axis->least), last = floor(axis->most);
    if (last - first < 1)
        return linear_ticks(pow(10, axis->least), pow(10, axis->most), ticks, room);
    double width = ceil((last - first + 1) / (double)room);
    size_t count = 0;
    for (; count < room && first + (double)count * width <= last; count++)
        ticks[count] = pow(10, first + (double)count * width);
    return count;
}

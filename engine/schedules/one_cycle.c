/* Up to `max` and down to nearly nothing, each along half a cosine, over the whole run (Smith and
 * Topin, 2018, in the two phases of torch.optim.lr_scheduler.OneCycleLR); the momentum stays. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schedules/schedules.h"

#include <math.h>

struct one_cycle_options {
    struct schedule_options common;
    double max;
    double pct_start, div_factor, final_div_factor;
};

static const struct field one_cycle_fields[] = {
    FIELD_NUMBER(struct one_cycle_options, max, .min = 0, .max = 1e6, .number = (double)NAN,
                 .flags = FIELD_NULLABLE | FIELD_ABOVE_MIN,
                 .help = "the highest rate, in place of learning_rate; null: learning_rate"),
    FIELD_NUMBER(struct one_cycle_options, pct_start, .min = 0, .max = 1, .number = 0.3,
                 .help = "share of the run in which the rate rises"),
    FIELD_NUMBER(struct one_cycle_options, div_factor, .min = 1, .max = 1e12, .number = 25,
                 .help = "the first rate is max divided by it"),
    FIELD_NUMBER(struct one_cycle_options, final_div_factor, .min = 1, .max = 1e12, .number = 1e4,
                 .help = "the last rate is the first divided by it"),
    FIELD_END};

/* A phase without a length is at its end. */
static double anneal(double from, double to, double done, double length)
{
    double share = length > 0 ? done / length : 1;
    return to + (from - to) / 2 * (1 + cos(M_PI * share));
}

static double one_cycle_rate(const void *options, const struct schedule_moment *moment)
{
    const struct one_cycle_options *cycle = options;
    double max = isnan(cycle->max) ? moment->base : cycle->max;
    double first = max / cycle->div_factor, last = first / cycle->final_div_factor;
    double unit = (double)moment->unit, end = (double)(moment->units - 1);
    double peak = cycle->pct_start * (double)moment->units - 1;
    if (unit <= peak)
        return anneal(first, max, unit, peak);
    return anneal(max, last, unit - peak, end - peak);
}

const struct schedule_type schedule_one_cycle = {
    .kind = {.name = "one_cycle",
             .help = "up to max, then down to nearly nothing; best with per step",
             .size = sizeof(struct one_cycle_options),
             .fields = one_cycle_fields,
             .base = &schedule_options_kind},
    .rate = one_cycle_rate};

/* time_shift: moves a series by whole steps, earlier or later. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"
#include "engine/augments/geometry.h"

#include <math.h>

struct time_shift {
    struct geometry_options common;
    double range;
};

static const struct field shift_fields[] = {
    FIELD_NUMBER(struct time_shift, range, .min = 0, .max = 1, .number = 0.1,
                 .help = "largest way earlier or later, as a share of the steps"),
    FIELD_END};

static void shift_run(const void *options, const struct augment_row *row)
{
    const struct time_shift *shift = options;
    int64_t steps = augment_steps(row->input);
    struct augment_image image = {steps, 1, row->input->elements / steps};
    double most = shift->range * (double)steps;
    int64_t later = (int64_t)round(augment_uniform(row, 1, -most, most));
    geometry_shift(row, image, later, 0, shift->common.fill);
}

const struct augment_type augment_time_shift = {
    .kind = {.name = "time_shift",
             .help = "moves a series earlier or later",
             .size = sizeof(struct time_shift),
             .fields = shift_fields,
             .base = &geometry_options_kind},
    .fits = AUGMENT_SERIES,
    .example = "[{\"type\": \"time_shift\", \"range\": 0.1, \"fill\": \"zero\"}]",
    .run = shift_run};

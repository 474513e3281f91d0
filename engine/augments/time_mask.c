/* time_mask: sets a run of steps of a series to 0, its length uniform up to a share of all (the
 * time mask of Park et al.: "SpecAugment", Interspeech 2019). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"

#include <math.h>
#include <string.h>

struct time_mask {
    struct augment_options common;
    double range;
};

static const struct field mask_fields[] = {
    FIELD_NUMBER(struct time_mask, range, .min = 0, .max = 1, .number = 0.2,
                 .help = "longest run that is set to 0, as a share of the steps"),
    FIELD_END};

static void mask_run(const void *options, const struct augment_row *row)
{
    const struct time_mask *mask = options;
    int64_t steps = augment_steps(row->input), channels = row->input->elements / steps;
    int64_t length = augment_whole(row, 1, 0, (int64_t)floor(mask->range * (double)steps));
    int64_t begin = augment_whole(row, 2, 0, steps - length);
    memset(row->x + begin * channels, 0, (size_t)(length * channels) * sizeof(float));
}

const struct augment_type augment_time_mask = {
    .kind = {.name = "time_mask",
             .help = "sets a run of steps of a series to 0",
             .size = sizeof(struct time_mask),
             .fields = mask_fields,
             .base = &augment_options_kind},
    .fits = AUGMENT_SERIES,
    .example = "[{\"type\": \"time_mask\", \"range\": 0.2}]",
    .run = mask_run};

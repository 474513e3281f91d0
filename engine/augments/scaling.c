/* scaling: multiplies each channel of a series by a normal factor around 1 (Um et al., as jitter).
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"

struct scaling {
    struct augment_options common;
    double stddev;
};

static const struct field scaling_fields[] = {
    FIELD_NUMBER(struct scaling, stddev, .min = 0, .max = 1e6, .number = 0.1,
                 .help = "of the factor around 1, drawn for each channel"),
    FIELD_END};

static void scaling_run(const void *options, const struct augment_row *row)
{
    const struct scaling *scaling = options;
    int64_t channels = row->input->elements / augment_steps(row->input);
    for (int64_t channel = 0; channel < channels; channel++)
        row->scratch[channel] = 1;
    augment_add_noise(row, 0, scaling->stddev, channels, row->scratch);
    for (int64_t i = 0; i < row->input->elements; i++)
        row->x[i] *= row->scratch[i % channels];
    augment_clamp(row);
}

const struct augment_type augment_scaling = {
    .kind = {.name = "scaling",
             .help = "multiplies each channel of a series by a factor around 1",
             .size = sizeof(struct scaling),
             .fields = scaling_fields,
             .base = &augment_options_kind},
    .fits = AUGMENT_SERIES,
    .computes = true,
    .example = "[{\"type\": \"scaling\", \"stddev\": 0.1}]",
    .run = scaling_run};

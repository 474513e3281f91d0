/* jitter: adds normal noise to every value of a series (Um et al.: "Data augmentation of wearable
 * sensor data for Parkinson's disease monitoring using convolutional neural networks", ICMI 2017).
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"

struct jitter {
    struct augment_options common;
    double stddev;
};

static const struct field jitter_fields[] = {
    FIELD_NUMBER(struct jitter, stddev, .min = 0, .max = 1e6, .number = 0.03,
                 .help = "of the noise, in the units of the series"),
    FIELD_END};

static void jitter_run(const void *options, const struct augment_row *row)
{
    const struct jitter *jitter = options;
    augment_add_noise(row, 0, jitter->stddev, row->input->elements, row->x);
    augment_clamp(row);
}

const struct augment_type augment_jitter = {.kind = {.name = "jitter",
                                                     .help = "adds normal noise to a series",
                                                     .size = sizeof(struct jitter),
                                                     .fields = jitter_fields,
                                                     .base = &augment_options_kind},
                                            .fits = AUGMENT_SERIES,
                                            .computes = true,
                                            .example = "[{\"type\": \"jitter\", \"stddev\": 0.03}]",
                                            .run = jitter_run};

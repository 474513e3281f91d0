/* gaussian_noise: adds normal noise to every value; in tables to the scaled numbers alone, not to
 * categories, booleans and indicators. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"
#include "engine/encoder.h"

struct gaussian_noise {
    struct augment_options common;
    double stddev;
};

static const struct field noise_fields[] = {
    FIELD_NUMBER(struct gaussian_noise, stddev, .min = 0, .max = 1e6, .number = 0.1,
                 .help = "of the noise: bytes are in [0, 1], numbers standardized"),
    FIELD_END};

/* So many draws are kept apart for each column. */
enum { DRAWS_PER_COLUMN = 8 };

static void noise_run(const void *options, const struct augment_row *row)
{
    const struct gaussian_noise *noise = options;
    const struct augment_input *input = row->input;
    if (input->column_count == 0)
        augment_add_noise(row, 0, noise->stddev, input->elements, row->x);
    for (int64_t i = 0; i < input->column_count; i++)
        augment_add_noise(row, i * DRAWS_PER_COLUMN, noise->stddev, input->columns[i].numbers,
                          row->x + input->columns[i].offset);
    augment_clamp(row);
}

/* Whether there is anything to add to. */
static int noise_check(const void *options UNUSED, const struct augment_input *input,
                       const char *path, struct error *error)
{
    for (int64_t i = 0; i < input->column_count; i++)
        if (input->columns[i].numbers > 0)
            return 0;
    if (input->column_count == 0)
        return 0;
    return error_set_at(error, ERROR_INVALID, path,
                        "finds no column of numbers or dates to add noise to");
}

_Static_assert((int)DRAWS_PER_COLUMN >= (int)ENCODER_PARTS_MAX,
               "a column has no more numbers than draws");

const struct augment_type augment_gaussian_noise = {
    .kind = {.name = "gaussian_noise",
             .help = "adds normal noise to every number",
             .size = sizeof(struct gaussian_noise),
             .fields = noise_fields,
             .base = &augment_options_kind},
    .fits = AUGMENT_ANYTHING,
    .computes = true,
    .example = "[{\"type\": \"gaussian_noise\", \"stddev\": 0.1}]",
    .check = noise_check,
    .run = noise_run};

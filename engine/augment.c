/* What the types of augmentation share: their draws and the shapes that they take. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augment.h"

#include <assert.h>

static const struct field augment_fields[] = {
    FIELD_NUMBER(struct augment_options, probability, .min = 0, .max = 1, .number = 1,
                 .help = "share of the rows that are changed, in each epoch others"),
    FIELD_END};

const struct kind augment_options_kind = {.name = "augmentation",
                                          .help = "what every augmentation has",
                                          .size = sizeof(struct augment_options),
                                          .fields = augment_fields};

unsigned augment_fits(const struct shape *shape)
{
    if (shape->rank == 1)
        return AUGMENT_TABLES;
    if (shape->rank == 2)
        return AUGMENT_SERIES;
    if (shape->rank != 3)
        return 0;
    return AUGMENT_IMAGES | (shape_last(shape) == 1 ? (unsigned)AUGMENT_SERIES : 0);
}

static uint64_t counter_of(const struct augment_row *row, uint64_t index)
{
    return (uint64_t)row->row << 32 | index;
}

double augment_uniform(const struct augment_row *row, uint32_t index, double low, double high)
{
    return low + (high - low) * rng_double(&row->streams->uniform, counter_of(row, index));
}

int64_t augment_whole(const struct augment_row *row, uint8_t index, int64_t low, int64_t high)
{
    assert(low <= high);
    uint64_t bound = (uint64_t)(high - low) + 1;
    return low + (int64_t)rng_below(&row->streams->whole, (uint64_t)row->row << 8 | index, bound);
}

void augment_add_noise(const struct augment_row *row, int64_t index, double stddev, int64_t count,
                       float *values)
{
    assert(index % 4 == 0);
    for (int64_t at = 0; at < count; at += 4) {
        float draws[4];
        int64_t lanes = count - at < 4 ? count - at : 4;
        rng_normals(&row->streams->normal, counter_of(row, (uint64_t)(index + at) / 4), draws);
        for (int64_t lane = 0; lane < lanes; lane++)
            values[at + lane] += (float)stddev * draws[lane];
    }
}

double augment_beta(const struct augment_row *row, double shape)
{
    return rng_beta(&row->streams->beta, row->row, shape);
}

void augment_clamp(const struct augment_row *row)
{
    if (!row->input->is_bytes)
        return;
    for (int64_t i = 0; i < row->input->elements; i++) {
        float value = row->x[i];
        row->x[i] = value < 0 ? 0 : value > 1 ? 1 : value;
    }
}

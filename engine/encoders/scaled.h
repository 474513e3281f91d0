/* What the kinds that give scaled numbers share (number, boolean, ordinal, date): learning,
 * encoding and the JSON form of `parts` numbers a value and an indicator of missing ones behind
 * them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_ENCODERS_SCALED_H
#define PROPD_ENGINE_ENCODERS_SCALED_H

#include "engine/encoder.h"

/* The parts of a row's value, all NaN where it is missing. */
typedef void (*scaled_parts_fn)(const struct encoder_source *source, uint32_t row, double *parts);

/* Learns a scale for each part from the rows of `source`. */
int scaled_learn(struct encoder *encoder, const struct encoder_lesson *lesson,
                 const struct encoder_source *source, int part_count, scaled_parts_fn parts,
                 enum scale_method method, struct error *error);
int scaled_write(const struct encoder *encoder, json_t *object, int part_count);
int scaled_read(struct encoder *encoder, const json_t *object, int part_count, const char *path,
                struct error *error);

/* Always inlined, so that `parts` and `part_count` are constants in every kind's loop. */
static inline __attribute__((always_inline)) void
scaled_encode(const struct encoder *encoder, const struct encoder_source *source,
              const uint32_t *rows, int64_t row_count, float *x, int64_t stride, int part_count,
              scaled_parts_fn parts)
{
    double shifts[ENCODER_PARTS_MAX];
    double factors[ENCODER_PARTS_MAX];
    float fills[ENCODER_PARTS_MAX];
    bool has_indicator = encoder->has_indicator;
    for (int part = 0; part < part_count; part++) {
        const struct scale *scale = &encoder->scales[part];
        shifts[part] = scale->shift;
        factors[part] = scale_factor(scale);
        fills[part] = scale_narrow((scale->fill - shifts[part]) * factors[part]);
    }
    for (int64_t i = 0; i < row_count; i++, x += stride) {
        double values[ENCODER_PARTS_MAX];
        parts(source, rows[i], values);
        bool missing = isnan(values[0]);
        for (int part = 0; part < part_count; part++) {
            float encoded = scale_narrow((values[part] - shifts[part]) * factors[part]);
            x[part] = missing ? fills[part] : encoded;
        }
        if (has_indicator)
            x[part_count] = missing ? 1.0F : 0.0F;
    }
}

#endif

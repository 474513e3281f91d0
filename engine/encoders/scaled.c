/* Learning and JSON of scaled numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/encoders/scaled.h"

#include <assert.h>

static void scaled_gather(const struct encoder_lesson *lesson, const struct encoder_source *source,
                          int part_count, scaled_parts_fn parts,
                          struct scale_statistics *statistics)
{
    double values[ENCODER_PARTS_MAX];
    double means[ENCODER_PARTS_MAX];
    for (int64_t i = 0; i < lesson->row_count; i++) {
        parts(source, lesson->rows[i], values);
        for (int part = 0; part < part_count; part++)
            scale_gather(&statistics[part], values[part]);
    }
    for (int part = 0; part < part_count; part++)
        means[part] = scale_relative_mean(&statistics[part]);
    for (int64_t i = 0; i < lesson->row_count; i++) {
        parts(source, lesson->rows[i], values);
        for (int part = 0; part < part_count; part++)
            scale_gather_square(&statistics[part], means[part], values[part]);
    }
}

int scaled_learn(struct encoder *encoder, const struct encoder_lesson *lesson,
                 const struct encoder_source *source, int part_count, scaled_parts_fn parts,
                 enum scale_method method, struct error *error)
{
    assert(part_count <= ENCODER_PARTS_MAX);
    struct scale_statistics statistics[ENCODER_PARTS_MAX] = {{0}};
    scaled_gather(lesson, source, part_count, parts, statistics);
    for (int part = 0; part < part_count; part++)
        if (scale_learn(&statistics[part], method, lesson->options.missing == MISSING_ZERO,
                        lesson->column->name, &encoder->scales[part], error))
            return -1;
    encoder->has_indicator = statistics[0].missing > 0;
    return 0;
}

int scaled_write(const struct encoder *encoder, json_t *object, int part_count)
{
    json_t *scales = json_array();
    for (int part = 0; part < part_count; part++)
        if (json_array_append_new(scales, scale_write(&encoder->scales[part]))) {
            json_decref(scales);
            return -1;
        }
    if (json_object_set_new(object, "scales", scales))
        return -1;
    return json_object_set_new(object, "indicator", json_boolean(encoder->has_indicator));
}

int scaled_read(struct encoder *encoder, const json_t *object, int part_count, const char *path,
                struct error *error)
{
    const json_t *scales = json_object_get(object, "scales");
    const json_t *indicator = json_object_get(object, "indicator");
    if (!json_is_array(scales) || json_array_size(scales) != (size_t)part_count)
        return error_set_at(error, ERROR_INVALID, path, "must hold an array \"scales\" of %d",
                            part_count);
    if (!json_is_boolean(indicator))
        return error_set_at(error, ERROR_INVALID, path, "must hold true or false as \"indicator\"");
    for (int part = 0; part < part_count; part++)
        if (scale_read(&encoder->scales[part], json_array_get(scales, (size_t)part), path, error))
            return -1;
    encoder->has_indicator = json_is_true(indicator);
    return 0;
}

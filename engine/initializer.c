/* The table of initializers and their draws. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/initializer.h"

#include <assert.h>
#include <math.h>

enum { ORTHOGONAL_SIDE_MAX = 4096, COLUMN_BLOCK = 32 };

struct uniform_options {
    double min, max;
};

struct normal_options {
    double mean, stddev;
};

struct orthogonal_options {
    double gain;
};

static int uniform_check(const void *options, const char *path, struct error *error)
{
    const struct uniform_options *uniform = options;

    if (uniform->min <= uniform->max)
        return 0;
    return error_set_at(error, ERROR_INVALID, path, "needs a min of at most its max (%g), not %g",
                        uniform->max, uniform->min);
}

static const struct field uniform_fields[] = {
    FIELD_NUMBER(struct uniform_options, min, .min = -1e6, .max = 1e6, .number = -0.05,
                 .help = "least value"),
    FIELD_NUMBER(struct uniform_options, max, .min = -1e6, .max = 1e6, .number = 0.05,
                 .help = "greatest value"),
    FIELD_END};

static const struct field normal_fields[] = {
    FIELD_NUMBER(struct normal_options, mean, .min = -1e6, .max = 1e6, .help = "mean"),
    FIELD_NUMBER(struct normal_options, stddev, .min = 0, .max = 1e6, .number = 0.05,
                 .help = "standard deviation"),
    FIELD_END};

static const struct field orthogonal_fields[] = {
    FIELD_NUMBER(struct orthogonal_options, gain, .min = 0, .max = 1e6, .number = 1,
                 .help = "factor of the orthonormal matrix"),
    FIELD_END};

static const struct kind glorot_uniform = {.name = "glorot_uniform",
                                           .help = "uniform within ±sqrt(6 / (inputs + outputs))"};
static const struct kind glorot_normal = {.name = "glorot_normal",
                                          .help = "normal, variance 2 / (inputs + outputs)"};
static const struct kind he_uniform = {.name = "he_uniform",
                                       .help = "uniform within ±sqrt(6 / inputs)"};
static const struct kind he_normal = {.name = "he_normal", .help = "normal, variance 2 / inputs"};
static const struct kind lecun_uniform = {.name = "lecun_uniform",
                                          .help = "uniform within ±sqrt(3 / inputs)"};
static const struct kind lecun_normal = {.name = "lecun_normal",
                                         .help = "normal, variance 1 / inputs"};
static const struct kind orthogonal = {.name = "orthogonal",
                                       .help = "a random orthonormal matrix",
                                       .size = sizeof(struct orthogonal_options),
                                       .fields = orthogonal_fields};
static const struct kind uniform = {.name = "uniform",
                                    .help = "uniform between min and max",
                                    .size = sizeof(struct uniform_options),
                                    .fields = uniform_fields,
                                    .check = uniform_check};
static const struct kind normal = {.name = "normal",
                                   .help = "normal of a mean and a standard deviation",
                                   .size = sizeof(struct normal_options),
                                   .fields = normal_fields};
static const struct kind zeros = {.name = "zeros", .help = "all 0"};
static const struct kind ones = {.name = "ones", .help = "all 1"};

const struct kind *const initializer_kinds[] = {
    &glorot_uniform, &glorot_normal, &he_uniform, &he_normal, &lecun_uniform, &lecun_normal,
    &orthogonal,     &uniform,       &normal,     &zeros,     &ones,          NULL};

static void fill_constant(float value, int64_t count, float *values)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = value;
}

static void fill_uniform(double min, double max, int64_t count, const struct rng *rng,
                         float *values)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = (float)(min + (max - min) * rng_double(rng, (uint64_t)i));
}

static void fill_normal(double mean, double stddev, int64_t count, const struct rng *rng,
                        float *values)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = (float)(mean + stddev * rng_normal(rng, (uint64_t)i));
}

/* A matrix whose `vector_count` rows or columns are vectors of `length` elements. */
struct vectors {
    float *values;
    int64_t vector_count, length;
    int64_t vector_stride, element_stride;
};

static void vector_normalize(const struct vectors *vectors, int64_t index)
{
    float *vector = vectors->values + index * vectors->vector_stride;
    double sum = 0.0;

    for (int64_t i = 0; i < vectors->length; i++) {
        double value = (double)vector[i * vectors->element_stride];
        sum += value * value;
    }
    /* A vector of all zeros has probability zero; it would stay as it is. */
    double scale = sum > 0.0 ? 1.0 / sqrt(sum) : 0.0;
    for (int64_t i = 0; i < vectors->length; i++) {
        float *element = &vector[i * vectors->element_stride];
        *element = (float)((double)*element * scale);
    }
}

/* Takes the part along vector `index` out of the vectors [begin, end), at most COLUMN_BLOCK of
 * them: element by element, so that a matrix of columns is read along its rows. */
static void vectors_project_out(const struct vectors *vectors, int64_t index, int64_t begin,
                                int64_t end)
{
    double dots[COLUMN_BLOCK] = {0};

    assert(end - begin <= COLUMN_BLOCK);
    for (int64_t i = 0; i < vectors->length; i++) {
        const float *row = vectors->values + i * vectors->element_stride;
        double unit = (double)row[index * vectors->vector_stride];
        for (int64_t j = begin; j < end; j++)
            dots[j - begin] += unit * (double)row[j * vectors->vector_stride];
    }
    for (int64_t i = 0; i < vectors->length; i++) {
        float *row = vectors->values + i * vectors->element_stride;
        double unit = (double)row[index * vectors->vector_stride];
        for (int64_t j = begin; j < end; j++) {
            float *element = &row[j * vectors->vector_stride];
            *element = (float)((double)*element - dots[j - begin] * unit);
        }
    }
}

/* Modified Gram-Schmidt with sums in double. One pass over random normal vectors loses a few digits
 * to cancellation; a second one over its almost orthonormal result restores them. Lengths stay
 * positive, so that the result is uniform among orthonormal matrices (Mezzadri, Notices of the AMS
 * 54, 2007). */
static void vectors_orthonormalize(const struct vectors *vectors)
{
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t index = 0; index < vectors->vector_count; index++) {
            vector_normalize(vectors, index);
            for (int64_t j = index + 1; j < vectors->vector_count; j += COLUMN_BLOCK) {
                int64_t end = j + COLUMN_BLOCK;
                if (end > vectors->vector_count)
                    end = vectors->vector_count;
                vectors_project_out(vectors, index, j, end);
            }
        }
    }
}

static void fill_orthogonal(double gain, int64_t rows, int64_t columns, const struct rng *rng,
                            float *values)
{
    struct vectors by_column = {values, columns, rows, 1, columns};
    struct vectors by_row = {values, rows, columns, columns, 1};

    fill_normal(0.0, 1.0, rows * columns, rng, values);
    vectors_orthonormalize(columns <= rows ? &by_column : &by_row);
    for (int64_t i = 0; i < rows * columns; i++)
        values[i] = (float)((double)values[i] * gain);
}

int initializer_check(const struct variant *initializer, const struct shape *shape,
                      const char *path, struct error *error)
{
    int64_t elements = shape_elements(shape, NULL);

    if (initializer->kind != &orthogonal || elements <= 0)
        return 0;
    int64_t columns = shape_last(shape);
    int64_t rows = elements / columns;
    int64_t side = rows < columns ? rows : columns;
    if (side <= ORTHOGONAL_SIDE_MAX)
        return 0;
    return error_set_at(error, ERROR_TOO_LARGE, path,
                        "is orthogonal, which takes matrices whose shorter side is at most %d, not "
                        "%lld",
                        ORTHOGONAL_SIDE_MAX, (long long)side);
}

/* The variance that the scaled initializers aim at; 0 for the others. */
static double scaled_variance(const struct kind *kind, int64_t fan_in, int64_t fan_out)
{
    if (kind == &glorot_uniform || kind == &glorot_normal)
        return 2.0 / (double)(fan_in + fan_out);
    if (kind == &he_uniform || kind == &he_normal)
        return 2.0 / (double)fan_in;
    if (kind == &lecun_uniform || kind == &lecun_normal)
        return 1.0 / (double)fan_in;
    return 0.0;
}

void initializer_fill(const struct variant *initializer, const struct shape *shape, int64_t fan_in,
                      int64_t fan_out, const struct rng *rng, float *values)
{
    const struct kind *kind = initializer->kind;
    int64_t count = shape_elements(shape, NULL);
    double variance = scaled_variance(kind, fan_in, fan_out);

    assert(count > 0 && fan_in > 0 && fan_out > 0);
    if (kind == &zeros || kind == &ones) {
        fill_constant(kind == &ones ? 1.0F : 0.0F, count, values);
    } else if (kind == &uniform) {
        const struct uniform_options *options = initializer->options;
        fill_uniform(options->min, options->max, count, rng, values);
    } else if (kind == &normal) {
        const struct normal_options *options = initializer->options;
        fill_normal(options->mean, options->stddev, count, rng, values);
    } else if (kind == &orthogonal) {
        const struct orthogonal_options *options = initializer->options;
        int64_t columns = shape_last(shape);
        fill_orthogonal(options->gain, count / columns, columns, rng, values);
    } else if (kind == &glorot_normal || kind == &he_normal || kind == &lecun_normal) {
        fill_normal(0.0, sqrt(variance), count, rng, values);
    } else { /* A uniform distribution within ±limit has the variance limit² / 3. */
        double limit = sqrt(3.0 * variance);
        assert(variance > 0.0);
        fill_uniform(-limit, limit, count, rng, values);
    }
}

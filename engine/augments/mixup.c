/* mixup: x = λ x + (1 - λ) of another row of the batch, and the target likewise, λ from Beta(alpha,
 * alpha) (Zhang, Cisse, Dauphin, Lopez-Paz: "mixup: beyond empirical risk minimization", 2018). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"

struct mixup {
    struct augment_options common;
    double alpha;
};

static const struct field mixup_fields[] = {
    FIELD_NUMBER(struct mixup, alpha, .min = 0, .max = 1e6, .number = 0.2, .flags = FIELD_ABOVE_MIN,
                 .help = "of Beta(alpha, alpha): 1 mixes evenly, less mostly a little"),
    FIELD_END};

static double mixup_mix(const void *options, const struct augment_row *row, const float *own,
                        const float *other)
{
    const struct mixup *mixup = options;
    double share = augment_beta(row, mixup->alpha);
    float own_share = (float)share, other_share = (float)(1 - share);
    for (int64_t i = 0; i < row->input->elements; i++)
        row->x[i] = own_share * own[i] + other_share * other[i];
    return share;
}

const struct augment_type augment_mixup = {
    .kind = {.name = "mixup",
             .help = "mixes a row and its target with another of its batch",
             .size = sizeof(struct mixup),
             .fields = mixup_fields,
             .base = &augment_options_kind},
    .fits = AUGMENT_ANYTHING,
    .computes = true,
    .example = "[{\"type\": \"mixup\", \"alpha\": 0.2}]",
    .mix = mixup_mix};

/* Stochastic gradient descent, with momentum and Nesterov's form (torch.optim.SGD). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/optimizers/optimizers.h"

struct sgd_options {
    struct optimizer_options common;
    double momentum;
    bool nesterov;
};

static const struct field sgd_fields[] = {
    OPTIMIZER_FIELDS(0.01, 0),
    FIELD_NUMBER(struct sgd_options, momentum, .min = 0, .max = 1, .flags = FIELD_BELOW_MAX,
                 .help = "share of the last update that goes on"),
    FIELD_BOOLEAN(struct sgd_options, nesterov, .help = "look ahead along the momentum"),
    FIELD_END};

static int sgd_check(const void *options, const char *path, struct error *error)
{
    const struct sgd_options *sgd = options;
    if (sgd->nesterov && sgd->momentum <= 0)
        return error_set_at(error, ERROR_INVALID, path, "nesterov needs a momentum above 0");
    return 0;
}

static int sgd_slot_count(const void *options)
{
    return ((const struct sgd_options *)options)->momentum > 0 ? 1 : 0;
}

static void sgd_run(const void *options, const struct optimizer_step *step, int64_t begin,
                    int64_t end)
{
    const struct sgd_options *sgd = options;
    float *velocity = sgd_slot_count(options) > 0 ? step->slots[0] + begin : NULL;
    step->kernels->step_sgd(end - begin, step->parameters + begin, step->gradients + begin,
                            velocity, (float)step->rate, (float)sgd->momentum,
                            (float)sgd->common.weight_decay, sgd->nesterov, step->step == 1);
}

const struct optimizer_type optimizer_sgd = {
    .kind = {.name = "sgd",
             .help = "gradient descent, with momentum where asked",
             .size = sizeof(struct sgd_options),
             .fields = sgd_fields,
             .check = sgd_check},
    .slot_count = sgd_slot_count,
    .run = sgd_run};

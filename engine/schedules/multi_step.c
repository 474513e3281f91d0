/* The rate times gamma at every milestone (torch.optim.lr_scheduler.MultiStepLR). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schedules/schedules.h"

#include <math.h>

struct multi_step_options {
    struct schedule_options common;
    struct sizes milestones;
    double gamma;
};

static const struct field multi_step_fields[] = {
    FIELD_SIZES(struct multi_step_options, milestones, .min = 0, .max = 1e9,
                .flags = FIELD_REQUIRED, .help = "units from which on the rate is changed"),
    FIELD_NUMBER(struct multi_step_options, gamma, .min = 0, .max = 1e3, .number = 0.1,
                 .help = "factor of each change"),
    FIELD_END};

static double multi_step_rate(const void *options, const struct schedule_moment *moment)
{
    const struct multi_step_options *multi_step = options;
    int changes = 0;
    for (size_t i = 0; i < multi_step->milestones.count; i++)
        changes += moment->unit >= multi_step->milestones.items[i];
    return moment->base * pow(multi_step->gamma, changes);
}

const struct schedule_type schedule_multi_step = {
    .kind = {.name = "multi_step",
             .help = "the rate times gamma at every milestone",
             .size = sizeof(struct multi_step_options),
             .fields = multi_step_fields,
             .base = &schedule_options_kind},
    .rate = multi_step_rate};

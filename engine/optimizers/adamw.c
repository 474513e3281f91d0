/* AdamW (Loshchilov and Hutter, 2019) as torch.optim.AdamW has it: weights decay by themselves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/optimizers/optimizers.h"

static const struct field adamw_fields[] = {OPTIMIZER_FIELDS(0.001, 0.01), ADAM_FIELDS, FIELD_END};

static void adamw_run(const void *options, const struct optimizer_step *step, int64_t begin,
                      int64_t end)
{
    adam_run(options, step, begin, end, 1);
}

const struct optimizer_type optimizer_adamw = {
    .kind = {.name = "adamw",
             .help = "adam with weight decay apart from the gradient",
             .size = sizeof(struct adam_options),
             .fields = adamw_fields},
    .slot_count = adam_slot_count,
    .run = adamw_run};

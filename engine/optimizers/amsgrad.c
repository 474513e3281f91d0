/* AMSGrad (Reddi, Kale and Kumar, 2018) as torch.optim.Adam has it with amsgrad=True: the step is
 * divided by the root of the largest mean square so far, so that it never grows again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/optimizers/optimizers.h"

static const struct field amsgrad_fields[] = {OPTIMIZER_FIELDS(0.001, 0), ADAM_FIELDS, FIELD_END};

/* The mean, the square, and the largest square so far, whose presence tells adam_run(). */
static int amsgrad_slot_count(const void *options)
{
    (void)options;
    return 3;
}

const struct optimizer_type optimizer_amsgrad = {
    .kind = {.name = "amsgrad",
             .help = "adam whose divisor never shrinks",
             .size = sizeof(struct adam_options),
             .fields = amsgrad_fields},
    .slot_count = amsgrad_slot_count,
    .run = adam_coupled_run};

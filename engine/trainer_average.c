/* Averaged weights, as torch.optim.swa_utils with get_ema_multi_avg_fn: the first update is copied,
 * each later one moves the average by 1 - ema of the way. What is not trained (moving statistics)
 * is always the newest. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

#include <string.h>

/* Less than this is not worth waking another thread for. */
enum { GRAIN = 1 << 15 };

static void move_average(void *context, int64_t begin, int64_t end, int member)
{
    const struct trainer *trainer = context;
    float share = (float)(1 - trainer->plan.setup.training->average->ema);
    float *average = trainer->average;
    const float *weights = trainer->parameters;
    (void)member;
    for (int64_t i = begin; i < end; i++)
        average[i] += (weights[i] - average[i]) * share;
}

void trainer_average_add(struct trainer *trainer)
{
    const struct network *network = trainer->plan.network;
    if (trainer->average == NULL)
        return;
    int64_t moved = trainer->counters.step == 0 ? 0 : network->trained_count;
    if (moved > 0)
        team_run(trainer->plan.setup.team, moved, GRAIN, move_average, trainer);
    memcpy(trainer->average + moved, trainer->parameters + moved,
           (size_t)(network->parameter_count - moved) * sizeof(float));
}

float *trainer_result_parameters(const struct trainer *trainer)
{
    return trainer->average != NULL ? trainer->average : trainer->parameters;
}

/* Which epochs get histograms, by their number and by the clock. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/weight_log.h"
#include "base/clock.h"

#include <assert.h>
#include <string.h>

enum { SHARE = 100 };
static const uint64_t ALLOWANCE_NS = 100000;

int64_t weight_log_stride(int64_t epoch)
{
    int64_t stride = 1;
    while (epoch > WEIGHT_LOG_KEPT * stride)
        stride *= 2;
    return stride;
}

/* What is written takes about as long again. */
static bool is_affordable(const struct weight_log *log)
{
    uint64_t allowed = ALLOWANCE_NS + (clock_now_ns() - log->started_ns) / SHARE;
    return log->spent_ns + 2 * log->cost_ns <= allowed;
}

/* Decides whether the epoch that comes next gets one, so that its last update is watched. */
void weight_log_plan(struct weight_log *log, struct trainer *trainer)
{
    const struct trainer_progress progress = trainer_progress(trainer);
    int64_t next = progress.epoch + 1;
    bool is_turn = (next - 1) % weight_log_stride(next) == 0;
    struct error failure = {0};
    log->is_due = next == progress.epochs || (is_turn && is_affordable(log));
    /* Without the memory for it the ratio of the update is not known, and that is all. */
    if (log->is_due)
        (void)trainer_watch(trainer, &failure);
}

void weight_log_start(struct weight_log *log, struct trainer *trainer)
{
    *log = (struct weight_log){.started_ns = clock_now_ns()};
    weight_log_plan(log, trainer);
}

void weight_log_reset(struct weight_log *log)
{
    for (size_t i = 0; i < log->pending_count; i++)
        bytes_clear(&log->pending[i].body);
    log->pending_count = 0;
}

void weight_log_pass(struct weight_log *log, struct weight_log *to)
{
    assert(to->pending_count == 0);
    memcpy(to->pending, log->pending, log->pending_count * sizeof log->pending[0]);
    to->pending_count = log->pending_count;
    log->pending_count = 0;
}

void weight_log_cut(struct weight_log *log, int64_t epoch)
{
    while (log->pending_count > 0 && log->pending[log->pending_count - 1].epoch > epoch)
        bytes_clear(&log->pending[--log->pending_count].body);
}

void weight_log_clear(struct weight_log *log)
{
    weight_log_reset(log);
}

bool weight_log_full(const struct weight_log *log)
{
    return log->pending_count == WEIGHT_LOG_PENDING_MAX;
}

static void take(struct weight_log *log, const struct trainer *trainer, int64_t epoch)
{
    uint64_t start = clock_now_ns();
    struct job_histogram *made = &log->pending[log->pending_count];
    struct error failure = {0};
    *made = (struct job_histogram){.epoch = epoch, .stride = weight_log_stride(epoch)};
    if (trainer_histograms(trainer, &made->body, &failure) == 0)
        log->pending_count++;
    else
        bytes_clear(&made->body);
    log->cost_ns = clock_now_ns() - start;
    log->spent_ns += 2 * log->cost_ns;
}

void weight_log_add(struct weight_log *log, struct trainer *trainer,
                    const struct trainer_report *report)
{
    if ((log->is_due || report->stop != STOP_NONE) && !weight_log_full(log))
        take(log, trainer, report->epoch);
    weight_log_plan(log, trainer);
}

/* Writes that a running job does not wait for: its start, and batches of its history. At most one
 * of each is under way; a batch has a recorder of its own, which takes turns with the one that
 * fills. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/job_internal.h"
#include "daemon/job_state.h"

#include <stdlib.h>

static void pending_clear(struct pending *pending)
{
    free(pending->status);
    free(pending->body);
    *pending = (struct pending){.is_open = false};
}

/* Waits for it, and writes it once more where the disk was full. It stays open where that fails. */
static int pending_settle(struct job *job, struct pending *pending, struct error *error)
{
    struct error failure = {.code = ERROR_STORAGE_FULL};
    if (!pending->is_open)
        return 0;
    if (pending->write != NULL) {
        error_clear(&failure);
        (void)store_job_change_end(job->daemon->store, pending->write, NULL, &failure);
        pending->write = NULL;
    }
    if (failure.code == ERROR_STORAGE_FULL) {
        error_clear(&failure);
        (void)job_write(job, &pending->change, &failure);
    }
    if (failure.code != ERROR_NONE)
        return error_set(error, failure.code, "%s", failure.message);
    pending_clear(pending);
    return 0;
}

/* ---- the start */

int job_start(struct job *job, struct error *error)
{
    struct error failure = {0}; /* job_settle() tries it once more and says why */
    struct pending *start = &job->start;
    job->start_settings = (int64_t)job->setting_count;
    const struct job_change change = {.id = job->record.id,
                                      .settings = &job->start_settings,
                                      .started_ms =
                                          job->record.started_ms == 0 ? clock_unix_ms() : 0};
    if (job_move_make(&change, states_queued, STATE_RUNNING, "cores and memory are free",
                      &start->change, &start->body, error) != 0)
        return -1;
    start->is_open = true;
    start->write = store_job_change_begin_patiently(job->daemon->store, &start->change, &failure);
    return 0;
}

int job_start_settle(struct job *job, struct error *error)
{
    struct error failure = {0};
    if (pending_settle(job, &job->start, &failure) == 0)
        return 0;
    job->is_outdated |= failure.code == ERROR_PRECONDITION;
    job->is_taken |= failure.code == ERROR_CONFLICT || failure.code == ERROR_NOT_FOUND;
    return error_set(error, failure.code, "%s", failure.message);
}

/* Where it was begun in vain there is nothing to wait for. */
static bool is_under_way(const struct job *job, const struct pending *pending)
{
    return pending->write != NULL && !store_job_change_is_done(job->daemon->store, pending->write);
}

int job_start_check(struct job *job, struct error *error)
{
    if (!job->start.is_open || is_under_way(job, &job->start))
        return 0;
    return job_start_settle(job, error);
}

/* ---- the history */

int job_batch_settle(struct job *job, struct error *error)
{
    if (!job->batch.is_open)
        return 0;
    if (pending_settle(job, &job->batch, error) != 0)
        return -1;
    recorder_reset(job->batch_recorder);
    weight_log_reset(&job->batch_weights);
    return 0;
}

bool job_flush_waits(const struct job *job)
{
    return job->batch.is_open && is_under_way(job, &job->batch);
}

/* Short jobs never need it. */
static int batch_recorder_make(struct job *job, struct error *error)
{
    if (job->batch_recorder == NULL)
        job->batch_recorder = recorder_create(error);
    return job->batch_recorder != NULL ? 0 : -1;
}

int job_flush(struct job *job, struct error *error)
{
    struct error failure = {0}; /* as in job_start() */
    struct pending *batch = &job->batch;
    if (job_settle(job, error) != 0 || batch_recorder_make(job, error) != 0 ||
        job_progress_fill(job, false, &batch->change, &batch->status, &batch->body, error) != 0)
        return -1;
    struct recorder *filled = job->recorder;
    job->recorder = job->batch_recorder;
    job->batch_recorder = filled;
    weight_log_pass(&job->weights, &job->batch_weights);
    batch->change.points = recorder_points(filled, &batch->change.point_series_count);
    batch->change.histograms = job->batch_weights.pending;
    batch->change.histogram_count = job->batch_weights.pending_count;
    batch->is_open = true;
    batch->write = store_job_change_begin(job->daemon->store, &batch->change, &failure);
    job->flushed_ns = clock_now_ns();
    return 0;
}

/* ---- both */

int job_settle(struct job *job, struct error *error)
{
    return job_start_settle(job, error) == 0 ? job_batch_settle(job, error) : -1;
}

static void pending_end(struct job *job, struct pending *pending)
{
    struct error failure = {0};
    if (pending->write != NULL)
        (void)store_job_change_end(job->daemon->store, pending->write, NULL, &failure);
    pending_clear(pending);
}

void job_pending_clear(struct job *job)
{
    pending_end(job, &job->start);
    pending_end(job, &job->batch);
    recorder_free(job->batch_recorder);
    weight_log_clear(&job->batch_weights);
    job->batch_recorder = NULL;
}

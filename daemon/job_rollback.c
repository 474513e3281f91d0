/* A run that diverged and went back: its history goes back with it, and says so. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/job_internal.h"

int job_roll_back(struct job *job, const struct trainer_report *report, const struct error *reason,
                  struct error *error)
{
    recorder_cut(job->recorder, report->step);
    weight_log_cut(&job->weights, trainer_progress(job->trainer).epoch);
    weight_log_plan(&job->weights, job->trainer);
    job->rollback =
        json_pack("{s:o, s:I, s:f, s:s}", "message",
                  json_sprintf("rolled back to step %lld with learning rate %g: %s",
                               (long long)report->step, report->learning_rate, reason->message),
                  "step", (json_int_t)report->step, "learning_rate", report->learning_rate, "code",
                  error_code_name(reason->code));
    return job->rollback != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for an event");
}

/* The checkpoint comes last: until it is there a restart goes on from one before the failure, and
 * comes here again. */
int job_rollback_write(struct job *job, struct error *error)
{
    const struct trainer_progress progress = trainer_progress(job->trainer);
    if (job_settle(job, error) != 0 ||
        store_history_truncate(job->daemon->store, job->record.id, progress.step,
                               progress.epoch_end_step, error) != 0 ||
        store_histogram_truncate(job->daemon->store, job->record.id, progress.epoch, error) != 0 ||
        job_log_json(job, job->rollback, error) != 0 || job_checkpoint(job, error) != 0)
        return -1;
    json_decref(job->rollback);
    job->rollback = NULL;
    return 0;
}

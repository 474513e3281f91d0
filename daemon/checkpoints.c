/* Checkpoints of a job as models: their weights become the next version. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/job_internal.h"
#include "daemon/job_state.h"

#include <stdio.h>

static int check_job(const struct job_record *record, struct error *error)
{
    if (record->verifies == NULL)
        return 0;
    return error_set(error, ERROR_CONFLICT, "job %s replays %s, and a replay makes no models",
                     record->id, record->verifies);
}

/* In the job's log, and not worth failing for. */
static void tell(struct job *job, const struct model_record *model)
{
    struct error untold = {0};
    char message[256];
    (void)snprintf(message, sizeof message, "the checkpoint at step %lld became %.128s@%lld",
                   (long long)trainer_progress(job->trainer).step, model->name,
                   (long long)model->version);
    (void)job_log(job, message, &untold);
}

static int promote(struct job *job, struct model_record *record, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes file = {0};
    struct model_record made = {0};
    int result = job_checkpoint_model(job, &made, &file, error);
    if (result == 0) {
        made.quota_bytes = tokens_quota(job->daemon->tokens, made.owner).bytes;
        result = store_model_add(job->daemon->store, &made, &file, NULL, error);
    }
    if (result != 0) {
        model_record_clear(&made);
        return -1;
    }
    tell(job, &made);
    *record = made;
    return 0;
}

int daemon_checkpoint_promote(struct daemon *daemon, const char *job_id, int64_t step,
                              struct model_record *record, struct error *error)
{
    struct task task = {.cores = 1, .request = JOB_GO_ON};
    struct job job = {.daemon = daemon, .task = &task, .checkpoint_step = &step};
    int result = store_job_get(daemon->store, job_id, &job.record, error);
    if (result == 0)
        result = check_job(&job.record, error);
    if (result == 0)
        result = job_settings_read(&job, error);
    if (result == 0)
        result = job_open(&job, error);
    if (result == 0)
        result = promote(&job, record, error);
    job_pending_clear(&job);
    job_release(&job);
    job_record_clear(&job.record);
    return result;
}

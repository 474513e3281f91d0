/* Figures of a run, as the job's answer shows them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/job_internal.h"

#include <math.h>

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *best_make(const struct trainer_progress *progress)
{
    if (progress->best_epoch == 0)
        return json_null();
    return json_pack("{s:s, s:I, s:I, s:o}", "metric", progress->best_metric, "epoch",
                     (json_int_t)progress->best_epoch, "step", (json_int_t)progress->best_step,
                     "value", number_or_null(progress->best_value));
}

/* Epochs may be many and short: their figures become JSON only where somebody looks. */
void job_figures_note(struct job *job, const struct trainer_report *report)
{
    job->figure_count = report->metric_count;
    for (int i = 0; i < report->metric_count; i++) {
        job->figure_names[i] = report->metrics[i].name;
        job->figures[i] = report->metrics[i].value;
    }
}

json_t *job_metrics(struct job *job)
{
    for (int i = 0; i < job->figure_count; i++)
        json_object_set_new(job->metrics, job->figure_names[i], number_or_null(job->figures[i]));
    job->figure_count = 0;
    if (job->has_loss)
        json_object_set_new(job->metrics, "loss", number_or_null(job->loss));
    return job->metrics;
}

static json_int_t epochs_now(const struct job *job, const struct trainer_progress *progress)
{
    const int64_t asked = job_epochs_asked(job);
    return asked > progress->epoch ? asked : progress->epochs;
}

json_t *job_status_make(struct job *job, bool finished)
{
    const struct trainer_progress progress = trainer_progress(job->trainer);
    double seconds = clock_since_s(job->started_ns);
    double steps_per_s = seconds > 0 ? (double)job->steps_done / seconds : 0;
    double left =
        steps_per_s > 0 ? (double)(progress.steps - progress.step) / steps_per_s : (double)NAN;
    double done = progress.steps > 0 ? (double)progress.step / (double)progress.steps : 0;
    return json_pack("{s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:O, s:o, s:o, s:O*}", "progress",
                     json_real(finished ? 1 : done), "epoch", (json_int_t)progress.epoch, "epochs",
                     epochs_now(job, &progress), "step", (json_int_t)progress.step, "steps",
                     (json_int_t)progress.steps, "eta_s",
                     finished ? json_null() : number_or_null(left), "samples_per_s",
                     number_or_null(seconds > 0 ? (double)job->rows_done / seconds : (double)NAN),
                     "running_s", json_real(job->ran_before_s + seconds), "metrics",
                     job_metrics(job), "best", best_make(&progress), "patience_left",
                     progress.patience_left >= 0 ? json_integer(progress.patience_left)
                                                 : json_null(),
                     "left_out", job->left_out);
}

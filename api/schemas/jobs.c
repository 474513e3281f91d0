/* Of jobs: the document, the job, its events, history and histograms. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schemas/schemas.h"
#include "daemon/job_document.h"
#include "engine/preprocessing.h"

static const struct schema_field job_item_fields[] = {
    {"id", "id", .help = "time-ordered"},
    {"name", "string | null", .help = "its model's too", .example = "\"iris\""},
    {"state", "'queued' | 'running' | 'paused' | 'succeeded' | 'failed' | 'cancelled'",
     .help = NULL},
    {"priority", "integer", .help = "higher ones run first", .example = "0"},
    {"position", "integer | null", .help = "in the queue, from 1"},
    {"tags", "{string}", .help = "as given"},
    {"owner", "string | null", .help = "whose it is; null: nobody's, where there are no tokens",
     .example = "\"ada\""},
    {"progress", "number", .help = "0 to 1", .example = "0.42"},
    {"epoch", "integer", .help = "epochs done", .example = "21"},
    {"epochs", "integer | null", .help = "that there will be at most", .example = "50"},
    {"step", "integer", .help = "steps done", .example = "168"},
    {"steps", "integer | null", .help = "that there will be at most", .example = "400"},
    {"eta_s", "number | null", .help = "seconds left, by the pace so far", .example = "0.3"},
    {"samples_per_s", "number | null", .help = "rows trained on in a second",
     .example = "912345.0"},
    {"running_s", "number", .help = "seconds of running, pauses aside", .example = "0.21"},
    {"metrics", "{number | null}", .help = "the newest of each by name; null: not finite"},
    {"best", "job_best | null", .help = "the best epoch by what is watched"},
    {"patience_left", "integer | null", .help = "epochs that early stopping still waits"},
    {"left_out?", "[any]", .help = "columns that are no inputs, and why"},
    {"model", "string | null", .help = "name@version", .example = "\"iris@1\""},
    {"error", "job_error | null", .help = "what it failed of", .example = "null"},
    {"attempt", "integer", .help = "starts so far"},
    {"seq", "integer", .help = "of its newest event", .example = "812"},
    {"created_at", "time", .help = NULL},
    {"started_at", "time | null", .help = NULL},
    {"finished_at", "time | null", .example = "null"},
    {.name = NULL},
};

static const struct schema_field job_fields[] = {
    {"settings", "[job_setting]", .help = "changes of what it trains by, by step"},
    {"verifies", "id | null", .help = "the job that this one replays", .example = "null"},
    {"verification", "job_verification | null", .help = "of a replay: what came out",
     .example = "null"},
    {"spec", "job_document", .help = "the document with every default filled in"},
    {.name = NULL},
};

static const struct schema_field job_best_fields[] = {
    {"metric", "string", .help = "what is watched", .example = "val_loss"},
    {"epoch", "integer", .example = "20"},
    {"step", "integer", .example = "160"},
    {"value", "number | null", .example = "0.139"},
    {.name = NULL},
};
static const struct schema_field job_error_fields[] = {
    {"code", "string", .help = "as in a problem", .example = "diverged"},
    {"message", "string | null", .help = "one sentence",
     .example = "\"the loss of step 3 is not finite\""},
    {"step?", "integer", .help = "of a diverged job: the first bad one"},
    {"epoch?", "integer", .help = NULL},
    {"layer?", "string | null", .help = "the first bad one"},
    {"row?", "integer | null", .help = "of the dataset"},
    {"tensor?", "string | null", .help = "whose gradient or weight is not finite"},
    {"rows?", "[integer]", .help = "of the step's batch, the first of them"},
    {"row_count?", "integer", .help = "rows of the batch"},
    {"gradient_norms?", "any", .help = "by tensor"},
    {.name = NULL},
};
static const struct schema_field job_setting_fields[] = {
    {"step", "integer", .help = "the last step before it"},
    {"at", "time", .help = NULL},
    {"changes", "object", .help = "as PATCH took them"},
    {.name = NULL},
};
static const struct schema_field job_verification_fields[] = {
    {"expected", "sha256", .help = "of the weights of the job that is replayed"},
    {"engine", "string", .help = "that made them", .example = "propd/0.1.0"},
    {"kernels", "string", .help = "instruction set", .example = "avx2"},
    {"sha256?", "sha256", .help = "of the replay's weights"},
    {"verified?", "boolean", .help = "whether both are the same"},
    {.name = NULL},
};
static const struct schema_field job_list_fields[] = {
    {"jobs", "[job_item]", .help = "newest first"},
    {"next", "string | null", .help = "the next page's `cursor`"},
    {.name = NULL},
};

static const struct schema_field checkpoint_list_fields[] = {
    {"job", "id", .help = "of the job"},
    {"checkpoints", "[checkpoint]", .help = "that are kept"},
    {.name = NULL},
};
static const struct schema_field checkpoint_fields[] = {
    {"step", "integer", .example = "160"},
    {"bytes", "integer", .example = "12345"},
    {"best", "boolean", .help = "whether it is the best epoch's"},
    {.name = NULL},
};

/* ---- events */

static const struct schema_field event_fields[] = {
    {"seq", "integer", .help = "orders all that happens to jobs", .example = "7"},
    {"type", "'state' | 'metrics' | 'log' | 'setting' | 'end'", .help = NULL},
    {"at", "time", .help = NULL},
    {.name = NULL},
};
static const struct schema_field event_list_fields[] = {
    {"events", "[event]", .help = "in their order"},
    {"seq", "integer", .help = "the next request's `after`", .example = "7"},
    {"more", "boolean", .help = "whether there are more already"},
    {.name = NULL},
};

/* ---- history */

static const struct schema_field history_fields[] = {
    {"job", "id", .help = NULL},
    {"seq", "integer", .help = "of the job's newest event", .example = "812"},
    {"best", "job_best | null", .help = NULL},
    {"series", "[history_series]", .help = "in columns"},
    {.name = NULL},
};
static const struct schema_field history_series_fields[] = {
    {"metric", "string", .example = "loss"},
    {"per", "'step' | 'epoch'", .help = NULL},
    {"count", "integer", .help = "points that were recorded", .example = "400"},
    {"stride", "integer", .help = "points a bucket"},
    {"step", "[integer]", .help = "of each bucket's first point"},
    {"epoch?", "[integer]", .help = "where there is a point an epoch"},
    {"mean", "[number | null]", .help = "null: none is finite"},
    {"min", "[number | null]", .help = NULL},
    {"max", "[number | null]", .help = NULL},
    {"first", "[number | null]", .help = NULL},
    {"last", "[number | null]", .help = NULL},
    {"nonfinite?", "['nan' | 'inf' | '-inf' | null]", .help = "the worst of each bucket"},
    {.name = NULL},
};

/* ---- histograms of weights */

static const struct schema_field histogram_list_fields[] = {
    {"job", "id", .help = NULL},
    {"histograms", "[epoch_histograms]", .help = "by epoch"},
    {.name = NULL}};
static const struct schema_field epoch_histograms_fields[] = {
    {"epoch", "integer", .help = NULL},
    {"step", "integer", .help = NULL},
    {"layers", "{tensor_histograms_by_name}", .help = "by layer"},
    {.name = NULL},
};
static const struct schema_field tensor_histograms_fields[] = {
    {"weights", "weight_histogram", .help = NULL},
    {"gradients", "weight_histogram | null", .help = "of the epoch's last step"},
    {"update_ratio", "number | null", .help = "norm of the update by norm of the weights"},
    {.name = NULL},
};
static const struct schema_field weight_histogram_fields[] = {
    {"min", "number | null", .help = NULL},
    {"max", "number | null", .help = NULL},
    {"norm", "number | null", .help = NULL},
    {"counts", "[integer]", .help = "bins of the same width from min to max"},
    {.name = NULL},
};

const struct schema job_schemas[] = {
    {"checkpoint", "a checkpoint", .fields = checkpoint_fields},
    {"checkpoint_list", "checkpoints of a job", .fields = checkpoint_list_fields},
    {"epoch_histograms", "histograms at an epoch's end", .fields = epoch_histograms_fields},
    {"event", "something that happened to a job; what else it has is by its type",
     .fields = event_fields, .others = "any"},
    {"event_list", "events after a sequence number", .fields = event_list_fields},
    {"histogram_list", "histograms of a job's weights", .fields = histogram_list_fields},
    {"history", "loss and metrics of a job", .fields = history_fields},
    {"history_series", "one of them", .fields = history_series_fields},
    {"job", "a job", .base = "job_item", .fields = job_fields},
    {"job_best", "the best so far", .fields = job_best_fields},
    {"job_document", "what a job is to do", .kind = &job_document_kind},
    {"job_error", "why a job failed", .fields = job_error_fields},
    {"job_item", "a job, in a list", .fields = job_item_fields},
    {"job_list", "a page of jobs", .fields = job_list_fields},
    {"job_setting", "a change while it ran", .fields = job_setting_fields},
    {"job_verification", "what a replay gave", .fields = job_verification_fields},
    {"tensor_histograms", "of one tensor", .fields = tensor_histograms_fields},
    {"tensor_histograms_by_name", "of a layer", .type = "{tensor_histograms}"},
    {"weight_histogram", "of weights or gradients", .fields = weight_histogram_fields},
    {.name = NULL},
};

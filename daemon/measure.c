/* Finds model, dataset and rows, and turns the measurement until it is done or the daemon stops. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/measure.h"
#include "daemon/internal.h"
#include "daemon/job_setup.h"
#include "daemon/live.h"

#include <stdlib.h>
#include <string.h>

/* ---- which rows */

enum rows_kind { ROWS_ALL, ROWS_TRAINING, ROWS_VALIDATION, ROWS_RANGE };

struct rows_range {
    int64_t offset, limit;
};
static const struct field range_fields[] = {
    FIELD_INTEGER(struct rows_range, offset, .min = 0, .max = 9e15, .help = "rows to pass over"),
    FIELD_INTEGER(struct rows_range, limit, .min = 1, .max = 9e15, .number = 9e15,
                  .help = "rows at most"),
    FIELD_END};
static const struct kind range_kind = {.name = "rows",
                                       .help = "rows one after the other",
                                       .size = sizeof(struct rows_range),
                                       .fields = range_fields};

static int read_kind(const json_t *rows, enum rows_kind *kind, struct error *error)
{
    static const char *const names[] = {"all", "training", "validation"};
    *kind = json_is_object(rows) ? ROWS_RANGE : ROWS_ALL;
    if (rows == NULL || json_is_null(rows) || json_is_object(rows))
        return 0;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (json_is_string(rows) && strcmp(json_string_value(rows), names[i]) == 0) {
            *kind = (enum rows_kind)i;
            return 0;
        }
    return error_set_at(error, ERROR_INVALID, "rows",
                        "must be all, training, validation, or a range such as {\"offset\": 0, "
                        "\"limit\": 1000}");
}

/* ---- what is measured */

struct measurement {
    struct daemon *daemon;
    const struct measure_request *request;
    const struct model *model;
    struct model_record model_record; /* not of a live one */
    struct model_title title;
    const struct dataset *dataset; /* held by itself, or by `setup` */
    struct dataset_record dataset_record;
    struct job_setup setup;
    bool has_setup;
    uint32_t *rows; /* NULL: all */
    int64_t row_count;
};

static void measurement_close(struct measurement *measurement)
{
    struct daemon *daemon = measurement->daemon;
    if (!measurement->has_setup)
        daemon_dataset_release(daemon, measurement->dataset);
    if (measurement->has_setup)
        job_setup_close(daemon, &measurement->setup);
    daemon_model_release(daemon, measurement->model);
    model_record_clear(&measurement->model_record);
    dataset_record_clear(&measurement->dataset_record);
    free(measurement->rows);
}

static int refuse_lineage(struct error *error)
{
    return error_set_at(error, ERROR_INVALID, "dataset",
                        "must be named: the model does not say which one it was trained on");
}

/* The record of the dataset that is asked for, or of the model's own. */
static int find_dataset(struct measurement *measurement, struct error *error)
{
    const json_t *own = json_object_get(measurement->model->lineage, "dataset");
    const char *reference = measurement->request->dataset;
    struct error missing = {0};
    if (reference == NULL)
        reference = json_string_value(json_object_get(own, "id"));
    if (reference == NULL)
        return refuse_lineage(error);
    if (store_dataset_get(measurement->daemon->store, measurement->request->viewer, reference,
                          &measurement->dataset_record, &missing) == 0)
        return 0;
    return reference_refuse("dataset", &missing, error);
}

static int range_make(struct measurement *measurement, struct error *error)
{
    struct rows_range range;
    if (fields_read(&range_kind, measurement->request->rows, &range, "rows", error) != 0)
        return -1;
    int64_t all = measurement->dataset->rows, left = all - range.offset;
    if (left <= 0)
        return error_set_at(error, ERROR_INVALID, "rows.offset",
                            "must be below %lld, the dataset's "
                            "rows",
                            (long long)all);
    measurement->row_count = left < range.limit ? left : range.limit;
    if (range.offset + measurement->row_count > (int64_t)UINT32_MAX)
        return error_set_at(error, ERROR_TOO_LARGE, "rows", "must end before row %u", UINT32_MAX);
    measurement->rows = malloc((size_t)measurement->row_count * sizeof(uint32_t));
    if (measurement->rows == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a list of rows");
    for (int64_t i = 0; i < measurement->row_count; i++)
        measurement->rows[i] = (uint32_t)(range.offset + i);
    return 0;
}

static int open_dataset(struct measurement *measurement, enum rows_kind kind, struct error *error)
{
    if (find_dataset(measurement, error) != 0)
        return -1;
    measurement->dataset =
        daemon_dataset_hold(measurement->daemon, &measurement->dataset_record, error);
    if (measurement->dataset == NULL)
        return -1;
    return kind == ROWS_RANGE ? range_make(measurement, error) : 0;
}

/* The rows of the job are those of its own dataset alone. */
static int check_dataset(struct measurement *measurement, const struct dataset_record *own,
                         struct error *error)
{
    if (measurement->request->dataset == NULL)
        return store_dataset_get(measurement->daemon->store, measurement->request->viewer, own->id,
                                 &measurement->dataset_record, error);
    if (find_dataset(measurement, error) != 0)
        return -1;
    if (strcmp(measurement->dataset_record.id, own->id) == 0)
        return 0;
    return error_set_at(error, ERROR_INVALID, "rows",
                        "must be all or a range: the model's job ran on %s@%lld, not on %s@%lld",
                        own->name, (long long)own->version, measurement->dataset_record.name,
                        (long long)measurement->dataset_record.version);
}

static int open_job_rows(struct measurement *measurement, bool validation, struct error *error)
{
    const json_t *spec = json_object_get(measurement->model->lineage, "spec");
    struct error failure = {0};
    /* Whoever imports a model writes its lineage, so that it opens nothing that they may not see.
     */
    const struct viewer viewer = {.owner = measurement->model_record.owner,
                                  .sees_all = measurement->request->viewer->sees_all};
    if (spec == NULL)
        return error_set_at(error, ERROR_INVALID, "rows",
                            "must be all or a range: the model does not say which job made it");
    if (job_setup_open(measurement->daemon, &viewer, spec, &measurement->setup, error) != 0)
        return -1;
    struct job_setup *setup = &measurement->setup;
    bool is_apart = validation && setup->validation != NULL;
    measurement->has_setup = true;
    measurement->dataset = is_apart ? setup->validation : setup->dataset;
    if (check_dataset(measurement, is_apart ? &setup->validation_record : &setup->dataset_record,
                      error) != 0)
        return -1;
    if (trainer_split(&setup->trainer, validation, &measurement->rows, &measurement->row_count,
                      &failure) == 0)
        return 0;
    return error_set_at(error, failure.code, "rows", "must be all or a range: %s", failure.message);
}

static const struct model *hold_model(struct measurement *measurement, struct error *error)
{
    const struct measure_request *request = measurement->request;
    struct model_title *title = &measurement->title;
    struct model_record *record = &measurement->model_record;
    if (live_find(request->model) != NULL)
        return daemon_model_hold_title(measurement->daemon, request->viewer, request->model, title,
                                       error);
    const struct model *model =
        daemon_model_hold(measurement->daemon, request->viewer, request->model, record, error);
    if (model == NULL)
        return NULL;
    (void)snprintf(title->name, sizeof title->name, "%s", record->name);
    title->version = record->version;
    return model;
}

static int measurement_open(struct measurement *measurement, struct error *error)
{
    enum rows_kind kind;
    if (read_kind(measurement->request->rows, &kind, error) != 0)
        return -1;
    measurement->model = hold_model(measurement, error);
    if (measurement->model == NULL)
        return -1;
    if (kind == ROWS_TRAINING || kind == ROWS_VALIDATION)
        return open_job_rows(measurement, kind == ROWS_VALIDATION, error);
    return open_dataset(measurement, kind, error);
}

static struct evaluation_setup evaluation_setup_of(const struct measurement *measurement,
                                                   const json_t *metrics)
{
    return (struct evaluation_setup){.model = measurement->model,
                                     .dataset = measurement->dataset,
                                     .metrics = metrics,
                                     .rows = measurement->rows,
                                     .row_count = measurement->row_count};
}

static int check_stop(const struct measurement *measurement, struct error *error)
{
    if (!atomic_load(&measurement->daemon->stopping))
        return 0;
    return error_set(error, ERROR_CANCELLED, "the daemon stops; ask again after its next start");
}

static json_t *answer_finish(const struct measurement *measurement, json_t *answer_taken,
                             struct error *error)
{
    const struct dataset_record *dataset = &measurement->dataset_record;
    if (answer_taken == NULL || json_object_set_new(answer_taken, "dataset",
                                                    json_sprintf("%s@%lld", dataset->name,
                                                                 (long long)dataset->version)) != 0)
        error_set(error, ERROR_MEMORY, "no memory for an answer");
    model_title_write(&measurement->title, answer_taken);
    return answer_taken;
}

/* ---- both ways */

static json_t *evaluate(const struct measurement *measurement, const json_t *metrics,
                        struct error *error)
{
    const struct evaluation_setup setup = evaluation_setup_of(measurement, metrics);
    struct evaluation *evaluation = evaluation_create(&setup, error);
    int result = evaluation != NULL ? 0 : -1;
    while (result == 0 && !evaluation_step(evaluation))
        result = check_stop(measurement, error);
    json_t *answer =
        result == 0 ? answer_finish(measurement, evaluation_report(evaluation), error) : NULL;
    evaluation_free(evaluation);
    return answer;
}

json_t *daemon_model_evaluate(struct daemon *daemon, const struct measure_request *request,
                              const json_t *metrics, struct error *error)
{
    AUTO_CLEAR(measurement_close)
    struct measurement measurement = {.daemon = daemon, .request = request};
    if (measurement_open(&measurement, error) != 0)
        return NULL;
    return evaluate(&measurement, metrics, error);
}

static json_t *rank(const struct measurement *measurement, const struct importance_options *options,
                    struct error *error)
{
    const struct evaluation_setup setup = evaluation_setup_of(measurement, NULL);
    struct importance *importance = importance_create(&setup, options, error);
    int result = importance != NULL ? 0 : -1;
    while (result == 0 && !importance_step(importance))
        result = check_stop(measurement, error);
    json_t *answer =
        result == 0 ? answer_finish(measurement, importance_report(importance), error) : NULL;
    importance_free(importance);
    return answer;
}

json_t *daemon_model_importance(struct daemon *daemon, const struct measure_request *request,
                                const struct importance_options *options, struct error *error)
{
    AUTO_CLEAR(measurement_close)
    struct measurement measurement = {.daemon = daemon, .request = request};
    if (measurement_open(&measurement, error) != 0)
        return NULL;
    return rank(&measurement, options, error);
}

/* POST /v1/models/{model}:evaluate and :importance, a model on the rows of a dataset. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handlers/handlers.h"
#include "daemon/measure.h"

enum { REPEATS = 5, REPEATS_MAX = 1000 };

/* On what, as both are asked. */
struct measure_asked {
    char *dataset;
    json_t *rows;
};
static const struct field measure_fields[] = {
    FIELD_STRING(struct measure_asked, dataset,
                 .help = "id, name or name@version; absent: the one that the model's job ran on"),
    FIELD_JSON(struct measure_asked, rows,
               .help = "all, training or validation (of the model's job), or {\"offset\": 0, "
                       "\"limit\": 1000}; absent: all"),
    FIELD_END};
static const struct kind measure_kind = {.name = "measure",
                                         .help = "rows of a dataset",
                                         .size = sizeof(struct measure_asked),
                                         .fields = measure_fields};

static struct measure_request request_of(const struct request *request,
                                         const struct measure_asked *asked)
{
    return (struct measure_request){.viewer = &request->viewer,
                                    .model = request->captures[0],
                                    .dataset = asked->dataset,
                                    .rows = asked->rows};
}

/* ---- metrics */

struct evaluate_asked {
    struct measure_asked on;
    json_t *metrics;
};
static const struct field evaluate_fields[] = {
    FIELD_JSON(struct evaluate_asked, metrics, .flags = FIELD_NULLABLE, .schema = "metrics_asked",
               .help = "names as in training.metrics; absent: by the task"),
    FIELD_END};
const struct kind evaluate_kind = {.name = "evaluate",
                                   .help = "a model's metrics on a dataset",
                                   .size = sizeof(struct evaluate_asked),
                                   .fields = evaluate_fields,
                                   .base = &measure_kind};

int handle_evaluate(struct request *request, struct reply *reply, struct error *error)
{
    struct evaluate_asked asked;
    if (request_read_body(request, &evaluate_kind, &asked, error) != 0)
        return -1;
    const struct measure_request on = request_of(request, &asked.on);
    json_t *answer = daemon_model_evaluate(request->service->daemon, &on, asked.metrics, error);
    fields_clear(&evaluate_kind, &asked);
    return answer != NULL ? reply_json(reply, 200, answer, error) : -1;
}

/* ---- what the columns are worth */

struct importance_asked {
    struct measure_asked on;
    char *metric;
    int64_t repeats, seed;
};
static const struct field importance_fields[] = {
    FIELD_STRING(struct importance_asked, metric,
                 .help = "what gets worse; absent: accuracy for classes, r2 for numbers"),
    FIELD_INTEGER(struct importance_asked, repeats, .min = 1, .max = REPEATS_MAX, .number = REPEATS,
                  .help = "random orders a column"),
    FIELD_INTEGER(struct importance_asked, seed, .min = 0, .max = 9e15,
                  .help = "the orders come from it"),
    FIELD_END};
const struct kind importance_kind = {.name = "importance",
                                     .help = "permutation importance of a model's columns",
                                     .size = sizeof(struct importance_asked),
                                     .fields = importance_fields,
                                     .base = &measure_kind};

int handle_importance(struct request *request, struct reply *reply, struct error *error)
{
    struct importance_asked asked;
    if (request_read_body(request, &importance_kind, &asked, error) != 0)
        return -1;
    const struct measure_request on = request_of(request, &asked.on);
    const struct importance_options options = {
        .metric = asked.metric, .repeats = asked.repeats, .seed = (uint64_t)asked.seed};
    json_t *answer = daemon_model_importance(request->service->daemon, &on, &options, error);
    fields_clear(&importance_kind, &asked);
    return answer != NULL ? reply_json(reply, 200, answer, error) : -1;
}

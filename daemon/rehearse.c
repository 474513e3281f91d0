/* Job documents that are tried out and not run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/internal.h"
#include "daemon/submit.h"
#include "engine/network_describe.h"
#include "engine/rehearsal.h"
#include "engine/team.h"

#include <math.h>

enum { STEPS_MAX = 2000, STEPS_MIN = 2, STEP_LIMIT_MS = 1000, GRADIENT_LIMIT_MS = 2000 };

/* Wide networks with kinks in every unit are rougher than those of tests; a term that is missing or
 * wrong is off by far more. */
static const double TOLERANCE = 10 * GRADIENT_TOLERANCE;

/* ---- a job on its dataset */

static json_t *check_gradients(struct rehearsal *rehearsal)
{
    uint64_t start = clock_now_ns();
    bool complete = true;
    while (rehearsal_compare(rehearsal))
        if (clock_since_s(start) * 1e3 > GRADIENT_LIMIT_MS) {
            complete = false;
            break;
        }
    const struct gradient_report report = rehearsal_gradients(rehearsal);
    json_t *passed = report.checked > 0 ? json_boolean(report.worst <= TOLERANCE) : json_null();
    return json_pack("{s:o, s:o, s:i, s:i, s:b, s:f, s:o}", "worst",
                     isfinite(report.worst) ? json_real(report.worst) : json_null(), "where",
                     report.where[0] != '\0' ? json_string(report.where) : json_null(), "checked",
                     report.checked, "skipped", report.skipped, "complete", complete, "tolerance",
                     TOLERANCE, "passed", passed);
}

struct pace {
    double step_ms, validation_ms; /* NAN: not measured */
    bool diverged;
};

/* The first step is slower than the others: it touches the memory first. */
static struct pace measure_pace(struct rehearsal *rehearsal)
{
    struct pace pace = {.diverged = !rehearsal_step(rehearsal)};
    uint64_t start = clock_now_ns();
    int steps = 0;
    while (steps < STEPS_MAX && (steps < STEPS_MIN || clock_since_s(start) * 1e3 < STEP_LIMIT_MS)) {
        pace.diverged |= !rehearsal_step(rehearsal);
        steps++;
    }
    pace.step_ms = clock_since_s(start) * 1e3 / steps;
    rehearsal_validate(rehearsal);
    start = clock_now_ns();
    rehearsal_validate(rehearsal);
    pace.validation_ms = clock_since_s(start) * 1e3;
    return pace;
}

static double number_of(const json_t *json, const char *name)
{
    return json_number_value(json_object_get(json, name));
}

static void add_pace(json_t *answer, const struct pace *pace)
{
    double validations = number_of(answer, "epochs") * number_of(answer, "validation_batches");
    double predicted_ms =
        number_of(answer, "steps") * pace->step_ms + validations * pace->validation_ms;
    (void)json_object_set_new(answer, "ms_per_step", json_real(pace->step_ms));
    (void)json_object_set_new(answer, "predicted_s", json_real(predicted_ms / 1e3));
    (void)json_object_set_new(answer, "diverged", json_boolean(pace->diverged));
}

static json_t *rehearse(struct daemon *daemon, const struct job_setup *setup,
                        struct rehearsal *rehearsal, struct error *error)
{
    const json_t *resolved = rehearsal_resolved(rehearsal);
    if (submit_limits(daemon, rehearsal_memory(rehearsal), error) != 0)
        return NULL;
    json_auto_t *spec = submit_spec(setup, resolved, error);
    if (spec == NULL)
        return NULL;
    json_auto_t *answer = rehearsal_describe(rehearsal);
    json_auto_t *rest = json_pack("{s:b, s:O, s:I, s:O*, s:o}", "dry_run", 1, "spec", spec,
                                  "memory", (json_int_t)rehearsal_memory(rehearsal), "left_out",
                                  json_object_get(resolved, "left_out"), "gradient_check",
                                  check_gradients(rehearsal));
    if (rest == NULL || json_object_update(answer, rest) != 0) {
        error_set(error, ERROR_MEMORY, "no memory for an answer");
        return NULL;
    }
    const struct pace pace = measure_pace(rehearsal);
    add_pace(answer, &pace);
    return json_incref(answer);
}

/* As many threads as the job would have. */
static int team_hold(struct daemon *daemon, const struct job_setup *setup, struct team **team,
                     struct error *error)
{
    int64_t threads = setup->document.threads, cores = daemon_load(daemon).cores;
    *team = NULL;
    if (threads > cores)
        threads = cores;
    if (threads <= 1)
        return 0;
    *team = team_create((int)threads, NULL, error);
    return *team != NULL ? 0 : -1;
}

json_t *submit_rehearse(struct daemon *daemon, struct job_setup *setup, struct error *error)
{
    struct team *team;
    if (team_hold(daemon, setup, &team, error) != 0)
        return NULL;
    setup->trainer.team = team;
    struct rehearsal *rehearsal = rehearsal_create(&setup->trainer, error);
    json_t *answer = rehearsal != NULL ? rehearse(daemon, setup, rehearsal, error) : NULL;
    rehearsal_free(rehearsal);
    setup->trainer.team = NULL;
    team_free(team);
    return answer;
}

/* ---- shapes alone */

struct input_document {
    struct sizes shape;
};
static const struct field input_fields[] = {FIELD_SIZES(struct input_document, shape, .min = 1,
                                                        .max = 1 << 28, .flags = FIELD_REQUIRED,
                                                        .help = "of one row: [28, 28, 1]"),
                                            FIELD_END};
static const struct kind input_kind = {.name = "input",
                                       .help = "what the network takes",
                                       .size = sizeof(struct input_document),
                                       .fields = input_fields};

struct target_document {
    int64_t classes, values;
};
static const struct field target_fields[] = {
    FIELD_INTEGER(struct target_document, classes, .min = 0, .max = 65536,
                  .help = "classes to tell apart"),
    FIELD_INTEGER(struct target_document, values, .min = 0, .max = 65536, .help = "or numbers"),
    FIELD_END};
static const struct kind target_kind = {.name = "target",
                                        .help = "what \"units\": \"auto\" becomes",
                                        .size = sizeof(struct target_document),
                                        .fields = target_fields};

struct shapes_document {
    json_t *network;
    struct input_document *input;
    struct target_document *target;
    int64_t batch_size;
};
static const struct field shapes_fields[] = {
    FIELD_JSON(struct shapes_document, network, .flags = FIELD_REQUIRED, .schema = "network",
               .help = "{\"layers\": […]}"),
    FIELD_OBJECT(struct shapes_document, input, struct input_document, .object = &input_kind,
                 .flags = FIELD_REQUIRED, .help = "{\"shape\": [28, 28, 1]}"),
    FIELD_OBJECT(struct shapes_document, target, struct target_document, .object = &target_kind,
                 .help = "{\"classes\": 10}"),
    FIELD_INTEGER(struct shapes_document, batch_size, .min = 1, .max = 1 << 20, .number = 32,
                  .help = "rows that memory is counted for"),
    FIELD_END};
const struct kind network_shapes_kind = {.name = "shapes",
                                         .help = "a network without a dataset",
                                         .size = sizeof(struct shapes_document),
                                         .fields = shapes_fields};

static struct network *plan_shapes(const struct shapes_document *document, struct error *error)
{
    struct shape shape = {.rank = (int)document->input->shape.count};
    int64_t units = 0;
    if (shape.rank > SHAPE_RANK_MAX) {
        error_set_at(error, ERROR_INVALID, "input.shape", "must have at most %d dimensions",
                     SHAPE_RANK_MAX);
        return NULL;
    }
    for (int i = 0; i < shape.rank; i++)
        shape.dims[i] = document->input->shape.items[i];
    if (document->target != NULL)
        units =
            document->target->classes > 0 ? document->target->classes : document->target->values;
    return network_create(document->network, &shape, units, error);
}

static json_t *describe_shapes(const struct shapes_document *document, struct error *error)
{
    size_t memory = 0;
    struct network *network = plan_shapes(document, error);
    if (network == NULL)
        return NULL;
    json_t *answer = NULL;
    if (workspace_size(network, document->batch_size, 1, WORKSPACE_TRAIN, &memory, error) == 0) {
        answer = network_describe(network, document->batch_size);
        if (answer == NULL || json_object_set(answer, "network", network->document) != 0)
            error_set(error, ERROR_MEMORY, "no memory for an answer");
    }
    network_free(network);
    return answer;
}

static json_t *check_shapes(const json_t *document, struct error *error)
{
    struct shapes_document shapes;
    if (fields_read(&network_shapes_kind, document, &shapes, "", error) != 0)
        return NULL;
    json_t *answer = describe_shapes(&shapes, error);
    fields_clear(&network_shapes_kind, &shapes);
    return answer;
}

json_t *daemon_network_check(struct daemon *daemon, const struct viewer *viewer,
                             const json_t *document, struct error *error)
{
    struct job_setup setup;
    if (json_object_get(document, "dataset") == NULL && json_object_get(document, "input") != NULL)
        return check_shapes(document, error);
    if (job_setup_open(daemon, viewer, document, &setup, error) != 0)
        return NULL;
    json_t *answer = submit_rehearse(daemon, &setup, error);
    job_setup_close(daemon, &setup);
    return answer;
}

/* A submission, checked without the memory of its run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

static size_t weight_blocks(const struct trainer_plan *plan)
{
    /* The weights themselves, those that are kept, and those before an update for its histograms.
     */
    return 3 + (plan->setup.training->average != NULL);
}

static int memory_of(const struct trainer_plan *plan, size_t *memory, struct error *error)
{
    size_t step, data, augment, snapshot;
    if (step_memory(&plan->step_setup, &step, error) != 0 ||
        trainer_data_memory(plan, &data, error) != 0 ||
        trainer_augment_memory(plan, &augment, error) != 0 ||
        trainer_snapshot_memory(plan, &snapshot, error) != 0)
        return -1;
    size_t sum = sizeof(struct trainer);
    size_t rows = (size_t)(plan->sets.training_count * 2 + plan->sets.validation_count);
    if (size_add(sum, step, &sum, error) != 0 || size_add(sum, data, &sum, error) != 0 ||
        size_add(sum, augment, &sum, error) != 0 ||
        size_add(sum, rows * sizeof(uint32_t), &sum, error) != 0 ||
        size_add(sum, snapshot, &sum, error) != 0 ||
        size_add(sum, trainer_plan_parameter_size(plan) * weight_blocks(plan), &sum, error) != 0 ||
        size_add(sum, 2 * metrics_memory(plan->metrics), &sum, error) != 0)
        return -1;
    /* Between two folds there are both. */
    if (plan->round.fold >= 0 && size_multiply(sum, 2, &sum, error) != 0)
        return -1;
    *memory = sum;
    return 0;
}

/* The names of the metrics that are measured, where the document leaves them to the task. */
static json_t *metric_list(const struct trainer_plan *plan)
{
    struct metric_value values[METRICS_MAX];
    int count = metrics_values(plan->metrics, values);
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_string(values[i].name));
    return list;
}

static json_t *resolve(const struct trainer_plan *plan)
{
    json_t *training = fields_write(&training_kind, plan->setup.training);
    if (training == NULL)
        return NULL;
    if (plan->default_loss.kind != NULL)
        json_object_set_new(training, "loss", fields_write_variant(&plan->default_loss));
    if (!metrics_are_named(plan->setup.training->metrics))
        json_object_set_new(training, "metrics", metric_list(plan));
    json_t *preprocessing = fields_write(&preprocessing_options_kind, plan->setup.preprocessing);
    const char *text = preprocessing_text(plan->preprocessing);
    if (text != NULL && plan->setup.preprocessing->common.text == TEXT_AUTO)
        json_object_set_new(preprocessing, "text", json_string(text));
    json_t *left_out = json_deep_copy(preprocessing_left_out(plan->preprocessing));
    return json_pack("{s:o, s:o, s:o, s:o*, s:o}", "network",
                     json_deep_copy(plan->network->document), "training", training, "preprocessing",
                     preprocessing, "target",
                     json_deep_copy(preprocessing_targets(plan->preprocessing)), "left_out",
                     left_out == NULL ? json_array() : left_out);
}

/* Whether the initial model's weights fit, tried on memory that is given back. */
static int check_initial(const struct trainer_plan *plan, struct error *error)
{
    if (plan->setup.initial == NULL)
        return 0;
    AUTO_FREE float *parameters = calloc(1, trainer_plan_parameter_size(plan) + 1);
    if (parameters == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the initial model's weights");
    return model_copy_weights(plan->setup.initial, plan->network, parameters, error);
}

int trainer_plan_check(const struct trainer_plan *plan, size_t *memory, json_t **resolved,
                       struct error *error)
{
    size_t size;
    if (memory_of(plan, &size, error) != 0 || check_initial(plan, error) != 0)
        return -1;
    json_t *document = resolved != NULL ? resolve(plan) : NULL;
    if (resolved != NULL && document == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the job's spec");
    *memory = size;
    if (resolved != NULL)
        *resolved = document;
    return 0;
}

int trainer_check(const struct trainer_setup *setup, size_t *memory, json_t **resolved,
                  struct error *error)
{
    struct trainer_plan plan;
    struct trainer_round first = trainer_round_first(setup);
    if (trainer_plan_make(&plan, setup, &first, error) != 0)
        return -1;
    int result = trainer_plan_check(&plan, memory, resolved, error);
    trainer_plan_clear(&plan);
    return result;
}

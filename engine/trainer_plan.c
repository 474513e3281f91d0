/* A run, planned: the network over the learned input, the loss, what is monitored. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_plan.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Validation runs in batches of this size even where training uses smaller ones. */
enum { VALIDATION_BATCH = 256 };

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- network */

/* One sigmoid unit tells two classes apart; everything else takes a unit a class or value. */
static int64_t auto_units(const struct trainer_plan *plan)
{
    int64_t width = preprocessing_target_width(plan->preprocessing);
    return plan->task.one_unit && width == 2 ? 1 : width;
}

static int check_output_width(const struct trainer_plan *plan, struct error *error)
{
    int64_t width = preprocessing_target_width(plan->preprocessing);
    bool is_classes = preprocessing_task(plan->preprocessing) == TASK_CLASSES;
    if (is_classes && plan->output_elements != shape_last(&plan->network->output_shape))
        return error_set_at(error, ERROR_INVALID, "network",
                            "gives several axes a row, but classes need one: put {\"type\": "
                            "\"flatten\"} before the last layer");
    char shape[128];
    if (plan->output_elements == width)
        return 0;
    if (is_classes && width == 2 && plan->output_elements == 1 &&
        plan->network->output_activation == ACTIVATION_SIGMOID)
        return 0;
    if (plan->network->output_shape.rank > 1)
        return error_set_at(error, ERROR_INVALID, "network",
                            "gives values of shape %s a row, but the target has %lld %s: put "
                            "{\"type\": \"flatten\"} before the last layer",
                            shape_text(&plan->network->output_shape, shape, sizeof shape),
                            (long long)width, is_classes ? "classes" : "values");
    return error_set_at(error, ERROR_INVALID, "network",
                        "gives %lld values a row, but the target has %lld %s: write \"units\": "
                        "\"auto\" in the last layer",
                        (long long)plan->output_elements, (long long)width,
                        is_classes ? "classes" : "values");
}

static int plan_network(struct trainer_plan *plan, struct error *error)
{
    struct shape input = preprocessing_input_shape(plan->preprocessing);
    json_auto_t *document = trainer_plan_document(plan, error);
    if (document == NULL)
        return -1;
    plan->network = network_create(document, &input, auto_units(plan), error);
    if (plan->network == NULL)
        return -1;
    plan->input_elements = shape_elements(&plan->network->input_shape, error);
    plan->output_elements = shape_elements(&plan->network->output_shape, error);
    if (plan->input_elements < 0 || plan->output_elements < 0)
        return -1;
    return check_output_width(plan, error);
}

/* ---- loss */

static int plan_loss(struct trainer_plan *plan, struct error *error)
{
    const struct training *training = plan->setup.training;
    const struct variant *loss = &training->loss;
    if (plan->task.loss_name != NULL) {
        json_t *name = json_string(plan->task.loss_name);
        int result = name == NULL ? error_set(error, ERROR_MEMORY, "out of memory for the loss")
                                  : fields_read_variant(loss_kinds, name, &plan->default_loss,
                                                        "training.loss", error);
        json_decref(name);
        if (result != 0)
            return -1;
        loss = &plan->default_loss;
    }
    plan->loss = (const struct loss_type *)loss->kind; /* a loss_type begins with its kind */
    plan->loss_options = loss->options;
    if (training->label_smoothing > 0 && !plan->loss->smooths_labels)
        return error_set_at(error, ERROR_INVALID, "training.label_smoothing",
                            "means something to categorical_crossentropy and "
                            "binary_crossentropy, but not to %s",
                            plan->loss->kind.name);
    if (plan->loss->check == NULL)
        return 0;
    struct error reason = {0};
    if (plan->loss->check(plan->loss_options, plan->network->output_activation,
                          plan->output_elements, &reason) == 0)
        return 0;
    return error_set_at(error, reason.code, "training.loss", "does not fit: %s", reason.message);
}

/* ---- metrics */

static int plan_metrics(struct trainer_plan *plan, struct error *error)
{
    plan->metrics = metrics_create(plan->preprocessing, plan->output_elements,
                                   plan->setup.training->metrics, plan->task.binary_values,
                                   plan->sets.validation_count, "training.metrics", error);
    return plan->metrics == NULL ? -1 : trainer_plan_goals(plan, error);
}

/* ---- augmentation */

static int plan_augmentation(struct trainer_plan *plan, struct error *error)
{
    const struct variants *list = &plan->setup.training->augmentation;
    if (augment_input_make(&plan->augment_input, plan->preprocessing, error) != 0)
        return -1;
    plan->augment_input.id_layer = network_id_layer(plan->network);
    return augmentation_check(list, &plan->augment_input, "training.augmentation", error);
}

/* ---- all together */

int64_t trainer_step_limit(const struct training *training)
{
    return training->limits == NULL ? 0 : training->limits->steps;
}

int64_t trainer_plan_step_limit(const struct trainer_plan *plan, int64_t epochs, int64_t limit)
{
    int64_t steps = plan->steps_per_epoch * epochs;
    return limit > 0 ? smaller(steps, limit) : steps;
}

void trainer_plan_set_epochs(struct trainer_plan *plan, int64_t epochs)
{
    plan->epochs = epochs;
    plan->steps = plan->steps_per_epoch * epochs;
    plan->step_limit =
        trainer_plan_step_limit(plan, epochs, trainer_step_limit(plan->setup.training));
}

static void plan_steps(struct trainer_plan *plan)
{
    const struct training *training = plan->setup.training;
    int64_t rows = plan->sets.training_count, batch = training->batch_size;
    plan->update_rows = smaller(batch * training->accumulate, rows);
    plan->steps_per_epoch = (rows + plan->update_rows - 1) / plan->update_rows;
    trainer_plan_set_epochs(plan, plan->round.epochs > 0 ? plan->round.epochs : training->epochs);
    plan->rows = smaller(batch, rows);
    int64_t validation = smaller(VALIDATION_BATCH, plan->sets.validation_count);
    if (validation > plan->rows)
        plan->rows = validation;
    plan->step_setup = (struct step_setup){.network = plan->network,
                                           .training = training,
                                           .loss = plan->loss,
                                           .loss_options = plan->loss_options,
                                           .kernels = plan->kernels,
                                           .team = plan->setup.team,
                                           .members = plan->setup.members,
                                           .rows = plan->rows,
                                           .parts = augmentation_parts(&training->augmentation),
                                           .steps_per_epoch = plan->steps_per_epoch,
                                           .total_steps = plan->steps};
}

struct trainer_round trainer_round_first(const struct trainer_setup *setup)
{
    const struct validation_options *validation = setup->training->validation;
    bool is_crossed = validation != NULL && validation->folds > 0;
    return (struct trainer_round){.fold = is_crossed ? 0 : -1};
}

int trainer_plan_make(struct trainer_plan *plan, const struct trainer_setup *setup,
                      const struct trainer_round *round, struct error *error)
{
    *plan =
        (struct trainer_plan){.setup = *setup,
                              .round = *round,
                              .kernels = kernels_get(error),
                              .stopping = round->is_last ? NULL : setup->training->early_stopping};
    if (plan->kernels == NULL || trainer_task_decide(setup, &plan->task, error) != 0 ||
        trainer_plan_sample_column(plan, error) != 0 || trainer_plan_rows(plan, error) != 0 ||
        plan_network(plan, error) != 0 || plan_loss(plan, error) != 0 ||
        trainer_plan_weights(plan, error) != 0 || plan_metrics(plan, error) != 0 ||
        plan_augmentation(plan, error) != 0) {
        trainer_plan_clear(plan);
        return -1;
    }
    plan_steps(plan);
    return 0;
}

bool trainer_plan_keeps_best(const struct trainer_plan *plan)
{
    return plan->sets.validation_count > 0 ||
           (plan->stopping != NULL && plan->stopping->restore_best);
}

size_t trainer_plan_parameter_size(const struct trainer_plan *plan)
{
    return (size_t)plan->network->parameter_count * sizeof(float);
}

void trainer_plan_clear(struct trainer_plan *plan)
{
    augment_input_clear(&plan->augment_input);
    metrics_free(plan->metrics);
    free(plan->goals);
    variant_clear(&plan->default_loss);
    free(plan->class_weights);
    network_free(plan->network);
    row_sets_clear(&plan->sets);
    preprocessing_binding_free(plan->binding);
    preprocessing_binding_free(plan->validation_binding);
    preprocessing_free(plan->preprocessing);
    memset(plan, 0, sizeof *plan);
}

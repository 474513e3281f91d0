/* What a run gives: the model, and the report of its validation. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

bool trainer_restores_best(const struct trainer *trainer)
{
    const struct early_stopping_options *stopping = trainer->plan.stopping;
    return stopping != NULL && stopping->restore_best;
}

static struct preprocessing *copy_preprocessing(const struct preprocessing *preprocessing,
                                                struct error *error)
{
    json_t *document = preprocessing_write(preprocessing);
    if (document == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for the model");
        return NULL;
    }
    struct preprocessing *copy = preprocessing_read(document, error);
    json_decref(document);
    return copy;
}

static struct model *make_model(const struct trainer *trainer, const float *parameters,
                                json_t *lineage_taken, struct error *error)
{
    const struct trainer_plan *plan = &trainer->plan;
    struct preprocessing *preprocessing = copy_preprocessing(plan->preprocessing, error);
    struct network *network =
        network_create(plan->network->document, &plan->network->input_shape, 0, error);
    if (preprocessing == NULL || network == NULL) {
        preprocessing_free(preprocessing);
        network_free(network);
        json_decref(lineage_taken);
        return NULL;
    }
    return model_create(network, preprocessing, parameters, lineage_taken, error);
}

struct model *trainer_model(const struct trainer *trainer, bool best, json_t *lineage_taken,
                            struct error *error)
{
    bool has_best = trainer->counters.best_epoch > 0;
    bool wants_best = trainer_restores_best(trainer) || trainer->failure.failed ||
                      (best && trainer_has_validation(trainer));
    return make_model(trainer,
                      has_best && wants_best ? trainer->best_parameters
                                             : trainer_result_parameters(trainer),
                      lineage_taken, error);
}

struct model *trainer_model_now(const struct trainer *trainer, json_t *lineage_taken,
                                struct error *error)
{
    return make_model(trainer, trainer_result_parameters(trainer), lineage_taken, error);
}

json_t *trainer_evaluation(const struct trainer *trainer)
{
    const struct trainer_counters *counters = &trainer->counters;
    if (trainer->folds.done > 0)
        return trainer_folds_report(trainer);
    if (!trainer_has_validation(trainer) || counters->epoch == 0)
        return NULL;
    /* A complete run without restore_best ends with its last weights; every other one with its
     * best. */
    bool is_last = (counters->phase == PHASE_FINISHED && !trainer_restores_best(trainer)) ||
                   counters->best_epoch == 0;
    return metrics_report(is_last ? trainer->plan.metrics : trainer->best_metrics);
}

/* Cross-validation: a run for each fold, then one on all rows whose weights are the result. Each
 * run learns its own preprocessing, from its own training rows. Steps and epochs are counted
 * through. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t trainer_fold_count(const struct trainer_setup *setup)
{
    const struct validation_options *validation = setup->training->validation;
    return validation == NULL ? 0 : validation->folds;
}

int trainer_folds_create(struct trainer_folds *folds, int64_t count, struct error *error)
{
    *folds = (struct trainer_folds){.best_epochs = calloc((size_t)count + 1, sizeof(int64_t)),
                                    .figures = calloc((size_t)count + 1, sizeof *folds->figures)};
    if (folds->best_epochs != NULL && folds->figures != NULL)
        return 0;
    return error_set(error, ERROR_MEMORY, "out of memory for the folds of a cross-validation");
}

void trainer_folds_clear(struct trainer_folds *folds)
{
    free(folds->best_epochs);
    free(folds->figures);
    *folds = (struct trainer_folds){0};
}

bool trainer_has_next_round(const struct trainer *trainer)
{
    return trainer->plan.round.fold >= 0;
}

/* The last run trains as long as the folds did until they were at their best, where it is the best
 * weights that are wanted; else all epochs (0). */
static int64_t last_epochs(const struct trainer_setup *setup, const struct trainer_folds *folds)
{
    const struct early_stopping_options *stopping = setup->training->early_stopping;
    double sum = 0;
    if (stopping == NULL || !stopping->restore_best)
        return 0;
    for (int64_t i = 0; i < folds->done; i++)
        sum += (double)folds->best_epochs[i];
    int64_t mean = llround(sum / (double)folds->done);
    return mean < 1 ? 1 : mean;
}

struct trainer_round trainer_round_after(const struct trainer_setup *setup,
                                         const struct trainer_folds *folds)
{
    int64_t count = trainer_fold_count(setup);
    assert(folds->done <= count);
    if (folds->done < count || count == 0)
        return (struct trainer_round){.fold = count == 0 ? -1 : folds->done};
    return (struct trainer_round){.fold = -1, .is_last = true, .epochs = last_epochs(setup, folds)};
}

/* ---- what the folds gave */

static double mean_of(const struct trainer_folds *folds, int figure)
{
    double sum = 0;
    for (int64_t i = 0; i < folds->done; i++)
        sum += folds->figures[i].values[figure];
    return sum / (double)folds->done;
}

/* The sample's standard deviation; 0 for one fold. */
static double deviation_of(const struct trainer_folds *folds, int figure)
{
    double mean = mean_of(folds, figure), sum = 0;
    for (int64_t i = 0; i < folds->done; i++) {
        double difference = folds->figures[i].values[figure] - mean;
        sum += difference * difference;
    }
    return folds->done > 1 ? sqrt(sum / (double)(folds->done - 1)) : 0;
}

static void report_means(const struct trainer *trainer, struct trainer_report *report)
{
    const struct trainer_folds *folds = &trainer->folds;
    report->metric_count = folds->figures[0].count;
    for (int i = 0; i < report->metric_count; i++) {
        report->metrics[i].name = trainer->figure_names[i];
        report->metrics[i].value = mean_of(folds, i);
    }
}

int trainer_next_round(struct trainer *trainer, struct trainer_report *report, struct error *error)
{
    struct trainer_folds *folds = &trainer->folds;
    const struct trainer_counters *counters = &trainer->counters;
    bool is_best = trainer_restores_best(trainer) && counters->best_epoch > 0;
    folds->best_epochs[folds->done] = counters->best_epoch;
    folds->figures[folds->done] = is_best ? trainer->best_figures : trainer->last_figures;
    folds->done++;
    folds->steps += counters->step;
    folds->epochs += counters->epoch;
    report_means(trainer, report);
    const struct trainer_setup setup = trainer_document_setup(trainer);
    struct trainer_round round = trainer_round_after(&setup, folds);
    struct trainer *next = trainer_create_round(&setup, &round, error);
    if (next == NULL)
        return -1;
    trainer_settings_pass(trainer, next);
    trainer_adopt(trainer, next);
    return 0;
}

static void set_number(json_t *object, const char *name, double value)
{
    json_object_set_new(object, name, isfinite(value) ? json_real(value) : json_null());
}

static json_t *figures_report(const struct trainer *trainer,
                              double (*figure)(const struct trainer_folds *folds, int index))
{
    json_t *object = json_object();
    for (int i = 0; i < trainer->folds.figures[0].count; i++)
        set_number(object, trainer->figure_names[i], figure(&trainer->folds, i));
    return object;
}

static json_t *fold_report(const struct trainer *trainer, int64_t fold)
{
    const struct trainer_figures *figures = &trainer->folds.figures[fold];
    json_t *object = json_pack("{s:I, s:I}", "fold", (json_int_t)fold + 1, "best_epoch",
                               (json_int_t)trainer->folds.best_epochs[fold]);
    for (int i = 0; i < figures->count; i++)
        set_number(object, trainer->figure_names[i], figures->values[i]);
    return object;
}

json_t *trainer_folds_report(const struct trainer *trainer)
{
    json_t *list = json_array();
    for (int64_t i = 0; i < trainer->folds.done; i++)
        json_array_append_new(list, fold_report(trainer, i));
    return json_pack("{s:o, s:o, s:o}", "folds", list, "mean", figures_report(trainer, mean_of),
                     "deviation", figures_report(trainer, deviation_of));
}

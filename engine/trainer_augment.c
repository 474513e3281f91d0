/* Augmented training batches. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_augment.h"

#include <stdlib.h>

static const struct variants *list_of(const struct trainer_plan *plan)
{
    return &plan->setup.training->augmentation;
}

static struct augmentation_setup setup_of(const struct trainer_plan *plan)
{
    const struct training *training = plan->setup.training;
    return (struct augmentation_setup){.list = list_of(plan),
                                       .input = &plan->augment_input,
                                       .seed = (uint64_t)training->seed,
                                       .rows = plan->rows,
                                       .team = plan->setup.team,
                                       .members = plan->setup.members};
}

/* ---- memory */

struct memory_plan {
    size_t targets, weights; /* 0: nothing mixes */
};

static bool has_classes(const struct trainer_plan *plan)
{
    return preprocessing_task(plan->preprocessing) == TASK_CLASSES;
}

static int plan_memory(const struct trainer_plan *plan, struct memory_plan *memory,
                       struct error *error)
{
    size_t parts = (size_t)augmentation_parts(list_of(plan)), rows = (size_t)plan->rows;
    size_t target =
        has_classes(plan) ? parts * sizeof(int32_t) : (size_t)plan->output_elements * sizeof(float);
    *memory = (struct memory_plan){0};
    if (parts == 1)
        return 0;
    if (size_multiply(rows, target, &memory->targets, error) != 0)
        return -1;
    return size_multiply(rows, (has_classes(plan) ? parts : 1) * sizeof(float), &memory->weights,
                         error);
}

int trainer_augment_memory(const struct trainer_plan *plan, size_t *size, struct error *error)
{
    struct memory_plan memory;
    const struct augmentation_setup setup = setup_of(plan);
    *size = 0;
    if (list_of(plan)->count == 0)
        return 0;
    if (plan_memory(plan, &memory, error) != 0 || augmentation_memory(&setup, size, error) != 0 ||
        size_add(*size, memory.targets, size, error) != 0)
        return -1;
    return size_add(*size, memory.weights, size, error);
}

int trainer_augment_create(struct trainer_augment *augment, const struct trainer_plan *plan,
                           struct error *error)
{
    struct memory_plan memory;
    const struct augmentation_setup setup = setup_of(plan);
    *augment = (struct trainer_augment){.output_elements = plan->output_elements};
    if (list_of(plan)->count == 0)
        return 0;
    if (plan_memory(plan, &memory, error) != 0)
        return -1;
    augment->augmentation = augmentation_create(&setup, error);
    if (augment->augmentation == NULL)
        return -1;
    if (memory.targets == 0)
        return 0;
    void *targets = malloc(memory.targets);
    if (has_classes(plan))
        augment->classes = targets;
    else
        augment->values = targets;
    augment->row_weights = malloc(memory.weights);
    if (targets != NULL && augment->row_weights != NULL)
        return 0;
    trainer_augment_clear(augment);
    return error_set(error, ERROR_MEMORY, "out of memory for mixed targets");
}

void trainer_augment_clear(struct trainer_augment *augment)
{
    augmentation_free(augment->augmentation);
    free(augment->classes);
    free(augment->values);
    free(augment->row_weights);
    *augment = (struct trainer_augment){0};
}

/* ---- mixed targets */

static double weight_of(const struct step_batch *batch, int64_t row)
{
    return batch->row_weights == NULL ? 1 : (double)batch->row_weights[row];
}

static struct step_batch mix_classes(const struct trainer_augment *augment,
                                     const struct augmentation_mix *mix,
                                     const struct step_batch *batch)
{
    for (int part = 0; part < mix->parts; part++)
        for (int64_t i = 0; i < batch->rows; i++) {
            int64_t from = part * mix->stride + i, to = part * batch->rows + i;
            int32_t source = mix->sources[from];
            augment->classes[to] = batch->classes[source];
            augment->row_weights[to] = (float)(mix->shares[from] * weight_of(batch, source));
        }
    return (struct step_batch){.rows = batch->rows,
                               .parts = mix->parts,
                               .classes = augment->classes,
                               .row_weights = augment->row_weights};
}

static void mix_row_values(const struct trainer_augment *augment,
                           const struct augmentation_mix *mix, const struct step_batch *batch,
                           int64_t row)
{
    int64_t width = augment->output_elements;
    double weight = 0;
    for (int64_t j = 0; j < width; j++) {
        double value = 0;
        for (int64_t at = row; at < mix->parts * mix->stride; at += mix->stride)
            value += mix->shares[at] * (double)batch->values[mix->sources[at] * width + j];
        augment->values[row * width + j] = (float)value;
    }
    for (int64_t at = row; at < mix->parts * mix->stride; at += mix->stride)
        weight += mix->shares[at] * weight_of(batch, mix->sources[at]);
    augment->row_weights[row] = (float)weight;
}

static struct step_batch mix_values(const struct trainer_augment *augment,
                                    const struct augmentation_mix *mix,
                                    const struct step_batch *batch)
{
    for (int64_t i = 0; i < batch->rows; i++)
        mix_row_values(augment, mix, batch, i);
    return (struct step_batch){.rows = batch->rows,
                               .values = augment->values,
                               .row_weights =
                                   batch->row_weights == NULL ? NULL : augment->row_weights};
}

struct step_batch trainer_augment_run(struct trainer_augment *augment, int64_t epoch,
                                      const uint32_t *rows, const struct step_batch *batch,
                                      float *x)
{
    if (augment->augmentation == NULL)
        return *batch;
    struct augmentation_mix mix =
        augmentation_run(augment->augmentation, epoch, rows, batch->rows, x);
    if (mix.parts == 1)
        return *batch;
    return augment->classes != NULL ? mix_classes(augment, &mix, batch)
                                    : mix_values(augment, &mix, batch);
}

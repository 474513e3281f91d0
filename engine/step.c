/* One update on one batch. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/step.h"
#include "engine/optimizer.h"
#include "engine/shape.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The unit of sums over the gradient and of the optimizer's pass: a kernel's sum_of_squares takes
 * so many at most. Part of what the bytes depend on. */
enum { BLOCK = 4096 };

/* Less than this is not worth waking another thread for. */
enum { ROW_GRAIN = 32, BLOCK_GRAIN = 4 };

enum { SLOTS_MAX = 4 };

struct step {
    struct step_setup setup;
    const struct optimizer_type *optimizer;
    bool from_logits;
    int64_t width;       /* output elements of a row */
    int64_t block_count; /* of the trained parameters */
    double rate_factor;  /* of what the schedule gives */
    int slot_count;
    bool is_first;               /* no batch of the update has given its gradients yet */
    int64_t carried_step;        /* updates that `carried` is of */
    double carried;              /* the optimizer's, see optimizer_type.carry */
    struct workspace *workspace; /* owned, as all below */
    float *floats;               /* gradients, then the slots */
    double *row_losses;          /* [rows] */
    double *part_losses;         /* [rows]: of a row's further targets; NULL: one target */
    float *part_d_output;        /* [rows][width], likewise */
    double *block_sums;          /* [block_count] */
    struct schedule_state *schedule_state;
    float *gradients, *slots[SLOTS_MAX]; /* into floats */
};

/* ---- memory */

struct step_plan {
    int slot_count;
    int64_t stride; /* from one array of floats to the next: keeps them aligned */
    int64_t block_count;
    size_t float_size, row_size, part_size, block_size, workspace_size;
};

static const struct optimizer_type *optimizer_of(const struct training *training)
{
    /* Every kind of the list is the first member of its optimizer_type. */
    return (const struct optimizer_type *)training->optimizer.kind;
}

static int member_count(const struct step_setup *setup)
{
    return setup->members > 0 ? setup->members : team_size(setup->team);
}

/* What a second target of each row takes beside the first: losses and gradients. */
static int plan_parts(const struct step_setup *setup, struct step_plan *plan, struct error *error)
{
    int64_t width = shape_elements(&setup->network->output_shape, error);
    if (width < 0)
        return -1;
    size_t row = setup->parts > 1 ? (size_t)width * sizeof(float) : 0;
    return size_multiply(row, (size_t)setup->rows, &plan->part_size, error);
}

static int plan_memory(const struct step_setup *setup, struct step_plan *plan, struct error *error)
{
    const struct training *training = setup->training;
    plan->slot_count = optimizer_of(training)->slot_count(training->optimizer.options);
    assert(plan->slot_count <= SLOTS_MAX);
    plan->stride = (setup->network->trained_count + 15) / 16 * 16;
    plan->block_count = (setup->network->trained_count + BLOCK - 1) / BLOCK;
    size_t arrays = (size_t)(1 + plan->slot_count) * sizeof(float);
    if (size_multiply((size_t)plan->stride, arrays, &plan->float_size, error) != 0 ||
        size_multiply((size_t)setup->rows, sizeof(double), &plan->row_size, error) != 0 ||
        plan_parts(setup, plan, error) != 0 ||
        size_multiply((size_t)plan->block_count, sizeof(double), &plan->block_size, error) != 0)
        return -1;
    return workspace_size(setup->network, setup->rows, member_count(setup), WORKSPACE_TRAIN,
                          &plan->workspace_size, error);
}

int step_memory(const struct step_setup *setup, size_t *size, struct error *error)
{
    struct step_plan plan;
    if (plan_memory(setup, &plan, error) != 0)
        return -1;
    size_t sum = sizeof(struct step);
    if (size_add(sum, plan.float_size, &sum, error) != 0 ||
        size_add(sum, plan.row_size, &sum, error) != 0 ||
        size_add(sum, plan.part_size > 0 ? plan.row_size : 0, &sum, error) != 0 ||
        size_add(sum, plan.part_size, &sum, error) != 0 ||
        size_add(sum, plan.block_size, &sum, error) != 0 ||
        size_add(sum, plan.workspace_size, &sum, error) != 0)
        return -1;
    *size = sum;
    return 0;
}

static int allocate(struct step *step, const struct step_plan *plan, struct error *error)
{
    const struct step_setup *setup = &step->setup;
    step->workspace = workspace_create(setup->network, setup->kernels, setup->rows,
                                       member_count(setup), WORKSPACE_TRAIN, error);
    if (step->workspace == NULL)
        return -1;
    /* A network without weights still gets its pointers. */
    step->floats = aligned_alloc(64, plan->float_size + 64);
    step->row_losses = malloc(plan->row_size + 1);
    step->block_sums = malloc(plan->block_size + 1);
    if (setup->parts > 1) {
        step->part_losses = malloc(plan->row_size);
        step->part_d_output = malloc(plan->part_size);
        if (step->part_losses == NULL || step->part_d_output == NULL)
            return error_set(error, ERROR_MEMORY, "out of memory for the targets' gradients");
    }
    step->schedule_state = malloc(sizeof *step->schedule_state);
    if (step->floats == NULL || step->row_losses == NULL || step->block_sums == NULL ||
        step->schedule_state == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for %zu bytes of gradients",
                         plan->float_size);
    memset(step->floats, 0, plan->float_size);
    schedule_state_start(step->schedule_state);
    step->gradients = step->floats;
    for (int i = 0; i < plan->slot_count; i++)
        step->slots[i] = step->floats + plan->stride * (i + 1);
    return 0;
}

struct step *step_create(const struct step_setup *setup, struct error *error)
{
    struct step_plan plan;
    if (plan_memory(setup, &plan, error) != 0)
        return NULL;
    struct step *step = calloc(1, sizeof *step);
    if (step == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for a step");
        return NULL;
    }
    step->setup = *setup;
    step->optimizer = optimizer_of(setup->training);
    step->from_logits =
        setup->loss->fuses != NULL && setup->loss->fuses(setup->network->output_activation);
    step->width = shape_elements(&setup->network->output_shape, error);
    step->block_count = plan.block_count;
    step->rate_factor = 1;
    step->slot_count = plan.slot_count;
    step->carried = 1;
    if (allocate(step, &plan, error) != 0) {
        step_free(step);
        return NULL;
    }
    return step;
}

void step_free(struct step *step)
{
    if (step == NULL)
        return;
    workspace_free(step->workspace);
    free(step->floats);
    free(step->row_losses);
    free(step->part_losses);
    free(step->part_d_output);
    free(step->block_sums);
    free(step->schedule_state);
    free(step);
}

/* ---- loss */

struct loss_task {
    const struct step *step;
    struct loss_batch batch; /* of the first part */
    int parts;
};

/* Adds the losses and gradients of one more target of each row. */
static void run_part(const struct loss_task *task, int part, int64_t begin, int64_t end)
{
    const struct step *step = task->step;
    const struct loss_batch *first = &task->batch;
    struct loss_batch batch = *first;
    batch.classes = first->classes + part * first->rows;
    batch.row_weights = first->row_weights + part * first->rows;
    batch.row_losses = step->part_losses;
    batch.d_output = first->d_output == NULL ? NULL : step->part_d_output;
    step->setup.loss->run(step->setup.loss_options, &batch, begin, end);
    for (int64_t i = begin; i < end; i++)
        first->row_losses[i] += step->part_losses[i];
    if (first->d_output != NULL)
        first->kernels->add((end - begin) * step->width, step->part_d_output + begin * step->width,
                            first->d_output + begin * step->width);
}

static void run_loss(void *context, int64_t begin, int64_t end, int member)
{
    const struct loss_task *task = context;
    (void)member;
    task->step->setup.loss->run(task->step->setup.loss_options, &task->batch, begin, end);
    for (int part = 1; part < task->parts; part++)
        run_part(task, part, begin, end);
}

/* The rows' losses, summed in their order, as part of `update_rows` rows. `d_output` NULL: no
 * gradient wanted. */
static double loss_sum(struct step *step, const struct step_batch *batch, int64_t update_rows,
                       float *d_output)
{
    assert(batch->parts <= 1 || (batch->parts <= step->setup.parts && batch->classes != NULL &&
                                 batch->row_weights != NULL));
    struct loss_task task = {.step = step,
                             .parts = batch->parts,
                             .batch = {.kernels = step->setup.kernels,
                                       .rows = batch->rows,
                                       .width = step->width,
                                       .group = shape_last(&step->setup.network->output_shape),
                                       .activated = !step->from_logits,
                                       .output = step->from_logits
                                                     ? workspace_logits(step->workspace)
                                                     : workspace_output(step->workspace),
                                       .classes = batch->classes,
                                       .values = batch->values,
                                       .row_weights = batch->row_weights,
                                       .label_smoothing = step->setup.training->label_smoothing,
                                       .row_losses = step->row_losses,
                                       .d_output = d_output,
                                       .batch_rows = update_rows}};
    team_run(step->setup.team, batch->rows, ROW_GRAIN, run_loss, &task);
    double sum = 0;
    for (int64_t i = 0; i < batch->rows; i++)
        sum += step->row_losses[i];
    return sum;
}

/* ---- learning rate */

void step_set_course(struct step *step, const struct training *training, int64_t total_steps,
                     double rate_factor)
{
    step->setup.training = training;
    step->setup.total_steps = total_steps;
    step->rate_factor = rate_factor;
}

double step_learning_rate(const struct step *step, int64_t index)
{
    const struct training *training = step->setup.training;
    const struct optimizer_options *options = training->optimizer.options;
    return schedule_rate(&training->schedule, options->learning_rate, index,
                         step->setup.steps_per_epoch, step->setup.total_steps,
                         step->schedule_state) *
           step->rate_factor;
}

/* ---- gradient */

static void run_norm(void *context, int64_t begin, int64_t end, int member)
{
    struct step *step = context;
    (void)member;
    int64_t count = step->setup.network->trained_count;
    for (int64_t block = begin; block < end; block++) {
        int64_t at = block * BLOCK, left = count - at;
        step->block_sums[block] =
            step->setup.kernels->sum_of_squares(left < BLOCK ? left : BLOCK, step->gradients + at);
    }
}

/* Blocks are summed in a tree that depends on their number alone. */
static double gradient_norm(struct step *step)
{
    double *sums = step->block_sums;
    if (step->block_count == 0)
        return 0;
    team_run(step->setup.team, step->block_count, BLOCK_GRAIN, run_norm, step);
    for (int64_t width = 1; width < step->block_count; width *= 2)
        for (int64_t i = 0; i + width < step->block_count; i += 2 * width)
            sums[i] += sums[i + width];
    return sqrt(sums[0]);
}

static struct network_run network_run_of(const struct step *step, int64_t rows, int64_t draw)
{
    return (struct network_run){.rows = rows,
                                .training = true,
                                .output_activation = !step->from_logits,
                                .seed = (uint64_t)step->setup.training->seed,
                                .step = (uint64_t)draw,
                                .team = step->setup.team};
}

void step_begin(struct step *step, struct step_result *result)
{
    *result = (struct step_result){.loss = 0};
    step->is_first = true;
}

enum step_outcome step_add(struct step *step, float *parameters, int64_t draw,
                           const struct step_batch *batch, int64_t update_rows,
                           struct step_result *result)
{
    const struct network *network = step->setup.network;
    assert(batch->rows > 0 && batch->rows <= step->setup.rows && batch->rows <= update_rows);
    struct network_run run = network_run_of(step, batch->rows, draw);
    network_forward(network, step->workspace, parameters, &run);
    result->loss += loss_sum(step, batch, update_rows, workspace_d_output(step->workspace)) /
                    (double)update_rows;
    if (!isfinite(result->loss))
        return STEP_LOSS_NOT_FINITE;
    run.first = step->is_first;
    step->is_first = false;
    network_backward(network, step->workspace, parameters, step->gradients, step->from_logits,
                     &run);
    return STEP_DONE;
}

enum step_outcome step_end(struct step *step, const float *parameters, int64_t index,
                           struct step_result *result)
{
    const struct step_setup *setup = &step->setup;
    const struct training *training = setup->training;
    result->learning_rate = step_learning_rate(step, index);
    if (network_has_penalty(setup->network, training->l1, training->l2))
        result->loss += network_penalty(setup->network, training->l1, training->l2, parameters,
                                        step->gradients);
    result->gradient_norm = gradient_norm(step);
    return isfinite(result->gradient_norm) && isfinite(result->loss) ? STEP_DONE
                                                                     : STEP_GRADIENT_NOT_FINITE;
}

enum step_outcome step_differentiate(struct step *step, float *parameters, int64_t index,
                                     const struct step_batch *batch, struct step_result *result)
{
    step_begin(step, result);
    enum step_outcome outcome = step_add(step, parameters, index, batch, batch->rows, result);
    return outcome == STEP_DONE ? step_end(step, parameters, index, result) : outcome;
}

double step_loss(struct step *step, float *parameters, int64_t index,
                 const struct step_batch *batch)
{
    const struct step_setup *setup = &step->setup;
    const struct training *training = setup->training;
    struct network_run run = network_run_of(step, batch->rows, index);
    network_forward(setup->network, step->workspace, parameters, &run);
    return loss_sum(step, batch, batch->rows, NULL) / (double)batch->rows +
           network_penalty(setup->network, training->l1, training->l2, parameters, NULL);
}

/* ---- update */

struct update_task {
    struct step *step;
    struct optimizer_step optimizer_step;
    double factor; /* clip_norm's; 1: none */
};

static void run_update(void *context, int64_t begin, int64_t end, int member)
{
    const struct update_task *task = context;
    struct step *step = task->step;
    const struct training *training = step->setup.training;
    const struct kernels *kernels = step->setup.kernels;
    (void)member;
    int64_t from = begin * BLOCK, to = end * BLOCK;
    if (to > step->setup.network->trained_count)
        to = step->setup.network->trained_count;
    if (task->factor < 1)
        kernels->scale(to - from, (float)task->factor, step->gradients + from);
    if (!isnan(training->clip_value))
        kernels->clamp(to - from, (float)training->clip_value, step->gradients + from);
    step->optimizer->run(training->optimizer.options, &task->optimizer_step, from, to);
}

/* What the optimizer carries into update `number` (1-based): from the update before, or from the
 * first one on where that was not run here. */
static double carry(struct step *step, int64_t number)
{
    if (step->optimizer->carry == NULL)
        return 1;
    if (step->carried_step >= number) {
        step->carried_step = 0;
        step->carried = 1;
    }
    while (step->carried_step < number && step->carried != 0)
        step->carried = step->optimizer->carry(step->setup.training->optimizer.options,
                                               ++step->carried_step, step->carried);
    step->carried_step = number;
    return step->carried;
}

void step_update(struct step *step, float *parameters, int64_t index,
                 const struct step_result *result)
{
    const struct training *training = step->setup.training;
    struct update_task task = {.step = step,
                               .optimizer_step = {.kernels = step->setup.kernels,
                                                  .step = index + 1,
                                                  .rate = result->learning_rate,
                                                  .carried = carry(step, index + 1),
                                                  .parameters = parameters,
                                                  .gradients = step->gradients},
                               .factor = 1};
    memcpy(task.optimizer_step.slots, step->slots, sizeof step->slots);
    if (!isnan(training->clip_norm) && result->gradient_norm > training->clip_norm)
        task.factor = training->clip_norm / result->gradient_norm;
    team_run(step->setup.team, step->block_count, BLOCK_GRAIN, run_update, &task);
    network_apply_max_norm(step->setup.network, parameters, step->setup.team);
}

/* ---- evaluation, and what a checkpoint looks at */

double step_evaluate(struct step *step, float *parameters, const struct step_batch *batch)
{
    assert(batch->rows > 0 && batch->rows <= step->setup.rows);
    struct network_run run = network_run_of(step, batch->rows, 0);
    run.training = false;
    run.output_activation = true;
    network_forward(step->setup.network, step->workspace, parameters, &run);
    if (batch->classes == NULL && batch->values == NULL)
        return 0;
    return loss_sum(step, batch, batch->rows, NULL);
}

float *step_input(struct step *step)
{
    return workspace_input(step->workspace);
}

const float *step_output(const struct step *step)
{
    return workspace_output(step->workspace);
}

const struct workspace *step_workspace(const struct step *step)
{
    return step->workspace;
}

const float *step_gradients(const struct step *step)
{
    return step->gradients;
}

int step_slot_count(const struct step *step)
{
    return step->slot_count;
}

float *step_slot(struct step *step, int slot)
{
    assert(slot >= 0 && slot < step->slot_count);
    return step->slots[slot];
}

struct schedule_state *step_schedule_state(const struct step *step)
{
    return step->schedule_state;
}

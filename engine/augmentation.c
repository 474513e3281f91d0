/* Running a list of augmentations over batches. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augmentation.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Fewer rows are not worth waking another thread for. */
enum { ROW_GRAIN = 8 };

struct augmentation {
    struct augmentation_setup setup;
    struct augment_input input; /* what setup.input points to */
    struct augment_streams streams[AUGMENTATION_MAX];
    struct rng chance[AUGMENTATION_MAX], partner[AUGMENTATION_MAX];
    int parts;
    int64_t stride; /* of the members' memory, in floats */
    float *scratch; /* owned, as all below: [members][stride] */
    float *before;  /* [rows][elements], as they were before they are mixed; NULL: nothing mixes */
    int32_t *partners;  /* [rows]; the row itself: not mixed */
    double *own_shares; /* [rows] */
    int32_t *sources;   /* [parts][rows] */
    double *shares;     /* [parts][rows] */
};

static const struct augment_type *type_of(const struct variants *list, size_t position)
{
    /* Every kind of the list is the first member of its augment_type. */
    return (const struct augment_type *)list->items[position].kind;
}

static double probability_of(const struct variants *list, size_t position)
{
    return ((const struct augment_options *)list->items[position].options)->probability;
}

/* ---- memory */

struct memory_plan {
    int64_t stride;
    size_t scratch, before, partners, own_shares, sources, shares;
};

static int plan_memory(const struct augmentation_setup *setup, struct memory_plan *plan,
                       struct error *error)
{
    int parts = augmentation_parts(setup->list);
    size_t members = (size_t)(setup->members > 0 ? setup->members : team_size(setup->team));
    size_t rows = (size_t)setup->rows, mixed_rows = parts > 1 ? rows : 0;
    *plan = (struct memory_plan){.stride = (setup->input->elements + 15) / 16 * 16};
    size_t elements = (size_t)setup->input->elements * sizeof(float);
    if (size_multiply((size_t)plan->stride * sizeof(float), members, &plan->scratch, error) != 0 ||
        size_multiply(elements, mixed_rows, &plan->before, error) != 0 ||
        size_multiply(sizeof(int32_t), mixed_rows, &plan->partners, error) != 0 ||
        size_multiply(sizeof(double), mixed_rows, &plan->own_shares, error) != 0 ||
        size_multiply(sizeof(int32_t) * (size_t)parts, rows, &plan->sources, error) != 0 ||
        size_multiply(sizeof(double) * (size_t)parts, rows, &plan->shares, error) != 0)
        return -1;
    return 0;
}

int augmentation_memory(const struct augmentation_setup *setup, size_t *size, struct error *error)
{
    struct memory_plan plan;
    if (plan_memory(setup, &plan, error) != 0)
        return -1;
    const size_t parts[] = {plan.scratch,    plan.before,  plan.partners,
                            plan.own_shares, plan.sources, plan.shares};
    size_t sum = sizeof(struct augmentation);
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++)
        if (size_add(sum, parts[i], &sum, error) != 0)
            return -1;
    *size = sum;
    return 0;
}

struct augmentation *augmentation_create(const struct augmentation_setup *setup,
                                         struct error *error)
{
    struct memory_plan plan;
    assert(setup->list->count <= AUGMENTATION_MAX);
    if (plan_memory(setup, &plan, error) != 0)
        return NULL;
    struct augmentation *made = calloc(1, sizeof *made);
    if (made != NULL) {
        made->setup = *setup;
        made->input = *setup->input;
        made->setup.input = &made->input;
        made->parts = augmentation_parts(setup->list);
        made->stride = plan.stride;
        /* One byte more, since malloc(0) may be NULL. */
        made->scratch = malloc(plan.scratch + 1);
        made->before = malloc(plan.before + 1);
        made->partners = malloc(plan.partners + 1);
        made->own_shares = malloc(plan.own_shares + 1);
        made->sources = malloc(plan.sources + 1);
        made->shares = malloc(plan.shares + 1);
    }
    if (made == NULL || made->scratch == NULL || made->before == NULL || made->partners == NULL ||
        made->own_shares == NULL || made->sources == NULL || made->shares == NULL) {
        augmentation_free(made);
        error_set(error, ERROR_MEMORY, "out of memory for the augmentation");
        return NULL;
    }
    return made;
}

void augmentation_free(struct augmentation *augmentation)
{
    if (augmentation == NULL)
        return;
    free(augmentation->scratch);
    free(augmentation->before);
    free(augmentation->partners);
    free(augmentation->own_shares);
    free(augmentation->sources);
    free(augmentation->shares);
    free(augmentation);
}

/* ---- draws */

static void make_streams(struct augmentation *augmentation, int64_t epoch)
{
    uint64_t seed = augmentation->setup.seed;
    for (size_t position = 0; position < augmentation->setup.list->count; position++) {
        uint64_t number = (uint64_t)epoch * AUGMENTATION_MAX + position;
        augmentation->streams[position] =
            (struct augment_streams){.uniform = rng_stream(seed, "augment", "uniform", number),
                                     .whole = rng_stream(seed, "augment", "whole", number),
                                     .normal = rng_stream(seed, "augment", "normal", number),
                                     .beta = rng_stream(seed, "augment", "beta", number)};
        augmentation->chance[position] = rng_stream(seed, "augment", "chance", number);
        augmentation->partner[position] = rng_stream(seed, "augment", "partner", number);
    }
}

static bool is_chosen(const struct augmentation *augmentation, size_t position, uint32_t row)
{
    double probability = probability_of(augmentation->setup.list, position);
    return probability >= 1 || rng_double(&augmentation->chance[position], row) < probability;
}

/* ---- running */

/* Entries [first, last) of the list over a batch. */
struct run_task {
    struct augmentation *augmentation;
    size_t first, last;
    const uint32_t *rows;
    float *x;
};

static struct augment_row row_of(const struct run_task *task, size_t position, int64_t index,
                                 int member)
{
    const struct augmentation *augmentation = task->augmentation;
    return (struct augment_row){.x = task->x + index * augmentation->setup.input->elements,
                                .scratch = augmentation->scratch + member * augmentation->stride,
                                .input = augmentation->setup.input,
                                .streams = &augmentation->streams[position],
                                .row = task->rows[index]};
}

/* A row goes through all entries before the next one does: it stays cached. */
static void run_rows(void *context, int64_t begin, int64_t end, int member)
{
    const struct run_task *task = context;
    const struct variants *list = task->augmentation->setup.list;
    for (int64_t i = begin; i < end; i++)
        for (size_t position = task->first; position < task->last; position++) {
            if (!is_chosen(task->augmentation, position, task->rows[i]))
                continue;
            const struct augment_row row = row_of(task, position, i, member);
            type_of(list, position)->run(list->items[position].options, &row);
        }
}

static void run_copy(void *context, int64_t begin, int64_t end, int member)
{
    const struct run_task *task = context;
    int64_t elements = task->augmentation->setup.input->elements;
    (void)member;
    memcpy(task->augmentation->before + begin * elements, task->x + begin * elements,
           (size_t)((end - begin) * elements) * sizeof(float));
}

static void run_mix(void *context, int64_t begin, int64_t end, int member)
{
    const struct run_task *task = context;
    struct augmentation *augmentation = task->augmentation;
    const struct variant *entry = &augmentation->setup.list->items[task->first];
    int64_t elements = augmentation->setup.input->elements;
    for (int64_t i = begin; i < end; i++) {
        augmentation->own_shares[i] = 1;
        if (augmentation->partners[i] == i)
            continue;
        const struct augment_row row = row_of(task, task->first, i, member);
        const float *own = augmentation->before + i * elements;
        const float *other = augmentation->before + augmentation->partners[i] * elements;
        augmentation->own_shares[i] =
            type_of(augmentation->setup.list, task->first)->mix(entry->options, &row, own, other);
    }
}

static void choose_partners(struct augmentation *augmentation, size_t position,
                            const uint32_t *rows, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        augmentation->partners[i] = (int32_t)i;
        if (count == 1 || !is_chosen(augmentation, position, rows[i]))
            continue;
        int64_t other =
            (int64_t)rng_below(&augmentation->partner[position], rows[i], (uint64_t)count - 1);
        augmentation->partners[i] = (int32_t)(other + (other >= i));
    }
}

/* The parts of each row become its own and, behind them, its partner's. */
static void share_targets(struct augmentation *augmentation, int64_t count, int parts)
{
    int64_t stride = augmentation->setup.rows;
    for (int part = 0; part < parts; part++)
        for (int64_t i = 0; i < count; i++) {
            int64_t from = part * stride + augmentation->partners[i];
            int64_t to = (parts + part) * stride + i;
            augmentation->sources[to] = augmentation->sources[from];
            augmentation->shares[to] =
                augmentation->shares[from] * (1 - augmentation->own_shares[i]);
        }
    for (int part = 0; part < parts; part++)
        for (int64_t i = 0; i < count; i++)
            augmentation->shares[part * stride + i] *= augmentation->own_shares[i];
}

/* The run of entries from `first` on that need no other row of the batch. */
static size_t end_of_rows(const struct variants *list, size_t first)
{
    while (first < list->count && type_of(list, first)->mix == NULL)
        first++;
    return first;
}

struct augmentation_mix augmentation_run(struct augmentation *augmentation, int64_t epoch,
                                         const uint32_t *rows, int64_t count, float *x)
{
    const struct variants *list = augmentation->setup.list;
    struct team *team = augmentation->setup.team;
    struct run_task task = {.augmentation = augmentation, .rows = rows, .x = x};
    assert(count > 0 && count <= augmentation->setup.rows);
    make_streams(augmentation, epoch);
    for (int64_t i = 0; i < count; i++) {
        augmentation->sources[i] = (int32_t)i;
        augmentation->shares[i] = 1;
    }
    for (int parts = 1; task.first < list->count; task.first = task.last) {
        task.last = end_of_rows(list, task.first);
        if (task.last > task.first) {
            team_run(team, count, ROW_GRAIN, run_rows, &task);
            continue;
        }
        choose_partners(augmentation, task.first, rows, count);
        team_run(team, count, ROW_GRAIN, run_copy, &task);
        team_run(team, count, ROW_GRAIN, run_mix, &task);
        share_targets(augmentation, count, parts);
        parts *= 2;
        task.last = task.first + 1;
    }
    return (struct augmentation_mix){.parts = augmentation->parts,
                                     .stride = augmentation->setup.rows,
                                     .sources = augmentation->sources,
                                     .shares = augmentation->shares};
}

/* Which rows train, which validate, and in which order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/sampler.h"
#include "base/compiler.h"
#include "base/rng.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The rows of one class, and how many of them validate. */
struct stratum {
    uint32_t class;
    int64_t begin, count; /* in the list of positions, which is grouped by class */
    int64_t validating;
    double remainder; /* of its exact share, less what it was given */
};

void row_sets_clear(struct row_sets *sets)
{
    free(sets->training);
    free(sets->validation);
    memset(sets, 0, sizeof *sets);
}

static uint32_t class_count_of(const uint32_t *classes, int64_t row_count)
{
    uint32_t count = 1;
    for (int64_t i = 0; classes != NULL && i < row_count; i++)
        if (classes[i] >= count)
            count = classes[i] + 1;
    return count;
}

/* Counts the classes and lists the positions class by class, ascending in each. */
static void group_by_class(const uint32_t *classes, int64_t row_count, struct stratum *strata,
                           uint32_t class_count, uint32_t *positions)
{
    memset(strata, 0, class_count * sizeof *strata);
    for (int64_t i = 0; i < row_count; i++)
        strata[classes == NULL ? 0 : classes[i]].count++;
    int64_t begin = 0;
    for (uint32_t c = 0; c < class_count; c++) {
        strata[c].class = c;
        strata[c].begin = begin;
        begin += strata[c].count;
        strata[c].count = 0;
    }
    for (int64_t i = 0; i < row_count; i++) {
        struct stratum *stratum = &strata[classes == NULL ? 0 : classes[i]];
        positions[stratum->begin + stratum->count++] = (uint32_t)i;
    }
}

/* Those first that were given the least of what is due to them. */
static int by_remainder(const void *a, const void *b)
{
    const struct stratum *first = a, *second = b;
    if (first->remainder != second->remainder)
        return first->remainder > second->remainder ? -1 : 1;
    return first->class < second->class ? -1 : 1;
}

/* Largest remainders. Every class keeps a row for training, so that what can be learned is.
 * Returns how many rows validate. */
static int64_t share_out(struct stratum *strata, uint32_t class_count, double fraction,
                         int64_t wanted)
{
    int64_t given = 0;
    for (uint32_t c = 0; c < class_count; c++) {
        double share = (double)strata[c].count * fraction;
        strata[c].validating = (int64_t)floor(share);
        if (strata[c].validating >= strata[c].count && strata[c].count > 0)
            strata[c].validating = strata[c].count - 1;
        strata[c].remainder = share - (double)strata[c].validating;
        given += strata[c].validating;
    }
    qsort(strata, class_count, sizeof *strata, by_remainder);
    for (uint32_t c = 0; c < class_count && given < wanted; c++)
        if (strata[c].validating + 1 < strata[c].count) {
            strata[c].validating++;
            given++;
        }
    return given;
}

/* Marks the first rows of a permutation of each class. `order` has room for the largest class. */
static void mark_validating(const struct stratum *strata, uint32_t class_count,
                            const uint32_t *positions, uint64_t seed, uint32_t *order,
                            uint8_t *is_validating)
{
    for (uint32_t c = 0; c < class_count; c++) {
        struct rng rng = rng_stream(seed, "split", "", strata[c].class);
        rng_permutation(&rng, order, (size_t)strata[c].count);
        for (int64_t i = 0; i < strata[c].validating; i++)
            is_validating[positions[strata[c].begin + order[i]]] = 1;
    }
}

static int collect(const uint32_t *rows, int64_t row_count, const uint8_t *is_validating,
                   struct row_sets *sets, struct error *error)
{
    int64_t validation_count = 0;
    for (int64_t i = 0; i < row_count; i++)
        validation_count += is_validating[i];
    struct row_sets made = {
        .training = malloc((size_t)(row_count - validation_count + 1) * sizeof(uint32_t)),
        .validation = malloc((size_t)(validation_count + 1) * sizeof(uint32_t))};
    if (made.training == NULL || made.validation == NULL) {
        row_sets_clear(&made);
        return error_set(error, ERROR_MEMORY, "out of memory for the split of the rows");
    }
    for (int64_t i = 0; i < row_count; i++)
        if (is_validating[i])
            made.validation[made.validation_count++] = rows[i];
        else
            made.training[made.training_count++] = rows[i];
    *sets = made;
    return 0;
}

/* Memory of a split, for `row_count` rows of `class_count` classes. */
struct split {
    uint32_t class_count;
    struct stratum *strata; /* owned, as all */
    uint32_t *positions, *order;
    uint8_t *is_validating;
};

static void split_clear(struct split *split)
{
    free(split->strata);
    free(split->positions);
    free(split->order);
    free(split->is_validating);
}

static int split_make(struct split *split, uint32_t class_count, int64_t row_count,
                      struct error *error)
{
    size_t count = (size_t)row_count + 1;
    *split = (struct split){.class_count = class_count,
                            .strata = calloc(class_count, sizeof(struct stratum)),
                            .positions = calloc(count, sizeof(uint32_t)),
                            .order = calloc(count, sizeof(uint32_t)),
                            .is_validating = calloc(count, 1)};
    if (split->strata != NULL && split->positions != NULL && split->order != NULL &&
        split->is_validating != NULL)
        return 0;
    split_clear(split);
    error_set(error, ERROR_MEMORY, "out of memory for the split of the rows");
    return -1;
}

/* Decides which rows validate. */
static void split_decide(struct split *split, const uint32_t *classes, int64_t row_count,
                         double fraction, uint64_t seed)
{
    int64_t wanted = (int64_t)floor((double)row_count * fraction + 0.5);
    wanted = wanted < 1 ? 1 : wanted > row_count - 1 ? row_count - 1 : wanted;
    group_by_class(classes, row_count, split->strata, split->class_count, split->positions);
    if (share_out(split->strata, split->class_count, fraction, wanted) == 0) {
        /* Nearly every class has a single row: there is nothing to keep in proportion. */
        group_by_class(NULL, row_count, split->strata, split->class_count, split->positions);
        share_out(split->strata, 1, fraction, wanted);
    }
    mark_validating(split->strata, split->class_count, split->positions, seed, split->order,
                    split->is_validating);
}

int sampler_split(const uint32_t *rows, int64_t row_count, const uint32_t *classes, double fraction,
                  uint64_t seed, struct row_sets *sets, struct error *error)
{
    assert(fraction >= 0 && fraction < 1 && row_count >= 0 && row_count <= UINT32_MAX);
    struct split split;
    if (split_make(&split, class_count_of(classes, row_count), row_count, error) != 0)
        return -1;
    if (fraction > 0 && row_count > 1)
        split_decide(&split, classes, row_count, fraction, seed);
    int result = collect(rows, row_count, split.is_validating, sets, error);
    split_clear(&split);
    return result;
}

/* Deals the rows out, class after class and each in an order of its own; marks those of `fold`. */
static void split_deal(struct split *split, const uint32_t *classes, int64_t row_count,
                       int64_t folds, int64_t fold, uint64_t seed)
{
    int64_t dealt = 0;
    group_by_class(classes, row_count, split->strata, split->class_count, split->positions);
    for (uint32_t c = 0; c < split->class_count; c++) {
        const struct stratum *stratum = &split->strata[c];
        struct rng rng = rng_stream(seed, "folds", "", stratum->class);
        rng_permutation(&rng, split->order, (size_t)stratum->count);
        for (int64_t i = 0; i < stratum->count; i++, dealt++)
            if (dealt % folds == fold)
                split->is_validating[split->positions[stratum->begin + split->order[i]]] = 1;
    }
}

int sampler_fold(const uint32_t *rows, int64_t row_count, const uint32_t *classes, int64_t folds,
                 int64_t fold, uint64_t seed, struct row_sets *sets, struct error *error)
{
    assert(folds >= 2 && fold >= 0 && fold < folds && row_count >= folds &&
           row_count <= UINT32_MAX);
    struct split split;
    if (split_make(&split, class_count_of(classes, row_count), row_count, error) != 0)
        return -1;
    split_deal(&split, classes, row_count, folds, fold, seed);
    int result = collect(rows, row_count, split.is_validating, sets, error);
    split_clear(&split);
    return result;
}

/* ---- by time */

static int time_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The times of `rows`, ascending; NULL when out of memory. */
static double *sort_times(const uint32_t *rows, int64_t row_count, const double *times,
                          struct error *error)
{
    double *sorted = malloc((size_t)(row_count + 1) * sizeof *sorted);
    if (sorted == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for the split of the rows");
        return NULL;
    }
    for (int64_t i = 0; i < row_count; i++)
        sorted[i] = times[rows[i]];
    qsort(sorted, (size_t)row_count, sizeof *sorted, time_compare);
    return sorted;
}

/* Rows before `begin` train, those from it on and before `end` validate, later ones do nothing. */
static int split_between(const uint32_t *rows, int64_t row_count, const double *times, double begin,
                         double end, struct row_sets *sets, struct error *error)
{
    struct row_sets made = {.training = malloc((size_t)(row_count + 1) * sizeof(uint32_t)),
                            .validation = malloc((size_t)(row_count + 1) * sizeof(uint32_t))};
    if (made.training == NULL || made.validation == NULL) {
        row_sets_clear(&made);
        return error_set(error, ERROR_MEMORY, "out of memory for the split of the rows");
    }
    for (int64_t i = 0; i < row_count; i++)
        if (times[rows[i]] < begin)
            made.training[made.training_count++] = rows[i];
        else if (times[rows[i]] < end)
            made.validation[made.validation_count++] = rows[i];
    *sets = made;
    return 0;
}

int sampler_split_by_time(const uint32_t *rows, int64_t row_count, const double *times,
                          double fraction, struct row_sets *sets, struct error *error)
{
    if (!(fraction > 0) || row_count < 2)
        return split_between(rows, row_count, times, HUGE_VAL, HUGE_VAL, sets, error);
    AUTO_FREE double *sorted = sort_times(rows, row_count, times, error);
    if (sorted == NULL)
        return -1;
    int64_t wanted = (int64_t)floor((double)row_count * fraction + 0.5);
    wanted = wanted < 1 ? 1 : wanted > row_count - 1 ? row_count - 1 : wanted;
    int64_t cut = row_count - wanted;
    while (cut < row_count && !(sorted[cut] > sorted[0]))
        cut++;
    if (cut == row_count)
        return error_set_at(error, ERROR_INVALID, "training.validation",
                            "needs rows of different times, but all that have a window are of one: "
                            "set it to null");
    return split_between(rows, row_count, times, sorted[cut], HUGE_VAL, sets, error);
}

/* Where stretch `stretch` of `count` begins. */
static double stretch_begin(const double *sorted, int64_t row_count, int64_t stretch, int64_t count)
{
    return stretch == count ? HUGE_VAL : sorted[stretch * row_count / count];
}

int sampler_fold_by_time(const uint32_t *rows, int64_t row_count, const double *times,
                         int64_t folds, int64_t fold, struct row_sets *sets, struct error *error)
{
    assert(folds >= 2 && fold >= 0 && fold < folds && row_count > 0);
    AUTO_FREE double *sorted = sort_times(rows, row_count, times, error);
    if (sorted == NULL)
        return -1;
    /* All are looked at in every fold, so that none is refused after others have run. */
    for (int64_t i = 0; i <= folds; i++)
        if (!(stretch_begin(sorted, row_count, i, folds + 1) <
              stretch_begin(sorted, row_count, i + 1, folds + 1)))
            return error_set_at(error, ERROR_INVALID, "training.validation.folds",
                                "must be fewer than %lld: the rows have too few different times",
                                (long long)folds);
    int64_t stretch = folds - fold; /* the first only trains */
    return split_between(rows, row_count, times,
                         stretch_begin(sorted, row_count, stretch, folds + 1),
                         stretch_begin(sorted, row_count, stretch + 1, folds + 1), sets, error);
}

void sampler_order(uint64_t seed, int64_t epoch, int shuffle, uint32_t *order, int64_t count)
{
    assert(count >= 0 && count <= UINT32_MAX);
    if (shuffle) {
        struct rng rng = rng_stream(seed, "shuffle", "", (uint64_t)epoch);
        rng_permutation(&rng, order, (size_t)count);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
}

/* The rate times factor whenever a figure of the run has not become better for more than `patience`
 * epochs (torch.optim.lr_scheduler.ReduceLROnPlateau, whose threshold, threshold_mode and cooldown
 * these are; its min_lr is `minimum`, and whether more or less is better goes by the figure. Of a
 * figure below zero the relative threshold is a share of its magnitude). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schedules/schedules.h"
#include "engine/metrics.h"

#include <math.h>

enum { THRESHOLD_RELATIVE, THRESHOLD_ABSOLUTE };

struct plateau_options {
    struct schedule_options common;
    char *monitor;
    double factor;
    int64_t patience;
    double threshold;
    int threshold_mode;
    int64_t cooldown;
    double minimum;
};

static const char *const threshold_modes[] = {"rel", "abs", NULL};

static const struct field plateau_fields[] = {
    FIELD_STRING(struct plateau_options, monitor, .min = 1, .max = 47, .text = "val_loss",
                 .help = "val_loss, loss (of the training rows) or val_ and a metric"),
    FIELD_NUMBER(struct plateau_options, factor, .min = 0, .max = 1, .number = 0.1,
                 .flags = FIELD_ABOVE_MIN | FIELD_BELOW_MAX, .help = "factor of each reduction"),
    FIELD_INTEGER(struct plateau_options, patience, .min = 0, .max = 1e9, .number = 10,
                  .help = "epochs without improvement that are borne; the next one reduces"),
    FIELD_NUMBER(struct plateau_options, threshold, .min = 0, .max = 1e30, .number = 1e-4,
                 .help = "what counts as an improvement must be more than this"),
    FIELD_CHOICE(struct plateau_options, threshold_mode, .choices = threshold_modes,
                 .number = THRESHOLD_RELATIVE, .help = "rel: a share of the best; abs: as it is"),
    FIELD_INTEGER(struct plateau_options, cooldown, .min = 0, .max = 1e9,
                  .help = "epochs after a reduction that do not count"),
    FIELD_NUMBER(struct plateau_options, minimum, .min = 0, .max = 1e6,
                 .help = "rate that no reduction goes below"),
    FIELD_END};

static double plateau_rate(const void *options, const struct schedule_moment *moment)
{
    const struct plateau_options *plateau = options;
    double rate = moment->base * pow(plateau->factor, (double)moment->state->reductions);
    /* A rate that was below the minimum from the start stays. */
    return fmax(rate, fmin(moment->base, plateau->minimum));
}

static const char *plateau_monitor(const void *options)
{
    return ((const struct plateau_options *)options)->monitor;
}

/* Any number is better than none; NaN is never better. */
static bool is_better(const struct plateau_options *plateau, const char *figure, double value,
                      double best)
{
    if (isnan(best))
        return !isnan(value);
    double least = plateau->threshold;
    if (plateau->threshold_mode == THRESHOLD_RELATIVE)
        least *= fabs(best);
    return metric_higher_is_better(figure) ? value > best + least : value < best - least;
}

static void plateau_epoch_ended(const void *options, struct schedule_state *state,
                                const char *figure, double value)
{
    const struct plateau_options *plateau = options;
    if (is_better(plateau, figure, value, state->best)) {
        state->best = value;
        state->waited = 0;
    } else {
        state->waited++;
    }
    if (state->resting > 0) {
        state->resting--;
        state->waited = 0;
    }
    if (state->waited <= plateau->patience)
        return;
    state->reductions++;
    state->resting = plateau->cooldown;
    state->waited = 0;
}

const struct schedule_type schedule_reduce_on_plateau = {
    .kind = {.name = "reduce_on_plateau",
             .help = "the rate times factor whenever a figure stops getting better",
             .size = sizeof(struct plateau_options),
             .fields = plateau_fields,
             .base = &schedule_options_kind},
    .rate = plateau_rate,
    .monitor = plateau_monitor,
    .epoch_ended = plateau_epoch_ended};

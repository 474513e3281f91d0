/* Central differences of a function of floats. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/gradient_check.h"
#include "base/compiler.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/* A kink that hides from one step, since its place suits both halves, lies outside of the next. */
static const float STEPS[] = {1.0F / 64.0F, 1.0F / 256.0F, 1.0F / 1024.0F};

/* How much the two halves of a step may disagree, in gradients around. */
static const double SMOOTH = 0.003;

/* … and how much the slopes by two steps that both say that a gradient is wrong. */
static const double CONFIRMED = 0.0005;

/* Slope and second difference over one step to either side. */
struct differences {
    double slope, bend;
    double value; /* in the middle */
};

static struct differences differences(const struct gradient_probe *probe, float *place, float step)
{
    const float center = *place;
    const float above = center + step;
    const float below = center - step;

    double middle = probe->value(probe->context);
    *place = above;
    double high = probe->value(probe->context);
    *place = below;
    double low = probe->value(probe->context);
    *place = center;
    return (struct differences){.slope = (high - low) / ((double)above - (double)below),
                                .bend = high - 2.0 * middle + low,
                                .value = middle};
}

/* The slope by two steps; false where there is a kink within them or rounding hides too much.
 * Halving the step of a smooth function leaves its slope and quarters its second difference; a
 * kink, wherever it lies, breaks one of the two. */
static bool measure(const struct gradient_probe *probe, float *place, float step, double scale,
                    double *slope)
{
    struct differences wide = differences(probe, place, step);
    struct differences narrow = differences(probe, place, step / 2);
    double slopes = fabs(narrow.slope - wide.slope);
    double bends = fabs(wide.bend - 4.0 * narrow.bend) / (double)step;
    double noise = probe->resolution * fabs(wide.value) / (double)step;

    *slope = (4.0 * narrow.slope - wide.slope) / 3.0;
    return slopes + bends <= SMOOTH * scale && noise <= GRADIENT_TOLERANCE * scale;
}

double gradient_largest(const float *values, int64_t count)
{
    double result = 0.0;

    for (int64_t i = 0; i < count; i++)
        result = fmax(result, fabs((double)values[i]));
    return result;
}

static void note(const char *name, int64_t index, double off, struct gradient_report *report)
{
    report->checked++;
    if (off <= report->worst) /* not so for NaN */
        return;
    report->worst = isnan(off) ? HUGE_VAL : off;
    snprintf(report->where, sizeof(report->where), "%.100s[%lld]", name, (long long)index);
}

void gradient_compare(const struct gradient_probe *probe, const char *name, int64_t index,
                      float *place, float gradient, double scale, struct gradient_report *report)
{
    double slope, before = (double)NAN;

    scale = fmax(scale, DBL_MIN); /* where all gradients are 0 the slope must be, too */
    for (size_t i = 0; i < ARRAY_COUNT(STEPS); i++) {
        if (!measure(probe, place, STEPS[i], scale, &slope))
            continue;
        double off = fabs((double)gradient - slope) / scale;
        if (off <= GRADIENT_TOLERANCE || fabs(slope - before) <= CONFIRMED * scale) {
            note(name, index, off, report);
            return;
        }
        before = slope;
    }
    report->skipped++;
}

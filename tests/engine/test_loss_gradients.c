/* Numeric gradient checks of every loss, and of the check itself: errors planted in each must be
 * found. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/gradient_check.h"

#include <math.h>
#include <string.h>

/* Targets and weights for the rows of any loss. */
enum { LOSS_ROWS = 9, LOSS_WIDTH = 4 };

struct loss_trial {
    float output[LOSS_ROWS * LOSS_WIDTH], d_output[LOSS_ROWS * LOSS_WIDTH];
    float values[LOSS_ROWS * LOSS_WIDTH], weights[LOSS_ROWS];
    int32_t classes[LOSS_ROWS];
    double row_losses[LOSS_ROWS];
    struct loss_batch batch;
};

/* What the output is: what the loss takes first, or positive numbers where it takes these too. */
enum loss_form { LOSS_FORM_FIRST, LOSS_FORM_ACTIVATED, LOSS_FORM_GROUPS, LOSS_FORM_COUNT };

static bool takes_rates(const struct loss_type *type)
{
    return strcmp(type->kind.name, "poisson") == 0;
}

static void loss_trial_fill(struct loss_trial *trial, const struct loss_type *type, int64_t width,
                            bool with_classes, enum loss_form form)
{
    struct rng rng = rng_stream(11, "losses", type->kind.name, (uint64_t)width);
    int64_t count = LOSS_ROWS * width;

    for (int64_t i = 0; i < count; i++) {
        trial->output[i] = 1.5F * (float)rng_normal(&rng, (uint64_t)i);
        if (takes_rates(type))
            trial->output[i] = 0.5F + fabsf(trial->output[i]);
        if (form == LOSS_FORM_ACTIVATED)
            trial->output[i] = 1 / (1 + expf(-trial->output[i]));
        trial->values[i] = rng_float(&rng, 1000 + (uint64_t)i);
    }
    for (int64_t row = 0; row < LOSS_ROWS; row++) {
        trial->weights[row] = 0.5F + rng_float(&rng, 2000 + (uint64_t)row);
        trial->classes[row] =
            (int32_t)rng_below(&rng, 3000 + (uint64_t)row, width == 1 ? 2 : (uint64_t)width);
    }
    trial->batch = (struct loss_batch){.kernels = best_kernels(),
                                       .rows = LOSS_ROWS,
                                       .width = width,
                                       .group = form == LOSS_FORM_GROUPS ? width / 2 : width,
                                       .activated = form == LOSS_FORM_ACTIVATED,
                                       .output = trial->output,
                                       .row_losses = trial->row_losses,
                                       .d_output = trial->d_output,
                                       .row_weights = trial->weights,
                                       .label_smoothing = 0.1,
                                       .batch_rows = LOSS_ROWS + 4};
    if (with_classes)
        trial->batch.classes = trial->classes;
    else
        trial->batch.values = trial->values;
}

static struct gradient_report check_loss(const struct loss_type *run_type,
                                         const struct loss_type *type, int64_t width,
                                         bool with_classes, enum loss_form form)
{
    struct error error = {0};
    struct loss_trial trial;
    double options[8];

    ck_assert(type->kind.size <= sizeof(options));
    ck_assert_int_eq(fields_default(&type->kind, options, &error), 0);
    loss_trial_fill(&trial, type, width, with_classes, form);
    struct gradient_report report =
        gradient_check_loss(run_type, options, &trial.batch, trial.output);
    fields_clear(&type->kind, options);
    return report;
}

/* Whether the loss can follow any output of this width. */
static bool takes_width(const struct loss_type *type, int64_t width)
{
    for (enum activation_code code = 0; code < ACTIVATION_COUNT; code++)
        if (type->check == NULL || type->check(NULL, code, width, NULL) == 0)
            return true;
    return false;
}

START_TEST(every_loss_has_right_gradients)
{
    for (size_t i = 0; loss_types[i] != NULL; i++) {
        const struct loss_type *type = loss_types[i];
        for (int64_t width = takes_width(type, 1) ? 1 : 2; width <= LOSS_WIDTH; width++) {
            for (int with_classes = type->target == TARGET_CLASS; with_classes <= 1;
                 with_classes++) {
                struct gradient_report report =
                    check_loss(type, type, width, with_classes != 0, LOSS_FORM_FIRST);
                ck_assert_msg(gradient_report_is_right(&report),
                              "%s of width %d: %s is off by %g, %d checked, %d skipped",
                              type->kind.name, (int)width, report.where, report.worst,
                              report.checked, report.skipped);
            }
        }
    }
}
END_TEST

START_TEST(losses_of_positive_outputs_and_of_groups_have_right_gradients)
{
    static const char *const names[] = {"categorical_crossentropy", "binary_crossentropy",
                                        "kl_divergence"};
    for (size_t i = 0; loss_types[i] != NULL; i++)
        for (size_t k = 0; k < ARRAY_COUNT(names); k++) {
            const struct loss_type *type = loss_types[i];
            for (enum loss_form form = LOSS_FORM_ACTIVATED; form < LOSS_FORM_COUNT; form++) {
                if (strcmp(type->kind.name, names[k]) != 0)
                    continue;
                struct gradient_report report =
                    check_loss(type, type, LOSS_WIDTH, type->target == TARGET_CLASS, form);
                ck_assert_msg(gradient_report_is_right(&report),
                              "%s, form %d: %s is off by %g, %d checked, %d skipped", names[k],
                              (int)form, report.where, report.worst, report.checked,
                              report.skipped);
            }
        }
}
END_TEST

static const struct loss_type *spoiled_loss;
static float loss_factor;

static void spoiled_run(const void *options, const struct loss_batch *batch, int64_t begin,
                        int64_t end)
{
    spoiled_loss->run(options, batch, begin, end);
    for (int64_t i = begin * batch->width; batch->d_output != NULL && i < end * batch->width; i++)
        batch->d_output[i] *= loss_factor;
}

/* What a loss forgets whose gradient has no row weights. */
static void unweighted_run(const void *options, const struct loss_batch *batch, int64_t begin,
                           int64_t end)
{
    struct loss_batch unweighted = *batch;
    double losses[LOSS_ROWS];

    spoiled_loss->run(options, batch, begin, end);
    unweighted.row_weights = NULL;
    unweighted.row_losses = losses;
    if (batch->d_output != NULL)
        spoiled_loss->run(options, &unweighted, begin, end);
}

START_TEST(planted_errors_in_any_loss_are_found)
{
    static const float factors[] = {-1.0F, 1.05F, 0.95F};

    for (size_t i = 0; loss_types[i] != NULL; i++) {
        struct loss_type wrong = *loss_types[i];
        bool with_classes = wrong.target == TARGET_CLASS;
        spoiled_loss = loss_types[i];
        wrong.run = spoiled_run;
        for (size_t k = 0; k < ARRAY_COUNT(factors); k++) {
            loss_factor = factors[k];
            struct gradient_report report =
                check_loss(&wrong, loss_types[i], 3, with_classes, LOSS_FORM_FIRST);
            ck_assert_msg(!gradient_report_is_right(&report), "%s times %g passes with %g",
                          wrong.kind.name, (double)loss_factor, report.worst);
        }
        wrong.run = unweighted_run;
        struct gradient_report report =
            check_loss(&wrong, loss_types[i], 3, with_classes, LOSS_FORM_FIRST);
        ck_assert_msg(!gradient_report_is_right(&report), "unweighted %s passes with %g",
                      wrong.kind.name, report.worst);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, every_loss_has_right_gradients);
    tcase_add_test(tests, losses_of_positive_outputs_and_of_groups_have_right_gradients);
    tcase_add_test(tests, planted_errors_in_any_loss_are_found);
}

int main(void)
{
    return tests_run("loss_gradients", add_tests);
}

/* The losses' values beside their formulas written out in double, what they refuse, and their
 * gradients at the edges. (tests/engine/test_gradients.c checks the gradients elsewhere.) */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/loss.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

enum { ROWS = 3, WIDTH = 2 };

static const struct loss_type *loss_find(const char *name)
{
    for (size_t i = 0; loss_types[i] != NULL; i++)
        if (strcmp(loss_types[i]->kind.name, name) == 0)
            return loss_types[i];
    ck_abort_msg("no loss %s", name);
    return NULL;
}

static void run_with(const char *name, const char *options_text, struct loss_batch *batch)
{
    struct error error = {0};
    const struct loss_type *type = loss_find(name);
    json_t *json = fields_parse(options_text, strlen(options_text), &error);
    double options[8];

    ck_assert(type->kind.size <= sizeof(options));
    ck_assert_int_eq(fields_read(&type->kind, json, options, "loss", &error), 0);
    json_decref(json);
    type->run(options, batch, 0, batch->rows);
    fields_clear(&type->kind, options);
}

/* Outputs, targets and losses of one row of two outputs each. */
static void check_values(const char *name, const char *options, const float output[ROWS * WIDTH],
                         const float values[ROWS * WIDTH], const double expected[ROWS])
{
    double row_losses[ROWS];
    float d_output[ROWS * WIDTH];
    struct loss_batch batch = {.kernels = kernels_reference(),
                               .rows = ROWS,
                               .width = WIDTH,
                               .output = output,
                               .values = values,
                               .row_losses = row_losses,
                               .d_output = d_output,
                               .batch_rows = ROWS};

    run_with(name, options, &batch);
    for (int row = 0; row < ROWS; row++)
        ck_assert_double_eq_tol(row_losses[row], expected[row], 1e-6 * (1 + fabs(expected[row])));
}

static double log_cosh(double x)
{
    return log((exp(x) + exp(-x)) / 2);
}

START_TEST(losses_of_differences_are_means_over_the_outputs)
{
    static const float output[] = {1.0F, 2.0F, -1.0F, 0.5F, 3.0F, -2.0F};
    static const float values[] = {0.0F, 2.5F, -1.0F, 0.0F, 0.0F, 0.0F};
    static const double d[ROWS][WIDTH] = {{1, -0.5}, {0, 0.5}, {3, -2}};
    double mse[ROWS];
    double mae[ROWS];
    double huber[ROWS];
    double cosh_loss[ROWS];

    for (int row = 0; row < ROWS; row++) {
        const double *e = d[row];
        mse[row] = (e[0] * e[0] + e[1] * e[1]) / 2;
        mae[row] = (fabs(e[0]) + fabs(e[1])) / 2;
        cosh_loss[row] = (log_cosh(e[0]) + log_cosh(e[1])) / 2;
    }
    huber[0] = (0.75 * (1 - 0.375) + 0.125) / 2;
    huber[1] = 0.125 / 2;
    huber[2] = 0.75 * (3 - 0.375 + 2 - 0.375) / 2;
    check_values("mse", "{}", output, values, mse);
    check_values("mae", "{}", output, values, mae);
    check_values("huber", "{\"delta\": 0.75}", output, values, huber);
    check_values("log_cosh", "{}", output, values, cosh_loss);
}
END_TEST

START_TEST(losses_of_other_outputs_are_those_of_the_formulas)
{
    static const float margins[] = {0.5F, -2.0F, 1.5F, 0.0F, -0.25F, -1.0F};
    static const float signs[] = {1.0F, 0.0F, 1.0F, 1.0F, 0.0F, 1.0F};
    static const double hinge[] = {(0.5 + 0.0) / 2, (0.0 + 1.0) / 2, (0.75 + 2.0) / 2};
    static const float rates[] = {1.0F, 2.0F, 0.5F, 4.0F, 3.0F, 0.25F};
    static const float counts[] = {0.0F, 3.0F, 1.0F, 4.0F, 2.0F, 0.0F};
    const double poisson[] = {(1 + 2 - 3 * log(2)) / 2, (0.5 - log(0.5) + 4 - 4 * log(4)) / 2,
                              (3 - 2 * log(3) + 0.25) / 2};

    check_values("hinge", "{}", margins, signs, hinge);
    check_values("poisson", "{}", rates, counts, poisson);
}
END_TEST

START_TEST(binary_crossentropy_takes_logits)
{
    static const float logits[] = {0.0F, 1.0F, -2.0F, 3.0F, 0.5F, -0.5F};
    static const float targets[] = {1.0F, 0.0F, 0.0F, 1.0F, 0.25F, 1.0F};
    double expected[ROWS] = {0};

    for (int i = 0; i < ROWS * WIDTH; i++) {
        double p = 1 / (1 + exp(-(double)logits[i]));
        double t = (double)targets[i];
        expected[i / WIDTH] += -(t * log(p) + (1 - t) * log(1 - p)) / WIDTH;
    }
    check_values("binary_crossentropy", "{}", logits, targets, expected);
}
END_TEST

START_TEST(kl_divergence_takes_logits_and_distributions)
{
    static const float logits[] = {0.0F, 1.0F, -2.0F, 3.0F, 0.5F, 0.5F};
    static const float targets[] = {0.25F, 0.75F, 0.0F, 1.0F, 0.5F, 0.5F};
    double expected[ROWS] = {0};

    for (int i = 0; i < ROWS * WIDTH; i++) {
        const float *row = logits + i / WIDTH * WIDTH;
        double p = exp((double)logits[i]) / (exp((double)row[0]) + exp((double)row[1]));
        double t = (double)targets[i];
        expected[i / WIDTH] += t > 0 ? t * log(t / p) : 0;
    }
    check_values("kl_divergence", "{}", logits, targets, expected);
}
END_TEST

/* The log-probability of a class among three. */
static double log_p(const float *logits, int class)
{
    double sum = 0.0;

    for (int j = 0; j < 3; j++)
        sum += exp((double)logits[j]);
    return (double)logits[class] - log(sum);
}

static const float class_logits[] = {0.0F, 1.0F, 2.0F, -1.0F, 0.5F, 0.0F};
static const int32_t classes[] = {2, 0};

static void run_classes(const char *name, const char *options, double label_smoothing,
                        const float *row_weights, double row_losses[2])
{
    struct loss_batch batch = {.kernels = kernels_reference(),
                               .rows = 2,
                               .width = 3,
                               .output = class_logits,
                               .classes = classes,
                               .row_weights = row_weights,
                               .label_smoothing = label_smoothing,
                               .row_losses = row_losses,
                               .batch_rows = 2};

    run_with(name, options, &batch);
}

START_TEST(categorical_crossentropy_smooths_and_weighs)
{
    static const float weights[] = {0.5F, 3.0F};
    double losses[2];

    run_classes("categorical_crossentropy", "{}", 0.0, NULL, losses);
    for (int row = 0; row < 2; row++)
        ck_assert_double_eq_tol(losses[row], -log_p(class_logits + 3 * row, classes[row]), 1e-6);
    run_classes("categorical_crossentropy", "{}", 0.3, weights, losses);
    for (int row = 0; row < 2; row++) {
        const float *logits = class_logits + 3 * row;
        double all = log_p(logits, 0) + log_p(logits, 1) + log_p(logits, 2);
        double expected = -(0.7 * log_p(logits, classes[row]) + 0.1 * all);
        ck_assert_double_eq_tol(losses[row], (double)weights[row] * expected, 1e-6);
    }
}
END_TEST

START_TEST(focal_weighs_hard_rows)
{
    double losses[2];
    double crossentropy[2];

    run_classes("focal", "{\"gamma\": 1.5}", 0.0, NULL, losses);
    for (int row = 0; row < 2; row++) {
        double l = log_p(class_logits + 3 * row, classes[row]);
        ck_assert_double_eq_tol(losses[row], -pow(1 - exp(l), 1.5) * l, 1e-6);
    }
    run_classes("focal", "{\"gamma\": 0}", 0.0, NULL, losses);
    run_classes("categorical_crossentropy", "{}", 0.0, NULL, crossentropy);
    ck_assert_double_eq(losses[0], crossentropy[0]);
    ck_assert_double_eq(losses[1], crossentropy[1]);
}
END_TEST

/* Each class as 0 and 1, or 0 or 1 itself where there is one output. */
START_TEST(losses_of_values_take_classes)
{
    static const float output[] = {0.25F, 0.5F, 0.75F, 0.0F};
    static const float one_hot[] = {0.0F, 1.0F, 1.0F, 0.0F};
    static const int32_t row_classes[] = {1, 0};
    static const int32_t bits[] = {1, 0, 1, 1};
    static const float bit_values[] = {1.0F, 0.0F, 1.0F, 1.0F};
    double by_class[4];
    double by_value[4];
    struct loss_batch batch = {.kernels = kernels_reference(),
                               .rows = 2,
                               .width = 2,
                               .output = output,
                               .classes = row_classes,
                               .row_losses = by_class,
                               .batch_rows = 2};

    run_with("mse", "{}", &batch);
    batch.classes = NULL;
    batch.values = one_hot;
    batch.row_losses = by_value;
    run_with("mse", "{}", &batch);
    ck_assert_mem_eq(by_class, by_value, 2 * sizeof(double));
    batch.rows = 4;
    batch.width = 1;
    batch.values = bit_values;
    run_with("binary_crossentropy", "{}", &batch);
    batch.values = NULL;
    batch.classes = bits;
    batch.row_losses = by_class;
    run_with("binary_crossentropy", "{}", &batch);
    ck_assert_mem_eq(by_class, by_value, 4 * sizeof(double));
}
END_TEST

START_TEST(far_logits_neither_overflow_nor_lose_the_gradient)
{
    static const float logits[] = {3e4F, -3e4F, 0.0F};
    static const int32_t wrong[] = {1};
    static const float ones[] = {1.0F};
    float d[3];
    double loss = 0.0;
    struct loss_batch batch = {.kernels = kernels_reference(),
                               .rows = 1,
                               .width = 3,
                               .output = logits,
                               .classes = wrong,
                               .row_losses = &loss,
                               .d_output = d,
                               .batch_rows = 1};

    run_with("categorical_crossentropy", "{}", &batch);
    ck_assert_double_eq(loss, 6e4);
    ck_assert(d[0] == 1.0F && d[1] == -1.0F && d[2] == 0.0F);
    run_with("focal", "{}", &batch);
    ck_assert_double_eq(loss, 6e4);
    ck_assert(d[0] == 1.0F && d[1] == -1.0F && d[2] == 0.0F);
    batch.width = 1;
    batch.output = logits + 1;
    batch.classes = NULL;
    batch.values = ones;
    run_with("binary_crossentropy", "{}", &batch);
    ck_assert_double_eq(loss, 3e4);
    ck_assert_float_eq(d[0], -1.0F);
    run_with("log_cosh", "{}", &batch);
    ck_assert_double_eq_tol(loss, 30001 - M_LN2, 1e-6);
    ck_assert_float_eq(d[0], -1.0F);
}
END_TEST

START_TEST(focal_of_a_certain_row_is_zero)
{
    static const float logits[] = {200.0F, 0.0F};
    static const int32_t right[] = {0};
    float d[2];
    double loss = 1.0;
    struct loss_batch batch = {.kernels = kernels_reference(),
                               .rows = 1,
                               .width = 2,
                               .output = logits,
                               .classes = right,
                               .row_losses = &loss,
                               .d_output = d,
                               .batch_rows = 1};

    run_with("focal", "{\"gamma\": 0.5}", &batch);
    ck_assert_double_eq(loss, 0.0);
    ck_assert(d[0] == 0.0F && d[1] == 0.0F);
}
END_TEST

/* A job that diverges is noticed by its loss. */
START_TEST(what_is_not_finite_stays_so)
{
    static const float output[] = {NAN, 1.0F};
    static const float values[] = {0.5F, 0.5F};
    static const int32_t class[] = {1};

    for (size_t i = 0; loss_types[i] != NULL; i++) {
        double loss = 0.0;
        struct loss_batch batch = {.kernels = kernels_reference(),
                                   .rows = 1,
                                   .width = 2,
                                   .output = output,
                                   .values = values,
                                   .classes = class,
                                   .row_losses = &loss,
                                   .batch_rows = 1};
        run_with(loss_types[i]->kind.name, "{}", &batch);
        ck_assert_msg(isnan(loss), "%s of NaN is %g", loss_types[i]->kind.name, loss);
    }
}
END_TEST

START_TEST(any_cut_of_the_rows_gives_the_same_bytes)
{
    float whole[6];
    float parts[6];
    double losses[2];
    double part_losses[2];
    struct loss_batch batch = {.kernels = kernels_reference(),
                               .rows = 2,
                               .width = 3,
                               .output = class_logits,
                               .classes = classes,
                               .row_losses = losses,
                               .d_output = whole,
                               .batch_rows = 2};
    const struct loss_type *type = loss_find("categorical_crossentropy");

    type->run(NULL, &batch, 0, 2);
    batch.row_losses = part_losses;
    batch.d_output = parts;
    type->run(NULL, &batch, 1, 2);
    type->run(NULL, &batch, 0, 1);
    ck_assert_mem_eq(whole, parts, sizeof(whole));
    ck_assert_mem_eq(losses, part_losses, sizeof(losses));
}
END_TEST

static const struct {
    const char *loss;
    enum activation_code activation;
    int64_t width;
    const char *message; /* NULL: fits */
} fits[] = {
    {"categorical_crossentropy", ACTIVATION_SOFTMAX, 2, NULL},
    {"categorical_crossentropy", ACTIVATION_LINEAR, 3,
     "categorical_crossentropy cannot follow a linear output: give the last layer \"activation\": "
     "\"softmax\""},
    {"categorical_crossentropy", ACTIVATION_SOFTMAX, 1,
     "categorical_crossentropy needs an output for each class, at least 2, not 1: a single output "
     "takes \"activation\": \"sigmoid\" and binary_crossentropy"},
    {"categorical_crossentropy", ACTIVATION_LOG_SOFTMAX, 2, NULL},
    {"categorical_crossentropy", ACTIVATION_SIGMOID, 2, NULL},
    {"categorical_crossentropy", ACTIVATION_SOFTPLUS, 1,
     "categorical_crossentropy needs an output for each class, at least 2, not 1: a single output "
     "takes \"activation\": \"sigmoid\" and binary_crossentropy"},
    {"kl_divergence", ACTIVATION_SIGMOID, 2, NULL},
    {"kl_divergence", ACTIVATION_LOG_SOFTMAX, 2, NULL},
    {"focal", ACTIVATION_LOG_SOFTMAX, 2, NULL},
    {"focal", ACTIVATION_SIGMOID, 3,
     "focal cannot follow a sigmoid output: give the last layer \"activation\": \"softmax\""},
    {"kl_divergence", ACTIVATION_TANH, 3,
     "kl_divergence cannot follow a tanh output: give the last layer \"activation\": \"softmax\""},
    {"binary_crossentropy", ACTIVATION_SIGMOID, 1, NULL},
    {"binary_crossentropy", ACTIVATION_SOFTMAX, 2, NULL},
    {"binary_crossentropy", ACTIVATION_TANH, 2,
     "binary_crossentropy cannot follow a tanh output: give the last layer \"activation\": "
     "\"sigmoid\""},
    {"poisson", ACTIVATION_SOFTPLUS, 1, NULL},
    {"poisson", ACTIVATION_RELU, 1, NULL},
    {"poisson", ACTIVATION_LINEAR, 1,
     "poisson cannot follow a linear output: give the last layer \"activation\": \"softplus\""},
};

START_TEST(outputs_that_do_not_fit_are_refused)
{
    for (size_t i = 0; i < ARRAY_COUNT(fits); i++) {
        struct error error = {0};
        const struct loss_type *type = loss_find(fits[i].loss);
        int result = type->check(NULL, fits[i].activation, fits[i].width, &error);
        ck_assert_int_eq(result, fits[i].message == NULL ? 0 : -1);
        if (fits[i].message != NULL)
            ck_assert_error(error, ERROR_INVALID, fits[i].message);
    }
}
END_TEST

/* A probability of exactly 0 or 1, as hard_sigmoid gives. */
START_TEST(binary_crossentropy_of_certain_outputs_is_finite)
{
    static const float output[] = {0.0F, 1.0F, 0.0F, 1.0F, 0.25F, 0.5F};
    static const float targets[] = {1.0F, 0.0F, 0.0F, 1.0F, 1.0F, 0.0F};
    double losses[ROWS];
    float d[ROWS * WIDTH];
    struct loss_batch batch = {.kernels = kernels_reference(),
                               .rows = ROWS,
                               .width = WIDTH,
                               .activated = true,
                               .output = output,
                               .values = targets,
                               .row_losses = losses,
                               .d_output = d,
                               .batch_rows = ROWS};

    run_with("binary_crossentropy", "{}", &batch);
    ck_assert_double_eq(losses[0], 100);
    ck_assert_double_eq(losses[1], 0);
    ck_assert_double_eq_tol(losses[2], (log(4) + log(2)) / 2, 1e-12);
    for (int i = 0; i < ROWS * WIDTH; i++)
        ck_assert(isfinite(d[i]));
    ck_assert(d[0] < 0 && d[1] > 0 && d[2] == 0 && d[3] == 0);
}
END_TEST

START_TEST(losses_and_their_kinds_are_the_same_list)
{
    size_t count = 0;

    for (; loss_types[count] != NULL; count++)
        ck_assert_ptr_eq(loss_kinds[count], &loss_types[count]->kind);
    ck_assert_ptr_null(loss_kinds[count]);
    ck_assert_uint_eq(count, 10);
    ck_assert(loss_find("categorical_crossentropy")->fuses(ACTIVATION_SOFTMAX));
    ck_assert(loss_find("kl_divergence")->fuses(ACTIVATION_LOG_SOFTMAX));
    ck_assert(!loss_find("categorical_crossentropy")->fuses(ACTIVATION_SIGMOID));
    ck_assert(loss_find("binary_crossentropy")->fuses(ACTIVATION_SIGMOID));
    ck_assert(!loss_find("mse")->fuses(ACTIVATION_SIGMOID));
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, losses_of_differences_are_means_over_the_outputs);
    tcase_add_test(tests, losses_of_other_outputs_are_those_of_the_formulas);
    tcase_add_test(tests, binary_crossentropy_takes_logits);
    tcase_add_test(tests, kl_divergence_takes_logits_and_distributions);
    tcase_add_test(tests, categorical_crossentropy_smooths_and_weighs);
    tcase_add_test(tests, focal_weighs_hard_rows);
    tcase_add_test(tests, losses_of_values_take_classes);
    tcase_add_test(tests, far_logits_neither_overflow_nor_lose_the_gradient);
    tcase_add_test(tests, focal_of_a_certain_row_is_zero);
    tcase_add_test(tests, what_is_not_finite_stays_so);
    tcase_add_test(tests, any_cut_of_the_rows_gives_the_same_bytes);
    tcase_add_test(tests, outputs_that_do_not_fit_are_refused);
    tcase_add_test(tests, binary_crossentropy_of_certain_outputs_is_finite);
    tcase_add_test(tests, losses_and_their_kinds_are_the_same_list);
}

int main(void)
{
    return tests_run("losses", add_tests);
}

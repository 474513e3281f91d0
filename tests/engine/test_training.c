/* Tests of the training document. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/class_weights.h"
#include "engine/training.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

static int read_training(const char *text, struct training *training, struct error *error)
{
    *error = (struct error){0};
    json_t *json = fields_parse(text, strlen(text), error);
    ck_assert_msg(json != NULL, "%s", error->message);
    int result = fields_read(&training_kind, json, training, "training", error);
    json_decref(json);
    return result;
}

static void check_refused(const char *text, enum error_code code, const char *path)
{
    struct training training;
    struct error error;
    ck_assert_msg(read_training(text, &training, &error) != 0, "%s was taken", text);
    ck_assert_msg(error.code == code, "%s gave %s: %s", text, error_code_name(error.code),
                  error.message);
    ck_assert_msg(strncmp(error.path, path, strlen(path)) == 0, "%s named %s: %s", text, error.path,
                  error.message);
}

static void check_taken(const char *text)
{
    struct training training;
    struct error error;
    ck_assert_msg(read_training(text, &training, &error) == 0, "%s: %s", text, error.message);
    fields_clear(&training_kind, &training);
}

START_TEST(defaults_are_those_of_the_documents)
{
    struct training training;
    struct error error;
    ck_assert_msg(read_training("{}", &training, &error) == 0, "%s", error.message);
    ck_assert_ptr_null(training.loss.kind);
    ck_assert_str_eq(training.optimizer.kind->name, "adam");
    ck_assert_str_eq(training.schedule.kind->name, "constant");
    ck_assert_int_eq(training.epochs, 10);
    ck_assert_int_eq(training.batch_size, 32);
    ck_assert(training.shuffle);
    ck_assert_double_eq(training.validation->split, 0.2);
    ck_assert_ptr_null(training.early_stopping);
    ck_assert(isnan(training.clip_norm) && isnan(training.clip_value));
    ck_assert_double_eq(training.checkpoint->every_s, 30);
    ck_assert_int_eq(training.checkpoint->epochs, 1);
    ck_assert_int_eq(training.checkpoint->keep, 2);
    ck_assert_int_eq(training.seed, 0);
    fields_clear(&training_kind, &training);
}
END_TEST

START_TEST(what_is_written_reads_back_the_same)
{
    struct training training;
    struct error error;
    static const char text[] =
        "{\"loss\": {\"type\": \"huber\", \"delta\": 2}, \"optimizer\": {\"type\": \"rmsprop\", "
        "\"momentum\": 0.5}, \"schedule\": {\"type\": \"step\", \"step_size\": 3, \"warmup\": 2}, "
        "\"validation\": null, \"early_stopping\": {\"monitor\": \"loss\"}, \"clip_norm\": 1, "
        "\"class_weights\": [1, 2], \"augmentation\": [\"mixup\", {\"type\": "
        "\"random_crop\", \"padding\": 2, \"probability\": 0.5}], \"seed\": -7}";
    ck_assert_msg(read_training(text, &training, &error) == 0, "%s", error.message);
    json_t *written = fields_write(&training_kind, &training);
    fields_clear(&training_kind, &training);
    ck_assert_int_eq(fields_read(&training_kind, written, &training, "training", &error), 0);
    json_t *again = fields_write(&training_kind, &training);
    ck_assert(json_equal(written, again));
    ck_assert_ptr_null(training.validation);
    ck_assert_int_eq(training.early_stopping->patience, 5);
    ck_assert(training.early_stopping->restore_best);
    ck_assert_uint_eq(training.augmentation.count, 2);
    ck_assert_str_eq(training.augmentation.items[1].kind->name, "random_crop");
    json_decref(written);
    json_decref(again);
    fields_clear(&training_kind, &training);
}
END_TEST

START_TEST(what_does_nothing_is_taken)
{
    check_taken("{\"accumulate\": 1, \"average\": null, \"augmentation\": [], \"limits\": null}");
    check_taken("{\"augmentation\": null, \"validation\": {\"folds\": null, \"dataset\": null}}");
    check_taken("{\"clip_norm\": null, \"clip_value\": null, \"class_weights\": null, "
                "\"sample_weight\": null, \"early_stopping\": null}");
}
END_TEST

START_TEST(what_cannot_be_is_refused)
{
    check_refused("{\"optimizer\": \"adamax\"}", ERROR_INVALID, "training.optimizer");
    check_refused("{\"batch_size\": 0}", ERROR_INVALID, "training.batch_size");
    check_refused("{\"epochs\": 1.5}", ERROR_INVALID, "training.epochs");
    check_refused("{\"validation\": {\"split\": 1}}", ERROR_INVALID, "training.validation.split");
    check_refused("{\"validation\": {\"split\": 0}}", ERROR_INVALID, "training.validation.split");
    check_refused("{\"validation\": {\"folds\": 1}}", ERROR_INVALID, "training.validation.folds");
    check_refused("{\"validation\": {\"folds\": 2, \"dataset\": \"x\"}}", ERROR_INVALID,
                  "training.validation.folds");
    check_refused("{\"validation\": {\"split\": 0.3, \"folds\": 2}}", ERROR_INVALID,
                  "training.validation.split");
    check_refused("{\"validation\": {\"split\": 0.3, \"dataset\": \"x\"}}", ERROR_INVALID,
                  "training.validation.split");
    check_refused("{\"average\": {}}", ERROR_INVALID, "training.average.ema");
    check_refused("{\"limits\": {\"seconds\": 0}}", ERROR_INVALID, "training.limits.seconds");
    check_refused("{\"clip_norm\": 0}", ERROR_INVALID, "training.clip_norm");
    check_refused("{\"label_smoothing\": 1}", ERROR_INVALID, "training.label_smoothing");
    check_refused("{\"class_weights\": \"equal\"}", ERROR_INVALID, "training.class_weights");
    check_refused("{\"class_weights\": [1, -1]}", ERROR_INVALID, "training.class_weights");
    check_refused("{\"class_weights\": {\"a\": \"b\"}}", ERROR_INVALID, "training.class_weights");
    check_refused("{\"validation\": null, \"early_stopping\": {}}", ERROR_INVALID,
                  "training.early_stopping.monitor");
    check_refused("{\"momentum\": 0.9}", ERROR_INVALID, "training.momentum");
}
END_TEST

static int read_weights(const char *text, float weights[3], struct error *error)
{
    static const int64_t counts[] = {10, 30, 20};
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
    json_t *labels = json_pack("[s, i, f]", "cat", 7, 2.5);
    int result = class_weights_read(json, labels, counts, 3, weights, "weights", error);
    json_decref(json);
    json_decref(labels);
    return result;
}

START_TEST(balanced_classes_weigh_the_same_in_sum)
{
    float weights[3];
    struct error error = {0};
    ck_assert_int_eq(read_weights("\"balanced\"", weights, &error), 0);
    ck_assert_float_eq_tol(weights[0], 2.0F, 1e-6F);
    ck_assert_float_eq_tol(weights[1], 60.0F / 90.0F, 1e-6F);
    ck_assert_float_eq_tol(weights[2], 1.0F, 1e-6F);
}
END_TEST

START_TEST(class_weights_go_by_label_or_by_index)
{
    float weights[3];
    struct error error = {0};
    ck_assert_int_eq(read_weights("{\"7\": 3, \"2.50\": 0.5}", weights, &error), 0);
    ck_assert_float_eq(weights[0], 1);
    ck_assert_float_eq(weights[1], 3);
    ck_assert_float_eq(weights[2], 0.5F);
    ck_assert_int_eq(read_weights("[4, 5, 6]", weights, &error), 0);
    ck_assert_float_eq(weights[2], 6);
}
END_TEST

START_TEST(class_weights_that_fit_no_class_are_refused)
{
    float weights[3];
    struct error unknown = {0}, wrong_count = {0};
    ck_assert_int_ne(read_weights("{\"dog\": 3}", weights, &unknown), 0);
    ck_assert_ptr_nonnull(strstr(unknown.message, "dog"));
    ck_assert_int_ne(read_weights("[1, 2]", weights, &wrong_count), 0);
    ck_assert_int_eq(wrong_count.code, ERROR_INVALID);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_test(cases, defaults_are_those_of_the_documents);
    tcase_add_test(cases, what_is_written_reads_back_the_same);
    tcase_add_test(cases, what_does_nothing_is_taken);
    tcase_add_test(cases, what_cannot_be_is_refused);
    tcase_add_test(cases, balanced_classes_weigh_the_same_in_sum);
    tcase_add_test(cases, class_weights_go_by_label_or_by_index);
    tcase_add_test(cases, class_weights_that_fit_no_class_are_refused);
}

int main(void)
{
    return tests_run("training", add_tests);
}

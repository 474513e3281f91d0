/* The training document: its fields, and what is checked over several of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/training.h"
#include "engine/augmentation.h"
#include "engine/loss.h"
#include "engine/metrics.h"
#include "engine/optimizer.h"
#include "engine/schedule.h"
#include "engine/training_ranges.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 256 };

static const char *path_of(const char *path, const char *name, char text[PATH_SIZE])
{
    snprintf(text, PATH_SIZE, "%s%s%s", path, path[0] == '\0' ? "" : ".", name);
    return text;
}

#define SPLIT_DEFAULT 0.2

static const struct field validation_fields[] = {
    FIELD_NUMBER(struct validation_options, split, .min = 0, .max = 1, .number = SPLIT_DEFAULT,
                 .flags = FIELD_ABOVE_MIN | FIELD_BELOW_MAX,
                 .help = "share of the rows that validate, stratified for classes"),
    FIELD_STRING(struct validation_options, dataset, .min = 1, .max = 200, .flags = FIELD_NULLABLE,
                 .help = "a dataset that validates instead: id, name or name@version"),
    FIELD_INTEGER(struct validation_options, folds, .min = 2, .max = 1000, .flags = FIELD_NULLABLE,
                  .help = "k-fold cross-validation instead; then a model of all rows"),
    FIELD_END};

static int validation_check(const void *options, const char *path, struct error *error)
{
    const struct validation_options *validation = options;
    char full[PATH_SIZE];
    if (validation->dataset != NULL && validation->folds > 0)
        return error_set_at(error, ERROR_INVALID, path_of(path, "folds", full),
                            "cuts the job's own dataset, so it does not go with a dataset of its "
                            "own to validate: leave one of them out");
    /* A document that was written out has the default beside them. */
    if (validation->split != SPLIT_DEFAULT &&
        (validation->dataset != NULL || validation->folds > 0))
        return error_set_at(error, ERROR_INVALID, path_of(path, "split", full),
                            "must be left out, since %s instead of a share of the rows",
                            validation->folds > 0 ? "folds validate" : "a dataset validates");
    return 0;
}

static const struct kind validation_kind = {.name = "validation",
                                            .help = "rows that are held back to validate",
                                            .size = sizeof(struct validation_options),
                                            .fields = validation_fields,
                                            .check = validation_check};

static const struct field early_stopping_fields[] = {
    FIELD_STRING(struct early_stopping_options, monitor, .min = 1, .max = 47, .text = "val_loss",
                 .help = "val_loss, loss (of the training rows) or val_ and a metric"),
    FIELD_INTEGER(struct early_stopping_options, patience, PATIENCE_RANGE, .number = 5,
                  .help = "epochs without improvement before it stops"),
    FIELD_NUMBER(struct early_stopping_options, min_delta, .min = 0, .max = 1e30,
                 .help = "what counts as an improvement must be more than this"),
    FIELD_BOOLEAN(struct early_stopping_options, restore_best, .number = 1,
                  .help = "end with the best weights, not the last"),
    FIELD_END};

static const struct kind early_stopping_kind = {.name = "early_stopping",
                                                .help = "stop when it does not get better",
                                                .size = sizeof(struct early_stopping_options),
                                                .fields = early_stopping_fields};

static const struct field checkpoint_fields[] = {
    FIELD_NUMBER(struct checkpoint_options, every_s, .min = 0, .max = 1e9, .number = 30,
                 .flags = FIELD_ABOVE_MIN,
                 .help = "seconds between two checkpoints at most; a service may save more often"),
    FIELD_INTEGER(struct checkpoint_options, epochs, .min = 1, .max = 1e9, .number = 1,
                  .help = "epochs between two checkpoints"),
    FIELD_INTEGER(struct checkpoint_options, keep, .min = 1, .max = 100, .number = 2,
                  .help = "checkpoints that are kept"),
    FIELD_END};

static const struct kind checkpoint_kind = {.name = "checkpoint",
                                            .help = "when the run is saved, whichever comes first",
                                            .size = sizeof(struct checkpoint_options),
                                            .fields = checkpoint_fields};

static const struct field average_fields[] = {
    FIELD_NUMBER(struct average_options, ema, .min = 0, .max = 1,
                 .flags = FIELD_REQUIRED | FIELD_BELOW_MAX,
                 .help = "share of the average that stays at each update, e.g. 0.999"),
    FIELD_END};

static const struct kind average_kind = {.name = "average",
                                         .help = "an exponential moving average of the weights",
                                         .size = sizeof(struct average_options),
                                         .fields = average_fields};

static const struct field limit_fields[] = {
    FIELD_NUMBER(struct limit_options, seconds, .min = 0, .max = 1e9, .number = (double)NAN,
                 .flags = FIELD_NULLABLE | FIELD_ABOVE_MIN, .help = "seconds of running"),
    FIELD_INTEGER(struct limit_options, steps, STEPS_RANGE, .flags = FIELD_NULLABLE,
                  .help = "updates"),
    FIELD_JSON(struct limit_options, target, .flags = FIELD_NULLABLE, .schema = "goals",
               .help = "values that are good enough, e.g. {\"val_accuracy\": 0.98}"),
    FIELD_END};

static const struct kind limit_kind = {.name = "limits",
                                       .help = "what ends a run before its last epoch",
                                       .size = sizeof(struct limit_options),
                                       .fields = limit_fields};

static const char *const divergence_choices[] = {"fail", "rollback", NULL};

static const struct field training_fields[] = {
    FIELD_VARIANT(struct training, loss, .kinds = loss_kinds,
                  .help = "what is made small; by default from the output's activation"),
    FIELD_VARIANT(struct training, optimizer, .kinds = optimizer_kinds, .text = "adam",
                  .help = "how gradients become updates"),
    FIELD_VARIANT(struct training, schedule, .kinds = schedule_kinds, .text = "constant",
                  .help = "the learning rate over time"),
    FIELD_INTEGER(struct training, epochs, EPOCHS_RANGE, .number = 10,
                  .help = "passes over the training rows"),
    FIELD_INTEGER(struct training, batch_size, .min = 1, .max = 1 << 20, .number = 32,
                  .help = "rows of one update; a last short batch is used"),
    FIELD_BOOLEAN(struct training, shuffle, .number = 1, .help = "a new order in every epoch"),
    FIELD_OBJECT(struct training, validation, struct validation_options, .object = &validation_kind,
                 .flags = FIELD_NULLABLE | FIELD_PRESENT, .help = "null: no validation"),
    FIELD_OBJECT(struct training, early_stopping, struct early_stopping_options,
                 .object = &early_stopping_kind, .flags = FIELD_NULLABLE,
                 .help = "stop when it does not get better"),
    FIELD_NUMBER(struct training, clip_norm, .min = 0, .max = 1e30, .number = (double)NAN,
                 .flags = FIELD_NULLABLE | FIELD_ABOVE_MIN,
                 .help = "largest norm of the whole gradient"),
    FIELD_NUMBER(struct training, clip_value, .min = 0, .max = 1e30, .number = (double)NAN,
                 .flags = FIELD_NULLABLE | FIELD_ABOVE_MIN,
                 .help = "largest magnitude of each element of the gradient, after clip_norm"),
    FIELD_NUMBER(struct training, l1, PENALTY_RANGE,
                 .help = "penalty on the magnitude of kernels, where a layer sets none"),
    FIELD_NUMBER(struct training, l2, PENALTY_RANGE,
                 .help = "penalty on the square of kernels, where a layer sets none"),
    FIELD_NUMBER(struct training, label_smoothing, .min = 0, .max = 1, .flags = FIELD_BELOW_MAX,
                 .help = "share of each target that is spread over all classes"),
    FIELD_JSON(struct training, class_weights, .flags = FIELD_NULLABLE, .schema = "class_weights",
               .help = "\"balanced\", weights by label, or a list by class; training rows only"),
    FIELD_STRING(struct training, sample_weight, .min = 1, .max = 1024, .flags = FIELD_NULLABLE,
                 .help = "column with each row's weight; training rows only"),
    FIELD_JSON(struct training, metrics, .flags = FIELD_NULLABLE, .schema = "metrics_asked",
               .help = "measured at the end of each epoch: a list of names, or objects like "
                       "{\"type\": \"top_k\", \"k\": 3}; by default by the task"),
    FIELD_OBJECT(struct training, checkpoint, struct checkpoint_options, .object = &checkpoint_kind,
                 .flags = FIELD_PRESENT, .help = "when the run is saved"),
    FIELD_VARIANTS(struct training, augmentation, .kinds = augment_kinds, .max = AUGMENTATION_MAX,
                   .flags = FIELD_NULLABLE,
                   .help = "random changes of the training rows, applied in this order"),
    FIELD_CHOICE(struct training, on_divergence, .choices = divergence_choices,
                 .number = DIVERGENCE_FAIL,
                 .help = "what becomes of a run whose loss or gradient is not finite: it fails, or "
                         "it goes back to the last epoch that lowered the training loss, with "
                         "half the learning rate, at most three times"),
    FIELD_INTEGER(struct training, seed, .help = "everything random comes from it"),
    FIELD_INTEGER(struct training, accumulate, .min = 1, .max = 1e9, .number = 1,
                  .help = "batches per update"),
    FIELD_OBJECT(struct training, average, struct average_options, .object = &average_kind,
                 .flags = FIELD_NULLABLE, .help = "averaged weights validate and become the model"),
    FIELD_OBJECT(struct training, limits, struct limit_options, .object = &limit_kind,
                 .flags = FIELD_NULLABLE, .help = "what ends it before its last epoch"),
    FIELD_END};

static bool is_weight(const json_t *value)
{
    return json_is_number(value) && json_number_value(value) >= 0 &&
           json_number_value(value) <= 1e9;
}

static bool are_class_weights(const json_t *weights)
{
    if (json_is_string(weights))
        return strcmp(json_string_value(weights), "balanced") == 0;
    for (size_t i = 0; json_is_array(weights) && i < json_array_size(weights); i++)
        if (!is_weight(json_array_get(weights, i)))
            return false;
    json_t *unconst = (json_t *)(uintptr_t)weights; /* for jansson's iterators; nothing writes */
    for (void *at = json_object_iter(unconst); at != NULL; at = json_object_iter_next(unconst, at))
        if (!is_weight(json_object_iter_value(at)))
            return false;
    return json_is_array(weights) || json_is_object(weights);
}

static int training_check(const void *options, const char *path, struct error *error)
{
    const struct training *training = options;
    char full[PATH_SIZE];
    if (metrics_check_names(training->metrics, path_of(path, "metrics", full), error) != 0)
        return -1;
    if (training->limits != NULL && !isnan(training->limits->seconds) &&
        training->validation != NULL && training->validation->folds > 0)
        return error_set_at(error, ERROR_INVALID, path_of(path, "limits.seconds", full),
                            "would leave out folds of a cross-validation: limit the steps, which "
                            "count for each fold");
    if (training->class_weights != NULL && !are_class_weights(training->class_weights))
        return error_set_at(error, ERROR_INVALID, path_of(path, "class_weights", full),
                            "must be \"balanced\", an object of weights by label like "
                            "{\"cat\": 2}, or a list of weights by class, each 0 or more");
    const struct early_stopping_options *stopping = training->early_stopping;
    if (stopping != NULL && training->validation == NULL &&
        strncmp(stopping->monitor, "val_", 4) == 0)
        return error_set_at(error, ERROR_INVALID, path_of(path, "early_stopping.monitor", full),
                            "is \"%s\", which needs a validation: set training.validation, or "
                            "monitor \"loss\"",
                            stopping->monitor);
    return 0;
}

const struct kind training_kind = {.name = "training",
                                   .help = "how a network is trained",
                                   .size = sizeof(struct training),
                                   .fields = training_fields,
                                   .check = training_check};

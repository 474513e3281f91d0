/* Classes or numbers, and by which loss. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_task.h"
#include "engine/columns.h"
#include "engine/target.h"

#include <string.h>

#define SHOW_SOFTMAX                                                                               \
    "end with {\"type\": \"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}"

/* What is looked at. */
struct evidence {
    const struct dataset *dataset;
    const struct trainer_setup *setup;
    size_t target_count;
    const struct column *first; /* the only target where there is one */
    enum activation_code activation;
    int64_t units;                 /* of the output; 0: "auto" or unknown */
    const struct loss_type *named; /* NULL: no loss is named */
};

static const char *target_name(const struct trainer_setup *setup, size_t index)
{
    if (setup->targets != NULL && setup->targets->count > 0)
        return setup->targets->items[index];
    if (json_array_size(setup->default_targets) > 0)
        return json_string_value(json_array_get(setup->default_targets, index));
    return setup->dataset->columns[target_default_column(setup->dataset)].name;
}

/* Says which columns there are, and which of them was probably meant. */
static int refuse_target(const struct dataset *dataset, const char *name, struct error *error)
{
    char known[256] = "";
    AUTO_FREE const char **names = calloc((size_t)dataset->column_count + 1, sizeof *names);
    if (names == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a message");
    for (int i = 0; i < dataset->column_count; i++) {
        size_t length = strlen(known);
        names[i] = dataset->columns[i].name;
        snprintf(known + length, sizeof known - length, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    const char *near = nearest_name(names, name);
    return error_set_at(error, ERROR_INVALID, "target",
                        "names \"%s\", which is no column of the dataset%s%s; its columns are %s",
                        name, near != NULL ? "; did you mean " : "", near != NULL ? near : "",
                        known);
}

static int gather(const struct trainer_setup *setup, struct evidence *evidence, struct error *error)
{
    const struct dataset *dataset = setup->dataset;
    if (dataset->column_count == 0) {
        error_set(error, ERROR_INVALID, "the dataset has no columns");
        return -1;
    }
    size_t named = setup->targets == NULL ? 0 : setup->targets->count;
    if (named == 0)
        named = json_array_size(setup->default_targets);
    *evidence = (struct evidence){.dataset = dataset,
                                  .setup = setup,
                                  .target_count = named > 0 ? named : 1,
                                  .named = (const struct loss_type *)setup->training->loss.kind};
    for (size_t i = 0; i < evidence->target_count; i++)
        if (dataset_find(dataset, target_name(setup, i)) < 0) {
            refuse_target(dataset, target_name(setup, i), error);
            return -1;
        }
    evidence->first = &dataset->columns[dataset_find(dataset, target_name(setup, 0))];
    return network_document_output(setup->network, &evidence->activation, &evidence->units, error);
}

static bool is_softmax(const struct evidence *evidence)
{
    return evidence->activation == ACTIVATION_SOFTMAX ||
           evidence->activation == ACTIVATION_LOG_SOFTMAX;
}

static bool is_loss(const struct loss_type *loss, const char *name)
{
    return loss != NULL && strcmp(loss->kind.name, name) == 0;
}

static bool holds_labels(const struct column *column)
{
    return column->type == COLUMN_CATEGORY || column->type == COLUMN_TEXT;
}

static bool has_two_values(const struct column *column)
{
    return column->type == COLUMN_BOOLEAN || column->distinct_count == 2;
}

static bool are_zero_or_one(const struct evidence *evidence)
{
    for (size_t i = 0; i < evidence->target_count; i++) {
        int column = dataset_find(evidence->dataset, target_name(evidence->setup, i));
        if (!column_is_zero_or_one(&evidence->dataset->columns[column], evidence->dataset->rows))
            return false;
    }
    return true;
}

/* One sigmoid unit for a target of two values: classes, unless a loss of plain numbers is named for
 * a column of numbers. */
static bool is_two_class(const struct evidence *evidence)
{
    if (evidence->activation != ACTIVATION_SIGMOID || evidence->units > 1 ||
        evidence->target_count != 1 || !has_two_values(evidence->first))
        return false;
    return evidence->named == NULL || is_loss(evidence->named, "binary_crossentropy") ||
           evidence->first->type != COLUMN_NUMBER;
}

static bool wants_classes(const struct evidence *evidence)
{
    if (evidence->named != NULL && evidence->named->target == TARGET_CLASS)
        return true;
    if (evidence->target_count != 1)
        return false;
    if (is_softmax(evidence) || is_two_class(evidence))
        return true;
    /* A loss of numbers on a linear output takes two labels as 0 and 1 (hinge). */
    if (evidence->named != NULL && has_two_values(evidence->first))
        return holds_labels(evidence->first) && evidence->activation == ACTIVATION_SIGMOID;
    return holds_labels(evidence->first) || evidence->first->type == COLUMN_BOOLEAN;
}

/* The loss of a document that names none. */
static const char *default_loss(const struct evidence *evidence, enum target_kind wanted,
                                struct error *error)
{
    if (wanted == TARGET_VALUES)
        return evidence->activation == ACTIVATION_SIGMOID && are_zero_or_one(evidence)
                   ? "binary_crossentropy"
                   : "mse";
    if (is_softmax(evidence))
        return "categorical_crossentropy";
    if (evidence->activation == ACTIVATION_SIGMOID)
        return "binary_crossentropy";
    error_set_at(error, ERROR_INVALID, "network",
                 "must give classes, since the target \"%s\" holds labels: " SHOW_SOFTMAX,
                 evidence->first->name);
    return NULL;
}

static bool takes_raw_targets(const struct evidence *evidence)
{
    static const char *const raw_losses[] = {"binary_crossentropy", "hinge", "kl_divergence",
                                             "poisson"};
    for (size_t i = 0; i < ARRAY_COUNT(raw_losses); i++)
        if (is_loss(evidence->named, raw_losses[i]))
            return true;
    /* A bounded output could not reach standardized targets. */
    return evidence->activation != ACTIVATION_LINEAR;
}

/* Labels learned by a loss of numbers need an output that can be told apart by classes, or two
 * labels that count as 0 and 1. */
static int check_labels(const struct evidence *evidence, enum target_kind wanted,
                        struct error *error)
{
    if (evidence->named == NULL || evidence->named->target == TARGET_CLASS ||
        evidence->target_count != 1 || !holds_labels(evidence->first) || is_softmax(evidence) ||
        evidence->activation == ACTIVATION_SIGMOID ||
        (wanted == TARGET_VALUES && has_two_values(evidence->first)))
        return 0;
    return error_set_at(error, ERROR_INVALID, "training.loss",
                        "is \"%s\", which takes numbers, but the target \"%s\" holds labels: leave "
                        "the loss out and " SHOW_SOFTMAX,
                        evidence->named->kind.name, evidence->first->name);
}

int trainer_task_decide(const struct trainer_setup *setup, struct trainer_task *task,
                        struct error *error)
{
    struct evidence evidence;
    if (gather(setup, &evidence, error) != 0)
        return -1;
    struct trainer_task made = {.wanted = wants_classes(&evidence) ? TARGET_CLASS : TARGET_VALUES};
    if (check_labels(&evidence, made.wanted, error) != 0)
        return -1;
    if (evidence.named == NULL) {
        made.loss_name = default_loss(&evidence, made.wanted, error);
        if (made.loss_name == NULL)
            return -1;
    }
    made.one_unit = made.wanted == TARGET_CLASS && evidence.activation == ACTIVATION_SIGMOID &&
                    evidence.units <= 1 && has_two_values(evidence.first) &&
                    (evidence.named == NULL || evidence.named->target != TARGET_CLASS);
    made.outputs = made.one_unit ? 0 : evidence.units;
    made.raw_targets = made.wanted == TARGET_VALUES && takes_raw_targets(&evidence);
    made.binary_values = made.wanted == TARGET_VALUES &&
                         evidence.activation == ACTIVATION_SIGMOID && are_zero_or_one(&evidence);
    *task = made;
    return 0;
}

/* Labels, or whole numbers that may be classes: so few different ones as an IDX file's labels. */
static bool may_be_classes(const struct evidence *evidence)
{
    enum { CLASSES_MAX = 256 };
    const struct column *first = evidence->first;
    return wants_classes(evidence) ||
           (evidence->target_count == 1 && first->type == COLUMN_NUMBER && first->integers &&
            first->distinct_count <= CLASSES_MAX);
}

json_t *trainer_task_network(const struct trainer_setup *setup, struct error *error)
{
    struct trainer_setup linear = *setup;
    struct evidence evidence;
    json_auto_t *output = json_pack("{s:[{s:s}, {s:s, s:s}]}", "layers", "type", "flatten", "type",
                                    "dense", "units", "auto");
    linear.network = output;
    if (output == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for a network");
        return NULL;
    }
    if (gather(&linear, &evidence, error) != 0)
        return NULL;
    json_t *last = json_array_get(json_object_get(output, "layers"), 1);
    if (may_be_classes(&evidence) &&
        json_object_set_new(last, "activation", json_string("softmax")) != 0) {
        error_set(error, ERROR_MEMORY, "out of memory for a network");
        return NULL;
    }
    return json_incref(output);
}

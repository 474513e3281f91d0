/* Of evaluations: of a job's end, and of a model on a dataset. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schemas/schemas.h"

static const struct schema_field class_evaluation_fields[] = {
    {"rows", "integer", .example = "30"},
    {"classes", "[any]", .help = "labels in the matrix's order"},
    {"accuracy", "number | null", .example = "0.96"},
    {"precision", "number | null", .help = "mean over the classes"},
    {"recall", "number | null", .help = "mean over the classes"},
    {"f1", "number | null", .help = "mean over the classes"},
    {"mcc", "number | null", .help = "Matthews correlation"},
    {"auc?", "number | null", .help = "mean area under the ROC curves"},
    {"top_k?", "top_k", .help = NULL},
    {"confusion_matrix?", "[integers]", .help = "a list a true class, of counts a predicted class"},
    {"per_class", "[class_figures]", .help = NULL},
    {"curves", "[class_curves]", .help = NULL},
    {.name = NULL},
};
static const struct schema_field top_k_fields[] = {{"k", "[integer]", .help = NULL},
                                                   {"accuracy", "[number | null]", .help = NULL},
                                                   {.name = NULL}};
static const struct schema_field class_figures_fields[] = {
    {"class", "any", .example = "\"setosa\""},
    {"precision", "number | null", .help = NULL},
    {"recall", "number | null", .help = NULL},
    {"f1", "number | null", .help = NULL},
    {"support", "integer", .help = "rows of the class", .example = "10"},
    {.name = NULL},
};
static const struct schema_field class_curves_fields[] = {
    {"class", "any", .example = "\"setosa\""},
    {"auc", "number | null", .help = NULL},
    {"average_precision", "number | null", .help = NULL},
    {"roc", "roc_curve", .help = NULL},
    {"precision_recall", "precision_recall_curve", .help = NULL},
    {.name = NULL},
};
static const struct schema_field roc_curve_fields[] = {
    {"false_positive_rate", "[number | null]", .help = NULL},
    {"true_positive_rate", "[number | null]", .help = NULL},
    {"threshold", "[number | null]", .help = NULL},
    {.name = NULL},
};
static const struct schema_field precision_recall_fields[] = {
    {"recall", "[number | null]", .help = NULL},
    {"precision", "[number | null]", .help = NULL},
    {"threshold", "[number | null]", .help = NULL},
    {.name = NULL},
};

static const struct schema_field value_figures_fields[] = {
    {"mse", "number | null", .help = NULL}, {"rmse", "number | null", .help = NULL},
    {"mae", "number | null", .help = NULL}, {"mape", "number | null", .help = NULL},
    {"r2", "number | null", .help = NULL},  {.name = NULL}};
static const struct schema_field value_evaluation_fields[] = {
    {"rows", "integer", .example = "30"},
    {"columns", "[column_evaluation]", .help = NULL},
    {.name = NULL}};
static const struct schema_field column_evaluation_fields[] = {
    {"column", "any", .example = "\"price\""},
    {"residuals?", "residuals", .help = "predicted less actual"},
    {"pairs?", "residual_pairs", .help = "some rows"},
    {.name = NULL},
};
static const struct schema_field residuals_fields[] = {
    {"mean", "number | null", .help = NULL},
    {"deviation", "number | null", .help = NULL},
    {"quantiles", "residual_quantiles", .help = NULL},
    {"histogram", "residual_histogram", .help = NULL},
    {.name = NULL},
};
static const struct schema_field residual_quantiles_fields[] = {
    {"share", "[number | null]", .help = NULL},
    {"value", "[number | null]", .help = NULL},
    {.name = NULL}};
static const struct schema_field residual_histogram_fields[] = {
    {"edges", "[number | null]", .help = NULL},
    {"counts", "[integer]", .help = NULL},
    {.name = NULL}};
static const struct schema_field residual_pairs_fields[] = {
    {"actual", "[number | null]", .help = NULL},
    {"predicted", "[number | null]", .help = NULL},
    {.name = NULL}};

static const struct schema_field folds_evaluation_fields[] = {
    {"folds", "[fold_figures]", .help = NULL},
    {"mean", "{number | null}", .help = "by figure"},
    {"deviation", "{number | null}", .help = "by figure"},
    {.name = NULL},
};
static const struct schema_field fold_figures_fields[] = {
    {"fold", "integer", .help = "counted from 1"},
    {"best_epoch", "integer", .help = NULL},
    {.name = NULL}};

/* ---- of a model */

static const struct schema_field measured_fields[] = {
    {"model", "string", .example = "iris"},
    {"version", "integer | 'live'", .help = "of the model; live: of a job that runs",
     .example = "3"},
    {"job?", "id", .help = "that runs, of a live model"},
    {"step?", "integer", .help = "after which its weights are these"},
    {"dataset", "string", .help = "name@version", .example = "iris@1"},
    {"rows", "integer", .help = "that were measured on", .example = "150"},
    {"skipped", "integer", .help = "rows without a target", .example = "0"},
    {.name = NULL},
};
static const struct schema_field model_evaluation_fields[] = {
    {"loss", "number | null", .help = NULL},
    {"metrics", "{number | null}", .help = "as asked, by name"},
    {"evaluation", "evaluation", .help = NULL},
    {.name = NULL},
};
static const struct schema_field importance_fields[] = {
    {"metric", "string", .help = "what gets worse", .example = "accuracy"},
    {"baseline", "number | null", .help = "with no column shuffled"},
    {"repeats", "integer", .help = "random orders a column", .example = "5"},
    {"seed", "integer", .example = "0"},
    {"columns", "[column_importance]", .help = "the most important first"},
    {.name = NULL},
};
static const struct schema_field column_importance_fields[] = {
    {"column", "string", .example = "petal_width"},
    {"mean", "number | null", .help = "by how much the metric gets worse"},
    {"deviation", "number | null", .help = NULL},
    {.name = NULL},
};

const struct schema evaluation_schemas[] = {
    {"class_curves", "of one class against all others", .fields = class_curves_fields},
    {"class_evaluation", "of classes", .fields = class_evaluation_fields},
    {"class_figures", "of one class", .fields = class_figures_fields},
    {"column_evaluation", "of one target", .base = "value_figures",
     .fields = column_evaluation_fields},
    {"column_importance", "of one column", .fields = column_importance_fields},
    {"evaluation", "how good a model is",
     .type = "class_evaluation | value_evaluation | folds_evaluation"},
    {"fold_figures", "of one fold", .fields = fold_figures_fields, .others = "number | null"},
    {"folds_evaluation", "of a cross-validation", .fields = folds_evaluation_fields},
    {"importance", "permutation importance of columns", .base = "measured",
     .fields = importance_fields},
    {"integers", "a row of a matrix", .type = "[integer]"},
    {"measured", "on what a model was measured", .fields = measured_fields},
    {"model_evaluation", "a model's figures on a dataset", .base = "measured",
     .fields = model_evaluation_fields},
    {"precision_recall_curve", "by threshold", .fields = precision_recall_fields},
    {"residual_histogram", "bins of the same width", .fields = residual_histogram_fields},
    {"residual_pairs", "actual and predicted values", .fields = residual_pairs_fields},
    {"residual_quantiles", "by share of the rows", .fields = residual_quantiles_fields},
    {"residuals", "predicted less actual", .fields = residuals_fields},
    {"roc_curve", "by threshold", .fields = roc_curve_fields},
    {"top_k", "share of rows whose class is among the k likeliest", .fields = top_k_fields},
    {"value_evaluation", "of numbers", .base = "value_figures", .fields = value_evaluation_fields},
    {"value_figures", "of numbers", .fields = value_figures_fields},
    {.name = NULL},
};

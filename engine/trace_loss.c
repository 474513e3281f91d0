/* The loss that a trace differentiates: the job's, as the model's lineage tells, else that of the
 * output. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trace_parts.h"

#include <string.h>

/* What the output's activation and the task stand for. */
static const char *default_name(const struct model *model)
{
    switch (model->network->output_activation) {
    case ACTIVATION_SOFTMAX:
    case ACTIVATION_LOG_SOFTMAX:
        return "categorical_crossentropy";
    case ACTIVATION_SIGMOID:
        return "binary_crossentropy";
    default:
        return "mse";
    }
}

static double number_of(const json_t *training, const char *name)
{
    return json_number_value(json_object_get(training, name));
}

/* A lineage may come from anywhere: what cannot be read is passed over. */
static int choose(struct trace_loss *loss, const struct model *model, struct error *error)
{
    const json_t *spec = json_object_get(model->lineage, "spec");
    const json_t *training = json_object_get(spec, "training");
    const json_t *named = json_object_get(training, "loss");
    int64_t width = shape_elements(&model->network->output_shape, NULL);
    loss->l1 = number_of(training, "l1");
    loss->l2 = number_of(training, "l2");
    if (named == NULL ||
        fields_read_variant(loss_kinds, named, &loss->variant, "loss", NULL) != 0) {
        json_auto_t *name = json_string(default_name(model));
        if (fields_read_variant(loss_kinds, name, &loss->variant, "loss", error) != 0)
            return -1;
    }
    loss->type = (const struct loss_type *)loss->variant.kind; /* a loss_type begins with it */
    if (loss->type->smooths_labels)
        loss->label_smoothing = number_of(training, "label_smoothing");
    enum activation_code activation = model->network->output_activation;
    loss->from_logits = loss->type->fuses != NULL && loss->type->fuses(activation);
    return loss->type->check != NULL
               ? loss->type->check(loss->variant.options, activation, width, error)
               : 0;
}

/* For a model that came without its labels. */
static int read_index(struct trace_loss *loss, const json_t *target, int64_t width,
                      struct error *error)
{
    int64_t classes = width > 1 ? width : 2;
    if (!json_is_integer(target) || json_integer_value(target) < 0 ||
        json_integer_value(target) >= classes)
        return error_set_at(error, ERROR_INVALID, "target",
                            "must be the index of a class, 0 to %lld: the model came without its "
                            "labels",
                            (long long)classes - 1);
    loss->class = (int32_t)json_integer_value(target);
    return 0;
}

static int read_target(struct trace_loss *loss, const struct model *model, const json_t *target,
                       struct error *error)
{
    const struct preprocessing *preprocessing = model->preprocessing;
    int64_t width = shape_elements(&model->network->output_shape, NULL);
    loss->values = calloc((size_t)width, sizeof(float));
    if (loss->values == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a target");
    bool has_classes = preprocessing_task(preprocessing) == TASK_CLASSES;
    loss->is_class = has_classes || loss->type->target == TARGET_CLASS;
    if (loss->is_class && !has_classes)
        return read_index(loss, target, width, error);
    return preprocessing_encode_target(preprocessing, target, "target", width, &loss->class,
                                       loss->values, error);
}

int trace_loss_create(struct trace_loss *loss, const struct model *model, const json_t *target,
                      struct error *error)
{
    *loss = (struct trace_loss){.type = NULL};
    if (choose(loss, model, error) == 0 && read_target(loss, model, target, error) == 0)
        return 0;
    trace_loss_clear(loss);
    return -1;
}

void trace_loss_clear(struct trace_loss *loss)
{
    variant_clear(&loss->variant);
    free(loss->values);
    *loss = (struct trace_loss){.type = NULL};
}

double trace_loss_run(const struct trace_loss *loss, const struct kernels *kernels, int64_t width,
                      const float *output, float *d_output)
{
    double value = 0;
    const struct loss_batch batch = {.kernels = kernels,
                                     .rows = 1,
                                     .width = width,
                                     .output = output,
                                     .classes = loss->is_class ? &loss->class : NULL,
                                     .values = loss->is_class ? NULL : loss->values,
                                     .label_smoothing = loss->label_smoothing,
                                     .row_losses = &value,
                                     .d_output = d_output,
                                     .batch_rows = 1};
    loss->type->run(loss->variant.options, &batch, 0, 1);
    return value;
}

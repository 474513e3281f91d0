/* The loss of a model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/model_loss.h"

/* What the output's activation stands for. */
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

static int read(struct model_loss *loss, const struct model *model, struct error *error)
{
    const json_t *spec = json_object_get(model->lineage, "spec");
    const json_t *training = json_object_get(spec, "training");
    const json_t *named = json_object_get(training, "loss");
    loss->l1 = number_of(training, "l1");
    loss->l2 = number_of(training, "l2");
    if (named == NULL || fields_read_variant(loss_kinds, named, &loss->variant, "loss", NULL)) {
        json_auto_t *name = json_string(default_name(model));
        if (fields_read_variant(loss_kinds, name, &loss->variant, "loss", error))
            return -1;
    }
    loss->type = (const struct loss_type *)loss->variant.kind; /* a loss_type begins with it */
    if (loss->type->smooths_labels)
        loss->label_smoothing = number_of(training, "label_smoothing");
    return 0;
}

int model_loss_create(struct model_loss *loss, const struct model *model, struct error *error)
{
    const struct network *network = model->network;
    int64_t width = shape_elements(&network->output_shape, NULL);
    struct error reason = {0};
    *loss = (struct model_loss){.type = NULL};
    if (read(loss, model, error))
        return -1;
    const struct loss_type *type = loss->type;
    loss->group = shape_last(&network->output_shape);
    loss->from_logits = type->fuses && type->fuses(network->output_activation);
    loss->is_class =
        preprocessing_task(model->preprocessing) == TASK_CLASSES || type->target == TARGET_CLASS;
    if (!type->check ||
        !type->check(loss->variant.options, network->output_activation, width, &reason))
        return 0;
    error_set(error, reason.code, "the model's loss %s does not fit: %s", type->kind.name,
              reason.message);
    model_loss_clear(loss);
    return -1;
}

void model_loss_clear(struct model_loss *loss)
{
    variant_clear(&loss->variant);
    *loss = (struct model_loss){.type = NULL};
}

void model_loss_run(const struct model_loss *loss, struct loss_batch *batch)
{
    batch->label_smoothing = loss->label_smoothing;
    batch->group = loss->group;
    batch->activated = !loss->from_logits;
    loss->type->run(loss->variant.options, batch, 0, batch->rows);
}

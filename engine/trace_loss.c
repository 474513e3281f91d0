/* The loss that a trace differentiates, and its target. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trace_parts.h"

#include <stdlib.h>

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
    if (loss->model.is_class && preprocessing_task(preprocessing) != TASK_CLASSES)
        return read_index(loss, target, width, error);
    return preprocessing_encode_target(preprocessing, target, "target", width, &loss->class,
                                       loss->values, error);
}

int trace_loss_create(struct trace_loss *loss, const struct model *model, const json_t *target,
                      struct error *error)
{
    *loss = (struct trace_loss){.values = NULL};
    if (model_loss_create(&loss->model, model, error) == 0 &&
        read_target(loss, model, target, error) == 0)
        return 0;
    trace_loss_clear(loss);
    return -1;
}

void trace_loss_clear(struct trace_loss *loss)
{
    model_loss_clear(&loss->model);
    free(loss->values);
    *loss = (struct trace_loss){.values = NULL};
}

double trace_loss_run(const struct trace_loss *loss, const struct kernels *kernels, int64_t width,
                      const float *output, float *d_output)
{
    double value = 0;
    struct loss_batch batch = {.kernels = kernels,
                               .rows = 1,
                               .width = width,
                               .output = output,
                               .classes = loss->model.is_class ? &loss->class : NULL,
                               .values = loss->model.is_class ? NULL : loss->values,
                               .row_losses = &value,
                               .d_output = d_output,
                               .batch_rows = 1};
    model_loss_run(&loss->model, &batch);
    return value;
}

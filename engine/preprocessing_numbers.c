/* Instances that are numbers and nothing else, without a JSON value for each. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/preprocessing_parts.h"

int64_t preprocessing_number_count(const struct preprocessing *preprocessing)
{
    if (preprocessing_takes_tensors(preprocessing))
        return preprocessing->encoders[0].width;
    if (preprocessing->window.length > 0)
        return 0;
    for (int i = 0; i < preprocessing->encoder_count; i++)
        if (!preprocessing->encoders[i].kind->encode_number)
            return 0;
    return preprocessing->encoder_count;
}

const struct shape *preprocessing_tensor_shape(const struct preprocessing *preprocessing)
{
    return preprocessing_takes_tensors(preprocessing) ? &preprocessing->encoders[0].shape : NULL;
}

void preprocessing_encode_numbers(const struct preprocessing *preprocessing, const double *numbers,
                                  float *x)
{
    const struct encoder *encoders = preprocessing->encoders;
    if (!preprocessing_takes_tensors(preprocessing)) {
        for (int i = 0; i < preprocessing->encoder_count; i++)
            encoders[i].kind->encode_number(&encoders[i], numbers[i], x + encoders[i].offset);
        return;
    }
    const float divisor = encoders[0].tensor_is_bytes ? 255.0F : 1.0F;
    for (int64_t i = 0; i < encoders[0].width; i++)
        x[i] = scale_narrow(numbers[i]) / divisor;
}

/* The augmentations that are built, one a file. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_AUGMENTS_AUGMENTS_H
#define PROPD_ENGINE_AUGMENTS_AUGMENTS_H

#include "engine/augment.h"

extern const struct augment_type augment_random_flip;
extern const struct augment_type augment_random_crop;
extern const struct augment_type augment_random_translate;
extern const struct augment_type augment_random_rotate;
extern const struct augment_type augment_random_zoom;
extern const struct augment_type augment_random_shear;
extern const struct augment_type augment_brightness;
extern const struct augment_type augment_contrast;
extern const struct augment_type augment_saturation;
extern const struct augment_type augment_hue;
extern const struct augment_type augment_gaussian_noise;
extern const struct augment_type augment_cutout;
extern const struct augment_type augment_mixup;
extern const struct augment_type augment_cutmix;
extern const struct augment_type augment_feature_dropout;
extern const struct augment_type augment_jitter;
extern const struct augment_type augment_scaling;
extern const struct augment_type augment_time_shift;
extern const struct augment_type augment_time_mask;

#endif

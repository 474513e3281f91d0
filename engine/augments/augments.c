/* The list of augmentations. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"

const struct augment_type *const augment_types[] = {
    &augment_random_flip, &augment_random_crop,  &augment_random_translate, &augment_random_rotate,
    &augment_random_zoom, &augment_random_shear, &augment_brightness,       &augment_contrast,
    &augment_saturation,  &augment_hue,          &augment_gaussian_noise,   &augment_cutout,
    &augment_mixup,       &augment_cutmix,       &augment_feature_dropout,  &augment_jitter,
    &augment_scaling,     &augment_time_shift,   &augment_time_mask,        NULL};

const struct kind *const augment_kinds[] = {&augment_random_flip.kind,
                                            &augment_random_crop.kind,
                                            &augment_random_translate.kind,
                                            &augment_random_rotate.kind,
                                            &augment_random_zoom.kind,
                                            &augment_random_shear.kind,
                                            &augment_brightness.kind,
                                            &augment_contrast.kind,
                                            &augment_saturation.kind,
                                            &augment_hue.kind,
                                            &augment_gaussian_noise.kind,
                                            &augment_cutout.kind,
                                            &augment_mixup.kind,
                                            &augment_cutmix.kind,
                                            &augment_feature_dropout.kind,
                                            &augment_jitter.kind,
                                            &augment_scaling.kind,
                                            &augment_time_shift.kind,
                                            &augment_time_mask.kind,
                                            NULL};

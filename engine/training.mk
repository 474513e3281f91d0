# SPDX-License-Identifier: Apache-2.0
libengine_la_SOURCES += \
	engine/augment.c engine/augment.h \
	engine/augment_preview.c engine/augment_preview.h \
	engine/augmentation.c engine/augmentation.h \
	engine/augmentation_check.c \
	engine/augments/augments.c engine/augments/augments.h \
	engine/augments/box.h \
	engine/augments/brightness.c \
	engine/augments/color.c engine/augments/color.h \
	engine/augments/contrast.c \
	engine/augments/cutmix.c \
	engine/augments/cutout.c \
	engine/augments/feature_dropout.c \
	engine/augments/gaussian_noise.c \
	engine/augments/geometry.c engine/augments/geometry.h \
	engine/augments/hue.c \
	engine/augments/jitter.c \
	engine/augments/mixup.c \
	engine/augments/random_crop.c \
	engine/augments/random_flip.c \
	engine/augments/random_rotate.c \
	engine/augments/random_shear.c \
	engine/augments/random_translate.c \
	engine/augments/random_zoom.c \
	engine/augments/saturation.c \
	engine/augments/scaling.c \
	engine/augments/time_mask.c \
	engine/augments/time_shift.c \
	engine/catalog.c engine/catalog.h \
	engine/class_weights.c engine/class_weights.h \
	engine/float_sort.c engine/float_sort.h \
	engine/metric_choice.c \
	engine/metric_table.c \
	engine/metrics.c engine/metrics.h engine/metrics_state.h \
	engine/histograms.c engine/histograms.h \
	engine/metrics_report.c \
	engine/metrics_summary.c \
	engine/optimizer.h \
	engine/optimizers/adadelta.c \
	engine/optimizers/adagrad.c \
	engine/optimizers/adam.c \
	engine/optimizers/adamw.c \
	engine/optimizers/amsgrad.c \
	engine/optimizers/lion.c \
	engine/optimizers/nadam.c \
	engine/optimizers/optimizers.c engine/optimizers/optimizers.h \
	engine/optimizers/rmsprop.c \
	engine/optimizers/sgd.c \
	engine/rehearsal.c engine/rehearsal.h engine/rehearsal_state.h \
	engine/rehearsal_gradients.c \
	engine/residuals.c engine/residuals.h \
	engine/sampler.c engine/sampler.h \
	engine/schedule.h \
	engine/schedules/constant.c \
	engine/schedules/cosine.c \
	engine/schedules/cosine_restarts.c \
	engine/schedules/exponential.c \
	engine/schedules/multi_step.c \
	engine/schedules/one_cycle.c \
	engine/schedules/polynomial.c \
	engine/schedules/reduce_on_plateau.c \
	engine/schedules/schedules.c engine/schedules/schedules.h \
	engine/schedules/step.c \
	engine/score_curve.c engine/score_curve.h \
	engine/step.c engine/step.h \
	engine/trainer.c engine/trainer.h engine/trainer_state.h \
	engine/trainer_augment.c engine/trainer_augment.h \
	engine/trainer_average.c \
	engine/trainer_body.c \
	engine/trainer_change.c engine/trainer_change.h \
	engine/trainer_check.c \
	engine/trainer_checkpoint.c \
	engine/trainer_data.c engine/trainer_data.h \
	engine/trainer_divergence.c \
	engine/trainer_epoch.c \
	engine/trainer_folds.c \
	engine/trainer_goals.c \
	engine/trainer_histograms.c \
	engine/trainer_network.c \
	engine/trainer_plan.c engine/trainer_plan.h \
	engine/trainer_result.c \
	engine/trainer_rollback.c \
	engine/trainer_rows.c \
	engine/trainer_split.c \
	engine/trainer_task.c engine/trainer_task.h \
	engine/trainer_validation.c \
	engine/trainer_validation_rows.c \
	engine/trainer_weights.c \
	engine/training.c engine/training.h engine/training_ranges.h
